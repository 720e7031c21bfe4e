"""Polynomials through noisy points, which overfit: the demonstration of concept 15."""

import numpy as np
from sympy import Symbol, sqrt

from toolkit.book.address import Area
from toolkit.book.known import Known, constant
from toolkit.book.sheet import Series
from toolkit.book.tables import Cell
from toolkit.pages.concepts.page import ASIDE, FIRST, LABEL, Page
from toolkit.symbols.equation import Equation
from toolkit.symbols.fitting import basis_sum, orthonormal
from toolkit.symbols.ranges import summed

MOST_DEGREE, STEPS = 7, 36  # the highest degree; points of the curve
TRAINING = ((0, 0.1), (1, 1.3), (2, 1.6), (3, 0.8), (4, -0.4), (5, -0.7), (6, -1.3), (7, 0.2))
TEST = (
    (0.5, 0.6),
    (1.5, 1.2),
    (2.5, 0.9),
    (3.5, 0.3),
    (4.5, -0.9),
    (5.5, -0.9),
    (6.4, -0.6),
    (6.8, -0.4),
)
POINTS = len(TRAINING)
X, Y, C, BASIS, DEGREES, DEGREE, PREDICTED = (
    Symbol(name) for name in ("x", "t", "c_j", "P_j", "j", "d", "p")
)
CURVE = Equation(Symbol("y"), basis_sum(C, BASIS, DEGREES, DEGREE))
FITTED = Equation(C, summed(BASIS * Y))
COUNT, EIGHT = Symbol("n"), constant(POINTS)
ERROR = Equation(Symbol("E"), sqrt(summed((PREDICTED - Y) ** 2) / COUNT))
Cells = dict[Symbol, Known]


def demonstrate(page: Page) -> None:
    """Polynomials fitted to noisy points: the selected one, and the errors of all degrees."""
    page.equation(CURVE, "The fitted polynomial of degree d:")
    page.say("Change the yellow cells: degree 1, 3, 5, 7; or move a training point by 1 and watch.")
    page.label((page.row, LABEL), "degree d of the polynomial (1 to 7)")
    known = {DEGREE: page.input((page.row, FIRST), 6, 1, MOST_DEGREE, whole=True)}
    charts, top = page.row + 1, page.row + 18
    _points(page, top)
    basis = _basis(page, top, known)
    _predictions(page, top, known, basis)
    _charts(page, charts, top)
    page.row = top + 3 + 2 * POINTS


def _points(page: Page, top: int) -> None:
    """Training and test points, below the rows of the errors."""
    page.label((top - 1, FIRST + 2), "what the fit of each degree answers", "name")
    page.headings((top, LABEL), ["point", "place x", "value t"])
    for n, (x, value) in enumerate((*TRAINING, *TEST)):
        row = top + 3 + n
        words = f"training point {n + 1}" if n < POINTS else f"test point {n + 1 - POINTS}"
        page.label((row, LABEL), words)
        page.fixed((row, FIRST), x, "decimals 1")
        page.input((row, FIRST + 1), value, -10, 10)


def _basis(page: Page, top: int, known: Cells) -> Known:
    """The basis at all points and along the curve, its coefficients, and the selected fit."""
    places = [x for x, _ in (*TRAINING, *TEST)]
    xs = np.array([*places, *np.linspace(0, 7, STEPS)])
    head = top - 13
    page.label(
        (head - 1, ASIDE),
        "basis polynomials, orthonormal over the training places, and their fitted coefficients",
        "name",
    )
    page.headings((head, ASIDE), ["x", "curve", *(f"P{j}" for j in range(MOST_DEGREE + 1))])
    values = orthonormal(places[:POINTS], MOST_DEGREE, xs.tolist())
    for (row, column), value in np.ndenumerate(values):
        page.fixed((head + 3 + row, ASIDE + 2 + column), float(value))
    known[DEGREES] = _numbers(page, head + 1, known)
    known[C] = _coefficients(page, head + 2, top)
    for n, x in enumerate(xs):
        row = head + 3 + n
        page.fixed((row, ASIDE), float(x), "decimals 1")
        basis = Area.of(row, ASIDE + 2, wide=MOST_DEGREE + 1)
        operands = known | {BASIS: page.reach(basis, values[n])}
        page.compute((row, ASIDE + 1), CURVE.expr, operands)
    first = Area.of(head + 3, ASIDE + 2, wide=MOST_DEGREE + 1)
    return page.moving(first, values[: 2 * POINTS, None, :], across=0)


def _numbers(page: Page, row: int, known: Cells) -> Known:
    """The degrees of the basis polynomials."""
    page.label((row, ASIDE + 1), "degree j")
    for j in range(MOST_DEGREE + 1):
        page.fixed((row, ASIDE + 2 + j), j, "right")
    return page.reach(Area.of(row, ASIDE + 2, wide=MOST_DEGREE + 1), np.arange(MOST_DEGREE + 1))


def _coefficients(page: Page, row: int, top: int) -> Known:
    """The coefficients, each a sum of basis times value over the training points."""
    page.label((row, ASIDE + 1), "c_j")
    values = _column(page, top + 3, FIRST + 1)
    coefficients = [
        page.compute(
            (row, column), FITTED.expr, {Y: values, BASIS: _column(page, row + 1, column)}
        ).value
        for column in range(ASIDE + 2, ASIDE + 3 + MOST_DEGREE)
    ]
    return page.reach(Area.of(row, ASIDE + 2, wide=MOST_DEGREE + 1), np.array(coefficients))


def _predictions(page: Page, top: int, known: Cells, basis: Known) -> None:
    """The predictions of each degree at each point, and the two errors above them."""
    left = FIRST + 2
    for degree in range(1, MOST_DEGREE + 1):
        page.cells[top, left + degree - 1] = Cell(degree, "heading")
    every = page.moving(Area.of(top, left), np.arange(1, MOST_DEGREE + 1), down=0)
    operands = known | {BASIS: basis, DEGREE: every}
    answers = page.fill((top + 3, left), CURVE.expr, operands)
    for row, first, words in (
        (top + 1, 0, "training error (root of mean square)"),
        (top + 2, POINTS, "test error"),
    ):
        page.label((row, LABEL), words, "name")
        values = page.down((top + 3 + first, FIRST + 1), POINTS)
        for n in range(MOST_DEGREE):
            area = Area.of(top + 3 + first, left + n, POINTS)
            column = np.asarray(answers.value)[first : first + POINTS, n]
            cells = {Y: values, PREDICTED: page.reach(area, column), COUNT: EIGHT}
            page.compute((row, left + n), ERROR.expr, cells)


def _charts(page: Page, row: int, top: int) -> None:
    """Charts of the selected curve with the points, and of both errors over the degree."""
    head = top - 13
    names = {}
    for n, words in enumerate(("training", "test", "curve")):
        page.label((head + 3 + n * POINTS, ASIDE - 1), words)
        names[words] = page.known((head + 3 + n * POINTS, ASIDE - 1))
    curve = Series(
        names["curve"],
        page.down((head + 3 + 2 * POINTS, ASIDE), STEPS),
        page.down((head + 3 + 2 * POINTS, ASIDE + 1), STEPS),
    )
    points = [
        Series(
            names[words],
            page.down((first, FIRST), POINTS),
            page.down((first, FIRST + 1), POINTS),
            dots=True,
            line=False,
        )
        for words, first in (("training", top + 3), ("test", top + 3 + POINTS))
    ]
    page.curve(
        "The polynomial chosen",
        "x",
        "",
        [curve, *points],
        (row, LABEL),
        width=14.5,
        height=8.3,
        x_max=7,
        y_min=-3,
        y_max=3,
        y_format="0",
    )
    degrees = page.reach(Area.of(top, FIRST + 2, wide=MOST_DEGREE), np.arange(1, MOST_DEGREE + 1))
    errors = [
        Series(page.known((line, LABEL)), degrees, _across(page, line), dots=True)
        for line in (top + 1, top + 2)
    ]
    page.curve(
        "Errors: the gap is overfitting",
        "degree of the polynomial",
        "error",
        errors,
        (row, FIRST + 5),
        width=14.5,
        height=8.3,
        x_min=1,
        y_min=0,
    )


def _across(page: Page, row: int) -> Known:
    cells = range(FIRST + 2, FIRST + 2 + MOST_DEGREE)
    values = [page.cells[row, column].value for column in cells]
    return page.reach(Area(row, cells[0], row, cells[-1]), values)


def _column(page: Page, row: int, column: int) -> Known:
    """One cell for each training point, as an array."""
    cells = page.down((row, column), POINTS)
    return Known(cells.address, np.array(cells.value, float))
