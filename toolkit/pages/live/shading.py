"""How maps are shaded: each by its own scale, so that an edit of one leaves the others alone."""

from toolkit.book.sheet import Scale
from toolkit.pages.live.layout import Maps

DARK, NEGATIVE, POSITIVE = "1F4E79", "E68A4F", "5AA5DB"
TALLEST = 16  # pixels of a row, also where columns are wider
NARROWEST = 140  # pixels of a map with its smallest and largest value in its heading


def size_of(wide: int) -> int:
    """Pixels of a square cell: small maps have larger ones."""
    return 11 if wide >= 20 else 13 if wide >= 10 else TALLEST if wide > 1 else 44


def shading(maps: Maps) -> list[Scale]:
    """A scale for each map, darker where larger; in two colours where any of them holds negative
    numbers. Single numbers share a scale, so that they can be compared.
    """
    signed = maps.values.min() < 0
    channels = list(range(len(maps.places)))
    parts = [channels] if maps.values[0].size == 1 else [[channel] for channel in channels]
    return [_scale(maps, part, signed=signed) for part in parts]


def _scale(maps: Maps, channels: list[int], *, signed: bool) -> Scale:
    areas = tuple(map(maps.area, channels))
    if not signed:
        return Scale(areas, DARK)
    end = float(abs(maps.values[channels]).max()) or 1.0
    return Scale(areas, POSITIVE, NEGATIVE, end=end)
