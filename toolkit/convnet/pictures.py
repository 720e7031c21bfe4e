"""Convert any picture of a digit to MNIST's form: light on black, 20 pixels large, centred.

The steps are those of MNIST itself (LeCun and Cortes, yann.lecun.com/exdb/mnist): the digit is
scaled to fit 20x20 pixels with its proportions preserved, and its centre of mass is placed in the
middle of 28x28 pixels. This module does without torch.
"""

import io
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from toolkit.convnet.idx import SIDE
from toolkit.files.errors import ToolkitError
from toolkit.files.reading import MEGABYTE, content

BOX = 20  # pixels: the side of the box, within the image, that the digit fits into
WORKING = 480  # pixels to which a longer side is first reduced: ample for a box of 20
SPECKLED = 64  # pixels of a side from which on strokes survive the removal of specks
FAINTEST = 20  # of 255: the least contrast between a digit and its background
EDGE = 0.2  # the share of full contrast that marks a digit's edge
FULL = 0.8  # the quantile of the digit's pixels that becomes white
OPAQUE = 250  # the least alpha value of an opaque pixel, out of 255
MOST_PICTURE_BYTES = 256 * MEGABYTE  # size of a file; Pillow itself limits the pixels
Grey = NDArray[np.float64]


def like_mnist(path: Path) -> NDArray[np.uint8]:
    """The digit in a PNG or JPEG picture of any size and colours, as (28, 28), light on black.

    Raises ToolkitError if the file is not such a picture or shows nothing.
    """
    contrast = _contrast(_grey(_opened(path)))
    if contrast.max() < FAINTEST:
        raise ToolkitError(
            f"{path}: shows no digit, because all pixels have the same shade; "
            "give a picture with contrast"
        )
    return _centred(_fitted(_cropped(contrast)))


def _opened(path: Path) -> Image.Image:
    """The picture, rotated upright as its metadata asks."""
    raw = content(path, MOST_PICTURE_BYTES, folder="name pictures inside it")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # unusual metadata does not matter if the picture is readable
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(raw), formats=("PNG", "JPEG")) as image:
                image.load()
                picture = ImageOps.exif_transpose(image)
    except UnidentifiedImageError as error:
        raise ToolkitError(f"{path}: not a PNG or JPEG picture; save it as one of these") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ToolkitError(f"{path}: too many pixels; make the picture smaller") from error
    except Exception as error:  # depending on the damage, Pillow raises almost any error
        raise ToolkitError(f"{path}: cannot be read: damaged; save the picture again") from error
    return picture


def _grey(picture: Image.Image) -> Image.Image:
    """Shades 0 to 255, 8 bits each, on an opaque background and reduced to WORKING pixels."""
    if picture.mode.startswith("I"):  # 16 bits: Pillow would cut off what is above 255
        shades = np.asarray(picture, np.float64) / 257
        picture = Image.fromarray(shades.clip(0, 255).astype(np.uint8))
    if picture.has_transparency_data:
        picture = _on_background(picture.convert("RGBA"))
    grey = picture.convert("L")
    grey.thumbnail((WORKING, WORKING), Image.Resampling.BOX)
    return grey


def _on_background(picture: Image.Image) -> Image.Image:
    """The picture on black or white, whichever contrasts more with the strokes; if the picture has
    a background of its own, on the shade of that.
    """
    shades, alpha = np.asarray(picture.convert("L")), np.asarray(picture.getchannel("A"))
    if (visible := shades[alpha >= OPAQUE]).size == 0:
        visible = shades[alpha > 0] if alpha.any() else np.zeros(1)
    low, middle, high = np.quantile(visible, (0.02, 0.5, 0.98))
    plain = high - low < 255 / 4
    shade = round((0 if middle > 127 else 255) if plain else middle)
    backdrop = Image.new("RGBA", picture.size, (shade, shade, shade, 255))
    return Image.alpha_composite(backdrop, picture)


def _contrast(picture: Image.Image) -> Grey:
    """How much each pixel differs from the background in the digit's direction; else 0."""
    grey = np.asarray(picture, np.float64)
    apart = grey - _background(grey)
    if (np.minimum(apart, 0) ** 2).sum() > (np.maximum(apart, 0) ** 2).sum():
        apart = -apart
    # Paper is never perfectly even: variations as large as those in the other direction are noise.
    noise = np.quantile(np.maximum(-apart, 0), 0.99)
    contrast: Grey = np.maximum(apart - noise, 0)
    return contrast


def _background(grey: Grey) -> Grey:
    """A plane fitted to the shades of the background, because light often comes from one side.

    It is fitted first to the rim of the picture, then to all pixels close to the plane.
    """
    high, wide = grey.shape
    rows, columns = np.mgrid[-1 : 1 : high * 1j, -1 : 1 : wide * 1j]
    rim = np.maximum(abs(rows), abs(columns)) > 1 - 4 / max(high, wide, 28)
    plane = np.full(grey.shape, np.median(grey[rim] if rim.any() else grey))
    for _ in range(2):
        apart = abs(grey - plane)
        near = apart <= max(FAINTEST, apart.max() / 4)
        terms = np.stack((np.ones(near.sum()), rows[near], columns[near]), axis=1)
        level, down, across = np.linalg.lstsq(terms, grey[near], rcond=None)[0]
        plane = level + down * rows + across * columns
    return plane


def _cropped(contrast: Grey) -> Grey:
    """The digit, cropped to its edges, with shades from 0 to 1."""
    inside = contrast > EDGE * contrast.max()
    if max(contrast.shape) >= SPECKLED:
        mask = Image.fromarray((inside * 255).astype(np.uint8))
        calm = np.asarray(mask.filter(ImageFilter.MedianFilter(3))) > 0
        inside = calm if calm.any() else inside
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    cut = contrast[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    full = np.quantile(contrast[inside], FULL)
    digit: Grey = np.minimum(cut / full, 1)
    return digit


def _fitted(digit: Grey) -> Grey:
    """The digit, scaled such that its longer side has 20 pixels."""
    high, wide = digit.shape
    scale = BOX / max(high, wide)
    size = max(1, round(wide * scale)), max(1, round(high * scale))
    if size == (wide, high):
        return digit
    # Reduced by averaging over areas, as for MNIST; enlarged smoothly, without visible squares.
    resampling = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    picture = Image.fromarray(digit.astype(np.float32)).resize(size, resampling)
    return np.asarray(picture, np.float64).clip(0, 1)


def _centred(digit: Grey) -> NDArray[np.uint8]:
    """The digit with its centre of mass in the middle of the field, as far as its edges allow."""
    field = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (_start(digit.sum(axis)) for axis in (1, 0))
    high, wide = digit.shape
    field[top : top + high, left : left + wide] = np.rint(digit * 255)
    return field


def _start(masses: Grey) -> int:
    """The place of the first row (or column). It is rounded as in MNIST, where all centres of mass
    lie between 14 and 15 pixels from the edge of the field.
    """
    centre = ((np.arange(len(masses)) + 0.5) * masses).sum() / masses.sum()
    return min(max(SIDE // 2 - int(centre), 0), SIDE - len(masses))
