"""Common subexpressions of several equations, which a program computes only once.

Only complete sums, products and powers are shared, and they are computed as they are written, so
that sharing changes no digit of any value.
"""

from collections.abc import Iterable

from sympy import Expr


def repeated(exprs: Iterable[Expr]) -> set[Expr]:
    """The sums, products and powers that occur more than once outside of functions and cases.

    These are needed whichever case applies.
    """
    seen: set[Expr] = set()
    again: set[Expr] = set()
    waiting = [expr for expr in exprs if _composed(expr)]
    while waiting:
        expr = waiting.pop()
        if expr in seen:
            again.add(expr)
            continue
        seen.add(expr)
        waiting += filter(_composed, expr.args)
    return {expr for expr in again if not _trivial(expr)}


def _composed(expr: Expr) -> bool:
    return bool(expr.is_Add or expr.is_Mul or expr.is_Pow)


def _trivial(expr: Expr) -> bool:
    """Whether an expression is a number, a negative, or a divisor, which is printed inline."""
    negative = expr.is_Mul and expr.args[0] == -1 and len(expr.args) == 2
    divisor = expr.is_Pow and expr.exp.is_number and expr.exp.is_negative
    return bool(negative or divisor or not expr.free_symbols)
