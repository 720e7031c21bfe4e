"""Initializations of the weights of a network."""

from collections.abc import Callable

import torch
from torch import nn

from toolkit.experiments.variant import Initialization

TINY, LARGE = 0.001, 1.0  # standard deviations

INITIALIZERS: dict[Initialization, Callable[[torch.Tensor, torch.Generator], object]] = {
    "he": lambda weight, random: nn.init.kaiming_normal_(
        weight, nonlinearity="relu", generator=random
    ),
    "xavier": lambda weight, random: nn.init.xavier_normal_(weight, generator=random),
    "tiny": lambda weight, random: nn.init.normal_(weight, 0, TINY, generator=random),
    "large": lambda weight, random: nn.init.normal_(weight, 0, LARGE, generator=random),
    "zero": lambda weight, random: nn.init.zeros_(weight),
}


def draw(network: nn.Module, start: Initialization, seed: int) -> None:
    """Draw all kernels and linear weights, and set biases to 0; "torch" changes nothing."""
    if start == "torch":
        return
    random = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            INITIALIZERS[start](module.weight, random)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
