"""Maps that are moved, and the logits that averages and a fully connected layer compute from them:
the demonstration of concept 21.
"""

import numpy as np
from numpy.typing import NDArray
from sympy import Add, And, Expr, Integer, Piecewise, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.theme import INPUT_FILL
from toolkit.pages.concepts.page import (
    ASIDE,
    FIRST,
    LABEL,
    NEGATIVE,
    POSITIVE,
    STAGE,
    Page,
    Place,
)
from toolkit.pages.concepts.three_by_three import PAPER
from toolkit.symbols.bounds import as_number
from toolkit.symbols.choices import matching
from toolkit.symbols.equation import Equation
from toolkit.symbols.lookups import cell_or_zero
from toolkit.symbols.maps import weighted_sum
from toolkit.symbols.ranges import summed
from toolkit.symbols.text import Text, fixed_text, joined

CHANNELS, SIDE, CLASSES, FURTHEST = 4, 4, 3, 3
MEANS, WEIGHTS = FIRST + SIDE + 1, ASIDE  # columns, of the averages and of the many weights
LOGITS = STAGE + 12  # the row of the headings of the logits
AVERAGED, CONNECTED = FIRST, FIRST + 4  # the first columns of both kinds of logits
DOWN, ACROSS, X, B = (Symbol(name) for name in ("down", "across", "x", "b"))
A, M, W = ([Symbol(f"{name}_{n}") for n in range(1, CHANNELS + 1)] for name in "axw")
Y = [Symbol(f"y_{n}") for n in range(1, CLASSES + 1)]
BEFORE, AFTER = Symbol("before"), Symbol("after")
MEAN = Equation(Symbol("a"), summed(X) / SIDE**2)
AVERAGE = Equation(Symbol("y"), Add(B, *(w * a for w, a in zip(W, A, strict=True))))
DENSE = Equation(Symbol("y"), Add(B, *(weighted_sum(x, w) for x, w in zip(M, W, strict=True))))
# There is room at the right and below, so that a pattern can move by one without losses.
MAPS = (
    ((0, 9, 0, 0), (0, 9, 0, 0), (0, 9, 0, 0), (0, 0, 0, 0)),
    ((0, 0, 0, 0), (8, 8, 8, 0), (0, 0, 0, 0), (0, 0, 0, 0)),
    ((7, 0, 0, 0), (0, 7, 0, 0), (0, 0, 7, 0), (0, 0, 0, 0)),
    ((0, 0, 0, 0), (0, 5, 5, 0), (0, 5, 5, 0), (0, 0, 0, 0)),
)
FEW_WEIGHTS = ((1.0, -1.0, 0.5, 0.0), (-1.0, 1.0, 0.0, 0.5), (0.5, 0.5, 1.0, -1.0))


def many_weights() -> NDArray[np.float64]:
    """The weights of the fully connected layer: (classes, channels, side, side)."""
    normal = np.random.default_rng(0).normal(size=(CLASSES, CHANNELS, SIDE, SIDE))
    rounded: NDArray[np.float64] = np.round(0.2 * normal, 2)
    return rounded


def demonstrate(page: Page) -> None:
    """Movable maps, and the logits that two kinds of layers compute from them."""
    known = {}
    for symbol, direction, start in ((DOWN, "down", 0), (ACROSS, "right", 1)):
        words = f"move all maps {direction} by (-{FURTHEST} to {FURTHEST})"
        known[symbol] = page.setting(words, start, -FURTHEST, FURTHEST, whole=True)
    page.controls = [Area.of(page.row - 2, FIRST, 2)]
    answer = page.row + 1
    page.explain()
    page.equation(MEAN, "Average of a channel, 16 cells:")
    page.equation(AVERAGE, "A logit from the averages:")
    page.equation(DENSE, "A logit, fully connected:")
    page.say(
        "A pattern that moves within its map leaves the averages as they were, and the logits from "
        "them too. The fully connected logits change.",
        "If part of the pattern leaves the map, the averages change as well. "
        "The 3 x 64 fully connected weights stand to the right of the maps.",
        style="muted",
    )
    top = page.row + 4
    many = _weights(page, top)
    maps = _maps(page, top, known)
    few = _few(page, page.row + 1)
    _logits(page, maps, many, few)
    _sentence(page, answer)
    _repeated(page, top)
    logits = Area.of(LOGITS + 1, FIRST, CLASSES + 1, 7)
    page.effects = [Area.of(answer, LABEL, 3, 2), Area.of(STAGE + 1, FIRST + 2, 9, 9), logits]


def _maps(page: Page, top: int, known: dict[Symbol, Known]) -> list[list[Known]]:
    """The channels as drawn and, in the first view, moved, with their averages."""
    page.label((top, LABEL), "maps: change the yellow cells", "bold")
    page.label((top, FIRST), "as drawn", "bold")
    page.label((top - 1, MEANS), "average of the map", "bold")
    page.headings((top, MEANS), ["as drawn", "moved"])
    rows = []
    for n, pixels in enumerate(MAPS):
        row = top + 1 + n * (SIDE + 1)
        page.label((row, LABEL), f"channel {n + 1}", "symbol")
        cells = page.inputs((row, FIRST), np.array(pixels, float), -99, 99)
        page.shade(Area.of(row, FIRST, SIDE, SIDE), high=PAPER, low=INPUT_FILL)
        place = STAGE + 1 + n // 2 * (SIDE + 1), FIRST + 2 + n % 2 * (SIDE + 1)
        moved = _moved(page, place, cells, known)
        page.shade(Area.of(*place, SIDE, SIDE), high=PAPER, low="FFFFFF")
        means = [
            page.compute((row + 1, MEANS + i), MEAN.expr, {X: cells}, "decimals 4")
            for i, cells in enumerate((cells, moved))
        ]
        words = joined(Text(f"channel {n + 1}: average "), fixed_text(X, Integer(4)))
        page.compute((place[0] - 1, place[1]), words, {X: means[1]}, "bold")
        rows.append([cells, moved, *means])
    page.row = top + 1 + CHANNELS * (SIDE + 1)
    return rows


def _moved(page: Page, place: Place, cells: Known, known: dict[Symbol, Known]) -> Known:
    """The moved map, with 0 in cells that receive no other cell."""
    row, column = place
    places = list(np.ndindex(SIDE, SIDE))
    for down, across in places:
        source = (down + 1 - as_number(DOWN), across + 1 - as_number(ACROSS))
        expr = cell_or_zero(X, *source, Integer(SIDE), Integer(SIDE))
        page.compute((row + down, column + across), expr, known | {X: cells}, "tally")
    values = [page.cells[row + down, column + across].value for down, across in places]
    return page.reach(Area.of(row, column, SIDE, SIDE), np.array(values, float).reshape(SIDE, SIDE))


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


def _few(page: Page, top: int) -> list[dict[Symbol, Known]]:
    """The weights of the averages and the biases, as a dict for each class."""
    words = [*(f"weight {n}" for n in range(1, CHANNELS + 1)), "bias"]
    page.headings((top, LABEL), ["weights of the averages (yellow)", *words])
    for n, weights in enumerate(FEW_WEIGHTS, 1):
        page.label((top + n, LABEL), f"class {n}")
        page.inputs((top + n, FIRST), np.array([[*weights, 0.0]]), -99, 99)
    page.row = top + CLASSES + 2
    return [
        {symbol: page.known((top + n, FIRST + m)) for m, symbol in enumerate((*W, B))}
        for n in range(1, CLASSES + 1)
    ]


def _logits(
    page: Page,
    maps: list[list[Known]],
    many: list[dict[Symbol, Known]],
    weights: list[dict[Symbol, Known]],
) -> None:
    """One row per class: the logits by averages and by the dense layer, for both positions."""
    for left, words in ((AVERAGED, "from the averages"), (CONNECTED, "fully connected")):
        page.label((LOGITS - 1, left), words, "bold")
        page.headings((LOGITS, left), ["as drawn", "moved", "change"])
    page.headings((LOGITS, LABEL), ["logits"])
    # Of each channel's row: the cells as drawn and moved, then their averages.
    drawn, moved, *means = zip(*maps, strict=True)
    for number, few in enumerate(weights):
        row = LOGITS + 1 + number
        page.label((row, LABEL), f"class {number + 1}")
        averages = [few | dict(zip(A, column, strict=True)) for column in means]
        _pair(page, (row, AVERAGED), _safe(AVERAGE.expr), averages)
        dense = many[number] | {B: few[B]}
        pictures = [dense | dict(zip(M, column, strict=True)) for column in (drawn, moved)]
        _pair(page, (row, CONNECTED), DENSE.expr.xreplace({B: as_number(B)}), pictures)
    page.label((LOGITS + CLASSES + 1, LABEL), "answer: the class with the largest logit", "bold")
    for column in (AVERAGED, AVERAGED + 1, CONNECTED, CONNECTED + 1):
        logits = {y: page.known((LOGITS + 1 + n, column)) for n, y in enumerate(Y)}
        page.compute((LOGITS + CLASSES + 1, column), _answer(), logits, "symbol")


def _sentence(page: Page, row: int) -> None:
    """Whether the answers change when the maps move."""
    pieces, known = [], {}
    row_of_answers = LOGITS + CLASSES + 1
    for left, words in (
        (AVERAGED, "From the averages"),
        (CONNECTED, " With the fully connected layer"),
    ):
        before, after = (Symbol(f"{name} {left}") for name in (BEFORE, AFTER))
        known[before] = page.known((row_of_answers, left))
        known[after] = page.known((row_of_answers, left + 1))
        stays = joined(Text(f"{words} the answer stays "), before, Text("."))
        changes = joined(
            Text(f"{words} the answer changes from "), before, Text(" to "), after, Text(".")
        )
        pieces.append(matching(before, after, stays, changes))
    page.compute((row, LABEL), joined(*pieces), known, "finding")
    page.merges.append(Area.of(row, LABEL, 3, 2))


def _repeated(page: Page, top: int) -> None:
    """The fully connected logits again, above the weights (at `top`), class by class."""
    for number in range(CLASSES):
        left = WEIGHTS + number * (SIDE + 1)
        page.label((top - 3, left), f"logit of class {number + 1}", "bold")
        for n, words in enumerate(("as drawn", "moved")):
            page.label((top - 2 + n, left), words)
            known = {Y[number]: page.known((LOGITS + 1 + number, CONNECTED + n))}
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
