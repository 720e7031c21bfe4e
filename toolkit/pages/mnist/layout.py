"""The sheets of the MNIST workbook, and the positions that other sheets refer to."""

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
LINK_COLUMNS = (1, 2, 4)  # leaves room on the right for a long name


@dataclass(frozen=True)
class MnistRun:
    """A finished run and the layers of its model; `command` repeats the run.

    If the run is the first of a series of seeds, `series` holds all runs. `predictions` are those
    of the saved weights, and `class_names` are indexed by class number.
    """

    history: History
    layers: tuple[LayerRow, ...]
    command: str
    series: SeedRuns | None = None
    predictions: Predictions | None = None
    class_names: tuple[str, ...] = DIGITS

    @property
    def per_class(self) -> str:
        """The name of the sheet with one row for each class."""
        return PER_DIGIT if self.class_names == DIGITS else PER_CLASS

    @property
    def names(self) -> tuple[Value, ...]:
        """The class names as cell values; digits are numbers, as COUNTIFS expects."""
        return tuple(int(name) if name.isdecimal() else name for name in self.class_names)


def counts(history: History) -> dict[object, Known]:
    """The cells on the sheet Epochs that hold the numbers of images."""
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
    """The first two lines of a sheet: its title and a sentence about its content."""
    return {(1, 1): Cell(title, "title"), (2, 1): Cell(sentence, "muted")}


def linked(sheets: list[Sheet]) -> tuple[Sheet, ...]:
    """The sheets with links in the third row to the first, the previous and the next sheet."""
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
