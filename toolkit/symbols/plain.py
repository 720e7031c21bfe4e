"""Print equations as one line of plain text, for cells and consoles."""

from collections.abc import Mapping
from typing import Any

from sympy import Expr, Rational, Symbol

from toolkit.symbols import order
from toolkit.symbols.precedence import Binding, Notation, cases

NAMES = {"log": "ln"}
RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class PlainPrinter(Notation):
    """The printer of plain text: one method for each kind of node; our own functions define
    `_plain`.
    """

    printmethod = "_plain"
    reading = "line of text"

    def __init__(self, names: Mapping[Symbol, str]) -> None:
        super().__init__()
        self._names = names

    def _print_Symbol(self, symbol: Symbol) -> str:
        return self._names.get(symbol, str(symbol.name))

    def _print_Number(self, number: Any) -> str:
        return str(number)

    def _print_Pi(self, number: Any) -> str:
        return "π"

    def _print_Exp1(self, number: Any) -> str:
        return "e"

    def _print_BooleanAtom(self, truth: Any) -> str:
        return str(truth).lower()

    def _print_Add(self, add: Any) -> str:
        text = ""
        for term in order.terms(add):
            minus = term.could_extract_minus_sign()
            sign = (" - " if minus else " + ") if text else ("-" if minus else "")
            text += sign + self._term(-term if minus else term, sign)
        return text

    def _print_Mul(self, mul: Any) -> str:
        sign, above, below = order.signed_factors(mul)
        text = " · ".join(self._within(factor, Binding.PRODUCT) for factor in above)
        text = sign + (text or "1")
        if not below:
            return text
        under = " · ".join(map(self._factor_below, below))
        return f"{text} / ({under})" if len(below) > 1 else f"{text} / {under}"

    def _factor_below(self, expr: Any) -> Any:
        return self._within(expr, Binding.POWER)

    def _print_Pow(self, power: Any) -> str:
        if power.exp == Rational(1, 2):
            return f"√({self._print(power.base)})"
        if power.exp.is_Integer:
            return f"{self._factor(power.base)}{str(power.exp).translate(RAISED)}"
        return f"{self._factor(power.base)}^{self._factor(power.exp)}"

    def _print_Piecewise(self, piecewise: Any) -> str:
        conditional, otherwise = cases(piecewise)
        stated = [
            f"{self._within(value, Binding.RELATION)} if {self._within(test, Binding.RELATION)}"
            for value, test in conditional
        ]
        return ", ".join([*stated, f"else {self._within(otherwise, Binding.RELATION)}"])

    def _print_ITE(self, choice: Any) -> str:
        test, yes, no = (self._within(part, Binding.RELATION) for part in choice.args)
        return f"{yes} if {test}, else {no}"

    def _print_Relational(self, relation: Any) -> str:
        lhs, rhs = (self._within(side, Binding.TEXT) for side in relation.args)
        return f"{lhs} {relation.rel_op} {rhs}"

    def _print_And(self, condition: Any) -> str:
        return self._connected(" and ", condition)

    def _print_Or(self, condition: Any) -> str:
        return self._connected(" or ", condition)

    def _connected(self, word: str, condition: Any) -> str:
        return word.join(map(self._condition, sorted(condition.args, key=str)))

    def _condition(self, part: Any) -> str:
        """A condition: a comparison is printed as it is, a composed condition in brackets."""
        text: str = self._print(part)
        return text if part.is_Relational else self._in_brackets(text)

    def _print_Not(self, condition: Any) -> str:
        return f"not ({self._print(condition.args[0])})"

    def _print_Function(self, function: Any) -> str:
        return self._called(function, function.args)

    def _print_Max(self, function: Any) -> str:
        return self._called(function, order.terms(function))

    _print_Min = _print_Max

    def _called(self, function: Any, args: Any) -> str:
        name = type(function).__name__
        return f"{NAMES.get(name, name)}({', '.join(map(self._print, args))})"


def plain(expr: Expr, names: Mapping[Symbol, str] | None = None) -> str:
    """`expr` as a line of text; `names` replaces some of its symbols."""
    text: str = PlainPrinter(names or {}).doprint(expr)
    return text
