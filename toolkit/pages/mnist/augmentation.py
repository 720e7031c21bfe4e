"""The sheet of augmented images: training images and random changes of each."""

import numpy as np
from numpy.typing import NDArray

from toolkit.book.raster import image_picture
from toolkit.book.sheet import FirstView, Picture, Sheet
from toolkit.book.tables import Cell
from toolkit.convnet.history import Pictures
from toolkit.convnet.template import Augmentation
from toolkit.pages.mnist.layout import AUGMENTATION, MnistRun, opening

SIDE, LEFT = 56, 7  # pixels
SETTINGS_ROW, FIRST_COLUMN = 4, 2
HEIGHT, WIDTH = 48, 9.3  # points and characters
Images = NDArray[np.uint8]
EACH = "What the network sees: every time an image comes up in training, it is at random"
NONE = "The template asks for no augmentation: the network sees the images as they are."


def sheet(result: MnistRun, samples: Pictures) -> Sheet:
    """One row for each class: a training image, followed by random changes of it."""
    draws = samples.draws
    settings = _settings(result.history.model.augmentation)
    cells = opening(AUGMENTATION, EACH if settings else NONE)
    cells |= {(row, 1): Cell(words, "label") for row, words in enumerate(settings, SETTINGS_ROW)}
    first = SETTINGS_ROW + len(settings) + 2
    cells[first - 1, 1] = Cell("label", "heading")
    cells[first - 1, FIRST_COLUMN] = Cell("image", "heading")
    for number in range(draws.shape[1]):
        cells[first - 1, FIRST_COLUMN + 1 + number] = Cell(f"draw {number + 1}", "heading")
    pictures: list[Picture] = []
    for row, label in enumerate(samples.labels, first):
        name, original = result.class_names[label], samples.originals[row - first]
        cells[row, 1] = Cell(name, "middle")
        pictures += _row(row, name, [original, *draws[row - first]])
    widths = {1: max(11, 2 + max(map(len, result.class_names)))}
    return Sheet(
        AUGMENTATION,
        cells,
        pictures=tuple(pictures),
        widths=widths
        | dict.fromkeys(range(FIRST_COLUMN, FIRST_COLUMN + 1 + draws.shape[1]), WIDTH),
        heights=dict.fromkeys(range(first, first + len(draws)), HEIGHT),
        freeze=(first, 2),
        tab="009E73",
        pages_high=1,
        portrait=True,
        first_view=FirstView(effects=tuple(pictures[: 1 + draws.shape[1]])),
    )


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
        changes.append(
            f"all of this for {augmentation.share:.0%} of the images, the others as they are"
        )
    if changes and augmentation.plain_epochs:
        last = (
            "in the last epoch"
            if augmentation.plain_epochs == 1
            else f"in the last {augmentation.plain_epochs} epochs"
        )
        changes.append(f"{last} not at all: the images as they are")
    return changes


def _changes(limits: Augmentation) -> list[str]:
    words = {
        f"turned by up to {limits.rotation:g}° to either side": limits.rotation,
        f"moved by up to {limits.translation:g} pixels in each direction": limits.translation,
        f"stretched or shrunk by up to {limits.scale:.0%} in width and in height": limits.scale,
        f"slanted by up to {limits.shear:g}° to either side": limits.shear,
    }
    return [change for change, size in words.items() if size]
