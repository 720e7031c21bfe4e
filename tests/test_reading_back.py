"""One expression in four readings, each read back and compared with what the expression means."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import ironcalc
import numpy as np
import pytest
import sympy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sympy import (
    Abs,
    Add,
    And,
    E,
    Eq,
    Expr,
    Float,
    I,
    Integer,
    Max,
    Min,
    Mul,
    Not,
    Or,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    cos,
    exp,
    floor,
    log,
    nan,
    oo,
    pi,
    sign,
    sqrt,
    tanh,
    zoo,
)
from sympy.logic.boolalg import ITE

from tests.reading_back import line, meaning, read
from tests.recalculation import Office, cells
from toolkit.book.sheet import Book, Sheet
from toolkit.book.tables import Cell
from toolkit.book.writer import write
from toolkit.symbols.activations import (
    as_one,
    at_least,
    binary_cross_entropy,
    fading,
    normal_cdf,
    normal_density,
    peak,
    relu,
    sigmoid,
    softplus,
)
from toolkit.symbols.batches import in_batch
from toolkit.symbols.bounds import as_number, divisor, number_of, temperature
from toolkit.symbols.choices import dropout_mask, relative_error, same_digits, share_or_dash
from toolkit.symbols.equation import Equation, quantity
from toolkit.symbols.excel import excel
from toolkit.symbols.maps import above_zero, rectified
from toolkit.symbols.numeric import function, loop, value
from toolkit.symbols.plain import plain
from toolkit.symbols.typeset import typeset

X, Y, Z = (quantity(name) for name in "xyz")
Table = Sequence[tuple[Expr, Mapping[str, float]]]
POINTS = (
    {"x": 0.7, "y": 2.3, "z": 1.9},
    {"x": -1.3, "y": 0.4, "z": 3.6},
    {"x": 2.1, "y": -0.6, "z": -1.7},
    {"x": 3.0, "y": 2.0, "z": 0.5},
)
HALF, THIRD = Rational(1, 2), Rational(1, 3)


def apart(kind: Any, *args: Any) -> Expr:
    """A node that SymPy must not merge with what is in it."""
    return kind(*args, evaluate=False)


STEP = Piecewise((X, X > 1), (Y, True))
NESTED = Piecewise((Piecewise((X * Y, Y > 0), (Z, True)), X > 0), (X - Y, Z > 0), (1 / Z, True))
AWKWARD = (
    # Powers: of powers, of negative numbers and of quotients, with such exponents.
    X**-HALF,
    X ** Rational(-3, 2),
    Y * X**-HALF,
    X**THIRD,
    X**2,
    (-X) ** 3,
    -(X**2),
    -(X**Y),
    2**-X,
    -(2**X),
    -(2**-X),
    Integer(-2) ** X,
    Integer(-2) ** -X,
    (X**2) ** Y,
    (X**Y) ** Z,
    X ** (Y**Z),
    X ** (2**Y),
    2 ** (X**2),
    2 ** (X**-HALF),
    HALF**X,
    Rational(2, 3) ** X * Y,
    HALF ** (X + Y),
    (X + Y) ** (X - Z),
    (X * Y) ** Z,
    (X / Y) ** Z,
    X**-2,
    1 / X**3,
    (X + Y) ** -1,
    (1 / X) ** Y,
    X ** (1 / Y),
    X ** (Y / Z),
    (1 + 1 / X) ** 2,
    sqrt(X + 1),
    sqrt(2) * X / 3,
    1 / sqrt(X + Y),
    sqrt(X) ** 3,
    X ** Rational(5, 2),
    Float("0.5") ** X,
    X ** Float("-1.5"),
    apart(Pow, apart(Pow, X, 2), 3),
    apart(Pow, apart(Mul, -1, X), 2),
    apart(Pow, -THIRD, 2),
    # Products and quotients: of sums, of quotients, with a minus before them.
    X * (Y + Z),
    (X + Y) * (Y - Z),
    (X - Y) * (Y - X),
    -(X - Y) / (2 * (Y + Z)),
    X / (Y * Z),
    X / Y / Z,
    X / (Y / Z),
    (X / Y) / (Z / X),
    1 / (1 / X + 1 / Y),
    -X / Y,
    -(X + Y) / Z,
    X / -Y,
    -1 / X,
    -X * Y / 3,
    THIRD * X,
    -THIRD * X,
    X * (Y / 2 + Z / 3),
    2 / (3 * X),
    X - Y / Z,
    X * -Z,
    apart(Mul, -1, X + Y),
    apart(Mul, X, apart(Mul, Y, -2)),
    apart(Mul, 2, -X),
    -apart(Mul, 2, -X),
    apart(Mul, X, apart(Pow, Y / Z, -1)),
    apart(Mul, X, Integer(-2)),
    apart(Mul, X, -HALF, Y),
    # Sums.
    X - (Y - Z),
    -X - Y,
    X - Y * Z,
    apart(Add, X, -apart(Add, Y, Z)),
    apart(Add, X, -2),
    apart(Add, X, apart(Add, -Y, -Z)),
    apart(Mul, -1, apart(Add, X, Y)),
    X - as_one(X - Y),
    as_one(X - Y) - Z,
    as_one(X + Y) * Z,
    Z / as_one(X * Y),
    as_one(X - Y) ** 2,
    -as_one(X + Y),
    # Numbers.
    Float(1e-7) * X,
    X - Float(1e-7),
    Float(-1e-7) + X,
    Float(-2.5) * X,
    X ** Float(-2.0),
    Float(2.5e20) * X,
    X / Float(2.5e8),
    X + Float(-0.25),
    Z / 7 - pi,
    E * X,
    Float(1e-7) ** Float(0.5) * X,
    Float(2.5e20) ** HALF * Y,
    Float(2.5e9) ** 2 / X,
    E**X,
    X / E,
    pi**X,
    2 * pi / X,
    -pi * X,
    Float(-2.5) ** 3 * X,
    apart(Pow, Float(-2.5), X),
    apart(Pow, Float(2.5e20), THIRD) + X,
    # Functions.
    exp(-X),
    Y * exp(-X),
    exp(-X) / 3,
    Y * (1 + exp(-X)),
    exp(X) ** Y,
    exp(exp(X) - Y),
    exp(-(X**2)),
    log(Abs(X)) / 2,
    log(X, 2),
    log(Abs(X), Y),
    1 / log(Abs(Y)),
    tanh(X) ** 2,
    -tanh(X) / Y,
    cos(X),
    Abs(X - Y) ** 2,
    Abs(X) ** -HALF,
    -Abs(X - Y),
    sign(X - Y) * Z,
    sign(X) - sign(-Y),
    floor(X) * Z,
    Max(X, Y, Z) - Min(X, -Y),
    -(Max(X, Y) ** 2),
    Max(X - Y, Y - X),
    Z / Max(X, 1),
    # Cases, and what they hang on, in sums, products and powers.
    STEP + 1,
    1 - STEP,
    STEP * Z,
    Z / STEP,
    STEP**2,
    2**STEP,
    -STEP,
    STEP - relu(Z),
    NESTED,
    NESTED + STEP,
    -NESTED / 2,
    relu(X) * relu(Y) + 1,
    relu(X - Y) ** 2,
    exp(STEP),
    Abs(STEP - 1),
    Piecewise((STEP + 1, X + Y > Z), (STEP - 1, True)),
    Piecewise((1, STEP > 0), (0, True)),
    Piecewise((X, And(X > 0, Y > 1)), (Y, Or(Z < 0, X < 0)), (Z, True)),
    Piecewise((X, Or(And(X > 0, Y > 1), And(Z < 0, Y < 1))), (Z, True)),
    Piecewise((X, And(Or(X > 0, Y > 1), Or(Z < 0, Y < 1))), (Z, True)),
    Piecewise((X, Not(Or(X > 0, And(Y > 1, Z > 0)), evaluate=False)), (Z, True)),
    Piecewise((X, Not(And(X > 0, Y > 0))), (Z, True)),
    Piecewise((X, Eq(X, 3)), (Y, True)) * 2,
    Piecewise((X, ITE(X > 0, Y > 1, Z > 1)), (Y, True)),
    Piecewise((X, X >= Y), (Y, X < Z), (Z, True)),
    # A condition that is one number beside one that is an array.
    Piecewise((X, And(Y < 3, normal_cdf(HALF) <= 1)), (Z, True)),
    Piecewise((X, Or(Y < 2, normal_cdf(HALF) > 1)), (Z, True)),
    # Functions of ours, which print themselves.
    sigmoid(X) ** 2,
    Y / sigmoid(X),
    sigmoid(X - Y) * Z,
    1 - sigmoid(X),
    sigmoid(X) ** Y,
    -sigmoid(X),
    sigmoid(X) * (1 - sigmoid(X)),
    2 ** sigmoid(X),
    sigmoid(X) / sigmoid(Y),
    softplus(X + Y) * Z,
    softplus(X - 9 - Y),
    Z - softplus(-X),
    normal_cdf(X - Y) * X,
    normal_density(X - Y) / Z,
    normal_density(X + 1) ** 2,
    binary_cross_entropy(sigmoid(X - Y), sigmoid(Z)) / 2,
    1 - binary_cross_entropy(HALF, Rational(1, 4)) * X,
    binary_cross_entropy(sigmoid(X), THIRD),
    fading(Abs(X) / 9, Y + Z),
    fading(HALF, Abs(X)) * Z,
    1 - fading(1 - THIRD, Abs(X) + 1),
    fading(sigmoid(X), 2 * Abs(Y)) ** 2,
    at_least(X * X) * Y,
    peak(X, Y - Z) * 2,
    -peak(X, Y),
    Z / divisor(X * X + 1),
    divisor(X * X + Y * Y) ** 2,
    X - divisor(Y * Y + 1),
    temperature(X * X + 1) * Z,
    number_of(X - Y) * Z,
    Z - number_of(X - Y),
    number_of(X - Y) ** 2,
    as_number(X - Y) * Z,
    rectified(X - Y) ** 2,
    1 - rectified(X - Y) / 2,
    above_zero(X - Y) * Z,
    1 - above_zero(X) / 2,
    dropout_mask(X, Y) * Z,
    1 - dropout_mask(X + Y, Z - X) / 2,
    dropout_mask(X - Y, Z),
    relative_error(X - Y, Y - Z) * 2,
    1 / relative_error(X, Y - Z),
    -(relative_error(X, Y) ** 2),
    same_digits(X, X - Y / 99),
    share_or_dash(X + Y, Z),
    share_or_dash(X, THIRD) * 2,
    share_or_dash(Y, Integer(-2)),
    share_or_dash(X**2, -Y),
    in_batch(X + 9, Z * Z, Y + 2, Y * Y + 4) + 1,
)

NOT_IN_LESSONS = (floor, cos, same_digits)  # which plain Python therefore does not know


def expected(expr: Expr, known: Mapping[str, float]) -> Any:
    """What an expression means at a point; None where that is no real number of usual size."""
    try:
        actual = meaning(expr, known)
    except (ArithmeticError, TypeError, ValueError):
        return None
    return actual if actual == 0 or 1e-12 < abs(actual) < 1e22 else None


def same(actual: Any, wanted: Any) -> bool:
    return isinstance(actual, bool | int | float | np.generic) and math.isclose(
        actual, wanted, rel_tol=1e-9, abs_tol=1e-12
    )


def in_numpy(expr: Expr, known: Mapping[str, float]) -> Iterator[Any]:
    """The value by each of the printers of numbers: arrays, one at a time, plain Python."""
    symbols, equation = [quantity(name) for name in known], Equation(Symbol("result"), expr)
    with np.errstate(all="ignore"):
        (of_arrays,) = function(symbols, [equation])(*map(np.array, ([v] for v in known.values())))
    yield np.broadcast_to(of_arrays, 1)[0]
    yield value(expr, {symbol: known[symbol.name] for symbol in symbols})
    if expr.has(*NOT_IN_LESSONS):
        return
    run = loop(symbols, {}, [], [equation], Symbol("n"), scalar=True)
    seen: list[Any] = []
    run(0, lambda _, results: seen.append(results[0]), *known.values())
    yield seen[0]


@pytest.mark.parametrize("expr", AWKWARD, ids=str)
def test_numpy_and_what_is_shown_mean_the_expression(expr: Expr) -> None:
    """Text, boxes and the values of all three printers of numbers, at each point that has one."""
    told, boxes = plain(expr), line(typeset(expr))
    compared = 0
    for known in POINTS:
        wanted = expected(expr, known)
        if wanted is not None:
            assert same(read(told, known), wanted), (told, known, wanted)
            assert same(read(boxes, known), wanted), (boxes, known, wanted)
            actual = list(in_numpy(expr, known))
            assert all(same(number, wanted) for number in actual), (expr, known, wanted, actual)
            compared += 1
    assert compared


def at_cells(row: int) -> Any:
    """Where a row of the workbook keeps the numbers for x, y and z."""
    return lambda symbol: f"${'ABC'['xyz'.index(symbol.name)]}${row}"


def recalculated(cases: Table, office: Office, folder: Path) -> list[Any]:
    """What LibreOffice computes for each expression at its point."""
    book = folder / "expressions.xlsx"
    written: dict[tuple[int, int], Cell] = {}
    for row, (expr, known) in enumerate(cases, 1):
        written |= {(row, n): Cell(number) for n, number in enumerate(known.values(), 1)}
        written[row, 4] = Cell(99.0, formula=f"={excel(expr, at_cells(row))}")
    write(Book("Expressions", (Sheet("Expressions", written),)), book)
    actual = cells(office.recalculate(book))["Expressions"]
    return [actual[f"D{row}"] for row in range(1, len(cases) + 1)]


def in_ironcalc(cases: Table) -> list[Any]:
    """What IronCalc computes for each expression at its point."""
    model = ironcalc.create("expressions", "en", "UTC")
    for row, (expr, known) in enumerate(cases, 1):
        for column, number in enumerate(known.values(), 1):
            model.update_cell_with_number(0, row, column, number)
        model.update_cell_with_formula(0, row, 4, f"={excel(expr, at_cells(row))}")
    model.evaluate()
    return [model.get_cell_value(0, row, 4) for row in range(1, len(cases) + 1)]


def disagreements(cases: Table, actual: list[Any]) -> list[Any]:
    wanted = [expected(expr, known) for expr, known in cases]
    together = zip(cases, actual, wanted, strict=True)
    return [each for each in together if not same(each[1], each[2])]


def test_spreadsheets_compute_what_the_awkward_expressions_mean(
    office: Office, tmp_path: Path
) -> None:
    table = [(e, known) for e in AWKWARD for known in POINTS if expected(e, known) is not None]
    assert len(table) > 3 * len(AWKWARD)
    assert not disagreements(table, in_ironcalc(table))
    assert not disagreements(table, recalculated(table, office, tmp_path))


LEAVES = st.sampled_from(
    [
        X,
        Y,
        Z,
        -X,
        *map(Integer, (-3, -1, 1, 2, 5)),
        HALF,
        -HALF,
        Rational(-5, 3),
        Float(-2.5),
        Float(0.25),
        Float(1e-7),
        pi,
    ]
)
EXPONENTS = (-1, 2, 3, -2, HALF, -HALF, Rational(-3, 2), Rational(2, 3), Float(-1.5))
FUNCTIONS = (
    Abs,
    exp,
    tanh,
    sigmoid,
    softplus,
    relu,
    as_one,
    number_of,
    sign,
    rectified,
    normal_cdf,
)


def all_real(parts: tuple[Expr, ...]) -> bool:
    """Whether SymPy compares them: it refuses what is complex or infinite."""
    return all(part.is_extended_real is not False for part in parts) and not any(
        part.has(oo, -oo, zoo, nan, I) for part in parts
    )


def composed(parts: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pair = st.tuples(parts, parts)
    condition = st.one_of(
        pair.filter(all_real).map(lambda ab: sympy.Lt(*ab)),
        pair.filter(all_real).map(lambda ab: And(ab[0] > 0, ab[1] <= 1)),
        pair.filter(all_real).map(lambda ab: Not(Or(ab[0] >= 0, And(ab[0] < -1, ab[1] > 0)))),
    )
    return st.one_of(
        pair.map(lambda ab: ab[0] + ab[1]),
        pair.map(lambda ab: ab[0] - ab[1]),
        pair.map(lambda ab: ab[0] * ab[1]),
        pair.map(lambda ab: ab[0] / ab[1]),
        pair.map(lambda ab: ab[0] ** ab[1]),
        pair.map(lambda ab: apart(Add, *ab)),
        pair.map(lambda ab: apart(Mul, *ab)),
        parts.map(lambda a: apart(Mul, -1, a)),
        st.tuples(parts, st.sampled_from(EXPONENTS)).map(lambda ab: ab[0] ** ab[1]),
        st.tuples(st.sampled_from(FUNCTIONS), parts.filter(lambda part: all_real((part,)))).map(
            lambda fa: fa[0](fa[1])
        ),
        pair.filter(all_real).map(lambda ab: Max(ab[0], -ab[1])),
        st.tuples(parts, condition, parts).map(lambda abc: Piecewise(abc[:2], (abc[2], True))),
    )


EXPRESSIONS = st.recursive(LEAVES, composed, max_leaves=6).filter(
    lambda expr: not expr.has(oo, -oo, zoo, nan, I) and expr.free_symbols
)


def steady(expr: Expr, known: Mapping[str, float]) -> bool:
    """Whether an expression has a value at a point, and nearly the same one close by: what cancels,
    or jumps there, differs between readings by more than its last digits.
    """
    here = expected(expr, known)
    near = ({name: number * (1 + d) for name, number in known.items()} for d in (1e-12, -1e-12))
    return here is not None and all(
        there is not None and math.isclose(here, there, rel_tol=1e-9, abs_tol=1e-12)
        for there in (expected(expr, point) for point in near)
    )


def drawn(count: int) -> list[Expr]:
    """So many random expressions, the same in each run."""
    collected: list[Expr] = []

    @settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck))
    @given(EXPRESSIONS)
    def collect(expr: Expr) -> None:
        collected.append(expr)

    collect()
    return collected


@pytest.mark.parametrize("count", [60, pytest.param(400, marks=pytest.mark.full)])
def test_all_readings_of_random_expressions_but_the_formula(count: int) -> None:
    for expr in drawn(count):
        check_readings(expr)


def check_readings(expr: Expr) -> None:
    told, boxes = plain(expr), line(typeset(expr))
    for known in POINTS:
        if steady(expr, known):
            wanted = expected(expr, known)
            assert same(read(told, known), wanted), (told, known)
            assert same(read(boxes, known), wanted), (boxes, known)
            assert all(same(number, wanted) for number in in_numpy(expr, known)), (expr, known)


@pytest.mark.parametrize("count", [60, pytest.param(400, marks=pytest.mark.full)])
def test_spreadsheets_compute_what_random_expressions_mean(
    count: int, office: Office, tmp_path: Path
) -> None:
    table = [(e, known) for e in drawn(count) for known in POINTS if steady(e, known)]
    assert len(table) > count
    assert not disagreements(table, in_ironcalc(table))
    assert not disagreements(table, recalculated(table, office, tmp_path))
