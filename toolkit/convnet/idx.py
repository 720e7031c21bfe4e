"""IDX files, the format of MNIST, as NumPy arrays; without torch.

Such a file holds big-endian integers of 32 bits, the magic number and the length of each dimension,
and after them one byte for each pixel or label. It may be compressed, which its name tells.
"""

import gzip
import hashlib
import lzma
import math
import struct
import zlib
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.files.errors import ToolkitError
from toolkit.files.reading import MEGABYTE, check_regular

SHIPPED = Path(str(resources.files("toolkit.convnet") / "digits_data"))
OPENERS: dict[str, Callable[[Path], Any]] = {
    "": lambda path: path.open("rb"),
    ".gz": gzip.open,
    ".xz": lzma.open,
}
DAMAGED = (EOFError, OSError, zlib.error, lzma.LZMAError)
SIDE = 28
SIDES = (SIDE, SIDE)
# The magic number at the start of an IDX file of bytes, by the number of its dimensions.
MAGIC = {1: 0x0801, 3: 0x0803}
MOST_IMAGES = 1_000_000  # the largest data set in this format, EMNIST, has 814,255
MOST_BYTES = 1024 * MEGABYTE


def read(path: Path, *, images: bool, md5: str | None = None) -> NDArray[np.uint8]:
    """The images (n, 28, 28) in a file, or with `images` False the labels (n,); read-only.

    At most one byte more is unpacked than the header announces: a small file that decompresses to
    gigabytes must not fill the memory. `md5`, if given, is the checksum of the unpacked file.
    Raises ToolkitError naming the file if it cannot be read, is damaged, empty or too large, holds
    something else, or has another checksum.
    """
    check_regular(path, MOST_BYTES)
    try:
        with OPENERS["" if path.suffix not in OPENERS else path.suffix](path) as file:
            head: bytes = file.read(16 if images else 8)
            shape = _shape(head, path, images=images)
            content: bytes = file.read(math.prod(shape) + 1)
    except PermissionError as error:
        raise ToolkitError(f"{path}: may not be read; change its permissions") from error
    except DAMAGED as error:
        raise ToolkitError(f"{path}: damaged ({error}); download the file again") from error
    if md5 and hashlib.md5(head + content, usedforsecurity=False).hexdigest() != md5:
        raise ToolkitError(f"{path}: checksum differs from the original; install the package again")
    if not len(content) == math.prod(shape) > 0:
        raise ToolkitError(
            f"{path}: truncated or not an IDX file of {'images' if images else 'labels'}; "
            "download the file again"
        )
    return np.frombuffer(content, np.uint8).reshape(shape)


def _shape(head: bytes, path: Path, *, images: bool) -> tuple[int, ...]:
    """The shape that a header promises; (0,) if it is not the header of such a file."""
    dimensions = 3 if images else 1
    if len(head) < 4 + 4 * dimensions:
        return (0,)
    magic, count, *sides = struct.unpack(f">{1 + dimensions}I", head)
    if magic != MAGIC[dimensions]:
        return (0,)
    if images and tuple(sides) != SIDES:
        raise ToolkitError(f"{path}: contains no 28x28 images; give files with images of that size")
    if count > MOST_IMAGES:
        raise ToolkitError(
            f"{path}: its header announces {count:,} items, more than {MOST_IMAGES:,}; "
            "give a smaller data set"
        )
    return (count, *sides)
