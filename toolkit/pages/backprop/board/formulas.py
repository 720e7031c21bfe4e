"""The formulas of the calculation in two columns: forward, then back to one weight."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from math import ceil

from sympy import Expr, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.live import computed
from toolkit.book.measure import CHARACTER, POINTS_PER_PIXEL
from toolkit.book.page import PageBuilder, Place, equation_picture
from toolkit.book.sheet import Picture
from toolkit.book.tables import Cell
from toolkit.book.theme import STYLES
from toolkit.network.derivation import LEARNING_RATE, LOSS
from toolkit.pages.backprop.board.frame import BAND_POINTS
from toolkit.pages.backprop.chain import Chain, has_one_way, product
from toolkit.pages.backprop.layout import LessonLayout
from toolkit.pages.backprop.lines import QuantityCells, text_of, with_numbers
from toolkit.symbols.activations import at_least
from toolkit.symbols.equation import Equation, Gradient, Previous
from toolkit.symbols.long_sums import abridged
from toolkit.symbols.text import Text, in_brackets, joined

SIZE, SMALLER = 10.0, 9.0  # points; the second where superscripts tell samples apart
MOST_TERMS, FEW_TERMS = 6, 2  # of a sum that may be shown whole, and of one that is abridged
LEAST_SHARE = 0.85  # of its size, down to which a long equation is drawn smaller
APART = 11  # rows up to which the way forward and the way back have a column each
ONE_ROW = 2  # so many different numbers, if their text fits
DIGIT_PIXELS = CHARACTER * STYLES["board numbers"].size / STYLES["text"].size
ROW_PIXELS = BAND_POINTS / POINTS_PER_PIXEL


@dataclass(frozen=True)
class Item:
    """A heading, an equation, or an expression with the present numbers and what it is equal to."""

    rows: int
    heading: str = ""
    picture: Picture | None = None
    numbers: Cell | None = None


@dataclass(frozen=True)
class Formulas:
    """The formulas of a lesson, for two columns that are `pixels` wide. `texts` holds the present
    numbers of those quantities that have some, `tints` the colours of those that stand out.
    """

    run: LessonLayout
    chain: Chain
    texts: Mapping[Symbol, Known]
    tints: Mapping[Symbol, str]
    pixels: float

    def columns(self) -> Sequence[list[Item]]:
        """The lines of both columns: a way in each, or all lines in as few rows as possible."""
        forward = [Item(1, "Forward"), *map(self._equation, self._first_neurons())]
        back = f"Backward: the gradient of {self.chain.weight.name}"
        ways = forward, [Item(1, back), *self._backward()]
        if height(ways) <= APART:
            return ways
        lines = [line for way in ways for line in way]
        least = -(-_rows(lines) // 2)
        return next(both for n in count(least) if len(both := list(_columns(lines, n))) <= 2)

    def write(
        self, page: PageBuilder, both: Sequence[Sequence[Item]], place: Place, half: int
    ) -> None:
        """Write both columns from a cell on; each takes `half` of the sheet's columns."""
        for number, lines in enumerate(both):
            row, column = place[0], place[1] + number * half
            for line in lines:
                if line.heading:
                    page.cells[row, column] = Cell(line.heading, "board subtitle")
                elif line.picture:
                    page.pictures.append(replace(line.picture, row=row, column=column))
                elif line.numbers:
                    page.cells[row, column] = line.numbers
                    page.merges.append(Area.of(row, column, line.rows, half))
                row += line.rows

    def _first_neurons(self) -> Iterator[Equation]:
        """What belongs to the first neuron of each layer, or to all, in the first sample."""
        for equation in self.run.derived.forward:
            role = self.run.derived.roles[equation.symbol]
            if role.sample == 1 and role.neuron <= 1:
                yield equation

    def _backward(self) -> Iterator[Item]:
        """The chain rule, its slopes written out, the same with numbers, the step that follows."""
        derived, weight = self.run.derived, self.chain.weight
        if has_one_way(self.run):
            single = len(self.run.lesson.samples.inputs) == 1
            yield self._equation(product(self.run, weight if single else self.chain.sum))
        slopes = {Gradient(LOSS, self.chain.sum), Gradient(LOSS, weight)}
        for equation in (*derived.chain, *derived.parameter_gradients):
            # A guard against division by 0 says nothing about the gradient.
            if equation.symbol in slopes and not equation.expr.has(at_least):
                yield self._equation(equation)
                yield from self._numbers(equation.expr, equation.symbol)
        update = next(e for e in derived.updates if e.symbol == weight)
        yield self._equation(update)
        operands = update.expr.free_symbols - {LEARNING_RATE}
        if all(isinstance(symbol, Previous) for symbol in operands):
            yield from self._numbers(update.expr.xreplace({s: s.of for s in operands}))

    def _equation(self, equation: Equation) -> Item:
        """An equation that is not much wider than its column: a long sum without its middle."""
        picture = self._picture(equation, MOST_TERMS)
        if picture.width * LEAST_SHARE > self.pixels:
            picture = self._picture(equation, FEW_TERMS)
        share = min(1.0, (self.pixels - 8) / picture.width)
        width, high = picture.width * share, picture.height * share
        rows = max(1, ceil((high - 1) / ROW_PIXELS))
        margin = max(0.0, (rows * ROW_PIXELS - high) / 2)
        return Item(rows, picture=replace(picture, width=width, height=high, dy=margin))

    def _picture(self, equation: Equation, most: int) -> Picture:
        short = Equation(equation.symbol, abridged(equation.expr, most))
        size = SIZE if len(self.run.lesson.samples.inputs) == 1 else SMALLER
        return equation_picture(short, (1, 1), size, tints=self.tints)

    def _numbers(self, expr: Expr, value: Symbol | None = None) -> Iterator[Item]:
        """The expression with numbers, where all of them stand on the sheet."""
        if expr.free_symbols <= self.texts.keys():
            cell = self._with_numbers(expr, value)
            fits = len(str(cell.value)) * DIGIT_PIXELS <= self.pixels
            rows = 1 if fits and len(expr.free_symbols) <= ONE_ROW else 2
            yield Item(rows, numbers=cell)

    def _with_numbers(self, expr: Expr, value: Symbol | None) -> Cell:
        """The expression with numbers, those below 0 in brackets, and what it is equal to."""
        symbols = expr.free_symbols
        pieces = with_numbers(expr, QuantityCells({}, dict(self.texts)))
        pieces = pieces.xreplace({text_of(s): in_brackets(text_of(s)) for s in symbols})
        known = {text_of(s): self.texts[s] for s in symbols}
        result = joined(Text("= "), pieces)
        if value in self.texts:
            result = joined(result, Text(" = "), text_of(value))
            known[text_of(value)] = self.texts[value]
        return computed(result, known, "board numbers")


def height(columns: Iterable[Sequence[Item]]) -> int:
    """How many rows the higher column takes."""
    return max(map(_rows, columns))


def _rows(lines: Iterable[Item]) -> int:
    return sum(line.rows for line in lines)


def _columns(lines: Sequence[Item], most: int) -> Iterator[list[Item]]:
    """The lines in columns of at most so many rows; none ends with a heading."""
    column: list[Item] = []
    for n, line in enumerate(lines):
        needed = line.rows + (lines[n + 1].rows if line.heading else 0)
        if column and _rows(column) + needed > most:
            yield column
            column = []
        column.append(line)
    yield column
