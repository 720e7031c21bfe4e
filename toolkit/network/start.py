"""The initial weights and biases of a lesson, from its template or drawn at random."""

from itertools import pairwise
from math import sqrt

import numpy as np

from toolkit.network.lesson import Lesson

DECIMALS = 4  # decimals of a random draw, few enough for a reader to copy


def start_weights(lesson: Lesson) -> list[float]:
    """All weights, ordered by layer, neuron and input."""
    return _parameters(lesson)[0]


def start_biases(lesson: Lesson) -> list[float]:
    """All biases, ordered by layer; empty if the network has none."""
    return _parameters(lesson)[1]


def _parameters(lesson: Lesson) -> tuple[list[float], list[float]]:
    start = lesson.start
    weights, biases = _draws(lesson) if start.seed is not None else ([], [])
    weights = weights if start.weights is None else list(start.weights)
    biases = biases if start.biases is None else list(start.biases)
    return weights, biases if lesson.network.bias else []


def _draws(lesson: Lesson) -> tuple[list[float], list[float]]:
    """Uniform random numbers within the bound that the initializer sets for each layer."""
    random = np.random.default_rng(lesson.start.seed)
    weights: list[float] = []
    biases: list[float] = []
    for before, after in pairwise(lesson.network.layers):
        bound, of_biases = _bounds(str(lesson.start.initializer), before, after)
        weights += _uniform(random, bound, before * after)
        biases += _uniform(random, of_biases, after)
    return weights, biases


def _uniform(random: np.random.Generator, bound: float, count: int) -> list[float]:
    draws: list[float] = random.uniform(-bound, bound, count).round(DECIMALS).tolist()
    return draws


def _bounds(initializer: str, before: int, after: int) -> tuple[float, float]:
    """The bounds of the weights and of the biases of a layer with these widths.

    uniform is the default of torch.nn.Linear; xavier and kaiming are torch.nn.init's
    xavier_uniform_ and kaiming_uniform_ for ReLU, with biases of 0.
    """
    if initializer == "uniform":
        return 1 / sqrt(before), 1 / sqrt(before)
    if initializer == "xavier":
        return sqrt(6 / (before + after)), 0.0
    return sqrt(6 / before), 0.0
