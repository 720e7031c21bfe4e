"""The same lessons by PyTorch's autograd in float64."""

import torch

from toolkit.network.lesson import Lesson

ACTIVATIONS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "identity": lambda x: x,
}
Rows = list[list[float]]


def run(lesson: Lesson, learning_rate: float) -> tuple[Rows, Rows, list[float]]:
    """Weights, gradients and loss of every epoch, the start first."""
    layers = lesson.network.layers
    flat = torch.tensor(lesson.start.weights, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([flat], lr=learning_rate)
    weights, gradients, losses = [], [], []
    for _ in range(lesson.training.epochs + 1):
        loss = _loss(lesson, flat, layers)
        optimizer.zero_grad()
        loss.backward()
        assert flat.grad is not None
        weights.append(flat.detach().tolist())
        gradients.append(flat.grad.tolist())
        losses.append(loss.item())
        optimizer.step()
    return weights, gradients, losses


def _loss(lesson: Lesson, flat: torch.Tensor, layers: list[int]) -> torch.Tensor:
    values = torch.tensor(lesson.samples.inputs, dtype=torch.float64)
    targets = torch.tensor(lesson.samples.targets, dtype=torch.float64)
    start = 0
    for before, after, kind in zip(layers, layers[1:], lesson.network.activations, strict=False):
        matrix = flat[start : start + before * after].reshape(after, before)
        values = ACTIVATIONS[kind](values @ matrix.T)
        start += before * after
    return (((targets - values) ** 2) / 2).sum(1).mean()
