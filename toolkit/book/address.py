"""Places on sheets, and how formulas, charts and rules write them."""

from dataclasses import dataclass, replace
from typing import NewType

# What stands for a symbol in a formula: the address of cells, or a constant. Such texts come from
# the functions that know the notation and are never taken apart again.
Operand = NewType("Operand", str)


@dataclass(frozen=True, order=True)
class Area:
    """A rectangle of cells, both ends included; rows and columns are counted from 1.

    `sheet` is the name of the sheet on which it lies; an area without one lies on the sheet that
    reads it.
    """

    row: int
    column: int
    last_row: int
    last_column: int
    sheet: str = ""

    @classmethod
    def of(cls, row: int, column: int, high: int = 1, wide: int = 1, sheet: str = "") -> "Area":
        """The area of `high` by `wide` cells whose first is (row, column); a single cell where no
        size is given.
        """
        return cls(row, column, row + high - 1, column + wide - 1, sheet)

    @property
    def absolute(self) -> Operand:
        """The address that a formula keeps wherever it is copied: 'Sheet'!$B$2:$C$5, or
        'Sheet'!$B$2 for a cell.
        """
        return self._notation("$", "$")

    @property
    def absolute_range(self) -> Operand:
        """The same as a range, also of one cell: 'Sheet'!$B$2:$B$2."""
        return self._notation("$", "$", as_range=True)

    @property
    def relative(self) -> Operand:
        """The address that moves with the formula: B2:C5, or B2 for a cell."""
        return self._notation("", "")

    @property
    def row_absolute(self) -> Operand:
        """The address that moves with the formula across, but not down: B$2."""
        return self._notation("", "$")

    @property
    def column_absolute(self) -> Operand:
        """The address that moves with the formula down, but not across: $B2."""
        return self._notation("$", "")

    def _notation(self, column_sign: str, row_sign: str, *, as_range: bool = False) -> Operand:
        first = f"{column_sign}{letters(self.column)}{row_sign}{self.row}"
        last = f"{column_sign}{letters(self.last_column)}{row_sign}{self.last_row}"
        cells = f"{first}:{last}" if as_range or first != last else first
        return Operand(on_sheet(self.sheet, cells))

    @property
    def first(self) -> "Area":
        """The cell at the top left."""
        return Area(self.row, self.column, self.row, self.column, self.sheet)

    @property
    def last(self) -> "Area":
        """The cell at the bottom right."""
        return Area(self.last_row, self.last_column, self.last_row, self.last_column, self.sheet)

    @property
    def places(self) -> list[tuple[int, int]]:
        """(row, column) of each of its cells, row by row."""
        rows = range(self.row, self.last_row + 1)
        columns = range(self.column, self.last_column + 1)
        return [(row, column) for row in rows for column in columns]

    def grown(self, margin: int) -> "Area":
        """The area with so many more cells on each side."""
        return Area(
            self.row - margin,
            self.column - margin,
            self.last_row + margin,
            self.last_column + margin,
            self.sheet,
        )

    def on(self, sheet: str) -> "Area":
        """The same cells of the sheet with this name."""
        return replace(self, sheet=sheet)


def letters(column: int) -> str:
    """The letters of a column numbered from 1: A, B, … Z, AA."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def cell_name(row: int, column: int) -> str:
    """What a cell is called on its own sheet: B5."""
    return f"{letters(column)}{row}"


def on_sheet(sheet: str, cells: str) -> str:
    """Cells of a sheet as formulas write them; without the name where `sheet` is empty.

    The name always stands in quotes: they never do harm.
    """
    if not sheet:
        return cells
    doubled = sheet.replace("'", "''")
    return f"'{doubled}'!{cells}"
