"""A page while it is written, and the sheet that it is finished as."""

import pytest
from sympy import Symbol

from toolkit.book.measure import points
from toolkit.book.page import PADDING, PageBuilder
from toolkit.book.sheet import Sheet
from toolkit.book.tables import Cell
from toolkit.symbols.equation import Equation

X, Y = Symbol("x"), Symbol("y")


def test_what_is_written_later_does_not_reach_a_finished_sheet() -> None:
    page = PageBuilder("One", tab="0072B2")
    page.cells[1, 1] = Cell(2, "input")
    sheet = page.finish()
    page.compute((2, 1), 2 * X, {X: page.known((1, 1))})
    page.heights[1] = page.widths[1] = 40.0
    assert list(sheet.cells) == [(1, 1)]
    assert not sheet.heights and not sheet.widths
    assert page.finish().cells[2, 1] == Cell(4, "number", "=2*'One'!$A$1")


@pytest.mark.parametrize("name", ["cells", "widths", "heights"])
def test_a_sheet_cannot_be_changed(name: str) -> None:
    sheet = Sheet("One", {(1, 1): Cell(1)}, widths={1: 8}, heights={1: 20})
    with pytest.raises(TypeError, match="does not support item assignment"):
        getattr(sheet, name)[2] = None


def test_with_cells_is_another_sheet() -> None:
    sheet = Sheet("One", {(1, 1): Cell(1), (1, 2): Cell(2)}, tab="0072B2")
    other = sheet.with_cells({(1, 2): Cell(3), (2, 1): Cell(4)})
    assert [cell.value for cell in other.cells.values()] == [1, 3, 4]
    assert other.tab == "0072B2" and len(sheet.cells) == 2


def test_an_equation_stands_in_a_row_of_its_own_that_holds_it() -> None:
    page = PageBuilder("One", row=4)
    page.typeset(Equation(Y, X / 2), 3, 14.0)
    (picture,) = page.finish().pictures
    assert (picture.row, picture.column, picture.alt) == (4, 3, "y = x / 2")
    assert page.heights[4] == pytest.approx(points(picture.height) + PADDING, abs=0.01)
    assert page.row == 5
