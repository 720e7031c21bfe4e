"""The [training] section of a template: optimizer, learning rates, average of the weights."""

import copy
import math

import torch
from torch import nn

from toolkit.convnet.template import TrainingConfig

FIRST, FINAL = 1 / 25, 1 / 250_000  # shares of the highest rate at which one cycle begins and ends


def optimizer(network: nn.Module, training: TrainingConfig) -> torch.optim.Optimizer:
    """The optimizer of all parameters; the loop sets its learning rate before every batch."""
    # The CPU and CUDA have a fused kernel, which updates all parameters at once.
    fused = next(network.parameters()).device.type in ("cpu", "cuda")
    if training.optimizer == "adamw":
        return torch.optim.AdamW(
            network.parameters(),
            training.learning_rate,
            weight_decay=training.weight_decay,
            fused=fused,
        )
    return torch.optim.SGD(
        network.parameters(),
        training.learning_rate,
        training.momentum,
        weight_decay=training.weight_decay,
        nesterov=training.nesterov and training.momentum > 0,
        fused=fused,
    )


def learning_rate(training: TrainingConfig, step: int, batches: int) -> float:
    """The learning rate of batch `step`, counted from 0 over all epochs of `batches` each.

    It equals torch's OneCycleLR and StepLR but, unlike these schedulers, is a function of the step
    alone and has no state to store.
    """
    if training.schedule == "constant":
        return training.learning_rate
    if training.schedule == "step":
        return training.learning_rate * training.step_factor ** (
            step // batches // (training.step_epochs or 1)
        )
    steps = training.epochs * batches
    peak = training.warm_up * steps - 1
    if step <= peak:
        return training.learning_rate * _cosine(FIRST, 1, step / peak)
    return training.learning_rate * _cosine(1, FINAL, (step - peak) / max(1, steps - 1 - peak))


def _cosine(start: float, end: float, way: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * way)) / 2


class Average:
    """An exponential moving average of a network's weights and of its batch-norm statistics."""

    def __init__(self, network: nn.Sequential, decay: float) -> None:
        self.network, self._decay = copy.deepcopy(network), decay
        # Collected only once, since both networks change in place; this saves 2 % of a step's time.
        self._averages, self._values = _floats(self.network), _floats(network)

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Move the average towards the network's values after batch `step`, counted from 0.

        The first batches have larger weights, so that the average soon forgets its start.
        """
        share = 1 - min(self._decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self._averages, self._values, share)


def _floats(network: nn.Module) -> list[torch.Tensor]:
    return [tensor for tensor in network.state_dict().values() if tensor.is_floating_point()]
