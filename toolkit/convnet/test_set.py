"""The test images that ship in the package, read without torch."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from toolkit.convnet import idx


@cache
def test_images() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The images (n, 28, 28) and the labels (n,), as read-only arrays."""
    return (
        idx.read(idx.SHIPPED / "t10k-images-idx3-ubyte.xz", images=True),
        idx.read(idx.SHIPPED / "t10k-labels-idx1-ubyte.xz", images=False),
    )
