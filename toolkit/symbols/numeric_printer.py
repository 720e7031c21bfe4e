"""Print equations as NumPy source, or as plain Python source for single numbers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sympy import Expr, Rational, Symbol
from sympy.printing.numpy import NumPyPrinter
from sympy.printing.precedence import PRECEDENCE

from toolkit.symbols.equation import Equation
from toolkit.symbols.precedence import Reading, cases
from toolkit.symbols.scope import SCALAR, SCOPE
from toolkit.symbols.sharing import repeated


class Calls:
    """The cell functions that some source calls, by their names in it: f0, f1, and so on."""

    def __init__(self) -> None:
        self._names: dict[Callable[..., Any], str] = {}

    def name(self, compute: Callable[..., Any]) -> str:
        """The name of a function, assigned at its first use."""
        return self._names.setdefault(compute, f"f{len(self._names)}")

    def scope(self) -> dict[str, Callable[..., Any]]:
        """A mapping from the names to the functions."""
        return {name: compute for compute, name in self._names.items()}


class ArrayPrinter(Reading, NumPyPrinter):
    """The printer of NumPy source, in which symbols of any spelling become Python names."""

    reading = "NumPy value"
    scope = SCOPE

    def __init__(self, names: Mapping[Symbol, str], calls: Calls) -> None:
        super().__init__({"fully_qualified_modules": False, "inline": True})
        self._names = names
        self._calls = calls
        self._repeated: set[Expr] = set()
        self._parts: dict[Expr, str] = {}
        self._lines: list[str] = []

    def assignments(self, equations: Sequence[Equation], prefix: str) -> Iterator[str]:
        """One line for each equation, after a line for each subexpression that occurs more than
        once.

        The names of these subexpressions begin with `prefix`.
        """
        self._repeated = repeated(e.expr for e in equations)
        self._parts, self._prefix = {}, prefix
        for equation in equations:
            text = self.doprint(equation.expr)
            yield from self._lines
            self._lines = []
            yield f"{self._names[equation.symbol]} = {text}"

    def _print(self, expr: Any, **settings: Any) -> Any:
        if not isinstance(expr, Expr) or expr not in self._repeated:
            return super()._print(expr, **settings)
        if expr not in self._parts:
            text = super()._print(expr, **settings)
            self._parts[expr] = f"{self._prefix}{len(self._parts)}"
            self._lines.append(f"{self._parts[expr]} = {text}")
        return self._parts[expr]

    def call(self, compute: Callable[..., Any], arguments: Sequence[str]) -> str:
        """A call of a function that is not in `scope`, which is given a name here."""
        return f"{self._calls.name(compute)}({', '.join(arguments)})"

    def _print_Symbol(self, symbol: Symbol) -> str:
        return self._names[symbol]

    def _print_Piecewise(self, piecewise: Any) -> str:
        # NumPy's select, which SymPy would print, has no default for text.
        conditional, otherwise = cases(piecewise)
        text: str = self._print(otherwise)
        for answer, condition in reversed(conditional):
            text = self._case(self._print(condition), self._print(answer), text)
        return text

    def _print_Pow(self, power: Any, rational: bool = False) -> str:
        # Not **, which uses C's pow, whose last digit differs between machines.
        base, exponent = power.args
        if exponent.is_number and exponent.is_negative:
            return f"(1/{self._factor(base**-exponent)})"
        if exponent == 2:
            text = self._print(base)
            return f"({text}*{text})" if base.is_Symbol else f"((square := {text})*square)"
        if exponent == Rational(1, 2):
            return f"sqrt({self._print(base)})"
        return f"power({self._print(base)}, {self._print(exponent)})"

    def _print_ITE(self, choice: Any) -> str:
        return self._case(*map(self._print, choice.args))

    def _print_And(self, conditions: Any) -> str:
        # Not reduce, which SymPy would print, because it requires conditions of equal shape.
        return self._in_turn("logical_and", conditions)

    def _print_Or(self, conditions: Any) -> str:
        return self._in_turn("logical_or", conditions)

    def _print_Max(self, largest: Any) -> str:
        return self._in_turn("maximum", largest)

    def _print_Min(self, smallest: Any) -> str:
        return self._in_turn("minimum", smallest)

    def _in_turn(self, function: str, of: Any) -> str:
        first, *others = of.args
        text: str = self._print(first)
        for other in others:
            text = f"{function}({text}, {self._print(other)})"
        return text

    def _case(self, condition: str, answer: str, otherwise: str) -> str:
        return f"where({condition}, {answer}, {otherwise})"

    def _print_Exp1(self, number: Any) -> str:
        return "exp(1)"

    def _print_Function(self, function: Any) -> str:
        name = type(function).__name__
        if name not in self.scope:
            return str(self.emptyPrinter(function))
        return f"{name}({', '.join(map(self._print, function.args))})"

    def _module_format(self, fqn: str, register: bool = True) -> str:
        """NumPy's name for a function of SymPy."""
        name = fqn.split(".")[-1]
        if name not in self.scope:
            raise TypeError(f"no {self.reading} for {name}; give it one in toolkit.symbols.scope")
        return name

    def _factor(self, expr: Any) -> str:
        """The printed expression, in brackets if it is not atomic."""
        return str(self.parenthesize(expr, PRECEDENCE["Func"]))


class SinglePrinter(ArrayPrinter):
    """The printer for single cells, in which only the case that applies is computed."""

    def _case(self, condition: str, answer: str, otherwise: str) -> str:
        return f"({answer} if {condition} else {otherwise})"


class ScalarPrinter(SinglePrinter):
    """The printer of plain Python, which is many times faster than NumPy for single numbers."""

    scope = SCALAR

    def _print_Relational(self, relation: Any) -> str:
        return f"({self._print(relation.lhs)} {relation.rel_op} {self._print(relation.rhs)})"

    def _print_And(self, condition: Any) -> str:
        return f"({' and '.join(map(self._print, condition.args))})"

    def _print_Or(self, condition: Any) -> str:
        return f"({' or '.join(map(self._print, condition.args))})"

    def _print_Not(self, condition: Any) -> str:
        return f"(not {self._print(condition.args[0])})"
