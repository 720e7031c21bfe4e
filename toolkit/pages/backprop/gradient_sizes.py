"""The sizes of the gradients of each layer, and the reasons why they may vanish."""

from collections.abc import Mapping
from math import ceil

import numpy as np
from sympy import Add, Expr, Piecewise, Symbol

from toolkit.book.known import Known, at, down
from toolkit.book.live import computed
from toolkit.book.regions import of_style
from toolkit.book.sheet import Chart, FirstView, Series, Sheet
from toolkit.book.tables import Cell, Table
from toolkit.network.derivation import LEARNING_RATE, LOSS
from toolkit.network.lesson import Activation
from toolkit.pages.backprop.layout import BACKPROP, PARAMETERS, SIZES, START, LessonLayout
from toolkit.pages.backprop.sizes import FIRST, LAST, QUOTIENT, layers, mean_size, table
from toolkit.symbols.equation import local_derivatives, quantity
from toolkit.symbols.ranges import total
from toolkit.symbols.text import Text, joined, number_text

FEWEST_LAYERS = 3  # layers with weights; gradients hardly vanish in networks with fewer layers
MOST_SLOPES = 20  # the most slopes in one formula
SIZE = f"mean |∂{LOSS.name}/∂w|"
TITLE = joined(Text("Gradient sizes: η = "), number_text(LEARNING_RATE))
LEAD = f"The {SIZE} of each layer, at the learning rate chosen on Parameters."
WHY = (
    "The gradient of a weight is what comes in, times what comes back from the loss.",
    "What comes back has been multiplied, layer by layer, by weights and by slopes ({}).",
)
SLOPE_WORDS: dict[Activation, str] = {
    "sigmoid": "at most 1/4",
    "tanh": "at most 1",
    "relu": "0 or 1",
    "leaky_relu": "{:g} or 1",
    "softplus": "at most 1",
    "gelu": "at most 1.13",
    "identity": "always 1",
    "softmax": "at most 1/4 for each share",
}
HEADINGS = ("layer", "weights", "activation", SIZE, "share of the last", "mean |w|", "mean slope")
WIDTHS = (11.0, 13.0, 12.0, 19.0, 17.0, 12.0, 12.0)
WHY_ROW, START_ROW = 4, 10
ROWS_A_PAGE = 53
GAP, CHART_WIDTH, CHART_HEIGHT = 3.0, 18.0, 9.5
WEIGHTS, SLOPES = map(quantity, ("weights", "slopes"))
Cells = dict[tuple[int, int], Cell]


def applies(run: LessonLayout) -> bool:
    """Whether the network has enough layers for a comparison."""
    return len(run.lesson.network.layers) > FEWEST_LAYERS


def sheet(run: LessonLayout, tables: Mapping[str, Table]) -> Sheet:
    """One row for each epoch, as on the sheet Backprop, with explanations beside it.

    `tables` are the tables at the selected learning rate, by the names of their sheets.
    """
    size_table = table(run, tables[BACKPROP])
    left = len(size_table.columns) + 2
    heading = computed(TITLE, run.parameters, "title")
    start = _start(run, tables, size_table, left)
    cells = {
        (1, 1): heading,
        (1, left + 6): Cell(START, "link", link=START),
        (1, left): Cell(PARAMETERS, "link", link=PARAMETERS),
        (2, 1): Cell(LEAD, "muted"),
        **_why(run, size_table, start, left),
    }
    chart = _chart(size_table, START_ROW + len(layers(run)) + 3, left)
    widths = {left - 1: GAP} | dict(enumerate(WIDTHS, left))
    return Sheet(
        SIZES,
        cells | start,
        (size_table,),
        (chart,),
        widths,
        freeze=(size_table.row + 1, 2),
        tab="009E73",
        pages_high=ceil(size_table.last_row / ROWS_A_PAGE),
        first_view=FirstView(effects=(chart,), finding=next(iter(of_style(cells, "bold")), None)),
    )


def _start(run: LessonLayout, tables: Mapping[str, Table], size_table: Table, left: int) -> Cells:
    """The initial gradients layer by layer, with the factors that each layer contributes."""
    cells = {(START_ROW, left): Cell("At the start, layer by layer", "subtitle")}
    cells |= {(START_ROW + 1, n): Cell(words, "heading") for n, words in enumerate(HEADINGS, left)}
    for layer in range(1, 1 + len(layers(run))):
        row = _layer(run, tables, size_table, layer)
        cells |= {(START_ROW + 1 + layer, n): cell for n, cell in enumerate(row, left)}
    return cells


def _layer(
    run: LessonLayout, tables: Mapping[str, Table], size_table: Table, layer: int
) -> tuple[Cell, ...]:
    weights = layers(run)
    known = {FIRST: _size(size_table, layer), LAST: _size(size_table, len(weights))}
    expr, ranges = mean_size(weights[layer - 1], tables[BACKPROP], size_table.row + 1)
    at_start = {s: Known(k.address, np.asarray(k.value)[0]) for s, k in ranges.items()}
    return (
        Cell(f"layer {layer}", "middle"),
        Cell(_span(weights[layer - 1]), "middle"),
        Cell(run.lesson.network.activations[layer - 1], "middle"),
        computed(FIRST, known, "scientific"),
        computed(QUOTIENT, known, "scientific"),
        computed(expr, at_start, "number"),
        _slope(run, tables, layer),
    )


def _size(size_table: Table, layer: int) -> Known:
    """The cell with the initial mean gradient of a layer."""
    return at(SIZES, size_table.row + 1, 1 + layer, size_table.columns[layer].values[0])


def _span(symbols: list[Symbol]) -> str:
    first, last = symbols[0].name, symbols[-1].name
    return str(first) if first == last else f"{first}…{last}"


def _slope(run: LessonLayout, tables: Mapping[str, Table], layer: int) -> Cell:
    """The mean of da/dh over the neurons of a layer and the samples, in the first row."""
    roles = run.derived.roles
    equations = [
        e
        for e in run.derived.columns
        if (role := roles.get(e.symbol)) and (role.kind, role.layer) == ("activation", layer)
    ]
    shares = run.lesson.network.activations[layer - 1] == "softmax"
    if shares or len(equations) > MOST_SLOPES:
        return Cell("–", "right")
    slopes = [slope for e in equations for slope in local_derivatives(e).values()]
    expr = Add(*slopes) / len(equations)
    return computed(expr, {s: _first(s, tables) for s in expr.free_symbols}, "number")


def _first(symbol: Symbol, tables: Mapping[str, Table]) -> Known:
    """The cell of a quantity in the first row of its table."""
    place = {
        column.heading: (sheet, table, n)
        for sheet, table in tables.items()
        for n, column in enumerate(table.columns)
    }
    sheet, table, n = place[str(symbol.name)]
    return at(sheet, table.row + 1, table.column + n, float(table.columns[n].values[0]))  # type: ignore[arg-type]


def _why(run: LessonLayout, size_table: Table, start: Cells, left: int) -> Cells:
    """Four sentences: two that are always true, and two that contain the present numbers."""
    network, count = run.lesson.network, len(layers(run))
    words = ", ".join(
        f"{kind}: {SLOPE_WORDS[kind].format(network.negative_slope)}"
        for kind in dict.fromkeys(network.activations)
    )
    texts = [Cell(WHY[0]), Cell(WHY[1].format(words))]
    texts += [_factors(start, left, count), _compared(size_table, count)]
    return {(WHY_ROW, left): Cell("Why they differ", "subtitle")} | {
        (row, left): cell for row, cell in enumerate(texts, WHY_ROW + 1)
    }


def _factors(start: Cells, left: int, count: int) -> Cell:
    """The mean weight on the backward path, and the mean slope if every layer has one."""
    top, known = START_ROW + 2, {}
    for symbol, column, skipped in ((WEIGHTS, left + 5, 1), (SLOPES, left + 6, 0)):
        values = [start[row, column].value for row in range(top + skipped, top + count)]
        if not any(isinstance(value, str) for value in values):
            known[symbol] = down(SIZES, top + skipped, column, values)
    pieces = [
        Text(f"At the start the mean size of the weights of layers 2 to {count} is "),
        number_text(total(WEIGHTS) / (count - 1)),
    ]
    if SLOPES in known:
        pieces += [Text(", the mean slope "), number_text(total(SLOPES) / count)]
    return computed(joined(*pieces, Text(".")), known, "text")


def _compared(size_table: Table, count: int) -> Cell:
    """A sentence that says which of the two sizes is larger."""
    known = {FIRST: _size(size_table, 1), LAST: _size(size_table, count)}
    return computed(
        Piecewise(
            (Text("No gradient reaches layer 1 at the start."), FIRST <= 0),
            (Text(f"Layer {count} has no gradient at the start."), LAST <= 0),
            (_times(LAST / FIRST, count, 1), FIRST <= LAST),
            (_times(FIRST / LAST, 1, count), True),
        ),
        known,
        "bold",
    )


def _times(factor: Expr, larger: int, smaller: int) -> Expr:
    return joined(
        Text(f"So the gradients of layer {larger} are "),
        number_text(factor),
        Text(f" times as large as those of layer {smaller}."),
    )


def _chart(size_table: Table, row: int, column: int) -> Chart:
    """A line for each layer; on the logarithmic axis equal factors are equal steps."""
    lines = tuple(
        Series(
            at(SIZES, size_table.row, n + 1, c.heading),
            size_table.known(SIZES, 0),
            size_table.known(SIZES, n),
        )
        for n, c in enumerate(size_table.columns[1:-1], 1)
    )
    positive = all((np.asarray(line.y.value) > 0).all() for line in lines)
    return Chart(
        title="Size of the gradients of each layer",
        x_title="epoch",
        y_title=SIZE,
        series=lines,
        row=row,
        column=column,
        width=CHART_WIDTH,
        height=CHART_HEIGHT,
        y_format="0E+00",
        y_log=positive,  # programs report an error if a logarithmic axis has to show 0
    )
