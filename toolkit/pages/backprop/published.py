"""Published values of a lesson, with the computed values beside them."""

from collections.abc import Mapping
from typing import cast

from sympy import Abs, Expr, Piecewise, Rational, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at, down
from toolkit.book.live import computed
from toolkit.book.sheet import FirstView, Sheet
from toolkit.book.tables import Cell, Table
from toolkit.book.theme import MOST_DECIMALS
from toolkit.files.errors import ToolkitError
from toolkit.files.shell import shell_line
from toolkit.files.templates import brief, suggestion
from toolkit.network.derivation import Derivation
from toolkit.network.lesson import Lesson
from toolkit.network.published import Figure, Published
from toolkit.pages.backprop.layout import PUBLISHED, START, LessonLayout, column_of, rate_sheet
from toolkit.pages.backprop.lines import LINE_POINTS
from toolkit.symbols.choices import same_digits, when_all_numbers
from toolkit.symbols.equation import quantity
from toolkit.symbols.lookups import lookup
from toolkit.symbols.records import occurrences
from toolkit.symbols.text import Text, joined

HEADINGS = (
    "quantity",
    "epoch",
    "as printed",
    "ours",
    "difference",
    "relative difference",
    "agreement",
)
WIDTHS = {1: 16, 2: 8, 3: 18, 4: 18, 5: 13, 6: 19, 7: 20}
QUESTION_ROW, FINDING_ROW, FIRST_ROW = 2, 3, 5
SEEN = 23  # rows of the table that lie in the first view
MOST_NAMES = 40  # number of quantities that an error lists
NOTE_WIDTH = 105  # characters
A_PAGE = 60  # rows
PRINTED, OURS, OFF, COLUMN, EPOCHS, EPOCH = (
    quantity(n) for n in ("printed", "ours", "off", "column", "epochs", "an epoch")
)
VERDICTS = quantity("verdicts")
AGREES = "all printed digits"
QUESTION = "Does this workbook compute the values that were published for the same network?"
AGREEMENT = "published values agree with ours in all digits that are printed."
MEANING = (
    "All printed digits: ours rounds to what is printed. "
    "To N digits: the relative difference is at most 10^-N."
)


def check_names(lesson: Lesson, derived: Derivation) -> None:
    """Raise ToolkitError if a published value belongs to a quantity that no table contains."""
    names = [s.name for s in (*derived.leaves, *(e.symbol for e in derived.table))]
    known = dict.fromkeys(names)
    for number, figure in enumerate(lesson.published.figures if lesson.published else (), 1):
        if figure.quantity not in known:
            more = f" or {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
            choices = ", ".join(names[:MOST_NAMES]) + more
            raise ToolkitError(
                f"published.figures[{number}]: no quantity {brief(repr(figure.quantity))}"
                f"{suggestion(figure.quantity, names)}; use one of {choices}"
            )


def applies(run: LessonLayout) -> bool:
    """Whether there are published values, and a table at their learning rate."""
    published = run.lesson.published
    return published is not None and published.learning_rate in run.trace.learning_rates


def sheet(run: LessonLayout, tables: list[Table], template: str) -> Sheet:
    """One row for each value, compared with the table at its learning rate."""
    published = cast("Published", run.lesson.published)
    rate = run.trace.learning_rates.index(published.learning_rate)
    name = rate_sheet(run.letters[rate])
    count = len(published.figures)
    cells = {
        (1, 1): Cell(PUBLISHED, "title"),
        (1, 7): Cell(START, "link", link=START),
        (QUESTION_ROW, 1): Cell(QUESTION, "muted"),
        **{(FIRST_ROW - 1, n): Cell(h, "heading") for n, h in enumerate(HEADINGS, 1)},
    }
    for row, figure in enumerate(published.figures, FIRST_ROW):
        cells |= _printed(figure, row)
        cells |= _row(figure, row, name, tables[rate], template)
    cells[FINDING_ROW, 1] = _finding(cells, count)
    below = FIRST_ROW + count + 1
    cells |= _sources(published, below, name)
    note = published.note or ""
    return Sheet(
        PUBLISHED,
        cells,
        widths=WIDTHS,
        freeze=(FIRST_ROW, 1),
        tab="009E73",
        portrait=True,
        pages_high=1 if below <= A_PAGE else None,
        merges=(Area(below + 1, 1, below + 1, 7),),
        first_view=FirstView(
            question=Area.of(QUESTION_ROW, 1),
            effects=(Area.of(FIRST_ROW, 7, min(count, SEEN)),),
            finding=Area.of(FINDING_ROW, 1),
        ),
        heights={
            1: 26.0,
            below + 1: LINE_POINTS * max(1, -(-len(note) // NOTE_WIDTH)),
        },
    )


def _finding(cells: Mapping[tuple[int, int], Cell], count: int) -> Cell:
    """How many of the values that the table reaches agree in all printed digits, by formula."""
    rows = range(FIRST_ROW, FIRST_ROW + count)
    verdicts = [cells[row, 7].value if (row, 7) in cells else None for row in rows]
    reached = sum(verdict is not None for verdict in verdicts)
    sentence = joined(occurrences(VERDICTS, Text(AGREES)), Text(f" of {reached} {AGREEMENT}"))
    return computed(sentence, {VERDICTS: down(PUBLISHED, FIRST_ROW, 7, verdicts)}, "name")


def _sources(published: Published, row: int, name: str) -> dict[tuple[int, int], Cell]:
    """Where the values were published, and what is compared how."""
    return {
        (row, 1): Cell(published.source, "name"),
        (row + 1, 1): Cell(published.note or "", "wrapped"),
        (row + 2, 1): Cell(MEANING, "muted"),
        (row + 3, 1): Cell(name, "link", link=name),
        (row + 3, 2): Cell(
            "is the table that ours is read from: change a parameter, and it departs.", "muted"
        ),
    }


def _printed(figure: Figure, row: int) -> dict[tuple[int, int], Cell]:
    return {
        (row, 1): Cell(figure.quantity, "symbol"),
        (row, 2): Cell(figure.epoch, "integer"),
        (row, 3): Cell(float(figure.printed), _digits(figure)),
    }


def _digits(figure: Figure) -> str:
    return f"decimals {min(figure.decimals, MOST_DECIMALS)}"


def _row(
    figure: Figure, row: int, name: str, table: Table, template: str
) -> dict[tuple[int, int], Cell]:
    """The row of a value: the computed value and the difference.

    If the table ends before the epoch of the value, the row says how to compute it.
    """
    if figure.epoch > table.last_row - table.row - 1:
        command = ["toolkit", "backprop", template, "--epochs", str(figure.epoch)]
        return {(row, 4): Cell(f"run: {shell_line(command)}", "note")}
    known = {
        EPOCH: at(PUBLISHED, row, 2, figure.epoch),
        PRINTED: at(PUBLISHED, row, 3, float(figure.printed)),
        EPOCHS: table.known(name, 0),
        COLUMN: table.known(name, column_of(table, figure.quantity)),
    }
    cells = {}
    for column, symbol, expr, style in (
        (4, OURS, lookup(COLUMN, EPOCHS, EPOCH), _digits(figure)),
        (5, OFF, OURS - PRINTED, "tiny"),
        (6, None, _share(), "tiny"),
        (7, None, _agreement(figure), "note"),
    ):
        cells[row, column] = _where_numbers(expr, known, style)
        if symbol is not None:
            known[symbol] = at(PUBLISHED, row, column, cells[row, column].value)
    return cells


def _where_numbers(expr: Expr, known: dict[Symbol, Known], style: str) -> Cell:
    """The expression, or a dash if the run leaves the range of numbers."""
    return computed(when_all_numbers(expr, COLUMN), known, style)


def _share() -> Expr:
    return Piecewise((Abs(OFF) / Abs(PRINTED), Abs(PRINTED) > 0), (Text("–"), True))


def _agreement(figure: Figure) -> Expr:
    """A sentence; a difference of half a unit of the last digit may be due to rounding."""
    half = Rational(1, 2 * 10**figure.decimals)
    digits = joined(Text("to "), same_digits(OURS, PRINTED), Text(" digits"))
    return Piecewise(
        (Text(AGREES), Abs(OFF) <= half),
        (digits, Abs(OFF) <= Abs(PRINTED) / 10),
        (Text("differs"), True),
    )
