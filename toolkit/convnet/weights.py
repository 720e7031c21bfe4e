"""Trained weights as safetensors, with the template that made them."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import nn

from toolkit.book.saving import replacing
from toolkit.convnet.model import build
from toolkit.convnet.stored import MOST, read
from toolkit.convnet.template import Model
from toolkit.errors import ToolkitError
from toolkit.reading import check_regular

LENGTH, ALIGNED = 8, 8  # bytes: of the number that says how long the header is, and its multiple


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
    try:
        tensors = {name: torch.from_numpy(values) for name, values in stored.tensors.items()}
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise ToolkitError(
            f"{path}: its weights do not fit its template; train the model anew"
        ) from error
    return Trained(network, stored.model, stored.names)


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
    """Put the weights at `path` into `network`; False, where no file of this metadata is there."""
    try:
        check_regular(path, MOST)
        with safe_open(str(path), "pt") as stored:
            if not metadata.items() <= (stored.metadata() or {}).items():
                return False
        network.load_state_dict(load_file(path))
    except (OSError, SafetensorError, RuntimeError, ToolkitError):
        return False
    return True
