"""Charts of accuracy, loss, learning rate, and the gap between training and test accuracy."""

import math

import numpy as np

from toolkit.book.known import at
from toolkit.book.sheet import Chart, FirstView, Series, Sheet
from toolkit.book.tables import Cell, Table
from toolkit.pages.mnist import words
from toolkit.pages.mnist.layout import CURVES, EPOCHS, MnistRun, column, opening

FIRST_ROW, CHART_ROWS, SECOND_COLUMN = 5, 21, 10


def sheet(result: MnistRun, table: Table) -> Sheet:
    """Four charts of the table on the sheet Epochs, in two rows."""
    held_out = result.history.held_out
    both = ("train", held_out)
    accuracy = _lines(table, *(f"{which} accuracy" for which in both))
    loss = _lines(table, *(f"{which} loss" for which in both))
    gap, rate = _lines(table, f"train − {held_out}"), _lines(table, "learning rate")
    charts = (
        _chart(
            0,
            "Accuracy, epoch by epoch",
            "accuracy",
            accuracy,
            y_format="0%",
            y_max=1,
            y_min=_floor(accuracy),
        ),
        _chart(1, "Loss, epoch by epoch", "loss", loss, y_format="0.000", y_log=True),
        _chart(2, f"Train accuracy less {held_out} accuracy", "difference", gap, y_format="0.0%"),
        _chart(3, "Learning rate at the end of each epoch", "learning rate", rate, y_min=0),
    )
    model = result.history.model
    cells = opening(
        CURVES, f"The columns of sheet Epochs as curves. {words.behind(model, held_out)}"
    )
    cells[FIRST_ROW - 1, 1] = Cell(words.held_out_figures(model, held_out), "muted")
    widths = {1: 12, 2: 12, 3: 12}
    return Sheet(
        CURVES,
        cells,
        charts=charts,
        widths=widths,
        tab="0072B2",
        pages_high=1,
        first_view=FirstView(effects=charts[:2]),
    )


def _lines(table: Table, *headings: str) -> tuple[Series, ...]:
    columns = [column.heading for column in table.columns]
    return tuple(
        Series(
            at(EPOCHS, table.row, table.column + columns.index(heading), heading),
            column(table, EPOCHS, "epoch"),
            column(table, EPOCHS, heading),
        )
        for heading in headings
    )


def _chart(
    number: int, title: str, what: str, series: tuple[Series, ...], **axis: float | str | None
) -> Chart:
    down, across = divmod(number, 2)
    return Chart(
        title,
        "epoch",
        what,
        series,
        row=FIRST_ROW + CHART_ROWS * down,
        column=(1, SECOND_COLUMN)[across],
        width=17,
        height=10,
        **axis,  # type: ignore[arg-type]
    )


def _floor(series: tuple[Series, ...]) -> float:
    """The largest multiple of 5 % below all points; otherwise curves near 100 % would overlap."""
    lowest = min(float(min(np.asarray(line.y.value))) for line in series)
    return math.floor(lowest * 20) / 20
