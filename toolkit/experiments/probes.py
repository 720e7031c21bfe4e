"""Looks inside a network in training."""

from types import TracebackType

import torch
from torch import nn


def gradient_norms(network: nn.Module) -> tuple[float, ...]:
    """The norm of each kernel's or weight matrix's gradient, in the order of the layers."""
    weights = [
        module.weight for module in network.modules() if isinstance(module, (nn.Conv2d, nn.Linear))
    ]
    return tuple(float(weight.grad.norm()) for weight in weights if weight.grad is not None)


class Dead:
    """The share of dead units of each ReLU: channels that are 0 everywhere, for a whole batch.

    Inside `with` the network's ReLUs are listened to, where that is `wanted`.
    """

    def __init__(self, network: nn.Module, *, wanted: bool) -> None:
        self._relus = [module for module in network.modules() if isinstance(module, nn.ReLU)]
        self._wanted, self._hooks = wanted, list[torch.utils.hooks.RemovableHandle]()
        self._shares: list[float] = []

    @property
    def shares(self) -> tuple[float, ...]:
        """One share for each ReLU, in order; empty where not wanted."""
        return tuple(self._shares)

    def __enter__(self) -> "Dead":
        if self._wanted:
            self._hooks = [relu.register_forward_hook(self._listen) for relu in self._relus]
        return self

    def _listen(self, relu: nn.Module, given: object, output: torch.Tensor) -> None:
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
