"""The columns and rows of the sheet Board: everything within the first view of a laptop's screen.

Widths are in characters, of which Excel makes 7 pixels each and LibreOffice nearly 8; heights are
in points. The first view has some 1,260 by 560 pixels.
"""

from dataclasses import dataclass
from itertools import accumulate, pairwise

from toolkit.book.measure import CHARACTER, POINTS_PER_PIXEL
from toolkit.network.lesson import Lesson

WIDEST, HIGHEST = 160.0, 556.0  # characters, pixels
INPUT, WEIGHT, SLOPE, NEURON, TARGET, GAP, SPACE = 9.5, 11.5, 9.0, 12.0, 11.5, 3.5, 2.0
PLAIN = 10.0  # a column without a part of the drawing
ACROSS_BESIDE = 6  # such columns beside the drawing of a hidden layer
MOST_LAYERS = 3  # inputs and outputs among them
TITLE_ROW, QUESTION_ROW, CONTROL_ROW, FINDING_ROW, NOTE_ROW = range(1, 6)
HEAD = {TITLE_ROW: 26.0, QUESTION_ROW: 16.5, CONTROL_ROW: 21.0, FINDING_ROW: 19.5, NOTE_ROW: 15.0}
BAND_ROW = 6  # the first row of the drawing, the chart and the formulas
BAND_POINTS, STRIP_POINTS = 12.75, 11.25
MOST_LINES = 4  # of the strip that shows the row of the table


@dataclass(frozen=True)
class Frame:
    """The columns of each layer's neurons (none where the network is not drawn), those that hold an
    entry of the table's row, and the first column beside the drawing; the number of lines that the
    entries take.
    """

    widths: dict[int, float]
    neurons: tuple[int, ...]
    entries: tuple[int, ...]
    beside: int
    lines: int

    @property
    def band(self) -> int:
        """How many rows remain for the drawing, and beside it for the chart and the formulas."""
        strip = STRIP_POINTS * (1 + 2 * self.lines)
        points = HIGHEST * POINTS_PER_PIXEL - sum(HEAD.values()) - strip
        return int(points // BAND_POINTS)

    @property
    def strip_row(self) -> int:
        """The row above the entries of the table's row."""
        return BAND_ROW + self.band

    @property
    def heights(self) -> dict[int, float]:
        """All rows, in points."""
        band = {BAND_ROW + n: BAND_POINTS for n in range(self.band)}
        strip = {self.strip_row + n: STRIP_POINTS for n in range(1 + 2 * self.lines)}
        return HEAD | band | strip

    def pixels(self, first: int, last: int) -> float:
        """How wide columns are together in Excel, where they are narrower than in LibreOffice."""
        return sum(self.widths[column] for column in range(first, last + 1)) * CHARACTER


def has_room(lesson: Lesson, rows: int) -> bool:
    """Whether so many rows hold the drawing below its headings: a row for each weight and bias
    between two layers; two for each neuron and bias, and one to keep these from the edges.
    """
    layers, bias = lesson.network.layers, lesson.network.bias
    edges = max((a + bias) * b for a, b in pairwise(layers))
    things = max(layers[-1], *(width + bias for width in layers[:-1]))
    return len(layers) <= MOST_LAYERS and edges < rows and 2 * things + 2 <= rows


def frame(lesson: Lesson, entries: int) -> Frame:
    """The frame for a table whose row has so many entries, cut where they are too many."""
    drawn = _drawn(lesson.network.layers)
    for columns in (drawn, _plain()):
        places = [n for n, width in enumerate(columns, 1) if width >= SLOPE]
        lines = min(MOST_LINES, -(-entries // len(places)))
        neurons = _neurons(lesson.network.layers) if columns is drawn else ()
        beside = _beside(lesson.network.layers) if columns is drawn else 11
        placed = Frame(dict(enumerate(columns, 1)), neurons, tuple(places), beside, lines)
        if not neurons or has_room(lesson, placed.band):
            break
    return placed


def _drawn(layers: tuple[int, ...] | list[int]) -> list[float]:
    """Columns for the inputs, for each further layer's weights, their gradients and its neurons,
    and for the targets; then those beside the drawing.
    """
    wide = 1.0 if len(layers) > 2 else 1.4
    columns = [INPUT * wide]
    for _ in layers[1:]:
        columns += [GAP * wide, WEIGHT * wide, SLOPE * wide, GAP * wide, NEURON * wide]
    columns += [SPACE, TARGET * wide, SPACE]
    rest = WIDEST - sum(columns)
    across = max(ACROSS_BESIDE, int(rest // PLAIN))
    return columns + [rest / across] * across


def _plain() -> list[float]:
    return [PLAIN] * int(WIDEST // PLAIN)


def _neurons(layers: tuple[int, ...] | list[int]) -> tuple[int, ...]:
    return tuple(accumulate([1, *(5 for _ in layers[1:])]))


def _beside(layers: tuple[int, ...] | list[int]) -> int:
    return _neurons(layers)[-1] + 4
