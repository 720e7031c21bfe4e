"""The sheet of augmented images: training images and random changes of each."""

import numpy as np
from numpy.typing import NDArray

from toolkit.book.address import Area
from toolkit.book.raster import image_picture
from toolkit.book.sheet import Picture, Sheet
from toolkit.book.tables import Cell
from toolkit.convnet.history import Pictures
from toolkit.convnet.template import Augmentation
from toolkit.pages.mnist import layout
from toolkit.pages.mnist.layout import AUGMENTATION, FIRST_ROW, MnistPage, MnistRun

SIDE, LEFT = 56, 7  # pixels
HEADING_ROW, FIRST_COLUMN, GAP = FIRST_ROW, 2, 2.0
SETTINGS_ROWS, SETTINGS_WIDTH = 3, 62.0  # rows of pictures, and characters
HEIGHT, WIDTH = 48, 9.3  # points and characters
Images = NDArray[np.uint8]
EACH = (
    "Every image is changed at random each time it comes up in training; its label stays the same."
)
NONE = "The template asks for no augmentation: the network sees the images as they are."


def sheet(result: MnistRun, samples: Pictures) -> Sheet:
    """One row for each class: a training image, followed by random changes of it."""
    draws = samples.draws
    settings = _settings(result.history.model.augmentation)
    question = "What images does the network see during training?"
    page = layout.page(AUGMENTATION, AUGMENTATION, question, "009E73")
    page.state(EACH if settings else NONE)
    images = "image", *(f"draw {number + 1}" for number in range(draws.shape[1]))
    for column, heading in enumerate(("label", *images), 1):
        page.cells[HEADING_ROW, column] = Cell(heading, "heading")
    for row, label in enumerate(samples.labels, HEADING_ROW + 1):
        number, name = row - HEADING_ROW - 1, result.class_names[label]
        page.cells[row, 1] = Cell(name, "middle")
        page.pictures += _row(row, name, [samples.originals[number], *draws[number]])
        page.heights[row] = HEIGHT
    page.effects += page.pictures[: len(images)]
    _write_settings(page, FIRST_COLUMN + len(images) + 1, settings)
    page.widths |= {1: max(11, 2 + result.longest_name), FIRST_COLUMN + len(images): GAP}
    page.widths |= dict.fromkeys(range(FIRST_COLUMN, FIRST_COLUMN + len(images)), WIDTH)
    page.freeze, page.pages_high = (HEADING_ROW + 1, 1), 1
    return page.finish()


def _write_settings(page: MnistPage, column: int, settings: list[str]) -> None:
    """List the changes on the right of the pictures, in one cell beside the first of them."""
    if settings:
        page.widths[column] = SETTINGS_WIDTH
        page.cells[HEADING_ROW, column] = Cell("Each draw is", "heading")
        page.cells[HEADING_ROW + 1, column] = Cell("\n".join(settings), "wrapped")
        page.merges.append(Area.of(HEADING_ROW + 1, column, SETTINGS_ROWS))


def _row(row: int, name: str, images: list[Images]) -> list[Picture]:
    first = f"An image of class {name} as it is in the file"
    alts = [first, *(f"The same image, random change {n}" for n in range(1, len(images)))]
    return [
        image_picture(image, alt, (row, FIRST_COLUMN + number), SIDE, LEFT)
        for number, (image, alt) in enumerate(zip(images, alts, strict=True))
    ]


def _settings(augmentation: Augmentation) -> list[str]:
    """The settings of the template in words; empty if images are not changed."""
    changes = _changes(augmentation)
    if changes and augmentation.share < 1:
        changes.append(f"changed in these ways for {augmentation.share:.0%} of the images only")
    if changes and augmentation.plain_epochs:
        last = (
            "in the last epoch"
            if augmentation.plain_epochs == 1
            else f"in the last {augmentation.plain_epochs} epochs"
        )
        changes.append(f"not changed at all {last}")
    return changes


def _changes(limits: Augmentation) -> list[str]:
    words = {
        f"turned by up to {limits.rotation:g}° to either side": limits.rotation,
        f"moved by up to {limits.translation:g} pixels in each direction": limits.translation,
        f"stretched or shrunk by up to {limits.scale:.0%} in width and in height": limits.scale,
        f"slanted by up to {limits.shear:g}° to either side": limits.shear,
    }
    return [change for change, size in words.items() if size]
