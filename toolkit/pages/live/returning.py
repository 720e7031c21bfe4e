"""The backward pass of one stage in cells: the gradients by its inputs and parameters."""

from dataclasses import dataclass

import numpy as np
from sympy import Symbol

from toolkit.book.address import Area
from toolkit.book.grid import Grid, moving
from toolkit.book.known import Known
from toolkit.book.tables import Cell
from toolkit.convnet.stages import Stage
from toolkit.pages.live import backward as back
from toolkit.pages.live.beside import Content
from toolkit.pages.live.forward import BETWEEN, ForwardPass
from toolkit.pages.live.layout import FIRST_ROW, Maps, Tiling, filled
from toolkit.pages.live.page import MapPage, ParameterCells, Reads, Weights, map_page
from toolkit.pages.live.parameters import kernel_name
from toolkit.pages.live.region import Region
from toolkit.pages.live.updates import (
    NewParameters,
    ParameterUpdate,
    parameter_content,
    parameters,
)

BY_Z, BY_X = "∂L/∂z", "∂L/∂x"
SPREAD, TURNED = f"{BY_Z} spread", "kernels turned"


@dataclass(frozen=True)
class BackwardPass:
    """The backward pass of a stage: the gradients by its outputs before batch norm and ReLU, as
    the kernels' gradients read them, and by its inputs, the parameters after the step, and how the
    page is laid out.
    """

    passed: ForwardPass
    by_z: Region
    by_input: Region
    new: NewParameters
    tiles: Tiling

    @property
    def slopes(self) -> Region:
        """The gradients of the kernels."""
        sheet = self.new.weights.kernels[0, 0].sheet
        none = Maps(sheet, (), np.zeros((0, 0, 0)))
        return Region(none, self.tiles, Weights(self.new.kernels, {}))


def backward_page(stage: Stage, name: str, margin: int) -> MapPage:
    """The page of the gradients of a stage, still empty."""
    contents, shapes = [parameter_content(stage), _turned_content(stage)], [stage.input]
    if stage.norm or stage.relu:
        shapes.append(stage.output)
    if back.spreads(stage):
        shapes.append(_spread_shape(stage))
    return map_page(name, contents, shapes, size=stage.size, margin=margin)


def _turned_content(stage: Stage) -> Content:
    """What stands beside the gradients of each input map: the kernels that read it, turned."""
    return Content(kernels=stage.output[0] if stage.kernel.size else 0)


def _spread_shape(stage: Stage) -> tuple[int, int, int]:
    count, high, wide = stage.output
    step = stage.stride
    return count, (high - 1) * step + 1, (wide - 1) * step + 1


def backward(passed: ForwardPass, reached: Region, page: MapPage, rate: Known) -> BackwardPass:
    """The page of gradients of one stage; `reached` is ∂loss/∂a."""
    stage, content = passed.stage, parameter_content(passed.stage)
    arriving = reached.maps
    first, by_z, tiles = FIRST_ROW, arriving, None
    read = reached
    if stage.norm or stage.relu:

        def reads(channel: int) -> Reads:
            gradients = {back.G: arriving.window(channel, 1), back.A: passed.a.window(channel, 1)}
            return gradients | passed.weights.reads(channel)

        tiles = page.tiles(stage.output, first, content)
        by_z = page.lay(tiles, BY_Z, back.in_place(stage), reads)
        read = Region(by_z, tiles)
        first = page.last + BETWEEN
    spread = by_z
    if back.spreads(stage):
        shown = page.tiles(_spread_shape(stage), first, None if tiles else content)
        spread = _dilated(stage, by_z, page, shown)
        read = Region(spread, shown)
        tiles, first = tiles or shown, page.last + BETWEEN
    if tiles is None:  # the gradients of the outputs stand on the sheet before
        tiles = page.tiles((stage.output[0], 0, 0), first, content)
        first = tiles.last + BETWEEN if content.numbers or content.kernels else first
    new = parameters(
        ParameterUpdate(
            passed=passed, arriving=arriving, by_z=spread, page=page, tiles=tiles, rate=rate
        )
    )
    return BackwardPass(passed, read, _by_input(passed, read, page, first), new, tiles)


def _dilated(stage: Stage, maps: Maps, page: MapPage, tiles: Tiling) -> Maps:
    """Gradients dilated by the stride: as far apart as the windows, blank cells between them."""
    step, grids = stage.stride, []
    for channel, place in enumerate(tiles.places):
        values = np.full((tiles.high, tiles.wide), np.nan)
        values[::step, ::step] = maps.values[channel]
        cells = moving(maps.area(channel).first.on(maps.sheet), each=step)
        grids.append(filled(back.G, {back.G: Known(cells, values)}, place, "shade"))
    return page.put(tiles, SPREAD, grids)


def _turned(passed: ForwardPass, page: MapPage, tiles: Tiling) -> dict[tuple[int, int], Known]:
    """The kernels turned by half a turn, beside the gradients of the map that they read."""
    turned = {}
    for (o, i), block in passed.weights.kernels.items():
        row, column = tiles.corners[i]
        down, right = page.beside.kernel(o, 0, page.beside.units)
        place = row + down, column + right
        page.cells[row - 1, column] = Cell(TURNED, "small")
        page.cells[place[0] - 1, place[1]] = Cell(kernel_name(o, passed.stage), "small")
        grid = filled(back.OLD, {back.OLD: block.turned}, place, "small number")
        page.grids.append(grid)
        cells = ParameterCells(page.name, *place, grid.values)
        turned[o, i] = cells.seen_from(page.name)
    return turned


def _by_input(passed: ForwardPass, read: Region, page: MapPage, first: int) -> Region:
    if passed.stage.kind == "pointwise":
        return read
    tiles = page.tiles(passed.stage.input, first, _turned_content(passed.stage))
    return Region(_input_maps(passed, read.maps, page, tiles), tiles)


def _input_maps(passed: ForwardPass, by_z: Maps, page: MapPage, tiles: Tiling) -> Maps:
    stage = passed.stage
    if stage.kind == "pool":
        grids = [_unpooled(passed, by_z, n, place) for n, place in enumerate(tiles.places)]
        return page.put(tiles, BY_X, grids)
    if stage.kind == "average":
        expr = back.by_mean(stage.input[1] * stage.input[2])
        return page.lay(tiles, BY_X, expr, lambda n: {back.G: by_z.whole(n)}, shape=True)
    padding = stage.size - 1 - stage.padding
    turned = _turned(passed, page, tiles)

    def reads(channel: int) -> Reads:
        windows: Reads = {}
        for o in range(stage.output[0]):
            windows[back.gradient(o + 1)] = by_z.window(o, stage.size, 1, padding)
            windows[back.flipped(o + 1)] = turned[o, channel]
        return windows

    return page.lay(tiles, BY_X, back.by_input(stage), reads)


def _unpooled(passed: ForwardPass, by_z: Maps, channel: int, place: tuple[int, int]) -> Grid:
    """The gradient by the inputs of max-pooling: a formula for each place in the window."""
    size, sheet = passed.stage.size, passed.before.sheet
    row, column = passed.before.places[channel]
    out = {}
    for symbol, maps in ((back.LARGEST, passed.z), (back.G, by_z)):
        first = maps.area(channel).first.on(maps.sheet)
        repeated = np.kron(maps.values[channel], np.ones((size, size)))
        out[symbol] = moving(first, each=size), repeated
    high, wide = out[back.G][1].shape
    x = passed.before.values[channel][:high, :wide]
    values, turns = np.zeros((high, wide)), []
    for down in range(size):
        line = []
        for across in range(size):
            number = down * size + across
            expr = back.by_pooled(number)
            known = {s: Known(a, v[down::size, across::size]) for s, (a, v) in out.items()}
            for n in range(number + 1):
                i, j = divmod(n, size)
                symbol = back.X if n == number else Symbol(f"x{n + 1}")
                pixel = Area.of(row + i, column + j, sheet=sheet)
                known[symbol] = Known(moving(pixel, size, size, size), x[i::size, j::size])
            grid = filled(expr, known, place, "shade")
            values[down::size, across::size] = grid.values
            line.append(grid.formula or "")
        turns.append(tuple(line))
    return Grid(*place, values, "shade", turns=tuple(turns))
