"""Where each map and each number of the live network stands."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from sympy import Expr, Symbol

from toolkit.book.address import Area
from toolkit.book.grid import Grid, moving
from toolkit.book.known import Known
from toolkit.book.measure import CHARACTER, COLUMN_PIXELS
from toolkit.book.page import PageBuilder, Place
from toolkit.book.regions import areas, open_cells
from toolkit.book.sheet import Effect, FirstView
from toolkit.book.tables import Cell
from toolkit.book.theme import fitting
from toolkit.book.values import plain
from toolkit.symbols.cells import CellError
from toolkit.symbols.equation import Equation
from toolkit.symbols.excel import excel
from toolkit.symbols.numeric import function
from toolkit.symbols.text import Text

DRAW, DIGITS, PIXEL = "Draw", "Digits", "One cell"
Array = NDArray[np.float64]
Cells = dict[tuple[int, int], Cell]
FIRST_ROW = 8  # of maps and kernels, their headings above
EQUATION_ROW, FINDING_ROW = 4, 5
TITLE_HEIGHT, MARGIN = 26.0, 2.0  # points of the first row, and the width of the first column
VIEW = 1284  # pixels that are seen side by side, right of the first column
MARK = "\x05"
STANDARD = COLUMN_PIXELS / CHARACTER  # the width of a column that has none of its own


@dataclass(frozen=True)
class Maps:
    """Feature maps on a sheet: `places` are the top left cells, `values` (channels, rows, columns).

    Around each map lie blank cells, which formulas read as the zeros of a padding.
    """

    sheet: str
    places: tuple[tuple[int, int], ...]
    values: Array = field(repr=False)

    def window(self, channel: int, size: int, stride: int = 1, padding: int = 0) -> Known:
        """The windows of one map, one for each cell of the map that is made from them; single
        cells where `size` is 1.
        """
        row, column = (place - padding for place in self.places[channel])
        first = Area.of(row, column, size, size, self.sheet)
        padded = np.pad(self.values[channel], padding)
        windows = sliding_window_view(padded, (size, size))[::stride, ::stride]
        values = windows[..., 0, 0] if size == 1 else windows
        return Known(moving(first, stride, stride), values)

    def area(self, channel: int) -> Area:
        """The cells of one map, on its own sheet."""
        return Area.of(*self.places[channel], *self.values.shape[1:])

    def whole(self, channel: int) -> Known:
        """One map as a fixed range, or cell."""
        values = self.values[channel]
        value = float(values[0, 0]) if values.size == 1 else values
        return Known(self.area(channel).on(self.sheet).absolute, value)


@dataclass(frozen=True)
class MapColumns:
    """The columns that all maps of a page share: for each map what stands beside it, of the widths
    `beside` in pixels, and the map itself, up to `wide` cells of `pixels` pixels with `margin`
    blank ones on each side.
    """

    wide: int
    pixels: int
    margin: int = 0
    beside: tuple[int, ...] = ()

    @property
    def pitch(self) -> int:
        """Columns from one map to the next."""
        return len(self.beside) + 2 * self.margin + self.wide + 1

    @property
    def most(self) -> int:
        """How many maps are seen side by side; at least one."""
        return max(1, VIEW // (sum(self.beside) + self.pixels * (2 * self.margin + self.wide + 1)))

    def widths(self, across: int) -> dict[int, float]:
        """Of the columns of so many maps, as the file counts them."""
        pixels = (*self.beside, *[self.pixels] * (self.pitch - len(self.beside)))
        return {2 + n: width_of(each) for n, each in enumerate(pixels * across)}


@dataclass(frozen=True)
class Tiling:
    """The layout of the maps of a block: rows of equal length, each map with what stands beside it,
    which takes `rows` rows.
    """

    count: int
    high: int
    wide: int
    frame: MapColumns
    first: int = FIRST_ROW
    rows: int = 0
    between: int = 2  # rows from one map to the next, in which the heading stands

    @property
    def across(self) -> int:
        """Maps in a row."""
        return -(-self.count // -(-self.count // self.frame.most))

    @property
    def tall(self) -> int:
        """Rows of a map, its margins and what stands beside it included."""
        return max(self.high + 2 * self.frame.margin, self.rows)

    @property
    def pitch(self) -> int:
        """Rows from the first of one map to that of the map below it."""
        return self.tall + self.between

    @property
    def last(self) -> int:
        """The last row, blank ones included."""
        return self.corners[-1][0] + self.tall - 1

    @property
    def corners(self) -> tuple[tuple[int, int], ...]:
        """The first cell of what belongs to each map, below its heading."""
        return tuple(
            (
                self.first + n // self.across * self.pitch,
                2 + n % self.across * self.frame.pitch,
            )
            for n in range(self.count)
        )

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """The top left cell of each map."""
        margin, beside = self.frame.margin, len(self.frame.beside)
        return tuple((row + margin, column + beside + margin) for row, column in self.corners)


def column_at(widths: Mapping[int, float], pixels: float, first: int = 2) -> int:
    """The first column that begins at least so many pixels right of column `first`."""
    column, left = first, 0.0
    while left < pixels:
        left += widths.get(column, STANDARD) * CHARACTER
        column += 1
    return column


def width_of(pixels: int) -> float:
    """A column's width for so many pixels, as the file counts it: 7 pixels a character."""
    return pixels / CHARACTER


def filled(
    expr: Expr,
    known: Mapping[Symbol, Known],
    place: tuple[int, int],
    style: str,
    shape: tuple[int, int] | None = None,
    *,
    framed: bool = False,
) -> Grid:
    """The grid from `place` on whose cells all compute `expr`; `known` holds arrays of its shape,
    windows (…, rows, columns) or single numbers. `shape` is needed where all are single numbers.
    """
    pattern = _compiled(expr)
    values = pattern.values(known)
    if shape:
        values = np.broadcast_to(values, shape)
    return Grid(*place, values, style, pattern.formula(known), framed=framed)


@dataclass(frozen=True)
class Pattern:
    """An expression printed and compiled once, for many places."""

    parts: tuple[str | Symbol, ...]
    given: tuple[Symbol, ...]
    compute: Callable[..., tuple[Any, ...]]

    def formula(self, known: Mapping[Symbol, Known]) -> str:
        """The formula with the addresses of this place."""
        return "".join(
            part if isinstance(part, str) else known[part].address for part in self.parts
        )

    def values(self, known: Mapping[Symbol, Known]) -> Array:
        """Its values."""
        (result,) = self.compute(*(known[symbol].value for symbol in self.given))
        return np.asarray(result, float)

    def cell(self, known: Mapping[Symbol, Known], style: str) -> Cell:
        """The cell at this place; its value is nan where the formula is an error."""
        with np.errstate(all="ignore"):
            try:
                (result,) = self.compute(*(known[symbol].value for symbol in self.given))
            except (CellError, ZeroDivisionError, OverflowError):
                result = math.nan
        shown = plain(result)
        size = abs(shown) if isinstance(shown, int | float) else 0.0
        return Cell(shown, fitting(style, size), self.formula(known))


@cache
def _compiled(expr: Expr, *, single: bool = False) -> Pattern:
    symbols = (symbol for symbol in expr.free_symbols if not isinstance(symbol, Text))
    given = tuple(sorted(symbols, key=lambda symbol: str(symbol.name)))
    numbers = {symbol: n for n, symbol in enumerate(given)}
    text = "=" + excel(expr, lambda symbol: f"{MARK}{numbers[symbol]}{MARK}")
    parts = tuple(given[int(part)] if n % 2 else part for n, part in enumerate(text.split(MARK)))
    equations = [Equation(Symbol("result"), expr)]
    return Pattern(parts, given, function(given, equations, single=single))


class LivePage(PageBuilder):
    """A page whose formulas are printed and compiled once for all the cells that share them."""

    def compute(
        self, place: Place, expr: Expr, known: Mapping[Symbol, Known], style: str = "number"
    ) -> Known:
        """Write a formula with its value; `known` says where its symbols stand."""
        self.cells[place] = _compiled(expr, single=True).cell(known, style)
        return self.known(place)


def first_view(
    cells: Mapping[Place, Cell], *effects: Effect, reach: Sequence[Area] = ()
) -> FirstView:
    """The first view of a sheet with its question in row 2 and its finding below the equation.

    The controls are the cells that a reader may change, with `reach` those that lie in one of
    its areas.
    """
    places = [place for place in open_cells(cells) if not reach or _inside(place, reach)]
    return FirstView(
        question=Area.of(2, 2) if (2, 2) in cells else None,
        controls=areas(places),
        effects=effects,
        finding=Area.of(FINDING_ROW, 2) if (FINDING_ROW, 2) in cells else None,
    )


def _inside(place: Place, among: Sequence[Area]) -> bool:
    """Whether a cell lies in one of these areas."""
    row, column = place
    return any(
        area.row <= row <= area.last_row and area.column <= column <= area.last_column
        for area in among
    )
