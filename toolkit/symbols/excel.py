"""Print SymPy expressions as formulas that mean the same in Excel and LibreOffice."""

import math
from collections.abc import Callable
from typing import Any

from sympy import Expr, Rational, Symbol

from toolkit.symbols import order
from toolkit.symbols.precedence import Binding, Notation, cases

# Functions whose arguments have the same order in spreadsheets; ATAN2, which takes x first, has
# not.
NAMES = {
    "exp": "EXP",
    "log": "LN",
    "floor": "INT",
    "tanh": "TANH",
    "cos": "COS",
    "Abs": "ABS",
    "sign": "SIGN",
}
RELATIONS = {"==": "=", "!=": "<>"}


def literal(value: float | bool | str) -> str:
    """A constant in the notation of formulas.

    A number has full precision, a text stands in quotes (with quotes inside it doubled), and a
    boolean is TRUE or FALSE. Raises ValueError for nan and infinity, which formulas cannot express.
    """
    if isinstance(value, str):
        doubled = value.replace('"', '""')
        return f'"{doubled}"'
    if isinstance(value, bool):
        return str(value).upper()
    if not math.isfinite(value):
        raise ValueError(f"a formula cannot name {value}; leave such a constant out")
    return repr(value)


class ExcelPrinter(Notation):
    """The printer of formulas: a method for each kind of node; our own functions bring `_excel`."""

    printmethod = "_excel"
    reading = "spreadsheet formula"

    def __init__(self, cells: Callable[[Symbol], str]) -> None:
        super().__init__()
        self._cells = cells

    def _print_Symbol(self, symbol: Symbol) -> str:
        return self._cells(symbol)

    def _print_Integer(self, number: Any) -> str:
        return str(number)

    def _print_Rational(self, number: Any) -> str:
        return f"{number.p}/{number.q}"

    def _print_Pi(self, number: Any) -> str:
        return "PI()"

    def _print_Exp1(self, number: Any) -> str:
        return "EXP(1)"

    def _print_Float(self, number: Any) -> str:
        return literal(float(number))

    def _print_BooleanAtom(self, truth: Any) -> str:
        return literal(bool(truth))

    def _print_Add(self, add: Any) -> str:
        first, *others = order.terms(add)
        text: str = self._term(first)
        for term in others:
            minus = term.could_extract_minus_sign()
            sign = "-" if minus else "+"
            text += sign + self._term(-term if minus else term, sign)
        return text

    def _print_Mul(self, mul: Any) -> str:
        sign, above, below = order.signed_factors(mul)
        text = "*".join(self._within(factor, Binding.PRODUCT) for factor in above)
        text = sign + (text or "1")
        if not below:
            return text
        under = "*".join(map(self._factor, below))
        return f"{text}/({under})" if len(below) > 1 else f"{text}/{under}"

    def _print_Pow(self, power: Any) -> str:
        # Spreadsheets read -A1^2 as (-A1)^2 and 2^3^2 as 64, so every power is put in parentheses.
        if power.exp == -1:
            return f"1/{self._factor(power.base)}"
        if power.exp == 2:
            # In LibreOffice, ^ returns an error if the result is too small for a number.
            return f"({self._factor(power.base)}*{self._factor(power.base)})"
        if power.exp == Rational(1, 2):
            return f"SQRT({self._print(power.base)})"
        if power.exp.is_number and power.exp.is_negative:
            return f"(1/{self._factor(power.base**-power.exp)})"
        return f"({self._factor(power.base)}^{self._factor(power.exp)})"

    def _print_Piecewise(self, piecewise: Any) -> str:
        conditional, otherwise = cases(piecewise)
        text: str = self._print(otherwise)
        for value, condition in reversed(conditional):
            text = f"IF({self._print(condition)},{self._print(value)},{text})"
        return text

    def _print_ITE(self, choice: Any) -> str:
        return f"IF({','.join(map(self._print, choice.args))})"

    def _print_Relational(self, relation: Any) -> str:
        sign = RELATIONS.get(relation.rel_op, relation.rel_op)
        lhs, rhs = (self._within(side, Binding.TEXT) for side in relation.args)
        return f"{lhs}{sign}{rhs}"

    def _print_And(self, condition: Any) -> str:
        return f"AND({self._sorted(condition)})"

    def _print_Or(self, condition: Any) -> str:
        return f"OR({self._sorted(condition)})"

    def _print_Not(self, condition: Any) -> str:
        return f"NOT({self._print(condition.args[0])})"

    def _print_Max(self, largest: Any) -> str:
        return f"MAX({self._sorted(largest)})"

    def _print_Min(self, smallest: Any) -> str:
        return f"MIN({self._sorted(smallest)})"

    def _sorted(self, of: Any) -> str:
        """The arguments of a node that SymPy treats as a set, in an order that is the same in every
        run.
        """
        return ",".join(sorted(map(self._print, of.args)))

    def _print_Function(self, function: Any) -> str:
        name = NAMES.get(type(function).__name__)
        if not name:
            return str(self.emptyPrinter(function))
        return f"{name}({','.join(map(self._print, function.args))})"


def excel(expr: Expr, cells: Callable[[Symbol], str]) -> str:
    """The formula for `expr` without the leading "="; `cells` maps each symbol to its address."""
    text: str = ExcelPrinter(cells).doprint(expr)
    return text
