"""Grids: one formula for a rectangle of cells, its addresses moving with the cells."""

import numpy as np
import pytest

from tests.test_stream import read
from toolkit.book.address import Area
from toolkit.book.grid import Grid, formula_at, moving
from toolkit.book.sheet import Sheet
from toolkit.book.tables import Cell


def formulas(grid: Grid) -> dict[str, str | None]:
    return {place: formula for place, (_, formula, _) in read(Sheet("S", grids=(grid,))).items()}


def test_a_window_moves_by_its_stride_beside_what_stays() -> None:
    formula = f"=SUM('a & b'!{moving(Area.of(5, 26, 3, 3), 2, 2)})*$B$1<2%"
    grid = Grid(2, 3, np.array([[1.0, 2.0], [3.0, 4.5]]), "number", formula)
    assert formulas(grid) == {
        "C2": "SUM('a & b'!Z5:AB7)*$B$1<2%",
        "D2": "SUM('a & b'!AB5:AD7)*$B$1<2%",
        "C3": "SUM('a & b'!Z7:AB9)*$B$1<2%",
        "D3": "SUM('a & b'!AB7:AD9)*$B$1<2%",
    }
    assert formula_at(grid, 1, 1) == "=SUM('a & b'!AB7:AD9)*$B$1<2%"


def test_a_window_of_one_cell_is_an_address() -> None:
    assert formulas(Grid(1, 1, np.ones((1, 1)), "number", f"={moving(Area.of(7, 2))}")) == {
        "A1": "B7"
    }


def test_backwards_and_by_turns() -> None:
    turned = Grid(1, 1, np.ones((2, 2)), "number", f"={moving(Area.of(4, 4), -1, -1)}")
    assert formulas(turned) == {"A1": "D4", "B1": "C4", "A2": "D3", "B2": "C3"}
    each = moving(Area.of(9, 5), each=2)
    turns = ((f"={each}+1", f"={each}+2"), (f"={each}+3", f"={each}+4"))
    grid = Grid(1, 1, np.ones((2, 3)), "number", turns=turns)
    assert formulas(grid) == {
        "A1": "E9+1",
        "B1": "E9+2",
        "C1": "F9+1",
        "A2": "E9+3",
        "B2": "E9+4",
        "C2": "F9+3",
    }
    assert formula_at(grid, 1, 2) == "=F9+3"


def test_plain_values_stand_in_order_among_other_cells() -> None:
    grid = Grid(2, 2, np.array([[1, 2]]), "number")
    sheet = Sheet("S", {(2, 1): Cell("a"), (2, 4): Cell("b"), (1, 1): Cell(3)}, grids=(grid,))
    assert list(read(sheet).items()) == [
        ("A1", (None, None, "3")),
        ("A2", ("s", None, "a")),
        ("B2", (None, None, "1")),
        ("C2", (None, None, "2")),
        ("D2", ("s", None, "b")),
    ]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_leaves_its_cell_out(value: float) -> None:
    grid = Grid(1, 1, np.array([[1.0, value]]), "number", f"={moving(Area.of(5, 5))}")
    assert formulas(grid) == {"A1": "E5"}
