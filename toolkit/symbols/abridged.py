"""Long sums and maxima as a reader sees them: the first terms, dots, the last."""

from typing import Any

from sympy import Add, Expr, Function, Symbol

from toolkit.symbols import order
from toolkit.symbols.activations import peak
from toolkit.symbols.boxes import Text, row

DOTS = Symbol("…")


class dotted(Function):
    """The first terms of a sum, dots, its last term. Only to be shown: it has no value."""

    def _plain(self, printer: Any) -> str:
        first, sign, last = self._parts()
        return f"{printer._print(first)} {sign} … {sign} {printer._print(last)}"

    def _typeset(self, printer: Any) -> Any:
        first, sign, last = self._parts()
        dots = Text(f" {sign} … {sign} ".replace("-", "−"))
        return row(printer._print(first), dots, printer._print(last))

    def _parts(self) -> tuple[Expr, str, Expr]:
        first, last = self.args
        return (first, "-", -last) if last.could_extract_minus_sign() else (first, "+", last)


def abridged(expr: Expr, most: int) -> Expr:
    """`expr` itself, or what stands for it where it is a sum or maximum of over `most` terms."""
    if len(expr.args) <= most:
        return expr
    if isinstance(expr, Add):
        terms = order.terms(expr)
        return dotted(Add(*terms[: most // 2]), terms[-1])
    if isinstance(expr, peak):
        return peak(*expr.args[: most // 2], DOTS, expr.args[-1])
    return expr
