"""The network as blocks: one row of cells for each layer, coloured by its kind."""

from sympy import Eq, Piecewise

from toolkit.book.address import Area
from toolkit.book.page import Place
from toolkit.book.sheet import Sheet, Tint
from toolkit.book.tables import Cell
from toolkit.pages.mnist import layer_places
from toolkit.pages.mnist import layer_rules as rules
from toolkit.pages.mnist.layer_places import INPUT_ROW
from toolkit.pages.mnist.layout import MnistPage, sentence

BANKS, BANK_WIDTH = 2, 4  # columns of blocks, and the columns of cells that each takes
HEADINGS = ("layer", "output", "parameters")
WIDTHS = {
    BANK_WIDTH * bank + n: width
    for bank in range(BANKS)
    for n, width in enumerate((20, 14, 11, 2), 1)
}
SEEN = 21  # rows of blocks in the first view
# Pale colours of the palette, on which black letters are read by readers with any colour vision.
COLOURS = {
    rules.CONVOLUTION: "9CCBEA",
    rules.WITH_BIAS: "9CCBEA",
    rules.MAX_POOL: "F3B98D",
    rules.AVERAGE_POOL: "F3B98D",
    rules.BATCH_NORM: "E4E7EB",
    rules.RELU: "BFE6D3",
    rules.DROPOUT: "F3D9E8",
    rules.LINEAR: "FBE3A6",
}
OUTPUT = Piecewise(
    (rules.NOTHING, Eq(rules.C, rules.NOTHING)),
    (sentence(rules.C, " × ", rules.H, " × ", rules.W), rules.MAPS >= 1),
    (sentence(rules.C, " numbers"), True),
)


def write(page: MnistPage, row: int, layer_sheet: Sheet, count: int) -> None:
    """Write the image and `count` layers of the sheet Layers as blocks below headings in `row`."""
    high = -(-(1 + count) // BANKS)
    for bank in range(BANKS):
        for n, heading in enumerate(HEADINGS, 1):
            page.cells[row, BANK_WIDTH * bank + n] = Cell(heading, "heading")
    for number in range(1 + count):
        bank, down = divmod(number, high)
        _write_block(page, (row + 1 + down, BANK_WIDTH * bank + 1), INPUT_ROW + number, layer_sheet)
    for bank in range(BANKS):
        area = Area.of(row + 1, BANK_WIDTH * bank + 1, high, len(HEADINGS))
        page.tints += [Tint(area, kind, colour) for kind, colour in COLOURS.items()]
        page.effects.append(Area.of(row, area.column, min(1 + high, SEEN), len(HEADINGS)))


def _write_block(page: MnistPage, place: Place, row: int, layer_sheet: Sheet) -> None:
    """Write the block of the layer in `row` of the sheet Layers, or of the image above them."""
    symbols = rules.KIND, rules.C, rules.H, rules.W, rules.MAPS
    known = {s: layer_places.quantity_of(layer_sheet.cells, s, row) for s in symbols}
    down, column = place
    page.compute(place, rules.KIND, known, "block kind")
    page.compute((down, column + 1), OUTPUT, known, "block")
    if row == INPUT_ROW:
        page.cells[down, column + 2] = Cell("", "block")
    else:
        cost = layer_places.quantity_of(layer_sheet.cells, rules.PARAMETERS, row)
        page.compute((down, column + 2), rules.PARAMETERS, {rules.PARAMETERS: cost}, "block count")
