"""Cells whose formula and value are derived from the same expression."""

from collections.abc import Mapping

from sympy import Expr, Symbol

from toolkit.book.known import Known
from toolkit.book.sheet import Book, Sheet
from toolkit.book.tables import Cell, Column
from toolkit.book.theme import fitting
from toolkit.book.values import plain
from toolkit.symbols.excel import excel
from toolkit.symbols.numeric import value


def computed(expr: Expr, known: Mapping[Symbol, Known], style: str = "number") -> Cell:
    """A cell that computes `expr`; `known` gives the address and the value of each symbol."""
    formula = "=" + excel(expr, lambda symbol: known[symbol].address)
    operands = {symbol: known[symbol].value for symbol in expr.free_symbols if symbol in known}
    result = plain(value(expr, operands))
    size = abs(result) if isinstance(result, int | float) else 0.0
    return Cell(result, fitting(style, size), formula)


def count_formulas(book: Book) -> int:
    """The number of cells with a formula in a workbook."""
    return sum(map(_formulas, book.sheets))


def _formulas(sheet: Sheet) -> int:
    cells = sum(cell.formula is not None for cell in sheet.cells.values())
    columns = sum(_filled(column) for table in sheet.tables for column in table.columns)
    grids = (grid for grid in sheet.grids if grid.patterns)
    return cells + columns + sum(int(grid.mask.sum()) for grid in grids)


def _filled(column: Column) -> int:
    if column.formula:
        return len(column.values)
    return 1 if column.first else 0
