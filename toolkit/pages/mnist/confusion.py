"""The confusion matrix: held-out images counted by label and prediction."""

from collections.abc import Mapping

from sympy import Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at
from toolkit.book.live import computed
from toolkit.book.regions import around
from toolkit.book.sheet import FirstView, Scale, Sheet
from toolkit.book.tables import Cell, Table
from toolkit.pages.mnist import predictions
from toolkit.pages.mnist.layout import CONFUSION, MnistRun, opening
from toolkit.symbols.equation import quantity
from toolkit.symbols.ranges import length, total
from toolkit.symbols.records import occurrences, row_count
from toolkit.symbols.text import Text

HEADING_ROW, FIRST_ROW, FIRST_COLUMN = 6, 7, 2
RIGHT, WRONG = "9CCBEA", "F5A55A"  # blue on the diagonal, orange elsewhere
LABELS, GUESSES, LABEL, GUESS, VERDICTS, COUNTS = (
    Symbol(name) for name in ("labels", "predictions", "label", "prediction", "verdicts", "counts")
)
IMAGES, CORRECT = quantity("images"), quantity("correct")
Cells = dict[tuple[int, int], Cell]


def sheet(result: MnistRun, table: Table) -> Sheet:
    """The matrix with its totals, and the share of correct predictions below it."""
    count = len(result.names)
    known = {
        LABELS: predictions.known(table, "label"),
        GUESSES: predictions.known(table, "prediction"),
        VERDICTS: predictions.known(table, "verdict"),
    }
    cells = opening(
        "Confusion",
        f"How many {result.history.held_out} images of each label were taken for which class. "
        "Right ones are blue; the darker the orange, the more images were taken for another class.",
    )
    cells[HEADING_ROW - 1, FIRST_COLUMN] = Cell("prediction", "name")
    matrix = _matrix(result, known)
    cells |= _headings(result) | matrix | _totals(matrix, count)
    cells |= _summary(known, FIRST_ROW + count + 2)
    widths = {1: 16} | {FIRST_COLUMN + n: _width(result) for n in range(count + 1)}
    return Sheet(
        CONFUSION,
        cells,
        widths=widths,
        freeze=(FIRST_ROW, FIRST_COLUMN),
        tab="D55E00",
        scales=_scales(count),
        first_view=FirstView(effects=(around(matrix),)),
    )


def _width(result: MnistRun) -> float:
    return max(12, 3 + max(map(len, result.class_names)))


def _headings(result: MnistRun) -> Cells:
    cells = {(HEADING_ROW, 1): Cell("label", "heading")}
    for number, name in enumerate((*result.names, "total")):
        cells[HEADING_ROW, FIRST_COLUMN + number] = Cell(name, "heading")
        cells[FIRST_ROW + number, 1] = Cell(name, "heading")
    return cells


def _matrix(result: MnistRun, known: dict[Symbol, Known]) -> Cells:
    """One cell for each pair of classes; its formula reads the names in the headings."""
    cells = {}
    for row, label in enumerate(result.names, FIRST_ROW):
        for column, guess in enumerate(result.names, FIRST_COLUMN):
            heads = {
                LABEL: Known(Area.of(row, 1).column_absolute, label),
                GUESS: Known(Area.of(HEADING_ROW, column).row_absolute, guess),
            }
            expr = row_count(LABELS, LABEL, GUESSES, GUESS)
            cells[row, column] = computed(expr, known | heads, "tally")
    return cells


def _totals(matrix: Cells, count: int) -> Cells:
    cells: Cells = {}
    end_row, end_column = FIRST_ROW + count, FIRST_COLUMN + count
    for number in range(count):
        row, column = FIRST_ROW + number, FIRST_COLUMN + number
        across = Area.of(row, FIRST_COLUMN, wide=count)
        downward = Area.of(FIRST_ROW, column, high=count)
        cells[row, end_column] = _sum(matrix, across)
        cells[end_row, column] = _sum(matrix, downward)
    whole = Area.of(FIRST_ROW, FIRST_COLUMN, count, count)
    cells[end_row, end_column] = _sum(matrix, whole)
    return cells


def _sum(matrix: Cells, area: Area) -> Cell:
    values = [matrix[place].value for place in area.places]
    return computed(total(COUNTS), {COUNTS: Known(area.relative, values)}, "tally total")


def _summary(known: dict[Symbol, Known], row: int) -> Cells:
    """The number of correct predictions, the number of all, and their quotient."""
    right = computed(occurrences(VERDICTS, Text("right")), known, "count")
    images = computed(length(VERDICTS), known, "count")
    operands = {
        CORRECT: Known(Area.of(row, 2).relative, right.value),
        IMAGES: Known(Area.of(row + 1, 2).relative, images.value),
    }
    lines = (
        ("right", right),
        ("images", images),
        ("wrong", computed(IMAGES - CORRECT, operands, "count")),
        ("accuracy", computed(CORRECT / IMAGES, operands, "percent")),
    )
    cells = {}
    for number, (name, cell) in enumerate(lines, row):
        cells[number, 1], cells[number, 2] = Cell(name, "name"), cell
    return cells


def _scales(count: int) -> tuple[Scale, Scale]:
    """A colour scale for the diagonal, and one for the mistakes, which it would hide."""
    ends = FIRST_COLUMN + count - 1
    diagonal, others = [], []
    for number in range(count):
        row, column = FIRST_ROW + number, FIRST_COLUMN + number
        diagonal.append(Area.of(row, column))
        if column > FIRST_COLUMN:
            others.append(Area(row, FIRST_COLUMN, row, column - 1))
        if column < ends:
            others.append(Area(row, column + 1, row, ends))
    return Scale(tuple(diagonal), RIGHT), Scale(tuple(others), WRONG)


def place(cells: Mapping[tuple[int, int], Cell], row: int, column: int) -> Known:
    """A count in the matrix (row and column from 0, then the totals), as an operand of formulas."""
    where = FIRST_ROW + row, FIRST_COLUMN + column
    return at(CONFUSION, *where, cells[where].value)
