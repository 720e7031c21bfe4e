"""Equations as one line of plain text, for cells and consoles."""

from collections.abc import Mapping
from typing import Any

from sympy import Expr, Rational, Symbol
from sympy.printing.printer import Printer

from toolkit.symbols import order

NAMES = {"log": "ln"}
RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class PlainPrinter(Printer):
    """One method a kind of node; a function of our own brings its `_plain`."""

    printmethod = "_plain"

    def __init__(self, names: Mapping[Symbol, str]) -> None:
        super().__init__()
        self._names = names

    def _print_Symbol(self, symbol: Symbol) -> str:
        return self._names.get(symbol, str(symbol.name))

    def _print_Add(self, add: Any) -> str:
        text = ""
        for term in order.terms(add):
            minus = term.could_extract_minus_sign()
            printed = self._print(-term if minus else term)
            sign = (" - " if minus else " + ") if text else ("-" if minus else "")
            text += sign + printed
        return text

    def _print_Mul(self, mul: Any) -> str:
        sign = "-" if mul.could_extract_minus_sign() else ""
        above, below = order.factors(-mul if sign else mul)
        text = sign + (" · ".join(map(self._factor, above)) or "1")
        if not below:
            return text
        under = " · ".join(map(self._factor, below))
        return f"{text} / ({under})" if len(below) > 1 else f"{text} / {under}"

    def _print_Pow(self, power: Any) -> str:
        if power.exp == Rational(1, 2):
            return f"√({self._print(power.base)})"
        if power.exp.is_Integer:
            return self._factor(power.base) + str(power.exp).translate(RAISED)
        return f"{self._factor(power.base)}^{self._factor(power.exp)}"

    def _print_Piecewise(self, piecewise: Any) -> str:
        *cases, (last, _) = piecewise.args
        stated = [f"{self._print(value)} if {self._print(test)}" for value, test in cases]
        return ", ".join([*stated, f"else {self._print(last)}"])

    def _print_Relational(self, relation: Any) -> str:
        return f"{self._print(relation.lhs)} {relation.rel_op} {self._print(relation.rhs)}"

    def _print_Function(self, function: Any) -> str:
        name = type(function).__name__
        return f"{NAMES.get(name, name)}({', '.join(map(self._print, function.args))})"

    def _factor(self, expr: Any) -> str:
        text: str = self._print(expr)
        loose = expr.is_Add or expr.is_Mul or expr.is_Piecewise or getattr(expr, "loose", False)
        return f"({text})" if loose else text


def plain(expr: Expr, names: Mapping[Symbol, str] | None = None) -> str:
    """`expr` as a line of text; `names` are shown in place of some symbols."""
    text: str = PlainPrinter(names or {}).doprint(expr)
    return text
