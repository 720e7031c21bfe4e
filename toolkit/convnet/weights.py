"""Trained weights as safetensors, with the template that made them."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import TypeAdapter, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import nn

from toolkit.book.saving import replacing
from toolkit.convnet.history import DIGITS
from toolkit.convnet.model import build
from toolkit.convnet.template import Model
from toolkit.errors import ToolkitError
from toolkit.template import parse

CLASSES = TypeAdapter(tuple[str, ...])
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
    tensors, metadata = _read(path)
    if "template" not in metadata:
        raise ToolkitError(f"{path}: holds no template; give weights that toolkit mnist wrote")
    model = parse(metadata["template"], Model, f"{path}: its template")
    network = build(model.network).eval()
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise ToolkitError(
            f"{path}: its weights do not fit its template; train the model anew"
        ) from error
    return Trained(network, model, _names(path, metadata))


def _read(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    try:
        with safe_open(str(path), "pt") as stored:
            names = stored.keys()
            return {name: stored.get_tensor(name) for name in names}, stored.metadata() or {}
    except FileNotFoundError as error:
        raise ToolkitError(
            f"{path}: no such file; give weights that toolkit mnist wrote"
        ) from error
    except SafetensorError as error:
        raise ToolkitError(
            f"{path}: damaged, or no safetensors file; give weights that toolkit mnist wrote"
        ) from error
    except OSError as error:
        raise ToolkitError(f"{path}: cannot be read: {error.strerror}; check the path") from error


def _names(path: Path, metadata: dict[str, str]) -> tuple[str, ...]:
    """Those of the classes; files written before these were kept are of digits."""
    try:
        return CLASSES.validate_json(metadata["classes"]) if "classes" in metadata else DIGITS
    except ValidationError as error:
        raise ToolkitError(
            f"{path}: damaged (the names of its classes); train the model anew"
        ) from error


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
        with safe_open(str(path), "pt") as stored:
            if not metadata.items() <= (stored.metadata() or {}).items():
                return False
        network.load_state_dict(load_file(path))
    except (OSError, SafetensorError, RuntimeError):
        return False
    return True
