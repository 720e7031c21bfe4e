"""Marks of ink on a transparent ground, or on grounds of the theme's tints, as a PNG picture."""

import io
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image, ImageChops

from toolkit.book.theme import INK, TINTS

SHADES = 16  # of ink on one ground


@dataclass(frozen=True)
class Mark:
    """Ink at a place, x to the right and y downwards from the start of a baseline: a stencil, or
    a bar of the given size. With a `tint` it is no ink, but the ground of what lies over it.
    """

    x: float
    y: float
    ink: Image.Image | tuple[float, float]
    tint: str = ""


def png(width: int, height: int, marks: Iterable[Mark]) -> bytes:
    """The picture of marks, whose places are those in the picture, in pixels."""
    shades, grounds = (Image.new("L", (width, height)) for _ in range(2))
    tints: list[str] = []
    for mark in marks:
        if mark.tint and mark.tint not in tints:
            tints.append(mark.tint)
        _paste(mark, grounds if mark.tint else shades, tints)
    steps = shades.point([round(level * (SHADES - 1) / 255) for level in range(256)])
    picture = ImageChops.add(steps, grounds)
    picture.putpalette(bytes.fromhex(INK) * SHADES + b"".join(map(_blends, tints)))
    alpha = bytes(step * 255 // (SHADES - 1) for step in range(SHADES))
    out = io.BytesIO()
    picture.save(out, "PNG", bits=8 if tints else 4, transparency=alpha)
    return out.getvalue()


def _paste(mark: Mark, image: Image.Image, tints: list[str]) -> None:
    """Full ink, or the number of the first colour of a tint."""
    level = SHADES * (1 + tints.index(mark.tint)) if mark.tint else 255
    x, y = round(mark.x), round(mark.y)
    if isinstance(mark.ink, tuple):
        wide, high = (max(1, round(length)) for length in mark.ink)
        image.paste(level, (x, y, x + wide, y + high))
    else:
        image.paste(level, (x, y), mark.ink)


def _blends(name: str) -> bytes:
    """The colours from a tint's ground alone to its full ink."""
    fill, ink = bytes.fromhex(TINTS[name].fill), bytes.fromhex(TINTS[name].ink)
    pairs = [zip(fill, ink, strict=True) for _ in range(SHADES)]
    return bytes(
        round(ground + (over - ground) * step / (SHADES - 1))
        for step, pair in enumerate(pairs)
        for ground, over in pair
    )
