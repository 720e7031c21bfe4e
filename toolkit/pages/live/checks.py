"""Which networks a workbook can hold: what they take and put out, and how many cells they need."""

from math import isfinite, prod
from pathlib import Path

import numpy as np

from toolkit.book.sheet import Book
from toolkit.convnet.shapes import activation_count, layer_table, parameter_count
from toolkit.convnet.stages import stages
from toolkit.convnet.stored import Stored
from toolkit.files.errors import ToolkitError
from toolkit.pages.live.digits import SIDE

MOST_CELLS, MOST_CELLS_OF_STEP = 100_000, 300_000
INPUT = (1, SIDE, SIDE)


def check_network(stored: Stored, *, step: bool) -> None:
    """Raise ToolkitError where no workbook can be made of the network: of its forward pass or, with
    `step`, of a whole step of learning.
    """
    network = stored.model.network
    if network.input != INPUT:
        raise ToolkitError(
            f"{stored.source}: its network takes no images of {SIDE}x{SIDE} pixels in one channel; "
            "give other weights"
        )
    shape, classes = layer_table(network)[-1].output, len(stored.names)
    if shape not in ((classes,), (classes, 1, 1)):
        raise ToolkitError(
            f"{stored.source}: its network puts out {' x '.join(map(str, shape))} numbers, not one "
            f"for each of its {classes} classes; train one whose last layer has {classes} features"
        )
    _check_names(stored)
    if step and not stored.knows_mnist:
        raise ToolkitError(
            f"{stored.source}: --step needs digits that the network was trained on, and this one "
            "was trained on other data than MNIST; leave out --step, or give other weights"
        )
    _check_size(stored, step=step)


def _check_names(stored: Stored) -> None:
    """Raise ToolkitError where cells could not tell two classes apart: they ignore case."""
    for number, name in enumerate(stored.names, 1):
        if name.casefold() in (other.casefold() for other in stored.names[number:]):
            raise ToolkitError(
                f"{stored.source}: two of its classes are called {name!r}, which cells could not "
                "tell apart; give weights whose classes have different names"
            )


def _check_size(stored: Stored, *, step: bool) -> None:
    """Raise ToolkitError where the network would take too many cells, by an estimate."""
    network = stored.model.network
    count, most = activation_count(network) + 2 * SIDE * SIDE, MOST_CELLS
    if step:
        count, most = _cells_of_step(stored), MOST_CELLS_OF_STEP
    if count > most:
        raise ToolkitError(
            f"{stored.source}: the network would take about {count:,} cells, more than {most:,}; "
            "choose a smaller model, with fewer channels or with pooling earlier"
        )


def _cells_of_step(stored: Stored) -> int:
    """Twice forward and once backward, before and after norm and ReLU; kernels three times. What
    only changes its input in place adds no maps of its own.
    """
    maps = 0
    for stage in stages(stored):
        out, changed = prod(stage.output), bool(stage.norm or stage.relu)
        own = stage.kind != "pointwise"
        maps += 2 * out * (own + changed) + out * changed + own * prod(stage.input)
    return maps + 3 * parameter_count(stored.model.network)


def check_values(book: Book, source: Path) -> None:
    """Raise ToolkitError where a cell would show an error instead of a number.

    Of grids only inf is looked for, as nan stands for their blank margins; what comes of it
    reaches cells of other kinds.
    """
    cells = (cell.value for sheet in book.sheets for cell in sheet.cells.values())
    if any(isinstance(value, float) and not isfinite(value) for value in cells) or any(
        np.isinf(grid.values).any() for sheet in book.sheets for grid in sheet.grids
    ):
        raise ToolkitError(
            f"{source}: a step from its weights comes to numbers that no cell can hold; train the "
            "model anew, with a lower training.learning_rate"
        )
