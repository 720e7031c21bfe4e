"""Shares of one number in another."""

from typing import Any

from sympy import Expr, Function


class share_or_dash(Function):
    """One number as a share of another; a dash where that is 0."""

    def _excel(self, printer: Any) -> str:
        part, whole = (_as_one(printer, each) for each in self.args)
        return f'IF({whole}=0,"–",{part}/{whole})'

    def _numpycode(self, printer: Any) -> str:
        part, whole = (_as_one(printer, each) for each in self.args)
        return f'("–" if equal({whole}, 0) else {part} / {whole})'


def _as_one(printer: Any, expr: Expr) -> str:
    """Printed, with brackets round what has parts of its own."""
    printed = printer._print(expr)
    return str(printed) if expr.is_Atom or expr.is_Function else f"({printed})"
