"""The misclassified held-out images as pictures, with their labels and predictions."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from sympy import Symbol

from toolkit.book.known import at
from toolkit.book.live import computed
from toolkit.book.raster import image_picture
from toolkit.book.sheet import FirstView, Picture, Sheet
from toolkit.book.tables import Cell, Table
from toolkit.convnet.history import Predictions
from toolkit.pages.mnist import predictions
from toolkit.pages.mnist.layout import MISTAKES, MnistRun, opening
from toolkit.symbols.lookups import lookup
from toolkit.symbols.records import occurrences
from toolkit.symbols.text import Text

MOST_MISTAKES = 400  # pictures
ACROSS, SIDE, PIXELS_A_CHARACTER = 10, 56, 7
COUNT_ROW, FIRST_ROW = 4, 6
PICTURE_HEIGHT, GAP_HEIGHT = 48.0, 9.0  # points
FIGURES = {"label": "middle", "prediction": "middle", "confidence": "centred percent"}  # styles
HEADINGS = ("image", *FIGURES)
BLOCK = len(HEADINGS) + 2  # rows for the picture, its lines and a gap
IMAGES, IMAGE, VALUES, VERDICTS = (
    Symbol(name) for name in ("images", "image", "values", "verdicts")
)
Grid = dict[tuple[int, int], Cell]


def wrong(answers: Predictions) -> NDArray[np.int64]:
    """The indices of the misclassified images, by decreasing confidence of the prediction."""
    mistakes = np.flatnonzero(answers.predicted != answers.labels)
    confidence = answers.probabilities.max(1)[mistakes]
    return mistakes[np.argsort(-confidence, kind="stable")]


def sheet(result: MnistRun, answers: Predictions, table: Table, images: NDArray[np.uint8]) -> Sheet:
    """Ten pictures per row; the cells below them look up `table`, the table of Predictions.

    `images` are all held-out images, (n, 28, 28).
    """
    mistakes = wrong(answers)
    chosen = mistakes[:MOST_MISTAKES]
    width = max(11, 2 + max(map(len, result.class_names)))
    cells = opening(MISTAKES, _sentence(result, len(mistakes))) | _count(table, len(chosen))
    pictures = []
    for number, image in enumerate(chosen.tolist()):
        row, column = FIRST_ROW + BLOCK * (number // ACROSS), 2 + number % ACROSS
        below = _below(table, row + 1, column, image)
        cells |= below
        alt = _alt(image, *(below[row + n, column].value for n in (2, 3)))
        pictures.append(_picture(images[image], alt, row, column, width))
    cells |= dict(_headings(len(chosen)))
    return Sheet(
        MISTAKES,
        cells,
        pictures=tuple(pictures),
        widths={1: 13} | dict.fromkeys(range(2, 2 + ACROSS), width),
        heights=_heights(len(chosen)),
        freeze=(COUNT_ROW + 1, 2),
        tab="D55E00",
        first_view=FirstView(effects=tuple(pictures[:ACROSS])),
    )


def _sentence(result: MnistRun, count: int) -> str:
    kind = result.history.held_out
    if not count:
        return f"No {kind} image was taken for another class."
    more = count > MOST_MISTAKES
    limit = f" Only the {MOST_MISTAKES} surest of {count:,} are shown." if more else ""
    return f"Every {kind} image that was taken for another class, the surest mistake first.{limit}"


def _count(table: Table, count: int) -> Grid:
    known = {VERDICTS: predictions.known(table, "verdict")}
    return {
        (COUNT_ROW, 1): Cell("wrong", "name"),
        (COUNT_ROW, 2): computed(occurrences(VERDICTS, Text("wrong")), known, "count"),
        (COUNT_ROW, 3): Cell("shown", "symbol"),
        (COUNT_ROW, 4): Cell(count, "count"),
    }


def _below(table: Table, row: int, column: int, image: int) -> Grid:
    """Cells with the number of the image and its entries in Predictions, looked up by number."""
    known = {
        IMAGES: predictions.known(table, "image"),
        IMAGE: at(MISTAKES, row, column, image + 1),
    }
    cells: Grid = {(row, column): Cell(image + 1, "middle")}
    for number, (heading, style) in enumerate(FIGURES.items(), row + 1):
        operands = known | {VALUES: predictions.known(table, heading)}
        cells[number, column] = computed(lookup(VALUES, IMAGES, IMAGE), operands, style)
    return cells


def _alt(image: int, label: object, prediction: object) -> str:
    return f"Image {image + 1}: label {label}, taken for {prediction}"


def _picture(image: NDArray[np.uint8], alt: str, row: int, column: int, width: float) -> Picture:
    left = (width * PIXELS_A_CHARACTER + 5 - SIDE) / 2
    return image_picture(image, alt, (row, column), SIDE, left)


def _headings(count: int) -> Iterator[tuple[tuple[int, int], Cell]]:
    for top in range(FIRST_ROW, FIRST_ROW + BLOCK * -(-count // ACROSS), BLOCK):
        for row, heading in enumerate(HEADINGS, top + 1):
            yield (row, 1), Cell(heading, "muted")


def _heights(count: int) -> dict[int, float]:
    tops = [FIRST_ROW + BLOCK * n for n in range(-(-count // ACROSS))]
    return dict.fromkeys(tops, PICTURE_HEIGHT) | {top + BLOCK - 1: GAP_HEIGHT for top in tops}
