"""The sheet of softmax: from logits to probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at, down
from toolkit.book.live import computed
from toolkit.book.page import equation_picture
from toolkit.book.sheet import Sheet
from toolkit.book.tables import Cell
from toolkit.book.values import Value
from toolkit.pages.live import explained
from toolkit.pages.live.layout import EQUATION_ROW, FINDING_ROW, TITLE_HEIGHT, Cells, first_view
from toolkit.symbols.equation import Equation

FIRST_ROW = 11
SOFTMAX_QUESTION = (
    "How do logits become probabilities? Each is made a power of e and divided by the sum of all."
)
SOFTMAX_FINDING = (
    "The probabilities add up to 1, and the largest logit has the largest probability."
)
VALUE, CLASS, CLASSES = Symbol("value"), Symbol("class"), Symbol("classes")


@dataclass(frozen=True)
class SoftmaxSheet:
    """A sheet, and where it holds each class with its probability, one by one and as ranges."""

    sheet: Sheet
    each: tuple[tuple[Value, Known], ...]
    classes: Known
    shares: Known


LOGIT, LOGITS, POWER, POWERS = (Symbol(n) for n in ("z", "logits", "power", "powers"))
SHARE = Symbol("p")
HEADINGS = ("class", "logit z", "e^(z - largest)", "probability")


def _steps(
    name: str, classes: Sequence[Value], logits: Sequence[Known]
) -> tuple[Cells, list[Known]]:
    """The cells of the four columns, each computed from those to its left, and the columns."""
    cells: Cells = {}
    columns: list[Known] = []
    for column in range(2, 6):
        for row, (label, logit) in enumerate(zip(classes, logits, strict=True), FIRST_ROW):
            beside = {
                s: at(name, row, 2 + n, cells[row, 2 + n].value)
                for n, s in enumerate((CLASS, LOGIT, POWER)[: column - 2])
            }
            whole = dict(zip((CLASSES, LOGITS, POWERS), columns, strict=False))
            cells[row, column] = _softmax_cell(column, label, logit, beside | whole)
        values = [cells[row, column].value for row in range(FIRST_ROW, FIRST_ROW + len(classes))]
        columns.append(down(name, FIRST_ROW, column, values))
    return cells, columns


def softmax(name: str, title: str, logits: Sequence[Known], names: Sequence[str]) -> SoftmaxSheet:
    """Logits to probabilities, a step a column."""
    classes: list[Value] = [int(n) if n.isdecimal() else n for n in names]
    cells: Cells = {
        (1, 2): Cell(title, "title"),
        (2, 2): Cell(SOFTMAX_QUESTION, "muted"),
        (FINDING_ROW, 2): Cell(SOFTMAX_FINDING, "bold"),
    }
    cells |= {(FIRST_ROW - 1, 2 + n): Cell(word, "heading") for n, word in enumerate(HEADINGS)}
    rows = range(FIRST_ROW, FIRST_ROW + len(classes))
    steps, ranges = _steps(name, classes, logits)
    cells |= steps
    each = tuple(
        (label, at(name, row, 5, cells[row, 5].value))
        for label, row in zip(classes, rows, strict=True)
    )
    widths = {1: 2.0, 2: 14.0, 3: 14.0, 4: 16.0, 5: 14.0}
    lines = (Equation(POWER, explained.POWER), Equation(SHARE, explained.SHARE))
    pictures = tuple(
        equation_picture(line, (EQUATION_ROW, column), explained.SIZE)
        for line, column in zip(lines, (2, 4), strict=True)
    )
    sheet = Sheet(
        name,
        cells,
        widths=widths,
        tab="0072B2",
        pages_high=1,
        pictures=pictures,
        heights={1: TITLE_HEIGHT, EQUATION_ROW: 36.0},
        protected=True,
        first_view=first_view(cells, Area.of(FIRST_ROW, 5, len(classes))),
    )
    return SoftmaxSheet(sheet, each, ranges[0], ranges[3])


def _softmax_cell(column: int, label: Value, logit: Known, known: dict[Symbol, Known]) -> Cell:
    match column:
        case 2:
            return Cell(label, "heading")
        case 3:
            return computed(VALUE, {VALUE: logit}, "number")
        case 4:
            return computed(explained.POWER, known, "number")
    return computed(explained.SHARE, known, "percent right")
