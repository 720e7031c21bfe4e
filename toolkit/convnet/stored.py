"""Read files of trained weights without torch."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from safetensors import SafetensorError, safe_open

from toolkit.convnet.history import DIGITS, HeldOut
from toolkit.convnet.names import LONGEST_NAME, countable, printable
from toolkit.convnet.shapes import COUNTER, Shape, tensor_shapes
from toolkit.convnet.template import CLASSES, Model
from toolkit.files.errors import ToolkitError
from toolkit.files.reading import MEGABYTE, check_regular
from toolkit.files.templates import Part, brief, first_fault, parse
from toolkit.files.templates import shipped as templates

MOST_WEIGHT_BYTES = 1024 * MEGABYTE  # size of a file of weights
# Bytes of the number that gives the length of the header, and the greatest such length.
LENGTH, LONGEST_HEADER = 8, 10_000_000
# The fingerprints of MNIST as `toolkit.convnet.digits` loads it, tested on the test set or on a
# part of the training set.
MNIST = (
    "c67d70060989aeee1d58752e305a831bd7e88cb52ad5234c0a50357b858cdfc9",
    "0f8b6d4c7dd33c8cd499db7429e75b688019d8ec0ebff060098dd83cdfcd1a8d",
)


def _name(name: str) -> str:
    if not (printable(name) and countable(name)):
        raise ValueError(
            f"must begin with a letter or be a whole number, and have 1 to {LONGEST_NAME} "
            f"printable characters without *, ? and ~, not {brief(repr(name))}"
        )
    return name


Name = Annotated[str, Field(strict=True), AfterValidator(_name)]
Names = Annotated[tuple[Name, ...], Field(min_length=1, max_length=CLASSES)]
NAMES = TypeAdapter(Names)
Count = Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]


class Metadata(Part):
    """The metadata that `save_weights` writes with the tensors. Files of earlier versions contain
    the template alone. `classes` is a list of names in JSON, `data` the data set's fingerprint.
    """

    template: str
    format: Literal["pt"] = "pt"
    epochs: Count | None = None
    seed: Count | None = None
    held_out: HeldOut | None = None
    classes: str | None = None
    data: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


@dataclass(frozen=True)
class Stored:
    """The content of a file of weights: the tensors by name, their model, the names of the classes
    indexed by label, the path of the file, and its metadata.
    """

    tensors: dict[str, NDArray[Any]]
    model: Model
    names: tuple[str, ...]
    source: Path
    metadata: Metadata

    @property
    def knows_mnist(self) -> bool:
        """Whether the network was trained on MNIST, as far as the file says."""
        if self.metadata.data is None:
            return self.names == DIGITS
        return self.metadata.data in MNIST and len(self.names) == len(DIGITS)


def read(path: Path) -> Stored:
    """Read a file that `save_weights` wrote: exactly the tensors of its template, all finite.

    Raises ToolkitError if the file is missing or damaged, has no template, or other tensors.
    """
    _check_header(path)
    try:
        with safe_open(str(path), "numpy") as stored:
            metadata = _metadata(path, stored.metadata() or {})
            model = parse(metadata.template, Model, f"{path}: its template")
            names = _names(path, metadata)
            return Stored(_tensors(path, stored, model), model, names, path, metadata)
    except SafetensorError as error:
        raise _damaged(path) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def shipped() -> Path:
    """The path of the weights that ship in the package."""
    return Path(str(resources.files("toolkit") / "weights" / "default.safetensors"))


def _check_header(path: Path) -> None:
    """Raise ToolkitError unless there is a file with a header of reasonable length."""
    check_regular(path, MOST_WEIGHT_BYTES, _cure(str(path)), "give the .safetensors file inside it")
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(LENGTH), "little")
    except OSError as error:
        raise _unreadable(path, error) from error
    if length > LONGEST_HEADER:
        raise _damaged(path)


def _damaged(path: Path) -> ToolkitError:
    return ToolkitError(
        f"{path}: damaged, or not a safetensors file; give weights that toolkit mnist wrote"
    )


def _unreadable(path: Path, error: OSError) -> ToolkitError:
    return ToolkitError(f"{path}: cannot be read: {error.strerror or error}; check the path")


def _metadata(path: Path, texts: dict[str, str]) -> Metadata:
    if "template" not in texts:
        raise ToolkitError(f"{path}: contains no template; give weights that toolkit mnist wrote")
    try:
        return Metadata.model_validate(texts)
    except ValidationError as error:
        raise ToolkitError(
            f"{path}: its metadata: {first_fault(error, Metadata)}; train the model again"
        ) from error


def _names(path: Path, metadata: Metadata) -> tuple[str, ...]:
    """The names of the classes; files of earlier versions have none and are of digits."""
    try:
        return DIGITS if metadata.classes is None else NAMES.validate_json(metadata.classes)
    except ValidationError as error:
        raise ToolkitError(
            f"{path}: damaged (the names of its classes): {first_fault(error)}; "
            "train the model again"
        ) from error


def _tensors(path: Path, stored: Any, model: Model) -> dict[str, NDArray[Any]]:
    """All tensors, after a check that their names, types and shapes are those of the model."""
    shapes = tensor_shapes(model.network)
    if misfit := _misfit(stored, shapes):
        raise ToolkitError(
            f"{path}: its weights do not fit its template: {misfit}; train the model again"
        )
    tensors = {name: stored.get_tensor(name) for name in shapes}
    for name, values in tensors.items():
        fault = "" if np.isfinite(values).all() else "numbers that are not finite"
        if name.endswith("running_var") and (values < 0).any():
            fault = "negative variances"
        if fault:
            raise ToolkitError(f"{path}: its weights {name} hold {fault}; train the model again")
    return tensors


def _misfit(stored: Any, shapes: dict[str, Shape]) -> str:
    """The first difference between the file's tensors and `shapes`, or the empty string."""
    named = set(stored.keys())
    if lacking := sorted(shapes.keys() - named):
        return f"{lacking[0]} is missing"
    if extra := sorted(named - shapes.keys()):
        return f"{brief(repr(extra[0]))} has no place in it"
    for name, shape in shapes.items():
        tensor, kind = stored.get_slice(name), "I64" if name.endswith(COUNTER) else "F32"
        if tensor.get_dtype() != kind:
            return f"{name} is of type {tensor.get_dtype()}, not {kind}"
        if tuple(tensor.get_shape()) != shape:
            return f"{name} has the shape {tensor.get_shape()}, not {list(shape)}"
    return ""


def _cure(name: str) -> str:
    """The cure for a missing file of weights, also if `name` is that of a model to be trained."""
    if name in templates("models"):
        return (
            f"weights are wanted here, not the name of a model: toolkit mnist --model {name} "
            f"--out {name}.xlsx writes {name}.safetensors"
        )
    return "give a .safetensors file that toolkit mnist wrote"
