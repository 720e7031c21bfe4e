"""Notation of the chain rule: products and sums whose parts keep the order in which they are
given. SymPy's own products and sums sort their parts and drop zeros.
"""

from typing import Any

from sympy import Function

from toolkit.symbols.boxes import Box, Brackets, Fraction, Glyphs, join, row
from toolkit.symbols.cell_function import CellFunction
from toolkit.symbols.precedence import Binding


class chained(CellFunction):
    """A product in the order of the chain rule: (a - t)·a·(1 - a)·x."""

    @staticmethod
    def _source(*factors: str) -> str:
        return f"({'*'.join(factors)})"

    def _factors(self, printer: Any) -> list[Any]:
        return [printer._within(factor, Binding.PRODUCT) for factor in self.args]

    def _excel(self, printer: Any) -> str:
        return "*".join(self._factors(printer))

    def _plain(self, printer: Any) -> str:
        return " · ".join(self._factors(printer))

    def _latex(self, printer: Any) -> str:
        return r" \cdot ".join(map(printer._factor, self.args))

    def _typeset(self, printer: Any) -> Box:
        return join(" · ", self._factors(printer))


class listed_sum(Function):
    """A sum in the given order, zeros included; it can be displayed but has no value."""

    def _plain(self, printer: Any) -> str:
        return " + ".join(printer._within(term, Binding.SUM) for term in self.args)

    def _typeset(self, printer: Any) -> Box:
        return join(" + ", [printer._within(term, Binding.SUM) for term in self.args])


class derivative_of(Function):
    """∂(expression)/∂symbol before it is worked out; it can be displayed but has no value."""

    def _plain(self, printer: Any) -> str:
        expr, symbol = self.args
        return f"∂({printer._print(expr)})/∂{printer._print(symbol)}"

    def _typeset(self, printer: Any) -> Box:
        expr, symbol = self.args
        over = row(Glyphs("∂"), Brackets(printer._print(expr)))
        return Fraction(over, row(Glyphs("∂"), printer._print(symbol)))
