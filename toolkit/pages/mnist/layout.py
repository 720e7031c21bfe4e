"""The sheets of the MNIST workbook: how each begins, and the positions that others refer to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sympy import Expr, Integer, Symbol

from toolkit.book.known import Known, at
from toolkit.book.measure import CHARACTER, COLUMN_PIXELS, widths
from toolkit.book.page import PageBuilder
from toolkit.book.sheet import Sheet
from toolkit.book.tables import Cell, Table
from toolkit.book.values import Value
from toolkit.convnet.history import DIGITS, History, Predictions
from toolkit.convnet.seeds import SeedRuns
from toolkit.convnet.shapes import LayerRow
from toolkit.symbols.equation import quantity
from toolkit.symbols.text import Text, fixed_text, joined

TARGETS, EPOCHS, CURVES, LAYERS = "Targets", "Epochs", "Curves", "Layers"
CONFUSION, PREDICTIONS, SEEDS, RUN = "Confusion", "Predictions", "Seeds", "Run"
MISTAKES, KERNELS, AUGMENTATION = "Mistakes", "Kernels", "Augmentation"
PER_DIGIT, PER_CLASS = "Per digit", "Per class"
TRAIN_COUNT, TEST_COUNT = quantity("train images"), quantity("test images")
TITLE, QUESTION, FINDING = (1, 1), (2, 1), (3, 1)  # the places of the first lines
LINKS_ROW, FIRST_ROW = 4, 6  # of the links, and of what stands below them
COUNTS_ROW = 5  # on the sheet Epochs
TITLE_HEIGHT = 26.0  # points


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
    def digits(self) -> bool:
        """Whether the classes are the ten digits."""
        return self.class_names == DIGITS

    @property
    def classes(self) -> str:
        """What sentences call the classes: digits or classes."""
        return "digits" if self.digits else "classes"

    @property
    def per_class(self) -> str:
        """The name of the sheet with one row for each class."""
        return PER_DIGIT if self.digits else PER_CLASS

    @property
    def names(self) -> tuple[Value, ...]:
        """The class names as cell values; digits are numbers, as COUNTIFS expects."""
        return tuple(int(name) if name.isdecimal() else name for name in self.class_names)

    @property
    def longest_name(self) -> int:
        """The number of characters of the longest class name."""
        return max(map(len, self.class_names))


@dataclass
class MnistPage(PageBuilder):
    """A sheet that begins with its title, its question, its finding and links to its neighbours."""

    def state(self, sentence: Expr | str, known: Mapping[Symbol, Known] | None = None) -> None:
        """Write the finding: a sentence, or a formula for one."""
        if isinstance(sentence, str):
            self.cells[FINDING] = Cell(sentence, "name")
        else:
            self.compute(FINDING, sentence, known or {}, "name")
        self.finding = FINDING


def page(name: str, title: str, question: str, tab: str) -> MnistPage:
    """A new sheet with its title and its question, of which `FIRST_ROW` is the next free row."""
    cells = {TITLE: Cell(title, "title"), QUESTION: Cell(question, "muted")}
    heights = {TITLE[0]: TITLE_HEIGHT}
    return MnistPage(name, row=FIRST_ROW, cells=cells, heights=heights, tab=tab, question=QUESTION)


def sentence(*parts: Expr | str) -> Expr:
    """The formula for a sentence of constant texts and expressions."""
    return joined(*(Text(part) if isinstance(part, str) else part for part in parts))


def percent(share: Expr, decimals: int = 2) -> Expr:
    """The formula for a share as text, such as 99.40 %."""
    return joined(fixed_text(100 * share, Integer(decimals)), Text(" %"))


def counts(history: History) -> dict[object, Known]:
    """The cells on the sheet Epochs that hold the numbers of images."""
    return {
        TRAIN_COUNT: at(EPOCHS, COUNTS_ROW, 2, history.train_count),
        TEST_COUNT: at(EPOCHS, COUNTS_ROW, 4, history.test_count),
    }


def column(table: Table, sheet: str, heading: str) -> Known:
    """The values under a heading as a range."""
    index = [column.heading for column in table.columns].index(heading)
    return table.known(sheet, index)


def linked(sheets: list[Sheet]) -> tuple[Sheet, ...]:
    """The sheets with links below the finding to the first, the previous and the next sheet."""
    pages = [sheets[0]]
    for number, sheet in enumerate(sheets[1:], 1):
        before, after = sheets[number - 1].name, [s.name for s in sheets[number + 1 :][:1]]
        ways = {TARGETS: TARGETS, f"← {before}": before} | {f"{name} →": name for name in after}
        if before == TARGETS:
            del ways[f"← {TARGETS}"]
        links = {
            (LINKS_ROW, column): Cell(text, "link", link=name)
            for column, (text, name) in zip(_link_columns(sheet, ways), ways.items(), strict=True)
        }
        pages.append(sheet.with_cells(links))
    return tuple(pages)


def _link_columns(sheet: Sheet, texts: Iterable[str]) -> Iterator[int]:
    """A column for each link, far enough to the right of the one before."""
    own, column = widths(sheet), 1
    for text in texts:
        yield column
        room = 0.0
        while room < len(text) + 2:
            room += own.get(column, COLUMN_PIXELS / CHARACTER)
            column += 1
