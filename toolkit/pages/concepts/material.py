"""Data for demonstrations: real digits and kernels of the trained network, without torch."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from toolkit.convnet import stored
from toolkit.convnet.stages import Stage, stages
from toolkit.convnet.test_set import test_images

Array = NDArray[np.float64]


@cache
def network() -> tuple[Stage, ...]:
    """The stages of the shipped network."""
    return tuple(stages(stored.read(stored.shipped())))


def learned_kernels(layer: int = 0) -> Array:
    """The kernels of convolution number `layer` in the trained network: (out, in, size, size)."""
    convolutions = [stage for stage in network() if stage.kind == "convolution"]
    return convolutions[layer].kernel


@cache
def digit(number: int) -> Array:
    """A test digit, (28, 28) from 0 to 255."""
    return np.asarray(test_images()[0][number], float)


def small_digit(number: int, side: int = 14) -> Array:
    """A digit reduced in size by averaging, in whole numbers, with an empty border if 28 is no
    multiple of `side`.
    """
    step = -(-28 // side)
    empty = side * step - 28
    whole = np.pad(digit(number), (empty // 2, empty - empty // 2))
    small: Array = np.round(whole.reshape(side, step, side, step).mean(axis=(1, 3)))
    return small
