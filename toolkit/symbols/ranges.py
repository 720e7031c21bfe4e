"""Sums, means, counts and extremes of ranges of cells.

NumPy computes them for arrays of numbers; toolkit.symbols.cells reads ranges with other content.
"""

import math
from typing import Any

import numpy as np

from toolkit.symbols import exact
from toolkit.symbols.cell_function import cell_function
from toolkit.symbols.cells import Array, amounts, numbers, numbers_or_zeros, reference, rows


@cell_function("SUM({cells})")
def total(cells: Any) -> Any:
    """The sum of the numbers in a range."""
    return exact.total(numbers(cells))


@cell_function("SUMPRODUCT(ABS({cells}))")
def absolute_sum(cells: Any) -> Any:
    """The sum of the absolute values in a range."""
    return exact.total(np.abs(cells))


@cell_function("SUMSQ({cells})")
def squares(cells: Any) -> Any:
    """The sum of the squares in a range."""
    return exact.total(np.square(numbers(cells)))


@cell_function("SUMPRODUCT({terms})", display="Σ {terms:factor}", plain="summed({terms})")
def summed(terms: Any) -> Any:
    """The sum of an expression over all cells of the ranges in it."""
    return exact.total(numbers_or_zeros(terms))


@cell_function("MAX({cells})")
def largest(cells: Any) -> Any:
    """The largest number in a range; 0 if there is none."""
    return _extreme(np.maximum, numbers(cells))


@cell_function("MAX(MAX({cells}),-MIN({cells}))")
def largest_size(cells: Any) -> Any:
    """The largest absolute value in a range; 0 if it holds no number."""
    return _extreme(np.maximum, np.abs(numbers(cells)))


@cell_function("MIN({cells})")
def smallest(cells: Any) -> Any:
    """The smallest number in a range; 0 if there is none."""
    return _extreme(np.minimum, numbers(cells))


def _extreme(ufunc: np.ufunc, values: Array) -> Any:
    if not values.size:
        return 0
    return ufunc.reduce(values, axis=None) if np.isfinite(values).all() else math.nan


@cell_function('IF(COUNTIF({cells},">0")=0,"–",SMALL({cells},COUNTIF({cells},"<=0")+1))')
def smallest_above_zero(cells: Any) -> Any:
    """The smallest positive number in a range; a dash if there is none.

    It is nan if any cell holds an error.
    """
    values = numbers(cells)
    above = values[values > 0]
    if not above.size:
        return "–"
    return above.min() if np.isfinite(values).all() else math.nan


@cell_function("AVERAGE({cells})")
def mean(cells: Any) -> Any:
    """The mean of the numbers in a range; an error if there is none."""
    values = numbers(cells)
    return exact.mean(values) if values.size else math.nan


@cell_function('IF(COUNT({cells})=0,"–",AVERAGE({cells}))')
def mean_of_numbers(cells: Any) -> Any:
    """The mean of the numbers in a range; a dash if there is none."""
    return exact.mean(numbers(cells)) if count_numbers(cells) else "–"


@cell_function('IF(COUNT({cells})>1,STDEV({cells}),"–")')
def standard_deviation(cells: Any) -> Any:
    """The sample standard deviation of a range; a dash if there are fewer than two numbers."""
    return exact.deviation(numbers(cells), 1) if count_numbers(cells) > 1 else "–"


@cell_function("SQRT(VARP({cells}))")
def population_deviation(cells: Any) -> Any:
    """The population standard deviation of all numbers in a range."""
    values = numbers(cells)
    return exact.deviation(values) if values.size else math.nan


@cell_function(
    "SQRT(SUMPRODUCT(({cells:factor}-{centre:factor})*({cells:factor}-{centre:factor}))"
    "/(ROWS({cells:factor})*COLUMNS({cells:factor})))"
)
def root_mean_square(cells: Any, centre: Any) -> Any:
    """The root of the mean squared difference between the cells of a range and `centre`."""
    away = np.asarray(cells, float) - amounts(centre)
    return float(np.sqrt(exact.mean(away * away)))


@cell_function("COUNT({cells})")
def numbers_in(cells: Any) -> Any:
    """The number of cells in a range that hold a number and not an error."""
    return count_numbers(cells)


def count_numbers(cells: Any) -> int:
    """COUNT: the number of cells that hold a number."""
    return int(np.isfinite(numbers(cells)).sum())


@cell_function("ROWS({cells})")
def length(cells: Any) -> Any:
    """The number of cells in a range of one column."""
    return rows(cells)


@cell_function("SUMPRODUCT(--({later:factor}-{earlier:factor}>{bound}))")
def rise_count(earlier: Any, later: Any, bound: Any) -> Any:
    """The number of places at which `later` exceeds `earlier` by more than `bound`.

    Both are ranges of equal size; an error in one of them makes the result an error.
    """
    differences = np.asarray(amounts(later), float) - np.asarray(amounts(earlier), float)
    return _number_true(np.greater(reference(differences), reference(bound)))


@cell_function("SUMPRODUCT(--({cells:factor}<{number}))+1")
def rank_from_below(number: Any, cells: Any) -> Any:
    """The rank of a number among the cells of a range: 1 if no cell is lower."""
    return _number_true(np.less(reference(cells), reference(number))) + 1


def _number_true(tests: Any) -> Any:
    """The number of tests that hold; nan if one of them is an error."""
    outcomes = np.asarray(tests if isinstance(tests, np.ndarray) else amounts(tests), float)
    return math.nan if np.isnan(outcomes).any() else int(outcomes.sum())


def sum_of_products(*ranges: Any) -> Any:
    """SUMPRODUCT with its ranges as separate arguments."""
    product: Any = 1
    for cells in ranges:
        product = product * numbers_or_zeros(cells)
    return exact.total(product)
