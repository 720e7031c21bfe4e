"""Precision and recall: how well the network recognizes each class."""

from collections.abc import Mapping

from sympy import Expr, Piecewise

from toolkit.book.address import Area
from toolkit.book.known import Known, at, down
from toolkit.book.live import computed
from toolkit.book.sheet import Chart, Series, Sheet
from toolkit.book.tables import Cell
from toolkit.pages.mnist import confusion, layout
from toolkit.pages.mnist.layout import FIRST_ROW, MnistRun, sentence
from toolkit.symbols.equation import quantity
from toolkit.symbols.lookups import lookup
from toolkit.symbols.ranges import largest, mean
from toolkit.symbols.text import Text

HEADING_ROW = FIRST_ROW
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
MISSED, CLAIMED = 5, 6  # the columns that the chart shows
SHARES_FROM = 5
WIDTH, GAP, SHORT_NAME = 9.0, 2.0, 12  # characters
WIDE, NARROW, HEIGHT = 15.0, 11.5, 10.0  # centimetres of the chart
NAMES, LOST, TAKEN = (quantity(name) for name in ("names", "missed", "claimed"))
FOUND_IN = {NAMES: 1, IMAGES: 2, LOST: MISSED, TAKEN: CLAIMED}  # columns
NOTES = (
    "Precision: of the images that are taken for a class, the share that belongs to it.",
    "Recall: of the images of a class, the share that is recognized.",
    "F1: the harmonic mean of precision and recall.",
)
Cells = Mapping[tuple[int, int], Cell]


def sheet(result: MnistRun, matrix: Cells) -> Sheet:
    """One row for each class, computed from the confusion matrix whose cells are `matrix`."""
    question = f"Which {result.classes} does the network miss, and which does it claim wrongly?"
    page = layout.page(result.per_class, result.per_class, question, "D55E00")
    for column, heading in enumerate(("class", *(heading for heading, _, _ in COLUMNS)), 1):
        page.cells[HEADING_ROW, column] = Cell(heading, "wrapped heading")
    page.heights[HEADING_ROW] = 30.0
    for number, name in enumerate(result.names):
        page.cells[HEADING_ROW + 1 + number, 1] = Cell(name, "heading")
        page.cells |= _line(number, len(result.names), matrix)
    page.cells |= _means(result, page.cells)
    for row, note in enumerate(NOTES, HEADING_ROW + len(result.names) + 3):
        page.cells[row, 1] = Cell(note, "muted")
    page.widths |= {1: max(WIDTH, result.longest_name + 3), len(COLUMNS) + 2: GAP}
    page.widths |= dict.fromkeys(range(2, len(COLUMNS) + 2), WIDTH)
    page.freeze, page.pages_high = (HEADING_ROW + 1, 1), 1
    page.charts.append(_chart(result, page.cells))
    page.effects += page.charts
    known = {symbol: _values(result, page.cells, column) for symbol, column in FOUND_IN.items()}
    page.state(_finding(), known)
    return page.finish()


def _finding() -> Expr:
    """The class that is missed most often, and the one that is predicted wrongly most often."""
    worst = sentence(
        "The network misses ",
        lookup(NAMES, LOST, largest(LOST)),
        " most often (",
        largest(LOST),
        " of ",
        lookup(IMAGES, LOST, largest(LOST)),
        " images), and most often takes other images for ",
        lookup(NAMES, TAKEN, largest(TAKEN)),
        " (",
        largest(TAKEN),
        " images).",
    )
    return Piecewise((worst, largest(LOST) >= 1), (Text("The network misses no image."), True))


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
    names = down(result.per_class, HEADING_ROW + 1, 1, result.class_names)
    series = tuple(
        Series(
            at(result.per_class, HEADING_ROW, column, COLUMNS[column - 2][0]),
            names,
            _values(result, cells, column),
        )
        for column in (MISSED, CLAIMED)
    )
    return Chart(
        "Mistakes by class",
        "class",
        "images",
        series,
        row=HEADING_ROW + 1,
        column=len(COLUMNS) + 3,
        width=WIDE if result.longest_name <= SHORT_NAME else NARROW,
        height=HEIGHT,
        y_format="0",
        y_min=0,
        bars=True,
    )
