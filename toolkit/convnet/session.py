"""Everything that changes while a network trains, and how it is stored and brought back."""

import copy
import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from toolkit.convnet import recipe
from toolkit.convnet.history import Epoch
from toolkit.convnet.model import build
from toolkit.convnet.template import Model

State = dict[str, Any]


@dataclass
class Session:
    """A network in training. `random` shuffles and augments; dropout draws from torch's own."""

    model: Model
    network: nn.Sequential
    average: recipe.Average | None
    optimizer: torch.optim.Optimizer
    random: torch.Generator
    device: torch.device
    epochs: tuple[Epoch, ...] = ()

    @property
    def result(self) -> nn.Sequential:
        """The network that is evaluated and kept: the average where the template asks for one."""
        return self.average.network if self.average else self.network


def begin(model: Model, seed: int, device: torch.device) -> Session:
    """A network with the weights of this seed, before its first batch."""
    torch.manual_seed(seed)
    # On the CPU convolutions and pools are faster where the channels of a pixel lie side by side.
    network = build(model.network).to(device).to(memory_format=torch.channels_last)
    average = recipe.Average(network, model.training.ema) if model.training.ema else None
    optimizer = recipe.optimizer(network, model.training)
    random = torch.Generator().manual_seed(seed)
    return Session(model, network, average, optimizer, random, device)


def state(session: Session) -> State:
    """All that the coming epochs depend on, as copies."""
    return copy.deepcopy({
        "network": session.network.state_dict(),
        "average": session.average.network.state_dict() if session.average else None,
        "optimizer": session.optimizer.state_dict(),
        "random": session.random.get_state(),
        "dropout": _dropout_state(session.device),
    })  # fmt: skip


def restore(session: Session, stored: State, epochs: tuple[Epoch, ...]) -> None:
    """Put `session` where it stood when `stored` was taken, after `epochs`."""
    session.network.load_state_dict(stored["network"])
    if session.average:
        session.average.network.load_state_dict(stored["average"])
    session.optimizer.load_state_dict(stored["optimizer"])
    session.random.set_state(stored["random"])
    _restore_dropout(session.device, stored["dropout"])
    session.epochs = epochs


def fits(session: Session, stored: object) -> bool:
    """Whether `stored` is such a state as `session` has after its first batch: the same keys, and
    tensors of the same types and shapes, all of finite numbers. A state of another device is not.
    """
    return _alike(stored, state(session) | {"optimizer": _after_a_step(session)})


def _after_a_step(session: Session) -> State:
    """The state of an optimizer that has taken one step; it keeps nothing before."""
    network = copy.deepcopy(session.network)
    for parameter in network.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer = recipe.optimizer(network, session.model.training)
    optimizer.step()
    return optimizer.state_dict()


def _alike(value: object, reference: object, key: object = None) -> bool:
    if isinstance(reference, torch.Tensor):
        return isinstance(value, torch.Tensor) and _same_kind(value, reference)
    if isinstance(reference, dict):
        return (
            isinstance(value, dict)
            and value.keys() == reference.keys()
            and all(_alike(value[name], part, name) for name, part in reference.items())
        )
    if isinstance(reference, list):
        return (
            isinstance(value, list)
            and len(value) == len(reference)
            and all(map(_alike, value, reference))
        )
    if key == "lr":  # set before every batch
        return isinstance(value, float) and math.isfinite(value)
    return type(value) is type(reference) and value == reference


def _same_kind(tensor: torch.Tensor, reference: torch.Tensor) -> bool:
    return (
        tensor.shape == reference.shape
        and tensor.dtype == reference.dtype
        and tensor.layout == reference.layout
        and tensor.device == torch.device("cpu")
        and bool(tensor.isfinite().all())
    )


def _dropout_state(device: torch.device) -> torch.Tensor:
    if device.type == "cuda":
        return torch.cuda.get_rng_state(device)
    return torch.mps.get_rng_state() if device.type == "mps" else torch.get_rng_state()


def _restore_dropout(device: torch.device, stored: torch.Tensor) -> None:
    if device.type == "cuda":
        torch.cuda.set_rng_state(stored, device)
    elif device.type == "mps":
        torch.mps.set_rng_state(stored)
    else:
        torch.set_rng_state(stored)
