"""Print equations as trees of boxes, laid out as in a textbook."""

import re
from collections.abc import Mapping
from typing import Any

from sympy import Expr, Symbol

from toolkit.symbols import order
from toolkit.symbols.boxes import (
    Box,
    Brackets,
    Cases,
    Fraction,
    Glyphs,
    Root,
    Scripts,
    Tinted,
    join,
    outline,
    row,
    superscript,
)
from toolkit.symbols.precedence import Binding, Notation, binding, cases

NAMES = {"log": "ln", "Max": "max", "Min": "min", "Abs": "abs"}
RELATIONS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥"}
# A letter, an index (a number or a name), and a sample in brackets: w5, a_h2.1[3], E_total, η A.
INDEXED = re.compile(r"(max|[^\W\d_])(?:(?:[_ ]|(?=\d))([\w.]+))?(?:\[(\d+)\])?")


class TypesetPrinter(Notation):
    """The printer of boxes: a method for each kind of node; our own functions define `_typeset`."""

    printmethod = "_typeset"
    reading = "typeset form"

    def __init__(self, tints: Mapping[Symbol, str] | None = None) -> None:
        super().__init__()
        self._tints = tints or {}

    def _print_Symbol(self, symbol: Symbol) -> Box:
        box = _name(symbol.name)
        return Tinted(box, self._tints[symbol]) if symbol in self._tints else box

    def _print_Gradient(self, gradient: Any) -> Box:
        loss, wrt = self._print(gradient.loss), self._print(gradient.wrt)
        return Fraction(row(Glyphs("∂"), loss), row(Glyphs("∂"), wrt))

    def _print_Previous(self, previous: Any) -> Box:
        return superscript(self._print(previous.of), Glyphs("old"))

    def _print_Integer(self, number: Any) -> Box:
        return Glyphs(str(number).replace("-", "−"))

    def _print_Rational(self, number: Any) -> Box:
        fraction = Fraction(Glyphs(str(abs(number.p))), Glyphs(str(number.q)))
        return row(Glyphs("−"), fraction) if number.p < 0 else fraction

    def _print_Float(self, number: Any) -> Box:
        digits, _, exponent = f"{float(number):.12g}".partition("e")
        if not exponent:
            return Glyphs(digits.replace("-", "−"))
        raised = Scripts(Glyphs("10"), None, Glyphs(f"{int(exponent)}".replace("-", "−")))
        return raised if digits == "1" else row(Glyphs(f"{digits} · "), raised)

    def _print_Pi(self, number: Any) -> Box:
        return Glyphs("π")

    def _print_Exp1(self, number: Any) -> Box:
        return Glyphs("e", italic=True)

    def _print_BooleanAtom(self, truth: Any) -> Box:
        return Glyphs(str(truth).lower())

    def _print_Add(self, add: Any) -> Box:
        boxes: list[Box] = []
        for term in order.terms(add):
            minus = term.could_extract_minus_sign()
            sign = (" − " if minus else " + ") if boxes else ("−" if minus else "")
            boxes += [Glyphs(sign)] if sign else []
            boxes.append(self._term(-term if minus else term, sign))
        return row(*boxes)

    def _print_Mul(self, mul: Any) -> Box:
        sign, above, below = order.signed_factors(mul)
        if below:
            box: Box = self._quotient(above, below)
        else:
            box = self._product(above, Binding.TERM if sign else Binding.CASES)
        return row(Glyphs("−"), box) if sign else box

    def _quotient(self, above: list[Expr], below: list[Expr]) -> Box:
        """A fraction; derivatives, which are fractions themselves, stand beside it."""
        slopes = [factor for factor in above if hasattr(factor, "wrt")]
        others = [factor for factor in above if factor not in slopes]
        fraction = Fraction(self._product(others), self._product(below))
        if not slopes:
            return fraction
        parts = [self._product(slopes), fraction]
        return join(" · ", parts if above[0] in slopes else parts[::-1])

    def _print_Pow(self, node: Any) -> Box:
        if node.exp.is_number and node.exp.is_negative:
            return Fraction(Glyphs("1"), self._print(node.base**-node.exp))
        if node.exp.is_Rational and node.exp.q == 2:
            root = Root(self._print(node.base))
            return root if node.exp.p == 1 else superscript(root, Glyphs(str(node.exp.p)))
        return superscript(self._factor(node.base), self._print(node.exp))

    def _print_exp(self, node: Any) -> Box:
        return Scripts(Glyphs("e", italic=True), None, self._print(node.args[0]))

    def _print_Piecewise(self, piecewise: Any) -> Box:
        conditional, otherwise = cases(piecewise)
        rows = [(self._print(value), self._test(test)) for value, test in conditional]
        return Cases((*rows, (self._print(otherwise), Glyphs("otherwise"))))

    def _print_ITE(self, choice: Any) -> Box:
        test, yes, no = choice.args
        rows = ((self._print(yes), self._test(test)), (self._print(no), Glyphs("otherwise")))
        return Cases(rows)

    def _test(self, test: Any) -> Box:
        return row(Glyphs("if "), self._print(test))

    def _print_Relational(self, relation: Any) -> Box:
        sign = RELATIONS.get(relation.rel_op, relation.rel_op)
        lhs, rhs = (self._within(side, Binding.TEXT) for side in relation.args)
        return row(lhs, Glyphs(f" {sign} "), rhs)

    def _print_And(self, condition: Any) -> Box:
        return self._connected(" and ", condition)

    def _print_Or(self, condition: Any) -> Box:
        return self._connected(" or ", condition)

    def _connected(self, word: str, condition: Any) -> Box:
        return join(word, [self._condition(part) for part in sorted(condition.args, key=str)])

    def _condition(self, part: Any) -> Box:
        """A condition: a comparison is printed as it is, a composed condition in brackets."""
        box: Box = self._print(part)
        return box if part.is_Relational else Brackets(box)

    def _print_Not(self, condition: Any) -> Box:
        return row(Glyphs("not "), Brackets(self._print(condition.args[0])))

    def _print_Function(self, function: Any) -> Box:
        return self._called(function, function.args)

    def _print_Max(self, function: Any) -> Box:
        # The arguments of Max and Min form a set; they are sorted like terms.
        return self._called(function, order.terms(function))

    _print_Min = _print_Max

    def _called(self, function: Any, args: Any) -> Box:
        name = type(function).__name__
        inner = join(", ", [self._print(arg) for arg in args])
        return row(Glyphs(NAMES.get(name, name)), Brackets(inner))

    def _product(self, factors: list[Expr], alone: Binding = Binding.CASES) -> Box:
        """The factors with dots between them.

        A single factor has no dot beside it, so it only has to bind as tightly as the surroundings
        of the product require.
        """
        if len(factors) < 2:
            return self._within(factors[0], alone) if factors else Glyphs("1")
        return join(" · ", [self._within(factor, Binding.PRODUCT) for factor in factors])

    def _binding(self, printed: Any) -> Binding:
        return binding(outline(printed))

    def _in_brackets(self, printed: Any) -> Box:
        return Brackets(printed)


def _name(name: str) -> Box:
    """The symbol of a quantity; names that are words stay words."""
    match = INDEXED.fullmatch(name)
    if not match:
        return Glyphs(name)
    letter, index, sample = match.groups()
    base: Box = Glyphs(letter, italic=len(letter) == 1)
    if index:
        base = Scripts(base, _index(index))
    # The sample stands in brackets, as in the headings of tables.
    return row(base, Glyphs(f"[{sample}]")) if sample else base


def _index(index: str) -> Box:
    """An index: h1 is a letter with a number; total, A and 12 are upright."""
    match = re.fullmatch(r"([a-z])([\d.]+)", index)
    return row(Glyphs(match[1], italic=True), Glyphs(match[2])) if match else Glyphs(index)


def typeset(expr: Expr, tints: Mapping[Symbol, str] | None = None) -> Box:
    """`expr` as a tree of boxes; `tints` gives the tint of each quantity on a coloured ground."""
    box: Box = TypesetPrinter(tints)._print(expr)  # doprint would convert the tree to a str
    return box


def typeset_equation(
    symbol: Expr, expr: Expr, *more: Expr, tints: Mapping[Symbol, str] | None = None
) -> Box:
    """The tree of boxes for symbol = expr = more, and so on, tinted as `typeset` does it."""
    return join(" = ", [typeset(part, tints) for part in (symbol, expr, *more)])
