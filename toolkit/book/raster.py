"""Convert greyscale images to small PNG pictures."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from toolkit.book.sheet import Picture


def image_picture(
    image: NDArray[np.uint8], alt: str, place: tuple[int, int], side: int, dx: float
) -> Picture:
    """A picture of a square image (0 black, 255 white) in the cell `place`, `side` pixels large.

    Each pixel is enlarged to a square here, because spreadsheets would blur a small picture.
    """
    factor = max(1, side // len(image))
    buffer = io.BytesIO()
    Image.fromarray(image.repeat(factor, 0).repeat(factor, 1)).save(buffer, "PNG", optimize=True)
    return Picture(buffer.getvalue(), alt, *place, width=side, height=side, dx=dx)
