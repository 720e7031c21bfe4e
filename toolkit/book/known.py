"""Cells and ranges with their present values, as formulas read them."""

from dataclasses import dataclass
from typing import cast

from toolkit.book.address import Area, Operand, letters, on_sheet
from toolkit.book.values import OWN, Value, Values, listed, plain, plain_known
from toolkit.symbols.excel import literal

# In a column's formula these two stand for the number of the row itself and of the row above.
ROW, ABOVE = "\x01", "\x02"


@dataclass(frozen=True)
class Known:
    """A cell or range as an operand of formulas: its address and its present value.

    The value of a range is an array or another sequence. For a constant, the address is the text of
    the constant itself (see `constant`).

    Raises TypeError for a value that a cell cannot hold.
    """

    address: Operand
    value: Value | Values

    def __post_init__(self) -> None:
        if type(self.value) not in OWN:
            object.__setattr__(self, "value", plain_known(self.value))

    @property
    def values(self) -> list[Value]:
        """The values of all cells, row by row."""
        return listed(self.value)


def at(sheet: str, row: int, column: int, value: Value) -> Known:
    """A single cell, with an address that is valid on every sheet."""
    return Known(Area.of(row, column, sheet=sheet).absolute, value)


def down(sheet: str, row: int, column: int, values: Values) -> Known:
    """A range in one column, whose first cell is in `row`."""
    return Known(Area.of(row, column, len(values), sheet=sheet).absolute_range, values)


def constant(value: float | bool | str) -> Known:
    """A number, text or boolean that formulas contain as a constant instead of an address.

    Raises ValueError for nan and infinity.
    """
    held = cast("float | bool | str", plain(value))
    return Known(Operand(literal(held)), held)


def in_row(
    column: int,
    last_column: int | None = None,
    *,
    row: int | str = ROW,
    sheet: str = "",
    fixed: bool = False,
) -> Operand:
    """An address in the row of the formula, or in the row above if `row` is ABOVE.

    It is used in the formulas of a Column. `last_column` makes it a range, and `fixed` prevents the
    columns from moving if the formula is copied.
    """
    sign = "$" if fixed else ""
    cells = f"{sign}{letters(column)}{row}"
    if last_column not in (None, column):
        cells += f":{sign}{letters(last_column)}{row}"
    return Operand(on_sheet(sheet, cells))
