"""A sheet of lines, each an equation: its name, a sentence, the equation typeset, the same with the
present numbers put in, and the value.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sympy import Expr, Symbol

from toolkit.book.limits import MAX_FORMULA
from toolkit.book.live import computed
from toolkit.book.sheet import Cell, Known, Picture, Sheet, at
from toolkit.book.typesetting import Drawn, draw
from toolkit.pages.backprop.layout import START
from toolkit.symbols.equation import Equation
from toolkit.symbols.long_sums import DOTS, abridged, split_sums
from toolkit.symbols.plain import plain
from toolkit.symbols.text import Text, joined, number_in_brackets, number_text
from toolkit.symbols.typeset import typeset_equation

NAME, SENTENCE, EQUATION, NUMBERS, VALUE, ROUNDED = range(1, 7)
WIDTHS = {NAME: 15, SENTENCE: 38, EQUATION: 50, NUMBERS: 44, VALUE: 16, ROUNDED: 14}
HEADINGS = ("quantity", "in words", "equation", "with the present numbers", "value", "rounded")
WIDEST = WIDTHS[EQUATION] * 7.0  # pixels; a wider equation is drawn smaller,
LEAST_SHARE = 0.6  # down to this share of its size, then it is plain text
FIRST_ROW = 5
LINE_POINTS, PADDING = 15.0, 10.0
SIZE, LARGE = 12.5, 14.0  # of typeset equations, in points
MOST_PICTURES = 60  # on one sheet; further equations are plain text
MOST_TERMS = 24  # of a sum that is shown whole
FEWER_TERMS = (MOST_TERMS, 12, 6, 3)  # with numbers, where the text of one takes a long formula
MARK = "\x03"


@dataclass
class Shown:
    """What formulas of the steps can read: the value of each quantity, and where there is one, the
    cell that holds it as text.
    """

    values: dict[Symbol, Known]
    texts: dict[Symbol, Known] = field(default_factory=dict)


@dataclass
class Page:
    """A sheet of lines while it is being written."""

    name: str
    shown: Shown
    row: int = FIRST_ROW
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)

    def block(self, heading: str, *, lines: bool = True) -> None:
        """A heading over the lines, or the words, that follow."""
        self.row += self.row > FIRST_ROW
        self.cells[self.row, NAME] = Cell(heading, "subtitle")
        for column in range(EQUATION, ROUNDED + 1) if lines else ():
            self.cells[self.row, column] = Cell(HEADINGS[column - 1], "heading")
        self.row += 1

    def text(self, words: str, style: str = "text") -> None:
        """A line of words alone."""
        self.cells[self.row, NAME] = Cell(words, style)
        self.row += 1

    def line(self, equation: Equation, sentence: str) -> None:
        """One equation, after its partial sums where it is long. Later lines read its value."""
        *parts, last = split_sums([equation])
        for part in parts:
            self._line(part, f"A part of {equation.symbol.name}, too long for one formula.")
        self._line(last, sentence)

    def _line(self, equation: Equation, sentence: str) -> None:
        row, symbol = self.row, equation.symbol
        value = computed(equation.expr, self.shown.values, "value")
        here = at(self.name, row, VALUE, value.value)
        rounded = computed(number_in_brackets(symbol), {symbol: here}, "rounded")
        self.cells[row, NAME] = Cell(symbol.name, "symbol")
        self.cells[row, SENTENCE] = Cell(sentence, "sentence")
        self.cells[row, NUMBERS] = self._with_numbers(equation.expr)
        self.cells[row, VALUE], self.cells[row, ROUNDED] = value, rounded
        self._equation(symbol, abridged(equation.expr, MOST_TERMS), len(sentence))
        self.shown.values[symbol] = here
        self.shown.texts[symbol] = at(self.name, row, ROUNDED, rounded.value)
        self.row += 1

    def _with_numbers(self, expr: Expr) -> Cell:
        """As many terms with their numbers as one formula holds."""
        for most in FEWER_TERMS:
            shown = abridged(expr, most)
            cell = computed(with_numbers(shown, self.shown), self._numbers(shown), "numbers")
            if len(str(cell.formula)) <= MAX_FORMULA:
                return cell
        return Cell("too long to be shown", "numbers")

    def _numbers(self, expr: Expr) -> dict[Symbol, Known]:
        values, texts = self.shown.values, self.shown.texts
        read = [s for s in expr.free_symbols if s in values]
        return {s: values[s] for s in read} | {_text_of(s): texts[s] for s in read if s in texts}

    def _equation(self, symbol: Symbol, expr: Expr, words: int) -> None:
        height = LINE_POINTS * max(1, -(-words // (WIDTHS[SENTENCE] - 2)))
        height = max(height, LINE_POINTS * -(-len(plain(expr)) // (WIDTHS[NUMBERS] - 10)))
        drawn = self._drawn(symbol, expr)
        if drawn:
            share = min(1.0, WIDEST / drawn.width)
            height = max(height, drawn.height * share * 0.75) + PADDING
            top = (height / 0.75 - drawn.height * share) / 2
            self.pictures.append(
                Picture(drawn.png, f"{symbol.name} = {plain(expr)}", self.row, EQUATION,
                        drawn.width * share, drawn.height * share, dy=top)
            )  # fmt: skip
        else:
            height = max(height, LINE_POINTS * -(-len(plain(expr)) // WIDTHS[EQUATION])) + PADDING
            self.cells[self.row, EQUATION] = Cell(f"{symbol.name} = {plain(expr)}", "sentence")
        self.heights[self.row] = min(400.0, round(height, 2))

    def _drawn(self, symbol: Symbol, expr: Expr) -> Drawn | None:
        """The equation typeset, unless there are many pictures already or it is too wide."""
        if len(self.pictures) >= MOST_PICTURES:
            return None
        drawn = draw(typeset_equation(symbol, expr), SIZE)
        return drawn if drawn.width * LEAST_SHARE < WIDEST else None

    def picture(self, equation: Equation, words: str) -> None:
        """An equation shown large on a line of its own."""
        drawn = draw(typeset_equation(equation.symbol, equation.expr), LARGE)
        self.cells[self.row, NAME] = Cell(words, "text")
        self.pictures.append(
            Picture(drawn.png, f"{equation.symbol.name} = {plain(equation.expr)}", self.row,
                    EQUATION, drawn.width, drawn.height)
        )  # fmt: skip
        self.heights[self.row] = round(drawn.height * 0.75 + PADDING, 2)
        self.row += 1

    def sheet(self, title: str, lead: Iterable[str], next_sheet: str | None) -> Sheet:
        """The finished sheet, with its title, what it is about, and the ways on and back."""
        self.cells[1, NAME] = Cell(title, "title")
        for row, words in enumerate(lead, 2):
            self.cells[row, NAME] = Cell(words, "muted")
        self.cells[1, VALUE] = Cell(START, "link", link=START)
        if next_sheet:
            self.cells[1, ROUNDED] = Cell(
                f"next: {next_sheet.split(',')[0]}", "link", link=next_sheet
            )
        longest = max(len(str(cell.value)) for (_, n), cell in self.cells.items()
                      if n == NAME and cell.style == "symbol")  # fmt: skip
        return Sheet(
            self.name,
            self.cells,
            widths={**WIDTHS, NAME: max(WIDTHS[NAME], 1.3 * longest)},
            freeze=(FIRST_ROW - 1, 2),
            tab="CC79A7",
            pictures=tuple(self.pictures),
            heights={1: 26.0, **self.heights},
        )


def _text_of(symbol: Symbol) -> Symbol:
    return Symbol(f"text of {symbol.name}")


def with_numbers(expr: Expr, shown: Shown) -> Expr:
    """The equation with numbers for its names, as a formula that joins pieces of text."""
    return joined(*_pieces(expr, shown)) if expr.free_symbols else Text(plain(expr))


def _pieces(expr: Expr, shown: Shown) -> Iterator[Expr]:
    """Prints with marks in place of the names, then puts the numbers where the marks are."""
    symbols = sorted(expr.free_symbols - {DOTS}, key=lambda s: str(s.name))
    marks = {symbol: f"{MARK}{n}{MARK}" for n, symbol in enumerate(symbols)}
    for index, part in enumerate(re.split(f"{MARK}(\\d+){MARK}", plain(expr, marks))):
        if index % 2 == 0:
            if part:
                yield Text(part)
        else:
            symbol = symbols[int(part)]
            yield _text_of(symbol) if symbol in shown.texts else number_text(symbol)
