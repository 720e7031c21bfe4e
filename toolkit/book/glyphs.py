"""Characters as ink: blocks that FreeType draws from the fonts of the package."""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from toolkit.book.inks import Mark

FONTS = Path(__file__).with_name("fonts")
# The sizes in which serif.ttf holds what must grow.
GROWN = {
    "(": "(\ue000\ue004\ue008\ue00c",
    ")": ")\ue001\ue005\ue009\ue00d",
    "{": "{\ue002\ue006\ue00a\ue00e",
    "√": "√\ue003\ue007\ue00b",
}


@dataclass(frozen=True)
class Block:
    """A box after layout, in pixels of the picture: its extent and its marks.

    `rise` and `depth` are measured up and down from the baseline; `lean` is the distance by which
    slanted ink exceeds the width.
    """

    width: float
    rise: float
    depth: float
    marks: tuple[Mark, ...] = ()
    lean: float = 0


@cache
def _font(italic: bool, pixels: int) -> ImageFont.FreeTypeFont:
    path = FONTS / ("serif-italic.ttf" if italic else "serif.ttf")
    return ImageFont.truetype(str(path), pixels, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def glyphs(text: str, italic: bool, pixels: int) -> Block:
    """A text in upright or slanted type, its em as many pixels high."""
    font = _font(italic, pixels)
    left, top, right, bottom = map(int, font.getbbox(text, anchor="ls"))
    stencil = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(stencil).text((-left, -top), text, fill=255, font=font, anchor="ls")
    width = font.getlength(text)
    return Block(width, -top, bottom, (Mark(left, top, stencil),), max(0.0, right - width))


def tall_glyph(character: str, need: float, em: float) -> Block:
    """The least size of a character that is `need` pixels high; beyond the largest it is enlarged.

    The character is one of GROWN, `em` the size of the type around it in pixels.
    """
    pixels = round(em)
    for variant in GROWN[character]:
        block = glyphs(variant, False, pixels)
        if block.rise + block.depth >= need:
            return block
    return glyphs(variant, False, round(em * need / (block.rise + block.depth)))
