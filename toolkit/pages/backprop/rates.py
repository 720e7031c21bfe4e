"""A comparison of the learning rates: a summary, selected epochs, and a loss chart for each."""

from dataclasses import replace
from math import ceil

from toolkit.book.known import at
from toolkit.book.regions import open_areas
from toolkit.book.sheet import Chart, FirstView, Sheet
from toolkit.book.tables import Cell, Table
from toolkit.network.derivation import LOSS
from toolkit.pages.backprop.layout import RATES, START, LessonLayout, rate_sheet, rate_symbol
from toolkit.pages.backprop.loss_curves import (
    WIDTHS,
    Curve,
    chosen,
    comparison,
    goal_cells,
    loss_line,
    summaries,
)
from toolkit.pages.backprop.table import TITLE_COLUMN, TITLE_ROW, title

FIRST_ROW = 6
CHART_ROWS, CHARTS_ACROSS, CHARTS_A_PAGE = 17, 2, 6
COMPARISON_ROWS = 20


def sheet(run: LessonLayout, tables: list[Table]) -> Sheet:
    """Rows of results, the losses at selected epochs, and charts below."""
    bottom = FIRST_ROW + len(tables)
    curves = [
        Curve(rate_sheet(letter), rate_sheet(letter), table, run.parameters[rate_symbol(letter)])
        for letter, table in zip(run.letters, tables, strict=True)
    ]
    cells = {
        (1, 1): Cell(RATES, "title"),
        (2, 1): Cell("The same start, the same network; only the step differs.", "muted"),
        (2, 6): Cell(START, "link", link=START),
        **goal_cells(run),
        **summaries(run, curves, RATES, FIRST_ROW - 1, "table"),
        **chosen(run, curves, RATES, bottom + 1, "table"),
    }
    top = bottom + 4 + len(tables)
    several = len(tables) > 1
    below = top + COMPARISON_ROWS * several
    charts = tuple(_chart(run, table, rate, below) for rate, table in enumerate(tables))
    # Six charts fit one page, so with up to six charts no page break divides one.
    pages = ceil(len(charts) / CHARTS_A_PAGE)
    if several:
        charts = (_comparison(run, tables, top), *charts)
    return Sheet(
        RATES,
        cells,
        charts=charts,
        widths=WIDTHS,
        tab="009E73",
        pages_high=pages,
        portrait=True,
        first_view=FirstView(controls=open_areas(cells), effects=charts[:1]),
    )


def _comparison(run: LessonLayout, tables: list[Table], top: int) -> Chart:
    """A wider copy of the chart on the sheet Parameters."""
    return replace(comparison(run, tables), row=top, column=1, width=28.4, height=9.5)


def _chart(run: LessonLayout, table: Table, rate: int, top: int) -> Chart:
    down, across = divmod(rate, CHARTS_ACROSS)
    name = rate_sheet(run.letters[rate])
    heading = at(name, TITLE_ROW, TITLE_COLUMN, title(run, rate).value)
    return Chart(
        heading,
        "epoch",
        LOSS.name,
        (loss_line(run, table, rate),),
        row=top + CHART_ROWS * down,
        column=(1, 5)[across],
        width=14,
        height=8,
        y_min=0,
    )
