"""What lies in a file of trained weights, read without torch."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError
from safetensors import SafetensorError, safe_open

from toolkit.convnet.history import DIGITS
from toolkit.convnet.template import Model
from toolkit.errors import ToolkitError
from toolkit.reading import MEGABYTE, check_regular
from toolkit.template import parse
from toolkit.template import shipped as templates

MOST = 1024 * MEGABYTE  # of a file of weights
CLASSES = TypeAdapter(tuple[str, ...])
# The fingerprints of MNIST as `toolkit.convnet.digits` loads it, tested on the test set or on a
# part of the training set.
MNIST = (
    "c67d70060989aeee1d58752e305a831bd7e88cb52ad5234c0a50357b858cdfc9",
    "0f8b6d4c7dd33c8cd499db7429e75b688019d8ec0ebff060098dd83cdfcd1a8d",
)


@dataclass(frozen=True)
class Stored:
    """Tensors by name, the template of their model, the classes' names by label, the file, and the
    fingerprint of the data that it was trained on, where the file holds one.
    """

    tensors: dict[str, NDArray[Any]]
    model: Model
    names: tuple[str, ...]
    source: Path
    data: str | None = None

    @property
    def knows_mnist(self) -> bool:
        """Whether MNIST's digits are what the network was trained on, as far as the file says."""
        if self.data is None:
            return self.names == DIGITS
        return self.data in MNIST and len(self.names) == len(DIGITS)


def read(path: Path) -> Stored:
    """What `save_weights` wrote.

    Raises ToolkitError where the file is missing, damaged or holds no template.
    """
    tensors, metadata = _content(path)
    if "template" not in metadata:
        raise ToolkitError(f"{path}: holds no template; give weights that toolkit mnist wrote")
    model = parse(metadata["template"], Model, f"{path}: its template")
    return Stored(tensors, model, _names(path, metadata), path, metadata.get("data"))


def shipped() -> Path:
    """The weights in the package."""
    return Path(str(resources.files("toolkit") / "weights" / "default.safetensors"))


def _content(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    check_regular(path, MOST, _wanted(str(path)), "give the .safetensors file inside it")
    try:
        with safe_open(str(path), "numpy") as stored:
            found = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
            return found, stored.metadata() or {}
    except SafetensorError as error:
        raise ToolkitError(
            f"{path}: damaged, or no safetensors file; give weights that toolkit mnist wrote"
        ) from error
    except OSError as error:
        raise ToolkitError(
            f"{path}: cannot be read: {error.strerror or error}; check the path"
        ) from error


def _wanted(name: str) -> str:
    """What to give instead, also to one who named a model that can be trained."""
    if name in templates("models"):
        return (
            f"weights are wanted here, not the name of a model: toolkit mnist --model {name} "
            f"--out {name}.xlsx writes {name}.safetensors"
        )
    return "give a .safetensors file that toolkit mnist wrote"


def _names(path: Path, metadata: dict[str, str]) -> tuple[str, ...]:
    """Those of the classes; files written before these were kept are of digits."""
    try:
        return CLASSES.validate_json(metadata["classes"]) if "classes" in metadata else DIGITS
    except ValidationError as error:
        raise ToolkitError(
            f"{path}: damaged (the names of its classes); train the model anew"
        ) from error
