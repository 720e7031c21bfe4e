"""Rectangles of cells filled from one formula, across as well as down."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toolkit.book.address import Area, Operand, cell_name, letters, on_sheet
from toolkit.book.content import content
from toolkit.book.texts import check_formula, formula_text
from toolkit.book.values import NUMBERS, NUMERIC, Array, is_number, listed, plain_array

START, END = "\x03", "\x04"
MOVING = re.compile(f"{START}(\\d+),(\\d+),(-?\\d+),(-?\\d+),(\\d+){END}")
Steps = tuple[int, int, int, int, int]  # row, column, down, across, each


def moving(area: Area, down: int = 1, across: int = 1, each: int = 1) -> Operand:
    """In a grid's formula: the area that the grid's first cell reads; after `each` cells the next
    one reads `down` rows or `across` columns further on.
    """
    first, last = (
        f"{START}{cell.row},{cell.column},{down},{across},{each}{END}"
        for cell in (area.first, area.last)
    )
    return Operand(on_sheet(area.sheet, first if first == last else f"{first}:{last}"))


@dataclass(frozen=True)
class Grid:
    """`values` (rows, columns) from the cell (row, column) on. `formula` is one pattern for all of
    them, with `moving` addresses; without one the values stand as they are. nan leaves a cell out.
    Several patterns, a square of them, take turns down and across. With `framed` its edge is drawn.

    Raises TypeError for values that cells cannot hold or that are no rectangle, and ToolkitError
    for a formula without its `=`.
    """

    row: int
    column: int
    values: Array
    style: str
    formula: str | None = None
    turns: tuple[tuple[str, ...], ...] = ()
    framed: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.values, np.ndarray) or self.values.ndim != 2:
            raise TypeError("a grid holds a two-dimensional array of values")
        object.__setattr__(self, "values", plain_array(self.values))
        for formula in self.patterns:
            check_formula(formula)

    @property
    def patterns(self) -> list[str]:
        """The formula, or those that take turns; none where the values stand as they are."""
        if self.turns:
            return [formula for line in self.turns for formula in line]
        return [] if self.formula is None else [self.formula]

    @property
    def held(self) -> NDArray[np.bool_]:
        """Which cells of the rectangle hold something."""
        if self.values.dtype.kind in NUMERIC:
            return np.isfinite(self.values)
        held = [isinstance(value, str) or is_number(value) for value in listed(self.values)]
        return np.array(held, bool).reshape(self.values.shape)

    @property
    def area(self) -> Area:
        """The cells that it fills, on its own sheet."""
        return Area.of(self.row, self.column, *self.values.shape)

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
    pattern = grid.formula
    if grid.turns:
        pattern = grid.turns[down % len(grid.turns)][across % len(grid.turns)]
    if pattern is None:
        return None

    def address(match: re.Match[str]) -> str:
        row, column, rows, columns, each = map(int, match.groups())
        return cell_name(row + down // each * rows, column + across // each * columns)

    moved: str = MOVING.sub(address, pattern)
    return moved


def grid_rows(grid: Grid, style: Callable[[str], int], text: Callable[[str], int]) -> Iterator[str]:
    """The cells of each row as XML, formulas with their present values; `style` and `text` give
    the numbers under which the workbook keeps a style and a text.
    """
    style(grid.style)  # styles are numbered in the order of the grids, before any row
    return _rows(grid, style, text)


def _rows(grid: Grid, style: Callable[[str], int], text: Callable[[str], int]) -> Iterator[str]:
    turns = [[_Pattern(one, grid) for one in line] for line in grid.turns or ((grid.formula,),)]
    count, names = len(turns), [letters(grid.column + n) for n in range(grid.values.shape[1])]
    computed, numbers = bool(grid.patterns), grid.values.dtype.kind in NUMBERS
    all_held = grid.held.tolist()
    for down, values in enumerate(grid.values.tolist()):
        ends = [f'{grid.row + down}" s="{number}"' for number in _styles(grid, down, style)]
        line = turns[down % count]
        rows = [pattern.rows(down) for pattern in line]
        kinds = _numbers(values) if numbers else (content(v, computed, text) for v in values)
        held = all_held[down]
        yield "".join(
            f'<c r="{names[across]}{ends[across]}{kind}>'
            f"{line[across % count].filled(across, rows[across % count])}{value}</c>"
            for across, (kind, value) in enumerate(kinds)
            if held[across]
        )


def _styles(grid: Grid, down: int, style: Callable[[str], int]) -> list[int]:
    """The styles of the cells of a row: those at the edges of a framed grid carry its lines."""
    high, wide = grid.values.shape
    if not grid.framed:
        return [style(grid.style)] * wide
    ends = "t" * (down == 0) + "b" * (down == high - 1)
    sides = ["l" * (n == 0) + "r" * (n == wide - 1) for n in range(wide)]
    return [style(f"{grid.style} {side}{ends}".rstrip()) for side in sides]


def _numbers(values: list[float]) -> Iterator[tuple[str, str]]:
    return (("", f"<v>{value!r}</v>") for value in values)


class _Pattern:
    """A formula as an element with a gap for each moving address."""

    def __init__(self, formula: str | None, grid: Grid) -> None:
        self._places: list[Steps] = [_steps(match) for match in MOVING.findall(formula or "")]
        text = formula_text(formula).replace("%", "%%") if formula else ""
        self._text = f"<f>{MOVING.sub('%s%s', text)}</f>" if formula else ""
        wide = grid.values.shape[1]
        self._columns = [
            [letters(column + across // each * by) for across in range(wide)]
            for _, column, _, by, each in self._places
        ]

    def rows(self, down: int) -> list[int]:
        """The rows of all addresses, `down` rows from the grid's first."""
        return [row + down // each * by for row, _, by, _, each in self._places]

    def filled(self, across: int, rows: list[int]) -> str:
        """The element for one cell."""
        if not self._places:
            return self._text % ()
        filling: list[str | int] = []
        for letter, row in zip(self._columns, rows, strict=True):
            filling += (letter[across], row)
        return self._text % tuple(filling)


def _steps(match: tuple[str, ...]) -> Steps:
    row, column, down, across, each = map(int, match)
    return row, column, down, across, each
