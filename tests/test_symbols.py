"""One expression, read four ways."""

import math

import numpy as np
import pytest
import sympy
from sympy import Piecewise, Symbol, log, tanh

from toolkit.symbols import bounds, choices, lookups, maps, ranges
from toolkit.symbols.activations import ACTIVATIONS, relu, sigmoid
from toolkit.symbols.equation import (
    Equation,
    Gradient,
    Previous,
    check_order,
    derive,
    inline,
    local_derivatives,
    quantities,
    quantity,
)
from toolkit.symbols.excel import excel
from toolkit.symbols.latex import latex
from toolkit.symbols.lookups import last, lookup
from toolkit.symbols.numeric import function, value, values
from toolkit.symbols.plain import plain
from toolkit.symbols.ranges import largest, smallest, total
from toolkit.symbols.records import occurrences
from toolkit.symbols.text import Text, joined, number_text

A, B, C = (quantity(name) for name in "ABC")


@pytest.mark.parametrize(
    ("expr", "formula"),
    [
        (A + B, "A+B"),
        (bounds.ordinal(A, sympy.Integer(9)), "IF(ISNUMBER(A),MIN(9,MAX(1,INT(A))),1)"),
        (choices.if_number(A, A, sympy.Integer(0)), "IF(ISNUMBER(A),A,0)"),
        (A - B, "A-B"),
        (-A - B, "-A-B"),
        (B - A, "B-A"),
        (A * B, "A*B"),
        (A * (B + 1), "A*(1+B)"),
        (-(A**2), "-(A*A)"),
        ((-A) ** 3, "-(A^3)"),
        (A ** (B**C), "(A^(B^C))"),
        ((A**B) ** C, "((A^B)^C)"),
        (2 ** (-A), "(2^(-A))"),
        (A / B, "A/B"),
        (A / (B * C), "A/(B*C)"),
        (1 / A, "1/A"),
        (1 / (A + B), "1/(A+B)"),
        (A**-2, "(1/(A*A))"),
        ((A - B) ** 2 / 2, "((A-B)*(A-B))/2"),
        (sympy.Rational(1, 3) * A, "A/3"),
        (-A * B / 2, "-A*B/2"),
        (C - A * B, "C-A*B"),
        (A * sigmoid(B), "A*(1/(1+EXP(MIN(709,-B))))"),
        (sympy.exp(-A), "EXP(-A)"),
        (sympy.log(A), "LN(A)"),
        (tanh(A), "TANH(A)"),
        (relu(A), "IF(A>0,A,0)"),
        (sympy.Max(0, A), "MAX(0,A)"),
        (sympy.Float("0.1") * A, "0.1*A"),
        (Piecewise((Text("pass"), A >= B), (Text("fail"), True)), 'IF(A>=B,"pass","fail")'),
        (joined(Text('a "b"'), A), '"a ""b"""&A'),
        (total(A), "SUM(A)"),
        (largest(A), "MAX(A)"),
        (smallest(A), "MIN(A)"),
        (last(A), "INDEX(A,ROWS(A))"),
        (occurrences(A, Text("x")), 'COUNTIF(A,"x")'),
        (lookup(A, B, C), "INDEX(A,MATCH(C,B,0))"),
        (maps.window_dot(A, B), "SUMPRODUCT(A,B)"),
        (maps.rectified(A - B), "MAX(0,A-B)"),
        (C * maps.above_zero(A), "C*(A>0)"),
        (maps.window_largest(A), "MAX(A)"),
        (maps.map_mean(A), "AVERAGE(A)"),
        (bounds.pixel(A), "IF(ISNUMBER(A),MIN(255,MAX(0,A)),0)"),
        (lookups.element(A, B + 1), "INDEX(A,1+B)"),
        (lookups.place_or(A, B, C), "IF(COUNTIF(B,A)=0,C,MATCH(A,B,0))"),
        (choices.matching(A, B, Text("yes"), Text("no")), 'IF(A=B,"yes","no")'),
        (ranges.summed(A * maps.above_zero(B)), "SUMPRODUCT(A*(B>0))"),
        (ranges.squares(A), "SUMSQ(A)"),
        (maps.routed(A, B, C), "IF(A=B,C,0)"),
        (maps.routed(A, B, C, sympy.Symbol("D")), "IF(AND(A=B,D<A),C,0)"),
    ],
)
def test_formula(expr: sympy.Expr, formula: str) -> None:
    assert excel(expr, lambda symbol: symbol.name) == formula


def test_formula_of_an_unknown_function_says_what_to_do() -> None:
    with pytest.raises(TypeError, match="give its class the method _excel"):
        excel(sympy.Function("mystery")(A), lambda symbol: symbol.name)


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        ((A - B) ** 2 / 2, "(A - B)² / 2"),
        (-A * B, "-A · B"),
        (A * (1 - A), "A · (1 - A)"),
        (relu(A), "A if A > 0, else 0"),
        (sigmoid(A), "1 / (1 + e^(-A))"),
        (tanh(A), "tanh(A)"),
        (Gradient(A, B) * C, "∂A/∂B · C"),
    ],
)
def test_plain_text(expr: sympy.Expr, text: str) -> None:
    assert plain(expr) == text


def test_latex() -> None:
    equation = Equation(Gradient(quantity("E_total"), quantity("w5")), A * B)
    assert equation.latex() == (r"\frac{\partial E_{\mathrm{total}}}{\partial w_{5}} = A \cdot B")
    assert equation._repr_latex_() == rf"$\displaystyle {equation.latex()}$"
    assert sympy.latex(Gradient(A, B)) == r"\frac{\partial A}{\partial B}"


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        # Terms and factors stand in the order of the plain text.
        (A - B, "A - B"),
        (B - A**2, "B - A^{2}"),
        (
            A * (1 - A) * Gradient(B, A),
            r"\frac{\partial B}{\partial A} \cdot A \cdot \left(1 - A\right)",
        ),
        (-A * B / (C + 1), r"-\frac{A \cdot B}{1 + C}"),
        (1 / A, r"\frac{1}{A}"),
        (A * log(B), r"A \cdot \ln{\left(B \right)}"),
        (sigmoid(-A), r"\frac{1}{1 + e^{A}}"),
        # Powers of functions that print themselves, whose methods take no exponent.
        (sigmoid(A) ** 2, r"\left(\frac{1}{1 + e^{-A}}\right)^{2}"),
        (sigmoid(A) ** B, r"\left(\frac{1}{1 + e^{-A}}\right)^{B}"),
        (sympy.sqrt(sigmoid(A)), r"\sqrt{\frac{1}{1 + e^{-A}}}"),
        (B / sigmoid(A), r"\frac{B}{\frac{1}{1 + e^{-A}}}"),
        (quantity("a_h2.1[3]"), "a_{h2.1}^{(3)}"),
        (quantity("max_o"), r"\mathrm{max}_{o}"),
        (quantity("η A"), "η_{A}"),
        (quantity("two words"), r"\mathrm{two\ words}"),
        (Previous(A), r"{A}^{\mathrm{old}}"),
    ],
)
def test_latex_of_expressions(expr: sympy.Expr, text: str) -> None:
    assert latex(expr) == text


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_slopes_match_central_differences(name: str) -> None:
    slope = local_derivatives(Equation(B, ACTIVATIONS[name](A)))[A]
    for at in (-2.0, -0.3, 0.7, 3.0):
        here = value(ACTIVATIONS[name](A), {A: at})
        up, down = (value(ACTIVATIONS[name](A), {A: at + step}) for step in (1e-6, -1e-6))
        assert value(slope, {A: at, B: here}) == pytest.approx((up - down) / 2e-6, abs=1e-8)


def test_sigmoid_is_stable_far_out() -> None:
    with np.errstate(all="raise", under="ignore"):
        assert value(sigmoid(A), {A: 800.0}) == 1
        assert value(sigmoid(A), {A: -800.0}) == pytest.approx(0, abs=1e-300)
        assert value(sigmoid(A), {A: -40.0}) == pytest.approx(math.exp(-40), rel=1e-15)


def test_slope_of_relu_at_zero_is_zero() -> None:
    assert value(relu(A).diff(A), {A: 0.0}) == 0


def test_a_lone_symbol_is_not_renamed() -> None:
    # With an identity activation, B = A, the slope is 1 and A keeps its name elsewhere.
    assert local_derivatives(Equation(B, A)) == {A: 1}


def test_chain_rule_sums_over_all_readers() -> None:
    forward = [Equation(B, A**2), Equation(C, A * B)]
    by_b, by_a = derive(forward, [A])
    assert by_b == Equation(Gradient(C, B), A)
    assert by_a.expr == Gradient(C, B) * 2 * A + B
    (written_out,) = inline([by_a], [by_b])
    assert written_out.expr == 2 * A**2 + B


def test_the_gradient_of_an_inner_quantity_comes_once() -> None:
    forward = [Equation(B, A**2), Equation(C, 3 * B)]
    actual = [str(each) for each in derive(forward, [B, A])]
    assert actual == ["∂C/∂B = 3", "∂C/∂A = 2 · ∂C/∂B · A"]


def test_derive_refuses_equations_out_of_order() -> None:
    with pytest.raises(ValueError, match="C reads B before they are defined; list"):
        derive([Equation(C, 3 * B), Equation(B, A**2)], [A])
    assert derive([], [A]) == []


def test_a_quantity_has_one_equation() -> None:
    with pytest.raises(ValueError, match="B is defined twice; give it one equation"):
        check_order([Equation(B, A), Equation(B, A**2)], [A])
    with pytest.raises(ValueError, match="A is defined twice"):
        check_order([Equation(A, B)], [A, B])


def test_names_and_numbers_in_equations() -> None:
    assert quantities("w x, t") == (quantity("w"), quantity("x"), quantity("t"))
    assert Equation("A", 2) == Equation(A, sympy.Integer(2))
    assert str(Equation("A", 2)) == "A = 2"


def test_formula_from_a_mapping_of_addresses() -> None:
    equation = Equation(C, A * B)
    assert equation.formula({A: "A1", B: "$B$2"}) == "=A1*$B$2"
    with pytest.raises(ValueError, match="B has no cell; give its address too"):
        equation.formula({A: "A1"})


def test_values_of_equations() -> None:
    equations = [Equation(B, A**2), Equation(C, 1 / B)]
    actual = values(equations, {A: 0.5})
    assert actual == {B: 0.25, C: 4.0}
    assert {type(each) for each in actual.values()} == {float}
    assert values(equations, {A: 0.0}) == {B: 0.0, C: math.inf}
    assert values(equations, {A: np.array([1.0, 2.0])})[C].tolist() == [1.0, 0.25]
    with pytest.raises(ValueError, match="B reads A before they are defined"):
        values(equations, {})


def test_equations_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="B reads A before they are defined; list"):
        check_order([Equation(B, A + 1)], [])


def test_function_takes_arrays() -> None:
    compute = function([A], [Equation(B, A + 1), Equation(C, sigmoid(B) * A)])
    b, c = compute(np.array([0.0, -1.0]))
    assert b.tolist() == [1, 0]
    assert c.tolist() == pytest.approx([0, -0.5])


def test_values_over_ranges() -> None:
    known = {A: [1.0, 5.0, 3.0], B: ["x", "y", "x"], C: 5.0}
    assert value(total(A), known) == 9
    assert value(largest(A), known) == value(lookup(A, A, C), known) == 5
    assert value(last(A), known) == 3
    assert value(occurrences(B, Text("x")), known) == 2
    assert value(joined(Text("η = "), C), known) == "η = 5"


def test_symbols_of_different_kinds_stay_apart() -> None:
    assert len({Symbol("E"), Gradient(A, B), Gradient(B, A), Previous(A), Previous(B)}) == 5


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (0.1, "0.1"),
        (-0.00001, "-1·10^-5"),
        (0.0001, "0.0001"),
        (0.000123456789, "0.000123457"),
        (0.1234565, "0.123457"),
        (2.0, "2"),
        (1234567.25, "1234567"),
        (1e9, "1·10^9"),
        (-2.5e300, "-2.5·10^300"),
        (1e-310, "0"),
    ],
)
def test_numbers_as_text(number: float, text: str) -> None:
    assert value(number_text(A), {A: number}) == text
