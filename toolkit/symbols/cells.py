"""What a formula reads in cells: numbers, booleans, text, blanks (None) and errors (nan and inf).

The NumPy readings follow Excel. In a range SUM, AVERAGE, MAX and their kind see only numbers.
Arithmetic takes a blank for 0, TRUE for 1, text that spells a number for that number, and fails on
other text. Comparisons rank numbers below text and text below booleans, and ignore letter case;
texts rank by their characters' codes, which for signs other than letters and digits differs from
the order of the computer's language that spreadsheets take.
Two numbers count as equal where all their bits agree: programs differ on which others do (15
digits in Excel, a relative 2^-48 in LibreOffice, 2.2e-16 in IronCalc).
"""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

Array = NDArray[Any]
NUMBER_TYPES = {float, int}
PLAIN_TYPES = NUMBER_TYPES | {bool, str, type(None)}
NUMERAL = re.compile(r" *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *")
RELATIONS: Mapping[np.ufunc, Callable[[Any, Any], bool]] = {
    np.equal: operator.eq,
    np.not_equal: operator.ne,
    np.less: operator.lt,
    np.less_equal: operator.le,
    np.greater: operator.gt,
    np.greater_equal: operator.ge,
}


class CellError(ArithmeticError):
    """A formula has to choose by the content of a cell that holds an error."""


class Reference(NDArrayOperatorsMixin):
    """One cell that holds no number, or a range of cells of any kind, in a formula's place.

    `content` is a cell's content or an array or (nested) sequence of such. Operators and NumPy's
    functions treat it as a spreadsheet does. What they make of a range is an array in which nan
    stands for an error; what they make of a cell that holds an error is again such a cell.
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
        """The same, row by row."""
        if isinstance(self._content, list | tuple) and PLAIN_TYPES.issuperset(
            map(type, self._content)
        ):
            return self._content
        return list(self.cells.ravel())

    @property
    def ndim(self) -> int:
        """0 for a single cell."""
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
    """The same cells as a Reference."""
    return cells if isinstance(cells, Reference) else Reference(cells)


def operand(content: Any) -> Any:
    """A known value as the readings compute with it: a float64, an int, an array of these, or a
    Reference.
    """
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


def plain(content: Any) -> Any:
    """A cell's content in Python's own type; anything else as it is."""
    if isinstance(content, np.floating):
        return float(content)  # item() would leave a long double as it is
    return content.item() if isinstance(content, np.generic) else content


PLAIN = np.frompyfunc(plain, 1, 1)


def content_of(result: Any) -> Any:
    """What a cell shows whose formula has this result: a reference to a blank cell shows 0."""
    if isinstance(result, np.ndarray | np.generic) and np.ndim(result) == 0:
        result = result.item()
    if not isinstance(result, Reference) or result.ndim:
        return result
    cell = result.cells.item()
    return 0 if cell is None else cell


def is_error(cell: Any) -> bool:
    """Whether a plain content stands for an error."""
    return isinstance(cell, float) and not math.isfinite(cell)


def holds_number(cell: Any) -> bool:
    """Whether a plain content is a number; booleans, text, blanks and errors are not."""
    if isinstance(cell, float):
        return math.isfinite(cell)
    return isinstance(cell, int) and not isinstance(cell, bool)


def is_number(cell: Any) -> bool:
    """ISNUMBER of one cell or value."""
    return holds_number(cell.cells.item() if isinstance(cell, Reference) else plain(cell))


def amount(cell: Any) -> float:
    """What arithmetic takes a plain content for; nan where it fails."""
    if isinstance(cell, str):
        return float(cell) if NUMERAL.fullmatch(cell) else math.nan
    return 0.0 if cell is None else float(cell)


AMOUNT = np.frompyfunc(amount, 1, 1)


def amounts(cells: Any) -> Any:
    """What arithmetic takes a cell, a range or a value for."""
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
    """The numbers among a range's cells and its errors; an array of numbers as it is."""
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "fi":
        return cells
    every = contents(cells)
    if NUMBER_TYPES.issuperset(map(type, every)):
        return np.array(every)
    seen = [cell for cell in every if holds_number(cell) or is_error(cell)]
    return np.array(seen)


def numbers_or_zeros(cells: Any) -> Array:
    """A range of the same shape in which everything but numbers and errors is 0, as SUMPRODUCT
    reads its arguments.
    """
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "fi":
        return cells
    return np.asarray(COUNTED(reference(cells).cells), float)


COUNTED = np.frompyfunc(lambda cell: cell if holds_number(cell) or is_error(cell) else 0.0, 1, 1)


def number_of(cell: Any) -> Any:
    """N of a cell: its number, 1 for TRUE, an error; 0 for text. Arrays of numbers as they are."""
    if not isinstance(cell, Reference):
        return cell
    (first, *_) = contents(cell)
    return 0 if isinstance(first, str) or first is None else operand(amount(first))


def rows(cells: Any) -> int:
    """How many rows a range has; 1 for a single cell."""
    return len(cells) if np.ndim(cells) else 1


def order(a: Any, b: Any) -> float:
    """Negative, 0 or positive, as one plain content ranks before, with or after another; nan where
    one is an error.
    """
    if is_error(a) or is_error(b):
        return math.nan
    first, second = _rank(a, b), _rank(b, a)
    return (first > second) - (first < second)


def _rank(cell: Any, beside: Any) -> tuple[int, Any]:
    """A blank is whatever is least of the kind beside it."""
    if cell is None:
        cell = type(beside)() if isinstance(beside, bool | str) else 0
    if isinstance(cell, str):
        return 1, cell.lower()
    return (2 if isinstance(cell, bool) else 0), cell


def _compared(relation: Callable[[Any, Any], bool], *sides: Any) -> Any:
    ranks = ORDER(*(reference(side).cells for side in sides))
    lost = np.isnan(np.asarray(ranks, float))
    if np.ndim(ranks) == 0:
        return Reference(math.nan) if lost else relation(ranks, 0)
    held = relation(np.asarray(ranks, float), 0)
    return np.where(lost, math.nan, held) if lost.any() else held


ORDER = np.frompyfunc(order, 2, 1)


def _extreme(ufunc: np.ufunc, *sides: Any) -> Any:
    """MAX or MIN, which see only the numbers in what they refer to."""
    seen = [side for side in sides if not isinstance(side, Reference)]
    ranges = [numbers(side) for side in sides if isinstance(side, Reference)]
    if not all(np.isfinite(found).all() for found in ranges):
        return Reference(math.nan)
    seen += [ufunc.reduce(found, axis=None) for found in ranges if found.size]
    return operand(reduce(ufunc, seen)) if seen else Reference(None)


def related(ufunc: np.ufunc) -> Callable[[Any, Any], Any]:
    """A comparison of cells or values, or of arrays of numbers element by element."""

    def relation(a: Any, b: Any) -> Any:
        if np.ndim(a) or np.ndim(b):
            return ufunc(a, b)
        return ufunc(operand(a), operand(b))

    return relation


def where(condition: Any, answer: Any, otherwise: Any) -> Any:
    """IF, for one cell or for arrays element by element."""
    if isinstance(condition, Reference) or (
        np.ndim(condition) == 0 and any(isinstance(x, Reference) for x in (answer, otherwise))
    ):
        return answer if condition else otherwise
    answers = np.where(condition, answer, otherwise)
    # Comparisons of ranges tell errors by nan.
    lost = np.ndim(condition) and np.asarray(condition).dtype.kind == "f"
    return np.where(np.isnan(condition), math.nan, answers) if lost else answers
