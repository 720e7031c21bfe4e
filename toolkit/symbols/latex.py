"""Print equations as LaTeX for notebooks: SymPy's printer with the toolkit's order and symbols."""

import re
from typing import Any

from sympy import Expr, Rational, Symbol
from sympy.printing.latex import LatexPrinter

from toolkit.symbols.cell_function import CellFunction
from toolkit.symbols.order import signed_factors, terms
from toolkit.symbols.typeset import INDEXED


class _Latex(LatexPrinter):
    """The LaTeX printer; terms and factors have the same order as in the other readings."""

    def __init__(self) -> None:
        super().__init__({"ln_notation": True})

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Expr]:
        return terms(expr)

    def _print_Symbol(self, symbol: Symbol, style: str = "plain") -> str:
        return _symbol(symbol.name)

    def _print_Mul(self, mul: Any) -> str:
        sign, above, below = signed_factors(mul)
        text = self._product(above)
        if below:
            text = rf"\frac{{{text}}}{{{self._product(below)}}}"
        return f"{sign}{text}"

    def _product(self, factors: list[Expr]) -> str:
        if len(factors) < 2:
            return self._print(factors[0]) if factors else "1"
        return r" \cdot ".join(map(self._factor, factors))

    def _factor(self, factor: Expr) -> str:
        # SymPy has another class called Gradient, whose operand needs brackets.
        loose = not factor.is_Symbol and self._needs_mul_brackets(factor)
        text: str = self._print(factor)
        return rf"\left({text}\right)" if loose else text

    def _print_Pow(self, power: Any) -> str:
        # SymPy passes the exponent of a function to that function's own method, and ours accept
        # none.
        root = power.exp.is_Rational and (power.exp.is_negative or power.exp == Rational(1, 2))
        if isinstance(power.base, CellFunction) and not root:
            return rf"\left({self._print(power.base)}\right)^{{{self._print(power.exp)}}}"
        return str(super()._print_Pow(power))


def _symbol(name: str) -> str:
    """A symbol with its index, such as w5, a_h1 or E_total; the sample in h1[2] becomes a
    superscript.
    """
    match = INDEXED.fullmatch(name)
    if not match:
        return _upright(name)
    letter, index, sample = match.groups()
    base = letter if len(letter) == 1 else _upright(letter)
    below = f"_{{{_index(index)}}}" if index else ""
    return base + below + (f"^{{({sample})}}" if sample else "")


def _index(index: str) -> str:
    """An index: a letter with a number, as in a_h1, is printed as it is; words are upright."""
    return index if re.fullmatch(r"[a-z]?[\d.]+|[a-zA-Z]", index) else _upright(index)


def _upright(words: str) -> str:
    escaped = words.replace("_", r"\_").replace(" ", r"\ ")
    return rf"\mathrm{{{escaped}}}"


def latex(expr: Expr) -> str:
    """`expr` as LaTeX, without the dollar signs around it."""
    return str(_Latex().doprint(expr))
