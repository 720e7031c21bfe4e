"""A check that the libraries of the extra `mnist` are installed, before any work begins."""

import os
import tempfile
from contextlib import suppress

from toolkit.files.errors import ToolkitError

CURE = (
    'install it with: pip install "toolkit[mnist]" (about 5 GB on Linux, with CUDA; on a machine '
    "without a GPU, first install torch and torchvision for CPU as described under "
    '"Get Started" on pytorch.org: about 1 GB)'
)


def check_installed(what: str) -> None:
    """Raise ToolkitError with a cure if a library that `what` needs is not installed."""
    _no_folder_of_torch()
    try:
        import safetensors  # noqa: F401  # checked here, so that training does not fail at its end
        import torch  # noqa: F401
        import torchvision  # noqa: F401
    except ImportError as error:
        raise ToolkitError(f"{what} needs {error.name}; {CURE}") from error


def _no_folder_of_torch() -> None:
    """Keep torch from creating a folder named `torchinductor_…`.

    The compiler of torch creates this folder for its cache when it is imported, and torchvision and
    all optimizers import it. The toolkit compiles nothing, so any existing folder serves. Child
    processes inherit the setting.
    """
    with suppress(OSError):
        os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", tempfile.gettempdir())
