"""The formulas of the calculation in two columns: forward, then back to one weight."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from sympy import Expr, Symbol

from toolkit.book.address import Area
from toolkit.book.live import computed
from toolkit.book.measure import POINTS_PER_PIXEL
from toolkit.book.page import PageBuilder, Place, equation_picture
from toolkit.book.sheet import Cell, Known
from toolkit.network.derivation import LEARNING_RATE, LOSS
from toolkit.pages.backprop.board.frame import BAND_POINTS
from toolkit.pages.backprop.chain import Chain, has_one_way, product
from toolkit.pages.backprop.layout import LessonLayout
from toolkit.pages.backprop.lines import QuantityCells, text_of, with_numbers
from toolkit.symbols.activations import at_least
from toolkit.symbols.equation import Equation, Gradient, Previous
from toolkit.symbols.long_sums import abridged
from toolkit.symbols.text import Text, in_brackets, joined

SIZE = 10.0  # points
MOST_TERMS, FEW_TERMS = 6, 2  # of a sum that may be shown whole, and of one that is abridged
LEAST_SHARE = 0.85  # of its size, down to which a long equation is drawn smaller
APART = 11  # rows up to which the way forward and the way back have a column each
ONE_ROW = 2  # so many different numbers
PIXELS = BAND_POINTS / POINTS_PER_PIXEL  # a row


@dataclass(frozen=True)
class Item:
    """A heading, an equation, or an expression with the present numbers and what it is equal to."""

    rows: int
    heading: str = ""
    equation: Equation | None = None
    numbers: Expr | None = None
    value: Symbol | None = None


def columns(
    run: LessonLayout, chain: Chain, texts: Mapping[Symbol, Known], pixels: float
) -> Sequence[list[Item]]:
    """The lines of both columns, each so many pixels wide; `texts` holds the present numbers of
    those quantities that have some.
    """
    forward = [_equation(e, pixels) for e in run.derived.forward if _is_first(e.symbol, run)]
    back = f"Backward: the gradient of {chain.weight.name}"
    ways = [Item(1, "Forward"), *forward], [Item(1, back), *_backward(run, chain, texts, pixels)]
    if max(map(_height, ways)) <= APART:
        return ways
    lines = [line for way in ways for line in way]
    least = -(-_height(lines) // 2)
    return next(columns for n in count(least) if len(columns := list(_columns(lines, n))) <= 2)


def _height(lines: Iterable[Item]) -> int:
    return sum(line.rows for line in lines)


def height(columns: Iterable[Sequence[Item]]) -> int:
    """How many rows the higher column takes."""
    return max(map(_height, columns))


def _columns(lines: Sequence[Item], height: int) -> Iterator[list[Item]]:
    """The lines in columns of at most that many rows; none ends with a heading."""
    column: list[Item] = []
    for n, line in enumerate(lines):
        needed = line.rows + (lines[n + 1].rows if line.heading else 0)
        if column and _height(column) + needed > height:
            yield column
            column = []
        column.append(line)
    yield column


def write(
    page: PageBuilder,
    both: Sequence[Sequence[Item]],
    texts: Mapping[Symbol, Known],
    tints: Mapping[Symbol, str],
    place: Place,
    half: int,
    pixels: float,
) -> None:
    """Write both columns from a cell on; each takes `half` of the sheet's columns, together so many
    pixels wide.
    """
    for number, lines in enumerate(both):
        row, first = place[0], place[1] + number * half
        for line in lines:
            here = (row, first)
            if line.heading:
                page.cells[here] = Cell(line.heading, "board subtitle")
            elif line.equation:
                _picture(page, line.equation, here, tints, pixels)
            elif line.numbers:
                page.cells[here] = _with_numbers(line.numbers, line.value, texts)
                page.merges.append(Area.of(*here, line.rows, half))
            row += line.rows


def _picture(
    page: PageBuilder,
    equation: Equation,
    place: tuple[int, int],
    tints: Mapping[Symbol, str],
    pixels: float,
) -> None:
    picture = equation_picture(equation, place, SIZE, tints)
    share = min(1.0, (pixels - 8) / picture.width)
    width, height = picture.width * share, picture.height * share
    margin = (PIXELS * _rows(equation) - height) / 2
    page.pictures.append(replace(picture, width=width, height=height, dy=max(0.0, margin)))


def _with_numbers(expr: Expr, value: Symbol | None, texts: Mapping[Symbol, Known]) -> Cell:
    """The expression with numbers, those below 0 in brackets, and what it is equal to."""
    symbols = expr.free_symbols
    pieces = with_numbers(expr, QuantityCells({}, dict(texts)))
    pieces = pieces.xreplace({text_of(s): in_brackets(text_of(s)) for s in symbols})
    known = {text_of(s): texts[s] for s in symbols}
    result = joined(Text("= "), pieces)
    if value is not None and value in texts:
        result = joined(result, Text(" = "), text_of(value))
        known[text_of(value)] = texts[value]
    return computed(result, known, "board numbers")


def _is_first(symbol: Symbol, run: LessonLayout) -> bool:
    """Whether it belongs to the first neuron of its layer, or to all, in the first sample."""
    role = run.derived.roles[symbol]
    return role.sample == 1 and role.neuron <= 1


def _equation(equation: Equation, pixels: float) -> Item:
    """An equation that is not much wider than its column: a long sum without its middle."""
    whole = Equation(equation.symbol, abridged(equation.expr, MOST_TERMS))
    if equation_picture(whole, (1, 1), SIZE).width * LEAST_SHARE > pixels:
        whole = Equation(equation.symbol, abridged(equation.expr, FEW_TERMS))
    return Item(_rows(whole), equation=whole)


def _rows(equation: Equation) -> int:
    """How many rows its picture needs."""
    height = equation_picture(equation, (1, 1), SIZE).height
    return max(1, round((height + 4) / PIXELS))


def _backward(
    run: LessonLayout, chain: Chain, texts: Mapping[Symbol, Known], pixels: float
) -> Iterator[Item]:
    """The chain rule, its slopes written out, the same with numbers, and the step that follows."""
    single = len(run.lesson.samples.inputs) == 1
    if has_one_way(run):
        yield _equation(product(run, chain.weight if single else chain.sum), pixels)
    slopes = {Gradient(LOSS, chain.sum), Gradient(LOSS, chain.weight)}
    for equation in (*run.derived.chain, *run.derived.parameter_gradients):
        # A guard against division by 0 says nothing about the gradient.
        if equation.symbol in slopes and not equation.expr.has(at_least):
            yield _equation(equation, pixels)
            if equation.expr.free_symbols <= texts.keys():
                rows = 1 if len(equation.expr.free_symbols) <= ONE_ROW else 2
                yield Item(rows, numbers=equation.expr, value=equation.symbol)
    update = next(e for e in run.derived.updates if e.symbol == chain.weight)
    yield _equation(update, pixels)
    operands = update.expr.free_symbols
    if all(isinstance(s, Previous) or s == LEARNING_RATE for s in operands):
        present = {s: s.of for s in operands if isinstance(s, Previous)}
        numbers = update.expr.xreplace(present)
        if numbers.free_symbols <= texts.keys():
            yield Item(1, numbers=numbers)
