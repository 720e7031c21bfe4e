"""Sums, means, counts and extremes over ranges of cells.

Arrays of numbers take NumPy's own way; what holds other cells is read by toolkit.symbols.cells.
"""

import math
from typing import Any

import numpy as np

from toolkit.symbols import exact
from toolkit.symbols.cell_function import cell_function
from toolkit.symbols.cells import Array, amounts, numbers, numbers_or_zeros, rows


@cell_function("SUM({cells})")
def total(cells: Any) -> Any:
    """The sum of the numbers in a range."""
    return exact.total(numbers(cells))


@cell_function("SUMPRODUCT(ABS({cells}))")
def absolute_sum(cells: Any) -> Any:
    """The sum of the sizes, |x|, of a range of cells."""
    return exact.total(np.abs(cells))


@cell_function("SUMSQ({cells})")
def squares(cells: Any) -> Any:
    """The sum of the squares of a range."""
    return exact.total(np.square(numbers(cells)))


@cell_function("SUMPRODUCT({terms})", display="Σ {terms:factor}", plain="summed({terms})")
def summed(terms: Any) -> Any:
    """The sum of an expression over all cells of the ranges in it."""
    return exact.total(numbers_or_zeros(terms))


@cell_function("MAX({cells})")
def largest(cells: Any) -> Any:
    """The largest number in a range; 0 where there is none."""
    return _extreme(np.maximum, numbers(cells))


@cell_function("MIN({cells})")
def smallest(cells: Any) -> Any:
    """The smallest number in a range; 0 where there is none."""
    return _extreme(np.minimum, numbers(cells))


def _extreme(ufunc: np.ufunc, values: Array) -> Any:
    if not values.size:
        return 0
    return ufunc.reduce(values, axis=None) if np.isfinite(values).all() else math.nan


@cell_function('IF(COUNTIF({cells},">0")=0,"–",SMALL({cells},COUNTIF({cells},"<=0")+1))')
def smallest_above_zero(cells: Any) -> Any:
    """The smallest number above 0 in a range; a dash where there is none.

    nan where a cell holds an error as well.
    """
    values = numbers(cells)
    above = values[values > 0]
    if not above.size:
        return "–"
    return above.min() if np.isfinite(values).all() else math.nan


@cell_function("AVERAGE({cells})")
def mean(cells: Any) -> Any:
    """The mean of the numbers in a range; an error where there is none."""
    values = numbers(cells)
    return exact.mean(values) if values.size else math.nan


@cell_function('IF(COUNT({cells})=0,"–",AVERAGE({cells}))')
def mean_of_numbers(cells: Any) -> Any:
    """The mean of the numbers in a range; a dash where there is none."""
    return exact.mean(numbers(cells)) if count_numbers(cells) else "–"


@cell_function('IF(COUNT({cells})>1,STDEV({cells}),"–")')
def standard_deviation(cells: Any) -> Any:
    """The standard deviation of a sample in a range; a dash where there are fewer than two."""
    return exact.deviation(numbers(cells), 1) if count_numbers(cells) > 1 else "–"


@cell_function("SQRT(VARP({cells}))")
def population_deviation(cells: Any) -> Any:
    """The standard deviation of all numbers in a range, as of a whole population."""
    values = numbers(cells)
    return exact.deviation(values) if values.size else math.nan


@cell_function(
    "SQRT(SUMPRODUCT(({cells:factor}-{centre:factor})*({cells:factor}-{centre:factor}))"
    "/(ROWS({cells:factor})*COLUMNS({cells:factor})))"
)
def root_mean_square(cells: Any, centre: Any) -> Any:
    """The root of the mean square distance of a range's cells from a number."""
    away = np.asarray(cells, float) - amounts(centre)
    return float(np.sqrt(exact.mean(away * away)))


@cell_function("COUNT({cells})")
def numbers_in(cells: Any) -> Any:
    """How many cells of a range hold a number, and not an error."""
    return count_numbers(cells)


def count_numbers(cells: Any) -> int:
    """COUNT."""
    return int(np.isfinite(numbers(cells)).sum())


@cell_function("ROWS({cells})")
def length(cells: Any) -> Any:
    """How many cells a range of one column has."""
    return rows(cells)


def sum_of_products(*ranges: Any) -> Any:
    """SUMPRODUCT of ranges behind commas."""
    product: Any = 1
    for cells in ranges:
        product = product * numbers_or_zeros(cells)
    return exact.total(product)
