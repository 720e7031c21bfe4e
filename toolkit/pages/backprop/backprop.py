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
CHART_ROW = table.FINDING_ROW + 1
CHART_WIDTH, CHART_HEIGHT = 28.0, 6.2  # centimetres; as high as the rows above the table


def sheet(epochs: Table, run: LessonLayout, verdict: table.Verdict) -> Sheet:
    """The table below a chart of its loss, which stays in view while the table scrolls.

    `verdict` is the sentence about the chosen learning rate, with the cells that it reads.
    """
    title = computed(TITLE, run.parameters, "title")
    cells = {
        **table.heading(title, START, table.QUESTION, verdict),
        (table.TITLE_ROW, table.HINT_COLUMN): Cell(
            "Choose another learning rate on Parameters", "link", link=PARAMETERS
        ),
        **table.hints(table.QUESTION_ROW),
    }
    chart = chart_above(BACKPROP, epochs, "The loss after each epoch", [LOSS.name])
    return table.page(BACKPROP, cells, epochs, (chart,), tab="000000", effects=(chart,))


def chart_above(sheet: str, epochs: Table, title: str, headings: list[str]) -> Chart:
    """A chart of some columns of a table on the sheet `sheet`, in the rows above the table."""
    series = tuple(_line(sheet, epochs, heading) for heading in headings)
    y_title = headings[0] if len(headings) == 1 else "value"
    return Chart(
        title,
        "epoch",
        y_title,
        series,
        row=CHART_ROW,
        column=table.TITLE_COLUMN,
        width=CHART_WIDTH,
        height=CHART_HEIGHT,
        y_min=0,
    )


def _line(sheet: str, epochs: Table, heading: str) -> Series:
    column = column_of(epochs, heading)
    name: Known = at(sheet, epochs.row, epochs.column + column, heading)
    return Series(name, epochs.known(sheet, 0), epochs.known(sheet, column))
