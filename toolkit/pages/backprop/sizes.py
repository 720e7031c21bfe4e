"""The mean size of each layer's gradients, as a table with one row for each epoch."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from sympy import Add, Expr, Ne, Piecewise, Symbol

from toolkit.book.known import ROW, Known, in_row
from toolkit.book.tables import Column, Table
from toolkit.network.derivation import EPOCH, LOSS
from toolkit.pages.backprop.layout import BACKPROP, LessonLayout
from toolkit.symbols.equation import Equation, Gradient, quantity
from toolkit.symbols.numeric import function
from toolkit.symbols.ranges import absolute_sum
from toolkit.symbols.text import Text

FIRST, LAST, MEAN = map(quantity, ("first", "last", "mean"))
QUOTIENT = Piecewise((FIRST / LAST, Ne(LAST, 0)), (Text("–"), True))


def layers(run: LessonLayout) -> list[list[Symbol]]:
    """The weights of each layer."""
    weights, widths = iter(run.derived.weights), run.lesson.network.layers
    return [[next(weights) for _ in range(a * b)] for a, b in pairwise(widths)]


def table(run: LessonLayout, chosen: Table) -> Table:
    """The table of sizes; each row refers to the same row of `chosen`, the table of Backprop."""
    columns = [
        _size([Gradient(LOSS, weight) for weight in weights], chosen, f"layer {number}")
        for number, weights in enumerate(layers(run), 1)
    ]
    epochs = Column(
        EPOCH.name,
        chosen.columns[0].values,
        "integer",
        "heading epoch",
        formula=f"={in_row(1, sheet=BACKPROP, fixed=True)}",
        width=7,
    )
    return Table(chosen.row, 1, (epochs, *columns, _share(columns)))


def _size(gradients: Sequence[Symbol], chosen: Table, heading: str) -> Column:
    expr, known = mean_size(gradients, chosen, ROW)
    return _column(expr, known, heading, "heading gradient", 12)


def _share(sizes: Sequence[Column]) -> Column:
    """The quotient of the first and the last layer's sizes."""
    known = {
        FIRST: Known(in_row(2), sizes[0].values),
        LAST: Known(in_row(1 + len(sizes)), sizes[-1].values),
    }
    return _column(QUOTIENT, known, f"layer 1 / layer {len(sizes)}", "heading", 17)


def _column(
    expr: Expr, known: dict[Symbol, Known], heading: str, heading_style: str, width: float
) -> Column:
    """A column of `expr`; `known` holds addresses in the row, and the values of all rows."""
    mean = Equation(MEAN, expr)
    compute = function(list(known), [mean], single=True)
    rows = zip(*(cells.value for cells in known.values()), strict=True)
    values = [compute(*row)[0] for row in rows]
    formula = mean.formula(lambda symbol: known[symbol].address)
    return Column(heading, values, "scientific", heading_style, formula, width=width)


def mean_size(
    symbols: Sequence[Symbol], chosen: Table, row: int | str
) -> tuple[Expr, dict[Symbol, Known]]:
    """The mean absolute value over columns of the sheet Backprop in one row, with its operands.

    There is one operand for each range of adjacent columns; its values have one row per epoch.
    """
    place = {column.heading: n for n, column in enumerate(chosen.columns)}
    known = {}
    for first, last in _runs([place[symbol.name] for symbol in symbols]):
        address = in_row(first + 1, last + 1, row=row, sheet=BACKPROP, fixed=True)
        values = [np.asarray(column.values, float) for column in chosen.columns[first : last + 1]]
        known[quantity(f"from {first}")] = Known(address, np.column_stack(values))
    return Add(*map(absolute_sum, known)) / len(symbols), known


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """The first and last index of each run of adjacent columns, which partial sums may separate."""
    breaks = [n for n, (a, b) in enumerate(pairwise(places), 1) if b != a + 1]
    starts, ends = [0, *breaks], [*breaks, len(places)]
    return [(places[a], places[b - 1]) for a, b in zip(starts, ends, strict=True)]
