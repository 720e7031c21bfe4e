"""Concept 1: How many layers."""

import numpy as np
from numpy.typing import NDArray
from sympy import Abs, Add, Expr, Float, Max, Piecewise, Symbol

from toolkit.book.known import Known
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.page import FIRST, LABEL, Page, Place
from toolkit.symbols.bounds import as_number, with_bounds
from toolkit.symbols.equation import Equation
from toolkit.symbols.maps import rectified
from toolkit.symbols.text import Text

DEPTHS = (1, 2, 4, 7, 10, 13)
N, K, C, S, SEES, REMAINDER, WEIGHTS = (
    Symbol(name) for name in ("n", "k", "C", "s", "sees", "left", "weights")
)
RECEPTIVE_FIELD = Equation(SEES, 1 + N * (K - 1))
REMAINING = Equation(REMAINDER, Max(0, S - N * (K - 1)))
COST = Equation(WEIGHTS, K**2 * C + (N - 1) * K**2 * C**2)
BOUNDS = {N: (1, 30), K: (1, 7), C: (1, 128), S: (1, 512)}
SETTINGS = {K: ("kernel size k", 3), C: ("channels C of every layer", 16), S: ("image side s", 28)}
A, B, X = (
    np.array([[Symbol(f"{name}_{row}{column}") for column in "12"] for row in "12"])
    for name in "abc"
)
INPUT, HIDDEN = [Symbol("x_1"), Symbol("x_2")], [Symbol("h_1"), Symbol("h_2")]
Y, ONE = Symbol("y"), Symbol("one")
FIRST_A, FIRST_B, FIRST_X = ((1.0, -1.0), (-2.0, 1.0)), ((1.0, 2.0), (-1.0, 1.0)), ((1.0,), (3.0,))
SAME = Float(1e-9)  # differences due to rounding count as 0


def demonstrate(page: Page) -> None:
    """The receptive field and cost by depth; then the reason for nonlinearities between layers."""
    page.equation(RECEPTIVE_FIELD, "So many pixels n layers see, to a side:")
    page.equation(COST, "Their weights, the first on one channel:")
    known: dict[Symbol, Known] = {}
    for symbol, (words, start) in SETTINGS.items():
        least, most = BOUNDS[symbol]
        known[symbol] = page.setting(words, start, least, most, whole=True)
    _depths(page, known)
    page.say(
        "Without a bend two layers are one: change the matrices A and B, and the input x",
        style="bold",
    )
    _collapse(page)


def _depths(page: Page, known: dict[Symbol, Known]) -> None:
    """One row for each depth, and a curve of the receptive fields."""
    top, count = page.row, len(DEPTHS)
    words = ["layers n", "sees", "map left", "weights"]
    page.headings((top, LABEL), ["change the number of layers", *words])
    for row, depth in enumerate(DEPTHS, top + 1):
        operands = known | {N: page.input((row, FIRST), depth, *BOUNDS[N], whole=True)}
        page.label((row, LABEL), "convolutions one on the other, no pooling")
        columns = ((RECEPTIVE_FIELD, "right"), (REMAINING, "right"), (COST, "count"))
        for column, (equation, style) in enumerate(columns, FIRST + 1):
            page.compute((row, column), with_bounds(equation.expr, BOUNDS), operands, style)
    page.curve(
        "How far the last layer sees",
        "layers n",
        "pixels to a side",
        [page.line((top, FIRST + 1), FIRST, count, dots=True)],
        (top - 5, FIRST + 6),
        width=12.5,
        height=6.2,
        y_format="0",
        y_min=0,
        x_free=True,
    )
    page.row = top + count + 2


def _collapse(page: Page) -> None:
    """Two layers beside the one matrix that is their product."""
    page.equation(
        Equation(X[0, 0], _product(B, A)[0, 0]), "One matrix C in place of both, C = B·A:"
    )
    page.equation(
        Equation(Symbol("y_1"), _output(HIDDEN, relu=True)[0]), "With ReLU between, h = A·x:"
    )
    top = page.row
    known: dict[Symbol, Known] = {}
    blocks = (
        (INPUT, "input x", FIRST_X, 0),
        (A, "layer 1: A", FIRST_A, 2),
        (B, "layer 2: B", FIRST_B, 5),
    )
    for symbols, words, numbers, right in blocks:
        page.label((top, FIRST + right), words, "bold")
        place = (top + 1, FIRST + right)
        page.inputs(place, np.array(numbers), -99, 99)
        known |= _cells(page, place, np.reshape(symbols, np.shape(numbers)))
    page.label((top, FIRST + 8), "one layer: C = B·A", "bold")
    for (down, across), expr in np.ndenumerate(_product(B, A)):
        place = (top + 1 + down, FIRST + 8 + across)
        known[X[down, across]] = page.compute(place, _safe(expr), known, "decimals 2")
    page.row = top + 4
    _outputs(page, known)


def _outputs(page: Page, known: dict[Symbol, Known]) -> None:
    """The outputs of two layers, without and with ReLU, beside those of one matrix."""
    words = [
        "A·x",
        "passed on",
        "two layers",
        "one: C·x",
        "difference",
        "the same?",
        "input -x",
        "x and -x added",
    ]
    page.headings((page.row, LABEL), ["what comes out", *words])
    for row, (relu, number) in enumerate(np.ndindex(2, 2), page.row + 1):
        name = "with ReLU between" if relu else "without ReLU"
        page.label((row, LABEL), f"{name}: output {number + 1}")
        _output_row(page, row, number, bool(relu), known)
    page.row += 5
    page.say(
        "A matrix turns -x into minus what x gave: both added are 0. Where they are not 0, no "
        "single matrix can do the same.",
        style="muted",
    )


def _output_row(page: Page, row: int, number: int, relu: bool, known: dict[Symbol, Known]) -> None:
    """An output of the two layers, of the one matrix, and of the two layers for -x."""
    hidden, mirrored = _through(A, INPUT), _through(A, [-x for x in INPUT])
    passed, one = _bent(hidden[number], relu), _through(X, INPUT)[number]
    two, back = (_output(h, relu)[number] for h in (hidden, mirrored))
    outputs = [
        page.compute((row, column), _safe(expr), known, "decimals 2")
        for column, expr in enumerate((hidden[number], passed, two, one), FIRST)
    ]
    operands = {Y: outputs[2], ONE: outputs[3]}
    page.compute((row, FIRST + 4), Y - ONE, operands, "decimals 2")
    same = Piecewise((Text("yes"), Abs(Y - ONE) <= SAME), (Text("no"), True))
    page.compute((row, FIRST + 5), same, operands, "middle")
    other = page.compute((row, FIRST + 6), _safe(back), known, "decimals 2")
    page.compute((row, FIRST + 7), Y + ONE, {Y: outputs[2], ONE: other}, "decimals 2")


def _cells(page: Page, place: Place, symbols: NDArray[np.object_]) -> dict[Symbol, Known]:
    """The cells of a block of numbers."""
    row, column = place
    return {
        symbol: page.known((row + n[0], column + n[1])) for n, symbol in np.ndenumerate(symbols)
    }


def _safe(expr: Expr) -> Expr:
    """The expression with text in a yellow cell treated as 0."""
    return expr.xreplace({symbol: as_number(symbol) for symbol in expr.free_symbols})


def _product(left: NDArray[np.object_], right: NDArray[np.object_]) -> NDArray[np.object_]:
    product: NDArray[np.object_] = left @ right
    return product


def _through(matrix: NDArray[np.object_], vector: list[Expr]) -> list[Expr]:
    return [Add(*(a * x for a, x in zip(line, vector, strict=True))) for line in matrix]


def _bent(expr: Expr, relu: bool) -> Expr:
    return rectified(expr) if relu else expr


def _output(hidden: list[Expr], relu: bool) -> list[Expr]:
    """The outputs of the second layer."""
    return _through(B, [_bent(h, relu) for h in hidden])


CONCEPT = Concept(
    name="layers",
    number=1,
    title="How many layers",
    idea=(
        "One 3x3 convolution sees 3x3 pixels. The next one looks at its results, and so sees 5x5: "
        "every layer sees 2 pixels further.",
        "Depth needs a ReLU (or another bend) between the layers. Without it two layers are one, "
        "however many weights they have.",
        "Each layer also costs weights and time, and without padding the map gets smaller.",
    ),
    experiment=Experiment(
        "What do more convolutions bring, and when do they stop to pay?",
        (
            Variant("2 convolutions", layers="16 P 28 G F10"),
            Variant("4 convolutions", layers="8 16 P 16 28 G F10"),
            Variant("7 convolutions"),
            Variant("9 convolutions", layers="8 8 16 P 8:1 16 16 16 24 28 G F10"),
        ),
    ),
    conclusion=(
        "From {0.name} to {1.name}: {0.accuracy} to {1.accuracy}, {1~0.more}. On to {2.name}: "
        "{2.accuracy}, {2~1.more}.",
        "The step to {3.name} takes {3~2.seconds} times the seconds and ends at {3.accuracy}: "
        "{3~2.more?clearly better, so depth still pays|clearly worse, so it does harm here|not "
        "clearly different, so it does not pay here}.",
    ),
    demonstrate=demonstrate,
)
