"""The network drawn in cells: every neuron, weight and bias with its number at the chosen epoch."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from sympy import Expr, Symbol

from toolkit.book.known import Known
from toolkit.book.live import computed
from toolkit.book.page import PageBuilder
from toolkit.book.sheet import Corner, Line
from toolkit.book.tables import Cell
from toolkit.book.theme import MUTED, TINTS
from toolkit.network.derivation import EPOCH, LOSS
from toolkit.network.forward import Kind
from toolkit.pages.backprop.board.frame import BAND_ROW, BoardPlan
from toolkit.pages.backprop.board.strip import COLUMN, PRESENT_TEXT
from toolkit.pages.backprop.layout import LessonLayout
from toolkit.symbols.equation import Gradient
from toolkit.symbols.text import Text, joined

BIAS = "bias: 1"
THIN, THICK = 1.0, 2.25  # points: the thick line is that of the weight that the formulas show


class Edge(NamedTuple):
    """A weight or bias with the rows of the two things that it joins."""

    parameter: Symbol
    start: int
    end: int


@dataclass(frozen=True)
class NetworkDrawing:
    """A drawing on a page: neurons as pairs of cells, a layer a column, and between two layers a
    row for each weight and bias with its gradient, and lines to what it joins.

    `strip` holds the cells with the present numbers; what it lacks is read from `of_table`, the
    columns of the table by their headings.
    """

    page: PageBuilder
    run: LessonLayout
    frame: BoardPlan
    strip: Mapping[Symbol, Known]
    of_table: Mapping[str, Known]
    tints: Mapping[Symbol, str]

    def draw(self) -> None:
        """Draw all layers, then the targets and the loss beside the outputs."""
        widths, bias = self.run.lesson.network.layers, self.run.lesson.network.bias
        last = len(widths) - 1
        counts = [width + bias * (layer < last) for layer, width in enumerate(widths)]
        rows = [self._rows(count) for count in counts]
        for layer, places in enumerate(rows):
            self._layer(layer, places)
        self._targets(rows[-1])
        parameters = iter(self.run.derived.weights), iter(self.run.derived.biases)
        for layer, (left, right) in enumerate(pairwise(rows), 1):
            self._between(layer, list(_edges(left, right[: widths[layer]], bias, *parameters)))

    def _rows(self, count: int) -> list[int]:
        """The first rows of that many pairs of cells, spaced evenly below the headings."""
        room = self.frame.band - 2
        return [BAND_ROW + 1 + round((n + 0.5) * room / count - 0.5) for n in range(count)]

    def _layer(self, layer: int, rows: list[int]) -> None:
        """A layer's neurons, each with its sum and activation, or the inputs; then the bias."""
        column, widths = self.frame.neurons[layer], self.run.lesson.network.layers
        last = layer == len(widths) - 1
        words = "outputs" if last else "hidden layer" if layer else "inputs"
        kinds: tuple[Kind, ...] = ("sum", "activation") if layer else ("input",)
        self.page.cells[BAND_ROW, column] = Cell(words, "board heading")
        for neuron, row in enumerate(rows[: widths[layer]], 1):
            self._pile(row, column, self._quantities(kinds, layer, neuron))
        for row in rows[widths[layer] :]:
            self.page.cells[row, column] = Cell(BIAS, "board bias")

    def _targets(self, rows: list[int]) -> None:
        """Beside each output its target and its error, and below them the loss."""
        column, last = self.frame.neurons[-1] + 2, len(self.run.lesson.network.layers) - 1
        self.page.cells[BAND_ROW, column] = Cell("target, error", "board heading")
        for neuron, row in enumerate(rows, 1):
            target = self._quantities(("target",), 0, neuron)
            self._pile(row, column, target + self._quantities(("error",), last, neuron))
        self._pile(BAND_ROW + self.frame.band - 1, column, [LOSS])

    def _quantities(self, kinds: tuple[Kind, ...], layer: int, neuron: int) -> list[Symbol]:
        """What has one of these roles in the first sample."""
        place = (layer, neuron, 1)
        return [
            symbol
            for symbol, role in self.run.derived.roles.items()
            if role.kind in kinds and (role.layer, role.neuron, role.sample) == place
        ]

    def _pile(self, row: int, column: int, symbols: list[Symbol]) -> None:
        """Quantities below each other, with their names."""
        for below, symbol in enumerate(symbols, row):
            style = self._style("board node", symbol)
            self.page.cells[below, column] = self._number(symbol, style, f"{symbol.name} = ")

    def _between(self, layer: int, edges: list[Edge]) -> None:
        """The weights between two layers, ordered as their lines lie, so that few cross."""
        column = self.frame.neurons[layer] - 3
        self.page.cells[BAND_ROW, column] = Cell("weight", "board heading")
        self.page.cells[BAND_ROW, column + 1] = Cell(f"∂{LOSS.name}/∂w", "board heading")
        edges.sort(key=lambda edge: (edge.start + edge.end, edge.start))
        room = (self.frame.band - 1) / len(edges)
        for n, edge in enumerate(edges):
            row, parameter = BAND_ROW + 1 + int((n + 0.5) * room), edge.parameter
            style = self._style("board edge", parameter)
            weight = self._number(parameter, style, f"{parameter.name} = ")
            style = self._style("board gradient", parameter)
            slope = self._number(Gradient(LOSS, parameter), style)
            self.page.cells |= {(row, column): weight, (row, column + 1): slope}
            self.page.lines += self._lines(edge, layer, row, column)

    def _lines(self, edge: Edge, layer: int, row: int, column: int) -> Iterator[Line]:
        """From the thing on the left to the weight, and from its gradient to the neuron."""
        tint = self.tints.get(edge.parameter)
        ink, weight = (TINTS[tint].fill, THICK) if tint else (MUTED, THIN)
        middle = 1.0 if layer > 1 else 0.5  # of a pair of cells, or of one
        start, end = (edge.start, column - 2, 1.0, middle), (edge.end, column + 3, 0.0, 1.0)
        yield Line(Corner(*start), Corner(row, column, 0.0, 0.5), ink, weight)
        yield Line(Corner(row, column + 1, 1.0, 0.5), Corner(*end), ink, weight)

    def _style(self, style: str, symbol: Symbol) -> str:
        return f"{style} in {self.tints[symbol]}" if symbol in self.tints else style

    def _number(self, symbol: Symbol, style: str, before: str = "") -> Cell:
        """The present number as text, with some words before it."""
        expr: Expr = symbol
        known = self.strip
        if symbol not in self.strip:
            expr = PRESENT_TEXT
            known = {COLUMN: self.of_table[symbol.name], EPOCH: self.strip[EPOCH]}
        return computed(joined(Text(before), expr) if before else expr, known, style)


def _edges(
    left: list[int],
    right: list[int],
    bias: bool,
    weights: Iterator[Symbol],
    biases: Iterator[Symbol],
) -> Iterator[Edge]:
    """Of each neuron on the right the weights, and then the bias where there is one."""
    for row in right:
        for start in left[: len(left) - bias]:
            yield Edge(next(weights), start, row)
        if bias:
            yield Edge(next(biases), left[-1], row)
