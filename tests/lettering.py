"""How wide a text is on the screen, in the metrics of Calibri, which Carlito shares.

`carlito.json` holds the advance widths of Carlito's characters by weight, in units of 1/2048 em,
so that the answer is the same on a machine that lacks the font. Pairs are not kerned: Excel does
not kern either, and LibreOffice then needs a little less.
"""

import json
from functools import cache, lru_cache
from pathlib import Path

from toolkit.book.theme import Style

METRICS = Path(__file__).with_name("carlito.json")
EM = 2048
UNKNOWN = 1300  # units: a character of another font, as these are a little wider
LINE = 1.22  # em from one line to the next
PIXELS_PER_POINT = 96 / 72


def text_width(text: str, style: Style) -> float:
    """The width of the widest line of a text, in pixels at 100 % zoom, without indentation."""
    return max((_width(line, style.size, style.bold) for line in text.split("\n")), default=0.0)


def line_height(style: Style) -> int:
    """The height of a row that a program chooses for one line of such text, in pixels."""
    return max(20, round(LINE * style.size * PIXELS_PER_POINT) + 2)


def letter_height(style: Style) -> float:
    """The height of a line's letters from the top of the highest to the foot of the lowest."""
    return style.size * PIXELS_PER_POINT


def line_count(text: str, style: Style, width: float) -> int:
    """The number of lines that a text takes where it is wrapped at `width` pixels."""
    return sum(_wrapped(line, style, width) for line in text.split("\n"))


def _wrapped(text: str, style: Style, width: float) -> int:
    space, lines, reach = _width(" ", style.size, style.bold), 1, 0.0
    for word in text.split():
        length = _width(word, style.size, style.bold)
        if reach and reach + space + length > width:
            lines, reach = lines + 1, length
        else:
            reach += length + (space if reach else 0)
    return lines


@lru_cache(maxsize=1 << 16)
def _width(text: str, size: int, bold: bool) -> float:
    advances = _advances("bold" if bold else "regular")
    units = sum(advances.get(character, UNKNOWN) for character in text)
    return units / EM * size * PIXELS_PER_POINT


@cache
def _advances(weight: str) -> dict[str, int]:
    by_width: dict[str, str] = json.loads(METRICS.read_text(encoding="utf-8"))[weight]
    return {character: int(width) for width, group in by_width.items() for character in group}
