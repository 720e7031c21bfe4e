"""Equations between named quantities, and their gradients by the chain rule."""

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
    """A real-valued quantity with the given name, such as i1, w1, a_h1 or E_total."""
    return Symbol(name, real=True)


def quantities(names: str) -> tuple[Symbol, ...]:
    """Several real-valued quantities; the names are separated by spaces or commas.

    For example, `w, x, t = quantities("w x t")`.
    """
    return tuple(map(quantity, re.split(r"[\s,]+", names.strip(" ,"))))


class Gradient(Symbol):
    """The symbol ∂loss/∂wrt. Its value is defined by an equation, as for any other symbol."""

    loss: Symbol
    wrt: Symbol

    def __new__(cls, loss: Symbol, wrt: Symbol) -> "Gradient":
        """Create the symbol, or return the existing one for the same pair."""
        gradient: Gradient = Symbol.__new__(cls, f"∂{loss.name}/∂{wrt.name}", real=True)
        gradient.loss, gradient.wrt = loss, wrt
        return gradient

    def __getnewargs_ex__(self) -> tuple[tuple[Symbol, Symbol], dict[str, bool]]:
        return (self.loss, self.wrt), {}

    def _latex(self, printer: Any) -> str:
        loss, wrt = printer._print(self.loss), printer._print(self.wrt)
        return rf"\frac{{\partial {loss}}}{{\partial {wrt}}}"


class Previous(Symbol):
    """The value of a quantity one epoch earlier, which is in the row above."""

    of: Symbol

    def __new__(cls, of: Symbol) -> "Previous":
        """Create the symbol, or return the existing one for the same quantity."""
        previous: Previous = Symbol.__new__(cls, f"previous {of.name}", real=True)
        previous.of = of
        return previous

    def __getnewargs_ex__(self) -> tuple[tuple[Symbol], dict[str, bool]]:
        return (self.of,), {}

    def _latex(self, printer: Any) -> str:
        return rf"{{{printer._print(self.of)}}}^{{\mathrm{{old}}}}"


@dataclass(frozen=True)
class Equation:
    """An equation symbol = expr: one line of a derivation.

    The symbol may be given by its name. `str` returns the equation as a line of text; notebooks
    show it typeset.
    """

    symbol: Symbol
    expr: Expr

    def __post_init__(self) -> None:
        if isinstance(self.symbol, str):
            object.__setattr__(self, "symbol", quantity(self.symbol))
        if not isinstance(self.expr, Basic):
            object.__setattr__(self, "expr", sympify(self.expr))

    def formula(self, cells: Callable[[Symbol], str] | Mapping[Symbol, str]) -> str:
        """The spreadsheet formula; `cells` maps each symbol to its address.

        Raises ValueError if a symbol in the equation has no address.
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
    """Raise ValueError if the equations are not in an order in which they can be computed.

    An equation may use only symbols that are in `known` or defined by earlier equations, and no
    symbol may be defined twice.
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
    """The gradients ∂loss/∂x of all quantities x between the loss and `wrt`, then of those in
    `wrt`.

    `forward` lists the equations in the order of computation; the last one defines the loss. Each
    gradient follows from the chain rule over the quantities y that depend directly on x: ∂loss/∂x =
    sum over y of ∂loss/∂y · ∂y/∂x. An index of these dependencies is built once, so the cost grows
    linearly with the number of products.

    Raises ValueError if an equation uses a quantity that a later one defines.
    """
    if not forward:
        return []
    defined = {equation.symbol for equation in forward}
    operands = {symbol for equation in forward for symbol in equation.expr.free_symbols}
    check_order(forward, operands - defined)
    loss = forward[-1].symbol
    readers = _readers(forward)
    away = _distances(forward, readers)
    inner = [equation.symbol for equation in forward if equation.symbol != loss]
    inner.sort(key=lambda symbol: away[symbol])
    targets = dict.fromkeys(wrt)
    # Quantities on which the loss does not depend have no gradient, such as a softmax whose loss is
    # computed from the logits.
    leading, gradients = {loss}, []
    for symbol in dict.fromkeys([*inner, *targets]):
        ways = [(reader, local) for reader, local in readers[symbol] if reader.symbol in leading]
        if ways or symbol in targets:
            leading.add(symbol)
            gradients.append(_chain_rule(symbol, ways, loss))
    return _needed(gradients, {Gradient(loss, symbol) for symbol in targets})


def _needed(gradients: list[Equation], targets: set[Symbol]) -> list[Equation]:
    """The gradients of `targets`, and all gradients on which they depend."""
    needed = []
    for equation in reversed(gradients):
        if equation.symbol in targets:
            needed.append(equation)
            targets |= equation.expr.free_symbols
    return needed[::-1]


def _distances(forward: Sequence[Equation], readers: Readers) -> dict[Symbol, int]:
    """The number of equations between each quantity and the loss, along the longest path."""
    away: dict[Symbol, int] = {}
    for equation in reversed(forward):
        further = (away[reader.symbol] for reader, _ in readers[equation.symbol])
        away[equation.symbol] = 1 + max(further, default=-1)
    return away


def _readers(forward: Sequence[Equation]) -> Readers:
    """For each quantity, the quantities that depend directly on it, each with its derivative."""
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
    """The nonzero derivatives ∂y/∂x of an equation y = expr for every symbol x in it.

    If the expression of y occurs in a derivative, it is replaced by y. The replacement is limited
    to this equation and to expressions that are more than one symbol: for an identity activation a
    = h, replacing h everywhere would change other equations. A sum is differentiated term by term,
    each term only by its own symbols, so that the cost grows linearly with its length.
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
    """The equations with every defined symbol replaced by its definition, recursively.

    `definitions` are in order: each uses only earlier ones, or symbols not defined here.
    """
    known: dict[Symbol, Expr] = {}
    for definition in definitions:
        known[definition.symbol] = _replaced(definition.expr, known)
    return [Equation(e.symbol, _replaced(e.expr, known)) for e in equations]


def _replaced(expr: Expr, known: dict[Symbol, Expr]) -> Expr:
    operands = {symbol: known[symbol] for symbol in expr.free_symbols if symbol in known}
    return expr.xreplace(operands) if operands else expr
