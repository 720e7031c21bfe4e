"""Long sums in pieces: a formula holds 8,192 characters."""

from collections.abc import Iterable, Iterator

from sympy import Add, Expr, Symbol

from toolkit.symbols import order
from toolkit.symbols.equation import Equation, Gradient, quantity

LONGEST_SUM = 120  # terms; each names up to three cells, with their sheet some 60 characters


def split_sums(equations: Iterable[Equation]) -> tuple[Equation, ...]:
    """The same equations, with named partial sums before each that holds a longer sum."""
    return tuple(piece for equation in equations for piece in _pieces(equation))


def _pieces(equation: Equation) -> Iterator[Equation]:
    expr, number = equation.expr, 0
    # A sum with more terms than the limit is found without walking through small expressions.
    while long := _longest(expr):
        partial = []
        terms = order.terms(long)
        for start in range(0, len(terms), LONGEST_SUM):
            number += 1
            symbol = partial_symbol(equation.symbol, number)
            partial.append(symbol)
            yield Equation(symbol, Add(*terms[start : start + LONGEST_SUM]))
        expr = expr.xreplace({long: Add(*partial)})
    yield Equation(equation.symbol, expr)


def partial_symbol(whole: Symbol, number: int) -> Symbol:
    """The name of a partial sum: h1 (1), h1 (2)."""
    if isinstance(whole, Gradient):
        return Gradient(whole.loss, quantity(f"{whole.wrt.name} ({number})"))
    return quantity(f"{whole.name} ({number})")


def _longest(expr: Expr) -> Add | None:
    if len(expr.free_symbols) <= LONGEST_SUM:
        return None
    sums = [e for e in expr.atoms(Add) if len(e.args) > LONGEST_SUM]
    return max(sums, key=lambda e: len(e.args), default=None)
