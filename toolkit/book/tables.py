"""Cells, and tables of columns filled down, as plain data."""

from dataclasses import dataclass

import numpy as np

from toolkit.book.address import Area
from toolkit.book.known import Known, down
from toolkit.book.texts import check_formula
from toolkit.book.values import OWN, Value, Values, plain, plain_values
from toolkit.files.errors import ToolkitError

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384


def check_fits(rows: int, columns: int) -> None:
    """Raise ToolkitError if a sheet would need more rows or columns than the format allows."""
    cures = ["fewer training.epochs"] if rows > MAX_ROWS else []
    if columns > MAX_COLUMNS:
        cures.append("smaller network.layers or fewer samples.inputs")
    if cures:
        raise ToolkitError(
            f"{rows:,} rows by {columns:,} columns do not fit a sheet, which has "
            f"{MAX_ROWS:,} by {MAX_COLUMNS:,}; use {' and '.join(cures)}"
        )


@dataclass(frozen=True)
class Cell:
    """A value, or a formula with its present value.

    `link` is the name of a sheet that a click opens, and `spot` the (row, column) there.

    Raises TypeError for a value that a cell cannot hold, and ToolkitError for a formula without its
    `=`.
    """

    value: Value
    style: str = "text"
    formula: str | None = None
    link: str | None = None
    spot: tuple[int, int] = (1, 1)

    def __post_init__(self) -> None:
        if type(self.value) not in OWN:
            object.__setattr__(self, "value", plain(self.value))
        if self.formula is not None:
            check_formula(self.formula)


@dataclass(frozen=True)
class Column:
    """A column of a table, with a heading.

    `formula` is a pattern for all rows (with ROW and ABOVE), and `first` is the formula of the
    first row if it differs; without a formula the cells hold the values themselves. A column with
    an `outline` level of 1 or more can be collapsed.

    Raises TypeError for values that cells cannot hold, and ToolkitError for a formula without its
    `=`.
    """

    heading: str
    values: Values
    style: str = "number"
    heading_style: str = "heading"
    formula: str | None = None
    first: str | None = None
    width: float = 11
    outline: int = 0

    def __post_init__(self) -> None:
        values = plain_values(self.values)
        if isinstance(values, np.ndarray) and values.ndim != 1:
            raise TypeError(f"a column holds one row of values, not {values.ndim} dimensions")
        object.__setattr__(self, "values", values)
        for formula in (self.formula, self.first):
            if formula is not None:
                check_formula(formula)


@dataclass(frozen=True)
class Table:
    """Adjacent columns; (row, column) is the cell of the first heading."""

    row: int
    column: int
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        check_fits(self.last_row, self.column + len(self.columns) - 1)

    @property
    def last_row(self) -> int:
        """The last row of the grid."""
        return self.row + len(self.columns[0].values)

    @property
    def area(self) -> Area:
        """The cells that it fills, headings included, on its own sheet."""
        return Area.of(self.row, self.column, self.last_row - self.row + 1, len(self.columns))

    def known(self, sheet: str, index: int) -> Known:
        """The values of column `index` (from 0) as a range."""
        return down(sheet, self.row + 1, self.column + index, self.columns[index].values)
