"""Trained weights as safetensors, together with the template of their model."""

import json
from pathlib import Path

import torch
from safetensors.torch import save
from torch import nn

from toolkit.convnet.history import History
from toolkit.convnet.stored import LENGTH, Stored, read
from toolkit.files.errors import ToolkitError
from toolkit.files.saving import replacing

ALIGNED = 8  # bytes; the length of the header is a multiple of this


def put_weights(stored: Stored, network: nn.Module) -> None:
    """Load the tensors of a file into a network of the same template."""
    tensors = {name: torch.from_numpy(values) for name, values in stored.tensors.items()}
    network.load_state_dict(tensors)


def metadata_of(history: History, template: str) -> dict[str, str]:
    """The metadata of the weights of a run: its template, its epochs and its data set."""
    return {
        "template": template,
        "epochs": str(len(history.epochs)),
        "seed": str(history.seed),
        "held_out": history.held_out,
        "classes": json.dumps(history.names),
        "data": history.data,
    }


def save_weights(network: nn.Module, metadata: dict[str, str], out: Path) -> None:
    """Write all parameters and batch-norm buffers to `out`, replacing it only when complete."""
    tensors = {name: tensor.cpu().contiguous() for name, tensor in network.state_dict().items()}
    content = _in_order(save(tensors, {"format": "pt", **metadata}))
    with replacing(out) as temporary:
        temporary.write_bytes(content)


def _in_order(content: bytes) -> bytes:
    """The same content with sorted keys in the header: safetensors writes them in random order."""
    end = LENGTH + int.from_bytes(content[:LENGTH], "little")
    header = json.dumps(json.loads(content[LENGTH:end]), sort_keys=True).encode()
    header += b" " * (-len(header) % ALIGNED)
    return len(header).to_bytes(LENGTH, "little") + header + content[end:]


def load_weights(network: nn.Module, metadata: dict[str, str], path: Path) -> bool:
    """Load the weights at `path` into `network`, which has the template in `metadata`. Returns
    False if there is no file with this metadata.
    """
    try:
        stored = read(path)
    except ToolkitError:
        return False
    if not metadata.items() <= stored.metadata.model_dump().items():
        return False
    put_weights(stored, network)
    return True
