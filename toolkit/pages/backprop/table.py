"""The backprop table, with one sheet for each learning rate and one row for each epoch.

Every column is one equation that is filled down.
"""

from collections.abc import Callable
from dataclasses import replace
from math import ceil

import numpy as np
from sympy import Expr, Piecewise, Symbol

from toolkit.book.address import Area, Operand
from toolkit.book.known import ABOVE, Known, at, in_row
from toolkit.book.live import computed
from toolkit.book.sheet import Chart, Effect, FirstView, Sheet
from toolkit.book.tables import Cell, Column, Table
from toolkit.network.derivation import EPOCH, LOSS
from toolkit.pages.backprop.entries import Entry, entries, width
from toolkit.pages.backprop.layout import (
    PARAMETERS,
    LessonLayout,
    column_of,
    rate_sheet,
    rate_symbol,
)
from toolkit.symbols.equation import Equation, Previous, quantity
from toolkit.symbols.lookups import last
from toolkit.symbols.ranges import length, numbers_in
from toolkit.symbols.text import Text, joined, number_text

FIRST_LOSSES = 10  # epochs
TITLE_ROW, QUESTION_ROW, FINDING_ROW, HEADING_ROW = 1, 2, 3, 4
TITLE_COLUMN = 2  # titles begin beside the frozen column, which would cut them
CHART_HEADING_ROW = 16  # of a table with a chart above it
HINT_COLUMN = 12
COLUMNS_A_PAGE = 16
ROWS_HINT = "Row 0 is the start; each row below it is one epoch later."
OUTLINE_HINT = "The brackets above the columns fold a group of columns."
QUESTION = "How do the loss and the parameters change from epoch to epoch?"
LOSSES, BEGIN = quantity("losses"), quantity("loss at the start")
Cells = dict[tuple[int, int], Cell]
Verdict = tuple[Expr, dict[Symbol, Known]]


def table(run: LessonLayout, rate: int, symbol: Symbol | None = None) -> Table:
    """The table for the learning rate with index `rate`, whose cell is that of `symbol`."""
    (whole,) = parts(run, rate, symbol or rate_symbol(run.letters[rate])).values()
    return whole


def parts(
    run: LessonLayout,
    rate: int,
    symbol: Symbol,
    home: Callable[[Symbol], str] = lambda _: "",
    row: int = HEADING_ROW,
) -> dict[str, Table]:
    """The table divided among sheets, with the same epochs in each row.

    `home` returns the name of the sheet for a quantity; `row` is the row of the headings.
    """
    epoch, *others = entries(run, symbol)
    by_sheet: dict[str, list[Entry]] = {}
    for entry in others:
        by_sheet.setdefault(home(entry.symbol), [epoch]).append(entry)
    places = {
        name: {entry.symbol: (n, "") for n, entry in enumerate(there, 1)}
        for name, there in by_sheet.items()
    }
    tables = {}
    for name, there in by_sheet.items():
        elsewhere = {
            s: (n, other)
            for other, place in places.items()
            for s, (n, _) in place.items()
            if other != name
        }
        cells = _addresses(elsewhere | places[name], run.parameters)
        columns = tuple(_column(entry, cells, run, rate) for entry in there)
        tables[name] = Table(row, 1, _outlined(columns))
    return tables


def _outlined(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns with outline levels: a group can be collapsed to its first column."""
    before = ("", *(column.heading_style for column in columns[:-1]))
    pairs = zip(columns, before, strict=True)
    return tuple(replace(c, outline=int(c.heading_style == last)) for c, last in pairs)


def sheet(run: LessonLayout, rate: int, epochs: Table, verdict: Verdict) -> Sheet:
    """The table with its heading; epochs and headings remain visible.

    `verdict` is the sentence about this learning rate, with the cells that it reads.
    """
    cells = heading(title(run, rate), PARAMETERS, QUESTION, verdict) | hints()
    return page(rate_sheet(run.letters[rate]), cells, epochs, effects=losses(epochs))


def heading(title: Cell, back: str, question: str, finding: Verdict) -> Cells:
    """The rows above a table: its title, a question, and a sentence that answers it.

    Texts begin to the right of the frozen column, so that its edge does not cut them.
    """
    return {
        (TITLE_ROW, TITLE_COLUMN): title,
        (QUESTION_ROW, 1): Cell("back", "link", link=back),
        (QUESTION_ROW, TITLE_COLUMN): Cell(question),
        (FINDING_ROW, TITLE_COLUMN): computed(*finding, "bold"),
    }


def hints(row: int = TITLE_ROW) -> Cells:
    """Two remarks to the right of the title, on the rows and the columns of the table."""
    return {
        (row, HINT_COLUMN): Cell(ROWS_HINT, "muted"),
        (row + 1, HINT_COLUMN): Cell(OUTLINE_HINT, "muted"),
    }


def course(name: str, epochs: Table) -> Verdict:
    """A sentence on the loss at the start and at the end of a table on the sheet `name`, with the
    cells that it reads.
    """
    column = column_of(epochs, LOSS.name)
    values = epochs.known(name, column)
    start = at(name, epochs.row + 1, epochs.column + column, values.values[0])
    counted, count = numbers_in(LOSSES), length(LOSSES)
    ending = joined(
        Text(" from "),
        number_text(BEGIN),
        Text(" to "),
        number_text(last(LOSSES)),
        Text(f" in {epochs.last_row - epochs.row - 1} epochs."),
    )
    sentence = Piecewise(
        (
            joined(Text(f"{LOSS.name} leaves the range of numbers at epoch "), counted),
            counted < count,
        ),
        (joined(Text(f"{LOSS.name} falls"), ending), last(LOSSES) < BEGIN),
        (joined(Text(f"{LOSS.name} rises"), ending), last(LOSSES) > BEGIN),
        (Text(f"{LOSS.name} is the same at the end as at the start."), True),
    )
    return sentence, {LOSSES: values, BEGIN: start}


def page(
    name: str,
    cells: Cells,
    epochs: Table,
    charts: tuple[Chart, ...] = (),
    tab: str = "0072B2",
    effects: tuple[Effect, ...] = (),
) -> Sheet:
    """A sheet with a table, cells above it and charts between them. `effects` are those of its
    first view: the first row of epochs, unless told otherwise.
    """
    return Sheet(
        name,
        cells,
        (epochs,),
        charts,
        heights={TITLE_ROW: 26.0},
        freeze=(epochs.row + 1, 2),
        tab=tab,
        pages_wide=ceil(len(epochs.columns) / COLUMNS_A_PAGE),
        first_view=FirstView(
            question=Area.of(QUESTION_ROW, TITLE_COLUMN),
            effects=effects or (epochs.area.first,),
            finding=Area.of(FINDING_ROW, TITLE_COLUMN),
        ),
    )


def losses(epochs: Table) -> tuple[Area, ...]:
    """The loss of the first epochs, which shows whether a network learns."""
    column = epochs.column + column_of(epochs, LOSS.name)
    return (Area.of(epochs.row, column, min(FIRST_LOSSES, epochs.last_row - epochs.row) + 1),)


def title(run: LessonLayout, rate: int) -> Cell:
    """The heading of a learning rate: its letter and its present value, as a formula."""
    symbol = rate_symbol(run.letters[rate])
    text = Text(f"Learning rate {run.letters[rate]}: η = ")
    return computed(joined(text, number_text(symbol)), run.parameters, "title")


def _addresses(
    places: dict[Symbol, tuple[int, str]], parameters: dict[Symbol, Known]
) -> Callable[[Symbol], Operand]:
    """A function that returns the address of a symbol for formulas of this table.

    Addresses are in the same row, in the row above, or the cell of a parameter. `places` holds the
    column and the sheet of each symbol; the name of the sheet is empty for this table.
    """

    def address(symbol: Symbol) -> Operand:
        if isinstance(symbol, Previous):
            column, sheet = places[symbol.of]
            return in_row(column, row=ABOVE, sheet=sheet)
        if symbol in places:
            column, sheet = places[symbol]
            return in_row(column, sheet=sheet)
        return parameters[symbol].address

    return address


def _column(
    entry: Entry, cells: Callable[[Symbol], Operand], run: LessonLayout, rate: int
) -> Column:
    values = (
        np.arange(run.trace.epochs + 1)
        if entry.symbol == EPOCH
        else run.trace.column(entry.symbol, rate)
    )
    return Column(
        entry.symbol.name,
        values,
        style="integer" if entry.symbol == EPOCH else "fit",
        heading_style=f"heading {entry.group}",
        formula=_formula(entry.equation, cells, run),
        first=_formula(entry.start, cells, run),
        width=width(entry),
    )


def _formula(
    equation: Equation | None, cells: Callable[[Symbol], Operand], run: LessonLayout
) -> str | None:
    """The formula of an equation; `s = s` copies a parameter from its cell."""
    if equation is None:
        return None
    if equation.expr == equation.symbol:
        return f"={run.parameters[equation.symbol].address}"
    return equation.formula(cells)
