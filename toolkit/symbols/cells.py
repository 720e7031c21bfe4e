"""The contents of cells in formulas: numbers, booleans, text, blanks (None) and errors (nan and
inf).

In a range, SUM, AVERAGE, MAX and similar functions use only the numbers; arithmetic and comparisons
convert each cell by the rules of toolkit.symbols.content.
"""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from toolkit.symbols.content import (
    NUMBER_TYPES,
    PLAIN_TYPES,
    amount,
    holds_number,
    is_error,
    order,
    plain,
)

Array = NDArray[Any]
RELATIONS: Mapping[np.ufunc, Callable[[Any, Any], bool]] = {
    np.equal: operator.eq,
    np.not_equal: operator.ne,
    np.less: operator.lt,
    np.less_equal: operator.le,
    np.greater: operator.gt,
    np.greater_equal: operator.ge,
}


PLAIN = np.frompyfunc(plain, 1, 1)
AMOUNT = np.frompyfunc(amount, 1, 1)
ORDER = np.frompyfunc(order, 2, 1)


class CellError(ArithmeticError):
    """Raised if a formula would have to choose a case by a cell that holds an error."""


class Reference(NDArrayOperatorsMixin):
    """A cell that holds no number, or a range of any cells, as an operand of a formula.

    `content` is the content of one cell, or an array or (nested) sequence of contents. Operators
    and NumPy's functions treat it as a spreadsheet does. For a range they return an array in which
    nan stands for an error; for a single cell that holds an error they return such a cell again.
    """

    def __init__(self, content: Any) -> None:
        self._content = content

    @cached_property
    def cells(self) -> NDArray[np.object_]:
        """The contents as Python's own types, in the shape of the range."""
        cells = np.array(self._content, dtype=object)
        cells[...] = PLAIN(cells)
        return cells

    @cached_property
    def contents(self) -> Sequence[Any]:
        """The contents row by row."""
        if isinstance(self._content, list | tuple) and PLAIN_TYPES.issuperset(
            map(type, self._content)
        ):
            return self._content
        return list(self.cells.ravel())

    @property
    def ndim(self) -> int:
        """The number of dimensions; 0 for a single cell."""
        return self.cells.ndim

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the range."""
        return self.cells.shape

    def __len__(self) -> int:
        return len(self.cells)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.asarray(amounts(self), dtype or float)

    def __float__(self) -> float:
        return float(amounts(self))

    def __bool__(self) -> bool:
        cell = self.cells.item()
        if is_error(amount(cell)):
            raise CellError("an error decides neither for nor against")
        return bool(amount(cell))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **named: Any) -> Any:
        if ufunc in RELATIONS:
            return _compared(RELATIONS[ufunc], *inputs)
        if ufunc in (np.maximum, np.minimum) and method == "__call__":
            return _extreme(ufunc, *inputs)
        operands = [amounts(each) for each in inputs]
        lost = reduce(np.logical_or, [~np.isfinite(each) for each in operands])
        if lost.ndim == 0 and lost:
            return Reference(math.nan)
        result = getattr(ufunc, method)(*operands, **named)
        return result if method != "__call__" else np.where(lost, math.nan, result)[()]


def reference(cells: Any) -> Reference:
    """A Reference to the same cells."""
    return cells if isinstance(cells, Reference) else Reference(cells)


def operand(content: Any) -> Any:
    """A known value as an operand of formulas: a float64, an int, an array, or a Reference."""
    if isinstance(content, np.ndarray) and content.ndim == 0:
        content = content.item()
    if isinstance(content, np.ndarray):
        return _array(content)
    cell = plain(content)
    if not holds_number(cell):
        return reference(cell)
    return cell if isinstance(cell, int) else np.float64(cell)


def _array(values: Array) -> Any:
    if values.dtype.kind not in "fiu":
        return Reference(values)
    if values.dtype in (np.float64, np.int64):
        return values
    # Small integers would wrap around, and single precision would round, where cells do not.
    wide = np.float64 if values.dtype.kind == "f" or values.dtype == np.uint64 else np.int64
    return values.astype(wide)


def content_of(result: Any) -> Any:
    """The content of a cell whose formula has this result; 0 if that refers to a blank cell."""
    if isinstance(result, np.ndarray | np.generic) and np.ndim(result) == 0:
        result = result.item()
    if not isinstance(result, Reference) or result.ndim:
        return result
    cell = result.cells.item()
    return 0 if cell is None else cell


def is_number(cell: Any) -> bool:
    """ISNUMBER: whether a cell or value is a number."""
    return holds_number(cell.cells.item() if isinstance(cell, Reference) else plain(cell))


def amounts(cells: Any) -> Any:
    """The numbers that arithmetic uses for a cell, a range or a value."""
    if isinstance(cells, str | list | tuple):
        cells = Reference(cells)
    if isinstance(cells, Reference):
        return np.asarray(AMOUNT(cells.cells), float)[()]
    return cells


def contents(cells: Any) -> Sequence[Any]:
    """The plain contents of a range's cells, row by row, or of a single cell."""
    if isinstance(cells, np.ndarray) and cells.dtype != object:
        return list(cells.ravel().tolist())
    return reference(cells).contents


def numbers(cells: Any) -> Array:
    """The numbers and errors among a range's cells (n,); an array of numbers keeps its shape."""
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "fi":
        return cells
    every = contents(cells)
    if NUMBER_TYPES.issuperset(map(type, every)):
        return np.array(every)
    values = [cell for cell in every if holds_number(cell) or is_error(cell)]
    return np.array(values)


def numbers_or_zeros(cells: Any) -> Array:
    """The range with everything except numbers and errors replaced by 0, as SUMPRODUCT reads it."""
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "fi":
        return cells
    return np.asarray(COUNTED(reference(cells).cells), float)


COUNTED = np.frompyfunc(lambda cell: cell if holds_number(cell) or is_error(cell) else 0.0, 1, 1)


def number_of(cell: Any) -> Any:
    """N: the number in a cell, 1 for TRUE, 0 for text, or an error; arrays of numbers are
    unchanged.
    """
    if not isinstance(cell, Reference):
        return cell
    (first, *_) = contents(cell)
    return 0 if isinstance(first, str) or first is None else operand(amount(first))


def rows(cells: Any) -> int:
    """The number of rows of a range; 1 for a single cell."""
    return len(cells) if np.ndim(cells) else 1


def _compared(relation: Callable[[Any, Any], bool], *sides: Any) -> Any:
    ranks = ORDER(*(reference(side).cells for side in sides))
    lost = np.isnan(np.asarray(ranks, float))
    if np.ndim(ranks) == 0:
        return Reference(math.nan) if lost else relation(ranks, 0)
    held = relation(np.asarray(ranks, float), 0)
    return np.where(lost, math.nan, held) if lost.any() else held


def _extreme(ufunc: np.ufunc, *sides: Any) -> Any:
    """MAX or MIN, which use only the numbers in a reference."""
    values = [side for side in sides if not isinstance(side, Reference)]
    ranges = [numbers(side) for side in sides if isinstance(side, Reference)]
    if not all(np.isfinite(cells).all() for cells in ranges):
        return Reference(math.nan)
    values += [ufunc.reduce(cells, axis=None) for cells in ranges if cells.size]
    return operand(reduce(ufunc, values)) if values else Reference(None)
