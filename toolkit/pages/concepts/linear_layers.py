"""Two linear layers are one, unless a nonlinearity stands between them."""

import numpy as np
from numpy.typing import NDArray
from sympy import Abs, Add, Expr, Float, Piecewise, Symbol

from toolkit.book.known import Known
from toolkit.pages.concepts.page import FIRST, LABEL, Page, Place
from toolkit.symbols.bounds import as_number
from toolkit.symbols.equation import Equation
from toolkit.symbols.maps import rectified
from toolkit.symbols.text import Text

A, B, X = (
    np.array([[Symbol(f"{name}_{row}{column}") for column in "12"] for row in "12"])
    for name in "abc"
)
INPUT, HIDDEN = [Symbol("x_1"), Symbol("x_2")], [Symbol("h_1"), Symbol("h_2")]
Y, ONE = Symbol("y"), Symbol("one")
FIRST_A, FIRST_B, FIRST_X = ((1.0, -1.0), (-2.0, 1.0)), ((1.0, 2.0), (-1.0, 1.0)), ((1.0,), (3.0,))
SAME = Float(1e-9)  # differences due to rounding count as 0


def demonstrate(page: Page) -> None:
    """Two layers beside the one matrix that is their product."""
    page.part("Why a nonlinearity stands between layers (change the matrices and the input)")
    page.equation(Equation(X[0, 0], _product(B, A)[0, 0]), "One matrix C replaces both, C = B·A:")
    page.equation(
        Equation(Symbol("y_1"), _output(HIDDEN, relu=True)[0]), "With ReLU in between, h = A·x:"
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
        "one layer: C·x",
        "difference",
        "the same?",
        "output for -x",
        "sum for x and -x",
    ]
    page.headings((page.row, LABEL), ["the outputs", *words])
    for row, (relu, number) in enumerate(np.ndindex(2, 2), page.row + 1):
        name = "with ReLU in between" if relu else "without ReLU"
        page.label((row, LABEL), f"{name}: output {number + 1}")
        _output_row(page, row, number, bool(relu), known)
    page.row += 5
    page.say(
        "For every single matrix, the outputs for x and for -x add up to 0. Where the last column "
        "is not 0, no single matrix can replace the two layers.",
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
