"""Cells whose formula and present value both come from one expression."""

from collections.abc import Mapping
from math import isfinite, nan

from sympy import Expr, Symbol

from toolkit.book.sheet import Cell, Known
from toolkit.book.theme import fitting
from toolkit.symbols.excel import excel
from toolkit.symbols.numeric import value


def computed(expr: Expr, known: Mapping[Symbol, Known], style: str = "number") -> Cell:
    """The cell that computes `expr` from other cells; `known` says where each symbol stands."""
    formula = "=" + excel(expr, lambda symbol: known[symbol].address)
    read = {symbol: known[symbol].value for symbol in expr.free_symbols if symbol in known}
    if any(map(_lost, read.values())) and not getattr(expr, "reads_errors", False):
        return Cell(nan, style, formula)
    found = value(expr, read)
    size = abs(found) if isinstance(found, int | float) else 0.0
    return Cell(found, fitting(style, size), formula)


def _lost(value: object) -> bool:
    """Whether a cell holds an error, which every formula that reads it passes on."""
    return isinstance(value, float) and not isfinite(value)
