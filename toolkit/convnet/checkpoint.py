"""A run's state in a file after every epoch, so that nothing finished is lost."""

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

MOST = 4096 * MEGABYTE  # of a file: weights, their average, and two of AdamW for each
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
    """What a checkpoint belongs to: it continues no other run."""

    model: str
    data: str
    seed: int

    def difference(self, other: "Origin") -> str | None:
        """The first thing in which two differ, in words."""
        if self.model != other.model:
            return "another model template or number of epochs"
        if self.data != other.data:
            return "another data set, or another choice of --validation"
        return None if self.seed == other.seed else f"seed {self.seed}"


def save(path: Path, origin: Origin, epochs: tuple[Epoch, ...], state: State) -> None:
    """Write the checkpoint, moved into place when whole.

    Raises ToolkitError where it cannot be written; the earlier one then stays.
    """
    content = {"origin": vars(origin), "epochs": EPOCHS.dump_json(epochs).decode(), "state": state}
    with replacing(path) as temporary, temporary.open("wb") as file:
        torch.save(content, file)


def load(path: Path, origin: Origin) -> tuple[tuple[Epoch, ...], object]:
    """The finished epochs and what is stored as the state after them, for `session.fits` to judge.

    Raises ToolkitError where the file is missing, damaged or of another run than `origin`.
    """
    if not path.exists():
        raise ToolkitError(
            f"{path}: no such checkpoint; leave out --resume to begin, or give the --out of the "
            "run that was stopped"
        )
    check_regular(path, MOST)
    try:
        content = _content(path)
        file_origin = _origin(**content["origin"])
        epochs, state = EPOCHS.validate_json(content["epochs"]), content["state"]
    except Exception as error:  # torch raises whatever the damage leads it to
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
    """The error for a file that no run can go on from."""
    return ToolkitError(
        f"{path}: damaged, or no checkpoint of this model on this device; remove it to start from "
        "the beginning"
    )


def _content(path: Path) -> Any:
    """What `save` stored. Raises whatever zipfile and torch do where the file is damaged."""
    with zipfile.ZipFile(path) as archive:
        if any(part.compress_type != zipfile.ZIP_STORED for part in archive.infolist()):
            raise ValueError("torch compresses nothing, so a small file stays small in memory")
        (pickled,) = (name for name in archive.namelist() if name.endswith("/data.pkl"))
        _check_names(archive.read(pickled))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what torch finds odd about a damaged file
        # Tensors and plain values only: a checkpoint from elsewhere can run no code.
        return torch.load(path, map_location="cpu", weights_only=True)


def _check_names(pickled: bytes) -> None:
    """Raise ValueError where a pickle names anything but what tensors are made of.

    Torch refuses other names too, but takes minutes to word its error where one is long.
    """
    named = {arg for opcode, arg, _ in pickletools.genops(pickled) if opcode.name == "GLOBAL"}
    if not named <= NAMES:
        raise ValueError("the pickle names what no checkpoint holds")
