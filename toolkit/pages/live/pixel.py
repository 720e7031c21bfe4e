"""One cell of a feature map taken apart: windows, kernels, products, sums."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sympy import Add, Expr, Integer, Symbol, floor

from toolkit.book.address import Area
from toolkit.book.known import Known, at, constant
from toolkit.book.live import computed
from toolkit.book.page import PageBuilder
from toolkit.book.sheet import Scale, Sheet, Validation
from toolkit.book.tables import Cell
from toolkit.convnet.stages import Stage, scale_and_shift
from toolkit.pages.live import equations as eq
from toolkit.pages.live.layer import NEGATIVE, NUMBERS, POSITIVE
from toolkit.pages.live.layout import FIRST_ROW as MAP_ROW
from toolkit.pages.live.layout import PIXEL, Maps, Tiling
from toolkit.symbols.bounds import ordinal
from toolkit.symbols.choices import verdict
from toolkit.symbols.lookups import element
from toolkit.symbols.ranges import total

MAP, ROW, COLUMN = (Symbol(name) for name in ("map", "row", "column"))
CELLS, FACTOR, WEIGHT, PRODUCTS = (Symbol(n) for n in ("cells", "x", "k", "products"))
ADDED, THERE, HERE = Symbol("added"), Symbol("there"), Symbol("here")
LIMIT, VALUE_COLUMN = Symbol("bound"), 3
MOST_CHANNELS, TOLERANCE = 16, 1e-9
SUM = "sum"
SCALE_OFFSET, BIAS_OFFSET = 4, 6  # of the columns beside the maps


@dataclass(frozen=True)
class ConvolutionSheet:
    """A convolution to take apart: its sheet, its maps, those it reads, and the first column
    beside its maps.
    """

    name: str
    stage: Stage
    maps: Maps
    before: Maps
    margin: int

    @property
    def step(self) -> int:
        """Rows from one kernel to the next."""
        return self.stage.size + (1 if self.stage.size > 1 else 0)

    @property
    def tiles(self) -> Tiling:
        """How its maps are laid out."""
        count, high, wide = self.stage.output
        return Tiling(count, high, wide, self.margin)


def sheet(parts: list[ConvolutionSheet]) -> Sheet:
    """A section for each convolution, with a map, a row and a column to choose."""
    words = "Choose a map and a cell of it in the yellow cells: the same sums as on its own sheet."
    page = PageBuilder(
        PIXEL,
        row=5,
        cells={(1, 2): Cell("How one cell is computed", "title"), (2, 2): Cell(words, "muted")},
        widths={1: 2.0, 2: 24.0} | dict.fromkeys(range(3, 20), 10.0),
        tab="CC79A7",
        protected=True,
    )
    for part in parts:
        page.row = _section(part, page.row, page) + 3
    # Of the first section: the others begin below the first view.
    page.controls, page.effects = page.controls[:1], page.effects[:1]
    return page.finish()


def _section(part: ConvolutionSheet, top: int, page: PageBuilder) -> int:
    """One convolution from row `top` on; its last row."""
    stage, size = part.stage, part.stage.size
    page.cells[top, 2] = Cell(f"{part.name}: a cell of your choice", "subtitle")
    chosen = _chosen(part, top, page)
    places = (3, 4 + size, 5 + 2 * size, 6 + 3 * size)
    row = top + 5
    for word, column in zip(("window", "kernel", "products", SUM), places, strict=True):
        page.cells[row, column] = Cell(word, "bold")
    sums = []
    channels = min(stage.input[0], MOST_CHANNELS)
    for channel in range(channels):
        _strip(part=part, channel=channel, row=row + 1, places=places, chosen=chosen, page=page)
        sums.append(at(PIXEL, row + 1, places[3], page.cells[row + 1, places[3]].value))
        row += size + 1
    if channels < stage.input[0]:
        return row
    return _result(part, row + 1, sums, chosen, page)


def _chosen(part: ConvolutionSheet, top: int, page: PageBuilder) -> dict[Symbol, Known]:
    """The cells in which a reader chooses, and beside each the number that is read of it; in the
    middle there is ink to look at.
    """
    count, high, wide = part.stage.output
    starts = ((MAP, 1, count), (ROW, high // 2, high), (COLUMN, wide // 2, wide))
    page.controls.append(Area.of(top + 1, 3, len(starts)))
    known = {}
    for row, (symbol, start, most) in enumerate(starts, top + 1):
        start = max(1, start)
        page.cells[row, 2] = Cell(f"{symbol.name} (1 to {most})", "label")
        page.cells[row, 3] = Cell(start, "input")
        typed = {symbol: at(PIXEL, row, 3, start)}
        index = computed(ordinal(symbol, Integer(most)), typed, "read")
        page.cells[row, 4] = index
        known[symbol] = at(PIXEL, row, 4, index.value)
        words = f"A whole number from 1 to {most}."
        page.validations.append(
            Validation(
                row=row,
                column=3,
                last_row=row,
                kind="whole",
                title=f"Which {symbol.name}?",
                message=words,
                least=1,
                most=most,
            )
        )
    return known


def _strip(
    part: ConvolutionSheet,
    channel: int,
    row: int,
    places: tuple[int, ...],
    chosen: dict[Symbol, Known],
    page: PageBuilder,
) -> None:
    """One channel: the window, its kernel, cell by cell their products, and their sum."""
    size = part.stage.size
    page.cells[row, 2] = Cell(f"from map {channel + 1}", "label")
    operands = chosen | {CELLS: _margined(part, channel)}
    kernels = chosen | {CELLS: _kernel_area(part)}
    products = []
    for down, across in np.ndindex(size, size):
        place, columns = row + down, [column + across for column in places[:3]]
        window = computed(_in_window(part, down, across), operands, "decimals 3")
        kernel = computed(_in_kernel(part, channel, down, across), kernels, "decimals 3")
        page.cells[place, columns[0]], page.cells[place, columns[1]] = window, kernel
        known = {
            FACTOR: at(PIXEL, place, columns[0], window.value),
            WEIGHT: at(PIXEL, place, columns[1], kernel.value),
        }
        page.cells[place, columns[2]] = product = computed(FACTOR * WEIGHT, known, "decimals 3")
        products.append(product.value)
    area = _square(row, places[2], size)
    known = {PRODUCTS: Known(area.relative, products)}
    page.cells[row, places[3]] = computed(total(PRODUCTS), known, "number")
    page.scales += [
        Scale((_square(row, column, size),), POSITIVE, NEGATIVE, end=1.0) for column in places[1:3]
    ]


def _square(row: int, column: int, size: int) -> Area:
    return Area.of(row, column, size, size)


def _in_window(part: ConvolutionSheet, down: int, across: int) -> Expr:
    stride = Integer(part.stage.stride)
    return element(CELLS, (ROW - 1) * stride + down + 1, (COLUMN - 1) * stride + across + 1)


def _in_kernel(part: ConvolutionSheet, channel: int, down: int, across: int) -> Expr:
    left = Integer(channel * part.step + across + 1)
    return element(CELLS, (MAP - 1) * Integer(part.step) + down + 1, left)


def _margined(part: ConvolutionSheet, channel: int) -> Known:
    """A map that is read, with the blank cells around it that stand for the padding."""
    margin = part.stage.padding
    area = part.before.area(channel).grown(margin).on(part.before.sheet)
    return Known(area.absolute_range, np.pad(part.before.values[channel], margin))


def _kernel_area(part: ConvolutionSheet) -> Known:
    """All kernels of the stage with the gaps between them."""
    count, channels, size, _ = part.stage.kernel.shape
    values = np.zeros((count * part.step, channels * part.step))
    for (out, into), kernel in _each(part.stage.kernel):
        top, left = out * part.step, into * part.step
        values[top : top + size, left : left + size] = kernel
    column = part.tiles.right + 2 + len(NUMBERS)
    area = Area.of(MAP_ROW, column, *values.shape).on(part.name)
    return Known(area.absolute_range, values)


def _each(kernels: np.ndarray) -> Iterator[tuple[tuple[int, int], np.ndarray]]:
    for out, into in np.ndindex(*kernels.shape[:2]):
        yield (out, into), kernels[out, into]


@dataclass
class Lines:
    """Lines of a word and a number, one below the other."""

    page: PageBuilder
    row: int

    def add(
        self, words: str, expr: Expr, known: dict[Symbol, Known], style: str = "number"
    ) -> Known:
        """One more line; where its number stands."""
        self.row += 1
        cell = computed(expr, known, style)
        self.page.cells[self.row, 2] = Cell(words, "label")
        self.page.cells[self.row, VALUE_COLUMN] = cell
        return at(PIXEL, self.row, VALUE_COLUMN, cell.value)


def _result(
    part: ConvolutionSheet,
    row: int,
    sums: list[Known],
    chosen: dict[Symbol, Known],
    page: PageBuilder,
) -> int:
    """The sum of all channels, what follows it, and whether the layer's sheet says the same."""
    lines = Lines(page, row - 1)
    parts = {Symbol(f"sum{n}"): each for n, each in enumerate(sums, 1)}
    known = {ADDED: lines.add("all channels added", Add(*parts), parts)}
    for symbol, (words, offset) in _further(part.stage).items():
        place = (MAP - 1) * Integer(part.step) + 1
        operands = chosen | {CELLS: _numbers(part, offset)}
        known[symbol] = lines.add(words, element(CELLS, place, Integer(1)), operands)
    here = lines.add("the cell", eq.finished(part.stage, ADDED), known)
    there = lines.add(f"on sheet {part.name}", _on_sheet(part), chosen | {CELLS: _region(part)})
    page.effects.append(Area.of(lines.row - 1, VALUE_COLUMN))
    known = {HERE: here, THERE: there, LIMIT: constant(TOLERANCE)}
    lines.add("the same?", verdict(abs(HERE - THERE), LIMIT), known, "verdict")
    page.verdicts.append(Area.of(lines.row, VALUE_COLUMN))
    return lines.row


def _further(stage: Stage) -> dict[Symbol, tuple[str, int]]:
    """The numbers of a map that follow the sum, with the columns beside the maps they stand in."""
    numbers = {eq.BIAS: ("bias b of this map", BIAS_OFFSET)} if stage.bias is not None else {}
    if stage.norm:
        numbers[eq.SCALE] = ("scale s of this map", SCALE_OFFSET)
        numbers[eq.SHIFT] = ("shift t of this map", SCALE_OFFSET + 1)
    return numbers


def _numbers(part: ConvolutionSheet, offset: int) -> Known:
    """A column of the numbers beside the maps, with gaps as the kernels have them."""
    stage, column = part.stage, part.tiles.right + 1 + offset
    count = stage.output[0] * part.step
    values = np.zeros((count, 1))
    column_values = stage.bias
    if offset != BIAS_OFFSET and stage.norm:
        column_values = scale_and_shift(stage.norm)[offset - SCALE_OFFSET]
    values[:: part.step, 0] = column_values
    return Known(Area.of(MAP_ROW, column, count, sheet=part.name).absolute_range, values)


def _on_sheet(part: ConvolutionSheet) -> Expr:
    """Where the chosen cell stands among the maps of its sheet."""
    _, high, wide = part.stage.output
    across, gap = Integer(part.tiles.across), part.tiles.gap
    line = floor((MAP - 1) / across)
    right = (MAP - 1 - line * across) * Integer(wide + gap) + COLUMN
    return element(CELLS, line * Integer(high + gap) + ROW, right)


def _region(part: ConvolutionSheet) -> Known:
    """All maps of a sheet with the gaps between them."""
    count, high, wide = part.stage.output
    tiles = part.tiles
    rows = -(-count // tiles.across)
    values = np.zeros((rows * (high + tiles.gap), tiles.across * (wide + tiles.gap)))
    for (row, column), map_values in zip(tiles.places, part.maps.values, strict=True):
        top, left = row - tiles.top, column - tiles.left
        values[top : top + high, left : left + wide] = map_values
    area = Area.of(tiles.top, tiles.left, *values.shape).on(part.name)
    return Known(area.absolute_range, values)
