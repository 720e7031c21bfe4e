"""Epochs per second: all learning rates at once in NumPy, beside a loop of PyTorch's autograd."""

from collections.abc import Iterator
from itertools import pairwise

import torch
from rich.table import Table

from tests.benchmarks.measuring import in_turns, medians_of, seconds, table, times
from tests.torch_reference import ACTIVATIONS
from toolkit.network.derivation import derivation
from toolkit.network.lesson import Lesson, changed, load
from toolkit.network.trace import trace

# Learning rates and epochs of a run; a thousand rates over many epochs are a matter of memory.
SIZES = {1: 3000, 6: 3000, 1000: 300}
LOOPS = 2  # the PyTorch loop is run for so many of the rates


def torch_loop(lesson: Lesson, learning_rate: float) -> float:
    """The last loss. Keeps no history, as ours does."""
    layers = lesson.network.layers
    inputs = torch.tensor(lesson.samples.inputs, dtype=torch.float64)
    targets = torch.tensor(lesson.samples.targets, dtype=torch.float64)
    flat = torch.tensor(lesson.start.weights, dtype=torch.float64)
    shapes = [(after, before) for before, after in pairwise(layers)]
    parts = zip(flat.split([a * b for a, b in shapes]), shapes, strict=True)
    weights = [part.reshape(shape).clone().requires_grad_() for part, shape in parts]
    activations = [ACTIVATIONS[kind] for kind in lesson.network.activations]
    optimizer = torch.optim.SGD(weights, lr=learning_rate)
    for epoch in range(lesson.training.epochs + 1):
        if epoch:
            optimizer.step()
            optimizer.zero_grad()
        values = inputs
        for weight, activate in zip(weights, activations, strict=True):
            values = activate(values @ weight.T)
        loss = ((targets - values) ** 2 / 2).sum(1).mean()
        loss.backward()
    return loss.item()


def tables(*, quick: bool) -> Iterator[Table]:
    """One table over the number of learning rates."""
    runs = 3 if quick else 5
    shown = table(
        "Epochs per second of the class lesson, for several learning rates",
        f"{medians_of(runs)}, float64. Ours with its history and the time to compile it. "
        f"PyTorch: autograd and optim.SGD, one loop for each rate; {LOOPS} loops "
        "are timed, and the time for all rates is taken as that many times one.",
        "learning rates",
        "epochs",
        "toolkit",
        "PyTorch",
        "× PyTorch",
    )
    torch_loop(load("class"), 0.1)  # its first steps are slow
    for rates, epochs in SIZES.items():
        shown.add_row(*_row(rates, epochs // 10 if quick else epochs, runs))
    yield shown


def _row(count: int, epochs: int, runs: int) -> tuple[str, ...]:
    rates = [0.01 + 0.99 * n / count for n in range(count)]
    lesson = changed(load("class"), epochs, rates)
    derived = derivation(lesson)
    timed = rates[:LOOPS]
    ours, theirs = in_turns(
        [
            lambda: epochs / seconds(lambda: trace(lesson, derived)),
            lambda: epochs / seconds(lambda: [torch_loop(lesson, rate) for rate in timed]),
        ],
        runs,
    )
    theirs *= len(timed) / count
    return f"{count:,}", f"{epochs:,}", f"{ours:,.0f}", f"{theirs:,.1f}", times(ours / theirs)
