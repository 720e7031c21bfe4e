"""Concept 18: When to stop convolutions and go to a larger kernel or something else."""

from sympy import And, Expr, Integer, Or, Piecewise, Symbol, floor

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.sheet import Series
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.page import FIRST, LABEL, STAGE, Page
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
    BEFORE: ("3x3 convolutions before the pool", 2, 0, MOST_BEFORE),
    AFTER: ("3x3 convolutions after the pool (try 2, 6)", 4, 0, MOST_AFTER),
    C: ("channels C of the last map", 28, 1, 256),
    CLASSES: ("classes K", 10, 2, 100),
}
BOUNDS = {symbol: (least, most) for symbol, (_, _, least, most) in SETTINGS.items()}
LINEAR = C * CLASSES + CLASSES
LARGE = Equation(WEIGHTS, LEFT**2 * C * CLASSES + CLASSES)
AVERAGE = Equation(WEIGHTS, LINEAR)
SMALL = Equation(WEIGHTS, 9 * MORE * C**2 + LINEAR)
ROOM = Equation(MORE, floor(as_one(LEFT - 1) / 2))
WAYS = (
    ("the average, then linear", Integer(0), AVERAGE, "no: every position counts the same"),
    ("one kernel as large as the map", Integer(0), LARGE, "yes: a weight for every cell"),
    ("more 3x3, then average and linear", ROOM.expr, SMALL, "as far as its 3x3 kernels see"),
)
BEFORE_POOL = SIDE - 2 * BEFORE
FITS = And(BEFORE_POOL >= 1, floor(BEFORE_POOL / 2) - 2 * AFTER >= 1)
VERDICT = Piecewise(
    (joined(Text("A map of "), LEFT, Text("x"), LEFT, Text(" is left.")), FITS),
    (Text("Too many: at least one 3x3 is larger than its map."), True),
)
DRAWN = FIRST + 9  # the column of the names in the chart


def demonstrate(page: Page) -> None:
    """The size of the map layer by layer, and three ways to end the network."""
    known: dict[Symbol, Known] = {}
    for symbol, (words, start, least, most) in SETTINGS.items():
        known[symbol] = page.setting(words, start, least, most, whole=True)
    answer = page.row + 1
    page.explain()
    page.equation(AVERAGE, "Average of each channel, linear layer:")
    page.equation(LARGE, "One kernel of n x n for each class:")
    page.equation(ROOM, "More 3x3: m of them still fit,")
    page.equation(SMALL, "with average and linear layer after them:")
    page.row += 1
    known[LEFT] = _sizes(page, known)
    ways = _ways(page, known)
    page.compute((answer, LABEL), with_bounds(VERDICT, BOUNDS), known, "finding")
    page.merges.append(Area.of(answer, LABEL, 2, 2))
    page.headings((answer + 3, LABEL), ["way to finish", "weights"])
    for n, (name, *_) in enumerate(WAYS, 1):
        page.label((answer + 3 + n, LABEL), name)
        weights = {WEIGHTS: page.known((ways + n, FIRST + 2))}
        page.compute((answer + 3 + n, FIRST), WEIGHTS, weights, "integer right")
    costs = Area.of(answer + 4, FIRST, len(WAYS))
    page.effects = [Area.of(answer, LABEL, 2, 2), costs, *page.charts]


def _sizes(page: Page, known: dict[Symbol, Known]) -> Known:
    """One row for each layer, whose size is computed from the row above; returns the last size."""
    top = page.row
    words = ["layer", "what", "map n x n", "one kernel", "note"]
    page.headings(
        (top, LABEL), ["layer by layer (one kernel: its weights if the network ends here)", *words]
    )
    page.headings((top, DRAWN), ["in the chart", "side"])
    page.heights[top] = 30.0
    page.label((top + 1, LABEL), "image")
    page.label((top + 1, DRAWN), "image", "middle")
    page.fixed((top + 1, FIRST), 0, "right")
    size = page.compute((top + 1, FIRST + 2), with_bounds(SIDE, BOUNDS), known, "right")
    page.compute((top + 1, DRAWN + 1), LEFT, {LEFT: size}, "right")
    for row in range(top + 2, top + 2 + LAYERS):
        size = _layer(page, row, row - top - 1, known | {LEFT: size})
        operands = known | {LAYER: page.known((row, FIRST)), LEFT: size}
        for n, (expr, style) in enumerate(((_name(), "middle"), (_drawn(), "right"))):
            page.compute((row, DRAWN + n), with_bounds(expr, BOUNDS), operands, style)
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
    """A bar for the map after each layer, none after the end."""
    count = LAYERS + 1
    names = [page.cells[top + n, DRAWN].value for n in range(1, count + 1)]
    bars = Series(
        page.known((top, DRAWN + 1)),
        page.reach(Area.of(top + 1, DRAWN, count), names),
        page.down((top + 1, DRAWN + 1), count),
    )
    page.curve(
        "The side of the maps, layer by layer",
        "layer",
        "cells along a side",
        [bars],
        (STAGE, FIRST + 2),
        bars=True,
        legend=False,
        width=18.5,
        height=11,
        y_format="0",
        y_min=0,
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


def _name() -> Expr:
    """The name of a layer in the chart."""
    return _cases(Text("3x3"), Text("pool"), Text(""))


def _drawn() -> Expr:
    """The side of the bar of a layer: 0 after the end."""
    return Piecewise((LEFT, LAYER <= BEFORE + 1 + AFTER), (Integer(0), True))


def _size() -> Expr:
    """The size of the map, which stays the same if a kernel does not fit."""
    convolved = Piecewise((LEFT - 2, LEFT >= 3), (LEFT, True))
    pooled = Piecewise((floor(LEFT / 2), LEFT >= 2), (LEFT, True))
    return _cases(convolved, pooled, LEFT)


def _note() -> Expr:
    after = And(LAYER > BEFORE + 1, LAYER <= BEFORE + 1 + AFTER)
    too_small = And(LEFT < 3, Or(LAYER <= BEFORE, after))
    return Piecewise((Text("a 3x3 does not fit any more: stop"), too_small), (Text(""), True))


def _ways(page: Page, known: dict[Symbol, Known]) -> int:
    """The three ways, each with its weights; returns the row of the headings."""
    top = page.row
    page.headings((top, LABEL), ["way to finish", "more 3x3", "map left", "weights"])
    page.label((top, FIRST + 4), "does it know where something was?", "bold")
    for row, (name, more, cost, words) in enumerate(WAYS, top + 1):
        page.label((row, LABEL), name)
        operands = known | {MORE: page.compute((row, FIRST), more, known, "right")}
        page.compute((row, FIRST + 1), LEFT - 2 * MORE, operands, "right")
        page.compute((row, FIRST + 2), with_bounds(cost.expr, BOUNDS), operands, "count")
        page.label((row, FIRST + 4), words, "text")
    page.row += len(WAYS) + 1
    return top


CONCEPT = Concept(
    name="when-to-stop",
    number=18,
    title="When to stop convolutions and go to a larger kernel or something else",
    question="How small should the maps become before the network makes its prediction?",
    finding=(
        "Going on to maps of 4x4 before the average is {0~1.than} stopping at 8x8 ({0.accuracy} "
        "against {1.accuracy}); going on to 2x2 is {4~0.than} 4x4: {4.accuracy}."
    ),
    summary=(
        "Maps of 4x4 before the average are {0~1.than} 8x8 ({0.accuracy} against {1.accuracy}); "
        "2x2 is {4~0.more}."
    ),
    idea=(
        "A 3x3 convolution without padding removes one cell from each edge of the map, and a pool "
        "halves it. Sooner or later no other 3x3 fits.",
        "A network that stops earlier has a larger map left and must summarize it: by an average, "
        "which has no weights; by one kernel as large as the map,",
        "which has a weight for every cell; or by more 3x3 convolutions.",
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
        "At 8x8 one large kernel, instead of the average and a last layer, is {2~1.more} "
        "({2.accuracy}); it has {2.parameters} parameters against {1.parameters}.",
        "At 4x4 the large kernel is {3~0.more} ({3.accuracy}), with {3.parameters} parameters "
        "against {0.parameters}.",
    ),
    rule=(
        "Go on with 3x3 convolutions until one cell of the last map sees the whole digit, here at "
        "about 4x4; then average.",
        "If you must stop at a large map, a kernel as large as the map makes up for some of the "
        "loss, but its weights grow with the area of the map.",
        "This was measured on centred digits of 28x28 pixels; objects that can be anywhere favour "
        "the average.",
    ),
    tasks=(
        Task(
            "Four 3x3 convolutions after the pool leave a map of 4x4. How many more would fit?",
            "the convolutions after the pool to 5, then to 6",
            "One: with 5 a map of 2x2 is left. A sixth 3x3 is larger than this map.",
        ),
        Task(
            "With 2 convolutions after the pool the map is 8x8. How many times as many weights "
            "does one large kernel need as the average and a linear layer?",
            "the convolutions after the pool to 2",
            "About 62 times as many, 17,930 instead of 290: every class has a weight for each of "
            "the 64 cells of every map.",
        ),
        Task(
            "Do the weights of the average and its linear layer depend on the size of the map?",
            "the convolutions after the pool to 0",
            "No, there are still 290 for a map of 12x12. The large kernel now has 40,330.",
        ),
    ),
    demonstrate=demonstrate,
)
