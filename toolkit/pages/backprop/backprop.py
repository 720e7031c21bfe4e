"""The backprop table at the learning rate that is selected on the sheet Parameters."""

from toolkit.book.known import Known, at
from toolkit.book.live import computed
from toolkit.book.sheet import Chart, Series, Sheet
from toolkit.book.tables import Cell, Table
from toolkit.network.derivation import LEARNING_RATE, LOSS
from toolkit.pages.backprop import table
from toolkit.pages.backprop.layout import (
    BACKPROP,
    PARAMETERS,
    START,
    LessonLayout,
    column_of,
)
from toolkit.symbols.text import Text, joined, number_text

TITLE = joined(Text("Backprop, epoch by epoch: η = "), number_text(LEARNING_RATE))


def sheet(epochs: Table, run: LessonLayout, verdict: table.Verdict) -> Sheet:
    """The table, with a chart of its loss to the right.

    `verdict` is the sentence about this learning rate, with the cells that it reads.
    """
    title = computed(TITLE, run.parameters, "title")
    cells = table.heading(title, START, table.QUESTION, verdict) | {
        (2, 18): Cell("Choose another rate", "link", link=PARAMETERS),
    }
    chart = _chart(epochs, at(BACKPROP, *table.TITLE, title.value))
    return table.page(BACKPROP, cells, epochs, (chart,), tab="000000", effects=(chart,))


def _chart(epochs: Table, heading: Known) -> Chart:
    losses = epochs.known(BACKPROP, column_of(epochs, LOSS.name))
    series = Series(heading, epochs.known(BACKPROP, 0), losses)
    column = len(epochs.columns) + 2
    title = "Loss over the epochs"
    return Chart(title, "epoch", LOSS.name, (series,), row=5, column=column, y_min=0)
