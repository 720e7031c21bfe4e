"""Polynomials through noisy points, which overfit: the demonstration of concept 15."""

import numpy as np
from sympy import Eq, Integer, Piecewise, Symbol, sqrt

from toolkit.book.address import Area
from toolkit.book.known import Known, constant
from toolkit.book.sheet import Series
from toolkit.book.tables import Cell
from toolkit.pages.concepts.page import ASIDE, FIRST, LABEL, STAGE, Page
from toolkit.symbols.bounds import held
from toolkit.symbols.equation import Equation
from toolkit.symbols.fitting import basis_sum, orthonormal
from toolkit.symbols.lookups import element, lookup_across
from toolkit.symbols.ranges import smallest, summed
from toolkit.symbols.text import Text, fixed_text, joined

MOST_DEGREE, STEPS = 7, 36  # the highest degree; points of the curve
# Points near 1.4·sin(0.9x) with noise, drawn once with NumPy.
TRAINING = ((0, -0.4), (1, 0.9), (2, 1.0), (3, -0.3), (4, -0.5), (5, -1.0), (6, -0.8), (7, -0.3))
TEST = (
    (0.5, 0.9),
    (1.5, 0.8),
    (2.5, 1.0),
    (3.5, 0.0),
    (4.5, -1.2),
    (5.5, -1.6),
    (6.3, -1.1),
    (6.7, -0.5),
)
POINTS, ALL_DEGREES = len(TRAINING), np.arange(1.0, MOST_DEGREE + 1)[None]
X, Y, C, BASIS, DEGREES, DEGREE, PREDICTED = (
    Symbol(name) for name in ("x", "t", "c_j", "P_j", "j", "d", "p")
)
CURVE = Equation(Symbol("y"), basis_sum(C, BASIS, DEGREES, DEGREE))
FITTED = Equation(C, summed(BASIS * Y))
COUNT, EIGHT = Symbol("n"), constant(POINTS)
ERROR = Equation(Symbol("E"), sqrt(summed((PREDICTED - Y) ** 2) / COUNT))
HERE, BEST = held(DEGREE, 1, MOST_DEGREE), Symbol("best")
ERRORS, PLACES = Symbol("errors"), Symbol("degrees")
VERDICT = Piecewise(
    (Text("Too simple: the curve misses even the training points."), HERE < BEST),
    (Text("About right: no other degree has a smaller test error."), Eq(HERE, BEST)),
    (
        joined(
            Text("It overfits: it follows the noise of the training points. The test error is "),
            Text("smallest at degree "),
            fixed_text(BEST, Integer(0)),
            Text("."),
        ),
        True,
    ),
)
Cells = dict[Symbol, Known]


def demonstrate(page: Page) -> None:
    """Polynomials fitted to noisy points: the selected one, and the errors of all degrees."""
    degree = page.setting(f"degree d of the polynomial (1 to {MOST_DEGREE})", 6, 1, 7, whole=True)
    page.controls = [Area.of(page.row - 1, FIRST)]
    page.label((page.row, LABEL), "Try 1, 3, 5 and 7.", "note")
    known, answer = {DEGREE: degree}, page.row + 2
    page.explain()
    page.equation(CURVE, "The fitted polynomial of degree d:")
    page.equation(ERROR, "The error of n predictions p:")
    top = page.row + 2
    _points(page, top)
    basis = _basis(page, top, known)
    _predictions(page, top, known, basis)
    yours = _answer(page, answer, top, known)
    _fit(page, top)
    _errors(page, top, yours)
    page.effects = [Area.of(answer, LABEL, 3, 2), *page.charts]
    page.row = top + 3 + 2 * POINTS


def _answer(page: Page, row: int, top: int, known: Cells) -> Series:
    """Whether the polynomial overfits, its errors, and its place in the chart."""
    degrees = page.reach(Area.of(top, FIRST + 2, wide=MOST_DEGREE), ALL_DEGREES)
    errors = [_across(page, top + n) for n in (1, 2)]
    known = known | {PLACES: degrees, ERRORS: errors[1]}
    page.label((row + 6, LABEL), "degree with the smallest test error")
    known[BEST] = page.compute(
        (row + 6, FIRST), lookup_across(PLACES, ERRORS, smallest(ERRORS)), known, "integer right"
    )
    page.compute((row, LABEL), VERDICT, known, "finding")
    page.merges.append(Area.of(row, LABEL, 3, 2))
    for n, words in enumerate(("training error", "test error")):
        page.label((row + 4 + n, LABEL), words)
        chosen = known | {ERRORS: errors[n]}
        page.compute((row + 4 + n, FIRST), element(ERRORS, Integer(1), HERE), chosen)
    return _mark(page, row, known | {ERRORS: page.known((row + 5, FIRST))})


def _mark(page: Page, row: int, known: Cells) -> Series:
    """A vertical line from 0 to the test error of the chosen degree, for the chart."""
    page.label((row, ASIDE), "yours")
    for n, height in enumerate((Integer(0), ERRORS), row):
        page.compute((n, ASIDE + 1), HERE, known, "right")
        page.compute((n, ASIDE + 2), height, known)
    x, y = (page.down((row, ASIDE + n), 2) for n in (1, 2))
    return Series(page.known((row, ASIDE)), x, y, dots=True)


def _points(page: Page, top: int) -> None:
    """Training and test points, below the rows of the errors."""
    page.label((top - 1, FIRST + 2), "the prediction of the fit of each degree", "name")
    page.headings((top, LABEL), ["point", "x", "value t"])
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
    head = top
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
        (top + 1, 0, "training error"),
        (top + 2, POINTS, "test error"),
    ):
        page.label((row, LABEL), words, "name")
        values = page.down((top + 3 + first, FIRST + 1), POINTS)
        for n in range(MOST_DEGREE):
            area = Area.of(top + 3 + first, left + n, POINTS)
            column = np.asarray(answers.value)[first : first + POINTS, n]
            cells = {Y: values, PREDICTED: page.reach(area, column), COUNT: EIGHT}
            page.compute((row, left + n), ERROR.expr, cells)


def _fit(page: Page, top: int) -> None:
    """A chart of the selected curve with the points."""
    names = {}
    for n, words in enumerate(("training", "test", "curve")):
        page.label((top + 3 + n * POINTS, ASIDE - 1), words)
        names[words] = page.known((top + 3 + n * POINTS, ASIDE - 1))
    first = top + 3 + 2 * POINTS
    x, y = (page.down((first, ASIDE + n), STEPS) for n in (0, 1))
    points = [
        Series(
            names[words],
            page.down((row, FIRST), POINTS),
            page.down((row, FIRST + 1), POINTS),
            dots=True,
            line=False,
        )
        for words, row in (("training", top + 3), ("test", top + 3 + POINTS))
    ]
    page.curve(
        "The fitted polynomial",
        "x",
        "value",
        [Series(names["curve"], x, y), *points],
        (STAGE, FIRST + 2),
        width=9.2,
        height=11,
        x_max=7,
        y_min=-3,
        y_max=3,
        y_format="0",
    )


def _errors(page: Page, top: int, yours: Series) -> None:
    """A chart of both errors over the degree."""
    degrees = page.reach(Area.of(top, FIRST + 2, wide=MOST_DEGREE), ALL_DEGREES)
    lines = [
        Series(page.known((row, LABEL)), degrees, _across(page, row), dots=True)
        for row in (top + 1, top + 2)
    ]
    page.curve(
        "Errors of all degrees",
        "degree of the polynomial",
        "error",
        [*lines, yours],
        (STAGE, FIRST + 7),
        width=9.2,
        height=11,
        x_min=1,
        x_max=MOST_DEGREE,
        y_min=0,
        y_format="0.0",
    )


def _across(page: Page, row: int) -> Known:
    cells = range(FIRST + 2, FIRST + 2 + MOST_DEGREE)
    values = [page.cells[row, column].value for column in cells]
    return page.reach(Area(row, cells[0], row, cells[-1]), np.array([values]))


def _column(page: Page, row: int, column: int) -> Known:
    """One cell for each training point, as an array."""
    cells = page.down((row, column), POINTS)
    return Known(cells.address, np.array(cells.value, float))
