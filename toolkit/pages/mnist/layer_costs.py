"""The sheet Layers: output shapes and costs of all layers, as live formulas."""

from collections.abc import Iterator, Mapping

from sympy import Eq, Expr, Piecewise, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.live import computed
from toolkit.book.page import Place
from toolkit.book.regions import open_areas
from toolkit.book.sheet import Sheet, Validation
from toolkit.book.tables import Cell
from toolkit.convnet.shapes import LayerRow
from toolkit.pages.mnist import layer_places as places
from toolkit.pages.mnist import layer_rules as rules
from toolkit.pages.mnist import layer_summary, layout
from toolkit.pages.mnist.layer_places import COLUMN, FIRST_ROW, HEADING_ROW, INPUT_ROW, beside
from toolkit.pages.mnist.layout import LAYERS, MnistPage, MnistRun, sentence
from toolkit.symbols.lookups import lookup
from toolkit.symbols.ranges import largest
from toolkit.symbols.records import occurrences
from toolkit.symbols.text import grouped_text

STYLES = {rules.MEGABYTES: "layer decimals", rules.CHECK: "layer verdict"}
RULES = {rule.symbol: rules.if_possible(rule.expr) for rule in (*rules.RULES, *rules.PRINTED)}
NUMBERS, KINDS, CHECKS, COSTS = (Symbol(n) for n in ("numbers", "kinds", "checks", "costs"))
Cells = dict[Place, Cell]


def sheet(result: MnistRun) -> Sheet:
    """The layers in the order in which an image passes through them, with the totals beside."""
    rows = result.layers
    question = "What comes out of each layer, and what does it cost? Change a yellow cell and see."
    page = layout.page(LAYERS, f"{result.history.model.title}: layers", question, "009E73")
    end = FIRST_ROW + len(rows) - 1
    page.widths |= places.WIDTHS
    page.heights |= dict.fromkeys(range(INPUT_ROW, end + 1), places.LAYER_HEIGHT)
    page.freeze = INPUT_ROW, 1
    settings = layer_summary.write_settings(page, rows[0].input)
    _write_headings(page)
    page.cells |= _input(settings)
    for number, layer in enumerate(rows, 1):
        page.cells |= _line(number, layer, settings, page.cells)
    layer_summary.write_summary(page, end, settings | layer_summary.write_sums(page, end))
    page.state(_finding(), _findings(page.cells, len(rows)))
    page.validations += _validations(end)
    page.verdicts.append(Area.of(INPUT_ROW, COLUMN[rules.CHECK], 1 + len(rows)))
    page.controls += open_areas(page.cells)
    page.effects.append(Area(HEADING_ROW, COLUMN[rules.MODULE], end, COLUMN[rules.JUMP]))
    return page.finish()


def _findings(cells: Cells, count: int) -> dict[Symbol, Known]:
    """The columns that the finding reads; that of the checks begins with the image's."""
    checks = places.column(cells, rules.CHECK, count)
    image = cells[INPUT_ROW, COLUMN[rules.CHECK]].value
    area = Area.of(INPUT_ROW, COLUMN[rules.CHECK], 1 + count)
    return {
        NUMBERS: places.column(cells, rules.NUMBER, count),
        KINDS: places.column(cells, rules.KIND, count),
        COSTS: places.column(cells, rules.PARAMETERS, count),
        CHECKS: Known(area.absolute, [image, *checks.values]),
        rules.CHECK: beside(rules.CHECK, FIRST_ROW + count - 1, cells),
        rules.PARAMETERS: beside(rules.PARAMETERS, FIRST_ROW + count, cells),
        rules.MULTIPLY_ADDS: beside(rules.MULTIPLY_ADDS, FIRST_ROW + count, cells),
    }


def _finding() -> Expr:
    """Where the parameters are, or which layer is impossible."""
    costs = sentence(
        "The network has ",
        grouped_text(rules.PARAMETERS),
        " parameters and needs ",
        grouped_text(rules.MULTIPLY_ADDS),
        " multiply-adds for one image; layer ",
        lookup(NUMBERS, COSTS, largest(COSTS)),
        " (",
        lookup(KINDS, COSTS, largest(COSTS)),
        ") has the most parameters, ",
        grouped_text(largest(COSTS)),
        ".",
    )
    # The image, number 0, passes as well, so the number of passes is that of the layer that fails.
    failure = sentence(
        "Layer ",
        occurrences(CHECKS, rules.FITS),
        " is impossible; the message beside its name says why. Nothing after it can be computed.",
    )
    return Piecewise((costs, Eq(rules.CHECK, rules.FITS)), (failure, True))


def kind(row: LayerRow) -> str:
    """The name of a layer on the sheet, which says whether a convolution has a bias."""
    return rules.WITH_BIAS if row.bias else row.name


def _write_headings(page: MnistPage) -> None:
    for symbol, column in COLUMN.items():
        heading = places.HEADINGS.get(symbol, symbol.name)
        page.cells[HEADING_ROW, column] = Cell(heading, "layer heading")


def _input(settings: Mapping[Symbol, Known]) -> Cells:
    """The row of the image itself, whose pixels have a receptive field and a jump of 1."""
    cells = {
        (INPUT_ROW, COLUMN[symbol]): Cell(value, style)
        for symbol, value, style in (
            (rules.NUMBER, 0, "layer number"),
            (rules.KIND, "image", "layer"),
            (rules.JUMP, 1, "layer count"),
            (rules.FIELD, 1, "layer count"),
            (rules.MAPS, 1, "layer count"),
        )
    }
    for symbol in places.IMAGE:
        cells[INPUT_ROW, COLUMN[symbol]] = computed(symbol, settings, "layer count")
    known = {
        symbol: beside(symbol, INPUT_ROW, cells)
        for symbol in (*places.IMAGE, rules.MAPS, rules.KIND)
    }
    for rule in (rules.IMAGE_POSSIBLE, rules.IMAGE_VALUES, rules.PRINTED_SHAPE):
        style = STYLES.get(rule.symbol, "layer count")
        cells[INPUT_ROW, COLUMN[rule.symbol]] = computed(rule.expr, known, style)
    return cells


def _line(number: int, layer: LayerRow, sizes: Mapping[Symbol, Known], cells: Cells) -> Cells:
    """The row of a layer: five settings, the input from the row above, and the computed columns."""
    row = INPUT_ROW + number
    settings = (kind(layer), layer.channels, layer.kernel, layer.stride, layer.padding)
    line = {(row, COLUMN[rules.NUMBER]): Cell(number, "layer number")} | {
        (row, COLUMN[symbol]): Cell(value, "layer kind" if symbol == rules.KIND else "layer input")
        for symbol, value in zip(places.EDITABLE, settings, strict=True)
    }
    known = {symbol: beside(symbol, row, line) for symbol in (rules.NUMBER, *places.EDITABLE)}
    known |= sizes
    for symbol, above in places.BEFORE.items():
        known[symbol] = beside(above, row - 1, cells)
        if symbol in places.INPUTS:
            line[row, COLUMN[symbol]] = computed(symbol, known, "layer count")
            known[symbol] = beside(symbol, row, line)
    for symbol, expr in {rules.CHECK: rules.POSSIBLE.expr, **RULES}.items():
        style = STYLES.get(symbol, "layer count")
        line[row, COLUMN[symbol]] = computed(expr, known, style)
        known[symbol] = beside(symbol, row, line)
    return line


def _validations(end: int) -> Iterator[Validation]:
    """Rules that accept only values valid in PyTorch: a kind of layer, and whole numbers."""
    yield Validation(
        row=FIRST_ROW,
        column=COLUMN[rules.KIND],
        last_row=end,
        kind="choice",
        title="Layer",
        message="Choose a kind of layer.",
        choices=rules.KINDS,
    )
    for symbol in places.EDITABLE[1:]:
        least = int(symbol != rules.PADDING)
        yield layer_summary.whole((FIRST_ROW, COLUMN[symbol]), end, symbol.name, least)
