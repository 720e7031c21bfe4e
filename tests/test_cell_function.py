"""The declaration of cell functions: what it makes of a formula and a NumPy reading."""

import copy
import math
import pickle
from typing import Any

import numpy as np
import pytest
from sympy import Expr, Symbol, srepr

from tests.test_typesetting import shown
from toolkit.symbols.cell_function import CellFunction, Lazy, cell_function
from toolkit.symbols.equation import Equation, Previous
from toolkit.symbols.excel import excel
from toolkit.symbols.numeric import function, loop, value
from toolkit.symbols.plain import plain
from toolkit.symbols.typeset import typeset

A, B, C = (Symbol(name) for name in "abc")


@cell_function("HYPOT({x},{y:factor}*2)", display="hypot(2 · {y:product}, ({x}))")
def hypotenuse(x: Any, y: Any) -> Any:
    """The root of x² + (2 y)²."""
    return np.sqrt(x * x + 4 * y * y)


@cell_function("FIRST({first};{others})", display="[{first}]", plain="first of {first}, {others}")
def first_of(first: Any, *others: Any) -> Any:
    """The first of its arguments."""
    return first


@cell_function("IF({test},{answer},0)")
def guarded(test: Any, answer: Lazy) -> Any:
    """An answer, computed only where a test holds."""
    return answer() if test else 0


def formula(expr: Expr) -> str:
    return excel(expr, lambda symbol: symbol.name)


def test_all_readings_come_of_the_declaration() -> None:
    expr = hypotenuse(A, B + C)
    assert formula(expr) == "HYPOT(a,(b+c)*2)"
    assert value(expr, {A: 3, B: 1, C: 1}) == 5
    assert plain(expr) == "hypot(2 · (b + c), (a))"
    assert shown(typeset(expr)) == "hypot<2 · </b/ + /c/>, </a/>>"
    (actual,) = function([A, B], [Equation(C, hypotenuse(A, B))])(np.array([3.0, 0]), 2.0)
    assert actual.tolist() == [5, 4]


def test_a_function_is_a_class_named_and_documented_as_the_one_declared() -> None:
    assert issubclass(hypotenuse, CellFunction)
    assert (hypotenuse.__name__, hypotenuse.__module__) == ("hypotenuse", __name__)
    assert hypotenuse.__doc__ == "The root of x² + (2 y)²."
    assert hypotenuse.compute(3, 2) == 5
    assert str(hypotenuse(A, B)) == "hypotenuse(a, b)"
    assert srepr(first_of(A)) == "first_of(Symbol('a'))"
    assert pickle.loads(pickle.dumps(hypotenuse(A, B))) == hypotenuse(A, B)
    assert copy.deepcopy(hypotenuse(A, B)) == hypotenuse(A, B)


def test_an_argument_with_a_star_stands_for_all_that_remain() -> None:
    assert formula(first_of(A, B, C)) == "FIRST(a;b,c)"
    assert formula(first_of(A)) == "FIRST(a;)"
    assert plain(first_of(A, B, C)) == "first of a, b, c"
    assert shown(typeset(first_of(A, B, C))) == "[/a/]"
    assert value(first_of(A, B), {A: 2, B: math.nan}) == 2


def test_a_lazy_argument_is_computed_only_where_it_is_needed() -> None:
    expr = guarded(A, 1 / B)
    assert value(expr, {A: 0, B: 0}) == 0
    assert math.isnan(value(expr, {A: 1, B: 0}))
    assert value(expr, {A: 1, B: 4}) == 0.25


@pytest.mark.parametrize("scalar", [True, False])
def test_a_loop_calls_it_in_its_steps_and_in_its_body(scalar: bool) -> None:
    step, body = Equation(A, hypotenuse(Previous(A), B)), Equation(C, guarded(A, hypotenuse(A, B)))
    run = loop([A, B], {}, [step], [body], Symbol("k"), scalar=scalar)
    seen: list[Any] = []
    run(1, lambda _, values: seen.append([float(each) for each in values]), 3.0, 2.0)
    assert seen == [[3, 5], [5, math.sqrt(41)]]


@pytest.mark.parametrize("arguments", [(), (A,), (A, B, C)])
def test_a_wrong_number_of_arguments_is_refused(arguments: tuple[Symbol, ...]) -> None:
    with pytest.raises(TypeError, match="hypotenuse takes exactly 2 arguments"):
        hypotenuse(*arguments)


@pytest.mark.parametrize(("template", "unknown"), [("{cell}/2", "cell"), ("{}/2", "")])
def test_a_template_with_an_unknown_argument_is_refused(template: str, unknown: str) -> None:
    with pytest.raises(TypeError, match=f"halved has no argument called '{unknown}'"):

        @cell_function(template)
        def halved(x: Any) -> Any:
            """Half of a number."""
            return x / 2
