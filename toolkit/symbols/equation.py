"""Equations between named quantities, and the gradients that the chain rule makes of them."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sympy import Add, Expr, Symbol
from sympy import latex as sympy_latex

from toolkit.symbols import order
from toolkit.symbols.excel import excel


def quantity(name: str) -> Symbol:
    """A real-valued quantity as the class writes it: i1, w1, a_h1, E_total."""
    return Symbol(name, real=True)


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

    def _latex(self, printer: object) -> str:
        return rf"\frac{{\partial {sympy_latex(self.loss)}}}{{\partial {sympy_latex(self.wrt)}}}"


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


@dataclass(frozen=True)
class Equation:
    """One line of the derivation: symbol = expr."""

    symbol: Symbol
    expr: Expr

    def formula(self, cells: Callable[[Symbol], str]) -> str:
        """The spreadsheet formula; `cells` gives the address of each symbol."""
        return "=" + excel(self.expr, cells)

    def latex(self) -> str:
        """The typeset equation."""
        return f"{sympy_latex(self.symbol)} = {sympy_latex(self.expr)}"


Readers = dict[Symbol, list[tuple[Equation, Expr]]]


def check_order(equations: Iterable[Equation], given: Iterable[Symbol]) -> None:
    """Raise ValueError where an equation reads what no earlier equation (or `given`) defines."""
    defined = set(given)
    for equation in equations:
        missing = equation.expr.free_symbols - defined
        if missing:
            names = ", ".join(sorted(symbol.name for symbol in missing))
            raise ValueError(
                f"{equation.symbol} reads {names} before they are defined; "
                "list those equations first"
            )
        defined.add(equation.symbol)


def derive(forward: list[Equation], loss: Symbol, wrt: Iterable[Symbol]) -> list[Equation]:
    """∂loss/∂x for every quantity between the loss and `wrt`, then for each of `wrt`.

    Each is the chain rule over the quantities that read x directly:
    ∂loss/∂x = sum over y of ∂loss/∂y · ∂y/∂x. `forward` is in order of computation, the loss last.
    Who reads what is indexed once, so the cost grows with the number of products, not its square.
    """
    readers = _readers(forward)
    away = _distances(forward, readers)
    inner = [equation.symbol for equation in forward if equation.symbol != loss]
    inner.sort(key=lambda symbol: away[symbol])
    targets = dict.fromkeys(wrt)
    # What leads nowhere, such as a softmax whose loss reads the logits, has no gradient to pass on.
    leading, found = {loss}, []
    for symbol in [*inner, *targets]:
        ways = [(reader, local) for reader, local in readers[symbol] if reader.symbol in leading]
        if ways or symbol in targets:
            leading.add(symbol)
            found.append(_chain_rule(symbol, ways, loss))
    return _needed(found, {Gradient(loss, symbol) for symbol in targets})


def _needed(gradients: list[Equation], wanted: set[Symbol]) -> list[Equation]:
    """Those of `gradients` that are wanted or that one of these reads, directly or not."""
    kept = []
    for equation in reversed(gradients):
        if equation.symbol in wanted:
            kept.append(equation)
            wanted |= equation.expr.free_symbols
    return kept[::-1]


def _distances(forward: list[Equation], readers: Readers) -> dict[Symbol, int]:
    """How many equations lie between each quantity and the loss, along the longest way."""
    away: dict[Symbol, int] = {}
    for equation in reversed(forward):
        further = (away[reader.symbol] for reader, _ in readers[equation.symbol])
        away[equation.symbol] = 1 + max(further, default=-1)
    return away


def _readers(forward: list[Equation]) -> Readers:
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
        found: dict[Symbol, list[Expr]] = defaultdict(list)
        for term in order.terms(expr):
            for symbol in _symbols(term):
                found[symbol].append(term.diff(symbol))
        return {symbol: Add(*parts) for symbol, parts in found.items() if any(parts)}
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
