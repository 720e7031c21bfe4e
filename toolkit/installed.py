"""What the extra `mnist` brings, asked for before any work begins."""

from toolkit.errors import ToolkitError


def check_installed(command: str) -> None:
    """Raise ToolkitError, saying how to install it, where a library is missing."""
    try:
        import safetensors  # noqa: F401  # looked for now, not after the training
        import torch  # noqa: F401
        import torchvision  # noqa: F401
    except ImportError as error:
        raise ToolkitError(
            f'toolkit {command} needs {error.name}; install it with: pip install "toolkit[mnist]"'
        ) from error
