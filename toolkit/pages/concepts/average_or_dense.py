"""Concept 21: Global average pooling against a fully connected layer."""

import numpy as np
from numpy.typing import NDArray
from sympy import Add, And, Expr, Integer, Piecewise, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.theme import INPUT_FILL
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.page import ASIDE, FIRST, LABEL, NEGATIVE, POSITIVE, Page, Place
from toolkit.pages.concepts.three_by_three import PAPER
from toolkit.symbols.bounds import as_number, with_bounds
from toolkit.symbols.equation import Equation
from toolkit.symbols.lookups import cell_or_zero
from toolkit.symbols.maps import weighted_sum
from toolkit.symbols.ranges import summed
from toolkit.symbols.text import Text

CHANNELS, SIDE, CLASSES, FURTHEST = 4, 4, 3, 3
MOVED, MEANS, WEIGHTS = FIRST + SIDE + 1, FIRST + 2 * SIDE + 2, ASIDE  # columns
DOWN, ACROSS, C, S, K, X, B, WEIGHT = (
    Symbol(name) for name in ("down", "across", "C", "s", "K", "x", "b", "weights")
)
A, M, W = ([Symbol(f"{name}_{n}") for n in range(1, CHANNELS + 1)] for name in "axw")
Y = [Symbol(f"y_{n}") for n in range(1, CLASSES + 1)]
MEAN = Equation(Symbol("a"), summed(X) / SIDE**2)
AVERAGE = Equation(Symbol("y"), Add(B, *(w * a for w, a in zip(W, A, strict=True))))
DENSE = Equation(Symbol("y"), Add(B, *(weighted_sum(x, w) for x, w in zip(M, W, strict=True))))
FEW, MANY = Equation(WEIGHT, C * K + K), Equation(WEIGHT, S**2 * C * K + K)
# There is room at the right and below, so that a pattern can move by one without losses.
MAPS = (
    ((0, 9, 0, 0), (0, 9, 0, 0), (0, 9, 0, 0), (0, 0, 0, 0)),
    ((0, 0, 0, 0), (8, 8, 8, 0), (0, 0, 0, 0), (0, 0, 0, 0)),
    ((7, 0, 0, 0), (0, 7, 0, 0), (0, 0, 7, 0), (0, 0, 0, 0)),
    ((0, 0, 0, 0), (0, 5, 5, 0), (0, 5, 5, 0), (0, 0, 0, 0)),
)
FEW_WEIGHTS = ((1.0, -1.0, 0.5, 0.0), (-1.0, 1.0, 0.0, 0.5), (0.5, 0.5, 1.0, -1.0))
SETTINGS = {
    C: ("channels C", 28, 512),
    S: ("side s of the maps", 4, 14),
    K: ("classes K", 10, 100),
}


def many_weights() -> NDArray[np.float64]:
    """The weights of the fully connected layer: (classes, channels, side, side)."""
    normal = np.random.default_rng(0).normal(size=(CLASSES, CHANNELS, SIDE, SIDE))
    rounded: NDArray[np.float64] = np.round(0.2 * normal, 2)
    return rounded


def demonstrate(page: Page) -> None:
    """Movable maps, the logits that two kinds of layers compute, and the costs of both."""
    page.equation(MEAN, "Average of a channel, 16 cells:")
    page.equation(AVERAGE, "A logit from the averages:")
    page.equation(DENSE, "A logit, fully connected:")
    page.say(
        "Move the pattern right or down by 1: the averages stay, and so do the logits made of "
        "them. The fully connected ones change.",
        "Moved further, part of it leaves the map: then the averages change too. "
        "The 3 x 64 fully connected weights stand to the right.",
        style="muted",
    )
    known = {}
    for symbol, direction, start in ((DOWN, "down", 0), (ACROSS, "right", 1)):
        words = f"move all maps {direction} by (-{FURTHEST} to {FURTHEST})"
        known[symbol] = page.setting(words, start, -FURTHEST, FURTHEST, whole=True)
    logits, top = page.row, page.row + CLASSES + 4
    many = _weights(page, top)
    maps = _maps(page, top, known)
    # the answers are above, beside the cells that move the pattern
    below, page.row = page.row, logits
    _logits(page, maps, many)
    _repeated(page, top, logits + 2)
    page.row = below
    _costs(page)


def _maps(page: Page, top: int, known: dict[Symbol, Known]) -> list[list[Known]]:
    """The channels: original map, moved map, and both averages."""
    for column, words in (
        (LABEL, "maps: change the yellow cells"),
        (FIRST, "as drawn"),
        (MOVED, "moved"),
        (MEANS, "average of the maps"),
    ):
        page.label((top, column), words, "bold")
    page.headings((top + 1, MEANS), ["as drawn", "moved"])
    rows = []
    for n, pixels in enumerate(MAPS):
        row = top + 1 + n * (SIDE + 1)
        page.label((row, LABEL), f"channel {n + 1}", "symbol")
        cells = page.inputs((row, FIRST), np.array(pixels, float), -99, 99)
        moved = _moved(page, row, cells, known)
        for column, color in ((FIRST, INPUT_FILL), (MOVED, "FFFFFF")):
            area = Area.of(row, column, SIDE, SIDE)
            page.shade(area, high=PAPER, low=color)
        place = row + 1
        means = [
            page.compute((place, MEANS + i), MEAN.expr, {X: cells}, "decimals 4")
            for i, cells in enumerate((cells, moved))
        ]
        rows.append([cells, moved, *means])
    page.row = top + 1 + CHANNELS * (SIDE + 1)
    return rows


def _moved(page: Page, row: int, cells: Known, known: dict[Symbol, Known]) -> Known:
    """The moved map, with 0 in cells that receive no other cell."""
    places = list(np.ndindex(SIDE, SIDE))
    for down, across in places:
        place = (down + 1 - as_number(DOWN), across + 1 - as_number(ACROSS))
        expr = cell_or_zero(X, *place, Integer(SIDE), Integer(SIDE))
        page.compute((row + down, MOVED + across), expr, known | {X: cells}, "right")
    values = [page.cells[row + down, MOVED + across].value for down, across in places]
    return page.reach(Area.of(row, MOVED, SIDE, SIDE), np.array(values, float).reshape(SIDE, SIDE))


def _weights(page: Page, top: int) -> list[dict[Symbol, Known]]:
    """The weights of the fully connected layer beside the maps, as a dict for each class."""
    page.label((top, WEIGHTS), "weights of the fully connected layer, class by class", "bold")
    blocks = []
    for number, weights in enumerate(many_weights()):
        left = WEIGHTS + number * (SIDE + 1)
        known = {}
        for n, numbers in enumerate(weights):
            place = (top + 1 + n * (SIDE + 1), left)
            known[W[n]] = page.inputs(place, numbers, -99, 99)
            area = Area.of(*place, SIDE, SIDE)
            page.shade(area, high=POSITIVE, low=NEGATIVE, end=1.0)
        page.widths |= dict.fromkeys(range(left, left + SIDE + 1), 6.0)
        blocks.append(known)
    return blocks


def _logits(page: Page, maps: list[list[Known]], many: list[dict[Symbol, Known]]) -> None:
    """One row per class: the logits by averages and by the dense layer, for both positions."""
    page.label((page.row, FIRST + 6), "from the averages", "bold")
    page.label((page.row, FIRST + 10), "fully connected", "bold")
    top = page.row + 1
    words = [*(f"weight {n}" for n in range(1, CHANNELS + 1)), "bias"]
    page.headings((top, LABEL), ["logits (yellow: weights of the averages)", *words])
    for left in (FIRST + 6, FIRST + 10):
        page.headings((top, left), ["as drawn", "moved", "change"])
    for number, weights in enumerate(FEW_WEIGHTS):
        row = top + 1 + number
        page.label((row, LABEL), f"class {number + 1}")
        page.inputs((row, FIRST), np.array([[*weights, 0.0]]), -99, 99)
        few = {symbol: page.known((row, FIRST + n)) for n, symbol in enumerate((*W, B))}
        # Of each channel's row: the cells as drawn and moved, then their averages.
        drawn, moved, *means = zip(*maps, strict=True)
        averages = [few | dict(zip(A, column, strict=True)) for column in means]
        _pair(page, (row, FIRST + 6), _safe(AVERAGE.expr), averages)
        dense = many[number] | {B: few[B]}
        pictures = [dense | dict(zip(M, column, strict=True)) for column in (drawn, moved)]
        _pair(page, (row, FIRST + 10), DENSE.expr.xreplace({B: as_number(B)}), pictures)
    page.row = top + CLASSES + 1
    page.label((page.row, LABEL), "answer: the class with the largest logit", "bold")
    for column in (FIRST + 6, FIRST + 7, FIRST + 10, FIRST + 11):
        logits = {y: page.known((top + 1 + n, column)) for n, y in enumerate(Y)}
        page.compute((page.row, column), _answer(), logits, "symbol")
    page.row += 2


def _repeated(page: Page, top: int, logits: int) -> None:
    """The fully connected logits again, above the weights (at `top`), class by class."""
    for number in range(CLASSES):
        left = WEIGHTS + number * (SIDE + 1)
        page.label((top - 3, left), f"logit of class {number + 1}", "bold")
        for n, words in enumerate(("as drawn", "moved")):
            page.label((top - 2 + n, left), words)
            known = {Y[number]: page.known((logits + number, FIRST + 10 + n))}
            page.compute((top - 2 + n, left + 2), Y[number], known, "decimals 2")
            page.merges.append(Area.of(top - 2 + n, left + 2, wide=2))


def _pair(page: Page, place: Place, expr: Expr, reads: list[dict[Symbol, Known]]) -> None:
    """A logit for the original and for the moved map, and its change."""
    row, left = place
    cells = [
        page.compute((row, left + n), expr, operands, "decimals 2")
        for n, operands in enumerate(reads)
    ]
    before, after = Y[:2]
    page.compute((row, left + 2), after - before, {before: cells[0], after: cells[1]}, "decimals 2")


def _safe(expr: Expr) -> Expr:
    """The expression with text in a yellow cell treated as 0."""
    return expr.xreplace({symbol: as_number(symbol) for symbol in (*W, B)})


def _answer() -> Expr:
    """The name of the class with the largest logit; the first one if several are equal."""
    first, second, third = Y
    return Piecewise(
        (Text("class 1"), And(first >= second, first >= third)),
        (Text("class 2"), second >= third),
        (Text("class 3"), True),
    )


def _costs(page: Page) -> None:
    """The numbers of parameters of both layers, for other channels, cells and classes."""
    page.equation(FEW, "Parameters, average then linear:")
    page.equation(MANY, "Parameters, fully connected:")
    known, bounds = {}, {}
    for row, (symbol, (words, start, most)) in enumerate(SETTINGS.items(), page.row):
        page.label((row, LABEL), words)
        known[symbol] = page.input((row, FIRST), start, 1, most, whole=True)
        bounds[symbol] = (1, most)
    few, many = Symbol("few"), Symbol("many")
    for n, (expr, symbol, words, style) in enumerate(
        (
            (with_bounds(FEW.expr, bounds), few, "average, then linear", "count"),
            (with_bounds(MANY.expr, bounds), many, "fully connected", "count"),
            (many / few, Symbol("ratio"), "so many times as many", "decimals 2"),
        )
    ):
        page.label((page.row + n, FIRST + 2), words)
        known[symbol] = page.compute((page.row + n, FIRST + 5), expr, known, style)
    page.row += len(SETTINGS)


CONCEPT = Concept(
    name="average-or-dense",
    number=21,
    title="Global average pooling against a fully connected layer",
    idea=(
        "After the last convolution each channel is a small map. Global average pooling keeps one "
        "number of it: its mean.",
        "A fully connected layer instead has a weight for every cell of every map: more "
        "parameters, and it knows where something was.",
        "So a pattern that moves within its map leaves the average as it was, and changes what a "
        "fully connected layer says.",
    ),
    experiment=Experiment(
        "What does the average over all places give up, and what does it save?",
        (
            Variant("average, then linear"),
            Variant("average only", layers="8 16 P 8:1 16 16 24 10() G"),
            Variant("fully connected", layers="8 16 P 8:1 16 16 24 28 F10"),
            Variant("fully connected with 32 hidden", layers="8 16 P 8:1 16 16 24 28 F32 R F10"),
        ),
    ),
    conclusion=(
        "In place of the average, a fully connected layer is {2~0.more}: {2.accuracy} against "
        "{0.accuracy}, with {2.parameters} parameters instead of {0.parameters}.",
        "With a hidden layer of 32 between as well: {3.accuracy}, {3~0.more}, with {3.parameters} "
        "parameters.",
        "The average alone, a channel for each class and no linear layer, is {1~0.more}: "
        "{1.accuracy} with {1.parameters}.",
    ),
    demonstrate=demonstrate,
)
