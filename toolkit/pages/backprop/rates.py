"""The learning rates side by side: a summary and a loss chart for each."""

from math import ceil

from sympy import Symbol

from toolkit.book.live import computed
from toolkit.book.sheet import Cell, Chart, Known, Sheet, Table, at
from toolkit.network.derivation import LOSS
from toolkit.pages.backprop.layout import (
    PARAMETERS,
    RATES,
    Worked,
    column_of,
    rate_sheet,
    rate_symbol,
)
from toolkit.pages.backprop.parameters import loss_line
from toolkit.pages.backprop.table import title
from toolkit.symbols.equation import quantity
from toolkit.symbols.functions import last, smallest, where

HEADINGS = ("table", "η", "loss at the start", "loss at the end", "lowest loss", "at epoch")
FIRST_ROW = 5
CHART_ROWS, CHARTS_ACROSS, CHARTS_A_PAGE = 17, 2, 6
EPOCHS, LOSSES, START, LOWEST = (quantity(n) for n in ("epochs", "losses", "start", "lowest"))


def sheet(worked: Worked, tables: list[Table]) -> Sheet:
    """Summary rows above, charts below."""
    cells = {
        (1, 1): Cell("Learning rates", "title"),
        (2, 1): Cell(
            "The same start, the same network; only the size of the step differs.", "muted"
        ),
        (2, 6): Cell(PARAMETERS, "link", link=PARAMETERS),
        **{(FIRST_ROW - 1, n): Cell(h, "heading") for n, h in enumerate(HEADINGS, 1)},
    }
    for rate, table in enumerate(tables):
        cells |= _summary(worked, table, rate)
    widths = {1: 12, 2: 10} | dict.fromkeys(range(3, 7), 17)
    charts = tuple(_chart(worked, table, rate) for rate, table in enumerate(tables))
    # Fitted to a page for every six charts; with up to six no page break cuts through one.
    pages = ceil(len(charts) / CHARTS_A_PAGE)
    return Sheet(
        RATES, cells, charts=charts, widths=widths, tab="009E73", pages_high=pages, portrait=True
    )


def _summary(worked: Worked, table: Table, rate: int) -> dict[tuple[int, int], Cell]:
    row, letter = FIRST_ROW + rate, worked.letters[rate]
    known = _known(worked, table, rate)
    lowest = computed(smallest(LOSSES), known, "loss")
    known[LOWEST] = at(RATES, row, 5, lowest.value)
    return {
        (row, 1): Cell(rate_sheet(letter), "link", link=rate_sheet(letter)),
        (row, 2): computed(rate_symbol(letter), worked.parameters, "text"),
        (row, 3): computed(START, known, "loss"),
        (row, 4): computed(last(LOSSES), known, "loss"),
        (row, 5): lowest,
        (row, 6): computed(where(EPOCHS, LOSSES, LOWEST), known, "integer"),
    }


def _known(worked: Worked, table: Table, rate: int) -> dict[Symbol, Known]:
    name = rate_sheet(worked.letters[rate])
    losses = column_of(table, LOSS.name)
    start = at(name, table.row + 1, losses + 1, worked.trace.column(LOSS, rate)[0])
    return {EPOCHS: table.known(name, 0), LOSSES: table.known(name, losses), START: start}


def _chart(worked: Worked, table: Table, rate: int) -> Chart:
    down, across = divmod(rate, CHARTS_ACROSS)
    top = FIRST_ROW + len(worked.letters) + 1
    heading = at(rate_sheet(worked.letters[rate]), 1, 1, title(worked, rate).value)
    return Chart(
        heading,
        "epoch",
        LOSS.name,
        (loss_line(worked, table, rate),),
        row=top + CHART_ROWS * down,
        column=(1, 5)[across],
        width=13,
        height=8,
        y_min=0,
    )
