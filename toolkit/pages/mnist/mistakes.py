"""The misclassified held-out images as pictures, with their labels and predictions."""

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at
from toolkit.book.live import computed
from toolkit.book.raster import image_picture
from toolkit.book.sheet import Picture, Sheet
from toolkit.book.tables import Cell, Table
from toolkit.convnet.history import Predictions
from toolkit.pages.mnist import layout, predictions
from toolkit.pages.mnist.layout import (
    FIRST_ROW,
    MISTAKES,
    MnistPage,
    MnistRun,
    percent,
    sentence,
)
from toolkit.symbols.lookups import lookup
from toolkit.symbols.ranges import length
from toolkit.symbols.records import occurrences
from toolkit.symbols.text import Text, grouped_text

MOST_MISTAKES = 400  # pictures
MOST_ACROSS, SIDE, PIXELS_A_CHARACTER = 10, 56, 7
COUNT_ROW, TOP = FIRST_ROW - 1, FIRST_ROW + 1
HEADING_WIDTH, SEEN_WIDTH = 13.0, 165.0  # characters; of a row of pictures in the first view
PICTURE_HEIGHT, GAP_HEIGHT = 48.0, 9.0  # points
FIGURES = {"label": "middle", "prediction": "middle", "confidence": "centred percent"}  # styles
HEADINGS = ("image", *FIGURES)
BLOCK = len(HEADINGS) + 2  # rows for the picture, its lines and a gap
IMAGES, IMAGE, VALUES, VERDICTS, LABEL, PREDICTION, SURE = (
    Symbol(name)
    for name in ("images", "image", "values", "verdicts", "label", "prediction", "confidence")
)
Grid = dict[tuple[int, int], Cell]


def wrong(answers: Predictions) -> NDArray[np.int64]:
    """The indices of the misclassified images, by decreasing confidence of the prediction."""
    mistakes = np.flatnonzero(answers.predicted != answers.labels)
    confidence = answers.probabilities.max(1)[mistakes]
    return mistakes[np.argsort(-confidence, kind="stable")]


def sheet(result: MnistRun, answers: Predictions, table: Table, images: NDArray[np.uint8]) -> Sheet:
    """Rows of pictures; the cells below them look up `table`, the table of Predictions.

    `images` are all held-out images, (n, 28, 28).
    """
    mistakes, held_out = wrong(answers), result.history.held_out
    chosen = mistakes[:MOST_MISTAKES]
    width = max(11.0, 2.0 + result.longest_name)
    across = max(1, min(MOST_ACROSS, int((SEEN_WIDTH - HEADING_WIDTH) / width)))
    question = f"Which {held_out} images does the network get wrong, and how sure is it of them?"
    page = layout.page(MISTAKES, "Mistakes", question, "D55E00")
    page.cells |= _count(table, len(chosen))
    for number, image in enumerate(chosen.tolist()):
        row, column = TOP + BLOCK * (number // across), 2 + number % across
        below = _below(table, row + 1, column, image)
        page.cells |= below
        alt = _alt(image, *(below[row + n, column].value for n in (2, 3)))
        page.pictures.append(_picture(images[image], alt, row, column, width))
    tops = range(TOP, TOP + BLOCK * -(-len(chosen) // across), BLOCK)
    _write_rows(page, tops)
    page.widths |= {1: HEADING_WIDTH} | dict.fromkeys(range(2, 2 + across), width)
    page.freeze = COUNT_ROW + 1, 1
    page.effects += page.pictures[:across] or [Area.of(COUNT_ROW, 1, 1, 4)]
    page.state(*_finding(result, table, page, bool(len(chosen))))
    return page.finish()


def _finding(
    result: MnistRun, table: Table, page: MnistPage, some: bool
) -> tuple[Expr, dict[Symbol, Known]]:
    """The share of mistakes and the surest one, with the cells that the sentence reads."""
    verdicts = {VERDICTS: predictions.known(table, "verdict")}
    images = result.history.held_out
    if not some:
        return sentence(f"No {images} image is classified wrongly."), verdicts
    places = {IMAGE: 1, LABEL: 2, PREDICTION: 3, SURE: 4}
    cells = {symbol: page.known((TOP + n, 2)) for symbol, n in places.items()}
    words = sentence(
        grouped_text(occurrences(VERDICTS, Text("wrong"))),
        " of ",
        grouped_text(length(VERDICTS)),
        f" {images} images are classified wrongly. The network is surest of image ",
        IMAGE,
        ": it takes ",
        LABEL,
        " for ",
        PREDICTION,
        " with ",
        percent(SURE, 1),
        " confidence.",
    )
    return words, verdicts | cells


def _count(table: Table, count: int) -> Grid:
    known = {VERDICTS: predictions.known(table, "verdict")}
    return {
        (COUNT_ROW, 1): Cell("wrong", "name"),
        (COUNT_ROW, 2): computed(occurrences(VERDICTS, Text("wrong")), known, "count"),
        (COUNT_ROW, 3): Cell("shown", "symbol"),
        (COUNT_ROW, 4): Cell(count, "count"),
        (COUNT_ROW, 5): Cell("the surest mistake first", "note"),
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


def _write_rows(page: MnistPage, tops: range) -> None:
    """Name the lines below each row of pictures, whose upper rows are `tops`."""
    for top in tops:
        page.heights |= {top: PICTURE_HEIGHT, top + BLOCK - 1: GAP_HEIGHT}
        for row, heading in enumerate(HEADINGS, top + 1):
            page.cells[row, 1] = Cell(heading, "muted")
