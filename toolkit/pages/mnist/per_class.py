"""Precision and recall: how well the network recognizes each class."""

from collections.abc import Mapping

from sympy import Expr, Piecewise

from toolkit.book.address import Area
from toolkit.book.known import Known, at, down
from toolkit.book.live import computed
from toolkit.book.sheet import Chart, FirstView, Series, Sheet
from toolkit.book.tables import Cell
from toolkit.pages.mnist import confusion
from toolkit.pages.mnist.layout import MnistRun, opening
from toolkit.symbols.equation import quantity
from toolkit.symbols.ranges import mean
from toolkit.symbols.text import Text

HEADING_ROW = 5
IMAGES, PREDICTED, CORRECT, SHARES = (
    quantity(name) for name in ("images", "predicted", "correct", "shares")
)


def _share(part: Expr, whole: Expr) -> Expr:
    """The quotient, or a dash if the divisor is 0."""
    return Piecewise((part / whole, whole > 0), (Text("–"), True))


COLUMNS = (
    ("images", IMAGES, "count"),
    ("predicted", PREDICTED, "count"),
    ("right", CORRECT, "count"),
    ("missed", IMAGES - CORRECT, "count"),
    ("wrongly claimed", PREDICTED - CORRECT, "count"),
    ("precision", _share(CORRECT, PREDICTED), "percent right"),
    ("recall", _share(CORRECT, IMAGES), "percent right"),
    ("F1", _share(2 * CORRECT, IMAGES + PREDICTED), "percent right"),
)
SHARES_FROM = 5
WIDTH = 14
Cells = Mapping[tuple[int, int], Cell]


def sheet(result: MnistRun, matrix: Cells) -> Sheet:
    """One row for each class, computed from the confusion matrix whose cells are `matrix`."""
    names = result.names
    cells = opening(
        result.per_class,
        "Precision: of the images taken for a class, the share that belongs to it. Recall: of the "
        "images of a class, the share that was found. F1 is their harmonic mean.",
    )
    for column, heading in enumerate(("class", *(heading for heading, _, _ in COLUMNS)), 1):
        cells[HEADING_ROW, column] = Cell(heading, "heading")
    for number, name in enumerate(names):
        cells[HEADING_ROW + 1 + number, 1] = Cell(name, "heading")
        cells |= _line(number, len(names), matrix)
    cells |= _means(result, cells)
    widths = {1: max(WIDTH, *(len(name) + 3 for name in result.class_names))}
    widths |= {column: 16 if column == 6 else WIDTH for column in range(2, len(COLUMNS) + 2)}
    charts = (_chart(result, cells),)
    return Sheet(
        result.per_class,
        cells,
        charts=charts,
        widths=widths,
        freeze=(HEADING_ROW + 1, 2),
        tab="D55E00",
        pages_high=1,
        first_view=FirstView(effects=charts),
    )


def _line(number: int, count: int, matrix: Cells) -> dict[tuple[int, int], Cell]:
    """The row of a class: counts from the matrix, and shares computed from them."""
    row = HEADING_ROW + 1 + number
    known = {
        IMAGES: confusion.place(matrix, number, count),
        PREDICTED: confusion.place(matrix, count, number),
        CORRECT: confusion.place(matrix, number, number),
    }
    cells = {}
    for column, (_, expr, style) in enumerate(COLUMNS, 2):
        cells[row, column] = computed(expr, known, style)
        if expr in known:
            known[expr] = Known(Area.of(row, column).column_absolute, known[expr].value)
    return cells


def _means(result: MnistRun, cells: Cells) -> dict[tuple[int, int], Cell]:
    """The unweighted mean of each share over the classes."""
    count = len(result.names)
    row = HEADING_ROW + 1 + count
    means = {(row, 1): Cell("mean", "heading")}
    for column in range(2 + SHARES_FROM, len(COLUMNS) + 2):
        shares = [cells[HEADING_ROW + 1 + number, column].value for number in range(count)]
        numbers = [share for share in shares if not isinstance(share, str)]
        operands = {SHARES: Known(_values(result, cells, column).address, numbers)}
        means[row, column] = computed(mean(SHARES), operands, "percent right")
    return means


def _values(result: MnistRun, cells: Cells, column: int) -> Known:
    count = len(result.names)
    values = [cells[HEADING_ROW + 1 + number, column].value for number in range(count)]
    return down(result.per_class, HEADING_ROW + 1, column, values)


def _chart(result: MnistRun, cells: Cells) -> Chart:
    """A chart of the mistakes from 0 on; bars of shares near 100 % would all look alike."""
    count = len(result.names)
    names = down(result.per_class, HEADING_ROW + 1, 1, result.class_names)
    series = tuple(
        Series(
            at(result.per_class, HEADING_ROW, column, COLUMNS[column - 2][0]),
            names,
            _values(result, cells, column),
        )
        for column in (5, 6)
    )
    return Chart(
        "Mistakes by class",
        "class",
        "images",
        series,
        row=HEADING_ROW + count + 3,
        column=1,
        width=24,
        height=9,
        y_format="0",
        y_min=0,
        bars=True,
    )
