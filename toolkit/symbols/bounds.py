"""Numbers held within bounds: to be divided by, or to be drawn."""

from typing import Any

from sympy import Function

from toolkit.symbols.typeset import Box

LEAST = -12  # a power of ten; 10^-12 in cells, as HyperFormula does not read 1E-12


class divisor(Function):
    """A number that is not negative, kept off 0 to be divided by: equal pixels deviate by 0."""

    def _excel(self, printer: Any) -> str:
        return f"MAX(10^{LEAST},{printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"maximum(1e{LEAST}, {printer._print(self.args[0])})"

    def _plain(self, printer: Any) -> str:
        return str(printer._print(self.args[0]))

    def _typeset(self, printer: Any) -> Box:
        box: Box = printer._print(self.args[0])
        return box


class within(Function):
    """A number (first), but no less than a least (second) and no more than a most (third)."""

    def _excel(self, printer: Any) -> str:
        x, least, most = map(printer._print, self.args)
        return f"MIN({most},MAX({least},{x}))"

    def _numpycode(self, printer: Any) -> str:
        x, least, most = map(printer._print, self.args)
        return f"minimum({most}, maximum({least}, {x}))"
