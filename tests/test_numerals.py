"""Digits of numbers as cells store them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.book import numerals as module
from toolkit.book.numerals import digits

LIMITS = [
    0.0,
    -0.0,
    1e-4,
    9.999999999999999e-05,
    1e-5,
    1e-7,
    5e-324,
    9999999999999998.0,
    1e16,
    1e22,
]
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers()


@given(st.lists(NUMBERS | st.sampled_from(LIMITS).map(lambda x: -x) | st.floats(-1e3, 1e3)))
def test_digits_are_those_of_repr(values: list[float]) -> None:
    assert digits(values) == [repr(value) for value in values]


@pytest.mark.parametrize("value", [*LIMITS, 10.00001, 1.7976931348623157e308, 10**30, 3, -7])
def test_numbers_at_the_limits_are_printed_as_python_does(value: float) -> None:
    assert digits([0.5, value]) == ["0.5", repr(value)]


def test_ordinary_numbers_do_not_pass_through_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    values = [0.1, 1 / 3, -123456.789, 2.0, 0.0, 7]
    printed = json.dumps(values)[1:-1].split(", ")
    monkeypatch.setattr(module, "repr", None, raising=False)
    assert digits(values) == printed
