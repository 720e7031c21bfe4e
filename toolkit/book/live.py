"""Cells whose formula and present value both come from one expression."""

from collections.abc import Mapping

from sympy import Expr, Symbol

from toolkit.book.sheet import Cell, Known
from toolkit.symbols.excel import excel
from toolkit.symbols.numeric import value


def computed(expr: Expr, known: Mapping[Symbol, Known], style: str = "number") -> Cell:
    """The cell that computes `expr` from other cells; `known` says where each symbol stands."""
    formula = "=" + excel(expr, lambda symbol: known[symbol].address)
    return Cell(value(expr, {s: k.value for s, k in known.items()}), style, formula)
