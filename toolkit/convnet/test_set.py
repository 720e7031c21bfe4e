"""The test images that ship in the package, read without torch."""

import lzma
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SIDE = 28


@cache
def test_images() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The images (n, 28, 28) and the labels (n,), as read-only arrays."""
    folder = Path(str(resources.files("toolkit.convnet") / "digits_data"))
    images = lzma.decompress((folder / "t10k-images-idx3-ubyte.xz").read_bytes())
    labels = lzma.decompress((folder / "t10k-labels-idx1-ubyte.xz").read_bytes())
    # The header of an IDX file takes 16 bytes before images, 8 before labels.
    return (
        np.frombuffer(images, np.uint8, offset=16).reshape(-1, SIDE, SIDE),
        np.frombuffer(labels, np.uint8, offset=8),
    )
