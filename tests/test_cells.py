"""What readings make of numbers of every type, booleans, text, blanks and errors."""

import math
from typing import Any

import numpy as np
import pytest
from sympy import Expr, Integer, Piecewise, Symbol

from toolkit.book.known import at
from toolkit.book.live import computed
from toolkit.symbols.cell_criteria import criterion, match
from toolkit.symbols.cells import Reference, operand
from toolkit.symbols.choices import if_number, matching
from toolkit.symbols.equation import Equation
from toolkit.symbols.lookups import element, lookup, place_or
from toolkit.symbols.maps import window_dot
from toolkit.symbols.numeric import function, value
from toolkit.symbols.ranges import (
    largest,
    mean,
    numbers_in,
    smallest,
    standard_deviation,
    summed,
    total,
)
from toolkit.symbols.records import occurrences, row_count, up_to
from toolkit.symbols.text import Text, joined

A, B, C = (Symbol(name) for name in "ABC")
MIXED = [1, np.int64(2), np.float32(0.5), True, None, "–"]


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        (np.int64(3), 1),
        (np.float32(0.5), 1),
        (3, 1),
        (True, 0),
        (np.True_, 0),
        (None, 0),
        ("3", 0),
        (math.nan, 0),
        (math.inf, 0),
    ],
)
def test_what_counts_as_a_number(cell: object, answer: int) -> None:
    assert value(if_number(A, Integer(1), Integer(0)), {A: cell}) == answer


@pytest.mark.parametrize(
    ("expr", "answer"),
    [
        (total(A), 3.5),
        (mean(A), 3.5 / 3),
        (largest(A), 2),
        (smallest(A), 0.5),
        (numbers_in(A), 3),
        (standard_deviation(A), np.std([1, 2, 0.5], ddof=1)),
        (summed(A), 3.5),
        (window_dot(A, A), 5.25),
    ],
)
def test_ranges_skip_what_is_no_number(expr: Expr, answer: float) -> None:
    assert value(expr, {A: MIXED}) == pytest.approx(answer)
    assert value(expr, {A: np.array(MIXED, dtype=object)}) == pytest.approx(answer)


@pytest.mark.parametrize(("expr", "answer"), [(largest(A), 0), (smallest(A), 0), (total(A), 0)])
def test_a_range_without_numbers(expr: Expr, answer: float) -> None:
    assert value(expr, {A: ["–", None]}) == answer
    assert math.isnan(value(mean(A), {A: ["–", None]}))
    assert value(standard_deviation(A), {A: ["–", 1.0]}) == "–"


@pytest.mark.parametrize("make", [total, mean, largest, smallest])
@pytest.mark.parametrize("error", [math.nan, math.inf, -math.inf])
def test_an_error_in_a_range_is_passed_on(make: Any, error: float) -> None:
    for cells in ([1.0, error, 2.0], np.array([1.0, error, 2.0]), [1.0, error, "–"]):
        assert not math.isfinite(value(make(A), {A: cells}))


def test_small_integers_do_not_wrap_around() -> None:
    pixels = np.array([200, 100, 255], np.uint8)
    assert value(summed(A * A), {A: pixels}) == 200**2 + 100**2 + 255**2
    assert value(A * A, {A: np.uint8(200)}) == 40_000
    assert value(A**-1, {A: np.int64(2)}) == 0.5


@pytest.mark.parametrize(
    ("first", "second", "equal"),
    [
        ("a", "A", True),
        ("a*", "ab", False),
        (True, 1, False),
        (True, np.True_, True),
        (None, 0, True),
        (None, "", True),
        (None, False, True),
        (None, 1, False),
        ("3", 3, False),
        (np.float32(0.5), 0.5, True),
    ],
)
def test_which_cells_are_equal(first: object, second: object, equal: bool) -> None:
    for pair in ({A: first, B: second}, {A: second, B: first}):
        assert value(matching(A, B, Integer(1), Integer(0)), pair) == equal


def test_numbers_rank_below_text_and_text_below_booleans() -> None:
    larger = Piecewise((1, A > B), (0, True))
    assert value(larger, {A: "–", B: 1e300}) == value(larger, {A: True, B: "–"}) == 1
    assert value(larger, {A: 1e300, B: "–"}) == value(larger, {A: None, B: 0}) == 0
    assert value(larger, {A: "B", B: "a"}) == 1


@pytest.mark.parametrize(
    ("asked", "cells"),
    [
        ("a", ["a", "A"]),
        ("a*", ["a", "A", "a*", "abc"]),
        ("a~*", ["a*"]),
        ("?~?", ["b?"]),
        ("~~", ["~"]),
        (3, [3, "3"]),
        ("3", [3, "3"]),
        (True, [True]),
        ("TRUE", [True]),
        (None, [0]),
        ("", [None, ""]),
        ("=", [None]),
        ("<=0", [0]),
        (">0", [3]),
        ("<b", ["a", "A", "a*", "abc", "3", ""]),
        ("<=", []),
        (math.nan, [math.nan]),
    ],
)
def test_what_meets_a_criterion(asked: object, cells: list[object]) -> None:
    everything = ["a", "A", "a*", "abc", "b?", 3, "3", True, 0, None, "", "~", math.nan]
    test = criterion(asked)
    assert str([cell for cell in everything if test(cell)]) == str(cells)


def test_a_bound_is_joined_to_its_sign_in_fifteen_digits() -> None:
    # As text 2.0000000000000004 is 2, in every program.
    assert value(row_count(A, up_to(B)), {A: [2.0000000000000004], B: 2.0}) == 0
    assert value(row_count(A, up_to(B)), {A: [2.0], B: 1.9999999999999998}) == 1


def test_match_looks_as_cells_do() -> None:
    names = ["A*", "b", True, 3, "3", None, "C"]
    assert [match(asked, names) for asked in ("c", "a~*", "?", True, np.int64(3), "3")] == [
        7,
        1,
        2,
        3,
        4,
        5,
    ]
    assert math.isnan(match(None, names))
    assert math.isnan(match(1, names))
    assert match(2, np.array([[1.0, 2.0, 2.0]])) == 2


def test_look_ups_ignore_case_and_read_wildcards() -> None:
    names = {A: ["x", "Y*", "z"], B: [1.0, 2.0, 3.0]}
    assert value(lookup(B, A, C), names | {C: "X"}) == 1
    assert value(lookup(B, A, C), names | {C: "?"}) == 1
    assert value(place_or(C, A, Integer(9)), names | {C: "y~*"}) == 2
    assert value(occurrences(A, C), names | {C: "*"}) == 3
    assert math.isnan(value(lookup(B, A, C), names | {C: "w"}))


@pytest.mark.parametrize("place", [0, -1, 4, "–", math.nan])
def test_a_place_outside_a_range_is_an_error(place: object) -> None:
    assert math.isnan(value(element(A, B), {A: [1.0, 2.0, 3.0], B: place}))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (True, "TRUE"),
        (None, ""),
        (1e-5, "0.00001"),
        (1e15, "1000000000000000"),
        (-0.0, "0"),
        (1e-30, "1E-30"),
        (2.5e30, "2.5E+30"),
        (1 / 3, "0.333333333333333"),
        (np.float32(0.5), "0.5"),
    ],
)
def test_cells_joined_to_text(cell: object, text: str) -> None:
    assert value(joined(Text("="), A), {A: cell}) == f"={text}"


def test_an_error_joined_to_text_is_an_error() -> None:
    assert math.isnan(value(joined(Text("loss "), A), {A: math.nan}))


def test_arithmetic_on_cells() -> None:
    assert value(A + B, {A: None, B: True}) == 1
    assert value(A * B, {A: "3", B: 2}) == 6
    assert math.isnan(value(A * B, {A: "–", B: 2}))
    assert math.isnan(value(A / B, {A: 1, B: 0}))
    assert math.isnan(value(A**B, {A: "–", B: 0}))  # though NumPy has 1 for nan to the power of 0


def test_a_choice_passes_on_only_the_error_that_it_reads() -> None:
    known = {s: at("S", 1, n, v) for n, (s, v) in enumerate(((A, 1), (B, math.nan), (C, 5)), 1)}
    chosen = matching(A, Integer(1), C, B)
    assert computed(chosen, known).value == 5
    assert math.isnan(computed(chosen, known | {A: at("S", 1, 1, 2)}).value)  # type: ignore[arg-type]
    assert math.isnan(computed(matching(B, A, C, C), known).value)  # type: ignore[arg-type]


def test_a_reference_to_a_blank_cell_shows_0() -> None:
    assert value(matching(A, A, A, Integer(1)), {A: None}) == 0


def test_arrays_of_numbers_are_not_copied() -> None:
    cells = np.arange(6.0)
    assert operand(cells) is cells
    (result,) = function([A], [Equation(B, A + 1)])(cells)
    assert isinstance(result, np.ndarray)


def test_a_range_keeps_its_shape_in_arithmetic() -> None:
    table = Reference([[1, None], ["–", True]])
    np.testing.assert_array_equal(table * 2, [[2, 0], [math.nan, 2]])
    np.testing.assert_array_equal(table > 0, [[True, False], [True, True]])
    assert len(table) == 2
    assert table.shape == (2, 2)
