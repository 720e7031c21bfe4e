"""MNIST, or any data set in the same four IDX files, as tensors."""

import gzip
import hashlib
import lzma
import math
import struct
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import torch
from torchvision.datasets import mnist as idx

from toolkit.convnet.history import DIGITS, HeldOut
from toolkit.convnet.names import LONGEST_NAME, countable, printable
from toolkit.files.errors import ToolkitError
from toolkit.files.reading import MEGABYTE, check_regular, exists, text
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
GARMENTS = tuple(idx.FashionMNIST.classes)
CLASSES = 10
FOLDERS = ("", "raw", "MNIST/raw", "FashionMNIST/raw", "KMNIST/raw")
OPENERS: dict[str, Callable[[Path], Any]] = {
    "": lambda path: path.open("rb"),
    ".gz": gzip.open,
    ".xz": lzma.open,
}
DAMAGED = (EOFError, OSError, zlib.error, lzma.LZMAError)
SIDES = (28, 28)
# The magic number at the start of an IDX file of bytes, by the number of its dimensions.
MAGIC = {1: 0x0801, 3: 0x0803}
MOST_IMAGES = 1_000_000  # the largest data set in this format, EMNIST, has 814,255
MOST_BYTES = 1024 * MEGABYTE

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
    source = Path(str(resources.files("toolkit.convnet") / "digits_data"))
    file_names = list(CHECKSUMS)[:2] if validation else list(CHECKSUMS)
    files = {name: _find(folder or source, name) for name in file_names}
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
            for ending in OPENERS:
                path = folder / place / (spelling + ending)
                if path.exists():
                    return path
    raise ToolkitError(
        f"{folder}: the file {name} (plain or .gz) is missing; put the four IDX files there"
    )


def _read(path: Path, name: str, *, verify: bool) -> torch.Tensor:
    check_regular(path, MOST_BYTES)
    try:
        content = _unpacked(path, images="images" in name)
    except PermissionError as error:
        raise ToolkitError(f"{path}: may not be read; change its permissions") from error
    except DAMAGED as error:
        raise ToolkitError(f"{path}: damaged ({error}); download the file again") from error
    if verify and hashlib.md5(content, usedforsecurity=False).hexdigest() != CHECKSUMS[name]:
        raise ToolkitError(f"{path}: checksum differs from the original; install the package again")
    return _parse(content, path, images="images" in name)


def _unpacked(path: Path, *, images: bool) -> bytes:
    """The decompressed bytes of an IDX file, at most one more than its header announces.

    The limit exists because a small file could decompress to gigabytes and fill the memory.
    """
    dimensions = 3 if images else 1
    with OPENERS["" if path.suffix not in OPENERS else path.suffix](path) as file:
        head = file.read(4 + 4 * dimensions)
        content: bytes = head + file.read(_promised(head, dimensions, path) + 1)
    return content


def _promised(head: bytes, dimensions: int, path: Path) -> int:
    """The number of bytes after the header of an IDX file: one for each pixel or label."""
    if len(head) < 4 + 4 * dimensions:
        return 0
    magic, count, *sides = struct.unpack(f">{1 + dimensions}I", head)
    if magic != MAGIC[dimensions]:
        return 0  # not such a file; the header alone is enough for `_parse` to reject it
    if sides and tuple(sides) != SIDES:
        raise _other_sides(path)
    if count > MOST_IMAGES:
        raise ToolkitError(
            f"{path}: its header announces {count:,} items, more than {MOST_IMAGES:,}; "
            "give a smaller data set"
        )
    return int(count * math.prod(sides))


def _other_sides(path: Path) -> ToolkitError:
    return ToolkitError(f"{path}: contains no 28x28 images; give files with images of that size")


def _parse(content: bytes, path: Path, *, images: bool) -> torch.Tensor:
    """The tensor in an IDX file. torchvision requires a path, so a temporary file is written."""
    reader = idx.read_image_file if images else idx.read_label_file
    try:
        with tempfile.TemporaryDirectory() as temporary:
            plain = Path(temporary) / "idx"
            plain.write_bytes(content)
            tensor: torch.Tensor = reader(str(plain))
            return tensor.clone()
    except OSError as error:
        folder = tempfile.tempdir or "the folder of temporary files"
        raise ToolkitError(
            f"{folder}: cannot be written: {error.strerror}; make room there, or name another "
            "folder in the environment variable TMPDIR"
        ) from error
    except (AssertionError, RuntimeError, ValueError, TypeError, KeyError, IndexError) as error:
        raise ToolkitError(
            f"{path}: truncated or not an IDX file of {'images' if images else 'labels'}; "
            "download the file again"
        ) from error


def _check(tensors: list[torch.Tensor], paths: list[Path]) -> None:
    for images, labels, image_path, label_path in zip(
        tensors[::2], tensors[1::2], paths[::2], paths[1::2], strict=True
    ):
        if tuple(images.shape[1:]) != SIDES or not len(images):
            raise _other_sides(image_path)
        if len(images) != len(labels):
            raise ToolkitError(
                f"{label_path}: {len(labels)} labels for {len(images)} images; "
                "give files that belong together"
            )
        if int(labels.max()) > 9:
            raise ToolkitError(f"{label_path}: label {int(labels.max())}; labels must be 0 to 9")
