"""The kernels of the first convolutions, coloured by the sign and size of each weight."""

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Integer, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.sheet import Scale, Sheet
from toolkit.book.tables import Cell
from toolkit.pages.mnist import layout
from toolkit.pages.mnist.layout import FIRST_ROW, KERNELS, MnistPage, MnistRun, sentence
from toolkit.symbols.ranges import largest, numbers_in, smallest
from toolkit.symbols.records import count_below
from toolkit.symbols.text import fixed_text

FIRST_COLUMN, WIDTHS = 2, (11.0, 4.6)  # characters: of the first column and of the others
SEEN_COLUMNS, SEEN_ROWS = 32, 18  # of the weights in the first view
MOST_KERNELS, MOST_CHANNELS = 24, 16  # the largest numbers shown for one layer
# orange and blue, which readers with any colour vision can distinguish
NEGATIVE, POSITIVE = "E68A4F", "5AA5DB"
NOTE = (
    "Blue weights add, orange ones take away, and the stronger the colour the larger the weight. "
    "Kernels stand side by side, the channels that each of them reads below each other."
)
WEIGHTS = Symbol("weights")
Weights = NDArray[np.float64]


def sheet(result: MnistRun, layers: tuple[Weights, ...]) -> Sheet:
    """One block for each layer; `layers` holds their weights (kernels, channels, height, width)."""
    question = "What do the first convolutions respond to?"
    page = layout.page(KERNELS, "Kernels of the first convolutions", question, "CC79A7")
    page.cells[FIRST_ROW - 1, 1] = Cell(NOTE, "muted")
    numbers = [n for n, layer in enumerate(result.layers, 1) if layer.type == "convolution"]
    for number, weights in zip(numbers, layers, strict=False):
        excerpt = weights[:MOST_KERNELS, :MOST_CHANNELS]
        area = _write_layer(page, f"Layer {number}: {_words(weights, excerpt)}", excerpt)
        end = float(abs(excerpt).max()) or 1.0
        page.scales.append(Scale((area,), POSITIVE, NEGATIVE, end=end))
        if number == numbers[0]:
            page.effects.append(_seen(area))
            page.state(_finding(number), {WEIGHTS: _weights(area, excerpt)})
        page.row = area.last_row + 2
    widest = max(column for _, column in page.cells)
    page.widths |= {1: WIDTHS[0]} | dict.fromkeys(range(FIRST_COLUMN, widest + 1), WIDTHS[1])
    page.freeze = FIRST_ROW, 1
    return page.finish()


def _finding(number: int) -> Expr:
    return sentence(
        f"In layer {number}, ",
        count_below(WEIGHTS, 0),
        " of ",
        numbers_in(WEIGHTS),
        " weights shown are negative; they lie between ",
        fixed_text(smallest(WEIGHTS), Integer(2)),
        " and ",
        fixed_text(largest(WEIGHTS), Integer(2)),
        ". Blue beside orange makes a kernel respond to an edge.",
    )


def _write_layer(page: MnistPage, title: str, excerpt: Weights) -> Area:
    """Write the weights of a layer below its title; the area that they occupy."""
    kernels, channels, side = excerpt.shape[:3]
    row = page.row
    page.cells[row, 1] = Cell(title, "subtitle")
    for kernel in range(kernels):
        place = row + 1, FIRST_COLUMN + kernel * (side + 1)
        page.cells[place] = Cell(f"kernel {kernel + 1}", "muted")
    for channel in range(channels):
        page.cells[row + 2 + channel * (side + 1), 1] = Cell(f"channel {channel + 1}", "muted")
    for (kernel, channel, down, across), weight in np.ndenumerate(excerpt):
        place = (
            row + 2 + channel * (side + 1) + down,
            FIRST_COLUMN + kernel * (side + 1) + across,
        )
        page.cells[place] = Cell(round(float(weight), 6), "weight")
    return _area(row, excerpt)


def _seen(area: Area) -> Area:
    """The part of an area of weights that lies in the first view."""
    last_row = min(area.last_row, area.row + SEEN_ROWS - 1)
    return Area(area.row, 1, last_row, min(area.last_column, SEEN_COLUMNS))


def _weights(area: Area, excerpt: Weights) -> Known:
    return Known(area.absolute, excerpt.round(6).ravel().tolist())


def _words(weights: Weights, excerpt: Weights) -> str:
    kernels, channels, high, wide = weights.shape
    plural = "" if channels == 1 else "s"
    words = f"{kernels} kernels of {high} x {wide} for {channels} channel{plural}"
    if excerpt.shape == weights.shape:
        return words
    return (
        f"{words}; the first {excerpt.shape[0]} kernels and {excerpt.shape[1]} channels are shown"
    )


def _area(row: int, excerpt: Weights) -> Area:
    """The area of a layer's weights, whose title is in `row`."""
    kernels, channels, high, wide = excerpt.shape
    last = FIRST_COLUMN + kernels * (wide + 1) - 2
    return Area(row + 2, FIRST_COLUMN, row + channels * (high + 1), last)
