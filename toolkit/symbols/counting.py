"""Counting the rows of several columns that hold what is asked for."""

from typing import Any

from sympy import Function

from toolkit.symbols import criteria, ranges
from toolkit.symbols.numeric import NAMESPACE


class counted_rows(Function):
    """In how many rows each column (first, third, ...) holds what follows it: a value, or a number
    of at most so much (`up_to`).
    """

    def _excel(self, printer: Any) -> str:
        return f"COUNTIFS({','.join(map(printer._print, self.args))})"

    def _numpycode(self, printer: Any) -> str:
        return f"counted_rows({', '.join(map(printer._print, self.args))})"


class up_to(Function):
    """What `counted_rows` asks for where numbers of at most this are to be counted."""

    def _excel(self, printer: Any) -> str:
        return f'"<="&{printer._print(self.args[0])}'  # & binds weaker than all of arithmetic

    def _numpycode(self, printer: Any) -> str:
        return f'joined("<=", {printer._print(self.args[0])})'


class smallest_above_zero(Function):
    """The smallest of a range's numbers above 0; a dash where there is none."""

    def _excel(self, printer: Any) -> str:
        cells = printer._print(self.args[0])
        none = f'COUNTIF({cells},"<=0")'
        return f'IF(COUNTIF({cells},">0")=0,"–",SMALL({cells},{none}+1))'

    def _numpycode(self, printer: Any) -> str:
        return f"smallest_above_zero({printer._print(self.args[0])})"


NAMESPACE["counted_rows"] = criteria.count
NAMESPACE["smallest_above_zero"] = ranges.smallest_above_zero
