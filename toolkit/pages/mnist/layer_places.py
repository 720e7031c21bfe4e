"""The columns of the sheet Layers, and references to its cells."""

from collections.abc import Mapping

from sympy import Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, down
from toolkit.book.page import Place
from toolkit.book.tables import Cell
from toolkit.pages.mnist import layer_rules as rules
from toolkit.pages.mnist.layout import LAYERS, LINKS_ROW

HEADING_ROW = LINKS_ROW + 1
INPUT_ROW = HEADING_ROW + 1
FIRST_ROW = INPUT_ROW + 1
NUMBER_COLUMN, SUMMARY_COLUMN, SIZES_ROW = 1, 16, HEADING_ROW + 10
EDITABLE = (rules.KIND, rules.CHANNELS, rules.KERNEL, rules.STRIDE, rules.PADDING)
INPUTS = (rules.C_IN, rules.H_IN, rules.W_IN)
IMAGE = (rules.C, rules.H, rules.W)
# Quantities of a layer's input, and those of the layer before that they repeat.
BEFORE = {
    **dict(zip(INPUTS, IMAGE, strict=True)),
    rules.JUMP_IN: rules.JUMP,
    rules.FIELD_IN: rules.FIELD,
    rules.MAPS_IN: rules.MAPS,
    rules.CHECK_IN: rules.CHECK,
}
# What a reader changes and what that does come first; each group is followed by a narrow column.
COLUMN = {
    rules.NUMBER: NUMBER_COLUMN,
    **dict(zip((rules.KIND, rules.CHECK, *EDITABLE[1:]), range(2, 8), strict=True)),
    rules.MODULE: 9,
    rules.SHAPE: 10,
    rules.PARAMETERS: 11,
    rules.FIELD: 13,
    rules.JUMP: 14,
    **{symbol: 19 + n for n, symbol in enumerate((*INPUTS, *IMAGE, rules.MAPS))},
    rules.MULTIPLY_ADDS: 26,
    rules.VALUES: 27,
    rules.MEGABYTES: 28,
}
HEADINGS = {rules.NUMBER: "#", rules.CHANNELS: "channels", rules.PARAMETERS: "Param #"}
WIDTHS = {1: 4, 2: 17.5, 3: 14, 4: 9, 5: 7, 6: 7, 7: 8, 9: 18.5, 10: 13, 11: 9, 13: 13, 14: 6}
WIDTHS |= dict.fromkeys((8, 12, 15, 18), 1) | {SUMMARY_COLUMN: 27.5, SUMMARY_COLUMN + 1: 10}
WIDTHS |= dict.fromkeys(range(19, 29), 12)
LAYER_HEIGHT = 12.75  # points: rows for type of 10 points, so that 25 layers are seen at once
Cells = Mapping[Place, Cell]


def beside(symbol: Symbol, row: int, cells: Cells) -> Known:
    """A quantity in a row, as an operand of formulas on this sheet."""
    place = row, COLUMN[symbol]
    return Known(Area.of(*place).relative, cells[place].value)


def column(cells: Cells, symbol: Symbol, count: int) -> Known:
    """A column of this sheet as a range; `cells` are the cells of the sheet."""
    values = [cells[FIRST_ROW + number, COLUMN[symbol]].value for number in range(count)]
    return down(LAYERS, FIRST_ROW, COLUMN[symbol], values)


def quantity_of(cells: Cells, symbol: Symbol, row: int) -> Known:
    """A quantity in a row, as an operand of formulas on any sheet."""
    place = row, COLUMN[symbol]
    return Known(Area.of(*place, sheet=LAYERS).absolute, cells[place].value)
