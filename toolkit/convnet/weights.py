"""Trained weights as safetensors, with the template that made them."""

from pathlib import Path

from safetensors.torch import save
from torch import nn

from toolkit.book.saving import replacing


def save_weights(network: nn.Module, metadata: dict[str, str], out: Path) -> None:
    """Write all parameters and batch-norm buffers to `out`, moved into place when whole."""
    tensors = {name: tensor.cpu().contiguous() for name, tensor in network.state_dict().items()}
    content = save(tensors, {"format": "pt", **metadata})
    with replacing(out) as temporary:
        temporary.write_bytes(content)
