"""The stored digits: test images to choose from, each as a block of cells that looks like it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from toolkit.book.address import Area
from toolkit.book.grid import Grid, moving
from toolkit.book.known import Known, down
from toolkit.book.measure import points
from toolkit.book.sheet import FirstView, Scale, Sheet
from toolkit.book.tables import Cell
from toolkit.book.values import Value
from toolkit.pages.live.layout import DIGITS, TITLE_HEIGHT, Cells, width_of

SIDE, STEP = 28, 30  # of a digit's cells, and rows from one digit to the next
FIRST_ROW, FIRST_COLUMN = 6, 2
QUESTION_PLACE, FINDING_PLACE = (2, FIRST_COLUMN), (4, FIRST_COLUMN)
NAME_COLUMN = FIRST_COLUMN + SIDE + 2
PIXELS = 13
NO_LABEL, MISREAD = "–", "misread"
QUESTION = (
    "What does the network answer to test images of MNIST, on which it was not trained? To the "
    "right: its answers when this workbook was written."
)
UNKNOWN = (
    "This network was not trained on MNIST, so none of its answers here can be called right or "
    "wrong."
)


@dataclass(frozen=True)
class Gallery:
    """Digits to choose from: `images` (n, 28, 28) of 0..255, what they are called, their labels,
    their numbers in the test set, and what the network answered when the workbook was written.
    `canvas` (28, 28) is what is painted at first, nan for blank.
    """

    images: NDArray[np.float64] = field(repr=False)
    names: tuple[str, ...]
    labels: tuple[Value, ...]
    numbers: tuple[int, ...]
    answers: tuple[Value, ...]
    canvas: NDArray[np.float64] = field(repr=False)

    @property
    def known(self) -> bool:
        """Whether they have labels: are of what the network was trained on."""
        return NO_LABEL not in self.labels

    @property
    def word(self) -> str:
        """What one of them is called."""
        return "digit" if self.known else "picture"

    @property
    def named(self) -> Known:
        """The range of names."""
        return down(DIGITS, FIRST_ROW, NAME_COLUMN, self.names)

    @property
    def labelled(self) -> Known:
        """The range of labels."""
        return down(DIGITS, FIRST_ROW, NAME_COLUMN + 1, self.labels)

    @property
    def columns(self) -> Known:
        """For each column of pixels the range of all digits below each other."""
        stacked = np.zeros((STEP * len(self.names), SIDE))
        for n, image in enumerate(self.images):
            stacked[n * STEP : n * STEP + SIDE] = image
        first = Area.of(FIRST_ROW, FIRST_COLUMN, STEP * len(self.names), sheet=DIGITS)
        return Known(moving(first, down=0), stacked)


def _finding(gallery: Gallery) -> str:
    """How many of the images the network read correctly."""
    if not gallery.known:
        return UNKNOWN
    pairs = zip(gallery.answers, gallery.labels, strict=True)
    right = sum(answer == label for answer, label in pairs)
    return f"The network read {right} of these {len(gallery.names)} images correctly."


def sheet(gallery: Gallery) -> Sheet:
    """All digits below each other, their names beside."""
    cells: Cells = {
        (1, FIRST_COLUMN): Cell("Stored digits", "title"),
        QUESTION_PLACE: Cell(QUESTION, "muted"),
        FINDING_PLACE: Cell(_finding(gallery), "bold"),
    }
    headings = ("name", "label", "image of the test set", "answer")
    cells |= {
        (FIRST_ROW - 1, NAME_COLUMN + n): Cell(word, "heading") for n, word in enumerate(headings)
    }
    grids = []
    for n, image in enumerate(gallery.images):
        top = FIRST_ROW + n * STEP
        grids.append(Grid(top, FIRST_COLUMN, image.astype(int), "shade"))
        row = FIRST_ROW + n
        cells[row, NAME_COLUMN] = Cell(gallery.names[n], "small")
        cells[row, NAME_COLUMN + 1] = Cell(gallery.labels[n], "small centred")
        cells[row, NAME_COLUMN + 2] = Cell(gallery.numbers[n], "small centred")
        cells[row, NAME_COLUMN + 3] = Cell(gallery.answers[n], "small centred")
        if gallery.known and gallery.answers[n] != gallery.labels[n]:
            cells[row, NAME_COLUMN + 4] = Cell(MISREAD, "small")
    last = FIRST_ROW + STEP * len(gallery.names) - 1
    area = Area(FIRST_ROW, FIRST_COLUMN, last, FIRST_COLUMN + SIDE - 1)
    widths = {1: 2.0} | dict.fromkeys(range(FIRST_COLUMN, NAME_COLUMN), width_of(PIXELS))
    return Sheet(
        DIGITS,
        cells,
        grids=tuple(grids),
        widths=widths
        | {NAME_COLUMN: 14.0, NAME_COLUMN + 1: 8.0, NAME_COLUMN + 2: 22.0, NAME_COLUMN + 3: 10.0},
        heights={1: TITLE_HEIGHT} | dict.fromkeys(range(FIRST_ROW, last + 1), points(PIXELS)),
        tab="7F7F7F",
        scales=(Scale((area,), "000000", "FFFFFF", end=255),),
        first_view=FirstView(
            question=Area.of(*QUESTION_PLACE),
            effects=(Area.of(FIRST_ROW, FIRST_COLUMN, SIDE, SIDE),),
            finding=Area.of(*FINDING_PLACE),
        ),
    )
