"""Equations between named quantities, and the gradients that the chain rule makes of them."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sympy import Add, Expr, Symbol
from sympy import latex as sympy_latex

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
    return [_chain_rule(symbol, readers[symbol], loss) for symbol in [*inner, *wrt]]


def _distances(forward: list[Equation], readers: dict[Symbol, list[Equation]]) -> dict[Symbol, int]:
    """How many equations lie between each quantity and the loss, along the longest way."""
    away: dict[Symbol, int] = {}
    for equation in reversed(forward):
        further = (away[reader.symbol] for reader in readers[equation.symbol])
        away[equation.symbol] = 1 + max(further, default=-1)
    return away


def _readers(forward: list[Equation]) -> dict[Symbol, list[Equation]]:
    readers: dict[Symbol, list[Equation]] = defaultdict(list)
    for equation in forward:
        for symbol in equation.expr.free_symbols:
            readers[symbol].append(equation)
    return readers


def _chain_rule(wrt: Symbol, readers: list[Equation], loss: Symbol) -> Equation:
    terms = [
        local if reader.symbol == loss else Gradient(loss, reader.symbol) * local
        for reader in readers
        for local in [local_derivative(reader, wrt)]
    ]
    return Equation(Gradient(loss, wrt), Add(*terms))


def local_derivative(equation: Equation, wrt: Symbol) -> Expr:
    """∂y/∂x of one equation y = expr, written with y wherever its own expression comes back.

    Renaming is confined to this equation and to expressions that are not a lone symbol: with an
    identity activation, a = h, renaming h everywhere would change what other equations mean.
    """
    derivative = equation.expr.diff(wrt)
    if equation.expr.is_Atom:
        return derivative
    return derivative.xreplace({equation.expr: equation.symbol})


def inline(equation: Equation, definitions: Iterable[Equation]) -> Equation:
    """`equation` with every defined symbol replaced by its definition, all the way down."""
    known = {definition.symbol: definition.expr for definition in definitions}
    expr = equation.expr
    while expr.free_symbols & known.keys():
        expr = expr.xreplace(known)
    return Equation(equation.symbol, expr)
