"""The confusion matrix: held-out images counted by label and prediction."""

from collections.abc import Mapping

from sympy import Expr, Max, Piecewise, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at, down
from toolkit.book.live import computed
from toolkit.book.regions import around
from toolkit.book.sheet import Scale, Sheet
from toolkit.book.tables import Cell, Table
from toolkit.pages.mnist import layout, predictions
from toolkit.pages.mnist.layout import CONFUSION, MnistPage, MnistRun, sentence
from toolkit.symbols.equation import quantity
from toolkit.symbols.lookups import lookup, lookup_across
from toolkit.symbols.ranges import largest, length, total
from toolkit.symbols.records import occurrences, row_count
from toolkit.symbols.text import Text, grouped_text

HEADING_ROW, FIRST_ROW, FIRST_COLUMN = 6, 7, 2
WIDTH, WRAPPED, LINE = 9.5, 7, 15.0  # characters, characters in a line of a heading, points
RIGHT, WRONG = "9CCBEA", "F5A55A"  # blue on the diagonal, orange elsewhere
LABELS, GUESSES, LABEL, GUESS, VERDICTS, COUNTS = (
    Symbol(name) for name in ("labels", "predictions", "label", "prediction", "verdicts", "counts")
)
IMAGES, CORRECT = quantity("images"), quantity("correct")
ALL, TIMES = quantity("all images"), quantity("times")
# The counts and the names of the classes on both sides of the diagonal.
BEFORE, AFTER = (
    (quantity(f"counts {side}"), quantity(f"names {side}")) for side in ("before", "after")
)
MOST_TAKEN = ("mostly taken for", "times")
Cells = dict[tuple[int, int], Cell]


def sheet(result: MnistRun, table: Table) -> Sheet:
    """The matrix with its totals, and the share of correct predictions below it."""
    count, held_out = len(result.names), result.history.held_out
    known = {
        LABELS: predictions.known(table, "label"),
        GUESSES: predictions.known(table, "prediction"),
        VERDICTS: predictions.known(table, "verdict"),
    }
    question = f"Which {result.classes} does the network take for which others?"
    page = layout.page(CONFUSION, "Confusion matrix", question, "D55E00")
    note = (
        f"Each row counts the {held_out} images of one label, each column those of one prediction. "
        "Correct ones are blue; the darker the orange, the more mistakes."
    )
    page.cells[HEADING_ROW - 1, 1] = Cell(note, "muted")
    matrix = _matrix(result, known)
    page.cells |= _headings(result) | matrix | _totals(matrix, count)
    _write_largest(page, result)
    _write_summary(page, known, FIRST_ROW + count + 2)
    page.state(_finding(), _findings(page, result))
    page.widths |= {1: max(10, result.longest_name + 3)}
    page.widths |= dict.fromkeys(range(FIRST_COLUMN, FIRST_COLUMN + count + 3), WIDTH)
    page.widths[FIRST_COLUMN + count + 1] = max(WIDTH, result.longest_name + 2)
    page.heights[HEADING_ROW] = LINE * max(2, -(-result.longest_name // WRAPPED))
    page.freeze = FIRST_ROW, 1
    page.scales += _scales(count)
    page.effects.append(around(matrix))
    return page.finish()


def _headings(result: MnistRun) -> Cells:
    cells = {(HEADING_ROW, 1): Cell("label", "heading")}
    for number, name in enumerate((*result.names, "total")):
        cells[HEADING_ROW, FIRST_COLUMN + number] = Cell(name, "wrapped heading")
        cells[FIRST_ROW + number, 1] = Cell(name, "heading")
    for column, heading in enumerate(MOST_TAKEN, FIRST_COLUMN + len(result.names) + 1):
        cells[HEADING_ROW, column] = Cell(heading, "wrapped heading")
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


def _write_largest(page: MnistPage, result: MnistRun) -> None:
    """Write the most frequent mistake of each class, and how often it is made."""
    end = FIRST_COLUMN + len(result.names)
    for number in range(len(result.names)):
        row, diagonal = FIRST_ROW + number, FIRST_COLUMN + number
        spans = {BEFORE: (FIRST_COLUMN, diagonal), AFTER: (diagonal + 1, end)}
        known = {}
        for (counts, names), (first, last) in spans.items():
            if first < last:
                known[counts] = _across(page, row, first, last)
                known[names] = _across(page, HEADING_ROW, first, last)
        sides = [side for side in spans if side[0] in known]
        times = Max(*(largest(counts) for counts, _ in sides))
        known[TIMES] = page.compute((row, end + 2), times, known, "tally")
        # The counts on each side of the diagonal are searched, because that may hold the same one.
        answers = [(lookup_across(n, c, TIMES), largest(c) >= TIMES) for c, n in sides]
        taken = Piecewise((Text("–"), TIMES < 1), *answers[:-1], (answers[-1][0], True))
        page.compute((row, end + 1), taken, known, "tally")


def _across(page: MnistPage, row: int, first: int, last: int) -> Known:
    """The cells of a row from the column `first` to the one before `last`."""
    values = [page.cells[row, column].value for column in range(first, last)]
    return Known(Area.of(row, first, wide=last - first).absolute, values)


def _findings(page: MnistPage, result: MnistRun) -> dict[Symbol, Known]:
    count = len(result.names)
    end, summary = FIRST_COLUMN + count, FIRST_ROW + count + 2
    columns = {LABELS: 1, IMAGES: end, GUESSES: end + 1, COUNTS: end + 2}
    rows = range(FIRST_ROW, FIRST_ROW + count)
    known = {
        symbol: down(CONFUSION, FIRST_ROW, column, [page.cells[row, column].value for row in rows])
        for symbol, column in columns.items()
    }
    places = {CORRECT: (summary, 2), ALL: (summary + 1, 2)}
    return known | {symbol: page.known(place) for symbol, place in places.items()}


def _write_summary(page: MnistPage, known: dict[Symbol, Known], row: int) -> None:
    """The number of correct predictions, the number of all, and their quotient."""
    lines = (
        ("right", occurrences(VERDICTS, Text("right")), "count"),
        ("images", length(VERDICTS), "count"),
        ("wrong", ALL - CORRECT, "count"),
        ("accuracy", CORRECT / ALL, "percent"),
    )
    known = dict(known)
    for (name, expr, style), number in zip(lines, range(row, row + len(lines)), strict=True):
        page.cells[number, 1] = Cell(name, "name")
        cell = page.compute((number, 2), expr, known, style)
        if number < row + 2:
            known[(CORRECT, ALL)[number - row]] = cell


def _finding() -> Expr:
    most = largest(COUNTS)
    pair = sentence(
        "The most frequent mistake: ",
        lookup(LABELS, COUNTS, most),
        " is taken for ",
        lookup(GUESSES, COUNTS, most),
        " (",
        most,
        " of ",
        lookup(IMAGES, COUNTS, most),
        " images). ",
    )
    none = Text("No image is taken for another class. ")
    return sentence(
        Piecewise((pair, most >= 1), (none, True)),
        grouped_text(CORRECT),
        " of ",
        grouped_text(ALL),
        " images are classified correctly.",
    )


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
