"""Compile equations to NumPy functions."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from sympy import Expr, Symbol

from toolkit.symbols.cells import CellError, Reference, content_of, operand
from toolkit.symbols.content import plain
from toolkit.symbols.equation import Equation, Previous, check_order
from toolkit.symbols.numeric_printer import ArrayPrinter, Calls, ScalarPrinter, SinglePrinter
from toolkit.symbols.scope import QUICK, SCALAR, SCOPE


def function(
    arguments: Sequence[Symbol], equations: Sequence[Equation], *, single: bool = False
) -> Callable[..., tuple[Any, ...]]:
    """A function of the `arguments` that returns the values of all equations, in order.

    The arguments are numbers or arrays of equal shape, and so are the results. With `single`, the
    arguments are the contents of cells and ranges of any kind, and the cases of a formula may have
    different types; CellError is then raised if a case has to be chosen by a cell with an error.
    """
    symbols = [*arguments, *(equation.symbol for equation in equations)]
    names = {symbol: f"x{index}" for index, symbol in enumerate(symbols)}
    calls = Calls()
    printer = (SinglePrinter if single else ArrayPrinter)(names, calls)
    parameters = ", ".join(names[symbol] for symbol in arguments)
    results = ", ".join(names[equation.symbol] for equation in equations)
    lines = [f"    {names[e.symbol]} = {printer.doprint(e.expr)}" for e in equations]
    source = "\n".join([f"def compute({parameters}):", *lines, f"    return ({results},)"])
    scope = {**SCOPE, **calls.scope()}
    exec(compile(source, "<equations>", "exec"), scope)  # noqa: S102  # our own printer wrote it
    compute: Callable[..., tuple[Any, ...]] = scope["compute"]
    convert: Callable[[Any], Any] = content_of if single else _of_map
    return lambda *values: tuple(map(convert, compute(*map(operand, values))))


def _of_map(result: Any) -> Any:
    return content_of(result) if isinstance(result, Reference) else result


def loop(
    arguments: Sequence[Symbol],
    first: Mapping[Symbol, float],
    step: Sequence[Equation],
    body: Sequence[Equation],
    counter: Symbol,
    *,
    scalar: bool,
    quick: bool = False,
) -> Callable[..., None]:
    """Compile a loop: a function run(last, emit, *arguments).

    The function evaluates `body` for counter = 0, 1, … last, and `step` before each round except
    the first. After each round it calls emit(counter, values) with the values of all equations.

    In `step`, a Previous refers to the value in the round before, and any other symbol to the
    current round. `first` holds the initial values of those results of `step` that are not
    arguments. If `scalar`, all numbers are plain Python numbers, whose operations may raise an
    error when they leave their range; otherwise they are arrays of equal shape. `quick` allows
    functions whose last digits depend on the machine.
    """
    results = [equation.symbol for equation in (*step, *body)]
    # A dict, because an argument may also be the result of an equation.
    symbols = dict.fromkeys([*arguments, *results])
    names = {symbol: f"x{index}" for index, symbol in enumerate(symbols)} | {counter: "n"}
    printer, calls = ScalarPrinter if scalar else ArrayPrinter, Calls()
    lines = [
        f"def run(last, emit, {', '.join(names[s] for s in arguments)}):",
        *(f"  {names[s]} = {number!r}" for s, number in first.items()),
        "  for n in range(last + 1):",
        "    if n:",
        *(f"      {line}" for line in _step_lines(step, names, printer, calls)),
        *(f"    {line}" for line in printer(names, calls).assignments(body, "b")),
        f"    emit(n, ({', '.join(names[s] for s in results)},))",
    ]
    functions = SCALAR if scalar else {**SCOPE, **(QUICK if quick else {})}
    scope = {**functions, **calls.scope()}
    source = "\n".join(lines)
    exec(compile(source, "<lesson>", "exec"), scope)  # noqa: S102  # our own printer wrote it
    run: Callable[..., None] = scope["run"]
    return run


def _step_lines(
    step: Sequence[Equation],
    names: Mapping[Symbol, str],
    printer: type[ScalarPrinter] | type[ArrayPrinter],
    calls: Calls,
) -> Iterator[str]:
    """The lines of source that compute a step.

    The results are assigned after the last equation, so that Previous still refers to the values of
    the round before.
    """
    fresh = {equation.symbol: f"y{index}" for index, equation in enumerate(step)}
    previous = {Previous(symbol): name for symbol, name in names.items()}
    yield from printer({**names, **fresh, **previous}, calls).assignments(step, "s")
    yield from (f"{names[symbol]} = {name}" for symbol, name in fresh.items())
    if not step:
        yield "pass"


def value(expr: Expr, known: Mapping[Symbol, Any]) -> Any:
    """The value of an expression as a plain number, bool or text; nan or inf for an error."""
    arguments = tuple(symbol for symbol in expr.free_symbols if symbol in known)
    compute = _cell_function(arguments, expr)
    with np.errstate(all="ignore"):
        try:
            (result,) = compute(*(known[symbol] for symbol in arguments))
        except (CellError, ZeroDivisionError, OverflowError):
            return math.nan
    return result


# The cells of a table or a map compute the same expression of other cells.
@lru_cache(maxsize=1 << 13)
def _cell_function(arguments: tuple[Symbol, ...], expr: Expr) -> Callable[..., tuple[Any, ...]]:
    return function(arguments, [Equation(Symbol("result"), expr)], single=True)


def values(equations: Sequence[Equation], known: Mapping[Symbol, Any]) -> dict[Symbol, Any]:
    """The values of all quantities that `equations` define, in the same order.

    `known` maps the other quantities in the equations to numbers or to arrays of equal shape.
    Results outside the range of float64 are nan or inf.

    Raises ValueError if an equation uses a quantity that is neither known nor defined earlier.
    """
    check_order(equations, known)
    with np.errstate(all="ignore"):
        results = function(list(known), equations)(*known.values())
    return {e.symbol: plain(result) for e, result in zip(equations, results, strict=True)}
