"""Measurements inside a network during its training."""

from types import TracebackType

import torch
from torch import nn


def gradient_norms(network: nn.Module) -> tuple[float, ...]:
    """The norm of each kernel's or weight matrix's gradient, in the order of the layers."""
    weights = [
        module.weight for module in network.modules() if isinstance(module, (nn.Conv2d, nn.Linear))
    ]
    return tuple(float(weight.grad.norm()) for weight in weights if weight.grad is not None)


class DeadUnits:
    """The share of dead units of each ReLU in one batch of a training.

    A unit is a channel, or a single feature. It is dead if its output is 0 everywhere, for every
    image of the batch. The object is a context around the training: inside it, the outputs of the
    network's ReLUs are measured in batch number `batch`, counted from 1. Batches in evaluation mode
    are not counted.
    """

    def __init__(self, network: nn.Module, batch: int) -> None:
        self._relus = [module for module in network.modules() if isinstance(module, nn.ReLU)]
        self._batch = batch
        self._counts = dict.fromkeys(self._relus, 0)
        self._hooks: list[torch.utils.hooks.RemovableHandle] = []
        self._shares: list[float] = []

    @property
    def shares(self) -> tuple[float, ...]:
        """One share for each ReLU, in the order of the layers; empty before that batch."""
        return tuple(self._shares)

    def __enter__(self) -> "DeadUnits":
        self._hooks = [relu.register_forward_hook(self._measure) for relu in self._relus]
        return self

    def _measure(self, relu: nn.ReLU, inputs: object, output: torch.Tensor) -> None:
        self._counts[relu] += relu.training
        if relu.training and self._counts[relu] == self._batch:
            channels = output.transpose(0, 1).flatten(1)
            self._shares.append(float((channels.amax(1) <= 0).float().mean()))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for hook in self._hooks:
            hook.remove()
