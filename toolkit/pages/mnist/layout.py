"""The sheets of the MNIST workbook and where on them others look things up."""

from dataclasses import dataclass

from toolkit.book.sheet import Known, Table, at, down
from toolkit.convnet.history import History
from toolkit.convnet.seeds import Series
from toolkit.convnet.shapes import LayerRow
from toolkit.symbols.equation import quantity

TARGETS, EPOCHS, LAYERS, SEEDS, RUN = "Targets", "Epochs", "Layers", "Seeds", "Run"
TRAIN_COUNT, TEST_COUNT = quantity("train images"), quantity("test images")
COUNTS_ROW = 3


@dataclass(frozen=True)
class Result:
    """A finished run and the layers it trained; `command` makes the run again.

    Where the run is the first of a series of seeds, `series` holds all of them.
    """

    history: History
    layers: tuple[LayerRow, ...]
    command: str
    series: Series | None = None


def counts(history: History) -> dict[object, Known]:
    """The cells of sheet Epochs that say how many images there are."""
    return {
        TRAIN_COUNT: at(EPOCHS, COUNTS_ROW, 2, history.train_count),
        TEST_COUNT: at(EPOCHS, COUNTS_ROW, 4, history.test_count),
    }


def column(table: Table, sheet: str, heading: str) -> Known:
    """The values under a heading as a range."""
    index = [column.heading for column in table.columns].index(heading)
    values = table.columns[index].values
    return down(sheet, table.row + 1, table.column + index, values)
