"""Counting the rows of several columns that hold what is asked for."""

from collections.abc import Sequence
from typing import Any

from sympy import Function

from toolkit.symbols.numeric import NAMESPACE


class counted_rows(Function):
    """In how many rows each column (first, third, ...) holds what follows it: a value, or a bound
    as text, such as ">0".
    """

    def _excel(self, printer: Any) -> str:
        return f"COUNTIFS({','.join(map(printer._print, self.args))})"

    def _numpycode(self, printer: Any) -> str:
        return f"counted_rows({', '.join(map(printer._print, self.args))})"


def _holds(value: Any, asked: Any) -> bool:
    if isinstance(asked, str) and asked.startswith(">"):
        return not isinstance(value, str) and value > float(asked[1:])
    return bool(value == asked)


def _counted_rows(*columns_and_values: Any) -> int:
    columns: Sequence[Sequence[Any]] = columns_and_values[::2]
    asked = columns_and_values[1::2]
    rows = zip(*columns, strict=True)
    return sum(all(map(_holds, row, asked)) for row in rows)


NAMESPACE["counted_rows"] = _counted_rows
