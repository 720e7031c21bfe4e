"""MNIST, or any data set in the same four IDX files, as tensors.

A folder that torchvision has filled is read as it is, and the class names of Fashion-MNIST are
those that torchvision lists, because PyTorch's users have both already.
"""

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torchvision.datasets import FashionMNIST

from toolkit.convnet import idx
from toolkit.convnet.history import DIGITS, HeldOut
from toolkit.convnet.names import LONGEST_NAME, countable, printable
from toolkit.convnet.template import CLASSES
from toolkit.files.errors import ToolkitError
from toolkit.files.reading import exists, text
from toolkit.files.templates import brief

# MD5 of the four original files by Y. LeCun and C. Cortes (CC BY-SA 3.0), as torchvision lists
# them for the files within its archives and as the README beside the data repeats them.
CHECKSUMS = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
# MD5 of Fashion-MNIST's train-labels-idx1-ubyte, computed from Debian's package
# dataset-fashion-mnist; the names are those that torchvision lists.
FASHION = "9018921c3c673c538a1fc5bad174d6f9"
GARMENTS = tuple(FashionMNIST.classes)
FOLDERS = ("", "raw", "MNIST/raw", "FashionMNIST/raw", "KMNIST/raw")
VALIDATION_SHARE = 12  # one image in 12: of MNIST's 60,000 the last 5,000


@dataclass(frozen=True)
class Digits:
    """Images uint8 (n, 28, 28) with labels int64 (n,), for training and for testing.

    `held_out` says what the test images are: the test set, or a part of the training set.
    `names` are the names of the classes, indexed by label.
    """

    train_images: torch.Tensor
    train_labels: torch.Tensor
    test_images: torch.Tensor
    test_labels: torch.Tensor
    held_out: HeldOut = "test"
    names: tuple[str, ...] = DIGITS

    def fingerprint(self) -> str:
        """A checksum of all images and labels, and of `held_out`."""
        digest = hashlib.sha256(self.held_out.encode())
        for part in (self.train_images, self.train_labels, self.test_images, self.test_labels):
            digest.update(part.contiguous().numpy().tobytes())
        return digest.hexdigest()


def load(folder: Path | None = None, *, validation: bool = False) -> Digits:
    """The MNIST data that ships in the package, with its checksums verified, or that in `folder`.

    With `validation` the test set is not read. The last twelfth of the training set takes its place
    (of MNIST's 60,000 images the last 5,000, in the order of the file) and is not trained on.
    Raises ToolkitError naming the file that is missing, damaged or inconsistent.
    """
    file_names = list(CHECKSUMS)[:2] if validation else list(CHECKSUMS)
    files = {name: _find(folder or idx.SHIPPED, name) for name in file_names}
    tensors = [_read(path, name, verify=folder is None) for name, path in files.items()]
    _check(tensors, list(files.values()))
    classes = class_names(folder, tensors[1])
    if validation:
        return _split(tensors[0], tensors[1], classes)
    train_images, train_labels, test_images, test_labels = tensors
    return Digits(train_images, train_labels, test_images, test_labels, names=classes)


def class_names(folder: Path | None, labels: torch.Tensor) -> tuple[str, ...]:
    """The ten class names, indexed by label.

    They are the lines of labels.txt in the data folder if there is one, the garments if `labels`
    are the training labels of Fashion-MNIST, and the digits otherwise. Missing lines at the end of
    labels.txt are filled with digits. Raises ToolkitError if labels.txt is invalid.
    """
    places = [folder / place / "labels.txt" for place in FOLDERS] if folder else []
    for path in filter(Path.exists, places):
        names = _names(path, 1 + int(labels.max()))
        rest = DIGITS[len(names) :]
        if twice := [name for name in names if name in rest]:
            raise ToolkitError(
                f"{path}: {twice[0]!r} is also the name of class {twice[0]}, which has no line; "
                f"give all {CLASSES} classes a line"
            )
        return names + rest
    return GARMENTS if _checksum(labels) == FASHION else DIGITS


def _names(path: Path, needed: int) -> tuple[str, ...]:
    names = tuple(line.strip() for line in text(path).rstrip().split("\n"))
    if not needed <= len(names) <= CLASSES:
        raise ToolkitError(
            f"{path}: {len(names)} lines for labels 0 to {needed - 1}; give each class one line, "
            f"at most {CLASSES}"
        )
    for number, name in enumerate(names, 1):
        others = [other.casefold() for other in names[number:]]
        if not printable(name) or name.casefold() in others:
            raise ToolkitError(
                f"{path}: line {number}, {brief(repr(name))}: must be a name of 1 to "
                f"{LONGEST_NAME} printable characters that no other line has"
            )
        if not countable(name):
            raise ToolkitError(
                f"{path}: line {number}, {brief(repr(name))}: spreadsheets cannot count it by "
                "name; begin with a letter (or write a whole number), without *, ? and ~"
            )
    return names


def _checksum(labels: torch.Tensor) -> str:
    """The MD5 checksum of the IDX file that contains these labels."""
    head = struct.pack(">HBBI", 0, 8, 1, len(labels))
    content = head + labels.to(torch.uint8).numpy().tobytes()
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _split(images: torch.Tensor, labels: torch.Tensor, names: tuple[str, ...]) -> Digits:
    first = len(images) - max(1, len(images) // VALIDATION_SHARE)
    if first < 1:
        raise ToolkitError("--validation: one image cannot be split; use a larger data set")
    return Digits(
        images[:first], labels[:first], images[first:], labels[first:], "validation", names
    )


def _find(folder: Path, name: str) -> Path:
    if not (exists(folder) and folder.is_dir()):
        raise ToolkitError(
            f"{brief(folder)}: no such data folder; give one that holds the IDX files"
        )
    spellings = (name, name.replace("-idx", ".idx"))
    for place in FOLDERS:
        for spelling in spellings:
            for ending in idx.OPENERS:
                path = folder / place / (spelling + ending)
                if path.exists():
                    return path
    raise ToolkitError(
        f"{folder}: the file {name} (plain or .gz) is missing; put the four IDX files there"
    )


def _read(path: Path, name: str, *, verify: bool) -> torch.Tensor:
    images = "images" in name
    array = idx.read(path, images=images, md5=CHECKSUMS[name] if verify else None)
    # A copy, because torch takes no array that is read-only.
    return torch.from_numpy(array.copy() if images else array.astype(np.int64))


def _check(tensors: list[torch.Tensor], paths: list[Path]) -> None:
    for images, labels, label_path in zip(tensors[::2], tensors[1::2], paths[1::2], strict=True):
        if len(images) != len(labels):
            raise ToolkitError(
                f"{label_path}: {len(labels)} labels for {len(images)} images; "
                "give files that belong together"
            )
        if int(labels.max()) > 9:
            raise ToolkitError(f"{label_path}: label {int(labels.max())}; labels must be 0 to 9")
