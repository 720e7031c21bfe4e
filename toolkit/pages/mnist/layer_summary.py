"""The totals of the sheet Layers, as torchsummary prints them."""

from sympy import Expr, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.page import Place
from toolkit.book.sheet import Validation
from toolkit.book.tables import Cell
from toolkit.pages.mnist import layer_rules as rules
from toolkit.pages.mnist.layer_places import (
    COLUMN,
    FIRST_ROW,
    HEADING_ROW,
    IMAGE,
    INPUT_ROW,
    SIZES_ROW,
    SUMMARY_COLUMN,
    beside,
)
from toolkit.pages.mnist.layout import MnistPage
from toolkit.symbols.equation import quantity
from toolkit.symbols.ranges import total

ALL_PARAMETERS, ALL_VALUES, INPUT_VALUES = (
    quantity(name) for name in ("all parameters", "all values", "input values")
)
INPUT_MB, PASS_MB, PARAMETERS_MB, TOTAL_MB, TOTAL, TRAINABLE, FIXED = (
    quantity(name)
    for name in ("input MB", "pass MB", "parameters MB", "total MB", "total", "trainable", "fixed")
)
SIZES = {rules.BYTES: 4, rules.MEGABYTE: 1024**2}  # bytes of a float32, as in torchsummary
A_VALUE = rules.BYTES / rules.MEGABYTE
SUMMARY: tuple[tuple[str, Symbol, Expr | None, str], ...] = (
    ("Total params", TOTAL, ALL_PARAMETERS, "layer count"),
    ("Trainable params", TRAINABLE, TOTAL - FIXED, "layer count"),
    ("Non-trainable params", FIXED, None, "layer count"),
    ("Input size (MB)", INPUT_MB, INPUT_VALUES * A_VALUE, "layer decimals"),
    ("Forward/backward pass size (MB)", PASS_MB, 2 * ALL_VALUES * A_VALUE, "layer decimals"),
    ("Params size (MB)", PARAMETERS_MB, ALL_PARAMETERS * A_VALUE, "layer decimals"),
    ("Estimated Total Size (MB)", TOTAL_MB, INPUT_MB + PASS_MB + PARAMETERS_MB, "layer decimals"),
)


def write_sums(page: MnistPage, end: int) -> dict[Symbol, Known]:
    """Write sums below the columns of a table that ends in row `end`; those that others use."""
    page.cells[end + 1, COLUMN[rules.KIND]] = Cell("total", "name")
    known = {}
    for name, symbol in (
        (ALL_PARAMETERS, rules.PARAMETERS),
        (quantity("all multiply-adds"), rules.MULTIPLY_ADDS),
        (ALL_VALUES, rules.VALUES),
    ):
        place = end + 1, COLUMN[symbol]
        values = [page.cells[row, place[1]].value for row in range(FIRST_ROW, end + 1)]
        area = Area(FIRST_ROW, place[1], end, place[1])
        page.compute(place, total(symbol), {symbol: Known(area.relative, values)}, "layer total")
        known[name] = beside(symbol, end + 1, page.cells)
    return known


def write_settings(page: MnistPage, image: tuple[int, ...]) -> dict[Symbol, Known]:
    """Write the sizes of the image, of a number and of a megabyte, which readers may change."""
    page.cells[SIZES_ROW - 1, SUMMARY_COLUMN] = Cell(
        "Sizes of the image and of numbers", "layer heading"
    )
    page.merges.append(Area.of(SIZES_ROW - 1, SUMMARY_COLUMN, 1, 2))
    known = {}
    lines = [(symbol, f"image {symbol.name}") for symbol in IMAGE]
    lines += [(symbol, symbol.name) for symbol in SIZES]
    values = (*image, *SIZES.values())
    for row, ((symbol, words), value) in enumerate(zip(lines, values, strict=True), SIZES_ROW):
        place = row, SUMMARY_COLUMN + 1
        page.cells[row, SUMMARY_COLUMN] = Cell(words, "layer")
        page.cells[place] = Cell(value, "layer size")
        page.validations.append(whole(place, row, words, 1))
        known[symbol] = Known(Area.of(*place).absolute, value)
    return known


def whole(place: Place, last_row: int, name: str, least: int) -> Validation:
    """A rule that accepts only whole numbers from `least` on."""
    return Validation(
        row=place[0],
        column=place[1],
        last_row=last_row,
        kind="whole",
        title=name.capitalize(),
        message=f"A whole number, {least} or more.",
        least=least,
    )


def write_summary(page: MnistPage, end: int, known: dict[Symbol, Known]) -> None:
    """Write the totals, which count outputs twice because of their gradients.

    They are empty while a layer is impossible. `end` is the row of the last layer, and `known` has
    the sums and sizes.
    """
    known = known | {
        INPUT_VALUES: beside(rules.VALUES, INPUT_ROW, page.cells),
        rules.CHECK: beside(rules.CHECK, end, page.cells),
    }
    heading = Cell("Totals, as torchsummary prints them", "layer heading")
    page.cells[HEADING_ROW, SUMMARY_COLUMN] = heading
    page.merges.append(Area.of(HEADING_ROW, SUMMARY_COLUMN, 1, 2))
    places = {
        symbol: (row, SUMMARY_COLUMN + 1)
        for row, (_, symbol, _, _) in enumerate(SUMMARY, HEADING_ROW + 1)
    }
    known[FIXED] = Known(Area.of(*places[FIXED]).absolute, 0)
    for words, symbol, expr, style in SUMMARY:
        row, column = place = places[symbol]
        page.cells[row, column - 1] = Cell(words, "layer")
        if expr is None:
            page.cells[place] = Cell(0, style)
        else:
            page.compute(place, rules.if_possible(expr), known, style)
        known[symbol] = Known(Area.of(*place).absolute, page.cells[place].value)
    page.effects.append(Area.of(HEADING_ROW, SUMMARY_COLUMN, 1 + len(SUMMARY), 2))
