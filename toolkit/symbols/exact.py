"""Functions and sums whose every digit is the same on every machine.

IEEE 754 rounds + - * / and the square root correctly wherever they run, so these are left to NumPy.
Of anything else no one promises the last digit: exp, log or tanh come from the C library or from
NumPy's code for the processor at hand, and a dot product adds in the order that suits it. Here each
function is the float64 nearest to its true value, and each sum has an order of its own.

MPFR (by gmpy2) computes these values, at 1 to 6 microseconds each. The exponential, which every
epoch of a sigmoid needs several times, has a way of its own that takes half a microsecond: a table
and a short polynomial (Tang 1989), whose result is taken only where its error cannot change the
rounding (Ziv 1991), as it is in all but two cases of a thousand.
"""

import math
from collections.abc import Callable
from typing import Any

import gmpy2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Function = Callable[[float], float]

FLOAT64 = gmpy2.ieee(64)  # 53 bits, rounded to the nearest; also numbers too small to be normal


def _nearest(name: str) -> Function:
    """The function of this name in MPFR, of one number; inf or nan where it has no value."""
    compute = getattr(FLOAT64, name)
    return lambda x: float(compute(float(x)))


log, log10, log1p, tanh, sin, cos, erfc = map(
    _nearest, ("log", "log10", "log1p", "tanh", "sin", "cos", "erfc")
)
_exp = _nearest("exp")


def normal_cdf(x: float) -> float:
    """The share of a standard normal distribution below x."""
    return 0.5 * erfc(-x * math.sqrt(0.5))


# e^x = 2^n · 2^(j/2048) · e^r with x = (2048 n + j) ln 2 / 2048 + r, so that |r| < 2^-12.
BITS = 11
PARTS = 1 << BITS
REST = PARTS - 1
LARGEST_EXPONENT = 709  # from 709.8 on, e^x leaves float64's range
LOWEST, HIGHEST = -708.0, 709.0  # between these it is a normal number
# The error of 2^(j/2048) · e^r, a number below 2: what all roundings and the terms left out add to.
ERROR = 2.0**-62
SIXTH, TWENTY_FOURTH = 1 / 6, 1 / 24


def _powers() -> list[tuple[float, float]]:
    """2^(j/2048) for every j, and what float64 leaves out of it."""
    wide = gmpy2.context(precision=200)
    factor, power = wide.exp(wide.div(wide.log(2), PARTS)), wide.add(1, 0)
    pairs = []
    for _ in range(PARTS):
        near = float(power)
        pairs.append((near, float(wide.sub(power, near))))
        power = wide.mul(power, factor)
    return pairs


def _step() -> tuple[float, float, float]:
    """2048 / ln 2; ln 2 / 2048 in two parts, the first so short that its multiples are exact."""
    wide = gmpy2.context(precision=200)
    step = wide.div(wide.log(2), PARTS)
    first = float(gmpy2.context(precision=30).add(step, 0))
    return float(wide.div(1, step)), first, float(wide.sub(step, first))


POWERS = _powers()
# 2^n at place n: Python counts negative places from the end.
SCALES = [2.0**n for n in (*range(1024), *range(-1022, 0))]
PER_ONE, STEP, STEP_LEFT = _step()


def _exponential(otherwise: Function) -> Function:
    """The exponential of one number; `otherwise` where e^x is no normal number."""

    def exponential(x: float) -> float:
        if not LOWEST < x < HIGHEST:
            return otherwise(x)
        count = round(x * PER_ONE)
        r = (x - count * STEP) - count * STEP_LEFT
        near, left = POWERS[count & REST]
        rest = left + near * (r + r * r * (0.5 + r * (SIXTH + r * TWENTY_FOURTH)))
        low = near + (rest - ERROR)
        # Where both bounds round to one number, so does what lies between them.
        return low * SCALES[count >> BITS] if low == near + (rest + ERROR) else _exp(x)

    return exponential


exp = _exponential(_exp)
# Of no more than 709: what sigmoids need, whose sum with 1 no larger one could change by a digit.
capped_exp = _exponential(lambda x: _exp(min(x, LARGEST_EXPONENT)))


def over_arrays(compute: Function) -> Callable[[Any], Any]:
    """The same function of a number, or of each number of an array."""

    def each(x: Any) -> Any:
        if np.ndim(x) == 0:
            return np.float64(compute(float(x)))
        numbers = np.asarray(x, float)
        return np.array([compute(n) for n in numbers.ravel().tolist()]).reshape(numbers.shape)

    return each


def floor(x: Any) -> Any:
    """The whole number below; of whole numbers themselves, where NumPy 1.26 has floats of them."""
    return np.floor(x) if np.asarray(x).dtype.kind == "f" else x


def power(base: Any, exponent: Any) -> Any:
    """Base^exponent of numbers, or of arrays of one shape; whole where both are."""
    if all(np.asarray(number).dtype.kind in "iu" for number in (base, exponent)):
        return base**exponent
    if np.ndim(base) == np.ndim(exponent) == 0:
        return np.float64(FLOAT64.pow(float(base), float(exponent)))
    pairs = np.broadcast(base, exponent)
    powers = [float(FLOAT64.pow(float(b), float(e))) for b, e in pairs]
    return np.array(powers).reshape(pairs.shape)


def total(cells: Any) -> Any:
    """The float64 nearest to the sum of all cells, whatever their shape; whole of whole numbers."""
    numbers = np.asarray(cells)
    if numbers.dtype.kind != "f":
        return numbers.sum()
    try:
        return np.float64(math.fsum(numbers.ravel().tolist()))
    except (OverflowError, ValueError):  # out of range, or inf and -inf
        with np.errstate(all="ignore"):
            return numbers.sum()


def mean(cells: Any) -> Any:
    """The mean of all cells."""
    return total(cells) / np.float64(np.size(cells))


def deviation(cells: Any, ddof: int = 0) -> Any:
    """The standard deviation of all cells, their squares divided by their number less `ddof`."""
    away = np.asarray(cells, float) - mean(cells)
    return np.sqrt(total(away * away) / np.float64(away.size - ddof))


def added(terms: Array, axes: int = 1) -> Any:
    """The sum over the last axis, or over the last `axes`: half of the terms to the other half,
    and so on. NumPy's own order depends on how the array lies in memory.
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
    """The sum of the products of the last two axes, (…, rows, columns)."""
    return added(np.multiply(window, kernel), axes=2)
