"""Addresses of cells, in the notation of formulas, charts and rules."""

from dataclasses import dataclass, replace
from typing import NewType

# The text that stands for a symbol in a formula: an address or a constant. Only functions that know
# the notation create such texts, and they are never parsed again.
Operand = NewType("Operand", str)


@dataclass(frozen=True, order=True)
class Area:
    """A rectangle of cells that includes both ends; rows and columns are counted from 1.

    `sheet` is the name of its sheet; without a name, an area is on the sheet of the formula.
    """

    row: int
    column: int
    last_row: int
    last_column: int
    sheet: str = ""

    @classmethod
    def of(cls, row: int, column: int, high: int = 1, wide: int = 1, sheet: str = "") -> "Area":
        """The area of `high` by `wide` cells that begins at (row, column); by default one cell."""
        return cls(row, column, row + high - 1, column + wide - 1, sheet)

    @property
    def absolute(self) -> Operand:
        """The absolute address: 'Sheet'!$B$2:$C$5, or 'Sheet'!$B$2 for a single cell."""
        return self._notation("$", "$")

    @property
    def absolute_range(self) -> Operand:
        """The absolute address as a range, even for a single cell: 'Sheet'!$B$2:$B$2."""
        return self._notation("$", "$", as_range=True)

    @property
    def relative(self) -> Operand:
        """The relative address: B2:C5, or B2 for a single cell."""
        return self._notation("", "")

    @property
    def row_absolute(self) -> Operand:
        """The address with a fixed row, for formulas that are copied across: B$2."""
        return self._notation("", "$")

    @property
    def column_absolute(self) -> Operand:
        """The address with a fixed column, for formulas that are copied down: $B2."""
        return self._notation("$", "")

    def _notation(self, column_sign: str, row_sign: str, *, as_range: bool = False) -> Operand:
        first = f"{column_sign}{letters(self.column)}{row_sign}{self.row}"
        last = f"{column_sign}{letters(self.last_column)}{row_sign}{self.last_row}"
        cells = f"{first}:{last}" if as_range or first != last else first
        return Operand(on_sheet(self.sheet, cells))

    @property
    def first(self) -> "Area":
        """The cell in the upper left corner."""
        return Area(self.row, self.column, self.row, self.column, self.sheet)

    @property
    def last(self) -> "Area":
        """The cell in the lower right corner."""
        return Area(self.last_row, self.last_column, self.last_row, self.last_column, self.sheet)

    @property
    def places(self) -> list[tuple[int, int]]:
        """The (row, column) of each cell, row by row."""
        rows = range(self.row, self.last_row + 1)
        columns = range(self.column, self.last_column + 1)
        return [(row, column) for row in rows for column in columns]

    def grown(self, margin: int) -> "Area":
        """The area extended by `margin` cells on each side."""
        return Area(
            self.row - margin,
            self.column - margin,
            self.last_row + margin,
            self.last_column + margin,
            self.sheet,
        )

    def on(self, sheet: str) -> "Area":
        """The same cells on the sheet with this name."""
        return replace(self, sheet=sheet)


def letters(column: int) -> str:
    """The letters of a column that is numbered from 1: A, B, … Z, AA."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def cell_name(row: int, column: int) -> str:
    """The address of a cell on its own sheet, such as B5."""
    return f"{letters(column)}{row}"


def on_sheet(sheet: str, cells: str) -> str:
    """An address with the name of its sheet in quotes; without the name if `sheet` is empty.

    The quotes are always valid, even for names that do not need them.
    """
    if not sheet:
        return cells
    doubled = sheet.replace("'", "''")
    return f"'{doubled}'!{cells}"
