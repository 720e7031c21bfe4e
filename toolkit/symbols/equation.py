"""Equations between named quantities, and the gradients that the chain rule makes of them."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Add, Basic, Expr, Symbol, sympify

from toolkit.symbols import order
from toolkit.symbols.excel import excel
from toolkit.symbols.latex import latex
from toolkit.symbols.plain import plain


def quantity(name: str) -> Symbol:
    """A real-valued quantity as the class writes it: i1, w1, a_h1, E_total."""
    return Symbol(name, real=True)


def quantities(names: str) -> tuple[Symbol, ...]:
    """Several real-valued quantities, from their names with spaces or commas between them:
    `w, x, t = quantities("w x t")`.
    """
    return tuple(map(quantity, re.split(r"[\s,]+", names.strip(" ,"))))


class Gradient(Symbol):
    """The symbol ∂loss/∂wrt; what it equals is an equation like any other."""

    loss: Symbol
    wrt: Symbol

    def __new__(cls, loss: Symbol, wrt: Symbol) -> "Gradient":
        """The one symbol for this pair."""
        gradient: Gradient = Symbol.__new__(cls, f"∂{loss.name}/∂{wrt.name}", real=True)
        gradient.loss, gradient.wrt = loss, wrt
        return gradient

    def __getnewargs_ex__(self) -> tuple[tuple[Symbol, Symbol], dict[str, bool]]:
        return (self.loss, self.wrt), {}

    def _latex(self, printer: Any) -> str:
        loss, wrt = printer._print(self.loss), printer._print(self.wrt)
        return rf"\frac{{\partial {loss}}}{{\partial {wrt}}}"


class Previous(Symbol):
    """The value that a quantity had one epoch earlier: the cell in the row above."""

    of: Symbol

    def __new__(cls, of: Symbol) -> "Previous":
        """The one symbol for this quantity."""
        previous: Previous = Symbol.__new__(cls, f"previous {of.name}", real=True)
        previous.of = of
        return previous

    def __getnewargs_ex__(self) -> tuple[tuple[Symbol], dict[str, bool]]:
        return (self.of,), {}

    def _latex(self, printer: Any) -> str:
        return rf"{{{printer._print(self.of)}}}^{{\mathrm{{old}}}}"


@dataclass(frozen=True)
class Equation:
    """One line of the derivation: symbol = expr. A name may be given instead of the symbol.

    `str` gives it as a line of text; notebooks show it typeset.
    """

    symbol: Symbol
    expr: Expr

    def __post_init__(self) -> None:
        if isinstance(self.symbol, str):
            object.__setattr__(self, "symbol", quantity(self.symbol))
        if not isinstance(self.expr, Basic):
            object.__setattr__(self, "expr", sympify(self.expr))

    def formula(self, cells: Callable[[Symbol], str] | Mapping[Symbol, str]) -> str:
        """The spreadsheet formula; `cells` gives the address of each symbol.

        Raises ValueError where a mapping lacks a symbol that the equation reads.
        """
        return "=" + excel(self.expr, _address_in(cells) if isinstance(cells, Mapping) else cells)

    def latex(self) -> str:
        """The equation as LaTeX, without dollar signs."""
        return f"{latex(self.symbol)} = {latex(self.expr)}"

    def __str__(self) -> str:
        return f"{self.symbol} = {plain(self.expr)}"

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"


def _address_in(cells: Mapping[Symbol, str]) -> Callable[[Symbol], str]:
    def address(symbol: Symbol) -> str:
        if symbol not in cells:
            raise ValueError(f"{symbol} has no cell; give its address too")
        return cells[symbol]

    return address


Readers = dict[Symbol, list[tuple[Equation, Expr]]]


def check_order(equations: Iterable[Equation], known: Iterable[Symbol]) -> None:
    """Raise ValueError where an equation reads what no earlier equation (or `known`) defines, or
    defines what is defined already.
    """
    defined = set(known)
    for equation in equations:
        if equation.symbol in defined:
            raise ValueError(f"{equation.symbol} is defined twice; give it one equation")
        missing = equation.expr.free_symbols - defined
        if missing:
            names = ", ".join(sorted(symbol.name for symbol in missing))
            raise ValueError(
                f"{equation.symbol} reads {names} before they are defined; "
                "list those equations first"
            )
        defined.add(equation.symbol)


def derive(forward: Sequence[Equation], wrt: Iterable[Symbol]) -> list[Equation]:
    """∂loss/∂x for every quantity between the loss and `wrt`, then for each of `wrt`.

    Each is the chain rule over the quantities that read x directly:
    ∂loss/∂x = sum over y of ∂loss/∂y · ∂y/∂x. `forward` is in order of computation; the loss is the
    quantity that its last equation defines. Who reads what is indexed once, so the cost grows with
    the number of products, not its square.

    Raises ValueError where an equation reads what a later one defines.
    """
    if not forward:
        return []
    defined = {equation.symbol for equation in forward}
    read = {symbol for equation in forward for symbol in equation.expr.free_symbols}
    check_order(forward, read - defined)
    loss = forward[-1].symbol
    readers = _readers(forward)
    away = _distances(forward, readers)
    inner = [equation.symbol for equation in forward if equation.symbol != loss]
    inner.sort(key=lambda symbol: away[symbol])
    targets = dict.fromkeys(wrt)
    # What leads nowhere, such as a softmax whose loss reads the logits, has no gradient to pass on.
    leading, gradients = {loss}, []
    for symbol in dict.fromkeys([*inner, *targets]):
        ways = [(reader, local) for reader, local in readers[symbol] if reader.symbol in leading]
        if ways or symbol in targets:
            leading.add(symbol)
            gradients.append(_chain_rule(symbol, ways, loss))
    return _needed(gradients, {Gradient(loss, symbol) for symbol in targets})


def _needed(gradients: list[Equation], targets: set[Symbol]) -> list[Equation]:
    """The gradients of `targets`, and those that these read directly or indirectly."""
    needed = []
    for equation in reversed(gradients):
        if equation.symbol in targets:
            needed.append(equation)
            targets |= equation.expr.free_symbols
    return needed[::-1]


def _distances(forward: Sequence[Equation], readers: Readers) -> dict[Symbol, int]:
    """How many equations lie between each quantity and the loss, along the longest way."""
    away: dict[Symbol, int] = {}
    for equation in reversed(forward):
        further = (away[reader.symbol] for reader, _ in readers[equation.symbol])
        away[equation.symbol] = 1 + max(further, default=-1)
    return away


def _readers(forward: Sequence[Equation]) -> Readers:
    """Who reads a quantity directly, each with its derivative by that quantity."""
    readers: Readers = defaultdict(list)
    for equation in forward:
        for symbol, local in local_derivatives(equation).items():
            readers[symbol].append((equation, local))
    return readers


def _chain_rule(wrt: Symbol, readers: list[tuple[Equation, Expr]], loss: Symbol) -> Equation:
    terms = [
        local if reader.symbol == loss else Gradient(loss, reader.symbol) * local
        for reader, local in readers
    ]
    return Equation(Gradient(loss, wrt), Add(*terms))


def local_derivatives(equation: Equation) -> dict[Symbol, Expr]:
    """∂y/∂x of one equation y = expr for every x it reads, but for those that are 0 throughout.

    Each is written with y wherever its own expression comes back. Renaming is confined to this
    equation and to expressions that are not a lone symbol: with an identity activation, a = h,
    renaming h everywhere would change what other equations mean. A sum is differentiated term by
    term, each only by what it reads, so that the cost grows with its length and not its square.
    """
    expr = equation.expr
    if isinstance(expr, Add):
        partials: dict[Symbol, list[Expr]] = defaultdict(list)
        for term in order.terms(expr):
            for symbol in _symbols(term):
                partials[symbol].append(term.diff(symbol))
        return {symbol: Add(*parts) for symbol, parts in partials.items() if any(parts)}
    renamed = {} if expr.is_Atom else {expr: equation.symbol}
    by_symbol = {symbol: expr.diff(symbol).xreplace(renamed) for symbol in _symbols(expr)}
    return {symbol: local for symbol, local in by_symbol.items() if local != 0}


def _symbols(expr: Expr) -> list[Symbol]:
    return sorted(expr.free_symbols, key=lambda symbol: order.natural(symbol.name))


def inline(equations: Iterable[Equation], definitions: Iterable[Equation]) -> list[Equation]:
    """`equations` with every defined symbol replaced by its definition, all the way down.

    `definitions` are in order: each reads only earlier ones, or what is not defined here.
    """
    known: dict[Symbol, Expr] = {}
    for definition in definitions:
        known[definition.symbol] = _replaced(definition.expr, known)
    return [Equation(e.symbol, _replaced(e.expr, known)) for e in equations]


def _replaced(expr: Expr, known: dict[Symbol, Expr]) -> Expr:
    read = {symbol: known[symbol] for symbol in expr.free_symbols if symbol in known}
    return expr.xreplace(read) if read else expr
