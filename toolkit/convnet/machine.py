"""The device, the threads and the program versions of a training."""

import platform
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from toolkit.files.errors import ToolkitError
from toolkit.version import __version__


def choose_device(name: str) -> torch.device:
    """The device called `name`; "auto" selects CUDA, else Apple's mps, else the CPU.

    Raises ToolkitError if this machine has no such device.
    """
    available = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if name == "auto":
        return torch.device(next(kind for kind in ("cuda", "mps", "cpu") if available[kind]))
    if not available.get(name.split(":", maxsplit=1)[0], False):
        choices = ", ".join(kind for kind, usable in available.items() if usable)
        raise ToolkitError(f"--device {name}: not on this machine; use auto or one of {choices}")
    return torch.device(name)


@contextmanager
def threads(count: int | None) -> Iterator[None]:
    """Set the number of torch's threads within this context; None leaves the choice to torch."""
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def versions() -> str:
    """The versions of the programs that train here; with others the figures may differ."""
    return f"toolkit {__version__}, Python {platform.python_version()}, PyTorch {torch.__version__}"
