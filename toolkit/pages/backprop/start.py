"""The first sheet: what the book is, how to play with it, the network with its present values."""

import itertools
from collections.abc import Sequence

from sympy import Piecewise, Symbol

from toolkit.book.address import Area
from toolkit.book.live import computed
from toolkit.book.sheet import Cell, Corner, Known, Line, Sheet
from toolkit.network.derivation import LOSS
from toolkit.network.lesson import SETTINGS
from toolkit.pages.backprop.layout import (
    BOARD,
    PARAMETERS,
    PUBLISHED,
    SIZES,
    START,
    LessonLayout,
)
from toolkit.pages.backprop.lines import QuantityCells
from toolkit.symbols.equation import quantity
from toolkit.symbols.ranges import length
from toolkit.symbols.records import occurrences
from toolkit.symbols.text import Text, joined, number_text

LEAD = (
    "A network learns by changing its weights a little, against the gradient of its loss. "
    "This book shows every step of it as live formulas.",
    "Go through the sheets in order; then change a yellow cell on Parameters and see what follows.",
)
LEGEND = (
    ("input", "yellow: a number that you may change"),
    ("value", "black: a formula; F2 shows how it is made"),
    ("verdict", "framed: a check, pass or fail"),
)
WIDTHS = {1: 29, 2: 58, 3: 3}
CONTENTS_ROW = 9
FIRST_COLUMN = 4  # of the drawing
NODE_WIDTH, EDGE_WIDTH, GAP_WIDTH = 17.0, 12.0, 5.0
MOST_EDGES, MOST_LAYERS = 16, 5
TOP = 9
VERDICTS = quantity("verdicts")
WHAT = {
    BOARD: "the whole calculation on one page, at an epoch that you choose",
    PARAMETERS: "inputs, targets, start weights and learning rates: play here",
    "Backprop": "the table, one row an epoch, at the chosen learning rate",
    "Optimizers": "the same start, but other optimizers, side by side",
    "Learning rates": "how the size of the step decides how fast, and whether, it learns",
    PUBLISHED: "numbers in print, and ours beside them",
    SIZES: "how much of the gradient reaches each layer",
    "Other samples": "the samples after the first",
    "Gradient check": "the derivatives against differences of two losses",
}
STEPS = {
    "forward": "from the inputs to the loss",
    "one": "one gradient, factor by factor",
    "output": "the gradients of all output weights",
    "reaches": "what reaches the hidden layers",
    ", w1": "the gradients of the other weights",
    "update": "the optimizer changes every parameter",
}


def sheet(
    run: LessonLayout, names: Sequence[str], quantities: QuantityCells, verdicts: Known
) -> Sheet:
    """Contents on the left, the network on the right, the checks above both."""
    cells = {
        (1, 1): Cell(run.lesson.title, "title"),
        **{(2 + n, 1): Cell(words, "text") for n, words in enumerate(LEAD)},
        **_legend(),
        (7, 1): Cell("Do all checks pass?", "name"),
        (7, 2): computed(_all_pass(), {VERDICTS: verdicts}, "verdict"),
        (CONTENTS_ROW - 1, 1): Cell("Sheets", "subtitle"),
    }
    for row, name in enumerate(names, CONTENTS_ROW):
        cells[row, 1] = Cell(name, "link", link=name)
        cells[row, 2] = Cell(_what(name), "muted")
    network, lines, widths = _network(run, quantities)
    return Sheet(
        START,
        cells | network,
        widths=WIDTHS | widths,
        lines=lines,
        tab="000000",
        verdicts=(Area.of(7, 2),),
    )


def _legend() -> dict[tuple[int, int], Cell]:
    samples = {"input": 0.5, "value": 0.5, "verdict": "pass"}
    return {(4, 1): Cell("Colours", "name")} | {
        (4 + n, 2): Cell(words, {"input": "input left", "value": "bold", "verdict": "check"}[style])
        for n, (style, words) in enumerate(LEGEND)
        if samples[style] is not None
    }


def _what(name: str) -> str:
    if name.startswith("Step"):
        return next(words for key, words in STEPS.items() if key in name)
    if name in SETTINGS:
        return f"the table of {name}, with a learning rate of its own"
    if name.startswith("Sample "):
        return "the same epochs: what belongs to this sample alone"
    return WHAT.get(name, "the table at one learning rate")


def _all_pass() -> Piecewise:
    passed = occurrences(VERDICTS, Text("pass"))
    bad = joined(
        Text("fail: "), length(VERDICTS) - passed, Text(" of the gradients, see Gradient check")
    )
    good = joined(
        Text("pass: all "), length(VERDICTS), Text(" gradients agree with differences of losses")
    )
    return Piecewise((good, passed >= length(VERDICTS)), (bad, True))


NetworkDrawing = tuple[dict[tuple[int, int], Cell], tuple[Line, ...], dict[int, float]]


def _network(run: LessonLayout, quantities: QuantityCells) -> NetworkDrawing:
    """Neurons as pairs of cells, a layer a column, and between two layers a column of weights, each
    on the line from the neuron that it reads to the neuron that reads it.
    """
    widths = run.lesson.network.layers
    edges = [a * b for a, b in itertools.pairwise(widths)]
    if len(widths) > MOST_LAYERS or max(edges) > MOST_EDGES:
        note = f"A network of {'-'.join(map(str, widths))} neurons, too large to draw here."
        return {(TOP, FIRST_COLUMN): Cell(note, "muted")}, (), {}
    height = 3 * max(*widths, *edges)
    cells: dict[tuple[int, int], Cell] = {}
    lines: list[Line] = []
    sizes: dict[int, float] = {}
    weights = iter(run.derived.weights)
    places = [_places(width, height) for width in widths]
    for layer, rows in enumerate(places):
        column = FIRST_COLUMN + 4 * layer
        sizes |= {
            column: NODE_WIDTH,
            column + 1: GAP_WIDTH,
            column + 2: EDGE_WIDTH,
            column + 3: GAP_WIDTH,
        }
        cells |= _nodes(run, quantities, layer, column, rows)
        if layer + 1 < len(widths):
            labels, ties = _edges(column, rows, places[layer + 1], weights, quantities)
            cells |= labels
            lines += ties
    column = FIRST_COLUMN + 4 * (len(widths) - 1) + 2
    cells[TOP - 1, FIRST_COLUMN] = Cell("The network at the start, live", "subtitle")
    cells[TOP + height // 2, column] = computed(
        joined(Text("E_total = "), number_text(LOSS)), quantities.values, "bold"
    )
    return cells, tuple(lines), sizes


def _places(count: int, height: int) -> list[int]:
    """The rows of that many things, spaced evenly."""
    return [TOP + round((n + 0.5) * height / count) for n in range(count)]


def _nodes(
    run: LessonLayout, quantities: QuantityCells, layer: int, column: int, rows: list[int]
) -> dict[tuple[int, int], Cell]:
    cells = {}
    for neuron, row in enumerate(rows, 1):
        symbols = _symbols(run, layer, neuron)
        for offset, symbol in enumerate(symbols):
            text = joined(Text(f"{symbol.name} = "), number_text(symbol))
            cells[row + offset, column] = computed(text, _readable(quantities, symbol), "node")
    return cells


def _readable(quantities: QuantityCells, symbol: Symbol) -> dict[Symbol, Known]:
    return {symbol: quantities.values[symbol]}


def _symbols(run: LessonLayout, layer: int, neuron: int) -> list[Symbol]:
    """What a neuron shows: what it adds up, and what it passes on; of the first sample."""
    kinds = ("input",) if layer == 0 else ("sum", "activation")
    place = (layer, neuron, 1)
    return [
        s
        for s, role in run.derived.roles.items()
        if role.kind in kinds and (role.layer, role.neuron, role.sample) == place
    ]


def _edges(
    column: int, left: list[int], right: list[int], weights: object, quantities: QuantityCells
) -> tuple[dict[tuple[int, int], Cell], list[Line]]:
    """The weights between two layers, ordered as their lines lie, so that few of these cross."""
    pairs = [(a, b, next(weights)) for b in right for a in left]  # type: ignore[call-overload]
    pairs.sort(key=lambda pair: (pair[0] + pair[1], pair[0]))
    span = max(*left, *right) - min(*left, *right) + 3
    cells: dict[tuple[int, int], Cell] = {}
    lines = []
    for n, (a, b, weight) in enumerate(pairs):
        row = min(*left, *right) - 1 + round((n + 0.5) * span / len(pairs))
        text = joined(Text(f"{weight.name} = "), number_text(weight))
        cells[row, column + 2] = computed(text, _readable(quantities, weight), "edge")
        lines.append(Line(Corner(a, column, 1.0, 0.5), Corner(row, column + 2, 0.0, 0.5)))
        lines.append(Line(Corner(row, column + 2, 1.0, 0.5), Corner(b, column + 4, 0.0, 0.5)))
    return cells, lines
