"""A sheet of feature maps while it is being written, and the cells of the parameters on it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from sympy import Expr, Symbol

from toolkit.book.address import Area
from toolkit.book.grid import Grid, moving
from toolkit.book.known import Known
from toolkit.book.measure import points
from toolkit.book.page import PageBuilder
from toolkit.book.sheet import Sheet
from toolkit.book.tables import Cell
from toolkit.pages.live import equations as eq
from toolkit.pages.live.explained import equation_row
from toolkit.pages.live.layer import bounds, shading, width_of
from toolkit.pages.live.layout import FIRST_ROW, Array, Maps, Tiling, filled
from toolkit.symbols.equation import Equation

Reads = dict[Symbol, Known]


@dataclass(frozen=True)
class KernelCells:
    """A kernel's cells: `values` (rows, columns) from the cell (row, column) on."""

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
        value = float(self.values[0, 0]) if self.values.size == 1 else self.values
        return Known(self.area.absolute, value)

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

    kernels: dict[tuple[int, int], KernelCells]
    numbers: dict[Symbol, list[Known]]

    def reads(self, channel: int) -> Reads:
        """The parameters that the formulas of one output map read."""
        numbers = {symbol: known[channel] for symbol, known in self.numbers.items()}
        kernels = {i: block.whole for (o, i), block in self.kernels.items() if o == channel}
        return numbers | {eq.kernel(i + 1): known for i, known in kernels.items()}


@dataclass
class MapPage(PageBuilder):
    """A sheet of feature maps while it is being written. `pixels` is the side of a cell, `last` the
    last row of what has been written.
    """

    pixels: int = field(default=13, kw_only=True)
    last: int = field(default=FIRST_ROW, kw_only=True)

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
        self.grids += grids
        for n, (row, column) in enumerate(tiles.places, 1):
            self.cells[row - 1 - tiles.margin, column] = Cell(f"{label} {n}", "small")
        short = [
            np.pad(
                grid.values,
                ((0, tiles.high - len(grid.values)), (0, tiles.wide - grid.values.shape[1])),
            )
            for grid in grids
        ]
        maps = Maps(self.name, tiles.places, np.stack(short))
        self.scales.append(shading(maps))
        self.last = max(self.last, tiles.last)
        narrow = range(1, tiles.right)
        self.widths |= {c: width_of(self.pixels) for c in narrow if c not in self.widths}
        return maps

    def explain(self, equations: Iterable[Equation]) -> None:
        """Equations side by side above the maps."""
        pictures, heights = equation_row(equations, self.widths)
        self.pictures += pictures
        self.heights |= heights

    def sheet(self, title: str, tab: str) -> Sheet:
        """The finished sheet, with its title and the colour of its tab."""
        rows = range(FIRST_ROW - 1, self.last + 1)
        self.heights = dict.fromkeys(rows, points(self.pixels)) | self.heights
        self.cells = {(1, 2): Cell(title, "title"), **self.cells}
        self.freeze, self.tab, self.pages_high = (FIRST_ROW - 1, 1), tab, 1
        self.protected = True
        self.controls += bounds(self.cells)
        self.effects += [area for scale in self.scales[:1] for area in scale.areas[:1]]
        return self.finish()
