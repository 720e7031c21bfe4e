"""Printed expressions read back: what they mean to somebody who knows only the usual precedence.

`meaning` computes an expression from its tree, without any of the printers. `read` computes a line
of plain text: · and / from left to right, a minus looser than both, powers tighter and from right
to left, "a if b, else c" loosest of all. `line` writes a tree of boxes as such a line, in which
everything that a reader sees as one piece, such as what stands under a bar, has brackets.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from sympy import Expr, Piecewise
from sympy.core.relational import Relational
from sympy.logic.boolalg import ITE, And, BooleanAtom, Not, Or

from toolkit.symbols.boxes import Box, Brackets, Cases, Fraction, Glyphs, Root, Row, Scripts

RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "=": operator.eq,
    "≤": operator.le,
    "≥": operator.ge,
    "≠": operator.ne,
}


def _density(x: float) -> float:
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def _normal(x: float) -> float:
    return (1 + math.erf(x / math.sqrt(2))) / 2


def _cross_entropy(a: float, t: float) -> float:
    return -(t * math.log(a) + (1 - t) * math.log(1 - a))


def _in_batch(number: float, size: float, start: float, count: float) -> float:
    return float((number - start) % count < size)


def _relative_error(a: float, b: float) -> float:
    return abs(a - b) / max(abs(a), abs(b), 0.001)


FUNCTIONS: dict[str, Callable[..., float]] = {
    "exp": math.exp,
    "log": math.log,
    "ln": math.log,
    "tanh": math.tanh,
    "cos": math.cos,
    "Abs": abs,
    "abs": abs,
    "floor": math.floor,
    "Max": max,
    "Min": min,
    "max": max,
    "min": min,
    "peak": max,
    "sign": lambda x: (x > 0) - (x < 0),
    "√": math.sqrt,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "softplus": lambda x: math.log1p(math.exp(x)),
    "normal_cdf": _normal,
    "Φ": _normal,
    "normal_density": _density,
    "φ": _density,
    "binary_cross_entropy": _cross_entropy,
    "fading": math.pow,
    "as_one": float,
    "at_least": lambda x: max(1e-12, x),
    "divisor": lambda x: max(1e-12, x),
    "number_of": float,
    "as_number": float,
    "temperature": lambda x: max(0.1, x),
    "rectified": lambda x: max(0.0, x),
    "above_zero": lambda x: float(x > 0),
    "dropout_mask": lambda u, p: float(u >= p),
    "in_batch": _in_batch,
    "relative_error": _relative_error,
    "same_digits": lambda a, b: math.floor(-math.log10(abs(a - b) / abs(b))),
    "share_or_dash": lambda part, whole: part / whole,
}


def meaning(expr: Expr, known: Mapping[str, float]) -> Any:
    """The value of an expression, by its tree. Complex values raise TypeError, others what Python
    raises.
    """
    if expr.is_Symbol:
        return known[expr.name]
    if isinstance(expr, BooleanAtom):
        return bool(expr)
    if expr.is_number and expr.is_Atom:
        return float(expr)
    if isinstance(expr, Piecewise):
        return next(meaning(a, known) for a, test in expr.args if meaning(test, known))
    if isinstance(expr, ITE):
        test, yes, no = expr.args
        return meaning(yes if meaning(test, known) else no, known)
    parts = [meaning(part, known) for part in expr.args]
    return real(_composed(expr, parts))


def _composed(expr: Expr, parts: list[Any]) -> Any:
    if isinstance(expr, Relational):
        return RELATIONS[expr.rel_op](*parts)
    if isinstance(expr, And | Or | Not):
        return {And: all, Or: any, Not: lambda given: not given[0]}[type(expr)](parts)
    if expr.is_Add:
        return math.fsum(parts)
    if expr.is_Mul:
        return math.prod(parts)
    return parts[0] ** parts[1] if expr.is_Pow else FUNCTIONS[type(expr).__name__](*parts)


def real(value: Any) -> Any:
    """The value itself, unless it is complex."""
    if isinstance(value, complex):
        raise TypeError("complex")
    return value


RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)|(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)"
    r"|(?P<name>∂?[^\W\d⁰¹²³⁴⁵⁶⁷⁸⁹][A-Za-z0-9_]*)|(?P<sign><=|>=|==|!=|[-+*·/^√(),<>=≤≥≠\[\]]))"
)


def tried(compute: Callable[..., Any], *given: Any) -> Any:
    """A value, or nan where there is none: of the cases of a line all are read, but only one counts
    that holds.
    """
    try:
        return compute(*given)
    except (ArithmeticError, ValueError):
        return math.nan


class _Reader:
    """Goes through the tokens of a line; each method reads what binds at least so tightly."""

    def __init__(self, text: str, known: Mapping[str, float]) -> None:
        self.known = known
        self.tokens: list[tuple[str, str]] = []
        place = 0
        while place < len(text):
            actual = TOKEN.match(text, place)
            assert actual and actual.lastgroup, f"not a word of the notation: {text[place:]!r}"
            self.tokens.append((actual.lastgroup, actual[actual.lastgroup]))
            place = actual.end()

    def take(self, *wanted: str) -> str | None:
        """The next token, if it is one of these."""
        if self.tokens and self.tokens[0][1] in wanted:
            return self.tokens.pop(0)[1]
        return None

    def must(self, wanted: str) -> None:
        assert self.take(wanted), f"{wanted} is missing before {self.tokens}"

    def cases(self) -> Any:
        value = self.disjunction()
        if not self.take("if"):
            return value
        test = self.disjunction()
        self.must(",")
        otherwise = self.disjunction() if self.take("else") else self.cases()
        return value if test else otherwise

    def disjunction(self) -> Any:
        value = self.conjunction()
        while self.take("or"):
            other = self.conjunction()
            value = value or other
        return value

    def conjunction(self) -> Any:
        value = self.negation()
        while self.take("and"):
            other = self.negation()
            value = value and other
        return value

    def negation(self) -> Any:
        return not self.negation() if self.take("not") else self.relation()

    def relation(self) -> Any:
        value = self.sum()
        sign = self.take(*RELATIONS)
        return RELATIONS[sign](value, self.sum()) if sign else value

    def sum(self) -> Any:
        value = -self.product() if self.take("-") else self.product()
        while sign := self.take("+", "-"):
            other = self.product()
            value = value + other if sign == "+" else value - other
        return value

    def product(self) -> Any:
        value = self.power()
        while sign := self.take("·", "/"):
            other = self.power()
            value = value * other if sign == "·" else tried(operator.truediv, value, other)
        return value

    def power(self) -> Any:
        base = self.whole()
        if self.tokens and self.tokens[0][0] == "raised":
            base = tried(math.pow, base, int(self.tokens.pop(0)[1].translate(RAISED)))
            assert not (self.tokens and self.tokens[0][1] == "^"), "x²^y"
        return tried(math.pow, base, self.power()) if self.take("^") else base

    def whole(self) -> Any:
        kind, text = self.tokens.pop(0)
        if text == "(":
            return self.closed(self.cases(), ")")
        if text == "[":  # 1 where a condition holds, else 0
            return float(self.closed(self.cases(), "]"))
        if text == "√" or (kind == "name" and text in FUNCTIONS):
            return self.called(text)
        assert kind in ("number", "name"), f"{text} cannot stand here, before {self.tokens}"
        return float(text) if kind == "number" else self.known[text]

    def closed(self, value: Any, bracket: str) -> Any:
        self.must(bracket)
        return value

    def called(self, name: str) -> Any:
        if not self.take("("):
            return tried(FUNCTIONS[name], self.power())  # ln a
        arguments = [self.cases()]
        while self.take(","):
            arguments.append(self.cases())
        return self.closed(tried(FUNCTIONS[name], *arguments), ")")


def read(text: str, known: Mapping[str, float]) -> Any:
    """The value of a line of plain text where its names have these values."""
    reader = _Reader(text, {"π": math.pi, "e": math.e, "true": True, "false": False, **known})
    value = reader.cases()
    assert not reader.tokens, f"{reader.tokens} left over of {text}"
    return value


def line(box: Box) -> str:
    """A tree of boxes as a line of plain text."""
    match box:
        case Glyphs(text):
            return text.replace("−", "-").replace("otherwise", "else")
        case Row(boxes):
            return "".join(map(line, boxes))
        case Fraction(over, under):
            return f"(({line(over)}) / ({line(under)}))"
        case Scripts(base, None, sup) if sup:
            return f"{line(base)}^({line(sup)})"
        case Brackets(inner):
            return f"({line(inner)})"
        case Root(inner):
            return f"√({line(inner)})"
        case Cases(rows):
            *stated, (last, _) = rows
            tests = [f"({line(a)}) if ({line(b).removeprefix('if ')})" for a, b in stated]
            return ", ".join([*tests, f"else ({line(last)})"])
    raise AssertionError(box)
