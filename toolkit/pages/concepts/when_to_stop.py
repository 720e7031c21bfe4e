"""Concept 18: When to stop convolutions and go to a larger kernel or something else."""

from sympy import And, Expr, Integer, Or, Piecewise, Symbol, floor

from toolkit.book.known import Known
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.page import FIRST, LABEL, Page
from toolkit.symbols.activations import as_one
from toolkit.symbols.bounds import with_bounds
from toolkit.symbols.equation import Equation
from toolkit.symbols.text import Text, joined

MOST_BEFORE, MOST_AFTER = 5, 7
LAYERS = MOST_BEFORE + 1 + MOST_AFTER
SIDE, BEFORE, AFTER, LAYER, LEFT, MORE, C, CLASSES, WEIGHTS = (
    Symbol(name) for name in ("s", "before", "after", "layer", "n", "m", "C", "K", "weights")
)
MADE = Symbol("made")
SETTINGS = {
    SIDE: ("side of the image", 28, 8, 32),
    BEFORE: ("3x3 convolutions before the pool (try 4)", 2, 0, MOST_BEFORE),
    AFTER: ("3x3 convolutions after the pool (try 2, then 7)", 4, 0, MOST_AFTER),
    C: ("channels C in the end", 28, 1, 256),
    CLASSES: ("classes K", 10, 2, 100),
}
BOUNDS = {symbol: (least, most) for symbol, (_, _, least, most) in SETTINGS.items()}
LINEAR = C * CLASSES + CLASSES
LARGE = Equation(WEIGHTS, LEFT**2 * C * CLASSES + CLASSES)
AVERAGE = Equation(WEIGHTS, LINEAR)
SMALL = Equation(WEIGHTS, 9 * MORE * C**2 + LINEAR)
ROOM = Equation(MORE, floor(as_one(LEFT - 1) / 2))


def demonstrate(page: Page) -> None:
    """The size of the map layer by layer, and three ways to end the network."""
    known: dict[Symbol, Known] = {}
    for symbol, (words, start, least, most) in SETTINGS.items():
        known[symbol] = page.setting(words, start, least, most, whole=True)
    page.row += 1
    known[LEFT] = _sizes(page, known)
    words = joined(Text("Left: a map of "), LEFT, Text("x"), LEFT, Text(". Three ways to finish:"))
    page.compute((page.row, LABEL), words, known, "bold")
    page.row += 1
    page.equation(AVERAGE, "Average of each channel, linear layer:")
    page.equation(LARGE, "One kernel of n x n for each class:")
    page.equation(ROOM, "More 3x3: so many m still fit,")
    page.equation(SMALL, "with average and linear layer after them:")
    _ways(page, known)


def _sizes(page: Page, known: dict[Symbol, Known]) -> Known:
    """One row for each layer, whose size is computed from the row above; returns the last size."""
    top = page.row
    words = ["layer", "what", "map n x n", "one kernel", "note"]
    page.headings(
        (top, LABEL), ["layer by layer (one kernel: its weights, if one stops here)", *words]
    )
    page.heights[top] = 30.0
    page.label((top + 1, LABEL), "image")
    page.fixed((top + 1, FIRST), 0, "right")
    size = page.compute((top + 1, FIRST + 2), with_bounds(SIDE, BOUNDS), known, "right")
    for row in range(top + 2, top + 2 + LAYERS):
        size = _layer(page, row, row - top - 1, known | {LEFT: size})
    _chart(page, top)
    page.row = top + LAYERS + 3
    return size


def _layer(page: Page, row: int, number: int, operands: dict[Symbol, Known]) -> Known:
    """The kind of a layer, its map, and the weights of one kernel that would cover the map."""
    operands = operands | {LAYER: page.fixed((row, FIRST), number, "right")}
    page.compute((row, FIRST + 1), with_bounds(_kind(), BOUNDS), operands, "middle")
    page.compute((row, FIRST + 4), with_bounds(_note(), BOUNDS), operands, "muted")
    size = page.compute((row, FIRST + 2), with_bounds(_size(), BOUNDS), operands, "right")
    words = joined(LEFT, Text("x"), LEFT, Text(" → "), MADE, Text("x"), MADE)
    note = Piecewise((words, LAYER <= BEFORE + 1 + AFTER), (Text(""), True))
    page.compute((row, LABEL), with_bounds(note, BOUNDS), operands | {MADE: size}, "label")
    weights = with_bounds(LARGE.expr, BOUNDS)
    page.compute((row, FIRST + 3), weights, operands | {LEFT: size}, "count")
    return size


def _chart(page: Page, top: int) -> None:
    """A chart of the sizes."""
    count = LAYERS + 1
    page.curve(
        "What is left of the map",
        "layer",
        "cells to a side",
        [page.line((top, FIRST + 2), FIRST, count, dots=True)],
        (top - len(SETTINGS), FIRST + 7),
        width=11.5,
        height=9,
        y_format="0",
        y_min=0,
        x_max=LAYERS,
    )


def _cases(convolution: Expr, pool: Expr, otherwise: Expr) -> Expr:
    """A case distinction by the kind of a layer, which depends on its number."""
    return Piecewise(
        (convolution, LAYER <= BEFORE),
        (pool, LAYER <= BEFORE + 1),
        (convolution, LAYER <= BEFORE + 1 + AFTER),
        (otherwise, True),
    )


def _kind() -> Expr:
    return _cases(Text("3x3"), Text("pool 2x2"), Text("end"))


def _size() -> Expr:
    """The size of the map, which stays the same if a kernel does not fit."""
    convolved = Piecewise((LEFT - 2, LEFT >= 3), (LEFT, True))
    pooled = Piecewise((floor(LEFT / 2), LEFT >= 2), (LEFT, True))
    return _cases(convolved, pooled, LEFT)


def _note() -> Expr:
    after = And(LAYER > BEFORE + 1, LAYER <= BEFORE + 1 + AFTER)
    too_small = And(LEFT < 3, Or(LAYER <= BEFORE, after))
    return Piecewise((Text("a 3x3 does not fit any more: stop"), too_small), (Text(""), True))


def _ways(page: Page, known: dict[Symbol, Known]) -> None:
    """The three ways, each with its weights."""
    page.headings((page.row, LABEL), ["way to finish", "more 3x3", "map left", "weights"])
    page.label((page.row, FIRST + 4), "does it know where something was?", "bold")
    ways = (
        ("the average, then linear", Integer(0), AVERAGE, "no: every place counts the same"),
        ("one kernel as large as the map", Integer(0), LARGE, "yes: weights for every cell"),
        ("more 3x3, then average and linear", ROOM.expr, SMALL, "as far as its 3x3 see"),
    )
    for row, (name, more, cost, words) in enumerate(ways, page.row + 1):
        page.label((row, LABEL), name)
        operands = known | {MORE: page.compute((row, FIRST), more, known, "right")}
        page.compute((row, FIRST + 1), LEFT - 2 * MORE, operands, "right")
        page.compute((row, FIRST + 2), with_bounds(cost.expr, BOUNDS), operands, "count")
        page.label((row, FIRST + 4), words, "text")
    page.row += len(ways) + 1


CONCEPT = Concept(
    name="when-to-stop",
    number=18,
    title="When to stop convolutions and go to a larger kernel or something else",
    idea=(
        "A 3x3 without padding takes a pixel off each side, a pool halves the map: sooner or later "
        "there is no room for another 3x3.",
        "Whoever stops earlier has a larger map left, and must sum it up: by its average (no "
        "weights), by one kernel as large as the map",
        "(weights for every cell of it), or by more 3x3 until nothing is left to slide over.",
    ),
    experiment=Experiment(
        "Where should 3x3 convolutions end, and what should follow?",
        (
            Variant("at 4x4, then the average"),
            Variant("at 8x8, then the average", layers="8 16 P 8:1 16 28 G F10"),
            Variant("at 8x8, then one 8x8 kernel", layers="8 16 P 8:1 16 16 10:8() G"),
            Variant("at 4x4, then one 4x4 kernel", layers="8 16 P 8:1 16 16 16 24 10:4() G"),
            Variant("at 2x2, then the average", layers="8 16 P 8:1 16 16 24 24 28 G F10"),
        ),
    ),
    conclusion=(
        "Stopped {1.name}: {1.accuracy}; {0.name}: {0.accuracy}, {0~1.more}.",
        "Stopped {4.name}: {4.accuracy}, {4~0.than} {0.name}.",
        "At 8x8 one large kernel, instead of a last layer and the average, is {2~1.more} "
        "({2.accuracy}); it has {2.parameters} parameters against {1.parameters}.",
        "At 4x4 the large kernel is {3~0.more} ({3.accuracy}), with {3.parameters} parameters "
        "against {0.parameters}.",
    ),
    demonstrate=demonstrate,
)
