"""SymPy expressions as formulas that Excel and LibreOffice read alike."""

from collections.abc import Callable
from typing import Any

from sympy import Expr, Rational, Symbol
from sympy.printing.printer import Printer

from toolkit.symbols import order

NAMES = {
    "exp": "EXP",
    "log": "LN",
    "floor": "INT",
    "tanh": "TANH",
    "cos": "COS",
    "Abs": "ABS",
    "Max": "MAX",
    "Min": "MIN",
}
RELATIONS = {"==": "=", "!=": "<>"}


class ExcelPrinter(Printer):
    """One method a kind of node; a function of our own brings its `_excel`."""

    printmethod = "_excel"

    def __init__(self, cells: Callable[[Symbol], str]) -> None:
        super().__init__()
        self._cells = cells

    def emptyPrinter(self, expr: Any) -> str:
        """Called for what no method prints."""
        raise TypeError(
            f"no spreadsheet formula for {type(expr).__name__}; give it an _excel method"
        )

    def _print_Symbol(self, symbol: Symbol) -> str:
        return self._cells(symbol)

    def _print_Integer(self, number: Any) -> str:
        return str(number)

    def _print_Rational(self, number: Any) -> str:
        return f"{number.p}/{number.q}"

    def _print_Pi(self, number: Any) -> str:
        return "PI()"

    def _print_Float(self, number: Any) -> str:
        return repr(float(number))

    def _print_Add(self, add: Any) -> str:
        text = ""
        for term in order.terms(add):
            printed = self._print(term)
            text += printed if not text or printed.startswith("-") else f"+{printed}"
        return text

    def _print_Mul(self, mul: Any) -> str:
        sign = "-" if mul.could_extract_minus_sign() else ""
        above, below = order.factors(-mul if sign else mul)
        text = sign + ("*".join(map(self._factor, above)) or "1")
        if not below:
            return text
        under = "*".join(map(self._factor, below))
        return f"{text}/({under})" if len(below) > 1 else f"{text}/{under}"

    def _print_Pow(self, power: Any) -> str:
        # Spreadsheets read -A1^2 as (-A1)^2 and 2^3^2 as 64, so a power brings its parentheses.
        if power.exp == -1:
            return f"1/{self._factor(power.base)}"
        if power.exp == 2:
            # LibreOffice's ^ returns an error where the result is too small for a number.
            return f"({self._factor(power.base)}*{self._factor(power.base)})"
        if power.exp == Rational(1, 2):
            return f"SQRT({self._print(power.base)})"
        if power.exp.is_number and power.exp.is_negative:
            return f"(1/{self._print(power.base**-power.exp)})"
        return f"({self._factor(power.base)}^{self._factor(power.exp)})"

    def _print_Piecewise(self, piecewise: Any) -> str:
        *cases, (last, _) = piecewise.args
        text: str = self._print(last)
        for value, condition in reversed(cases):
            text = f"IF({self._print(condition)},{self._print(value)},{text})"
        return text

    def _print_Relational(self, relation: Any) -> str:
        sign = RELATIONS.get(relation.rel_op, relation.rel_op)
        return f"{self._print(relation.lhs)}{sign}{self._print(relation.rhs)}"

    def _print_And(self, condition: Any) -> str:
        return f"AND({','.join(sorted(map(self._print, condition.args)))})"

    def _print_Or(self, condition: Any) -> str:
        return f"OR({','.join(sorted(map(self._print, condition.args)))})"

    def _print_Function(self, function: Any) -> str:
        name = NAMES.get(type(function).__name__)
        return f"{name}({self._arguments(function)})" if name else self.emptyPrinter(function)

    _print_Max = _print_Min = _print_Function

    def _arguments(self, function: Any) -> str:
        return ",".join(sorted(map(self._print, function.args)))

    def _factor(self, expr: Any) -> str:
        """An operand of * / or ^, in parentheses where it would fall apart without."""
        text: str = self._print(expr)
        number = expr.is_number and expr.is_nonnegative and not expr.is_Rational
        whole = expr.is_Symbol or expr.is_Function or (expr.is_Integer and expr.is_nonnegative)
        power = expr.is_Pow and expr.exp != -1
        return text if whole or power or number else f"({text})"


def excel(expr: Expr, cells: Callable[[Symbol], str]) -> str:
    """The formula for `expr` without its leading "="; `cells` gives the address of each symbol."""
    text: str = ExcelPrinter(cells).doprint(expr)
    return text
