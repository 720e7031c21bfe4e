"""A network drawn as a row of blocks: each layer's name and a band in a colour."""

from collections.abc import Sequence
from typing import Any

from toolkit.book.address import Area
from toolkit.experiments.notation import layers
from toolkit.experiments.variant import Variant
from toolkit.pages.concepts.page import FIRST, LABEL, Page, Place

# The numbers that colour a band.
CONVOLUTION, ONE_BY_ONE, NOTHING, OTHER, POOL = 1.0, 0.45, 0.0, -0.4, -1.0
BLUE, ORANGE = "8FC3E4", "F0A36B"
BAND = 10.0  # points, the height of a row of bands
PARTS = {"max_pool": ("pool", POOL), "global_average_pool": ("average", OTHER)}


def paint(page: Page, area: Area) -> None:
    """Colour the cells of an area by the kinds whose numbers they hold."""
    page.shade(area, high=BLUE, low=ORANGE, end=1.0)


def bands(page: Page, row: int, column: int, count: int) -> Area:
    """Colour a row of bands, which is low; returns it with the row of names above."""
    page.heights[row] = BAND
    paint(page, Area.of(row, column, wide=count))
    return Area.of(row - 1, column, 2, count)


def draw(page: Page, place: Place, line: str) -> None:
    """Draw the layers of a variant, in the notation of `toolkit.experiments.notation`."""
    (row, column), blocks = place, described(layers(line, ""))
    for n, (name, kind) in enumerate(blocks):
        page.label((row, column + n), name, "strip block")
        page.fixed((row + 1, column + n), kind, "shade")
    bands(page, row + 1, column, len(blocks))


def networks(page: Page, variants: Sequence[Variant]) -> None:
    """Draw the networks of the variants into the next free rows."""
    page.say("The networks that were measured: kernels and channels of each layer", style="bold")
    for variant in variants:
        page.label((page.row, LABEL), variant.name)
        draw(page, (page.row, FIRST), variant.layers)
        page.row += 2


def described(network: Sequence[dict[str, Any]]) -> list[tuple[str, float]]:
    """The name and the number of the kind of each layer."""
    return [_described(layer) for layer in network]


def _described(layer: dict[str, Any]) -> tuple[str, float]:
    if layer["type"] == "convolution":
        if layer["kernel"] == 1:
            return f"1x1: {layer['channels']}", ONE_BY_ONE
        return f"{layer['kernel']}x{layer['kernel']}: {layer['channels']}", CONVOLUTION
    if layer["type"] == "linear":
        return f"linear: {layer['features']}", OTHER
    return PARTS[layer["type"]]
