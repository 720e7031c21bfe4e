"""The backprop table, with one sheet for each learning rate and one row for each epoch.

Every column is one equation that is filled down.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from sympy import Expr, Integer, Symbol

from toolkit.book.address import Area, Operand
from toolkit.book.known import ABOVE, Known, in_row
from toolkit.book.live import computed
from toolkit.book.sheet import Chart, Effect, FirstView, Sheet
from toolkit.book.tables import Cell, Column, Table
from toolkit.network.derivation import EPOCH, LEARNING_RATE, LOSS, Derivation
from toolkit.pages.backprop.layout import (
    PARAMETERS,
    LessonLayout,
    rate_sheet,
    rate_symbol,
)
from toolkit.symbols.equation import Equation, Gradient, Previous
from toolkit.symbols.text import Text, joined, number_text

HEADING_ROW = 3
COLUMNS_A_PAGE = 16
ROWS_HINT = "Row 0 is the start; each row below it is one epoch later."
QUESTION = "What does each epoch do to the weights, the outputs and the loss at this learning rate?"
TITLE, FINDING = (1, 2), Area.of(1, 10)
Cells = dict[tuple[int, int], Cell]
Verdict = tuple[Expr, dict[Symbol, Known]]


@dataclass(frozen=True)
class Entry:
    """A column before its position is known: its symbol, its group and its formulas."""

    symbol: Symbol
    group: str
    start: Equation | None = None
    equation: Equation | None = None


def table(run: LessonLayout, rate: int, symbol: Symbol | None = None) -> Table:
    """The table for the learning rate with index `rate`, whose cell is that of `symbol`."""
    (whole,) = parts(run, rate, symbol or rate_symbol(run.letters[rate])).values()
    return whole


def parts(
    run: LessonLayout, rate: int, symbol: Symbol, home: Callable[[Symbol], str] = lambda _: ""
) -> dict[str, Table]:
    """The table divided among sheets, with the same epochs in each row.

    `home` returns the name of the sheet for a quantity.
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
        tables[name] = Table(HEADING_ROW, 1, _outlined(columns))
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
    cells = heading(title(run, rate), PARAMETERS, QUESTION, verdict)
    return page(rate_sheet(run.letters[rate]), cells, epochs, effects=(FINDING,))


def heading(title: Cell, back: str, question: str, verdict: Verdict | None = None) -> Cells:
    """The rows above a table: title and finding, and the question with a hint on the rows.

    Texts begin to the right of the frozen column, so that its edge does not cut them.
    """
    finding = {(FINDING.row, FINDING.column): computed(*verdict, "bold")} if verdict else {}
    return {
        (1, 1): Cell("back", "link", link=back),
        TITLE: title,
        (2, 2): Cell(f"{question} {ROWS_HINT}", "muted"),
        **finding,
    }


def page(
    name: str,
    cells: Cells,
    epochs: Table,
    charts: tuple[Chart, ...] = (),
    tab: str = "0072B2",
    effects: tuple[Effect, ...] = (),
) -> Sheet:
    """A sheet with a table, cells above it and charts beside it. `effects` are those of its
    first view: the first row of epochs, unless told otherwise.
    """
    return Sheet(
        name,
        cells,
        (epochs,),
        charts,
        freeze=(HEADING_ROW + 1, 2),
        tab=tab,
        heights={1: 26.0},
        pages_wide=ceil(len(epochs.columns) / COLUMNS_A_PAGE),
        first_view=FirstView(
            question=Area.of(2, 2),
            effects=effects or (epochs.area.first,),
            finding=FINDING if (FINDING.row, FINDING.column) in cells else None,
        ),
    )


def title(run: LessonLayout, rate: int) -> Cell:
    """The heading of a learning rate: its letter and its present value, as a formula."""
    symbol = rate_symbol(run.letters[rate])
    text = Text(f"Learning rate {run.letters[rate]}: η = ")
    return computed(joined(text, number_text(symbol)), run.parameters, "title")


def entries(run: LessonLayout, symbol: Symbol) -> list[Entry]:
    """The columns in their order, the learning rate in the cell of `symbol`."""
    derived = run.derived
    chosen = Equation(LEARNING_RATE, symbol)
    updates = {update.symbol: update for update in derived.updates}
    forward, losses = _columns(derived)
    epoch = Equation(EPOCH, Previous(EPOCH) + 1)
    return [
        Entry(EPOCH, "epoch", Equation(EPOCH, Integer(0)), epoch),
        *(Entry(s, "inputs", None, Equation(s, s)) for s in derived.inputs),
        *(_parameter(p, "weights", updates, chosen) for p in derived.weights),
        *(_parameter(p, "biases", updates, chosen) for p in derived.biases),
        *(Entry(e.symbol, "forward", None, e) for e in forward),
        *(Entry(s, "targets", None, Equation(s, s)) for s in derived.targets),
        *(Entry(e.symbol, "loss", None, e) for e in losses),
        *(
            Entry(e.symbol, "gradient", None, e)
            for e in (*derived.chain, *derived.parameter_gradients)
        ),
        *(
            Entry(s, "optimizer", Equation(s, Integer(0)), _with_rate(updates[s], chosen))
            for s in derived.states
        ),
    ]


def _parameter(
    parameter: Symbol, group: str, updates: dict[Symbol, Equation], chosen: Equation
) -> Entry:
    """The column of a parameter: it begins with its cell, to which a fixed one stays equal."""
    start = Equation(parameter, parameter)
    if parameter not in updates:
        return Entry(parameter, group, None, start)
    return Entry(parameter, group, start, _with_rate(updates[parameter], chosen))


def _with_rate(update: Equation, chosen: Equation) -> Equation:
    return Equation(update.symbol, update.expr.xreplace({chosen.symbol: chosen.expr}))


def _columns(derived: Derivation) -> tuple[list[Equation], list[Equation]]:
    """The columns of the forward pass, and those of errors and loss.

    The partial sums of a long sum are in the same group, before the sum.
    """
    forward: list[Equation] = []
    losses: list[Equation] = []
    partial: list[Equation] = []
    for equation in derived.columns:
        partial.append(equation)
        role = derived.roles.get(equation.symbol)
        if role:
            (losses if role.kind in ("error", "loss") else forward).extend(partial)
            partial.clear()
    return forward, losses


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
        width=_width(entry),
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


def _width(entry: Entry) -> float:
    if isinstance(entry.symbol, Gradient):
        return 4 + len(entry.symbol.name)
    if entry.symbol == LOSS:
        return 13
    return {"epoch": 7, "inputs": 8, "targets": 8, "loss": 13}.get(entry.group, 10)
