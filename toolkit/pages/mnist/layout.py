"""The sheets of the MNIST workbook and where on them others look things up."""

from dataclasses import dataclass

from toolkit.book.known import Known, at, down
from toolkit.book.sheet import Sheet
from toolkit.book.tables import Cell, Table
from toolkit.book.values import Value
from toolkit.convnet.history import DIGITS, History, Predictions
from toolkit.convnet.seeds import SeedRuns
from toolkit.convnet.shapes import LayerRow
from toolkit.symbols.equation import quantity

TARGETS, EPOCHS, CURVES, LAYERS = "Targets", "Epochs", "Curves", "Layers"
CONFUSION, PREDICTIONS, SEEDS, RUN = "Confusion", "Predictions", "Seeds", "Run"
MISTAKES, KERNELS, AUGMENTATION = "Mistakes", "Kernels", "Augmentation"
PER_DIGIT, PER_CLASS = "Per digit", "Per class"
TRAIN_COUNT, TEST_COUNT = quantity("train images"), quantity("test images")
LINKS_ROW, COUNTS_ROW = 3, 4
LINK_COLUMNS = (1, 2, 4)  # with room to the right for a long name


@dataclass(frozen=True)
class MnistRun:
    """A finished run and the layers it trained; `command` makes the run again.

    Where the run is the first of a series of seeds, `series` holds all of them. `predictions` are
    those of the weights that are kept; `class_names` are in the order of the class numbers.
    """

    history: History
    layers: tuple[LayerRow, ...]
    command: str
    series: SeedRuns | None = None
    predictions: Predictions | None = None
    class_names: tuple[str, ...] = DIGITS

    @property
    def per_class(self) -> str:
        """The name of the sheet with a line for each class."""
        return PER_DIGIT if self.class_names == DIGITS else PER_CLASS

    @property
    def names(self) -> tuple[Value, ...]:
        """The classes as cells hold them: digits as numbers, for COUNTIFS takes them for such."""
        return tuple(int(name) if name.isdecimal() else name for name in self.class_names)


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


def opening(title: str, sentence: str) -> dict[tuple[int, int], Cell]:
    """The two lines with which a sheet begins: its title, and what it shows."""
    return {(1, 1): Cell(title, "title"), (2, 1): Cell(sentence, "muted")}


def linked(sheets: list[Sheet]) -> tuple[Sheet, ...]:
    """The sheets with links to the first, the one before and the one after, in the third row."""
    pages = [sheets[0]]
    for number, sheet in enumerate(sheets[1:], 1):
        before, after = sheets[number - 1].name, [s.name for s in sheets[number + 1 :][:1]]
        ways = {TARGETS: TARGETS, f"← {before}": before} | {f"{name} →": name for name in after}
        if before == TARGETS:
            del ways[f"← {TARGETS}"]
        links = {
            (LINKS_ROW, column): Cell(text, "link", link=name)
            for column, (text, name) in zip(LINK_COLUMNS, ways.items(), strict=False)
        }
        pages.append(sheet.with_cells(links))
    return tuple(pages)
