"""What a template's [training] says: optimizer, rate of each batch, average of the weights."""

import copy
import math

import torch
from torch import nn

from toolkit.convnet.template import TrainingConfig

FIRST, FINAL = 1 / 25, 1 / 250_000  # of the highest rate: where one cycle begins and ends


def optimizer(network: nn.Module, training: TrainingConfig) -> torch.optim.Optimizer:
    """The optimizer of all parameters; its rate is set before every batch."""
    # Fused, one kernel updates every parameter; CPU and CUDA have it, Apple's mps has its own way.
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
    """The rate of batch number `step`, counted from 0 over all epochs of `batches` each.

    A function of the step alone has no state to store, unlike torch's schedulers, whose OneCycleLR
    and StepLR it equals.
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
        # Listed once, since both networks only ever change in place: 2 % of a step's time.
        self._averages, self._values = _floats(self.network), _floats(network)

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Move towards the network's present values after batch number `step`, counted from 0.

        The first batches weigh more, else the average would long remember where it began.
        """
        share = 1 - min(self._decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self._averages, self._values, share)


def _floats(network: nn.Module) -> list[torch.Tensor]:
    return [tensor for tensor in network.state_dict().values() if tensor.is_floating_point()]
