"""The values of cells: Python's own numbers, booleans and texts, or None.

Everything that enters a workbook passes through `plain`, `plain_array` or `plain_values`, so that
no NumPy scalar ever reaches a file.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, TypeGuard, cast

import numpy as np
from numpy.typing import NDArray

Value = float | int | bool | str | None
Array = NDArray[Any]
Values = Array | Sequence[Value]

OWN = frozenset({float, int, bool, str, type(None)})
# Kinds of arrays whose items become Python's own numbers, or numbers and booleans, in tolist.
NUMBERS = "iuf"
NUMERIC = "b" + NUMBERS


def plain(value: object) -> Value:
    """The equal value of Python's own type, for a scalar of Python or NumPy or a 0-d array.

    Raises TypeError for values that a cell cannot hold, such as a date, a complex number or a list.
    """
    if type(value) in OWN:
        return cast("Value", value)
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value[()]
    if isinstance(value, str):
        return str.__str__(value)  # the characters alone, even of an enumeration's member
    if isinstance(value, bool | np.bool_):
        return bool(value)
    # In NumPy, time differences count as integers.
    if isinstance(value, int | np.integer) and not isinstance(value, np.timedelta64):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value)
    if value is None:
        return None
    raise TypeError(
        "a cell holds a number, a text, True, False or None, "
        f"not {_description(value)}; convert it first"
    )


def plain_array(values: Array) -> Array:
    """The array with items that are plain in `tolist`.

    Arrays of numbers or booleans are returned unchanged; others become object arrays of the same
    shape. Raises TypeError, as `plain` does, for an item that a cell cannot hold.
    """
    if values.dtype.kind not in NUMERIC or type(values) is not np.ndarray:
        items = np.empty(values.size, object)
        items[:] = [plain(item) for item in values.flat]
        return items.reshape(values.shape)
    # Python's float has 64 bits; items of a longer type would remain NumPy scalars.
    return values.astype(float) if values.dtype.itemsize > np.dtype(float).itemsize else values


def plain_values(values: Iterable[Value]) -> Values:
    """The values of a range: an array as `plain_array` returns it, or a sequence of plain items.

    A sequence whose items are plain already is returned unchanged; any other iterable becomes a
    list. Raises TypeError for a text, which is a single value, for a set or mapping, which has no
    positions, and for an item that a cell cannot hold.
    """
    if isinstance(values, np.ndarray):
        return plain_array(values)
    if isinstance(values, str | bytes | bytearray | Set | Mapping):
        raise TypeError(
            f"a range holds a sequence of values, not {_description(values)}; list them"
        )
    if isinstance(values, list | tuple | range) and OWN.issuperset(map(type, values)):
        return values
    return [plain(value) for value in values]


def plain_known(value: Value | Values) -> Value | Values:
    """The value of a cell or the values of a range, made plain and at least 64 bits wide."""
    if isinstance(value, np.ndarray) and value.ndim:
        return wide(plain_array(value))
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | np.ndarray):
        return plain_values(value)
    return plain(value)


def wide(values: Array) -> Array:
    """The values with 64 bits, so that NumPy neither loses digits nor wraps around."""
    if values.dtype.kind not in NUMBERS:
        return values
    # NumPy has no larger integer type for unsigned numbers of 64 bits.
    whole = np.can_cast(values.dtype, np.int64)
    return values.astype(np.int64 if whole else np.float64, copy=False)


def listed(value: Value | Values) -> list[Value]:
    """The values of a cell or range as a list; an array is listed row by row."""
    if isinstance(value, np.ndarray):
        items: list[Value] = value.ravel().tolist()
        return items
    return [value] if value is None or isinstance(value, float | int | str) else list(value)


def is_number(value: Value) -> TypeGuard[float]:
    """Whether a value is a number that a cell can hold; booleans count as 1 and 0."""
    # A comparison is used because math.isfinite fails for integers beyond the largest double.
    return isinstance(value, float | int) and abs(value) <= sys.float_info.max


def general(value: Value) -> str:
    """The text of a value in a cell without a number format."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return "" if value is None else str(value)


def _description(value: object) -> str:
    text = repr(value)
    kind = f"{type(value).__module__}.{type(value).__name__}".removeprefix("builtins.")
    return f"a {kind}, {text if len(text) <= 60 else text[:60] + '...'}"
