"""Trained weights as safetensors, with the template that made them."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save
from torch import nn

from toolkit.convnet.model import build
from toolkit.convnet.stored import LENGTH, Stored, read
from toolkit.convnet.template import Model
from toolkit.files.errors import ToolkitError
from toolkit.files.saving import replacing

ALIGNED = 8  # bytes: of the header's length a multiple


@dataclass(frozen=True)
class Trained:
    """A network in evaluation mode, the template that made it, and its classes' names by label."""

    network: nn.Sequential
    model: Model
    names: tuple[str, ...]


def load_trained(path: Path) -> Trained:
    """The network that `save_weights` wrote, on the CPU.

    Raises ToolkitError where the file is missing, damaged, or its weights do not fit its template.
    """
    stored = read(path)
    network = build(stored.model.network).eval()
    _put(stored, network)
    return Trained(network, stored.model, stored.names)


def _put(stored: Stored, network: nn.Module) -> None:
    tensors = {name: torch.from_numpy(values) for name, values in stored.tensors.items()}
    network.load_state_dict(tensors)


def save_weights(network: nn.Module, metadata: dict[str, str], out: Path) -> None:
    """Write all parameters and batch-norm buffers to `out`, moved into place when whole."""
    tensors = {name: tensor.cpu().contiguous() for name, tensor in network.state_dict().items()}
    content = _in_order(save(tensors, {"format": "pt", **metadata}))
    with replacing(out) as temporary:
        temporary.write_bytes(content)


def _in_order(content: bytes) -> bytes:
    """The same file with the header's keys sorted: safetensors writes metadata in random order."""
    end = LENGTH + int.from_bytes(content[:LENGTH], "little")
    header = json.dumps(json.loads(content[LENGTH:end]), sort_keys=True).encode()
    header += b" " * (-len(header) % ALIGNED)
    return len(header).to_bytes(LENGTH, "little") + header + content[end:]


def load_weights(network: nn.Module, metadata: dict[str, str], path: Path) -> bool:
    """Put the weights at `path` into `network`, which is of the template that `metadata` holds;
    False, where no file of this metadata is there.
    """
    try:
        stored = read(path)
    except ToolkitError:
        return False
    if not metadata.items() <= stored.metadata.model_dump().items():
        return False
    _put(stored, network)
    return True
