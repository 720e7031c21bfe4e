"""Equations as trees of boxes, set as in a textbook; `toolkit.book.typesetting` draws them."""

import re
from dataclasses import dataclass
from typing import Any

from sympy import Expr, Symbol

from toolkit.symbols import order
from toolkit.symbols.precedence import Binding, Notation, binding, cases

NAMES = {"log": "ln", "Max": "max", "Min": "min", "Abs": "abs"}
RELATIONS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥"}
# w5, a_h2.1[3], max_o, E_total, η A: a letter, what numbers or names it, the sample in brackets.
INDEXED = re.compile(r"(max|[^\W\d_])(?:(?:[_ ]|(?=\d))([\w.]+))?(?:\[(\d+)\])?")


@dataclass(frozen=True)
class Text:
    """Characters on the line; letters that stand for quantities are italic."""

    text: str
    italic: bool = False


@dataclass(frozen=True)
class Row:
    """Boxes side by side."""

    boxes: tuple["Box", ...]


@dataclass(frozen=True)
class Fraction:
    """One box over another, with a rule between them."""

    over: "Box"
    under: "Box"


@dataclass(frozen=True)
class Scripts:
    """A box with smaller ones below and above at its right."""

    base: "Box"
    sub: "Box | None" = None
    sup: "Box | None" = None


@dataclass(frozen=True)
class Brackets:
    """A box in parentheses as high as itself."""

    inner: "Box"


@dataclass(frozen=True)
class Root:
    """The square root of a box."""

    inner: "Box"


@dataclass(frozen=True)
class Cases:
    """Values and their conditions, one pair a line, behind one brace."""

    rows: tuple[tuple["Box", "Box"], ...]


Box = Text | Row | Fraction | Scripts | Brackets | Root | Cases


def row(*boxes: Box) -> Box:
    """The boxes side by side, rows within them spliced in; a lone one as it is."""
    flat = [part for box in boxes for part in (box.boxes if isinstance(box, Row) else (box,))]
    return flat[0] if len(flat) == 1 else Row(tuple(flat))


def joined(separator: str, boxes: list[Box]) -> Box:
    """The boxes side by side with a text between them."""
    first, *others = boxes
    return row(first, *(part for box in others for part in (Text(separator), box)))


def power(base: Box, exponent: Box) -> Box:
    """A box raised to another, in brackets where the exponent could not be told apart."""
    if isinstance(base, Scripts) and base.sup is None:
        return Scripts(base.base, base.sub, exponent)
    return Scripts(base if isinstance(base, Text | Brackets) else Brackets(base), None, exponent)


def outline(box: Box) -> str:
    """The operators that stand on the line of a box, as `binding` reads them."""
    match box:
        case Text(text, italic):
            return "x" if italic else text
        case Row(boxes):
            return "".join(map(outline, boxes))
        case Scripts(base):
            return outline(base)
        case Cases():
            return "x if x"
    return "x"  # a bar, brackets or a root hold together what is in them


class TypesetPrinter(Notation):
    """One method a kind of node; a function of our own brings its `_typeset`."""

    printmethod = "_typeset"
    reading = "typeset form"

    def _print_Symbol(self, symbol: Symbol) -> Box:
        return _name(symbol.name)

    def _print_Gradient(self, gradient: Any) -> Box:
        loss, wrt = self._print(gradient.loss), self._print(gradient.wrt)
        return Fraction(row(Text("∂"), loss), row(Text("∂"), wrt))

    def _print_Previous(self, previous: Any) -> Box:
        return power(self._print(previous.of), Text("old"))

    def _print_Integer(self, number: Any) -> Box:
        return Text(str(number).replace("-", "−"))

    def _print_Rational(self, number: Any) -> Box:
        fraction = Fraction(Text(str(abs(number.p))), Text(str(number.q)))
        return row(Text("−"), fraction) if number.p < 0 else fraction

    def _print_Float(self, number: Any) -> Box:
        digits, _, exponent = f"{float(number):.12g}".partition("e")
        if not exponent:
            return Text(digits.replace("-", "−"))
        raised = Scripts(Text("10"), None, Text(f"{int(exponent)}".replace("-", "−")))
        return raised if digits == "1" else row(Text(f"{digits} · "), raised)

    def _print_Pi(self, number: Any) -> Box:
        return Text("π")

    def _print_Exp1(self, number: Any) -> Box:
        return Text("e", italic=True)

    def _print_BooleanAtom(self, truth: Any) -> Box:
        return Text(str(truth).lower())

    def _print_Add(self, add: Any) -> Box:
        boxes: list[Box] = []
        for term in order.terms(add):
            minus = term.could_extract_minus_sign()
            sign = (" − " if minus else " + ") if boxes else ("−" if minus else "")
            boxes += [Text(sign)] if sign else []
            boxes.append(self._term(-term if minus else term, sign))
        return row(*boxes)

    def _print_Mul(self, mul: Any) -> Box:
        sign, above, below = order.signed_factors(mul)
        if below:
            box: Box = Fraction(self._product(above), self._product(below))
        else:
            box = self._product(above, Binding.TERM if sign else Binding.CASES)
        return row(Text("−"), box) if sign else box

    def _print_Pow(self, node: Any) -> Box:
        if node.exp.is_number and node.exp.is_negative:
            return Fraction(Text("1"), self._print(node.base**-node.exp))
        if node.exp.is_Rational and node.exp.q == 2:
            root = Root(self._print(node.base))
            return root if node.exp.p == 1 else power(root, Text(str(node.exp.p)))
        return power(self._factor(node.base), self._print(node.exp))

    def _print_exp(self, node: Any) -> Box:
        return Scripts(Text("e", italic=True), None, self._print(node.args[0]))

    def _print_Piecewise(self, piecewise: Any) -> Box:
        conditional, otherwise = cases(piecewise)
        rows = [(self._print(value), self._test(test)) for value, test in conditional]
        return Cases((*rows, (self._print(otherwise), Text("otherwise"))))

    def _print_ITE(self, choice: Any) -> Box:
        test, yes, no = choice.args
        rows = ((self._print(yes), self._test(test)), (self._print(no), Text("otherwise")))
        return Cases(rows)

    def _test(self, test: Any) -> Box:
        return row(Text("if "), self._print(test))

    def _print_Relational(self, relation: Any) -> Box:
        sign = RELATIONS.get(relation.rel_op, relation.rel_op)
        lhs, rhs = (self._within(side, Binding.TEXT) for side in relation.args)
        return row(lhs, Text(f" {sign} "), rhs)

    def _print_And(self, condition: Any) -> Box:
        return self._connected(" and ", condition)

    def _print_Or(self, condition: Any) -> Box:
        return self._connected(" or ", condition)

    def _connected(self, word: str, condition: Any) -> Box:
        return joined(word, [self._condition(part) for part in sorted(condition.args, key=str)])

    def _condition(self, part: Any) -> Box:
        """A comparison as it stands; what is composed of others in brackets."""
        box: Box = self._print(part)
        return box if part.is_Relational else Brackets(box)

    def _print_Not(self, condition: Any) -> Box:
        return row(Text("not "), Brackets(self._print(condition.args[0])))

    def _print_Function(self, function: Any) -> Box:
        return self._called(function, function.args)

    def _print_Max(self, function: Any) -> Box:
        # The arguments of Max and Min are a set; written like terms they have an order.
        return self._called(function, order.terms(function))

    _print_Min = _print_Max

    def _called(self, function: Any, args: Any) -> Box:
        name = type(function).__name__
        inner = joined(", ", [self._print(arg) for arg in args])
        return row(Text(NAMES.get(name, name)), Brackets(inner))

    def _product(self, factors: list[Expr], alone: Binding = Binding.CASES) -> Box:
        """Factors with dots between them; no dot touches a lone one, which must only hold together
        as tightly as what stands around the product asks.
        """
        if len(factors) < 2:
            return self._within(factors[0], alone) if factors else Text("1")
        return joined(" · ", [self._within(factor, Binding.PRODUCT) for factor in factors])

    def _binding(self, printed: Any) -> Binding:
        return binding(outline(printed))

    def _in_brackets(self, printed: Any) -> Box:
        return Brackets(printed)


def _name(name: str) -> Box:
    """A quantity's symbol; names of words stay words."""
    found = INDEXED.fullmatch(name)
    if not found:
        return Text(name)
    letter, index, sample = found.groups()
    base = Text(letter, italic=len(letter) == 1)
    if not (index or sample):
        return base
    return Scripts(base, _index(index) if index else None, Text(f"({sample})") if sample else None)


def _index(index: str) -> Box:
    """h1 is a letter with a number; total, A and 12 are upright."""
    found = re.fullmatch(r"([a-z])([\d.]+)", index)
    return row(Text(found[1], italic=True), Text(found[2])) if found else Text(index)


def typeset(expr: Expr) -> Box:
    """`expr` as a tree of boxes."""
    box: Box = TypesetPrinter()._print(expr)  # doprint would make a str of it
    return box


def typeset_equation(symbol: Expr, expr: Expr, *more: Expr) -> Box:
    """The tree of boxes for symbol = expr = more, and so on."""
    return joined(" = ", [typeset(part) for part in (symbol, expr, *more)])
