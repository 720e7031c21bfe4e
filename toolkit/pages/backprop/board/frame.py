"""The columns and rows of the sheet Board: everything within the first view of a laptop's screen.

Widths are in characters, of which Excel makes 7 pixels each and LibreOffice nearly 8; heights are
in points. The first view has some 1,260 by 560 pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from toolkit.book.measure import CHARACTER, POINTS_PER_PIXEL
from toolkit.network.lesson import Lesson

WIDEST, HIGHEST = 160.0, 556.0  # characters, pixels
INPUT, WEIGHT, SLOPE, NEURON, TARGET, GAP, SPACE = 9.5, 11.5, 9.0, 12.0, 11.5, 3.5, 2.0
PLAIN = 10.0  # a column without a part of the drawing
ACROSS_BESIDE = 6  # such columns beside the drawing of a hidden layer
CHART_COLUMNS = 10  # such columns below the chart, where it stands in the drawing's place
MOST_LAYERS = 3  # inputs and outputs among them
WIDER = 1.4  # times as wide: a drawing without a hidden layer
TITLE_ROW, QUESTION_ROW, CONTROL_ROW, FINDING_ROW, NOTE_ROW = range(1, 6)
HEAD = {TITLE_ROW: 26.0, QUESTION_ROW: 16.5, CONTROL_ROW: 21.0, FINDING_ROW: 19.5, NOTE_ROW: 15.0}
BAND_ROW = 6  # the first row of the drawing, the chart and the formulas
BAND_POINTS, STRIP_POINTS = 12.75, 11.25
MOST_LINES = 4  # of the strip that shows the row of the table


@dataclass(frozen=True)
class BoardPlan:
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


def frame(lesson: Lesson, entries: int) -> BoardPlan:
    """The frame for a table whose row has so many entries, cut where they are too many."""
    layers = lesson.network.layers
    if len(layers) <= MOST_LAYERS:
        drawn = _with_drawing(layers, entries)
        if has_room(lesson, drawn.band):
            return drawn
    return _framed([PLAIN] * int(WIDEST // PLAIN), (), CHART_COLUMNS + 1, entries)


def has_room(lesson: Lesson, rows: int) -> bool:
    """Whether so many rows hold the drawing below its headings: a row for each weight and bias
    between two layers; two for each neuron and bias, and one to keep these from the edges.
    """
    layers, bias = lesson.network.layers, lesson.network.bias
    edges = max((a + bias) * b for a, b in pairwise(layers))
    things = max(layers[-1], *(width + bias for width in layers[:-1]))
    return edges < rows and 2 * things + 2 <= rows


def _with_drawing(layers: Sequence[int], entries: int) -> BoardPlan:
    """Columns for the inputs, for each further layer's weights, their gradients and its neurons,
    and for the targets; then those beside the drawing.
    """
    wide = 1.0 if len(layers) == MOST_LAYERS else WIDER
    columns, neurons = [INPUT * wide], [1]
    for _ in layers[1:]:
        columns += [width * wide for width in (GAP, WEIGHT, SLOPE, GAP, NEURON)]
        neurons.append(len(columns))
    columns += [SPACE, TARGET * wide, SPACE]
    rest, beside = WIDEST - sum(columns), len(columns) + 1
    across = max(ACROSS_BESIDE, int(rest // PLAIN))
    return _framed(columns + [rest / across] * across, neurons, beside, entries)


def _framed(
    columns: Sequence[float], neurons: Sequence[int], beside: int, entries: int
) -> BoardPlan:
    places = tuple(n for n, width in enumerate(columns, 1) if width >= SLOPE)
    lines = min(MOST_LINES, ceil(entries / len(places)))
    return BoardPlan(dict(enumerate(columns, 1)), tuple(neurons), places, beside, lines)
