"""Equations as NumPy functions."""

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
from sympy import Expr, Symbol
from sympy.printing.numpy import NumPyPrinter
from sympy.printing.precedence import PRECEDENCE

from toolkit.symbols.equation import Equation, Previous
from toolkit.symbols.precedence import Reading, cases


def _shown(value: Any) -> str:
    """A value joined to text, as a spreadsheet shows it: 15 digits, no trailing zeros."""
    return value if isinstance(value, str) else f"{float(value):.15g}"


def _joined(*parts: Any) -> str:
    return "".join(map(_shown, map(_scalar, parts)))


def _scalar(value: Any) -> Any:
    return value.item() if isinstance(value, np.ndarray | np.generic) else value


def _lookup(answers: Sequence[Any], searched: Sequence[Any], wanted: Any) -> Any:
    found = list(searched)
    return answers[found.index(wanted)] if wanted in found else np.nan


def _counted(first: Sequence[Any], one: Any, second: Sequence[Any], other: Any) -> int:
    return sum(a == one and b == other for a, b in zip(first, second, strict=True))


def _number_text(number: Any) -> Any:
    """What the formula of toolkit.symbols.functions.number_text says, step by step."""
    x = float(_scalar(number))
    if not math.isfinite(x):
        return x
    if math.log10(max(1e-300, abs(x))) <= -300:
        return "0"
    power = math.floor(math.log10(abs(x)) + 400) - 400
    if 0.00009999995 <= abs(x) < 999999999.5:
        return _shortest(rounded(x, max(0, 5 - power)))
    mantissa = rounded(x / 10.0**power, 5)
    if abs(mantissa) >= 10:  # 9.999999
        mantissa, power = mantissa / 10, power + 1
    return f"{_shortest(mantissa)}·10^{power}"


def _number_in_brackets(number: Any) -> Any:
    text = _number_text(number)
    return f"({text})" if isinstance(text, str) and float(_scalar(number)) < 0 else text


def _first_at_most(cells: Sequence[float], bound: float) -> float:
    found = np.flatnonzero(np.asarray(cells) <= bound)
    return int(found[0]) if len(found) else 1e9


def rounded(x: float, places: int) -> Decimal:
    """A number rounded to so many decimals, halves away from 0, as spreadsheets round.

    They take it with 15 digits: 98.80499999999999 is 98.805. LibreOffice does so while the digits
    kept are a number below 2^41.
    """
    digits = f"{x:.15g}" if abs(x) * 10.0**places < 2**41 else repr(x)
    return Decimal(digits).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _shortest(number: Decimal) -> str:
    return f"{number.normalize():f}"


ERFC = np.frompyfunc(math.erfc, 1, 1)


def _normal_cdf(x: Any) -> Any:
    return np.asarray(0.5 * ERFC(-x * math.sqrt(0.5)), float)


NAMESPACE: dict[str, Any] = {
    "joined": _joined,
    "counted": _counted,
    "lookup": _lookup,
    "number_text": _number_text,
    "number_in_brackets": _number_in_brackets,
    "normal_cdf": _normal_cdf,
    "len": len,
    "all_numbers": lambda cells: bool(np.isfinite(np.asarray(cells, float)).all()),
    "count_numbers": lambda cells: sum(
        not isinstance(cell, str) and bool(np.isfinite(cell))
        for cell in np.asarray(cells, object).ravel()
    ),
    "first_at_most": _first_at_most,
}
NUMPY = (
    "exp log log10 log1p floor tanh cos sqrt minimum maximum where abs sum max min mean std nan pi "
    "isfinite equal not_equal less less_equal greater greater_equal logical_and logical_or "
    "logical_not sign"
)
for _name in NUMPY.split():
    NAMESPACE[_name] = getattr(np, _name)


class _Printer(Reading, NumPyPrinter):
    """NumPy source in which symbols of any spelling become Python names."""

    reading = "NumPy value"
    scope = NAMESPACE

    def __init__(self, names: Mapping[Symbol, str]) -> None:
        super().__init__({"fully_qualified_modules": False, "inline": True})
        self._names = names

    def _print_Symbol(self, symbol: Symbol) -> str:
        return self._names[symbol]

    def _print_Piecewise(self, piecewise: Any) -> str:
        # NumPy's select, which SymPy would print, has no default for text.
        conditional, otherwise = cases(piecewise)
        text: str = self._print(otherwise)
        for answer, condition in reversed(conditional):
            text = self._case(self._print(condition), self._print(answer), text)
        return text

    def _print_ITE(self, choice: Any) -> str:
        return self._case(*map(self._print, choice.args))

    def _print_Max(self, largest: Any) -> str:
        return self._in_turn("maximum", largest)

    def _print_Min(self, smallest: Any) -> str:
        return self._in_turn("minimum", smallest)

    def _in_turn(self, function: str, of: Any) -> str:
        first, *others = of.args
        text: str = self._print(first)
        for other in others:
            text = f"{function}({text}, {self._print(other)})"
        return text

    def _case(self, condition: str, answer: str, otherwise: str) -> str:
        return f"where({condition}, {answer}, {otherwise})"

    def _print_Exp1(self, number: Any) -> str:
        return "exp(1)"

    def _print_Function(self, function: Any) -> str:
        name = type(function).__name__
        if name not in self.scope:
            return str(self.emptyPrinter(function))
        return f"{name}({', '.join(map(self._print, function.args))})"

    def _module_format(self, fqn: str, register: bool = True) -> str:
        """The name that NumPy has for a function that SymPy knows."""
        name = fqn.split(".")[-1]
        if name not in self.scope:
            raise TypeError(f"no {self.reading} for {name}; give it one in {__name__}")
        return name

    def _factor(self, expr: Any) -> str:
        """Printed so that nothing that stands beside it can pull it apart."""
        return str(self.parenthesize(expr, PRECEDENCE["Func"]))


class _SinglePrinter(_Printer):
    """One answer at a time: only the case that holds is computed."""

    def _case(self, condition: str, answer: str, otherwise: str) -> str:
        return f"({answer} if {condition} else {otherwise})"


SCALAR: dict[str, Any] = {
    "exp": math.exp,
    "log": math.log,
    "log1p": math.log1p,
    "tanh": math.tanh,
    "sqrt": math.sqrt,
    "sign": lambda x: (x > 0) - (x < 0),
    "pi": math.pi,
    "minimum": min,
    "maximum": max,
    "where": lambda condition, answer, otherwise: answer if condition else otherwise,
    "abs": abs,
    "normal_cdf": lambda x: 0.5 * math.erfc(-x * math.sqrt(0.5)),
}


class _ScalarPrinter(_SinglePrinter):
    """Plain Python, for numbers one at a time: there it is many times faster than NumPy."""

    scope = SCALAR

    def _print_Relational(self, relation: Any) -> str:
        return f"({self._print(relation.lhs)} {relation.rel_op} {self._print(relation.rhs)})"

    def _print_And(self, condition: Any) -> str:
        return f"({' and '.join(map(self._print, condition.args))})"

    def _print_Or(self, condition: Any) -> str:
        return f"({' or '.join(map(self._print, condition.args))})"

    def _print_Not(self, condition: Any) -> str:
        return f"(not {self._print(condition.args[0])})"


def function(
    given: Sequence[Symbol], equations: Sequence[Equation], *, single: bool = False
) -> Callable[..., tuple[Any, ...]]:
    """A function of the `given` values that returns the value of every equation, in order.

    Arguments are numbers or arrays of one shape; so are the results. `single`: numbers only, and
    the cases of a formula may be of different types.
    """
    symbols = [*given, *(equation.symbol for equation in equations)]
    names = {symbol: f"x{index}" for index, symbol in enumerate(symbols)}
    printer = _SinglePrinter(names) if single else _Printer(names)
    arguments = ", ".join(names[symbol] for symbol in given)
    results = ", ".join(names[equation.symbol] for equation in equations)
    lines = [f"    {names[e.symbol]} = {printer.doprint(e.expr)}" for e in equations]
    source = "\n".join([f"def compute({arguments}):", *lines, f"    return ({results},)"])
    scope = dict(NAMESPACE)
    exec(compile(source, "<equations>", "exec"), scope)  # noqa: S102  # our own printer wrote it
    compute: Callable[..., tuple[Any, ...]] = scope["compute"]
    return compute


def loop(
    given: Sequence[Symbol],
    first: Mapping[Symbol, float],
    step: Sequence[Equation],
    body: Sequence[Equation],
    counter: Symbol,
    *,
    scalar: bool,
) -> Callable[..., None]:
    """A function (last, emit, *given) that runs `body` for counter = 0, 1, … last, with `step`
    before each but the first, and hands emit(counter, values) the values of all equations.

    What `step` reads as Previous is what the round before left; else what `step` made already.
    `first` holds what stands in for those results of `step` that are not given. All in plain
    Python numbers (`scalar`), which raise where they leave their range, or in arrays of one shape.
    """
    made = [equation.symbol for equation in step]
    # A dict, for what is given and made again.
    symbols = dict.fromkeys([*given, *made, *(e.symbol for e in body)])
    now = {symbol: f"x{index}" for index, symbol in enumerate(symbols)} | {counter: "n"}
    fresh = {symbol: f"y{index}" for index, symbol in enumerate(made)}
    old = {Previous(symbol): name for symbol, name in now.items()}
    kind = _ScalarPrinter if scalar else _Printer
    stepping, computing = kind({**now, **fresh, **old}), kind(now)
    lines = [f"def run(last, emit, {', '.join(now[s] for s in given)}):"]
    lines += [f"  {now[s]} = {number!r}" for s, number in first.items()]
    lines += ["  for n in range(last + 1):", "    if n:"]
    lines += [f"      {fresh[e.symbol]} = {stepping.doprint(e.expr)}" for e in step]
    lines += [f"      {now[s]} = {name}" for s, name in fresh.items()] or ["      pass"]
    lines += [f"    {now[e.symbol]} = {computing.doprint(e.expr)}" for e in body]
    emitted = ", ".join(now[s] for s in [*made, *(e.symbol for e in body)])
    scope = dict(SCALAR if scalar else NAMESPACE)
    source = "\n".join([*lines, f"    emit(n, ({emitted},))"])
    exec(compile(source, "<lesson>", "exec"), scope)  # noqa: S102  # our own printer wrote it
    run: Callable[..., None] = scope["run"]
    return run


def value(expr: Expr, known: Mapping[Symbol, Any]) -> Any:
    """The value of one expression as a plain number, bool or text."""
    given = [symbol for symbol in expr.free_symbols if symbol in known]
    compute = function(given, [Equation(Symbol("result"), expr)], single=True)
    # Python's own floats raise where NumPy's overflow to infinity, as cells show an error.
    numbers = [np.float64(v) if isinstance(v, float) else v for v in (known[s] for s in given)]
    with np.errstate(all="ignore"):
        (result,) = compute(*numbers)
    return _scalar(result)
