"""What each reading writes: brackets only where they belong, and nothing that has no value."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import sympy
from sympy import (
    Add,
    And,
    Expr,
    Float,
    Heaviside,
    I,
    Integer,
    Max,
    Mul,
    Not,
    Piecewise,
    Pow,
    Symbol,
    asin,
    atan2,
    exp,
    nan,
    oo,
    pi,
    zoo,
)
from sympy.logic.boolalg import ITE

from tests.test_reading_back import HALF, X, Y, Z, apart, in_ironcalc
from tests.test_typesetting import shown
from toolkit.symbols import excel as spreadsheet
from toolkit.symbols.activations import (
    as_one,
    relu,
    sigmoid,
    softplus,
)
from toolkit.symbols.batches import mean_of_batch, mean_where
from toolkit.symbols.bounds import divisor
from toolkit.symbols.choices import relative_error
from toolkit.symbols.equation import Equation, Gradient
from toolkit.symbols.excel import excel
from toolkit.symbols.long_sums import dotted
from toolkit.symbols.maps import weighted_sum, window_dot
from toolkit.symbols.numeric import function, loop, value
from toolkit.symbols.plain import plain
from toolkit.symbols.ranges import root_mean_square, squares, summed
from toolkit.symbols.text import joined
from toolkit.symbols.typeset import typeset


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (X**-HALF, "x^(-1/2)"),
        (2**-X, "2^(-x)"),
        (Integer(-2) ** X, "(-2)^x"),
        (-(2**X), "-2^x"),
        (apart(Pow, X**2, Y), "(x²)^y"),
        (X ** (Y**2), "x^(y²)"),
        (X / sigmoid(Y), "x / (1 / (1 + e^(-y)))"),
        (X * sigmoid(Y), "x · 1 / (1 + e^(-y))"),
        (1 - relu(X), "1 - (x if x > 0, else 0)"),
        (X - dotted(Y, Z), "x - (y + … + z)"),
        (X + dotted(Y, Z), "x + y + … + z"),
        (X - window_dot(Y, Z), "x - y * z"),
        (2 * window_dot(Y, Z), "2 · (y * z)"),
        (2 * weighted_sum(Y, Z - X), "2 · (Σ y · (z - x))"),
        (window_dot(Gradient(X, Y), Z), "∂x/∂y * z"),
        (Gradient(X, Y) ** 2, "(∂x/∂y)²"),
        (Z / Gradient(X, Y), "z / (∂x/∂y)"),
        (Z * Gradient(X, Y), "∂x/∂y · z"),
        (And(X > 0, Y > 0), "x > 0 and y > 0"),
        (2 * pi, "2 · π"),
    ],
)
def test_text_has_brackets_only_where_they_belong(expr: Expr, text: str) -> None:
    assert plain(expr) == text


@pytest.mark.parametrize(
    ("expr", "tree"),
    [
        (X - dotted(Y, Z), "/x/ − </y/ + … + /z/>"),
        (X + dotted(Y, Z), "/x/ + /y/ + … + /z/"),
        (-dotted(Y, Z), "−</y/ + … + /z/>"),
        (X - window_dot(Y, Z), "/x/ − /y/ * /z/"),
        (2 * summed(X**2), "2 · <Σ /x/^{2}>"),
        (1 + relu(X), "1 + <[/x/, if /x/ > 0; 0, otherwise]>"),
        (as_one(X - Y) * Z, "/z/ · </x/ − /y/>"),
        (divisor(X + Y) ** 2, "</x/ + /y/>^{2}"),
        (apart(Pow, Float(2.5e20), X), "<2.5 · 10^{20}>^{/x/}"),
        (Y * exp(-X), "/y/ · /e/^{−/x/}"),
    ],
)
def test_boxes_have_brackets_only_where_they_belong(expr: Expr, tree: str) -> None:
    assert shown(typeset(expr)) == tree


@pytest.mark.parametrize(
    ("expr", "formula"),
    [
        (Y * exp(-X), "y*EXP(-x)"),
        (exp(-X) / 3, "EXP(-x)/3"),
        (Y * (1 + exp(-X)), "y*(1+EXP(-x))"),
        (Y / (1 + exp(-X)), "y/(1+EXP(-x))"),
        (X * (Y / 2 + Z), "x*(y+2*z)/2"),
        (softplus(X + Y).args[0] * 2, "2*x+2*y"),
        (1 / relative_error(X, Y - Z), "1/(ABS(x-(y-z))/MAX(ABS(x),ABS(y-z),0.001))"),
        (X - joined(Y, Z), "x-(y&z)"),
        (root_mean_square(X, Y - Z), "SQRT(SUMPRODUCT((x-(y-z))*(x-(y-z)))/(ROWS(x)*COLUMNS(x)))"),
        (mean_of_batch(X, Y, Z - 1, 3, 2, 8), "SUMPRODUCT(x*(MOD((y-(z-1))*3,8)<2))/2"),
        (Max(Z, X, Y), "MAX(x,y,z)"),
        (Piecewise((X, Not(And(X > 0, Y > 0))), (Y, True)), "IF(NOT(AND(x>0,y>0)),x,y)"),
        (Piecewise((X, ITE(X > 0, Y > 1, Z > 1)), (Y, True)), "IF(IF(x>0,y>1,z>1),x,y)"),
    ],
)
def test_formulas_have_brackets_only_where_they_belong(expr: Expr, formula: str) -> None:
    assert excel(expr, lambda symbol: symbol.name) == formula


def test_what_fades_away_does_not_leave_the_range_of_numbers() -> None:
    fading_away = [Y * exp(-X), Y / (1 + exp(-X)), Y * (1 + exp(-X)), exp(-X) / (3 * Y)]
    known = {"x": 800.0, "y": 2.0, "z": 1.0}
    actual = in_ironcalc([(expr, known) for expr in fading_away])
    assert actual == [value(e, {X: 800.0, Y: 2.0}) for e in fading_away] == [0, 2, 2, 0]


def test_functions_keep_the_order_of_their_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(spreadsheet.NAMES, "f", "F")
    assert excel(sympy.Function("f")(Y, X), lambda symbol: symbol.name) == "F(y,x)"


def test_ranges_are_computed_as_a_whole() -> None:
    numbers = {X: np.array([1.0, 5.0, 3.0]), Y: np.array([0.0, 2.0, 4.0]), Z: np.array([1, 0, 1])}
    assert value(squares(X - Y), numbers) == 1 + 9 + 1
    assert value(mean_where(X - Y, Z), numbers) == 0
    assert value(root_mean_square(X, Y - X + 2), numbers) == pytest.approx(math.sqrt(36 / 3))


COUNT = Symbol("n")
READINGS: dict[str, Callable[[Expr], object]] = {
    "formula": lambda expr: excel(expr, lambda symbol: symbol.name),
    "text": plain,
    "boxes": typeset,
    "arrays": lambda expr: function([X, Y], [Equation(Z, expr)]),
    "numbers": lambda expr: value(expr, {X: 1.0, Y: 2.0}),
    "plain Python": lambda expr: loop(
        [X, Y], {}, [], [Equation(Z, expr)], Symbol("n"), scalar=True
    ),
}


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize(
    "expr", [Piecewise((X, X > 0)), 1 + Piecewise((X, X > 0), (Y, X < -1)) * Y], ids=str
)
def test_cases_without_a_last_resort_are_refused(expr: Expr, reading: str) -> None:
    with pytest.raises(
        ValueError, match=r"Piecewise\(\(x, x > 0\).* no value .* case \(value, True\)"
    ):
        READINGS[reading](expr)


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("number", [oo, -oo, zoo, nan, I], ids=str)
def test_what_is_no_real_number_is_refused(number: Expr, reading: str) -> None:
    expr = apart(Add, X, apart(Mul, Y, number))
    with pytest.raises(TypeError, match=f"for {type(number).__name__} .*: cells hold real, finite"):
        READINGS[reading](expr)


@pytest.mark.parametrize("reading", ["formula", "arrays", "numbers", "plain Python"])
@pytest.mark.parametrize(
    ("expr", "name"),
    [
        (Heaviside(X), "Heaviside"),
        (asin(X), "a(rc)?sin"),
        (atan2(X, Y), "(arc|a)tan2"),
        (sympy.EulerGamma * X, "(EulerGamma|euler_gamma)"),
        (sympy.Function("mystery")(X), "mystery"),
    ],
    ids=str,
)
def test_what_has_no_value_is_refused_by_name(expr: Expr, name: str, reading: str) -> None:
    with pytest.raises(TypeError, match=rf"no (spreadsheet formula|NumPy value) for {name}\b"):
        READINGS[reading](expr)
