"""A sheet of equations, one per line.

A line consists of the name, a sentence, the typeset equation, the equation with the present
numbers, and the value. A hidden column holds the value as text, which other equations quote.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from sympy import Expr, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at, down
from toolkit.book.limits import MAX_FORMULA
from toolkit.book.live import computed
from toolkit.book.measure import POINTS_PER_PIXEL, points
from toolkit.book.page import PADDING, PageBuilder, equation_picture, equation_text
from toolkit.book.sheet import Picture, Sheet
from toolkit.book.tables import Cell
from toolkit.pages.backprop.layout import START
from toolkit.pages.backprop.steps import Link
from toolkit.symbols.equation import Equation
from toolkit.symbols.long_sums import DOTS, abridged, split_sums
from toolkit.symbols.plain import plain
from toolkit.symbols.text import Text, joined, number_in_brackets, number_text

NAME, SENTENCE, EQUATION, NUMBERS, VALUE, AS_TEXT = range(1, 7)
WIDTHS: dict[int, float] = {
    NAME: 15,
    SENTENCE: 36,
    EQUATION: 50,
    NUMBERS: 40,
    VALUE: 16,
    AS_TEXT: 14,
}
HEADINGS = ("quantity", "in words", "equation", "with the present numbers", "value", "as text")
QUESTION_ROW, FINDING_ROW, NOTE_ROW = 2, 3, 4
WIDEST = WIDTHS[EQUATION] * 7.0 - 6  # pixels; a wider equation is reduced in size,
LEAST_SHARE = 0.6  # but at most to this share, below which it becomes plain text
FIRST_ROW = 5
LINE_POINTS = 15.0
# total height of the rows on a landscape page, at about two thirds of their size
PAGE_POINTS = 800.0
SIZE, LARGE = 12.5, 14.0  # the type sizes of equations, in points
MOST_PICTURES = 60  # on one sheet; further equations are plain text
MOST_TERMS = 24  # the longest sum that is displayed in full
FEWER_TERMS = (MOST_TERMS, 12, 6, 3)  # limits for sums with numbers, whose formulas can be long
FIRST_LINES = 4  # as many lines are seen without scrolling in any lesson
MARK = "\x03"


@dataclass
class QuantityCells:
    """The cells with the value of each quantity, and with its text if there is one."""

    values: dict[Symbol, Known]
    texts: dict[Symbol, Known] = field(default_factory=dict)


@dataclass
class EquationPage(PageBuilder):
    """A sheet of equations under construction; each line adds its cells to `quantities`."""

    quantities: QuantityCells
    row: int = field(default=FIRST_ROW, kw_only=True)
    longest_name: int = field(default=0, kw_only=True)  # characters
    rows: dict[Symbol, int] = field(default_factory=dict, kw_only=True)

    def block(self, heading: str, *, lines: bool = True) -> None:
        """Write a heading, followed by the headings of the columns if `lines` is true."""
        self.row += self.row > FIRST_ROW
        self.cells[self.row, NAME] = Cell(heading, "subtitle")
        for column in range(EQUATION, AS_TEXT + 1) if lines else ():
            self.cells[self.row, column] = Cell(HEADINGS[column - 1], "heading")
        self.row += 1

    def note(self, words: str) -> None:
        """Write a remark above the first block; empty `words` write nothing."""
        if words:
            self.cells[NOTE_ROW, NAME] = Cell(words, "muted")

    def conclude(self, finding: Expr) -> None:
        """Write the finding, which reads quantities of this sheet and of earlier ones."""
        self.compute((FINDING_ROW, NAME), finding, self.quantities.values, "bold")
        self.finding = FINDING_ROW, NAME

    def values_of(self, symbols: Sequence[Symbol]) -> Known | None:
        """The cells with the values of these quantities as one range.

        It is None unless their lines follow each other.
        """
        rows = [self.rows[symbol] for symbol in symbols]
        if rows != list(range(rows[0], rows[0] + len(rows))):
            return None
        return down(self.name, rows[0], VALUE, [self.cells[row, VALUE].value for row in rows])

    def text(self, words: str, style: str = "text") -> None:
        """Write a line of text without an equation."""
        self.cells[self.row, NAME] = Cell(words, style)
        self.row += 1

    def line(self, equation: Equation, sentence: str | Expr, most: int = MOST_TERMS) -> None:
        """Write an equation, after its partial sums; later lines can refer to its value.

        A `sentence` that depends on values is a formula. Sums of more than `most` terms are
        displayed with dots.
        """
        *parts, last = split_sums([equation])
        for part in parts:
            self._line(part, f"A part of {equation.symbol.name}, too long for one formula.", most)
        self._line(last, sentence, most)

    def _line(self, equation: Equation, sentence: str | Expr, most: int) -> None:
        row, symbol = self.row, equation.symbol
        value = computed(equation.expr, self.quantities.values, "value")
        here = at(self.name, row, VALUE, value.value)
        rounded = computed(number_in_brackets(symbol), {symbol: here}, "rounded")
        self.cells[row, NAME] = Cell(symbol.name, "symbol")
        self.longest_name = max(self.longest_name, len(symbol.name))
        self.cells[row, NUMBERS] = self._with_numbers(equation.expr, most)
        self.cells[row, VALUE], self.cells[row, AS_TEXT] = value, rounded
        self.quantities.values[symbol] = here
        self.quantities.texts[symbol] = at(self.name, row, AS_TEXT, rounded.value)
        self.cells[row, SENTENCE] = words = self._sentence(sentence)
        self._equation(Equation(symbol, abridged(equation.expr, most)), len(str(words.value)))
        self.rows[symbol] = row
        self.row += 1

    def _sentence(self, sentence: str | Expr) -> Cell:
        if isinstance(sentence, str):
            return Cell(sentence, "sentence")
        return computed(sentence, self.quantities.values, "sentence")

    def _with_numbers(self, expr: Expr, longest: int) -> Cell:
        """The equation with numbers, shortened until its text fits one formula."""
        for most in FEWER_TERMS:
            short = abridged(expr, min(most, longest))
            cell = computed(with_numbers(short, self.quantities), self._numbers(short), "numbers")
            if len(str(cell.formula)) <= MAX_FORMULA:
                return cell
        return Cell("too long to be shown", "numbers")

    def _numbers(self, expr: Expr) -> dict[Symbol, Known]:
        values, texts = self.quantities.values, self.quantities.texts
        operands = [s for s in expr.free_symbols if s in values]
        return {s: values[s] for s in operands} | {
            text_of(s): texts[s] for s in operands if s in texts
        }

    def _equation(self, equation: Equation, words: int) -> None:
        text = plain(equation.expr)
        height = LINE_POINTS * max(1, -(-words // (WIDTHS[SENTENCE] - 2)))
        height = max(height, LINE_POINTS * -(-len(text) // (WIDTHS[NUMBERS] - 10)))
        picture = self._picture(equation)
        if picture:
            height = max(height, points(picture.height)) + PADDING
            margin = (height / POINTS_PER_PIXEL - picture.height) / 2
            self.pictures.append(replace(picture, dy=margin))
        else:
            height = max(height, LINE_POINTS * -(-len(text) // WIDTHS[EQUATION])) + PADDING
            self.cells[self.row, EQUATION] = Cell(equation_text(equation), "sentence")
        self.heights[self.row] = min(400.0, round(height, 2))

    def _picture(self, equation: Equation) -> Picture | None:
        """A picture of the equation that fits its column.

        It is None if there are too many pictures, or if the equation would be too small to read.
        """
        if len(self.pictures) >= MOST_PICTURES:
            return None
        picture = equation_picture(equation, (self.row, EQUATION), SIZE)
        if picture.width * LEAST_SHARE >= WIDEST:
            return None
        share = min(1.0, WIDEST / picture.width)
        return replace(picture, width=picture.width * share, height=picture.height * share)

    def sheet(self, title: str, question: str, following: Link) -> Sheet:
        """The completed sheet with a title, its question and links to other sheets."""
        self.cells[1, NAME] = Cell(title, "title")
        self.cells[QUESTION_ROW, NAME] = Cell(question, "text")
        self.question = QUESTION_ROW, NAME
        self.cells[1, VALUE] = Cell(START, "link", link=START)
        self.cells[2, VALUE] = Cell(f"next: {following.words}", "link", link=following.sheet)
        self.widths = WIDTHS | {NAME: max(WIDTHS[NAME], 1.1 * self.longest_name)}
        self.heights = {1: 26.0, **self.heights}
        self.effects = self.effects or [self._first_values()]
        self.freeze, self.tab = (NOTE_ROW, 2), "CC79A7"
        self.hidden = (AS_TEXT,)
        # The sheet is printed on more than one page if it would be illegible on one.
        self.pages_high = 1 if sum(self.heights.values()) < PAGE_POINTS else None
        return self.finish()

    def _first_values(self) -> Area:
        """The values of the first block, or as many of them as a first view has room for."""
        (first, *others) = self.rows.values()
        last = first
        for row in others[: FIRST_LINES - 1]:
            if row == last + 1:
                last = row
        return Area(first, VALUE, last, VALUE)


def text_of(symbol: Symbol) -> Symbol:
    """What stands in a formula for the cell that holds a quantity as text."""
    return Symbol(f"text of {symbol.name}")


def with_numbers(expr: Expr, quantities: QuantityCells) -> Expr:
    """The equation with numbers instead of names, as a formula that concatenates texts."""
    return joined(*_pieces(expr, quantities)) if expr.free_symbols else Text(plain(expr))


def _pieces(expr: Expr, quantities: QuantityCells) -> Iterator[Expr]:
    """The parts of that text: the equation is printed with marks, which are replaced by numbers."""
    symbols = sorted(expr.free_symbols - {DOTS}, key=lambda s: str(s.name))
    marks = {symbol: f"{MARK}{n}{MARK}" for n, symbol in enumerate(symbols)}
    for index, part in enumerate(re.split(f"{MARK}(\\d+){MARK}", plain(expr, marks))):
        if index % 2 == 0:
            if part:
                yield Text(part)
        else:
            symbol = symbols[int(part)]
            yield text_of(symbol) if symbol in quantities.texts else number_text(symbol)
