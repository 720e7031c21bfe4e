"""The same lessons by PyTorch's autograd, losses and optimizers, in float64."""

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional as F  # noqa: N812  # as PyTorch's own texts call it

from toolkit.network.initial_parameters import start_biases, start_weights
from toolkit.network.lesson import Lesson, Network, Training

ACTIVATIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "softplus": F.softplus,
    "gelu": F.gelu,
    "identity": lambda x: x,
    "softmax": lambda x: F.softmax(x, dim=-1),
}
Rows = list[list[float]]


def run(lesson: Lesson, learning_rate: float) -> tuple[Rows, Rows, Rows]:
    """Parameters (weights, then biases), gradients and loss of every epoch, the start first."""
    weights = torch.tensor(start_weights(lesson), dtype=torch.float64, requires_grad=True)
    biases = torch.tensor(start_biases(lesson), dtype=torch.float64, requires_grad=True)
    trained = [weights, biases] if lesson.training.train_biases else [weights]
    optimizer = optimizer_of(lesson.training, trained, learning_rate)
    parameters, gradients, losses = [], [], []
    for _ in range(lesson.training.epochs + 1):
        loss = loss_of(lesson, weights, biases)
        weights.grad = biases.grad = None
        loss.backward()
        slopes = [p.grad if p.grad is not None else torch.zeros_like(p) for p in (weights, biases)]
        parameters.append([*weights.tolist(), *biases.tolist()])
        gradients.append([*slopes[0].tolist(), *slopes[1].tolist()])
        losses.append([loss.item()])
        optimizer.step()
    return parameters, gradients, losses


def optimizer_of(
    training: Training, parameters: list[torch.Tensor], learning_rate: float
) -> torch.optim.Optimizer:
    """PyTorch's own optimizer with the lesson's settings."""
    kind, decay = training.optimizer, training.weight_decay
    common: Any = {"lr": learning_rate, "weight_decay": decay}
    setting = training.setting
    if kind == "sgd":
        return torch.optim.SGD(parameters, **common)
    if kind in ("momentum", "nesterov"):
        (momentum,) = setting("momentum")
        nesterov = kind == "nesterov"
        return torch.optim.SGD(parameters, momentum=momentum, nesterov=nesterov, **common)
    (epsilon,) = setting("epsilon")
    if kind == "adagrad":
        return torch.optim.Adagrad(parameters, eps=epsilon, **common)
    if kind == "rmsprop":
        return torch.optim.RMSprop(parameters, alpha=setting("alpha")[0], eps=epsilon, **common)
    assert kind == "adam", f"no reference for the optimizer {kind}"
    first, second = setting("betas")
    return torch.optim.Adam(parameters, betas=(first, second), eps=epsilon, **common)


def loss_of(lesson: Lesson, weights: torch.Tensor, biases: torch.Tensor) -> torch.Tensor:
    """The loss of the whole batch."""
    values = torch.tensor(lesson.samples.inputs, dtype=torch.float64)
    targets = torch.tensor(lesson.samples.targets, dtype=torch.float64)
    network = lesson.network
    start = first_bias = 0
    before_last = values
    for before, after, kind in zip(
        network.layers, network.layers[1:], network.activations, strict=False
    ):
        matrix = weights[start : start + before * after].reshape(after, before)
        bias = biases[first_bias : first_bias + after] if network.bias else None
        before_last = F.linear(values, matrix, bias)
        values = _activated(network, kind, before_last)
        start, first_bias = start + before * after, first_bias + after
    return _loss(network, before_last, values, targets)


def _activated(network: Network, kind: str, values: torch.Tensor) -> torch.Tensor:
    if kind == "leaky_relu":
        return F.leaky_relu(values, network.negative_slope)
    return ACTIVATIONS[kind](values)


def _loss(
    network: Network, logits: torch.Tensor, outputs: torch.Tensor, targets: torch.Tensor
) -> torch.Tensor:
    if network.loss == "half_squared_error":
        return (((targets - outputs) ** 2) / 2).sum(1).mean()
    if network.loss == "mean_squared_error":
        return F.mse_loss(outputs, targets)
    if network.loss == "binary_cross_entropy":
        return F.binary_cross_entropy(outputs, targets)
    if network.loss == "cross_entropy":
        return F.cross_entropy(logits, targets)
    raise AssertionError(f"no reference for the loss {network.loss}")
