"""Every digit of a value is the same on every machine."""

import math
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from sympy import Integer, Rational, exp, floor

from toolkit.book.limits import MAX_SERIES
from toolkit.network.derivation import EPOCH, derivation
from toolkit.network.lesson import changed, load
from toolkit.network.trace import MANY_RATES, trace
from toolkit.symbols import exact
from toolkit.symbols.cells import RELATIONS
from toolkit.symbols.equation import Equation, Previous, quantity
from toolkit.symbols.fitting import orthonormal
from toolkit.symbols.maps import rectified, window_dot, window_largest, window_sum
from toolkit.symbols.numeric import function, loop, value
from toolkit.symbols.scope import SCALAR, SCOPE
from toolkit.symbols.sharing import repeated

A, B, C = (quantity(name) for name in "ABC")
WIDE = mpmath.mp.clone()
WIDE.prec = 300


def nearest(compute: Callable[[Any], Any], x: float) -> float:
    """The value rounded once, from one of 300 bits, by another library."""
    actual = compute(WIDE.mpf(x))
    mantissa, exponent = actual.man_exp  # without its sign
    return float((-1 if actual < 0 else 1) * abs(mantissa) * Fraction(2) ** exponent)


@pytest.mark.parametrize(
    ("name", "oracle", "low", "high"),
    [
        ("exp", WIDE.exp, -708, 709),
        ("exp", WIDE.exp, -1e-3, 1e-3),
        ("exp", WIDE.exp, -745, -708),
        ("capped_exp", WIDE.exp, -40, 40),
        ("log", WIDE.log, 1e-300, 10),
        ("log10", WIDE.log10, 1e-9, 10),
        ("log1p", lambda x: WIDE.log(1 + x), 0, 10),
        ("tanh", WIDE.tanh, -5, 5),
        ("sin", WIDE.sin, -7, 7),
        ("cos", WIDE.cos, -7, 7),
        ("erfc", WIDE.erfc, -5, 20),
    ],
)
def test_functions_are_the_floats_nearest_to_their_values(
    name: str, oracle: Callable[[Any], Any], low: float, high: float
) -> None:
    draws = random.Random(0)
    xs = [draws.uniform(low, high) for _ in range(1000)]
    compute = getattr(exact, name)
    assert [compute(x) for x in xs] == [nearest(oracle, x) for x in xs]


def test_doubtful_cases_of_the_exponential_are_told() -> None:
    # The table alone would round some of these wrongly: what is doubtful goes to MPFR.
    draws = random.Random(1)
    asked: list[float] = []

    def noted(x: float) -> float:
        asked.append(x)
        return exact.log(x)

    xs = [draws.uniform(-20, 20) for _ in range(20_000)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "_exp", noted)
        for x in xs:
            exact.exp(x)
    assert 10 < len(asked) < 100
    assert [exact.exp(x) for x in asked] == [nearest(WIDE.exp, x) for x in asked]


def test_beyond_the_range_of_numbers_all_is_as_in_ieee_754() -> None:
    assert [exact.exp(x) for x in (math.inf, 710, -746, -math.inf)] == [math.inf, math.inf, 0, 0]
    assert exact.exp(-745.1) == 5e-324
    assert exact.capped_exp(1e9) == exact.exp(709)
    assert [exact.log(0), exact.log1p(-1)] == [-math.inf, -math.inf]
    assert all(map(math.isnan, (exact.exp(math.nan), exact.capped_exp(math.nan), exact.log(-1))))


TWO_ARGUMENTS = {"power", *(relation.__name__ for relation in RELATIONS)}


@pytest.mark.parametrize(
    "name", sorted(SCALAR.keys() & SCOPE.keys() - TWO_ARGUMENTS - {"pi", "where"})
)
def test_arrays_and_single_numbers_agree(name: str) -> None:
    numbers = np.linspace(0.1, 30, 200)
    if name in ("minimum", "maximum"):
        actual, one_by_one = SCOPE[name](numbers, 3.0), [SCALAR[name](x, 3.0) for x in numbers]
    else:
        actual, one_by_one = SCOPE[name](numbers), [SCALAR[name](x) for x in numbers.tolist()]
    assert actual.tolist() == one_by_one


def test_powers() -> None:
    pairs = [(0.999, 57.0), (0.1, 3.0), (2.5, -1.5), (1.1, 1000.0)]
    want = [float(WIDE.mpf(b) ** WIDE.mpf(e)) for b, e in pairs]
    assert [exact.power(b, e) for b, e in pairs] == want
    bases, exponents = map(np.array, zip(*pairs, strict=True))
    assert exact.power(bases, exponents).tolist() == want
    assert repr(value(2**A, {A: 3})) == "8"
    assert exact.power(2, np.array([1, 2])).tolist() == [2, 4]
    # A product, and not C's pow: its last digit differs between C libraries.
    x = 0.123456789
    assert value((A + B) ** 2, {A: x, B: 1.0}) == (x + 1.0) * (x + 1.0)
    assert value(A**-2, {A: x}) == 1 / (x * x)
    assert value(A ** Rational(-1, 2), {A: x}) == 1 / math.sqrt(x)


def test_whole_numbers_stay_whole() -> None:
    # NumPy 1.26 makes a float of the floor of a whole number; a cell would hold 3.0 for 3.
    assert repr(value(floor(A), {A: 3})) == "3"
    assert repr(value(floor(A / 2), {A: 3})) == "1.0"


def test_sums_do_not_depend_on_the_order() -> None:
    assert exact.total([1e16, 1.0, -1e16]) == 1
    assert exact.mean(np.array([[1e16, 1.0], [-1e16, 1.0]])) == 0.5
    assert exact.total([1, 2, 3]) == 6 and repr(exact.total([1, 2, 3]).item()) == "6"
    assert exact.total([math.inf, 1.0]) == math.inf
    assert exact.total([1e308, 1e308]) == math.inf
    assert math.isnan(exact.total([math.inf, -math.inf]))
    assert exact.deviation([1.0, 2.0, 4.0], 1) == math.sqrt(7 / 3)


@pytest.mark.parametrize("over_windows", [window_dot, window_sum])
def test_sums_over_windows_do_not_depend_on_how_they_lie_in_memory(over_windows: Any) -> None:
    windows = np.random.default_rng(0).normal(size=(5, 5, 7, 9))
    kernel = () if over_windows is window_sum else (np.random.default_rng(1).normal(size=(7, 9)),)
    there = np.ascontiguousarray(windows.transpose(3, 2, 1, 0)).transpose(3, 2, 1, 0)
    assert not there.flags.c_contiguous and (there == windows).all()
    actual = over_windows.compute(windows, *kernel)
    assert over_windows.compute(there, *kernel).tolist() == actual.tolist()
    # A single window may be added in another order, which is as fixed.
    assert over_windows.compute(windows[2, 3], *kernel) == pytest.approx(actual[2, 3], rel=1e-12)
    whole = windows * kernel[0] if kernel else windows
    np.testing.assert_allclose(actual, whole.sum((-2, -1)), rtol=1e-12, atol=1e-14)


def test_halves_add_every_term() -> None:
    for count in range(1, 20):
        terms = 2.0 ** np.arange(count)
        assert exact.added(np.stack([terms, -terms])).tolist() == [2**count - 1, 1 - 2**count]


def test_zero_has_no_sign_after_relu_and_max_pooling() -> None:
    equations = [Equation(B, rectified(A)), Equation(C, window_largest(A))]
    for actual in function([A], equations)(np.full((20, 2, 2), -0.0)):
        assert (np.copysign(1, actual) == 1).all()


def test_the_basis_is_orthonormal_to_the_last_digit() -> None:
    places = [0.0, 1.0, 2.0, 3.5, 4.0, 5.0, 6.0, 7.0]
    basis = orthonormal(places, 7, places)
    np.testing.assert_allclose(basis.T @ basis, np.eye(8), atol=2e-15)
    # Each is of its own degree and grows at the end, so the highest coefficient is positive.
    far = orthonormal(places, 7, [1e3, 2e3])
    np.testing.assert_allclose(far[1] / far[0], 2.0 ** np.arange(8), rtol=0.05)
    assert (far > 0).all()


def test_more_rates_than_a_workbook_shows_are_quick() -> None:
    assert MAX_SERIES < MANY_RATES
    rates = [0.5 + n / 1000 for n in range(MANY_RATES)]
    lesson = changed(load("class"), 3, rates)
    few = changed(lesson, 3, rates[:20])
    derived = derivation(lesson)
    quick, slow = trace(lesson, derived), trace(few, derived)
    for symbol, values in slow.values.items():
        np.testing.assert_allclose(quick.values[symbol][:, :20], values, rtol=1e-13)


def test_rates_give_the_same_digits_one_by_one_and_side_by_side() -> None:
    rates = [0.1 * n for n in range(1, 21)]
    lesson = changed(load("class"), 5, rates)
    derived = derivation(lesson)
    together = trace(lesson, derived)
    alone = trace(changed(lesson, 5, rates[3:4]), derived)
    for symbol, values in alone.values.items():
        assert values[:, 0].tolist() == together.values[symbol][:, 3].tolist()


def test_what_is_shared_stands_outside_of_cases_and_functions() -> None:
    part = A * B + C
    assert repeated([part * C, part * A]) == {part}
    assert repeated([exp(part), exp(part) * A]) == set()
    assert repeated([-A, -A * B, A / B, C / B, Integer(2) + A]) == set()


def test_sharing_changes_no_digit() -> None:
    draws = random.Random(2)
    part = A * B - C
    before = part.xreplace({symbol: Previous(symbol) for symbol in (A, B)})
    step = [Equation(A, Previous(A) - before * C), Equation(B, Previous(B) * before)]
    body = [Equation(quantity("D"), part**2 * (1 - A)), Equation(quantity("E"), part / (1 - A))]
    given = [A, B, C]
    rows: list[tuple[float, ...]] = []
    start = [draws.uniform(0.1, 0.9) for _ in given]
    run = loop(given, {}, step, body, EPOCH, scalar=True)
    run(3, lambda _, row: rows.append(row), *start)
    for a, b, d, e in rows:
        apart = function([A, B, C], body)(a, b, start[2])
        assert (d, e) == apart
