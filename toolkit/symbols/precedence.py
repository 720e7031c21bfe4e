"""Operator precedence in printed expressions, and the nodes that all printers reject.

The need for brackets is decided from the printed text and not from the type of the node, so that a
function of our own that prints a quotient is put in brackets like any other quotient.
"""

import re
from enum import IntEnum
from typing import Any

from sympy import Expr, true
from sympy.printing.printer import Printer


class Binding(IntEnum):
    """The precedence of the loosest operator in a printed expression, from loose to tight."""

    CASES = 0  # a if b, else c
    RELATION = 1  # a > b and c = d
    TEXT = 2  # a&b in spreadsheets
    NEGATIVE = 3  # -a, -a + b
    SUM = 4  # a + b
    TERM = 5  # the convolution a * b, Σ a · b: they end where the next term begins
    PRODUCT = 6  # a · b / c
    POWER = 7  # a^b
    WHOLE = 8  # a name, a number, brackets, the call of a function


# Operators in the notation of spreadsheets and in the one shown. The * of a convolution stands
# between spaces; a sign after 1e belongs to a number.
OPERATORS = {
    Binding.CASES: re.compile(r" if | where "),
    Binding.RELATION: re.compile(r"[<>=≠≤≥]| and | or |\bnot "),
    Binding.TEXT: re.compile(r"&"),
    Binding.NEGATIVE: re.compile(r"^[-−]"),
    Binding.SUM: re.compile(r"(?<!\d[eE])[-−+]"),
    Binding.TERM: re.compile(r"Σ| \* "),
    Binding.PRODUCT: re.compile(r"[*·/]"),
    Binding.POWER: re.compile(r"[\^⁰¹²³⁴⁵⁶⁷⁸⁹]"),
}
QUOTED = re.compile(r'"[^"]*"|\'(?:[^\']|\'\')*\'!')  # texts, and the names of sheets
BRACKETED = re.compile(r"\([^()\[\]]*\)|\[[^()\[\]]*\]")


def binding(printed: str) -> Binding:
    """The binding of the loosest operator outside all brackets and quotation marks."""
    outside, count = QUOTED.sub("x", printed), 1
    while count:
        outside, count = BRACKETED.subn("x", outside)
    return next((level for level, sign in OPERATORS.items() if sign.search(outside)), Binding.WHOLE)


def cases(piecewise: Any) -> tuple[list[tuple[Expr, Any]], Expr]:
    """The values of a Piecewise with their conditions, and its default value.

    Raises ValueError if the last condition is not True, because such an expression has no value if
    none of its conditions holds.
    """
    *conditional, (last, condition) = piecewise.args
    if condition != true:
        raise ValueError(
            f"{piecewise} has no value where none of its conditions holds; "
            "end it with a case (value, True)"
        )
    return [tuple(case) for case in conditional], last


class Reading(Printer):
    """The base of all printers, which rejects unsupported nodes with a one-line error.

    Raises TypeError for a node without a printing method, and for infinities, nan and complex
    numbers, which have no value in a cell.
    """

    reading = "reading"  # what the printer writes, as its errors call it

    def emptyPrinter(self, expr: Any) -> Any:
        """Called by SymPy for a node that no method prints; raises TypeError."""
        raise TypeError(
            f"no {self.reading} for {type(expr).__name__} ({expr}); "
            f"give its class the method {self.printmethod}"
        )

    def _no_value(self, expr: Any) -> Any:
        raise TypeError(
            f"no {self.reading} for {type(expr).__name__} ({expr}): cells hold real, finite numbers"
        )

    _print_Infinity = _print_NegativeInfinity = _print_ComplexInfinity = _no_value
    _print_NaN = _print_ImaginaryUnit = _no_value


class Notation(Reading):
    """The base of the printers of text and boxes, which adds brackets where they are needed."""

    def _within(self, expr: Any, least: Binding) -> Any:
        """The printed expression, in brackets if it binds less tightly than `least`."""
        printed = self._print(expr)
        if expr.is_Symbol and "/" not in expr.name:  # as ∂E/∂w has
            return printed
        return printed if self._binding(printed) >= least else self._in_brackets(printed)

    def _term(self, expr: Any, sign: str = "") -> Any:
        """The printed term of a sum after a sign, or as the first term without one."""
        sign = sign.strip()
        least = Binding.SUM if sign == "+" else Binding.TERM if sign else Binding.NEGATIVE
        return self._within(expr, least)

    def _factor(self, expr: Any) -> Any:
        """The printed expression, in brackets if it is not atomic."""
        return self._within(expr, Binding.WHOLE)

    def _binding(self, printed: Any) -> Binding:
        return binding(printed)

    def _in_brackets(self, printed: Any) -> Any:
        return f"({printed})"
