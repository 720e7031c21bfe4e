"""Addresses as formulas, charts and rules write them, and constants in their place."""

import math

import numpy as np
import pytest

from toolkit.book.address import Area, cell_name
from toolkit.book.grid import Grid, formula_at, moving
from toolkit.book.known import ABOVE, ROW, Known, constant, in_row
from toolkit.book.sheet import Validation
from toolkit.book.tables import Column, Table
from toolkit.symbols.excel import literal


def test_an_area_in_every_notation() -> None:
    area = Area(2, 27, 5, 28, "Bob's & co")
    assert area.absolute == "'Bob''s & co'!$AA$2:$AB$5"
    assert area.relative == "'Bob''s & co'!AA2:AB5"
    assert area.row_absolute == "'Bob''s & co'!AA$2:AB$5"
    assert area.column_absolute == "'Bob''s & co'!$AA2:$AB5"
    assert Area(2, 27, 5, 28).absolute == "$AA$2:$AB$5"


def test_one_cell_has_one_corner_unless_a_range_is_asked_for() -> None:
    cell = Area.of(7, 3)
    assert (cell.absolute, cell.relative) == ("$C$7", "C7")
    assert (cell.row_absolute, cell.column_absolute) == ("C$7", "$C7")
    assert cell.on("S").absolute_range == "'S'!$C$7:$C$7"


def test_areas_by_their_sizes() -> None:
    area = Area.of(4, 2, high=3, wide=2, sheet="S")
    assert area == Area(4, 2, 6, 3, "S")
    assert (area.first, area.last) == (Area(4, 2, 4, 2, "S"), Area(6, 3, 6, 3, "S"))
    assert area.grown(1) == Area(3, 1, 7, 4, "S")
    assert area.places == [(4, 2), (4, 3), (5, 2), (5, 3), (6, 2), (6, 3)]
    assert cell_name(16, 703) == "AAA16"


def test_what_fills_cells_says_which() -> None:
    table = Table(3, 2, (Column("a", [1.0, 2.0]), Column("b", [1.0, 2.0])))
    assert table.area == Area(3, 2, 5, 3)
    assert Grid(3, 2, np.ones((2, 5)), "number").area == Area(3, 2, 4, 6)
    rule = Validation(row=3, column=2, last_row=9, kind="number", title="title", message="message")
    assert rule.area == Area(3, 2, 9, 2)
    assert Validation(
        row=3, column=2, last_row=9, kind="number", title="", message="", last_column=4
    ).area == Area(3, 2, 9, 4)


def test_cells_of_the_row_itself() -> None:
    assert in_row(2) == f"B{ROW}"
    assert in_row(2, row=ABOVE, sheet="S") == f"'S'!B{ABOVE}"
    assert in_row(2, 4, fixed=True) == f"$B{ROW}:$D{ROW}"
    assert in_row(2, 2, row=9) == "B9"


def test_areas_that_move_with_the_cells_of_a_grid() -> None:
    window = moving(Area.of(4, 2, 2, 2, "S"), 2, 3)
    grid = Grid(1, 1, np.ones((2, 2)), "number", f"=SUM({window})")
    assert formula_at(grid, 0, 0) == "=SUM('S'!B4:C5)"
    assert formula_at(grid, 1, 1) == "=SUM('S'!E6:F7)"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (3, "3"),
        (-0.1, "-0.1"),
        (1 / 3, "0.3333333333333333"),
        (True, "TRUE"),
        (False, "FALSE"),
        ('say "x"', '"say ""x"""'),
        ("", '""'),
    ],
)
def test_constants_as_formulas_write_them(value: float | bool | str, written: str) -> None:
    assert literal(value) == written
    assert constant(value) == Known(constant(value).address, value)
    assert constant(value).address == written


def test_a_constant_of_numpy_is_written_as_pythons_own() -> None:
    assert constant(np.float64(0.5)).address == "0.5"
    assert constant(np.int64(7)).address == "7"  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_formula_names_neither_nan_nor_infinity(value: float) -> None:
    with pytest.raises(ValueError, match="leave such a constant out"):
        literal(value)
