"""What the extra `mnist` brings, asked for before any work begins."""

import os
import tempfile
from contextlib import suppress

from toolkit.files.errors import ToolkitError

CURE = (
    'install it with: pip install "toolkit[mnist]" (on Linux some 5 GB, with CUDA; on a machine '
    'without a GPU first install torch and torchvision for CPU, as "Get Started" on pytorch.org '
    "tells: some 1 GB)"
)


def check_installed(what: str) -> None:
    """Raise ToolkitError, saying how to install it, where a library is missing for `what`."""
    _no_folder_of_torch()
    try:
        import safetensors  # noqa: F401  # looked for now, not after the training
        import torch  # noqa: F401
        import torchvision  # noqa: F401
    except ImportError as error:
        raise ToolkitError(f"{what} needs {error.name}; {CURE}") from error


def _no_folder_of_torch() -> None:
    """Keep torch from leaving a folder `torchinductor_…` behind.

    Its compiler, which torchvision and every optimizer import, makes one for its cache as soon as
    it is imported. Nothing is compiled here, so a folder that is there already will do. Processes
    started later inherit this.
    """
    with suppress(OSError):
        os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", tempfile.gettempdir())
