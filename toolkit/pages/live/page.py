"""A sheet in the making, and where the parameters on it stand."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from sympy import Expr, Symbol

from toolkit.book.address import Area
from toolkit.book.grid import Grid, moving
from toolkit.book.sheet import Cell, Known, Picture, Scale, Sheet, Validation
from toolkit.pages.live import equations as eq
from toolkit.pages.live.explained import laid
from toolkit.pages.live.layer import shading, width_of
from toolkit.pages.live.layout import FIRST_ROW, Array, Cells, Maps, Tiling, filled
from toolkit.symbols.equation import Equation

Reads = dict[Symbol, Known]


@dataclass(frozen=True)
class Block:
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
    """Where a stage's parameters stand: kernels by (output, input), numbers by output."""

    kernels: dict[tuple[int, int], Block]
    numbers: dict[Symbol, list[Known]]

    def reads(self, channel: int) -> Reads:
        """What the formulas of one output map read."""
        found = {symbol: known[channel] for symbol, known in self.numbers.items()}
        kernels = {i: block.whole for (o, i), block in self.kernels.items() if o == channel}
        return found | {eq.kernel(i + 1): known for i, known in kernels.items()}


@dataclass
class Page:
    """A sheet in the making."""

    name: str
    cells: Cells = field(default_factory=dict)
    grids: list[Grid] = field(default_factory=list)
    scales: list[Scale] = field(default_factory=list)
    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)
    validations: list[Validation] = field(default_factory=list)
    pixels: int = 13
    last: int = FIRST_ROW

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
        """Maps that are made already; where they are smaller than the tiles, zeros follow."""
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
        pictures, heights = laid(equations, self.widths)
        self.pictures += pictures
        self.heights |= heights

    def sheet(self, title: str, tab: str) -> Sheet:
        """The sheet."""
        rows = range(FIRST_ROW - 1, self.last + 1)
        return Sheet(
            self.name,
            {(1, 2): Cell(title, "title"), **self.cells},
            grids=tuple(self.grids),
            widths=self.widths,
            heights=dict.fromkeys(rows, self.pixels * 0.75) | self.heights,
            pictures=tuple(self.pictures),
            freeze=(FIRST_ROW - 1, 1),
            tab=tab,
            scales=tuple(self.scales),
            validations=tuple(self.validations),
            protected=True,
            pages_high=1,
        )
