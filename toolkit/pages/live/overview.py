"""The whole network on one screen: thumbnails of all maps, the answer, and a map to choose."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sympy import Expr, Integer, Symbol

from toolkit.book.address import Area
from toolkit.book.grid import Grid, moving
from toolkit.book.known import Known
from toolkit.book.measure import points
from toolkit.book.regions import open_areas
from toolkit.book.sheet import Scale, Sheet
from toolkit.book.tables import Cell
from toolkit.book.values import Value
from toolkit.pages.live.bars import colour_bars, write_bar, write_ruler
from toolkit.pages.live.choice import OVERVIEW, write_choice
from toolkit.pages.live.choosable import Choosable
from toolkit.pages.live.chosen import ChosenMap
from toolkit.pages.live.digits import Gallery
from toolkit.pages.live.layout import MARGIN, TITLE_HEIGHT, LivePage, Maps, filled, width_of
from toolkit.pages.live.shading import DARK, NEGATIVE, POSITIVE, shading
from toolkit.symbols.maps import window_sum

X = Symbol("x")
PIXEL, LABEL_PIXELS = 3, 140
FIRST_ROW, FIRST_COLUMN = 8, 3
ZONE = 208  # columns of thumbnails
PANEL = FIRST_COLUMN + ZONE + 8  # the first column of the answer and of the chosen map
ROWS = 138  # of thumbnails, so that all are seen at once
LARGEST, SMALLEST, SINGLE = 13, 4, 5  # cells along a thumbnail, and along that of a single number
TALL, MOST_CLASSES = 5, 12  # rows of a class
NAME_WIDE, BAR_WIDE, SHARE_WIDE = 32, 60, 26
TITLE = "The whole network on one screen"
QUESTION = (
    "What does each layer make of the image, and which answer comes out at the end? Choose an "
    "image, a layer and a map in the yellow cells."
)
FINDING = (
    "The first maps still look like the image; later maps are smaller and only say where a feature "
    "is, and the last numbers decide."
)


@dataclass(frozen=True)
class Answer:
    """What the network answers: its probabilities with the names of their classes, and the
    likeliest class.
    """

    shares: tuple[tuple[Value, Known], ...]
    likeliest: Known


@dataclass(frozen=True)
class Thumbnails:
    """The thumbnails of the maps of one layer, up to `side` cells to a side and `across` of them
    side by side. Large maps are reduced to the means of squares, small ones are enlarged.
    """

    maps: Maps
    side: int

    @property
    def across(self) -> int:
        """How many stand side by side."""
        return ZONE // (max(self.side, self.cells) + 1)

    @property
    def original(self) -> int:
        """Cells of a map to a side."""
        return len(self.maps.values[0])

    @property
    def square(self) -> int:
        """Cells of a map to a side that become one cell."""
        return max(1, round(self.original / self.side))

    @property
    def repeats(self) -> int:
        """How often a cell is repeated to a side."""
        return SINGLE if self.original == 1 else max(1, min(2, self.side // self.original))

    @property
    def cells(self) -> int:
        """Cells of a thumbnail to a side."""
        return min(self.side, self.original // self.square) * self.repeats

    @property
    def lines(self) -> int:
        """Rows of thumbnails."""
        return -(-len(self.maps.places) // self.across)

    @property
    def rows(self) -> int:
        """Rows of cells, with one between any two rows of thumbnails."""
        return max(TALL, self.lines * (self.cells + 1))

    def grid(self, channel: int, place: tuple[int, int]) -> Grid:
        """The thumbnail of one map from a cell on."""
        return filled(self._expr, {X: self._read(channel)}, place, "shade", framed=True)

    @cached_property
    def _expr(self) -> Expr:
        return window_sum(X) / Integer(self.square**2) if self.square > 1 else X

    def _read(self, channel: int) -> Known:
        """What its cells read: squares of the map, from which a margin may be left over."""
        square, repeats = self.square, self.repeats
        count = self.cells // repeats
        skipped = (self.original - count * square) // 2
        row, column = (place + skipped for place in self.maps.places[channel])
        first = Area.of(row, column, square, square, self.maps.sheet)
        end = skipped + count * square
        values = self.maps.values[channel][skipped:end, skipped:end]
        if square > 1:
            tiled = values.reshape(count, square, count, square).swapaxes(1, 2)
            return Known(moving(first, square, square), tiled)
        return Known(moving(first, each=repeats), np.kron(values, np.ones((repeats, repeats))))


def thumbnails(maps: Sequence[Maps]) -> list[Thumbnails]:
    """The thumbnails of each layer, as large as leaves room for all."""
    for side in range(LARGEST, SMALLEST, -1):
        sized = [Thumbnails(each, side) for each in maps]
        if sum(each.rows + 1 for each in sized) <= ROWS:
            return sized
    return [Thumbnails(each, SMALLEST) for each in maps]


def overview(
    gallery: Gallery,
    first: str,
    maps: Sequence[Maps],
    layers: list[Choosable],
    answer: Answer,
    *,
    canvas: bool,
) -> Sheet:
    """The sheet; `first` is the digit that is chosen at first, `maps` are those of all layers."""
    page = LivePage(OVERVIEW, widths=_widths(), tab="009E73", protected=True, pages_high=1)
    page.cells |= {
        (1, 2): Cell(TITLE, "title"),
        (2, 2): Cell(QUESTION, "muted"),
        (4, 2): Cell(FINDING, "bold"),
    }
    write_choice(page, gallery, first, canvas=canvas)
    last = _thumbnails(page, maps)
    below = _answer(page, answer)
    panel = ChosenMap(page, layers, below + 1, PANEL, max(last, below + 72) + 2)
    panel.write()
    page.heights = dict.fromkeys(range(FIRST_ROW - 1, panel.helper - 1), points(PIXEL))
    page.heights |= {1: TITLE_HEIGHT}
    page.question, page.finding = (2, 2), (4, 2)
    page.controls = list(open_areas(page.cells))
    page.effects = [area for scale in page.scales[:1] for area in scale.areas]
    return page.finish()


def _widths() -> dict[int, float]:
    cells = dict.fromkeys(range(FIRST_COLUMN, PANEL + 170), width_of(PIXEL))
    return {1: MARGIN, 2: width_of(LABEL_PIXELS)} | cells


def _thumbnails(page: LivePage, maps: Sequence[Maps]) -> int:
    """The thumbnails of all layers, each with a link to its sheet; the last row."""
    row, left_out = FIRST_ROW, 0
    for each in thumbnails(maps):
        count = len(each.maps.places)
        lines = each.lines
        if row - FIRST_ROW + each.rows > ROWS:
            lines = (ROWS - row + FIRST_ROW) // (each.cells + 1)
        shown = min(count, lines * each.across)
        left_out += count - shown
        if not shown:
            continue
        _label(page, row, each, shown)
        for channel in range(shown):
            line, place = divmod(channel, each.across)
            top = row + line * (each.cells + 1)
            left = FIRST_COLUMN + place * (max(each.side, each.cells) + 1)
            page.grids.append(each.grid(channel, (top, left)))
        _shade(page, each, shown)
        row += max(TALL, lines * (each.cells + 1)) + 1
    if left_out:
        page.cells[3, PANEL] = Cell(
            f"{left_out} maps have no room here: see their sheets.", "muted"
        )
    return row


def _label(page: LivePage, row: int, each: Thumbnails, shown: int) -> None:
    name, (count, high, wide) = each.maps.sheet, each.maps.values.shape
    few = f" of {count}" if shown < count else ""
    size = f"{shown}{few} x {high}x{wide}" if high > 1 else f"{shown}{few} numbers"
    page.cells[row, 2] = Cell(f"{name}: {size}", "link", link=name)
    page.merges.append(Area.of(row, 2, TALL))


def _shade(page: LivePage, each: Thumbnails, shown: int) -> None:
    grids = page.grids[-shown:]
    values = np.stack([grid.values for grid in grids])
    shown_maps = Maps(OVERVIEW, tuple((g.row, g.column) for g in grids), values)
    if each.original > 1:
        page.scales += shading(shown_maps)
        return
    areas = tuple(map(shown_maps.area, range(shown)))
    signed = each.maps.values.min() < 0
    end = float(abs(each.maps.values).max()) or 1.0
    # The cells of one number are all alike: only beside each other do the numbers say something.
    page.scales.append(Scale(areas, POSITIVE, NEGATIVE, end=end) if signed else Scale(areas, DARK))


def _answer(page: LivePage, answer: Answer) -> int:
    """A bar for each class, and the likeliest in large type; the last row."""
    row, shown = FIRST_ROW, answer.shares[:MOST_CLASSES]
    bar = PANEL + NAME_WIDE
    write_ruler(page, FIRST_ROW - 1, bar, BAR_WIDE)
    areas = []
    for label, share in shown:
        page.cells[row, PANEL] = Cell(label, "small")
        page.compute((row, bar + BAR_WIDE), X, {X: share}, "percent right")
        area = Area.of(row + 1, bar, TALL - 2, BAR_WIDE)
        write_bar(page, area, FIRST_ROW - 1, share)
        areas.append(area)
        page.merges += [
            Area.of(row, PANEL, TALL, NAME_WIDE - 1),
            Area.of(row, bar + BAR_WIDE, TALL, SHARE_WIDE),
        ]
        row += TALL
    colour_bars(page, areas)
    left = bar + BAR_WIDE + SHARE_WIDE + 4
    page.cells[FIRST_ROW, left] = Cell("answer", "middle")
    large = all(len(str(label)) <= 2 for label, _ in answer.shares)
    style = "answer" if large else "answer name"
    page.compute((FIRST_ROW + TALL, left), X, {X: answer.likeliest}, style)
    page.merges += [Area.of(FIRST_ROW, left, TALL, 40), Area.of(FIRST_ROW + TALL, left, 24, 40)]
    return row
