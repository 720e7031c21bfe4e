"""The backprop table at the learning rate that is selected on the sheet Parameters."""

from sympy import Expr, Symbol

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
Verdict = tuple[Expr, dict[Symbol, Known]]


def sheet(epochs: Table, run: LessonLayout, verdict: Verdict) -> Sheet:
    """The table, with a chart of its loss to the right.

    `verdict` is the sentence about this learning rate, with the cells that it reads.
    """
    heading = computed(TITLE, run.parameters, "title")
    cells = {
        (1, 1): heading,
        (2, 1): Cell("back", "link", link=START),
        (2, 2): Cell("Choose another learning rate on the sheet", "muted"),
        (2, 7): Cell(PARAMETERS, "link", link=PARAMETERS),
        (2, 9): Cell(table.ROWS_HINT, "muted"),
        (1, 9): computed(*verdict, "note"),
    }
    chart = _chart(epochs, at(BACKPROP, 1, 1, heading.value))
    return table.page(BACKPROP, cells, epochs, (chart,), tab="000000", effects=(chart,))


def _chart(epochs: Table, heading: Known) -> Chart:
    losses = epochs.known(BACKPROP, column_of(epochs, LOSS.name))
    series = Series(heading, epochs.known(BACKPROP, 0), losses)
    column = len(epochs.columns) + 2
    title = "Loss over the epochs"
    return Chart(title, "epoch", LOSS.name, (series,), row=5, column=column, y_min=0)
