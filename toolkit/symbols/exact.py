"""Functions and sums that give the same digits on every machine.

IEEE 754 guarantees correct rounding of + - * / and the square root, so NumPy computes these. No
standard guarantees the last digit of other functions: exp, log and tanh come from the C library or
from NumPy's code for the processor, and a dot product adds its terms in any order. In this module
each function returns the float64 nearest to the true value, and each sum has a fixed order.

MPFR (through gmpy2) computes these values in 1 to 6 microseconds each. Every epoch of a network
with sigmoids needs several exponentials, which therefore have a faster algorithm of half a
microsecond: a table and a short polynomial (Tang 1989). Its result is used only if its error cannot
change the rounding (Ziv 1991), as in all but two of a thousand cases.
"""

import math
from collections.abc import Callable
from typing import Any

import gmpy2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Function = Callable[[float], float]

FLOAT64 = gmpy2.ieee(64)  # 53 bits, rounded to nearest, with subnormal numbers


def _nearest(name: str) -> Function:
    """The MPFR function of this name for one number; it returns inf or nan if it has no value."""
    compute = getattr(FLOAT64, name)
    return lambda x: float(compute(float(x)))


log, log10, log1p, tanh, sin, cos, erfc = map(
    _nearest, ("log", "log10", "log1p", "tanh", "sin", "cos", "erfc")
)
_exp = _nearest("exp")


def normal_cdf(x: float) -> float:
    """The probability that a standard normal variable is below x."""
    return 0.5 * erfc(-x * math.sqrt(0.5))


# e^x = 2^n · 2^(j/2048) · e^r with x = (2048 n + j) ln 2 / 2048 + r, so that |r| < 2^-12.
BITS = 11
PARTS = 1 << BITS
REST = PARTS - 1
LARGEST_EXPONENT = 709  # from 709.8 on, e^x exceeds the range of float64
LOWEST, HIGHEST = -708.0, 709.0  # between these bounds e^x is a normal number
# A bound on the error of 2^(j/2048) · e^r, a number below 2: all roundings and omitted terms.
ERROR = 2.0**-62
SIXTH, TWENTY_FOURTH = 1 / 6, 1 / 24


def _powers() -> list[tuple[float, float]]:
    """2^(j/2048) for every j, and the rounding errors of these values."""
    wide = gmpy2.context(precision=200)
    factor, power = wide.exp(wide.div(wide.log(2), PARTS)), wide.add(1, 0)
    pairs = []
    for _ in range(PARTS):
        near = float(power)
        pairs.append((near, float(wide.sub(power, near))))
        power = wide.mul(power, factor)
    return pairs


def _step() -> tuple[float, float, float]:
    """2048 / ln 2, and ln 2 / 2048 in two parts; the first is so short that its multiples are
    exact.
    """
    wide = gmpy2.context(precision=200)
    step = wide.div(wide.log(2), PARTS)
    first = float(gmpy2.context(precision=30).add(step, 0))
    return float(wide.div(1, step)), first, float(wide.sub(step, first))


POWERS = _powers()
# 2^n at index n: Python counts negative indices from the end.
SCALES = [2.0**n for n in (*range(1024), *range(-1022, 0))]
PER_ONE, STEP, STEP_LEFT = _step()


def _exponential(otherwise: Function) -> Function:
    """The exponential of one number; `otherwise` computes it if e^x is not a normal number."""

    def exponential(x: float) -> float:
        if not LOWEST < x < HIGHEST:
            return otherwise(x)
        count = round(x * PER_ONE)
        r = (x - count * STEP) - count * STEP_LEFT
        near, left = POWERS[count & REST]
        rest = left + near * (r + r * r * (0.5 + r * (SIXTH + r * TWENTY_FOURTH)))
        low = near + (rest - ERROR)
        # If both bounds round to the same number, so does every value between them.
        return low * SCALES[count >> BITS] if low == near + (rest + ERROR) else _exp(x)

    return exponential


exp = _exponential(_exp)
# Limited to the exponent 709 for sigmoids, because a larger power would not change 1 / (1 + e^x).
capped_exp = _exponential(lambda x: _exp(min(x, LARGEST_EXPONENT)))


def over_arrays(compute: Function) -> Callable[[Any], Any]:
    """The function extended to arrays, whose elements are computed one by one."""

    def each(x: Any) -> Any:
        if np.ndim(x) == 0:
            return np.float64(compute(float(x)))
        numbers = np.asarray(x, float)
        return np.array([compute(n) for n in numbers.ravel().tolist()]).reshape(numbers.shape)

    return each


def floor(x: Any) -> Any:
    """The largest whole number that is not above x; NumPy 1.26 would return floats for integers."""
    return np.floor(x) if np.asarray(x).dtype.kind == "f" else x


def power(base: Any, exponent: Any) -> Any:
    """base^exponent for numbers or arrays of equal shape; an integer if both are integers."""
    if all(np.asarray(number).dtype.kind in "iu" for number in (base, exponent)):
        return base**exponent
    if np.ndim(base) == np.ndim(exponent) == 0:
        return np.float64(FLOAT64.pow(float(base), float(exponent)))
    pairs = np.broadcast(base, exponent)
    powers = [float(FLOAT64.pow(float(b), float(e))) for b, e in pairs]
    return np.array(powers).reshape(pairs.shape)


def total(cells: Any) -> Any:
    """The float64 nearest to the sum of all cells, in any shape; an integer if all are integers."""
    numbers = np.asarray(cells)
    if numbers.dtype.kind != "f":
        return numbers.sum()
    try:
        return np.float64(math.fsum(numbers.ravel().tolist()))
    except (OverflowError, ValueError):  # out of range, or both inf and -inf
        with np.errstate(all="ignore"):
            return numbers.sum()


def mean(cells: Any) -> Any:
    """The mean of all cells."""
    return total(cells) / np.float64(np.size(cells))


def deviation(cells: Any, ddof: int = 0) -> Any:
    """The standard deviation of all cells, with the divisor (number of cells - `ddof`)."""
    away = np.asarray(cells, float) - mean(cells)
    return np.sqrt(total(away * away) / np.float64(away.size - ddof))


def added(terms: Array, axes: int = 1) -> Any:
    """The sum over the last `axes` axes: one half of the terms is added to the other, and so on.

    NumPy's own order depends on the layout of the array in memory.
    """
    rest = terms.reshape(*terms.shape[: terms.ndim - axes], -1)
    while rest.shape[-1] > 1:
        half = rest.shape[-1] // 2
        paired = rest[..., :half] + rest[..., half : 2 * half]
        if rest.shape[-1] % 2:
            paired[..., 0] += rest[..., -1]
        rest = paired
    return rest[..., 0]


def dot(window: Array, kernel: Array) -> Any:
    """The sum of products over the last two axes of arrays (…, rows, columns)."""
    return added(np.multiply(window, kernel), axes=2)
