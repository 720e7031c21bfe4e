"""Bounds on numbers, so that no value typed into a cell can break a formula or divide by 0.

Functions whose effect the reader need not notice are displayed as their argument alone.
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
    """The number in a cell; 0 if it holds none."""
    return cells.number_of(cell)


@cell_function("N({cell})", display="{cell}")
def number_of(cell: Any) -> Any:
    """The number in a cell, displayed as the cell; text counts as 0."""
    return cells.number_of(cell)


@cell_function("MAX(10^-12,{x})", display="{x}")  # HyperFormula does not read 1E-12
def divisor(x: Any) -> Any:
    """A number that is not negative, raised to at least 1e-12 so that it can be a divisor."""
    return np.maximum(1e-12, x)


@cell_function(f"MAX({COLDEST},{{x}})", display="{x}")
def temperature(x: Any) -> Any:
    """A temperature, raised to at least COLDEST because it is a divisor."""
    return np.maximum(COLDEST, x)


@cell_function("MIN({most},MAX({least},{x}))")
def clamp(x: Any, least: Any, most: Any) -> Any:
    """A number limited to the range from `least` to `most`, like torch.clamp."""
    return np.minimum(most, np.maximum(least, x))


@cell_function("INT(MIN({most},MAX({least},{x})))")
def held(x: Any, least: Any, most: Any) -> Any:
    """A whole number limited to a range; anything that is not a number counts as `least`."""
    return exact.floor(np.minimum(most, np.maximum(least, x)))


def with_bounds(expr: Expr, bounds: Mapping[Symbol, tuple[int, int]]) -> Expr:
    """The expression with its symbols limited to `bounds`, so that every input is valid."""
    return expr.xreplace(
        {
            symbol: held(symbol, Integer(low), Integer(high))
            for symbol, (low, high) in bounds.items()
        }
    )


@cell_function("IF(ISNUMBER({cell}),MIN({most},MAX(1,INT({cell}))),1)")
def ordinal(cell: Any, most: Any) -> Any:
    """The integer part of a cell's number, limited to 1 … `most`; 1 if the cell holds no number."""
    return np.minimum(most, np.maximum(1, exact.floor(_number_or(cell, 1))))


@cell_function("IF(ISNUMBER({cell}),MIN(255,MAX(0,{cell})),0)")
def pixel(cell: Any) -> Any:
    """The number in a cell, limited to 0 … 255; anything that is not a number counts as 0."""
    return np.minimum(255.0, np.maximum(0.0, _number_or(cell, 0.0)))


def _number_or(cell: Any, otherwise: float) -> Any:
    """The number in a cell, or `otherwise` if it holds none; an array of numbers is returned
    unchanged.
    """
    return cell if np.ndim(cell) or cells.is_number(cell) else otherwise
