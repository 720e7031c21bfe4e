"""One run of a comparison: its losses, and the cells that show how its training ends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from sympy import Add, Expr, Min, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at, down
from toolkit.book.sheet import Series
from toolkit.book.tables import Cell, Table
from toolkit.network.derivation import LOSS
from toolkit.network.lesson import Activation
from toolkit.pages.backprop.layout import LessonLayout, column_of
from toolkit.pages.backprop.trends import BEGIN, LOSSES
from toolkit.symbols.equation import quantity
from toolkit.symbols.ranges import summed

EPOCHS, EARLIER, LATER = (quantity(n) for n in ("epochs", "earlier losses", "later losses"))
# The slope of an activation that saturates, expressed by the activation itself.
Slope = Callable[[Expr], Expr]
SLOPES: dict[Activation, Slope] = {
    "sigmoid": lambda a: a * (1 - a),
    "tanh": lambda a: 1 - a * a,
    "softmax": lambda a: a * (1 - a),
}
MOST_SAMPLES = 20  # whose slopes one formula adds up


@dataclass(frozen=True)
class Curve:
    """The losses of one table, with its name, its sheet, and the cell of its learning rate.

    `gradients` are those of the parameters in the last epoch. `slopes` adds up the slopes of the
    `activations` in the last epoch, layer by layer, and takes the smallest sum; it is None if no
    layer can saturate, or if the activations are on other sheets.
    """

    name: str
    sheet: str
    table: Table
    rate: Known
    gradients: Known
    slopes: Expr | None = None
    activations: dict[Symbol, Known] = field(default_factory=dict)

    def known(self) -> dict[Symbol, Known]:
        """Its epochs, its losses, and the first loss."""
        losses = column_of(self.table, LOSS.name)
        first = cast("float", self.table.columns[losses].values[0])
        start = at(self.sheet, self.table.row + 1, losses + 1, float(first))
        epochs = self.table.known(self.sheet, 0)
        return {EPOCHS: epochs, LOSSES: self.table.known(self.sheet, losses), BEGIN: start}

    def line(self, name: Known) -> Series:
        """The loss over the epochs, as a line of a chart."""
        known = self.known()
        return Series(name, known[EPOCHS], known[LOSSES])

    @property
    def link(self) -> Cell:
        """Its name as a link to its table."""
        return Cell(self.name, "link", link=self.sheet)

    def pairs(self) -> dict[Symbol, Known]:
        """The losses of all epochs but the last, and of all epochs but the first."""
        column = column_of(self.table, LOSS.name)
        losses, first = self.table.columns[column].values, self.table.row + 1
        place = self.sheet, first, self.table.column + column
        later = self.sheet, first + 1, self.table.column + column
        return {EARLIER: down(*place, losses[:-1]), LATER: down(*later, losses[1:])}


def curve_of(run: LessonLayout, name: str, sheet: str, table: Table, rate: Known) -> Curve:
    """The curve of a table that holds at least the losses and the gradients of the parameters."""
    places = [column_of(table, e.symbol.name) for e in run.derived.parameter_gradients]
    gradients = _in_last_row(table, sheet, min(places), max(places))
    layers = _saturable_layers(run, sheet, table)
    if not layers:
        return Curve(name, sheet, table, rate, gradients)
    sums = [Add(*(summed(slope(symbol)) for symbol in own)) for slope, own in layers]
    activations = {symbol: known for _, own in layers for symbol, known in own.items()}
    return Curve(name, sheet, table, rate, gradients, Min(*sums), activations)


def _in_last_row(table: Table, sheet: str, first: int, last: int) -> Known:
    """The cells of the last row in the columns `first` to `last` (from 0)."""
    values = [table.columns[n].values[-1] for n in range(first, last + 1)]
    area = Area.of(table.last_row, table.column + first, 1, len(values), sheet)
    return Known(area.absolute_range, values)


def _saturable_layers(
    run: LessonLayout, sheet: str, table: Table
) -> list[tuple[Slope, dict[Symbol, Known]]]:
    """For each layer that can saturate, the slope and the activations of each sample at the end.

    It is empty if the table does not hold them, as where each sample has a sheet of its own.
    """
    headings = {column.heading: n for n, column in enumerate(table.columns)}
    places: dict[tuple[int, int], list[int]] = {}
    for symbol, role in run.derived.roles.items():
        if role.kind == "activation" and role.sample <= MOST_SAMPLES:
            if symbol.name not in headings:
                return []
            places.setdefault((role.layer, role.sample), []).append(headings[symbol.name])
    return [
        (SLOPES[kind], _of_layer(places, layer, sheet, table))
        for layer, kind in enumerate(run.lesson.network.activations, 1)
        if kind in SLOPES
    ]


def _of_layer(
    places: Mapping[tuple[int, int], list[int]], layer: int, sheet: str, table: Table
) -> dict[Symbol, Known]:
    return {
        quantity(f"activations of layer {layer}, sample {sample}"): _in_last_row(
            table, sheet, min(own), max(own)
        )
        for (number, sample), own in places.items()
        if number == layer
    }
