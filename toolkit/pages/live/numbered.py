"""Cases that a number in a cell chooses among."""

from collections.abc import Sequence
from typing import Any

from sympy import Expr, Integer, Symbol

from toolkit.symbols.cell_function import cell_function


@cell_function("CHOOSE({number},{cases})")
def chosen(number: Any, *cases: Any) -> Any:
    """The case of this number, counted from 1."""
    return cases[int(number) - 1]


def by_case(number: Symbol, values: Sequence[int]) -> Expr:
    """A whole number for each case, or one where all are the same."""
    if len(set(values)) == 1:
        return Integer(values[0])
    return chosen(number, *map(Integer, values))
