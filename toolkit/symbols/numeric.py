"""Equations as NumPy functions."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
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

    What `step` reads as Previous is the value of the round before; any other value is that of this
    round. `first` holds the starting values of those results of `step` that are not given. All
    numbers are plain Python numbers (`scalar`), which may raise where they leave their range, or
    else arrays of one shape. `quick` allows functions whose last digits depend on the machine.
    """
    results = [equation.symbol for equation in (*step, *body)]
    # A dict, because a symbol that is given may be the result of an equation as well.
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
    """The lines that compute a step. Its results get their names only after its last equation, so
    that Previous still reads the values of the round before.
    """
    fresh = {equation.symbol: f"y{index}" for index, equation in enumerate(step)}
    previous = {Previous(symbol): name for symbol, name in names.items()}
    yield from printer({**names, **fresh, **previous}, calls).assignments(step, "s")
    yield from (f"{names[symbol]} = {name}" for symbol, name in fresh.items())
    if not step:
        yield "pass"


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
