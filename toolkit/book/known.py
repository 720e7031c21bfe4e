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
    """A cell or range that formulas can read: its address and its present value, for a range an
    array or another sequence. A constant stands for its own address (see `constant`).

    Raises TypeError for what a cell cannot hold.
    """

    address: Operand
    value: Value | Values

    def __post_init__(self) -> None:
        if type(self.value) not in OWN:
            object.__setattr__(self, "value", plain_known(self.value))

    @property
    def values(self) -> list[Value]:
        """What the cells hold, those of a rectangle row by row."""
        return listed(self.value)


def at(sheet: str, row: int, column: int, value: Value) -> Known:
    """One cell, by an address that holds from every sheet."""
    return Known(Area.of(row, column, sheet=sheet).absolute, value)


def down(sheet: str, row: int, column: int, values: Values) -> Known:
    """A range of one column, its first cell in `row`."""
    return Known(Area.of(row, column, len(values), sheet=sheet).absolute_range, values)


def constant(value: float | bool | str) -> Known:
    """A number, a text, True or False that formulas write out instead of reading a cell.

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
    """A cell, or neighbouring cells up to `last_column`, in the row of the formula itself, or in
    the row above it where `row` is ABOVE, as the patterns of a Column write it. With `fixed` the
    columns do not move where the formula is copied.
    """
    sign = "$" if fixed else ""
    cells = f"{sign}{letters(column)}{row}"
    if last_column not in (None, column):
        cells += f":{sign}{letters(last_column)}{row}"
    return Operand(on_sheet(sheet, cells))
