"""A sheet of feature maps while it is being written, and the cells of the parameters on it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from sympy import Expr, Integer, Symbol

from toolkit.book.address import Area
from toolkit.book.grid import Grid, moving
from toolkit.book.known import Known, constant
from toolkit.book.measure import points
from toolkit.book.page import Place
from toolkit.book.sheet import FirstView, Sheet
from toolkit.book.tables import Cell
from toolkit.pages.live import equations as eq
from toolkit.pages.live.beside import Beside, Content, fitting
from toolkit.pages.live.explained import equation_row
from toolkit.pages.live.layout import (
    FIRST_ROW,
    MARGIN,
    TITLE_HEIGHT,
    VIEW,
    Array,
    LivePage,
    MapColumns,
    Maps,
    Tiling,
    column_at,
    filled,
    first_view,
)
from toolkit.pages.live.shading import NARROWEST, TALLEST, shading, size_of
from toolkit.symbols.equation import Equation
from toolkit.symbols.ranges import largest, smallest
from toolkit.symbols.text import Text, fixed_text, joined

Reads = dict[Symbol, Known]
SEEN, NAME, PLACES = Symbol("cells"), Symbol("name"), Integer(2)
ENDS = joined(
    NAME, fixed_text(smallest(SEEN), PLACES), Text(" to "), fixed_text(largest(SEEN), PLACES)
)
HIGH = 400  # pixels that one map and what stands beside it may take, so that both are seen


@dataclass(frozen=True)
class ParameterCells:
    """The cells of a kernel, or the cell of a number: `values` (rows, columns) from the cell
    (row, column) on.
    """

    sheet: str
    row: int
    column: int
    values: Array = field(repr=False)

    @property
    def area(self) -> Area:
        """Where the cells are."""
        return Area.of(self.row, self.column, *self.values.shape).on(self.sheet)

    @property
    def whole(self) -> Known:
        """The range, or the number where it is one cell."""
        return self.seen_from("")

    def seen_from(self, sheet: str) -> Known:
        """The same as formulas of a sheet write it, without a name where the cells are its own."""
        value = float(self.values[0, 0]) if self.values.size == 1 else self.values
        area = self.area.on("") if sheet == self.sheet else self.area
        return Known(area.absolute, value)

    @property
    def cells(self) -> Known:
        """Cell by cell."""
        return Known(moving(self.area.first), self.values)

    @property
    def turned(self) -> Known:
        """Cell by cell from the last to the first: the kernel turned by half a turn."""
        return Known(moving(self.area.last, -1, -1), self.values[::-1, ::-1])


@dataclass(frozen=True)
class Weights:
    """The cells of a stage's parameters: kernels by (output, input), numbers by output."""

    kernels: dict[tuple[int, int], ParameterCells]
    numbers: dict[Symbol, list[ParameterCells]]

    def reads(self, channel: int, sheet: str = "") -> Reads:
        """The parameters that the formulas of one output map read on a sheet."""
        numbers = {s: cells[channel].seen_from(sheet) for s, cells in self.numbers.items()}
        kernels = {i: block for (o, i), block in self.kernels.items() if o == channel}
        return numbers | {eq.kernel(i + 1): each.seen_from(sheet) for i, each in kernels.items()}


@dataclass
class MapPage(LivePage):
    """A sheet of feature maps while it is being written. `frame` are the columns of its maps and
    `beside` those of what stands beside each; `last` is the last row of what has been written.
    """

    frame: MapColumns = field(kw_only=True)
    beside: Beside = field(default_factory=Beside, kw_only=True)
    last: int = field(default=FIRST_ROW, kw_only=True)

    def tiles(
        self, shape: tuple[int, ...], first: int = FIRST_ROW, content: Content | None = None
    ) -> Tiling:
        """How maps of a shape (maps, rows, columns) are laid out from row `first` on."""
        count, high, wide = shape
        rows = content.rows(self.beside) if content else 0
        return Tiling(count, high, wide, self.frame, first, rows)

    def lay(
        self,
        tiles: Tiling,
        label: str,
        expr: Expr,
        reads: Callable[[int], Reads],
        shape: bool = False,
    ) -> Maps:
        """Maps whose cells compute `expr` of what each channel reads."""
        size = (tiles.high, tiles.wide) if shape else None
        grids = [
            filled(expr, reads(n), place, "shade" if tiles.wide > 1 else "small number", size)
            for n, place in enumerate(tiles.places)
        ]
        return self.put(tiles, label, grids)

    def put(self, tiles: Tiling, label: str, grids: list[Grid]) -> Maps:
        """Maps of grids that are already computed, padded with zeros to the size of the tiles."""
        self.grids += [replace(grid, framed=tiles.wide > 1) for grid in grids]
        short = [
            np.pad(
                np.nan_to_num(grid.values),
                ((0, tiles.high - len(grid.values)), (0, tiles.wide - grid.values.shape[1])),
            )
            for grid in grids
        ]
        maps = Maps(self.name, tiles.places, np.stack(short))
        for n, (row, _) in enumerate(tiles.corners):
            self._head((row - 1, tiles.places[n][1]), f"{label} {n + 1}", maps, n)
        self.scales += shading(maps)
        self.reach(tiles)
        return maps

    def _head(self, place: Place, label: str, maps: Maps, channel: int) -> None:
        """The name of a map and, where there is room, its smallest and its largest value."""
        if maps.values.shape[2] * self.frame.pixels < NARROWEST:
            self.cells[place] = Cell(label, "small")
            return
        area = maps.area(channel)
        known = {
            NAME: constant(f"{label}: from "),
            SEEN: Known(area.relative, maps.values[channel]),
        }
        self.compute(place, ENDS, known, "small")

    def reach(self, tiles: Tiling) -> None:
        """Set the widths of the columns of a block, and count its rows among those in use."""
        self.last = max(self.last, tiles.last)
        self.widths = tiles.frame.widths(tiles.across) | self.widths

    def explain(self, equations: Iterable[Equation]) -> None:
        """Equations side by side above the maps."""
        pictures, heights = equation_row(equations, self.widths)
        self.pictures += pictures
        self.heights |= heights

    def hint(self, words: str) -> None:
        """What the letters and the colours of the page mean, in the row above the maps."""
        self.cells[HINT_ROW, column_at(self.widths, HINT_PIXELS)] = Cell(words, "muted")

    def sheet(self, title: str, tab: str) -> Sheet:
        """The finished sheet, with its title and the colour of its tab."""
        rows = range(FIRST_ROW - 1, self.last + 1)
        high = points(min(TALLEST, self.frame.pixels))
        self.heights = dict.fromkeys(rows, high) | {1: TITLE_HEIGHT} | self.heights
        self.cells = {(1, 2): Cell(title, "title"), **self.cells}
        self.freeze, self.tab, self.pages_high = (FIRST_ROW - 1, 1), tab, 1
        self.protected = True
        self.widths = {1: MARGIN} | self.widths
        return replace(self.finish(), first_view=self._first_view())

    def _first_view(self) -> FirstView:
        """The first map, the parameters and kernels to its left, and the settings of all maps."""
        if not self.scales:
            return first_view(self.cells)
        shaded = self.scales[0].areas[0]
        beside = Area(shaded.row - 1, 1, shaded.last_row, max(shaded.column - 1, 1))
        settings = Area.of(HINT_ROW, 1, wide=max(self.widths))
        return first_view(self.cells, shaded, reach=(settings, beside))


HINT_ROW, HINT_PIXELS = 6, 120  # in the row of the settings, to their right


def map_page(
    name: str,
    contents: list[Content],
    shapes: Iterable[tuple[int, ...]],
    *,
    size: int = 1,
    margin: int = 0,
) -> MapPage:
    """A page for blocks of maps of these shapes, with these contents beside them; kernels have
    `size` rows and columns.
    """
    wide = max(shape[2] for shape in shapes)
    pixels = size_of(wide)
    most = VIEW - pixels * (wide + 2 * margin + 1)
    beside = fitting(contents, size, HIGH // min(TALLEST, pixels), max(most, VIEW // 2))
    return MapPage(name, frame=MapColumns(wide, pixels, margin, beside.widths), beside=beside)
