"""What several equations compute alike, so that a program computes it once.

Only what stands in an expression as a sum, product or power of its own is shared, and computed as
it stands: sharing changes no digit of any value.
"""

from collections.abc import Iterable

from sympy import Expr


def repeated(exprs: Iterable[Expr]) -> set[Expr]:
    """The sums, products and powers that occur more than once, outside of functions and cases:
    what all of the expressions need, whichever case holds.
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
    """Numbers, negatives, and divisors, which are printed as such."""
    negative = expr.is_Mul and expr.args[0] == -1 and len(expr.args) == 2
    divisor = expr.is_Pow and expr.exp.is_number and expr.exp.is_negative
    return bool(negative or divisor or not expr.free_symbols)
