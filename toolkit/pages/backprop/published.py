"""Published values of a lesson, with the computed values beside them."""

from typing import cast

from sympy import Abs, Expr, Piecewise, Rational, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at
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
FIRST_ROW = 8
MOST_NAMES = 40  # number of quantities that an error lists
NOTE_WIDTH = 105  # characters
A_PAGE = 60  # rows
PRINTED, OURS, OFF, COLUMN, EPOCHS, EPOCH = (
    quantity(n) for n in ("printed", "ours", "off", "column", "epochs", "an epoch")
)
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
    note = published.note or ""
    cells = {
        (1, 1): Cell(PUBLISHED, "title"),
        (1, 7): Cell(START, "link", link=START),
        (2, 1): Cell(published.source, "name"),
        **({(3, 1): Cell(note, "wrapped")} if note else {}),
        (4, 1): Cell(MEANING, "muted"),
        (5, 1): Cell(name, "link", link=name),
        (5, 2): Cell(
            "is the table that ours is read from: change a parameter, and it departs.", "muted"
        ),
        **{(FIRST_ROW - 1, n): Cell(h, "heading") for n, h in enumerate(HEADINGS, 1)},
    }
    for row, figure in enumerate(published.figures, FIRST_ROW):
        cells |= _printed(figure, row)
        cells |= _row(figure, row, name, tables[rate], template)
    rows = FIRST_ROW + len(published.figures)
    return Sheet(
        PUBLISHED,
        cells,
        widths=WIDTHS,
        freeze=(FIRST_ROW, 2),
        tab="009E73",
        portrait=True,
        pages_high=1 if rows <= A_PAGE else None,
        merges=(Area(3, 1, 3, 7),),
        first_view=FirstView(effects=(Area.of(FIRST_ROW, 7, len(published.figures)),)),
        heights={3: LINE_POINTS * max(1, -(-len(note) // NOTE_WIDTH))},
    )


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
        (Text("all printed digits"), Abs(OFF) <= half),
        (digits, Abs(OFF) <= Abs(PRINTED) / 10),
        (Text("differs"), True),
    )
