"""The sizes of the gradients of each layer, and the reasons why they may vanish."""

from collections.abc import Mapping
from math import ceil

import numpy as np
from sympy import Add, Expr, Max, Min, Mul, Piecewise, Rational, Symbol, floor, log

from toolkit.book.address import Area
from toolkit.book.known import Known, at
from toolkit.book.live import computed
from toolkit.book.regions import of_style
from toolkit.book.sheet import Chart, FirstView, Series, Sheet
from toolkit.book.tables import Cell, Table
from toolkit.network.derivation import LEARNING_RATE, LOSS
from toolkit.network.lesson import Activation
from toolkit.pages.backprop.layout import BACKPROP, PARAMETERS, SIZES, START, LessonLayout
from toolkit.pages.backprop.sizes import FIRST, LAST, QUOTIENT, layers, mean_size, table
from toolkit.pages.backprop.table import (
    FINDING_ROW,
    QUESTION_ROW,
    TITLE_COLUMN,
    TITLE_ROW,
)
from toolkit.symbols.equation import local_derivatives, quantity
from toolkit.symbols.text import Text, joined, number_text

FEWEST_LAYERS = 3  # layers with weights; gradients hardly vanish in networks with fewer layers
MOST_FACTORS = 8  # the most factors of a product in a sentence
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
QUESTION = "How much of the gradient reaches the first layers?"
NEXT = "of the layer after"
HEADINGS = ("layer", "weights", "activation", SIZE, NEXT, "mean |w|", "mean slope")
WIDTHS = (9.0, 10.0, 11.0, 19.5, 16.5, 10.0, 11.5)
WHY_ROW, START_ROW = 4, 9
ROUNDED = quantity("the quotient of the sizes")
ROWS_A_PAGE = 53
GAP, CHART_WIDTH, CHART_HEIGHT = 3.0, 11.6, 6.2
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
    count = len(layers(run))
    place = (START_ROW + 2 + count, left + 4)
    start[place] = _rounded(size_table, count)
    start[place[0], left + 3] = Cell("larger / smaller, about", "right")
    finding = _finding(size_table, at(SIZES, *place, start[place].value), count)
    cells = {
        (TITLE_ROW, TITLE_COLUMN): heading,
        (TITLE_ROW, left + 6): Cell(START, "link", link=START),
        (TITLE_ROW, left): Cell(PARAMETERS, "link", link=PARAMETERS),
        (QUESTION_ROW, TITLE_COLUMN): Cell(f"{QUESTION} {LEAD}"),
        (FINDING_ROW, TITLE_COLUMN): finding,
        **_why(run, start, left),
    }
    chart = _chart(size_table)
    widths = {left - 1: GAP} | dict(enumerate(WIDTHS, left))
    return Sheet(
        SIZES,
        cells | start,
        (size_table,),
        (chart,),
        widths,
        heights={TITLE_ROW: 26.0},
        freeze=(size_table.row + 1, 2),
        tab="009E73",
        pages_high=ceil(size_table.last_row / ROWS_A_PAGE),
        first_view=FirstView(
            question=Area.of(QUESTION_ROW, TITLE_COLUMN),
            effects=(chart, *of_style(start, "scientific", "number")),
            finding=Area.of(FINDING_ROW, TITLE_COLUMN),
        ),
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
    known = {
        FIRST: _size(size_table, layer),
        LAST: _size(size_table, min(layer + 1, len(weights))),
    }
    expr, ranges = mean_size(weights[layer - 1], tables[BACKPROP], size_table.row + 1)
    at_start = {s: Known(k.address, np.asarray(k.value)[0]) for s, k in ranges.items()}
    return (
        Cell(f"layer {layer}", "middle"),
        Cell(_span(weights[layer - 1]), "middle"),
        Cell(run.lesson.network.activations[layer - 1], "middle"),
        computed(FIRST, known, "scientific"),
        computed(QUOTIENT, known, "scientific") if layer < len(weights) else Cell("–", "right"),
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


def _why(run: LessonLayout, start: Cells, left: int) -> Cells:
    """Two sentences that are always true, and two with the products of factors and of slopes."""
    network = run.lesson.network
    words = ", ".join(
        f"{kind}: {SLOPE_WORDS[kind].format(network.negative_slope)}"
        for kind in dict.fromkeys(network.activations)
    )
    texts = [Cell(WHY[0]), Cell(WHY[1].format(words))]
    count = len(layers(run))
    for words, column in (
        (f"From layer {count} back to layer 1 the size changes by ", left + 4),
        (f"The mean slopes of layers 1 to {count - 1} alone give ", left + 6),
    ):
        factors = _factors(start, column, count - 1)
        if factors:
            texts.append(_product(words, factors))
    return {(WHY_ROW, left): Cell("Why they differ", "subtitle")} | {
        (row, left): cell for row, cell in enumerate(texts, WHY_ROW + 1)
    }


def _factors(start: Cells, column: int, count: int) -> dict[Symbol, Known]:
    """The numbers of a column for the layers before the last; none if one of them is missing."""
    cells = [start[START_ROW + 1 + layer, column] for layer in range(1, count + 1)]
    if count > MOST_FACTORS or not all(isinstance(cell.value, float) for cell in cells):
        return {}
    return {
        quantity(f"factor {layer}"): at(SIZES, START_ROW + 1 + layer, column, cell.value)
        for layer, cell in enumerate(cells, 1)
    }


def _product(words: str, factors: Mapping[Symbol, Known]) -> Cell:
    """A sentence with the product of the factors: a · b · c = d."""
    pieces: list[Expr] = [Text(words)]
    for number, symbol in enumerate(factors):
        pieces += [Text(" · ")] if number else []
        pieces.append(number_text(symbol))
    whole = number_text(Mul(*factors))
    return computed(joined(*pieces, Text(" = "), whole, Text(".")), factors, "text")


def _rounded(size_table: Table, count: int) -> Cell:
    """How many times as large the larger of the outer layers' gradients is, to two digits."""
    quotient = Max(FIRST, LAST) / Min(FIRST, LAST)
    last_place = 10 ** (floor(log(quotient) / log(10)) - 1)
    rounded = last_place * floor(quotient / last_place + Rational(1, 2))
    dash = Text("–")
    answer = Piecewise((dash, FIRST <= 0), (dash, LAST <= 0), (rounded, True))
    return computed(answer, _outer(size_table, count), "right")


def _outer(size_table: Table, count: int) -> dict[Symbol, Known]:
    return {FIRST: _size(size_table, 1), LAST: _size(size_table, count)}


def _finding(size_table: Table, rounded: Known, count: int) -> Cell:
    """How many times as large the gradients of one outer layer are as those of the other."""
    return computed(
        Piecewise(
            (Text("No gradient reaches layer 1 at the start."), FIRST <= 0),
            (Text(f"Layer {count} has no gradient at the start."), LAST <= 0),
            (_times(count, 1), FIRST <= LAST),
            (_times(1, count), True),
        ),
        _outer(size_table, count) | {ROUNDED: rounded},
        "bold",
    )


def _times(larger: int, smaller: int) -> Expr:
    return joined(
        Text(f"Before training the gradients of layer {larger} are about "),
        number_text(ROUNDED),
        Text(f" times as large as those of layer {smaller}."),
    )


def _chart(size_table: Table) -> Chart:
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
        title="The size of the gradients in each layer",
        x_title="epoch",
        y_title=SIZE,
        series=lines,
        row=WHY_ROW,
        column=TITLE_COLUMN,
        width=CHART_WIDTH,
        height=CHART_HEIGHT,
        y_format="0E+00",
        y_log=positive,  # programs report an error if a logarithmic axis has to show 0
    )
