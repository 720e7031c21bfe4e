"""The learning rates side by side: a summary, chosen epochs, and a loss chart for each."""

from math import ceil

import numpy as np
from sympy import Piecewise, Symbol

from toolkit.book.live import computed
from toolkit.book.sheet import Cell, Chart, Known, Sheet, Table, at
from toolkit.network.derivation import LOSS
from toolkit.pages.backprop.layout import (
    RATES,
    START,
    Worked,
    column_of,
    rate_sheet,
    rate_symbol,
)
from toolkit.pages.backprop.parameters import loss_line
from toolkit.pages.backprop.table import title
from toolkit.symbols.equation import quantity
from toolkit.symbols.functions import (
    Text,
    first_at_most,
    joined,
    last,
    length,
    numbers_in,
    smallest,
    when_all_numbers,
    where,
)

HEADINGS = ("table", "η", "loss at the start", "loss at the end", "lowest loss", "at epoch",
            "reached at epoch", "status")  # fmt: skip
FIRST_ROW = 6
CHART_ROWS, CHARTS_ACROSS, CHARTS_A_PAGE = 17, 2, 6
EPOCHS, LOSSES, BEGIN, LOWEST, GOAL, EPOCH, SO_FAR = (
    quantity(n) for n in ("epochs", "losses", "start", "lowest", "goal", "an epoch", "so far")
)
CHOSEN_EPOCHS = (0, 1, 2, 5, 10, 20, 50, 100)
NOISE = 1e-9  # so that a loss that has come to rest counts from where it did
LEFT = Text("leaves the range of numbers at epoch ")


def sheet(worked: Worked, tables: list[Table]) -> Sheet:
    """Summary rows above, the losses at chosen epochs, charts below."""
    bottom = FIRST_ROW + len(tables)
    cells = {
        (1, 1): Cell("Learning rates", "title"),
        (2, 1): Cell("The same start, the same network; only the step differs.", "muted"),
        (2, 6): Cell(START, "link", link=START),
        (3, 1): Cell("How many epochs until the loss is at most", "text"),
        (3, 4): Cell(_goal(worked), "input"),
        (3, 5): Cell("(change it)", "note"),
        **{(FIRST_ROW - 1, n): Cell(h, "heading") for n, h in enumerate(HEADINGS, 1)},
        (bottom + 1, 1): Cell("The loss at chosen epochs (change the yellow cells)", "subtitle"),
        (bottom + 2, 1): Cell("table", "heading"),
    }
    for rate, table in enumerate(tables):
        cells |= _summary(worked, table, rate)
        cells |= _chosen(worked, table, rate, bottom + 2)
    widths = {1: 12, 2: 12} | dict.fromkeys(range(3, 8), 17) | {8: 17, 9: 17}
    top = bottom + 4 + len(tables)
    charts = tuple(_chart(worked, table, rate, top) for rate, table in enumerate(tables))
    # Fitted to a page for every six charts; with up to six no page break cuts through one.
    pages = ceil(len(charts) / CHARTS_A_PAGE)
    return Sheet(
        RATES, cells, charts=charts, widths=widths, tab="009E73", pages_high=pages, portrait=True
    )


def _goal(worked: Worked) -> float:
    """A loss that is worth reaching: a tenth of that at the start."""
    start = worked.trace.column(LOSS, 0)[0]
    return float(f"{start / 10:.1g}") if np.isfinite(start) else 0.1


def _summary(worked: Worked, table: Table, rate: int) -> dict[tuple[int, int], Cell]:
    row, letter = FIRST_ROW + rate, worked.letters[rate]
    known = _known(worked, table, rate)
    lowest = computed(when_all_numbers(smallest(LOSSES), LOSSES), known, "loss")
    known[LOWEST] = at(RATES, row, 5, lowest.value)
    known[GOAL] = at(RATES, 3, 4, _goal(worked))
    reached = first_at_most(LOSSES, GOAL)
    shown = when_all_numbers(
        Piecewise((reached, reached < 1e9), (Text("not reached"), True)), LOSSES
    )
    return {
        (row, 1): Cell(rate_sheet(letter), "link", link=rate_sheet(letter)),
        (row, 2): computed(rate_symbol(letter), worked.parameters, "text"),
        (row, 3): computed(BEGIN, known, "loss"),
        (row, 4): computed(when_all_numbers(last(LOSSES), LOSSES), known, "loss"),
        (row, 5): lowest,
        (row, 6): computed(
            when_all_numbers(first_at_most(LOSSES, LOWEST * (1 + NOISE)), LOSSES), known, "integer"
        ),
        (row, 7): computed(shown, known, "right"),
        (row, 8): computed(status(), known, "note"),
    }


def status() -> Piecewise:
    """Whether all losses are numbers, or the epoch from which they are not."""
    counted = numbers_in(LOSSES)
    return Piecewise((joined(LEFT, counted), counted < length(LOSSES)), (Text("ok"), True))


def _known(worked: Worked, table: Table, rate: int) -> dict[Symbol, Known]:
    name = rate_sheet(worked.letters[rate])
    losses = column_of(table, LOSS.name)
    start = at(name, table.row + 1, losses + 1, float(worked.trace.column(LOSS, rate)[0]))
    return {EPOCHS: table.known(name, 0), LOSSES: table.known(name, losses), BEGIN: start}


def _chosen(worked: Worked, table: Table, rate: int, heading: int) -> dict[tuple[int, int], Cell]:
    """The loss at some epochs, which stand in yellow above."""
    letter = worked.letters[rate]
    row, known = heading + 1 + rate, _known(worked, table, rate)
    cells = {(row, 1): Cell(rate_sheet(letter), "link", link=rate_sheet(letter))}
    epochs = [epoch for epoch in CHOSEN_EPOCHS if epoch <= worked.trace.epochs]
    for column, epoch in enumerate(epochs, 2):
        known[EPOCH] = at(RATES, heading, column, epoch)
        cells[heading, column] = Cell(epoch, "input")
        shown = when_all_numbers(where(LOSSES, EPOCHS, EPOCH), LOSSES)
        cells[row, column] = computed(shown, known, "loss")
    return cells


def _chart(worked: Worked, table: Table, rate: int, top: int) -> Chart:
    down, across = divmod(rate, CHARTS_ACROSS)
    heading = at(rate_sheet(worked.letters[rate]), 1, 1, title(worked, rate).value)
    return Chart(
        heading,
        "epoch",
        LOSS.name,
        (loss_line(worked, table, rate),),
        row=top + CHART_ROWS * down,
        column=(1, 5)[across],
        width=14,
        height=8,
        y_min=0,
    )
