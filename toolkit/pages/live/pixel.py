"""One cell of each layer taken apart: windows, kernels, products, sums."""

from dataclasses import dataclass

import numpy as np
from sympy import Add, Expr, Integer, Symbol

from toolkit.book.address import Area
from toolkit.book.grid import moving
from toolkit.book.known import Known, constant
from toolkit.book.sheet import Scale, Sheet
from toolkit.book.tables import Cell
from toolkit.convnet.stages import Stage
from toolkit.pages.live import equations as eq
from toolkit.pages.live.layout import (
    LivePage,
    filled,
)
from toolkit.pages.live.region import Region
from toolkit.pages.live.sections import Lines, choices, contents, declare, pixel_page
from toolkit.pages.live.shading import NEGATIVE, POSITIVE
from toolkit.symbols.lookups import element
from toolkit.symbols.ranges import largest, total

MAP, ROW, COLUMN = (Symbol(name) for name in ("map", "row", "column"))
CELLS, FACTOR, WEIGHT, PRODUCTS = (Symbol(n) for n in ("cells", "x", "k", "products"))
DOWN, RIGHT = Symbol("down"), Symbol("right")
ADDED = Symbol("added")
COLUMN_PIXELS, COLUMNS = 48, 26
LINES = 8  # rows of choices and results
MOST_PRODUCTS = 1000
TITLE = "How one cell is computed"
QUESTION = (
    "How does a layer compute one cell of a map? Choose a map, a row and a column in the yellow "
    "cells."
)
FINDING = (
    "A cell is one window times one kernel for each map that is read, all products added up; "
    "its layer's sheet says the same."
)


@dataclass(frozen=True)
class Layer:
    """A stage to take apart: its name, its maps and those that it reads."""

    stage: Stage
    own: Region
    before: Region

    @property
    def name(self) -> str:
        """The name of its sheet."""
        return self.own.maps.sheet


def sheet(layers: list[Layer]) -> Sheet:
    """A section for each layer of maps, with a map, a row and a column to choose."""
    page = pixel_page(TITLE, QUESTION, FINDING, COLUMN_PIXELS, COLUMNS)
    tops = []
    for part in layers:
        tops.append((part.name, page.row))
        page.row = _section(part, page.row, page) + 3
    contents(page, tops)
    declare(page)
    return page.finish()


def _section(part: Layer, top: int, page: LivePage) -> int:
    """One layer from row `top` on; its last row."""
    stage = part.stage
    page.cells[top, 2] = Cell(f"{part.name}: a cell of your choice", "subtitle")
    count, high, wide = stage.output
    starts = ((MAP, 1, count), (ROW, high // 2, high), (COLUMN, wide // 2, wide))
    chosen = choices(page, top, starts)
    lines = Lines(page, top)
    if stage.kind == "convolution":
        return _convolution(part, top + LINES + 1, chosen, lines)
    return _window(part, top + LINES + 1, chosen, lines)


def _convolution(part: Layer, first: int, chosen: dict[Symbol, Known], lines: Lines) -> int:
    """A strip for each map that is read: its window, its kernel and their products."""
    stage, page, size = part.stage, lines.page, part.stage.size
    wide = 3 * size + 4
    across = max(1, COLUMNS // wide)
    shown = min(stage.input[0], max(1, MOST_PRODUCTS // size**2))
    sums = []
    last = first
    for channel in range(shown):
        line, place = divmod(channel, across)
        row, column = first + line * (size + 1), 2 + place * wide
        operands = OperandRow(page, row, column, size)
        sums.append(operands.write(part, channel, chosen))
        last = row + size
    if shown < stage.input[0]:
        words = f"Only the first {shown} of {stage.input[0]} maps are shown."
        page.cells[first - LINES, lines.columns.words] = Cell(words, "label")
        return last
    _result(part, sums, chosen, lines)
    return last


@dataclass(frozen=True)
class OperandRow:
    """The window, the kernel and the products of one map that is read, below their names in `row`,
    from `column` on.
    """

    page: LivePage
    row: int
    column: int
    size: int

    def write(self, part: Layer, channel: int, chosen: dict[Symbol, Known]) -> Known:
        """Write all cells; where the sum of the products stands."""
        page, size, top = self.page, self.size, self.row + 1
        places = [self.column + n * (size + 1) for n in range(4)]
        names = (f"window, map {channel + 1}", "kernel", "products", "sum")
        for word, column in zip(names, places, strict=True):
            page.cells[self.row, column] = Cell(word, "small")
        window = self._picked(places[0], _in_window(part), chosen, _margined(part, channel))
        start = part.own.offset(part.own.weights.kernels[0, channel])
        kernel = self._picked(places[1], _in_kernel(part), chosen, part.own.known, start)
        known = {FACTOR: window, WEIGHT: kernel}
        products = filled(FACTOR * WEIGHT, known, (top, places[2]), STYLE)
        page.grids.append(products)
        page.scales += [
            Scale((Area.of(top, column, size, size),), POSITIVE, NEGATIVE, end=1.0)
            for column in places[:3]
        ]
        known = {PRODUCTS: Known(products.area.relative, products.values)}
        return page.compute((top, places[3]), total(PRODUCTS), known, STYLE)

    def _picked(
        self,
        column: int,
        expr: Expr,
        chosen: dict[Symbol, Known],
        cells: Known,
        start: tuple[int, int] = (0, 0),
    ) -> Known:
        """A square of cells from `column` on, each the cell of a range that `expr` finds, `start`
        rows and columns and then as many more as it stands below and right of the first.
        """
        top, values = self.row + 1, np.zeros((self.size, self.size))
        for down, across in np.ndindex(values.shape):
            known = chosen | {
                CELLS: cells,
                DOWN: constant(start[0] + down),
                RIGHT: constant(start[1] + across),
            }
            cell = self.page.compute((top + down, column + across), expr, known, STYLE)
            values[down, across] = cell.value
        return Known(moving(Area.of(top, column)), values)


STYLE = "small slope"


def _in_window(part: Layer) -> Expr:
    stride = Integer(part.stage.stride)
    return element(CELLS, (ROW - 1) * stride + DOWN + 1, (COLUMN - 1) * stride + RIGHT + 1)


def _in_kernel(part: Layer) -> Expr:
    return part.own.element(CELLS, MAP, DOWN, RIGHT)


def _margined(part: Layer, channel: int) -> Known:
    """A map that is read, with the blank cells around it that stand for the padding."""
    margin, maps = part.stage.padding, part.before.maps
    area = maps.area(channel).grown(margin).on(maps.sheet)
    return Known(area.absolute_range, np.pad(maps.values[channel], margin))


def _window(part: Layer, first: int, chosen: dict[Symbol, Known], lines: Lines) -> int:
    """The window that a pool reads, or the cell that is changed in place."""
    size, page, before = part.stage.size, lines.page, part.before
    page.cells[first, 2] = Cell("window" if size > 1 else "cell", "small")
    top, left = before.map_offset
    known = chosen | {CELLS: before.known}
    values = []
    row, column = ((symbol - 1) * Integer(size) for symbol in (ROW, COLUMN))
    expr = before.element(CELLS, MAP, row + DOWN, column + RIGHT)
    for down, across in np.ndindex(size, size):
        known |= {DOWN: constant(top + down), RIGHT: constant(left + across)}
        cell = page.compute((first + 1 + down, 2 + across), expr, known, STYLE)
        values += cell.values
    area = Area.of(first + 1, 2, size, size)
    page.scales.append(Scale((area,), POSITIVE, NEGATIVE, end=1.0))
    known = {PRODUCTS: Known(area.relative, values)}
    if size > 1:
        read = lines.add("the largest cell of the window", largest(PRODUCTS), known)
    else:
        read = lines.add("the cell that is read", total(PRODUCTS), known)
    _compared(part, read, chosen, lines)
    return first + size


def _result(part: Layer, sums: list[Known], chosen: dict[Symbol, Known], lines: Lines) -> None:
    """The sum over all maps that are read, and what follows it."""
    parts = {Symbol(f"sum{n}"): each for n, each in enumerate(sums, 1)}
    read = lines.add("all products added up", Add(*parts), parts)
    _compared(part, read, chosen, lines)


def _compared(part: Layer, read: Known, chosen: dict[Symbol, Known], lines: Lines) -> None:
    """What bias, batch norm and ReLU make of it, and whether the layer's sheet says the same."""
    region = chosen | {CELLS: part.own.known}
    known = {ADDED: read}
    for symbol, words in FURTHER.items():
        if symbol in part.own.weights.numbers:
            row, column = part.own.offset(part.own.weights.numbers[symbol][0])
            expr = part.own.element(CELLS, MAP, Integer(row), Integer(column))
            known[symbol] = lines.add(words, expr, region)
    here = lines.add(_named(part.stage), eq.finished(part.stage, ADDED), known)
    top, left = part.own.map_offset
    there = part.own.element(CELLS, MAP, ROW + top - 1, COLUMN + left - 1)
    lines.compare(here, lines.add(f"on sheet {part.name}", there, region))


FURTHER = {
    eq.BIAS: "bias b of this map",
    eq.SCALE: "batch norm's s of this map",
    eq.SHIFT: "batch norm's t of this map",
}


def _named(stage: Stage) -> str:
    """What the last number is called, by what has been applied to it."""
    changes = [w for w, there in (("batch norm", stage.norm), ("ReLU", stage.relu)) if there]
    return "the cell" + (f", after {' and '.join(changes)}" if changes else "")
