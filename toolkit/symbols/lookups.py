"""Lookups: the cell at a position in a range, or beside a value."""

import math
from typing import Any

import numpy as np

from toolkit.symbols import cell_criteria
from toolkit.symbols.cell_function import cell_function
from toolkit.symbols.cells import (
    Array,
    amounts,
    contents,
    is_number,
    number_of,
    operand,
    reference,
)


@cell_function("INDEX({cells},{place})")
def element(cells: Any, *place: Any) -> Any:
    """The cell at a position of a range, counted from 1: in a column, or by row and column.

    It is nan outside the range. If the cells are an array with one column for each cell across, the
    position may be an array as well; a position beyond the end belongs to a case that does not
    apply.
    """
    if np.ndim(place[0]):
        inside = np.clip(np.asarray(place[0], int) - 1, 0, len(cells) - 1)
        return np.take_along_axis(cells, np.broadcast_to(inside, (len(inside), cells.shape[1])), 0)
    table = _table(cells)
    if len(place) > 1:
        return _cell_at(table, *place)
    return _cell_at(table.ravel(), *place) if 1 in table.shape else math.nan


def _table(cells: Any) -> Array:
    """A range as rows and columns; a one-dimensional range becomes a column."""
    table = cells if isinstance(cells, np.ndarray) else reference(cells).cells
    return table if table.ndim == 2 else table.reshape(-1, 1)


def _cell_at(range_: Array, *places: Any) -> Any:
    at = [float(amounts(place)) for place in places]
    if not all(1 <= n < size + 1 for n, size in zip(at, range_.shape, strict=True)):
        return math.nan
    return operand(range_[tuple(int(n) - 1 for n in at)])


@cell_function(
    "IF(AND({row}>=1,{row}<={height},{column}>=1,{column}<={width}),"
    "N(INDEX({cells},{row},{column})),0)"
)
def cell_or_zero(cells: Any, row: Any, column: Any, height: Any, width: Any) -> Any:
    """The number at a row and column (from 1) of a range with `height` rows and `width` columns.

    It is 0 outside the range, or if the cell holds no number.
    """
    places, sizes = (row, column), (height, width)
    tests = [test for n, size in zip(places, sizes, strict=True) for test in (n >= 1, n <= size)]
    if not all(tests):
        return 0.0
    table = _table(cells).reshape(int(height), int(width))
    return float(number_of(element.compute(table, *places)))


@cell_function("INDEX({cells},ROWS({cells}))")
def last(cells: Any) -> Any:
    """The value in the last cell of a column."""
    return operand(contents(cells)[-1])


@cell_function("SUMPRODUCT(MATCH(1,--({cells}<={bound}),0))-1")
def first_at_most(cells: Any, bound: Any) -> Any:
    """The index (from 0) of the first cell of a column that is at most `bound`; an error if there
    is none.

    SUMPRODUCT makes every program compare all cells instead of only the cell in the formula's row.
    In Gnumeric and HyperFormula this does not extend to the arguments of MIN or ROW, so MATCH is
    used, which ignores errors in the range that it searches.
    """
    if isinstance(cells, np.ndarray) and is_number(bound):
        matches = (cells <= bound) & np.isfinite(cells)
    else:
        matches = np.equal(reference(cells) <= bound, True)
    places = np.flatnonzero(matches)
    return int(places[0]) if len(places) else math.nan


@cell_function("IF(COUNTIF({cells},{target})=0,{otherwise},MATCH({target},{cells},0))")
def place_or(target: Any, cells: Any, otherwise: Any) -> Any:
    """The position (from 1) of a value in a column, or `otherwise` if it is not found."""
    return cell_criteria.match(target, cells) if cell_criteria.count(cells, target) else otherwise


@cell_function("INDEX({answers},MATCH({target},{searched},0))")
def lookup(answers: Any, searched: Any, target: Any) -> Any:
    """The cell of `answers` in the first row in which `searched` holds `target`.

    `lookup_across` does the same for cells side by side.
    """
    place = cell_criteria.match(target, searched)
    return element.compute(answers, place) if math.isfinite(place) else math.nan


@cell_function("INDEX({answers},1,MATCH({target},{searched},0))")
def lookup_across(answers: Any, searched: Any, target: Any) -> Any:
    """The cell of `answers` in the first column in which `searched` holds `target`.

    INDEX is given a row number, since Gnumeric and HyperFormula take a single number for a row even
    if the range has only one.
    """
    return lookup.compute(answers, searched, target)
