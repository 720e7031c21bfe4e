"""The kernels of the first convolutions, coloured by the sign and size of each weight."""

import numpy as np
from numpy.typing import NDArray
from sympy import Max, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.live import computed
from toolkit.book.sheet import FirstView, Scale, Sheet
from toolkit.book.tables import Cell
from toolkit.pages.mnist.layout import KERNELS, MnistRun, opening
from toolkit.symbols.ranges import largest, smallest

FIRST_ROW, CHANNEL_COLUMN, FIRST_COLUMN = 5, 3, 4
MOST_KERNELS, MOST_CHANNELS = 24, 16  # the largest numbers shown for one layer
# orange and blue, which readers with any colour vision can distinguish
NEGATIVE, POSITIVE = "E68A4F", "5AA5DB"
WEIGHTS = Symbol("weights")
Weights = NDArray[np.float64]
Grid = dict[tuple[int, int], Cell]


def sheet(result: MnistRun, layers: tuple[Weights, ...]) -> Sheet:
    """One block for each layer; `layers` holds their weights (kernels, channels, height, width)."""
    cells: Grid = opening(
        KERNELS,
        "The weights of the first convolutions: blue adds, orange takes away, the stronger the "
        "larger. Side by side the kernels, below each other the channels that each of them reads.",
    )
    scales, row = [], FIRST_ROW
    numbers = [n for n, layer in enumerate(result.layers, 1) if layer.type == "convolution"]
    for number, weights in zip(numbers, layers, strict=False):
        excerpt = weights[:MOST_KERNELS, :MOST_CHANNELS]
        part, end = _part(row, f"Layer {number}", weights, excerpt)
        cells |= part
        area = _area(row, excerpt)
        scales.append(Scale((area,), POSITIVE, NEGATIVE, end=float(abs(excerpt).max()) or 1.0))
        row = end + 2
    widest = max((column for _, column in cells), default=1)
    widths = {1: 14, 2: 14, 3: 16} | dict.fromkeys(range(FIRST_COLUMN, widest + 1), 5.2)
    return Sheet(
        KERNELS,
        cells,
        widths=widths,
        freeze=(4, FIRST_COLUMN),
        tab="CC79A7",
        scales=tuple(scales),
        first_view=FirstView(effects=scales[0].areas),
    )


def _part(row: int, name: str, weights: Weights, excerpt: Weights) -> tuple[Grid, int]:
    """The cells of a layer, and the last row that they occupy."""
    kernels, channels, side = excerpt.shape[:3]
    cells: Grid = {(row, 1): Cell(f"{name}: {_words(weights, excerpt)}", "subtitle")}
    for kernel in range(kernels):
        cells[row + 1, FIRST_COLUMN + kernel * (side + 1)] = Cell(f"kernel {kernel + 1}", "muted")
    for channel in range(channels):
        cells[row + 2 + channel * (side + 1), CHANNEL_COLUMN] = Cell(
            f"channel {channel + 1}", "rounded"
        )
    for (kernel, channel, down, across), weight in np.ndenumerate(excerpt):
        place = (
            row + 2 + channel * (side + 1) + down,
            FIRST_COLUMN + kernel * (side + 1) + across,
        )
        cells[place] = Cell(round(float(weight), 6), "weight")
    area = _area(row, excerpt)
    known = {WEIGHTS: Known(area.relative, excerpt.round(6).ravel().tolist())}
    cells[row + 2, 1] = Cell("largest size", "muted")
    cells[row + 2, 2] = computed(Max(largest(WEIGHTS), -smallest(WEIGHTS)), known, "weight")
    return cells, area.last_row


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
