"""Equations as NumPy functions."""

import math
from collections.abc import Callable, Mapping, Sequence
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
    """A function of the `arguments` that returns the value of every equation, in order.

    Arguments are numbers or arrays of one shape; so are the results. `single`: the contents of
    single cells and of ranges, of any kind; the cases of a formula may be of different types.
    CellError is raised where an error in a cell decides which case holds.
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
    """A function (last, emit, *arguments) that runs `body` for counter = 0, 1, … last, with `step`
    before each but the first, and hands emit(counter, values) the values of all equations.

    What `step` reads as Previous is what the round before left; else what `step` made already.
    `first` holds what stands in for those results of `step` that are not given. All in plain
    Python numbers (`scalar`), which may raise where they leave their range, or in arrays of one
    shape; `quick` with functions whose last digits depend on the machine.
    """
    step_symbols = [equation.symbol for equation in step]
    # A dict, for what is given and made again.
    symbols = dict.fromkeys([*arguments, *step_symbols, *(e.symbol for e in body)])
    now = {symbol: f"x{index}" for index, symbol in enumerate(symbols)} | {counter: "n"}
    fresh = {symbol: f"y{index}" for index, symbol in enumerate(step_symbols)}
    old = {Previous(symbol): name for symbol, name in now.items()}
    kind = ScalarPrinter if scalar else ArrayPrinter
    calls = Calls()
    stepping, computing = kind({**now, **fresh, **old}, calls), kind(now, calls)
    lines = [f"def run(last, emit, {', '.join(now[s] for s in arguments)}):"]
    lines += [f"  {now[s]} = {number!r}" for s, number in first.items()]
    lines += ["  for n in range(last + 1):", "    if n:"]
    lines += [f"      {line}" for line in stepping.assignments(step, "s")]
    lines += [f"      {now[s]} = {name}" for s, name in fresh.items()] or ["      pass"]
    lines += [f"    {line}" for line in computing.assignments(body, "b")]
    emitted = ", ".join(now[s] for s in [*step_symbols, *(e.symbol for e in body)])
    known = SCALAR if scalar else {**SCOPE, **(QUICK if quick else {})}
    scope = {**known, **calls.scope()}
    source = "\n".join([*lines, f"    emit(n, ({emitted},))"])
    exec(compile(source, "<lesson>", "exec"), scope)  # noqa: S102  # our own printer wrote it
    run: Callable[..., None] = scope["run"]
    return run


def value(expr: Expr, known: Mapping[Symbol, Any]) -> Any:
    """The value of one expression as a plain number, bool or text; nan or inf for an error."""
    arguments = [symbol for symbol in expr.free_symbols if symbol in known]
    compute = function(arguments, [Equation(Symbol("result"), expr)], single=True)
    with np.errstate(all="ignore"):
        try:
            (result,) = compute(*(known[symbol] for symbol in arguments))
        except (CellError, ZeroDivisionError, OverflowError):
            return math.nan
    return result


def values(equations: Sequence[Equation], known: Mapping[Symbol, Any]) -> dict[Symbol, Any]:
    """The value of every quantity that `equations` define, in their order; `known` gives those of
    the quantities that they read, as numbers or as arrays of one shape. What leaves float64's range
    is nan or inf.

    Raises ValueError where an equation reads what is neither known nor defined by an earlier one.
    """
    check_order(equations, known)
    with np.errstate(all="ignore"):
        results = function(list(known), equations)(*known.values())
    return {e.symbol: plain(result) for e, result in zip(equations, results, strict=True)}
