"""Numbers kept within bounds: cells to type into that cannot upset a formula, and divisors off 0.

Those that a reader need not notice are shown as what they bound.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sympy import Expr, Integer, Symbol

from toolkit.symbols import cells, exact
from toolkit.symbols.cell_function import cell_function

COLDEST = 0.1  # the lowest temperature


@cell_function("N({cell})")
def as_number(cell: Any) -> Any:
    """A cell's number; 0 where it holds none."""
    return cells.number_of(cell)


@cell_function("N({cell})", display="{cell}")
def number_of(cell: Any) -> Any:
    """A cell's number, shown as the cell; text counts as 0."""
    return cells.number_of(cell)


@cell_function("MAX(10^-12,{x})", display="{x}")  # HyperFormula does not read 1E-12
def divisor(x: Any) -> Any:
    """A number that is not negative, kept off 0 to be divided by: equal pixels deviate by 0."""
    return np.maximum(1e-12, x)


@cell_function(f"MAX({COLDEST},{{x}})", display="{x}")
def temperature(x: Any) -> Any:
    """A temperature, no lower than COLDEST, for it divides."""
    return np.maximum(COLDEST, x)


@cell_function("MIN({most},MAX({least},{x}))")
def clamp(x: Any, least: Any, most: Any) -> Any:
    """A number, but no less than one bound and no more than another, as torch.clamp has it."""
    return np.minimum(most, np.maximum(least, x))


@cell_function("INT(MIN({most},MAX({least},{x})))")
def held(x: Any, least: Any, most: Any) -> Any:
    """A whole number held between two others; what is no number counts as the lower."""
    return exact.floor(np.minimum(most, np.maximum(least, x)))


def with_bounds(expr: Expr, bounds: Mapping[Symbol, tuple[int, int]]) -> Expr:
    """The expression with its symbols held within bounds, so that no cell typed into can upset
    what it computes.
    """
    return expr.xreplace(
        {
            symbol: held(symbol, Integer(low), Integer(high))
            for symbol, (low, high) in bounds.items()
        }
    )


@cell_function("IF(ISNUMBER({cell}),MIN({most},MAX(1,INT({cell}))),1)")
def ordinal(cell: Any, most: Any) -> Any:
    """The whole number below a cell's number, held within 1 and another; 1 where the cell holds no
    number.
    """
    return np.minimum(most, np.maximum(1, exact.floor(_number_or(cell, 1))))


@cell_function("IF(ISNUMBER({cell}),MIN(255,MAX(0,{cell})),0)")
def pixel(cell: Any) -> Any:
    """A cell's number held within 0 to 255; what is no number counts as 0."""
    return np.minimum(255.0, np.maximum(0.0, _number_or(cell, 0.0)))


def _number_or(cell: Any, otherwise: float) -> Any:
    """A cell's number, or another where it holds none; an array of numbers as it is."""
    return cell if np.ndim(cell) or cells.is_number(cell) else otherwise
