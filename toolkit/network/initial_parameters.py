"""The initial weights and biases of a lesson: those of the template, or random draws."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import sqrt

import numpy as np

from toolkit.network.lesson import Initializer, Lesson

DRAW_DECIMALS = 4  # of a random draw, few enough for a reader to copy
# The largest weight and the largest bias of a layer, by the width of the one before it and its own.
# uniform is the default of torch.nn.Linear; xavier and kaiming are torch.nn.init's xavier_uniform_
# and kaiming_uniform_ for ReLU, with biases of 0.
BOUNDS: dict[Initializer, Callable[[int, int], tuple[float, float]]] = {
    "uniform": lambda before, own: (1 / sqrt(before), 1 / sqrt(before)),
    "xavier": lambda before, own: (sqrt(6 / (before + own)), 0.0),
    "kaiming": lambda before, own: (sqrt(6 / before), 0.0),
}


def start_weights(lesson: Lesson) -> list[float]:
    """All weights, ordered by layer, neuron and input."""
    return _parameters(lesson)[0]


def start_biases(lesson: Lesson) -> list[float]:
    """All biases, ordered by layer; empty if the network has none."""
    return _parameters(lesson)[1]


def _parameters(lesson: Lesson) -> tuple[list[float], list[float]]:
    start = lesson.start
    weights: list[float] = []
    biases: list[float] = []
    if start.seed is not None and start.initializer is not None:
        weights, biases = _draws(lesson.network.layers, start.seed, start.initializer)
    weights = weights if start.weights is None else list(start.weights)
    biases = biases if start.biases is None else list(start.biases)
    return weights, biases if lesson.network.bias else []


def _draws(
    layers: Sequence[int], seed: int, initializer: Initializer
) -> tuple[list[float], list[float]]:
    """Uniform random numbers within the bound that the initializer sets for each layer."""
    random = np.random.default_rng(seed)
    weights: list[float] = []
    biases: list[float] = []
    for before, after in pairwise(layers):
        bound, of_biases = BOUNDS[initializer](before, after)
        weights += _uniform(random, bound, before * after)
        biases += _uniform(random, of_biases, after)
    return weights, biases


def _uniform(random: np.random.Generator, bound: float, count: int) -> list[float]:
    draws: list[float] = random.uniform(-bound, bound, count).round(DRAW_DECIMALS).tolist()
    return draws
