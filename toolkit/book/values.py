"""What cells hold: Python's own numbers, truth values and texts, or nothing.

Everything that enters a workbook passes `plain`, `plain_array` or `plain_values`, so that no scalar
of NumPy's ever reaches a file.
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
# Kinds of arrays whose items are Python's own numbers, or these and True and False, once listed.
NUMBERS = "iuf"
NUMERIC = "b" + NUMBERS


def plain(value: object) -> Value:
    """Python's own value equal to `value`: a scalar of Python's or NumPy's, or an array of no
    dimensions.

    Raises TypeError for whatever a cell cannot hold: a date, a complex number, a list, bytes.
    """
    if type(value) in OWN:
        return cast("Value", value)
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value[()]
    if isinstance(value, str):
        return str.__str__(value)  # the characters themselves, also of an enumeration's member
    if isinstance(value, bool | np.bool_):
        return bool(value)
    # NumPy counts its time differences among the integers.
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
    """An array whose items are plain once they are listed: unchanged where it holds numbers or
    truth values, and otherwise of the same shape with each item made plain.

    Raises TypeError, as `plain` does, for an item that a cell cannot hold.
    """
    if values.dtype.kind not in NUMERIC or type(values) is not np.ndarray:
        items = np.empty(values.size, object)
        items[:] = [plain(item) for item in values.flat]
        return items.reshape(values.shape)
    # Python's own float is a double: NumPy's longer ones would stay NumPy's.
    return values.astype(float) if values.dtype.itemsize > np.dtype(float).itemsize else values


def plain_values(values: Iterable[Value]) -> Values:
    """The values of a range: an array as `plain_array` gives it; of anything else that can be
    iterated over, once, the plain items in a list, or what was given where they are plain already.

    Raises TypeError for a text, which is one value and no range, for a set or mapping, which has
    no places, and for an item that a cell cannot hold.
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
    """The value of a cell or the values of a range, made plain and as wide as cells are."""
    if isinstance(value, np.ndarray) and value.ndim:
        return wide(plain_array(value))
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | np.ndarray):
        return plain_values(value)
    return plain(value)


def wide(values: Array) -> Array:
    """The same values as wide as a spreadsheet computes with them, so that a formula's reading in
    NumPy neither rounds to less than a double nor wraps around.
    """
    if values.dtype.kind not in NUMBERS:
        return values
    # Unsigned numbers of 64 bits have no wider integer in NumPy.
    whole = np.can_cast(values.dtype, np.int64)
    return values.astype(np.int64 if whole else np.float64, copy=False)


def listed(value: Value | Values) -> list[Value]:
    """The values of a cell or range as a list, those of an array row by row."""
    if isinstance(value, np.ndarray):
        items: list[Value] = value.ravel().tolist()
        return items
    return [value] if value is None or isinstance(value, float | int | str) else list(value)


def is_number(value: Value) -> TypeGuard[float]:
    """Whether a value is a number that a cell can hold: True and False count as 1 and 0."""
    # A comparison, since math.isfinite fails on integers beyond the largest double.
    return isinstance(value, float | int) and abs(value) <= sys.float_info.max


def general(value: Value) -> str:
    """A value as a cell of no particular number format shows it."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return "" if value is None else str(value)


def _description(value: object) -> str:
    text = repr(value)
    kind = f"{type(value).__module__}.{type(value).__name__}".removeprefix("builtins.")
    return f"a {kind}, {text if len(text) <= 60 else text[:60] + '...'}"
