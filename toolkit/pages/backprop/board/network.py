"""The network drawn in cells: every neuron, weight and bias with its number at the chosen epoch."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from sympy import Expr, Symbol

from toolkit.book.live import computed
from toolkit.book.page import PageBuilder, Place
from toolkit.book.sheet import Cell, Corner, Known, Line
from toolkit.book.theme import MUTED, TINTS
from toolkit.network.derivation import EPOCH, LOSS
from toolkit.network.forward import Kind
from toolkit.pages.backprop.board.frame import BAND_ROW, Frame
from toolkit.pages.backprop.board.strip import COLUMN, DASH, PRESENT
from toolkit.pages.backprop.layout import LessonLayout
from toolkit.symbols.choices import if_number
from toolkit.symbols.equation import Gradient
from toolkit.symbols.text import Text, joined, number_text

BIAS = "bias: 1"
MARKED = 2.25  # points: the line of the weight that the formulas take apart


class Edge(NamedTuple):
    """A weight or bias with the rows of the two things that it joins."""

    parameter: Symbol
    start: int
    end: int


@dataclass(frozen=True)
class Numbers:
    """The present number of each quantity as text: a cell of the strip, or else the table's."""

    strip: Mapping[Symbol, Known]
    of_table: Mapping[str, Known]

    def cell(self, symbol: Symbol, style: str, before: str = "") -> Cell:
        """The number with some words before it."""
        if symbol in self.strip:
            expr: Expr = symbol
            known = {symbol: self.strip[symbol]}
        else:
            expr = if_number(PRESENT, number_text(PRESENT), DASH)
            known = {COLUMN: self.of_table[symbol.name], EPOCH: self.strip[EPOCH]}
        return computed(joined(Text(before), expr) if before else expr, known, style)


def draw(
    page: PageBuilder,
    run: LessonLayout,
    frame: Frame,
    numbers: Numbers,
    tints: Mapping[Symbol, str],
) -> None:
    """Neurons as pairs of cells, a layer a column, and between two layers a row for each weight and
    bias: its number, its gradient, and lines to what it joins.
    """
    rows = [_rows(n, frame) for n in _counts(run)]
    for layer, places in enumerate(rows):
        page.cells |= dict(_neurons(run, frame, layer, places, numbers, tints))
    page.cells |= dict(_targets(run, frame, rows[-1], numbers, tints))
    parameters = iter(run.derived.weights), iter(run.derived.biases)
    for layer, (left, right) in enumerate(pairwise(rows), 1):
        neurons = right[: run.lesson.network.layers[layer]]
        edges = list(_edges(run, left, neurons, *parameters))
        _between(page, frame, layer, edges, numbers, tints)


def _counts(run: LessonLayout) -> list[int]:
    """How many things each layer draws: its neurons and, but for the outputs, the bias."""
    layers, bias = run.lesson.network.layers, run.lesson.network.bias
    return [n + bias * (layer < len(layers) - 1) for layer, n in enumerate(layers)]


def _rows(count: int, frame: Frame) -> list[int]:
    """The first rows of that many pairs of cells, spaced evenly below the headings."""
    height = frame.band - 2
    return [BAND_ROW + 1 + round((n + 0.5) * height / count - 0.5) for n in range(count)]


def _neurons(
    run: LessonLayout,
    frame: Frame,
    layer: int,
    rows: list[int],
    numbers: Numbers,
    tints: Mapping[Symbol, str],
) -> Iterator[tuple[Place, Cell]]:
    column, widths = frame.neurons[layer], run.lesson.network.layers
    words = "inputs" if not layer else "outputs" if layer == len(widths) - 1 else "hidden layer"
    yield (BAND_ROW, column), Cell(words, "board heading")
    for neuron, row in enumerate(rows[: widths[layer]], 1):
        for offset, symbol in enumerate(_of_neuron(run, layer, neuron)):
            yield (row + offset, column), _node(symbol, numbers, tints)
    for row in rows[widths[layer] :]:
        yield (row, column), Cell(BIAS, "board bias")


def _node(symbol: Symbol, numbers: Numbers, tints: Mapping[Symbol, str]) -> Cell:
    return numbers.cell(symbol, _tinted("board node", symbol, tints), f"{symbol.name} = ")


def _tinted(style: str, symbol: Symbol, tints: Mapping[Symbol, str]) -> str:
    return f"{style} in {tints[symbol]}" if symbol in tints else style


def _of_neuron(run: LessonLayout, layer: int, neuron: int) -> list[Symbol]:
    """What a neuron shows: its sum and its activation, or the input; of the first sample."""
    kinds: tuple[Kind, ...] = ("sum", "activation") if layer else ("input",)
    return _of_kinds(run, kinds, layer, neuron)


def _of_kinds(run: LessonLayout, kinds: tuple[Kind, ...], layer: int, neuron: int) -> list[Symbol]:
    place = (layer, neuron, 1)
    return [
        symbol
        for symbol, role in run.derived.roles.items()
        if role.kind in kinds and (role.layer, role.neuron, role.sample) == place
    ]


def _targets(
    run: LessonLayout,
    frame: Frame,
    rows: list[int],
    numbers: Numbers,
    tints: Mapping[Symbol, str],
) -> Iterator[tuple[Place, Cell]]:
    """Beside each output its target and its error, and below them the loss."""
    column, last = frame.neurons[-1] + 2, len(run.lesson.network.layers) - 1
    yield (BAND_ROW, column), Cell("target, error", "board heading")
    for neuron, row in enumerate(rows, 1):
        shown = _of_kinds(run, ("target",), 0, neuron) + _of_kinds(run, ("error",), last, neuron)
        for offset, symbol in enumerate(shown):
            yield (row + offset, column), _node(symbol, numbers, tints)
    yield (BAND_ROW + frame.band - 2, column), _node(LOSS, numbers, tints)


def _edges(
    run: LessonLayout,
    left: list[int],
    right: list[int],
    weights: Iterator[Symbol],
    biases: Iterator[Symbol],
) -> Iterator[Edge]:
    """Of each neuron on the right the weights, and then the bias where there is one."""
    bias = run.lesson.network.bias
    for row in right:
        for start in left[: len(left) - bias]:
            yield Edge(next(weights), start, row)
        if bias:
            yield Edge(next(biases), left[-1], row)


def _between(
    page: PageBuilder,
    frame: Frame,
    layer: int,
    edges: list[Edge],
    numbers: Numbers,
    tints: Mapping[Symbol, str],
) -> None:
    """The weights between two layers, ordered as their lines lie, so that few of these cross."""
    column = frame.neurons[layer] - 3
    page.cells[BAND_ROW, column] = Cell("weight", "board heading")
    page.cells[BAND_ROW, column + 1] = Cell(f"∂{LOSS.name}/∂w", "board heading")
    edges.sort(key=lambda edge: (edge.start + edge.end, edge.start))
    height = frame.band - 1
    for n, (parameter, start, end) in enumerate(edges):
        row = BAND_ROW + 1 + int((n + 0.5) * height / len(edges))
        style = _tinted("board edge", parameter, tints)
        page.cells[row, column] = numbers.cell(parameter, style, f"{parameter.name} = ")
        slope = Gradient(LOSS, parameter)
        style = _tinted("board gradient", parameter, tints)
        page.cells[row, column + 1] = numbers.cell(slope, style)
        ink, weight = MUTED, 1.0
        if parameter in tints:
            ink, weight = TINTS[tints[parameter]].fill, MARKED
        middle = 1.0 if layer > 1 else 0.5  # of a pair of cells, or of one
        page.lines += [
            Line(
                Corner(start, column - 2, 1.0, middle), Corner(row, column, 0.0, 0.5), ink, weight
            ),
            Line(Corner(row, column + 1, 1.0, 0.5), Corner(end, column + 3, 0.0, 1.0), ink, weight),
        ]
