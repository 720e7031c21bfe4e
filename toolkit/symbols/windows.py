"""Functions over a chosen window of a map, and numbers held within bounds, for cells to change."""

from collections.abc import Mapping
from typing import Any

from sympy import Expr, Function, Integer, Symbol

from toolkit.symbols import ranges
from toolkit.symbols.maps import window_dot
from toolkit.symbols.numeric import NAMESPACE
from toolkit.symbols.precedence import Binding
from toolkit.symbols.typeset import Box, Text, row


class held(Function):
    """A whole number (first) held between two others; what is no number counts as the lower."""

    def _excel(self, printer: Any) -> str:
        x, low, high = map(printer._print, self.args)
        return f"INT(MIN({high},MAX({low},{x})))"

    def _numpycode(self, printer: Any) -> str:
        x, low, high = map(printer._print, self.args)
        return f"floor(minimum({high}, maximum({low}, {x})))"


class as_number(Function):
    """A cell's number; 0 where it holds none."""

    def _excel(self, printer: Any) -> str:
        return f"N({printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"number_of({printer._print(self.args[0])})"


class weighted_sum(window_dot):
    """The products of a window's cells with a kernel's, added up; shown as a sum."""

    def _typeset(self, printer: Any) -> Box:
        window, kernel = (printer._within(each, Binding.PRODUCT) for each in self.args)
        return row(Text("Σ "), window, Text(" · "), kernel)

    def _plain(self, printer: Any) -> str:
        window, kernel = (printer._within(each, Binding.PRODUCT) for each in self.args)
        return f"Σ {window} · {kernel}"


class cell_or_zero(Function):
    """The cell of a range (first) in a row (second) and a column (third), counted from 1; 0 where
    they lie outside its so many rows (fourth) and columns (fifth), or where it holds no number.
    """

    def _excel(self, printer: Any) -> str:
        cells, down, across, high, wide = map(printer._print, self.args)
        inside = f"AND({down}>=1,{down}<={high},{across}>=1,{across}<={wide})"
        return f"IF({inside},N(INDEX({cells},{down},{across})),0)"

    def _numpycode(self, printer: Any) -> str:
        return f"cell_or_zero({', '.join(map(printer._print, self.args))})"


def within(expr: Expr, bounds: Mapping[Symbol, tuple[int, int]]) -> Expr:
    """The expression with its symbols held within bounds, so that no cell typed into can upset
    what it computes.
    """
    return expr.xreplace(
        {
            symbol: held(symbol, Integer(low), Integer(high))
            for symbol, (low, high) in bounds.items()
        }
    )


NAMESPACE["cell_or_zero"] = ranges.cell_or_zero
