"""Which stored digits a workbook of a network offers, and what that network takes them for."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from toolkit.book.values import Value
from toolkit.convnet.stages import Stage, forward, stages
from toolkit.convnet.stored import Stored
from toolkit.convnet.test_set import test_images
from toolkit.pages.live.digits import NO_LABEL, SIDE, Gallery

# Of the test set (from 0): two of each digit, and images that trained networks often get wrong.
PLAIN = (3, 10, 2, 5, 1, 35, 30, 32, 4, 19, 8, 15, 11, 21, 0, 17, 61, 84, 7, 9)
HARD = (
    449,
    1226,
    1232,
    1737,
    1878,
    1901,
    2035,
    2130,
    2597,
    2654,
    3030,
    3073,
    3422,
    3448,
    4176,
    4497,
    4699,
    5654,
    5937,
    5955,
    6571,
    6576,
    6597,
    6625,
    6651,
    6783,
    8408,
    8527,
    9729,
)
MOST_WRONG = 6
CROSS = " ✗"  # after the name of a digit that the network gets wrong


def gallery_of(network: Stored) -> Gallery:
    """Digits with their labels for a network that was trained on them, pictures for any other."""
    choose = gallery if network.knows_mnist else pictures
    return choose(stages(network), network.names)


def gallery(steps: list[Stage], names: tuple[str, ...]) -> Gallery:
    """Digits to choose from: two of each class and some that this network gets wrong."""
    images, labels = test_images()
    answers = _answers(steps, (*PLAIN, *HARD))
    wrong = {n for n, answer in answers.items() if answer != labels[n]}
    chosen = [*PLAIN, *[n for n in HARD if n in wrong][:MOST_WRONG]]
    counts: Counter[int] = Counter()
    choices = []
    for n in chosen:
        counts[int(labels[n])] += 1
        choices.append(f"{labels[n]} #{counts[int(labels[n])]}{CROSS * (n in wrong)}")
    return Gallery(
        images=images[chosen].astype(float),
        names=tuple(choices),
        labels=tuple(_value(names[labels[n]]) for n in chosen),
        numbers=tuple(n + 1 for n in chosen),
        answers=tuple(_value(names[answers[n]]) for n in chosen),
        canvas=painted(),
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
        images=images[chosen].astype(float),
        names=tuple(f"picture {n}" for n in range(1, len(chosen) + 1)),
        labels=(NO_LABEL,) * len(chosen),
        numbers=tuple(n + 1 for n in chosen),
        answers=tuple(_value(names[answer]) for answer in _answers(steps, PLAIN).values()),
        canvas=painted(),
    )


def _value(name: str) -> Value:
    return int(name) if name.isdecimal() else name


def painted() -> NDArray[np.float64]:
    """What lies on the canvas at first: a one; nan is a blank cell."""
    canvas = np.full((SIDE, SIDE), np.nan)
    canvas[5:23, 13:15] = 255
    return canvas
