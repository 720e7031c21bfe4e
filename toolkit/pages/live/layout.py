"""Where each map and each number of the live network stands."""

from collections.abc import Callable, Mapping
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
from toolkit.book.tables import Cell
from toolkit.symbols.equation import Equation
from toolkit.symbols.excel import excel
from toolkit.symbols.numeric import function

DRAW, DIGITS, PIXEL = "Draw", "Digits", "One cell"
Array = NDArray[np.float64]
Cells = dict[tuple[int, int], Cell]
FIRST_ROW = 8  # of maps and kernels, their headings above
MOST_WIDE = 112  # cells of maps side by side
MARK = "\x05"


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
class Tiling:
    """The layout of the maps of a sheet: rows of equal length, with `margin` blank cells around
    each map for the padding of the stage that reads it.
    """

    count: int
    high: int
    wide: int
    margin: int = 0
    first: int = FIRST_ROW

    @property
    def gap(self) -> int:
        """Blank cells from one map to the next; between rows of maps their headings stand there."""
        return max(2, 2 * self.margin + 1)

    @property
    def across(self) -> int:
        """Maps in a row."""
        most = max(1, MOST_WIDE // (self.wide + self.gap))
        return -(-self.count // -(-self.count // most))

    @property
    def top(self) -> int:
        """The row of the first cells."""
        return self.first + self.margin

    @property
    def last(self) -> int:
        """The last row, the blank ones below the maps included."""
        return self.places[-1][0] + self.high - 1 + self.margin

    @property
    def left(self) -> int:
        """The column of the first cells."""
        return 2 + self.margin

    @property
    def right(self) -> int:
        """The first column beside all maps."""
        return self.left + 1 + self.across * (self.wide + self.gap)

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """The top left cell of each map."""
        return tuple(
            (
                self.top + (n // self.across) * (self.high + self.gap),
                self.left + (n % self.across) * (self.wide + self.gap),
            )
            for n in range(self.count)
        )


def filled(
    expr: Expr,
    known: Mapping[Symbol, Known],
    place: tuple[int, int],
    style: str,
    shape: tuple[int, int] | None = None,
) -> Grid:
    """The grid from `place` on whose cells all compute `expr`; `known` holds arrays of its shape,
    windows (…, rows, columns) or single numbers. `shape` is needed where all are single numbers.
    """
    pattern = _compiled(expr)
    values = pattern.values(known)
    if shape:
        values = np.broadcast_to(values, shape)
    return Grid(*place, values, style, pattern.formula(known))


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


@cache
def _compiled(expr: Expr) -> Pattern:
    given = tuple(sorted(expr.free_symbols, key=lambda symbol: str(symbol.name)))
    numbers = {symbol: n for n, symbol in enumerate(given)}
    text = "=" + excel(expr, lambda symbol: f"{MARK}{numbers[symbol]}{MARK}")
    parts = tuple(given[int(part)] if n % 2 else part for n, part in enumerate(text.split(MARK)))
    return Pattern(parts, given, function(given, [Equation(Symbol("result"), expr)]))
