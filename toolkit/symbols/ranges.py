"""The NumPy readings of SUM, AVERAGE, INDEX and other functions over a range of cells.

Arrays of numbers take NumPy's own way; what holds other cells is read by toolkit.symbols.cells.
"""

import math
from typing import Any

import numpy as np

from toolkit.symbols import criteria, exact
from toolkit.symbols.cells import (
    Array,
    amounts,
    contents,
    is_number,
    number_of,
    numbers,
    numbers_or_zeros,
    operand,
    reference,
)


def total(cells: Any) -> Any:
    """SUM."""
    return exact.total(numbers(cells))


def mean(cells: Any) -> Any:
    """AVERAGE; nan where there is no number."""
    seen = numbers(cells)
    return exact.mean(seen) if seen.size else math.nan


def largest(cells: Any) -> Any:
    """MAX; 0 where there is no number."""
    return _extreme(np.maximum, numbers(cells))


def smallest(cells: Any) -> Any:
    """MIN; 0 where there is no number."""
    return _extreme(np.minimum, numbers(cells))


def _extreme(ufunc: np.ufunc, seen: Array) -> Any:
    if not seen.size:
        return 0
    return ufunc.reduce(seen, axis=None) if np.isfinite(seen).all() else math.nan


def deviation_of_sample(cells: Any) -> Any:
    """STDEV, or a dash where there are fewer than two numbers."""
    return exact.deviation(numbers(cells), 1) if count_numbers(cells) > 1 else "–"


def mean_or_dash(cells: Any) -> Any:
    """AVERAGE, or a dash where there is no number."""
    return exact.mean(numbers(cells)) if count_numbers(cells) else "–"


def deviation_of_all(cells: Any) -> Any:
    """The root of VARP; nan where there is no number."""
    seen = numbers(cells)
    return exact.deviation(seen) if seen.size else math.nan


def squares(cells: Any) -> Any:
    """SUMSQ."""
    return exact.total(np.square(numbers(cells)))


def summed(cells: Any) -> Any:
    """SUMPRODUCT of one range, or of what arithmetic made of ranges."""
    return exact.total(numbers_or_zeros(cells))


def sum_of_products(*ranges: Any) -> Any:
    """SUMPRODUCT of ranges behind commas."""
    product: Any = 1
    for cells in ranges:
        product = product * numbers_or_zeros(cells)
    return exact.total(product)


def count_numbers(cells: Any) -> int:
    """COUNT."""
    return int(np.isfinite(numbers(cells)).sum())


def smallest_above_zero(cells: Any) -> Any:
    """The smallest number above 0, or a dash; nan where a cell holds an error as well."""
    seen = numbers(cells)
    above = seen[seen > 0]
    if not above.size:
        return "–"
    return above.min() if np.isfinite(seen).all() else math.nan


def first_at_most(cells: Any, bound: Any) -> Any:
    """The number (from 0) of the first cell that is at most a bound; nan where none is.

    MATCH passes over the errors among what it searches.
    """
    if isinstance(cells, np.ndarray) and is_number(bound):
        held = (cells <= bound) & np.isfinite(cells)
    else:
        held = np.equal(reference(cells) <= bound, True)
    places = np.flatnonzero(held)
    return int(places[0]) if len(places) else math.nan


def last(cells: Any) -> Any:
    """The last cell of a column."""
    return operand(contents(cells)[-1])


def look_up(answers: Any, searched: Any, wanted: Any) -> Any:
    """INDEX of one range at the place where MATCH finds a value in another; nan where nowhere."""
    place = criteria.match(wanted, searched)
    return picked(answers, place) if math.isfinite(place) else math.nan


def place_or(wanted: Any, cells: Any, otherwise: Any) -> Any:
    """The place (from 1) of a value, or something else where no cell counts as equal to it."""
    found = criteria.count(cells, wanted)
    return criteria.match(wanted, cells) if found else otherwise


def picked(cells: Any, row: Any, column: Any = None) -> Any:
    """INDEX: by row and column, or by the place in a range of one row or column; nan outside.

    In a column for each cell across, `row` may be an array: rows beyond the end are then those of
    a case that does not hold.
    """
    if np.ndim(row):
        inside = np.clip(np.asarray(row, int) - 1, 0, len(cells) - 1)
        return np.take_along_axis(cells, np.broadcast_to(inside, (len(inside), cells.shape[1])), 0)
    table = _table(cells)
    if column is not None:
        return _cell_at(table, row, column)
    return _cell_at(table.ravel(), row) if 1 in table.shape else math.nan


def _table(cells: Any) -> Array:
    """A range in rows and columns; one of a single dimension is a column."""
    table = cells if isinstance(cells, np.ndarray) else reference(cells).cells
    return table if table.ndim == 2 else table.reshape(-1, 1)


def _cell_at(range_: Array, *places: Any) -> Any:
    at = [float(amounts(place)) for place in places]
    if not all(1 <= n < size + 1 for n, size in zip(at, range_.shape, strict=True)):
        return math.nan
    return operand(range_[tuple(int(n) - 1 for n in at)])


def cell_or_zero(cells: Any, down: Any, across: Any, high: Any, wide: Any) -> Any:
    """The number in a row and column of a range of so many rows and columns; 0 outside."""
    places, sizes = (down, across), (high, wide)
    tests = [test for n, size in zip(places, sizes, strict=True) for test in (n >= 1, n <= size)]
    if not all(tests):
        return 0.0
    range_ = _table(cells).reshape(int(high), int(wide))
    return float(number_of(picked(range_, *places)))
