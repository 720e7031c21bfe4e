"""Rectangles of cells filled from one formula, across as well as down."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from numpy.typing import NDArray

from toolkit.book.address import letters

START, END = "\x03", "\x04"
MOVING = re.compile(f"{START}(\\d+),(\\d+),(\\d+),(\\d+){END}")


def moving(row: int, column: int, down: int = 1, across: int = 1) -> str:
    """In a grid's formula: the cell (row, column) as the grid's first cell reads it; each further
    cell reads one `down` rows and `across` columns further on.
    """
    return f"{START}{row},{column},{down},{across}{END}"


def moving_area(row: int, column: int, high: int, wide: int, step: int = 1) -> str:
    """The same for a rectangle of cells; its steps are as long down as across."""
    first = moving(row, column, step, step)
    if high == wide == 1:
        return first
    return f"{first}:{moving(row + high - 1, column + wide - 1, step, step)}"


@dataclass(frozen=True)
class Grid:
    """`values` (rows, columns) from the cell (row, column) on. `formula` is one pattern for all of
    them, with `moving` addresses; without one the values stand as they are. nan leaves a cell out.
    """

    row: int
    column: int
    values: NDArray[Any]
    style: str
    formula: str | None = None

    @property
    def last_row(self) -> int:
        """The row of the last values."""
        return self.row + len(self.values) - 1

    @property
    def last_column(self) -> int:
        """The column of the last values."""
        return self.column + len(self.values[0]) - 1


def formula_at(grid: Grid, down: int, across: int) -> str | None:
    """The formula of one cell, counted from the grid's first."""
    if grid.formula is None:
        return None

    def address(found: re.Match[str]) -> str:
        row, column, rows, columns = map(int, found.groups())
        return f"{letters(column + across * columns)}{row + down * rows}"

    moved: str = MOVING.sub(address, grid.formula)
    return moved


def grid_rows(grid: Grid, style: int) -> Iterator[str]:
    """The cells of each row as XML, formulas with their present values."""
    wide = grid.values.shape[1]
    names = [letters(grid.column + across) for across in range(wide)]
    pattern, places = _gaps(grid.formula)
    columns = [[letters(c + across * by) for across in range(wide)] for _, c, _, by in places]
    for down, values in enumerate(grid.values.tolist()):
        rows = [row + down * by for row, _, by, _ in places]
        end = f'{grid.row + down}" s="{style}">'
        yield "".join(
            f'<c r="{names[across]}{end}{_filled(pattern, across, columns, rows)}'
            f"<v>{value!r}</v></c>"
            for across, value in enumerate(values)
            if math.isfinite(value)
        )


def _gaps(formula: str | None) -> tuple[str, list[tuple[int, int, int, int]]]:
    """The formula as an element with a gap for each moving address, and what these are."""
    if formula is None:
        return "", []
    places = [tuple(map(int, found)) for found in MOVING.findall(formula)]
    text = escape(formula[1:]).replace("%", "%%")
    return f"<f>{MOVING.sub('%s', text)}</f>", places  # type: ignore[return-value]


def _filled(pattern: str, across: int, columns: list[list[str]], rows: list[int]) -> str:
    return pattern % tuple(
        f"{letter[across]}{row}" for letter, row in zip(columns, rows, strict=True)
    )
