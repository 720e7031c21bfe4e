"""Probabilities as bars of coloured cells."""

import numpy as np
from sympy import Integer, Piecewise, Rational, Symbol

from toolkit.book.address import Area
from toolkit.book.grid import moving
from toolkit.book.known import Known
from toolkit.book.sheet import Scale
from toolkit.book.tables import Cell
from toolkit.pages.live.layout import LivePage, filled

SHARE, PLACE = Symbol("p"), Symbol("n")
COLOUR = "0072B2"


def write_ruler(page: LivePage, row: int, column: int, cells: int) -> None:
    """Number the cells of all bars below, from 1; the numbers do not show."""
    page.cells |= {(row, column + n): Cell(n + 1, "shade") for n in range(cells)}


def write_bar(page: LivePage, place: Area, ruler: int, share: Known) -> None:
    """A bar in the cells of `place`, whose length is a probability; above, in the row `ruler`,
    its cells are numbered.
    """
    wide = place.last_column - place.column + 1
    high = place.last_row - place.row + 1
    # A bar begins with the first half of its first cell.
    longer = SHARE * Integer(wide) + Rational(1, 2) >= PLACE
    numbers = Known(moving(Area.of(ruler, place.column), down=0), np.arange(1.0, wide + 1)[None])
    expr = Piecewise((Integer(1), longer), (Integer(0), True))
    grid = filled(
        expr, {SHARE: share, PLACE: numbers}, (place.row, place.column), "shade", (high, wide)
    )
    page.grids.append(grid)


def colour_bars(page: LivePage, areas: list[Area]) -> None:
    """Colour the cells of all bars."""
    page.scales.append(Scale(tuple(areas), COLOUR, "FFFFFF", end=1.0))
