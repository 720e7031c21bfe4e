"""Equations as NumPy functions."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import numpy as np
from sympy import Expr, Rational, Symbol
from sympy.printing.numpy import NumPyPrinter
from sympy.printing.precedence import PRECEDENCE

from toolkit.symbols import criteria, exact, ranges
from toolkit.symbols.cells import (
    RELATIONS,
    CellError,
    Reference,
    amounts,
    content_of,
    contents,
    is_number,
    number_of,
    operand,
    related,
    rows,
    where,
)
from toolkit.symbols.content import is_error
from toolkit.symbols.equation import Equation, Previous
from toolkit.symbols.precedence import Reading, cases
from toolkit.symbols.sharing import repeated

LONGEST_NUMERAL = 21
WIDE = Context(prec=400)  # the digits of any number, before the point and after


def _shown(cell: Any) -> str:
    """A cell joined to text, as a spreadsheet shows it: 15 digits, no trailing zeros."""
    if cell is None or isinstance(cell, str):
        return cell or ""
    if isinstance(cell, bool):
        return str(cell).upper()
    number = Decimal(f"{float(cell) + 0.0:.15g}")  # + 0.0 for the sign of -0.0
    plain = f"{number:f}"
    # Programs differ on where powers of ten begin; up to here they agree.
    return plain if len(plain) <= LONGEST_NUMERAL else f"{number.normalize():E}"


def _joined(*parts: Any) -> Any:
    cells = [cell for part in parts for cell in contents(part)]
    return math.nan if any(map(is_error, cells)) else "".join(map(_shown, cells))


def _scalar(value: Any) -> Any:
    return value.item() if isinstance(value, np.ndarray | np.generic) else value


def _number_text(number: Any) -> Any:
    """What the formula of toolkit.symbols.functions.number_text says, step by step."""
    x = float(_scalar(number))
    if not math.isfinite(x):
        return x
    if exact.log10(max(1e-300, abs(x))) <= -300:
        return "0"
    power = math.floor(exact.log10(abs(x)) + 400) - 400
    if 0.00009999995 <= abs(x) < 999999999.5:
        return _shortest(rounded(x, max(0, 5 - power)))
    mantissa = rounded(x / 10.0**power, 5)
    if abs(mantissa) >= 10:  # 9.999999
        mantissa, power = mantissa / 10, power + 1
    return f"{_shortest(mantissa)}·10^{power}"


def _number_in_brackets(number: Any) -> Any:
    text = _number_text(number)
    return f"({text})" if isinstance(text, str) and float(_scalar(number)) < 0 else text


def rounded(x: float, places: int) -> Decimal:
    """A number rounded to so many decimals, halves away from 0, as spreadsheets round.

    They take it with 15 digits: 98.80499999999999 is 98.805. LibreOffice does so while the digits
    kept are a number below 2^41.
    """
    digits = f"{x:.15g}" if abs(x) * 10.0**places < 2**41 else repr(x)
    return Decimal(digits).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, WIDE)


def _shortest(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _power(base: Any, exponent: Any) -> Any:
    base, exponent = amounts(base), amounts(exponent)
    # To NumPy, nan to the power of 0 is 1.
    lost = np.ndim(base) == np.ndim(exponent) == 0 and math.isnan(base + exponent)
    return math.nan if lost else exact.power(base, exponent)


NAMESPACE: dict[str, Any] = {
    "joined": _joined,
    "number_text": _number_text,
    "number_in_brackets": _number_in_brackets,
    "floor": exact.floor,
    "power": _power,
    "sum": exact.total,
    "where": where,
    "is_number": is_number,
    "number_of": number_of,
    "rows": rows,
    "counted": criteria.count,
    "count_numbers": ranges.count_numbers,
    "total": ranges.total,
    "mean": ranges.mean,
    "largest": ranges.largest,
    "smallest": ranges.smallest,
    "standard_deviation": ranges.deviation_of_sample,
    "squares": ranges.squares,
    "summed": ranges.summed,
    "sum_of_products": ranges.sum_of_products,
    "first_at_most": ranges.first_at_most,
    "last": ranges.last,
    "lookup": ranges.look_up,
    "picked": ranges.picked,
    "place_or": ranges.place_or,
}
# Of these every digit is the same everywhere, of NumPy's other functions it is not.
NUMPY = "sqrt minimum maximum abs sign nan pi radians logical_and logical_or logical_not"
EXACT = "exp capped_exp log log10 log1p tanh sin cos normal_cdf"
NAMESPACE |= {name: getattr(np, name) for name in NUMPY.split()}
NAMESPACE |= {relation.__name__: related(relation) for relation in RELATIONS}
NAMESPACE |= {name: exact.over_arrays(getattr(exact, name)) for name in EXACT.split()}
# NumPy's own, up to a hundred times faster: for more numbers than any workbook shows.
QUICK: dict[str, Any] = {
    **{name: getattr(np, name) for name in ("exp", "log", "log1p", "tanh")},
    "capped_exp": lambda x: np.exp(np.minimum(x, exact.LARGEST_EXPONENT)),
}


class _Printer(Reading, NumPyPrinter):
    """NumPy source in which symbols of any spelling become Python names."""

    reading = "NumPy value"
    scope = NAMESPACE

    def __init__(self, names: Mapping[Symbol, str]) -> None:
        super().__init__({"fully_qualified_modules": False, "inline": True})
        self._names = names
        self._repeated: set[Expr] = set()
        self._parts: dict[Expr, str] = {}
        self._lines: list[str] = []

    def assignments(self, equations: Sequence[Equation], prefix: str) -> Iterator[str]:
        """A line for each equation, and one before it for each part of it that is computed more
        than once; the names of these begin with `prefix`.
        """
        self._repeated = repeated(e.expr for e in equations)
        self._parts, self._prefix = {}, prefix
        for equation in equations:
            text = self.doprint(equation.expr)
            yield from self._lines
            self._lines = []
            yield f"{self._names[equation.symbol]} = {text}"

    def _print(self, expr: Any, **settings: Any) -> Any:
        if not isinstance(expr, Expr) or expr not in self._repeated:
            return super()._print(expr, **settings)
        if expr not in self._parts:
            text = super()._print(expr, **settings)
            self._parts[expr] = f"{self._prefix}{len(self._parts)}"
            self._lines.append(f"{self._parts[expr]} = {text}")
        return self._parts[expr]

    def _print_Symbol(self, symbol: Symbol) -> str:
        return self._names[symbol]

    def _print_Piecewise(self, piecewise: Any) -> str:
        # NumPy's select, which SymPy would print, has no default for text.
        conditional, otherwise = cases(piecewise)
        text: str = self._print(otherwise)
        for answer, condition in reversed(conditional):
            text = self._case(self._print(condition), self._print(answer), text)
        return text

    def _print_Pow(self, power: Any, rational: bool = False) -> str:
        # Not **, for which C's pow stands: its last digit differs between machines.
        base, exponent = power.args
        if exponent.is_number and exponent.is_negative:
            return f"(1/{self._factor(base**-exponent)})"
        if exponent == 2:
            text = self._print(base)
            return f"({text}*{text})" if base.is_Symbol else f"((square := {text})*square)"
        if exponent == Rational(1, 2):
            return f"sqrt({self._print(base)})"
        return f"power({self._print(base)}, {self._print(exponent)})"

    def _print_ITE(self, choice: Any) -> str:
        return self._case(*map(self._print, choice.args))

    def _print_And(self, conditions: Any) -> str:
        # Not reduce, which SymPy would print: it needs conditions of one shape.
        return self._in_turn("logical_and", conditions)

    def _print_Or(self, conditions: Any) -> str:
        return self._in_turn("logical_or", conditions)

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
    "exp": exact.exp,
    "capped_exp": exact.capped_exp,
    "log": exact.log,
    "log1p": exact.log1p,
    "tanh": exact.tanh,
    "power": exact.power,
    "sqrt": math.sqrt,
    "sign": lambda x: (x > 0) - (x < 0),
    "pi": math.pi,
    "minimum": min,
    "maximum": max,
    "where": lambda condition, answer, otherwise: answer if condition else otherwise,
    "abs": abs,
    "normal_cdf": exact.normal_cdf,
    "number_of": float,
    **{relation.__name__: compare for relation, compare in RELATIONS.items()},
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

    Arguments are numbers or arrays of one shape; so are the results. `single`: the contents of
    single cells and of ranges, of any kind; the cases of a formula may be of different types.
    CellError is raised where an error in a cell decides which case holds.
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
    shown: Callable[[Any], Any] = content_of if single else _of_map
    return lambda *values: tuple(map(shown, compute(*map(operand, values))))


def _of_map(result: Any) -> Any:
    return content_of(result) if isinstance(result, Reference) else result


def loop(
    given: Sequence[Symbol],
    first: Mapping[Symbol, float],
    step: Sequence[Equation],
    body: Sequence[Equation],
    counter: Symbol,
    *,
    scalar: bool,
    quick: bool = False,
) -> Callable[..., None]:
    """A function (last, emit, *given) that runs `body` for counter = 0, 1, … last, with `step`
    before each but the first, and hands emit(counter, values) the values of all equations.

    What `step` reads as Previous is what the round before left; else what `step` made already.
    `first` holds what stands in for those results of `step` that are not given. All in plain
    Python numbers (`scalar`), which may raise where they leave their range, or in arrays of one
    shape; `quick` with functions whose last digits depend on the machine.
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
    lines += [f"      {line}" for line in stepping.assignments(step, "s")]
    lines += [f"      {now[s]} = {name}" for s, name in fresh.items()] or ["      pass"]
    lines += [f"    {line}" for line in computing.assignments(body, "b")]
    emitted = ", ".join(now[s] for s in [*made, *(e.symbol for e in body)])
    scope = dict(SCALAR) if scalar else NAMESPACE | (QUICK if quick else {})
    source = "\n".join([*lines, f"    emit(n, ({emitted},))"])
    exec(compile(source, "<lesson>", "exec"), scope)  # noqa: S102  # our own printer wrote it
    run: Callable[..., None] = scope["run"]
    return run


def value(expr: Expr, known: Mapping[Symbol, Any]) -> Any:
    """The value of one expression as a plain number, bool or text; nan or inf for an error."""
    given = [symbol for symbol in expr.free_symbols if symbol in known]
    compute = function(given, [Equation(Symbol("result"), expr)], single=True)
    with np.errstate(all="ignore"):
        try:
            (result,) = compute(*(known[symbol] for symbol in given))
        except (CellError, ZeroDivisionError, OverflowError):
            return math.nan
    return result
