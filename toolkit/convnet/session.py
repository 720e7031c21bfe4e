"""The state of a training, with functions to store, validate and restore it."""

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
    """A network in training. `random` shuffles and augments; dropout uses torch's generator."""

    model: Model
    network: nn.Sequential
    average: recipe.Average | None
    optimizer: torch.optim.Optimizer
    random: torch.Generator
    device: torch.device
    epochs: tuple[Epoch, ...] = ()

    @property
    def result(self) -> nn.Sequential:
        """The network to evaluate and save: the average, if the template asks for one."""
        return self.average.network if self.average else self.network


def begin(model: Model, seed: int, device: torch.device) -> Session:
    """A session before its first batch, with the initial weights of this seed."""
    torch.manual_seed(seed)
    # On the CPU, convolutions and pools are faster if the channels of a pixel are adjacent.
    network = build(model.network).to(device).to(memory_format=torch.channels_last)
    average = recipe.Average(network, model.training.ema) if model.training.ema else None
    optimizer = recipe.optimizer(network, model.training)
    random = torch.Generator().manual_seed(seed)
    return Session(model, network, average, optimizer, random, device)


def state(session: Session) -> State:
    """Copies of everything on which the coming epochs depend."""
    return copy.deepcopy(
        {
            "network": session.network.state_dict(),
            "average": session.average.network.state_dict() if session.average else None,
            "optimizer": session.optimizer.state_dict(),
            "random": session.random.get_state(),
            "dropout": _dropout_state(session.device),
        }
    )


def restore(session: Session, stored: State, epochs: tuple[Epoch, ...]) -> None:
    """Restore `session` to the state `stored`, which was saved after `epochs`."""
    session.network.load_state_dict(stored["network"])
    if session.average:
        session.average.network.load_state_dict(stored["average"])
    session.optimizer.load_state_dict(stored["optimizer"])
    session.random.set_state(stored["random"])
    _restore_dropout(session.device, stored["dropout"])
    session.epochs = epochs


def fits(session: Session, stored: object) -> bool:
    """Whether `stored` can be a state of `session` after its first batch: it has the same keys, and
    finite tensors of the same types and shapes. A state of another device does not fit.
    """
    return _alike(stored, state(session) | {"optimizer": _after_a_step(session)})


def _after_a_step(session: Session) -> State:
    """The state of the optimizer after one step; before its first step it has none."""
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
