"""Long sums and maxima: split into parts for cells, and abridged for readers.

A formula can have 8,192 characters, and a function 255 arguments.
"""

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from sympy import Add, Expr, Function, Symbol

from toolkit.symbols import order
from toolkit.symbols.activations import peak
from toolkit.symbols.boxes import Glyphs, row
from toolkit.symbols.chains import chained, listed_sum
from toolkit.symbols.equation import Equation, Gradient, quantity
from toolkit.symbols.excel import excel

LONGEST = 7_500  # characters of a formula, so at most 208 arguments of LONGEST_ADDRESS each
LONGEST_ADDRESS = "'Step 4, w10000 to w99999'!$E$10000"
FEW = 20  # expressions with this few quantities are never too long
DOTS = Symbol("…")


def split_sums(equations: Iterable[Equation]) -> tuple[Equation, ...]:
    """The equations, with named partial sums inserted before each equation that is too long."""
    return tuple(piece for equation in equations for piece in _pieces(equation, count(1)))


def _pieces(equation: Equation, numbers: "count[int]") -> Iterator[Equation]:
    expr = equation.expr
    long = _longest(expr)
    if long is None:
        yield equation
        return
    partial = []
    for group in _groups(long):
        symbol = partial_symbol(equation.symbol, next(numbers))
        yield from _named(Equation(symbol, long.func(*group)), equation.symbol, numbers)
        partial.append(symbol)
    whole = long.func(*partial) if len(partial) > 1 else partial[0]
    yield from _pieces(Equation(equation.symbol, expr.xreplace({long: whole})), numbers)


def _named(part: Equation, whole: Symbol, numbers: "count[int]") -> Iterator[Equation]:
    """Split a part again if a single term is too long; all parts are numbered consecutively."""
    *pieces, last = _pieces(Equation(whole, part.expr), numbers)
    yield from pieces
    yield Equation(part.symbol, last.expr)


def partial_symbol(whole: Symbol, number: int) -> Symbol:
    """The name of a partial sum: h1 (1), h1 (2)."""
    if isinstance(whole, Gradient):
        return Gradient(whole.loss, quantity(f"{whole.wrt.name} ({number})"))
    return quantity(f"{whole.name} ({number})")


def _length(expr: Expr) -> int:
    return len(excel(expr, lambda _: LONGEST_ADDRESS))


def _longest(expr: Expr) -> Expr | None:
    """The longest sum or maximum in an expression that is too long; None if it is short enough."""
    if len(expr.free_symbols) <= FEW or _length(expr) <= LONGEST:
        return None
    return max(expr.atoms(Add, peak), key=_length, default=None)


def _groups(long: Expr) -> Iterator[list[Expr]]:
    """The terms in their order, in groups that each fit one formula."""
    group: list[Expr] = []
    room = LONGEST
    for term in order.terms(long) if isinstance(long, Add) else long.args:
        needed = _length(term) + 1
        if group and needed > room:
            yield group
            group, room = [], LONGEST
        group.append(term)
        room -= needed
    yield group


class dotted(Function):
    """The first terms of a sum, dots and the last term; it can be displayed but has no value."""

    def _plain(self, printer: Any) -> str:
        first, sign, last = self._parts()
        return f"{printer._print(first)} {sign} … {sign} {printer._print(last)}"

    def _typeset(self, printer: Any) -> Any:
        first, sign, last = self._parts()
        dots = Glyphs(f" {sign} … {sign} ".replace("-", "−"))
        return row(printer._print(first), dots, printer._print(last))

    def _parts(self) -> tuple[Expr, str, Expr]:
        first, last = self.args
        return (first, "-", -last) if last.could_extract_minus_sign() else (first, "+", last)


def abridged(expr: Expr, most: int) -> Expr:
    """`expr`, shortened by dots if it is a sum or maximum of more than `most` terms, or a number
    times such a sum.
    """
    if isinstance(expr, chained) and expr.args[0].is_number:
        return expr.func(*(abridged(factor, most) for factor in expr.args))
    if len(expr.args) <= most:
        return expr
    if isinstance(expr, Add):
        terms = order.terms(expr)
        if most < 2:  # the first term shows what all are like
            return listed_sum(terms[0], DOTS)
        return dotted(Add(*terms[: most // 2]), terms[-1])
    if isinstance(expr, peak):
        return peak(*expr.args[: most // 2], DOTS, expr.args[-1])
    return expr
