"""Rectangles of cells that share one formula, filled across as well as down."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toolkit.book.address import Area, Operand, cell_name, letters, on_sheet
from toolkit.book.cell_xml import content
from toolkit.book.texts import check_formula, formula_text
from toolkit.book.values import NUMBERS, NUMERIC, Array, is_number, listed, plain_array

START, END = "\x03", "\x04"
MOVING = re.compile(f"{START}(\\d+),(\\d+),(-?\\d+),(-?\\d+),(\\d+){END}")
Steps = tuple[int, int, int, int, int]  # row, column, down, across, each


def moving(area: Area, down: int = 1, across: int = 1, each: int = 1) -> Operand:
    """An address in the formula of a grid that moves from cell to cell.

    `area` is the address in the first cell of the grid. After every `each` cells, the address moves
    by `down` rows or `across` columns.
    """
    first, last = (
        f"{START}{cell.row},{cell.column},{down},{across},{each}{END}"
        for cell in (area.first, area.last)
    )
    return Operand(on_sheet(area.sheet, first if first == last else f"{first}:{last}"))


@dataclass(frozen=True)
class Grid:
    """A rectangle of `values` (rows, columns) whose first cell is (row, column).

    `formula` is a pattern for all cells, with addresses from `moving`; without it the cells hold
    the values themselves. Cells with nan are left out. `turns` is a square of patterns that repeats
    down and across.

    Raises TypeError for values that cells cannot hold or that are not two-dimensional, and
    ToolkitError for a formula without its `=`.
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
        """All formulas of the grid; empty if the cells hold the values themselves."""
        if self.turns:
            return [formula for line in self.turns for formula in line]
        return [] if self.formula is None else [self.formula]

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Which cells of the rectangle (rows, columns) hold something."""
        if self.values.dtype.kind in NUMERIC:
            return np.isfinite(self.values)
        mask = [isinstance(value, str) or is_number(value) for value in listed(self.values)]
        return np.array(mask, bool).reshape(self.values.shape)

    @property
    def area(self) -> Area:
        """The cells of the grid, as an area without a sheet."""
        return Area.of(self.row, self.column, *self.values.shape)

    @property
    def last_row(self) -> int:
        """The last row of the grid."""
        return self.row + len(self.values) - 1

    @property
    def last_column(self) -> int:
        """The last column of the grid."""
        return self.column + len(self.values[0]) - 1


def formula_at(grid: Grid, down: int, across: int) -> str | None:
    """The formula of one cell, given by its offsets from the first cell of the grid."""
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
    """The cells of each row as XML: formulas with their cached values.

    `style` and `text` return the numbers under which the workbook keeps a style and a text.
    """
    style(grid.style)  # styles are numbered in the order of the grids, before any row
    return _rows(grid, style, text)


def _rows(grid: Grid, style: Callable[[str], int], text: Callable[[str], int]) -> Iterator[str]:
    turns = [[_Pattern(one, grid) for one in line] for line in grid.turns or ((grid.formula,),)]
    count, names = len(turns), [letters(grid.column + n) for n in range(grid.values.shape[1])]
    computed, numbers = bool(grid.patterns), grid.values.dtype.kind in NUMBERS
    masks = grid.mask.tolist()
    for down, values in enumerate(grid.values.tolist()):
        ends = [f'{grid.row + down}" s="{number}"' for number in _styles(grid, down, style)]
        line = turns[down % count]
        rows = [pattern.rows(down) for pattern in line]
        kinds = _numbers(values) if numbers else (content(v, computed, text) for v in values)
        mask = masks[down]
        yield "".join(
            f'<c r="{names[across]}{ends[across]}{kind}>'
            f"{line[across % count].filled(across, rows[across % count])}{value}</c>"
            for across, (kind, value) in enumerate(kinds)
            if mask[across]
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
    """The XML of a formula with placeholders for its moving addresses."""

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
        """The rows of all addresses, `down` rows below the first row of the grid."""
        return [row + down // each * by for row, _, by, _, each in self._places]

    def filled(self, across: int, rows: list[int]) -> str:
        """The XML of the formula in one cell."""
        if not self._places:
            return self._text % ()
        filling: list[str | int] = []
        for letter, row in zip(self._columns, rows, strict=True):
            filling += (letter[across], row)
        return self._text % tuple(filling)


def _steps(match: tuple[str, ...]) -> Steps:
    row, column, down, across, each = map(int, match)
    return row, column, down, across, each
