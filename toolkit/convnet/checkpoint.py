"""Checkpoints: the state of a run, saved after every epoch so that no finished epoch is lost."""

import pickletools
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import ConfigDict, TypeAdapter, validate_call

from toolkit.convnet.history import Epoch
from toolkit.convnet.session import State
from toolkit.files.errors import ToolkitError
from toolkit.files.reading import MEGABYTE, check_regular
from toolkit.files.saving import replacing

# Of a file: the weights, their average, and AdamW's two moments of each.
MOST_CHECKPOINT_BYTES = 4096 * MEGABYTE
NAMES = {
    "collections OrderedDict",
    "torch ByteStorage",
    "torch FloatStorage",
    "torch LongStorage",
    "torch._utils _rebuild_tensor_v2",
}
EPOCHS = TypeAdapter(tuple[Epoch, ...])


@dataclass(frozen=True)
class Origin:
    """The run to which a checkpoint belongs; no other run may continue from it."""

    model: str
    data: str
    seed: int

    def difference(self, other: "Origin") -> str | None:
        """A description of the first difference between two origins; None if they are equal."""
        if self.model != other.model:
            return "another model template or number of epochs"
        if self.data != other.data:
            return "another data set, or another choice of --validation"
        return None if self.seed == other.seed else f"seed {self.seed}"


def save(path: Path, origin: Origin, epochs: tuple[Epoch, ...], state: State) -> None:
    """Write the checkpoint. It replaces an earlier one only once it is complete.

    Raises ToolkitError if it cannot be written; the earlier checkpoint is then kept.
    """
    content = {"origin": vars(origin), "epochs": EPOCHS.dump_json(epochs).decode(), "state": state}
    with replacing(path) as temporary, temporary.open("wb") as file:
        torch.save(content, file)


def load(path: Path, origin: Origin) -> tuple[tuple[Epoch, ...], object]:
    """The finished epochs, and the stored state after them, which `session.fits` has yet to check.

    Raises ToolkitError if the file is missing, damaged, or belongs to another run than `origin`.
    """
    if not path.exists():
        raise ToolkitError(
            f"{path}: no such checkpoint; leave out --resume to begin, or give the --out of the "
            "run that was stopped"
        )
    check_regular(path, MOST_CHECKPOINT_BYTES)
    try:
        content = _content(path)
        file_origin = _origin(**content["origin"])
        epochs, state = EPOCHS.validate_json(content["epochs"]), content["state"]
    except Exception as error:  # depending on the damage, torch raises almost any error
        raise damaged(path) from error
    if difference := file_origin.difference(origin):
        raise ToolkitError(
            f"{path}: belongs to {difference}; give the options of that run, or remove the file"
        )
    return epochs, state


@validate_call(config=ConfigDict(strict=True))
def _origin(model: str, data: str, seed: int) -> Origin:
    return Origin(model, data, seed)


def damaged(path: Path) -> ToolkitError:
    """The error for a file from which no run can continue."""
    return ToolkitError(
        f"{path}: damaged, or not a checkpoint of this model on this device; remove it to start "
        "again"
    )


def _content(path: Path) -> Any:
    """The content that `save` stored. If the file is damaged, zipfile or torch raise any error."""
    with zipfile.ZipFile(path) as archive:
        if any(part.compress_type != zipfile.ZIP_STORED for part in archive.infolist()):
            raise ValueError(
                "the file is compressed, but torch never compresses; it could fill the memory"
            )
        (pickled,) = (name for name in archive.namelist() if name.endswith("/data.pkl"))
        _check_names(archive.read(pickled))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns about a damaged file
        # Only tensors and plain values are loaded, so a file from elsewhere cannot execute code.
        return torch.load(path, map_location="cpu", weights_only=True)


def _check_names(pickled: bytes) -> None:
    """Raise ValueError if a pickle refers to any global that tensors are not built from.

    Torch rejects such names too, but takes minutes to format its error if the name is long.
    """
    named = {arg for opcode, arg, _ in pickletools.genops(pickled) if opcode.name == "GLOBAL"}
    if not named <= NAMES:
        raise ValueError("the pickle refers to names that no checkpoint contains")
