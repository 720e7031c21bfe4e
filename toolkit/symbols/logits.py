"""Cells read so that what is typed into them cannot become an error: in a formula, not as shown."""

from typing import Any

from sympy import Function

from toolkit.symbols.typeset import Box

COLDEST = 0.1  # the lowest temperature


class number_of(Function):
    """A cell's number; text counts as 0."""

    def _excel(self, printer: Any) -> str:
        return f"N({printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return str(printer._factor(self.args[0]))

    def _typeset(self, printer: Any) -> Box:
        box: Box = printer._print(self.args[0])
        return box


class temperature(Function):
    """A temperature, no lower than COLDEST, for it divides."""

    def _excel(self, printer: Any) -> str:
        return f"MAX({COLDEST},{printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"maximum({COLDEST}, {printer._print(self.args[0])})"

    def _typeset(self, printer: Any) -> Box:
        box: Box = printer._print(self.args[0])
        return box
