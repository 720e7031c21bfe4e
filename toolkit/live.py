"""What `toolkit live` does: the trained network into cells, with digits to look at."""

from collections import Counter
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.book.saving import check_workbook
from toolkit.book.writer import write
from toolkit.convnet import stored
from toolkit.convnet.shapes import activation_count, parameter_count
from toolkit.convnet.stages import Stage, forward, stages
from toolkit.convnet.test_set import test_images
from toolkit.errors import ToolkitError
from toolkit.pages.live import live_book
from toolkit.pages.live.digits import SIDE, Gallery
from toolkit.pages.live.learning import step_book

MOST_CELLS, MOST_CELLS_OF_STEP = 100_000, 300_000
INPUT = [1, SIDE, SIDE]
# Of the test set (from 0): two of each digit, and images that trained networks often get wrong.
PLAIN = (3, 10, 2, 5, 1, 35, 30, 32, 4, 19, 8, 15, 11, 21, 0, 17, 61, 84, 7, 9)
HARD = (
    449, 1226, 1232, 1737, 1878, 1901, 2035, 2130, 2597, 2654, 3030, 3073, 3422, 3448, 4176, 4497,
    4699, 5654, 5937, 5955, 6571, 6576, 6597, 6625, 6651, 6783, 8408, 8527, 9729,
)  # fmt: skip
MOST_WRONG = 6


def write_live(out: Path, weights: Path | None = None, *, step: bool = False) -> dict[str, Any]:
    """Write the workbook of the network whose weights lie in a file, or else of the shipped one:
    of its forward pass, or of a whole step of learning.

    Raises ToolkitError where the weights or `out` are at fault, or the network has too many cells.
    """
    check_workbook(out)
    source = weights or stored.shipped()
    found = stored.read(source)
    count = _check(found, source, step=step)
    chosen = gallery(stages(found), found.names)
    write(step_book(found, chosen) if step else live_book(found, chosen), out)
    return {"workbook": str(out), "weights": str(source), "cells": count,
            "digits": len(chosen.names)}  # fmt: skip


def _check(found: stored.Stored, source: Path, *, step: bool) -> int:
    """About how many cells with a formula the network takes, where it is not too many."""
    network = found.model.network
    if network.input != INPUT:
        raise ToolkitError(
            f"{source}: its network takes no images of {SIDE}x{SIDE} pixels in one channel; "
            "give other weights"
        )
    count, most = activation_count(network) + 2 * SIDE * SIDE, MOST_CELLS
    if step:
        count, most = _cells_of_step(found), MOST_CELLS_OF_STEP
    if count > most:
        raise ToolkitError(
            f"{source}: the network would take {count:,} cells, more than {most:,}; train "
            "one with fewer channels, or pool earlier"
        )
    return count


def _cells_of_step(found: stored.Stored) -> int:
    """Twice forward and once backward, before and after norm and ReLU; kernels three times."""
    maps = 0
    for stage in stages(found):
        out, changed = prod(stage.output), bool(stage.norm or stage.relu)
        maps += 2 * out * (1 + changed) + out * changed + prod(stage.input)
    return maps + 3 * parameter_count(found.model.network)


def gallery(steps: list[Stage], names: tuple[str, ...]) -> Gallery:
    """Digits to choose from: two of each class and some that this network gets wrong."""
    images, labels = test_images()
    hard = [n for n in HARD if forward(steps, images[n] / 1.0).argmax() != labels[n]][:MOST_WRONG]
    chosen = [*PLAIN, *hard]
    seen: Counter[int] = Counter()
    called = []
    for n in chosen:
        seen[int(labels[n])] += 1
        called.append(f"{names[labels[n]]} #{seen[int(labels[n])]}")
    return Gallery(
        images[chosen].astype(float),
        tuple(called),
        tuple(_value(names[labels[n]]) for n in chosen),
        tuple(n + 1 for n in chosen),
        painted(),
    )


def _value(name: str) -> int | str:
    return int(name) if name.isdecimal() else name


def painted() -> NDArray[np.float64]:
    """What lies on the canvas at first: a one; nan is a blank cell."""
    canvas = np.full((SIDE, SIDE), np.nan)
    canvas[5:23, 13:15] = 255
    return canvas
