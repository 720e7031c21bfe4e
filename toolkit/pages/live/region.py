"""All maps of a sheet as one range, in which formulas find a map by its number."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from sympy import Expr, Integer, Symbol, floor

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.pages.live.layout import Array, Maps, Tiling
from toolkit.pages.live.page import ParameterCells, Weights
from toolkit.symbols.lookups import element


@dataclass(frozen=True)
class Region:
    """The maps of a block with what stands beside each."""

    maps: Maps
    tiles: Tiling
    weights: Weights = field(default_factory=lambda: Weights({}, {}))

    @property
    def area(self) -> Area:
        """The whole block, headings left out."""
        tiles, frame = self.tiles, self.tiles.frame
        row, column = tiles.corners[0]
        wide = tiles.across * frame.pitch
        return Area(row, column, tiles.last, column + wide - 1, self.maps.sheet)

    @cached_property
    def known(self) -> Known:
        """The block as a range; blank cells count as 0."""
        area = self.area
        values = np.zeros((area.last_row - area.row + 1, area.last_column - area.column + 1))

        def fill(row: int, column: int, block: Array) -> None:
            top, left = row - area.row, column - area.column
            values[top : top + len(block), left : left + block.shape[1]] = block

        for place, block in zip(self.maps.places, self.maps.values, strict=True):
            fill(*place, block)
        for cells in self._parameters():
            fill(cells.row, cells.column, cells.values)
        return Known(area.absolute_range, values)

    def _parameters(self) -> list[ParameterCells]:
        """Those that stand beside the maps: batch norm's ε stands above them."""
        numbers = [cells for each in self.weights.numbers.values() for cells in each]
        inside = [cells for cells in numbers if cells.row >= self.tiles.first]
        return [*self.weights.kernels.values(), *inside]

    @property
    def map_offset(self) -> tuple[int, int]:
        """Rows and columns from the corner of what belongs to a map to its first cell."""
        (row, column), (top, left) = self.tiles.corners[0], self.tiles.places[0]
        return top - row, left - column

    def offset(self, cells: ParameterCells) -> tuple[int, int]:
        """The same to the first cell of a parameter of the first map."""
        row, column = self.tiles.corners[0]
        return cells.row - row, cells.column - column

    def corner(self, number: Expr) -> tuple[Expr, Expr]:
        """The row and the column, counted from 1 within the block, of what belongs to a map."""
        across = Integer(self.tiles.across)
        if self.tiles.across == 1:
            return (number - 1) * self.tiles.pitch + 1, Integer(1)
        line = floor((number - 1) / across)
        return line * self.tiles.pitch + 1, (
            number - 1 - line * across
        ) * self.tiles.frame.pitch + 1

    def element(self, block: Symbol, number: Expr, down: Expr, right: Expr) -> Expr:
        """The cell of `block`, which stands for this range, so many rows and columns from the
        corner of a map.
        """
        row, column = self.corner(number)
        return element(block, row + down, column + right)
