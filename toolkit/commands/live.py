"""What `toolkit live` does: the trained network into cells, with digits to look at."""

from collections import Counter
from math import isfinite, prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.book.live import count_formulas
from toolkit.book.sheet import Book, Value
from toolkit.book.writer import write
from toolkit.convnet import stored
from toolkit.convnet.shapes import activation_count, layer_table, parameter_count
from toolkit.convnet.stages import Stage, forward, stages
from toolkit.convnet.test_set import test_images
from toolkit.files.errors import ToolkitError
from toolkit.files.saving import check_workbook
from toolkit.pages.live import live_book
from toolkit.pages.live.digits import NO_LABEL, SIDE, Gallery
from toolkit.pages.live.learning import step_book

MOST_CELLS, MOST_CELLS_OF_STEP = 100_000, 300_000
INPUT = (1, SIDE, SIDE)
# Of the test set (from 0): two of each digit, and images that trained networks often get wrong.
PLAIN = (3, 10, 2, 5, 1, 35, 30, 32, 4, 19, 8, 15, 11, 21, 0, 17, 61, 84, 7, 9)
HARD = (
    449, 1226, 1232, 1737, 1878, 1901, 2035, 2130, 2597, 2654, 3030, 3073, 3422, 3448, 4176, 4497,
    4699, 5654, 5937, 5955, 6571, 6576, 6597, 6625, 6651, 6783, 8408, 8527, 9729,
)  # fmt: skip
MOST_WRONG = 6
CROSS = " ✗"  # after the name of a digit that the network gets wrong


def write_live(out: Path, weights: Path | None = None, *, step: bool = False) -> dict[str, Any]:
    """Write the workbook of the network whose weights lie in a file, or else of the shipped one:
    of its forward pass, or of a whole step of learning.

    Raises ToolkitError where the weights or `out` are at fault, or the network has too many cells.
    """
    check_workbook(out)
    source = weights or stored.shipped()
    found = stored.read(source)
    _check(found, source, step=step)
    chosen = (gallery if found.knows_mnist else pictures)(stages(found), found.names)
    with np.errstate(over="ignore", invalid="ignore"):
        book = step_book(found, chosen) if step else live_book(found, chosen)
    _check_values(book, source)
    write(book, out)
    return {"workbook": str(out), "weights": str(source), "cells": count_formulas(book),
            "digits": len(chosen.names)}  # fmt: skip


def _check(found: stored.Stored, source: Path, *, step: bool) -> None:
    """Raise ToolkitError where no workbook can be made of the network."""
    network = found.model.network
    if network.input != INPUT:
        raise ToolkitError(
            f"{source}: its network takes no images of {SIDE}x{SIDE} pixels in one channel; "
            "give other weights"
        )
    shape, classes = layer_table(network)[-1].output, len(found.names)
    if shape not in ((classes,), (classes, 1, 1)):
        raise ToolkitError(
            f"{source}: its network puts out {' x '.join(map(str, shape))} numbers, not one for "
            f"each of its {classes} classes; train one whose last layer has {classes} features"
        )
    _check_names(found.names, source)
    if step and not found.knows_mnist:
        raise ToolkitError(
            f"{source}: --step needs digits that the network was trained on, and this one was "
            "trained on other data than MNIST; leave out --step, or give other weights"
        )
    _check_size(found, source, step=step)


def _check_names(names: tuple[str, ...], source: Path) -> None:
    """Raise ToolkitError where cells could not tell two classes apart: they ignore case."""
    for number, name in enumerate(names, 1):
        if name.casefold() in (other.casefold() for other in names[number:]):
            raise ToolkitError(
                f"{source}: two of its classes are called {name!r}, which cells could not tell "
                "apart; give weights whose classes have different names"
            )


def _check_values(book: Book, source: Path) -> None:
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


def _check_size(found: stored.Stored, source: Path, *, step: bool) -> None:
    """Raise ToolkitError where the network would take too many cells, by an estimate."""
    network = found.model.network
    count, most = activation_count(network) + 2 * SIDE * SIDE, MOST_CELLS
    if step:
        count, most = _cells_of_step(found), MOST_CELLS_OF_STEP
    if count > most:
        raise ToolkitError(
            f"{source}: the network would take about {count:,} cells, more than {most:,}; choose "
            "a smaller model, with fewer channels or with pooling earlier"
        )


def _cells_of_step(found: stored.Stored) -> int:
    """Twice forward and once backward, before and after norm and ReLU; kernels three times. What
    only changes its input in place adds no maps of its own.
    """
    maps = 0
    for stage in stages(found):
        out, changed = prod(stage.output), bool(stage.norm or stage.relu)
        own = stage.kind != "pointwise"
        maps += 2 * out * (own + changed) + out * changed + own * prod(stage.input)
    return maps + 3 * parameter_count(found.model.network)


def gallery(steps: list[Stage], names: tuple[str, ...]) -> Gallery:
    """Digits to choose from: two of each class and some that this network gets wrong."""
    images, labels = test_images()
    answers = _answers(steps, (*PLAIN, *HARD))
    wrong = {n for n, answer in answers.items() if answer != labels[n]}
    chosen = [*PLAIN, *[n for n in HARD if n in wrong][:MOST_WRONG]]
    seen: Counter[int] = Counter()
    called = []
    for n in chosen:
        seen[int(labels[n])] += 1
        called.append(f"{labels[n]} #{seen[int(labels[n])]}{CROSS * (n in wrong)}")
    return Gallery(
        images[chosen].astype(float),
        tuple(called),
        tuple(_value(names[labels[n]]) for n in chosen),
        tuple(n + 1 for n in chosen),
        tuple(_value(names[answers[n]]) for n in chosen),
        painted(),
    )


def _answers(steps: list[Stage], chosen: tuple[int, ...]) -> dict[int, int]:
    """Which output is the largest, for each of these test images."""
    images, _ = test_images()
    return {n: int(forward(steps, images[n] / 1.0).argmax()) for n in chosen}


def pictures(steps: list[Stage], names: tuple[str, ...]) -> Gallery:
    """The same plain images for a network that does not know them: without labels."""
    images, _ = test_images()
    chosen = list(PLAIN)
    return Gallery(
        images[chosen].astype(float),
        tuple(f"picture {n}" for n in range(1, len(chosen) + 1)),
        (NO_LABEL,) * len(chosen),
        tuple(n + 1 for n in chosen),
        tuple(_value(names[answer]) for answer in _answers(steps, PLAIN).values()),
        painted(),
    )


def _value(name: str) -> Value:
    return int(name) if name.isdecimal() else name


def painted() -> NDArray[np.float64]:
    """What lies on the canvas at first: a one; nan is a blank cell."""
    canvas = np.full((SIDE, SIDE), np.nan)
    canvas[5:23, 13:15] = 255
    return canvas
