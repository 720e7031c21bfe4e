"""The first sheet: an introduction, instructions, and a diagram of the network with live values."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sympy import Expr, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.page import PageBuilder, Place
from toolkit.book.regions import around
from toolkit.book.sheet import Corner, Line, Sheet
from toolkit.book.tables import Cell
from toolkit.network.derivation import LOSS
from toolkit.pages.backprop.check import VERDICTS, all_pass
from toolkit.pages.backprop.layout import (
    BACKPROP,
    BOARD,
    CHECK,
    OPTIMIZERS,
    OTHERS,
    PARAMETERS,
    PUBLISHED,
    RATES,
    RESULT,
    SHALLOW,
    SIZES,
    START,
    LessonLayout,
    rate_symbol,
)
from toolkit.pages.backprop.lines import QuantityCells
from toolkit.symbols.text import Text, joined, number_text

QUESTION = (
    "How does a network learn? It changes its weights a little, against the gradient of its loss."
)
LEAD = (
    "This book shows every step of it as live formulas. Go through the sheets in order; then "
    "change a yellow cell on Parameters and see what follows."
)
LEGEND = (  # style and words
    ("input left", "yellow: a number that you may change"),
    ("bold", "bold: a result; press F2 to see its formula"),
    ("check", "green: a check, which says pass or fail"),
)
WIDTHS = {1: 24, 2: 50, 3: 2}
CONTENTS_ROW = 9
FIRST_COLUMN = 4  # the first column of the drawing
NODE_WIDTH, EDGE_WIDTH, GAP_WIDTH = 16.0, 11.0, 3.0
MOST_EDGES, MOST_LAYERS = 16, 5
MOST_BESIDE = 3  # layers of a drawing beside the contents
WORDS_BELOW, MERGED = 5, 4  # the column of words below a drawing, and the columns merged with it
TOP = 9
# What the list of sheets says about those whose names are fixed.
SUMMARIES = {
    BOARD: "the whole calculation on one page, at an epoch that you choose",
    PARAMETERS: "inputs, targets, weights and learning rates to change",
    BACKPROP: "one row for each epoch, at the chosen learning rate",
    OPTIMIZERS: "the same start with other optimizers, side by side",
    RATES: "how the learning rate decides how fast a network learns",
    PUBLISHED: "published numbers, and ours beside them",
    SIZES: "how much of the gradient reaches each layer",
    RESULT: "what the network has learned at an epoch that you choose",
    SHALLOW: "the same training without a hidden layer",
    OTHERS: "the samples after the first",
    CHECK: "the derivatives compared with differences of losses",
}
OF_SAMPLE = "the same epochs: the columns of this sample"
OF_OPTIMIZER = "the table of {name}, with a learning rate of its own"
Summary: TypeAlias = str | Expr  # one that depends on values is a formula


def of_rate(letter: str) -> Expr:
    """What the list of sheets says about the table of one learning rate: its present value."""
    return joined(Text("the table at η = "), number_text(rate_symbol(letter)))


def sheet(
    run: LessonLayout,
    contents: Mapping[str, Summary],
    quantities: QuantityCells,
    verdicts: Known,
) -> Sheet:
    """The contents on the left, the network on the right, and the checks above both.

    `contents` has a description of each of the other sheets by its name.
    """
    page = PageBuilder(START, tab="000000")
    page.heights = {1: 26.0}
    page.cells[1, 1] = Cell(run.lesson.title, "title")
    page.cells[2, 1], page.cells[3, 1] = Cell(QUESTION), Cell(LEAD)
    page.cells[4, 1] = Cell("Colours", "name")
    place = _arrangement(run)
    page.widths = dict(WIDTHS) if place.beside else {}
    for row, (style, words) in enumerate(LEGEND, 4):
        page.cells[row, place.words] = Cell(words, style)
    page.cells[7, 1] = Cell("Do all checks pass?", "name")
    page.compute((7, place.words), all_pass(), {VERDICTS: verdicts}, "verdict")
    page.verdicts = [Area.of(7, place.words)]
    if not place.beside:
        page.merges = [
            Area(row, place.words, row, place.words + MERGED) for row in range(4, 5 + len(LEGEND))
        ]
    _contents(page, run, contents, place)
    page.question, page.finding = (2, 1), (7, place.words)
    before = set(page.cells)
    _network(page, run, quantities, place.drawing)
    page.effects.append(around(page.cells.keys() - before))
    return page.finish()


@dataclass(frozen=True)
class Arrangement:
    """The first column of the drawing, the column of words, and the first row of the contents."""

    drawing: int
    words: int
    contents: int

    @property
    def beside(self) -> bool:
        """Whether the drawing stands beside the contents, and not above them."""
        return self.drawing > self.words


def _arrangement(run: LessonLayout) -> Arrangement:
    """A network with many layers takes the whole width, so its contents follow below."""
    widths = run.lesson.network.layers
    if len(widths) <= MOST_BESIDE or not _is_drawn(widths):
        return Arrangement(FIRST_COLUMN, 2, CONTENTS_ROW)
    return Arrangement(1, WORDS_BELOW, TOP + _height(widths) + 3)


def _contents(
    page: PageBuilder, run: LessonLayout, contents: Mapping[str, Summary], place: Arrangement
) -> None:
    page.cells[place.contents - 1, 1] = Cell("Sheets", "subtitle")
    for row, (name, summary) in enumerate(contents.items(), place.contents):
        page.cells[row, 1] = Cell(name, "link", link=name)
        if isinstance(summary, str):
            page.cells[row, place.words] = Cell(summary, "muted")
        else:
            page.compute((row, place.words), summary, run.parameters, "muted")


def _edge_counts(widths: Sequence[int]) -> list[int]:
    return [a * b for a, b in itertools.pairwise(widths)]


def _is_drawn(widths: Sequence[int]) -> bool:
    """Whether a network is small enough for the diagram."""
    return len(widths) <= MOST_LAYERS and max(_edge_counts(widths)) <= MOST_EDGES


def _height(widths: Sequence[int]) -> int:
    """The height of the diagram in rows."""
    return max(3 * max(widths), 2 * max(_edge_counts(widths)))


def _network(
    page: PageBuilder, run: LessonLayout, quantities: QuantityCells, first_column: int
) -> None:
    """The diagram of the network.

    Neurons are pairs of cells, with one column for each layer. Between two layers there is a column
    of weights, each on the line that connects its two neurons.
    """
    widths = run.lesson.network.layers
    if not _is_drawn(widths):
        note = f"A network of {'-'.join(map(str, widths))} neurons, too large to draw here."
        page.cells[TOP, first_column] = Cell(note, "muted")
        return
    height = _height(widths)
    weights = iter(run.derived.weights)
    places = [_places(width, height) for width in widths]
    for layer, rows in enumerate(places):
        column = first_column + 4 * layer
        sizes = (NODE_WIDTH, GAP_WIDTH, EDGE_WIDTH, GAP_WIDTH)
        page.widths |= dict(enumerate(sizes, column))
        _nodes(page, run, quantities, layer, column, rows)
        if layer + 1 < len(widths):
            _edges(page, column, rows, places[layer + 1], weights, quantities)
    column = first_column + 4 * (len(widths) - 1)
    page.cells[TOP - 1, first_column] = Cell("The network before training, live", "subtitle")
    loss = joined(Text("E_total = "), number_text(LOSS))
    page.compute((TOP + height, column), loss, quantities.values, "bold")


def _places(count: int, height: int) -> list[int]:
    """The rows of `count` items, evenly spaced."""
    return [TOP + round((n + 0.5) * height / count) for n in range(count)]


def _nodes(
    page: PageBuilder,
    run: LessonLayout,
    quantities: QuantityCells,
    layer: int,
    column: int,
    rows: list[int],
) -> None:
    for neuron, first in enumerate(rows, 1):
        for row, symbol in enumerate(_symbols(run, layer, neuron), first):
            _value(page, (row, column), symbol, quantities, "node")


def _value(
    page: PageBuilder, place: Place, symbol: Symbol, quantities: QuantityCells, style: str
) -> None:
    """A quantity with its present value: w1 = 0.15."""
    text = joined(Text(f"{symbol.name} = "), number_text(symbol))
    page.compute(place, text, {symbol: quantities.values[symbol]}, style)


def _symbols(run: LessonLayout, layer: int, neuron: int) -> list[Symbol]:
    """The symbols that a neuron shows: its sum and its activation, for the first sample."""
    kinds = ("input",) if layer == 0 else ("sum", "activation")
    place = (layer, neuron, 1)
    return [
        s
        for s, role in run.derived.roles.items()
        if role.kind in kinds and (role.layer, role.neuron, role.sample) == place
    ]


def _edges(
    page: PageBuilder,
    column: int,
    left: list[int],
    right: list[int],
    weights: Iterator[Symbol],
    quantities: QuantityCells,
) -> None:
    """The weights between two layers, ordered by their lines so that few lines cross."""
    pairs = [(a, b, next(weights)) for b in right for a in left]
    pairs.sort(key=lambda pair: (pair[0] + pair[1], pair[0]))
    span = max(*left, *right) - min(*left, *right) + 3
    for n, (a, b, weight) in enumerate(pairs):
        row = min(*left, *right) - 1 + round((n + 0.5) * span / len(pairs))
        _value(page, (row, column + 2), weight, quantities, "edge")
        page.lines += (
            Line(Corner(a, column, 1.0, 0.5), Corner(row, column + 2, 0.0, 0.5)),
            Line(Corner(row, column + 2, 1.0, 0.5), Corner(b, column + 4, 0.0, 0.5)),
        )
