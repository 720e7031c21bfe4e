"""The layer table: output shapes and costs of all layers, as live formulas."""

from collections.abc import Mapping
from typing import Any

from sympy import Expr, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, down
from toolkit.book.live import computed
from toolkit.book.regions import around, open_areas
from toolkit.book.sheet import FirstView, Sheet, Validation
from toolkit.book.tables import Cell
from toolkit.convnet.shapes import LayerRow
from toolkit.pages.mnist import layer_rules as rules
from toolkit.pages.mnist.layout import LAYERS, MnistRun, opening
from toolkit.symbols.equation import quantity
from toolkit.symbols.ranges import total

GROUP_ROW, HEADING_ROW = 5, 6
INPUT_ROW = HEADING_ROW + 1
FIRST_ROW = INPUT_ROW + 1
EDITABLE = (rules.KIND, rules.CHANNELS, rules.KERNEL, rules.STRIDE, rules.PADDING)
INPUTS = (rules.C_IN, rules.H_IN, rules.W_IN)
BEFORE = dict(zip((*INPUTS, rules.JUMP_IN, rules.FIELD_IN), rules.RULES, strict=False))
COLUMN = {
    symbol: number
    for number, symbol in enumerate((*EDITABLE, *INPUTS, *(rule.symbol for rule in rules.RULES)), 2)
}
IMAGE = (rules.C, rules.H, rules.W)
GROUPS = {
    "change these": rules.KIND,
    "input": rules.C_IN,
    "output": rules.C,
    "one output value sees": rules.JUMP,
    "cost": rules.PARAMETERS,
}
WIDTHS = {
    rules.KIND: 22,
    rules.CHANNELS: 13,
    rules.JUMP: 8,
    rules.FIELD: 15,
    rules.PARAMETERS: 12,
    rules.MULTIPLY_ADDS: 15,
    rules.VALUES: 11,
    rules.CHECK: 15,
}
STYLES = {rules.MEGABYTES: "rate", rules.CHECK: "middle"}
ALL_PARAMETERS, ALL_VALUES, INPUT_VALUES = (
    quantity(name) for name in ("all parameters", "all values", "input values")
)
INPUT_MB, PASS_MB, PARAMETERS_MB, TOTAL_MB, TOTAL, TRAINABLE, FIXED = (
    quantity(name)
    for name in ("input MB", "pass MB", "parameters MB", "total MB", "total", "trainable", "fixed")
)
SUMMARY_COLUMN = 5
SIZES_ROW = 3
SIZES = {rules.BYTES: 4, rules.MEGABYTE: 1024**2}  # bytes of a float32, as in torchsummary
Cells = dict[tuple[int, int], Cell]


def sheet(result: MnistRun) -> Sheet:
    """The layers in the order in which an image passes through them; the totals are below."""
    rows = result.layers
    cells = opening(
        LAYERS,
        "What each layer makes of its input, and what it costs. Change a yellow cell and all "
        "sizes follow; for one image, numbers of 4 bytes.",
    )
    cells |= _headings() | _sizes() | _input(rows[0].input)
    for number, row in enumerate(rows):
        line = _line(FIRST_ROW + number, row, cells)
        cells[FIRST_ROW + number, 1] = Cell(number + 1, "middle")
        cells |= line
    end = FIRST_ROW + len(rows) - 1
    totals = _totals(cells, end)
    cells |= totals
    widths = {1: 9} | {n: WIDTHS.get(symbol, 9) for symbol, n in COLUMN.items()}
    return Sheet(
        LAYERS,
        cells,
        widths=widths,
        freeze=(INPUT_ROW, 3),
        tab="009E73",
        validations=_validations(end),
        verdicts=(Area.of(FIRST_ROW, COLUMN[rules.CHECK], len(rows)),),
        first_view=FirstView(controls=open_areas(cells), effects=(around(totals),)),
    )


def column(cells: Mapping[tuple[int, int], Cell], symbol: Symbol, count: int) -> Known:
    """A column of this sheet as a range; `cells` are the cells of the sheet."""
    values = [cells[FIRST_ROW + number, COLUMN[symbol]].value for number in range(count)]
    return down(LAYERS, FIRST_ROW, COLUMN[symbol], values)


def kind(row: LayerRow) -> str:
    """The name of a layer on the sheet, which says whether a convolution has a bias."""
    return rules.WITH_BIAS if row.bias else row.name


def _sizes() -> Cells:
    cells = {}
    for row, (symbol, value) in enumerate(SIZES.items(), SIZES_ROW):
        cells[row, COLUMN[rules.MULTIPLY_ADDS]] = Cell(symbol.name, "symbol")
        cells[row, COLUMN[rules.VALUES]] = Cell(value, "input count")
    return cells


def _size(symbol: Symbol) -> Known:
    row = SIZES_ROW + list(SIZES).index(symbol)
    return Known(Area.of(row, COLUMN[rules.VALUES]).absolute, SIZES[symbol])


def _headings() -> Cells:
    cells = {(HEADING_ROW, 1): Cell("number", "heading")}
    for symbol, column in COLUMN.items():
        # The columns of a layer's input repeat the headings of the previous layer's output.
        heading = BEFORE[symbol].symbol if symbol in INPUTS else symbol
        cells[HEADING_ROW, column] = Cell(heading.name, "heading")
    for name, symbol in GROUPS.items():
        cells[GROUP_ROW, COLUMN[symbol]] = Cell(name, "name")
    return cells


def _input(shape: tuple[int, ...]) -> Cells:
    """The row of the image itself, whose pixels have a receptive field and a jump of 1."""
    values: dict[Symbol, Any] = dict(zip(IMAGE, shape, strict=True))
    cells = {(INPUT_ROW, COLUMN[symbol]): Cell(value, "input") for symbol, value in values.items()}
    cells[INPUT_ROW, COLUMN[rules.KIND]] = Cell("image", "label")
    for symbol in (rules.JUMP, rules.FIELD):
        cells[INPUT_ROW, COLUMN[symbol]] = Cell(1, "integer")
    known = {symbol: _beside(symbol, INPUT_ROW, cells) for symbol in values}
    cells[INPUT_ROW, COLUMN[rules.VALUES]] = computed(rules.C * rules.H * rules.W, known, "count")
    return cells


def _beside(symbol: Symbol, row: int, cells: Mapping[tuple[int, int], Cell]) -> Known:
    place = row, COLUMN[symbol]
    return Known(Area.of(*place).relative, cells[place].value)


def _line(row: int, layer: LayerRow, cells: Mapping[tuple[int, int], Cell]) -> Cells:
    """The row of a layer: five settings, the input from the row above, and the computed columns."""
    settings = (kind(layer), layer.channels, layer.kernel, layer.stride, layer.padding)
    row_cells = {
        (row, COLUMN[symbol]): Cell(value, "input kind" if symbol == rules.KIND else "input")
        for symbol, value in zip(EDITABLE, settings, strict=True)
    }
    known = {symbol: _beside(symbol, row, row_cells) for symbol in EDITABLE}
    known |= {symbol: _size(symbol) for symbol in SIZES}
    for symbol, above in BEFORE.items():
        known[symbol] = _beside(above.symbol, row - 1, cells)
        if symbol in INPUTS:
            row_cells[row, COLUMN[symbol]] = computed(symbol, known, "integer")
            known[symbol] = _beside(symbol, row, row_cells)
    for rule in rules.RULES:
        style = STYLES.get(rule.symbol, "count")
        row_cells[row, COLUMN[rule.symbol]] = computed(rule.expr, known, style)
        known[rule.symbol] = _beside(rule.symbol, row, row_cells)
    return row_cells


def _totals(cells: Mapping[tuple[int, int], Cell], end: int) -> Cells:
    """Sums below their columns, then the summary that torchsummary prints."""
    sums: Cells = {(end + 1, COLUMN[rules.KIND]): Cell("total", "name")}
    known = {symbol: _size(symbol) for symbol in SIZES}
    for name, symbol in (
        (ALL_PARAMETERS, rules.PARAMETERS),
        (quantity("all multiply-adds"), rules.MULTIPLY_ADDS),
        (ALL_VALUES, rules.VALUES),
    ):
        column = COLUMN[symbol]
        values = [cells[row, column].value for row in range(FIRST_ROW, end + 1)]
        area = Area(FIRST_ROW, column, end, column)
        terms = {symbol: Known(area.relative, values)}
        sums[end + 1, column] = computed(total(symbol), terms, "total")
        known[name] = _beside(symbol, end + 1, sums)
    known[INPUT_VALUES] = _beside(rules.VALUES, INPUT_ROW, cells)
    return sums | _summary(end + 3, known)


A_VALUE = rules.BYTES / rules.MEGABYTE
SUMMARY: tuple[tuple[str, Symbol, Expr | None, str], ...] = (
    ("Total params", TOTAL, ALL_PARAMETERS, "count"),
    ("Trainable params", TRAINABLE, TOTAL - FIXED, "count"),
    ("Non-trainable params", FIXED, None, "count"),
    ("Input size (MB)", INPUT_MB, INPUT_VALUES * A_VALUE, "decimals 2"),
    ("Forward/backward pass size (MB)", PASS_MB, 2 * ALL_VALUES * A_VALUE, "decimals 2"),
    ("Params size (MB)", PARAMETERS_MB, ALL_PARAMETERS * A_VALUE, "decimals 2"),
    ("Estimated Total Size (MB)", TOTAL_MB, INPUT_MB + PASS_MB + PARAMETERS_MB, "decimals 2"),
)


def _summary(row: int, known: dict[Symbol, Known]) -> Cells:
    """The summary of torchsummary, which counts outputs twice because of their gradients."""
    cells: Cells = {(row, 2): Cell("As torchsummary prints it", "subtitle")}
    places = {symbol: n for n, (_, symbol, _, _) in enumerate(SUMMARY, row + 1)}
    known[FIXED] = Known(Area.of(places[FIXED], SUMMARY_COLUMN).absolute, 0)
    for name, symbol, expr, style in SUMMARY:
        cell = Cell(0, style) if expr is None else computed(expr, known, style)
        cells[places[symbol], 2] = Cell(name, "label")
        cells[places[symbol], SUMMARY_COLUMN] = cell
        known[symbol] = Known(Area.of(places[symbol], SUMMARY_COLUMN).absolute, cell.value)
    return cells


def _validations(end: int) -> tuple[Validation, ...]:
    """Rules that accept only values valid in PyTorch: a kind of layer, and whole numbers."""
    message = "Choose a kind of layer from the list."
    column = COLUMN[rules.KIND]
    return (
        Validation(
            row=FIRST_ROW,
            column=column,
            last_row=end,
            kind="choice",
            title="Layer",
            message=message,
            choices=rules.KINDS,
        ),
        *(_whole(FIRST_ROW, symbol, end, int(symbol != rules.PADDING)) for symbol in EDITABLE[1:]),
        *(_whole(INPUT_ROW, symbol, INPUT_ROW, 1) for symbol in IMAGE),
    )


def _whole(row: int, symbol: Symbol, last: int, least: int) -> Validation:
    message = f"A whole number, {least} or more."
    name = symbol.name.capitalize()
    return Validation(
        row=row,
        column=COLUMN[symbol],
        last_row=last,
        kind="whole",
        title=name,
        message=message,
        least=least,
    )
