"""The backward pass of one stage in cells: the gradients by its inputs and parameters."""

from dataclasses import dataclass

import numpy as np
from sympy import Symbol

from toolkit.book.address import Area
from toolkit.book.grid import Grid, moving
from toolkit.book.known import Known, at
from toolkit.book.live import computed
from toolkit.book.tables import Cell
from toolkit.convnet.stages import Stage
from toolkit.pages.live import backward as back
from toolkit.pages.live.forward import ForwardPass, tiles_of
from toolkit.pages.live.layer import shading, width_of
from toolkit.pages.live.layout import FIRST_ROW, Array, Maps, filled
from toolkit.pages.live.page import KernelCells, MapPage, Reads, Weights
from toolkit.pages.live.updates import ParameterUpdate, parameters


@dataclass(frozen=True)
class BackwardPass:
    """The backward pass of a stage: the gradients by its inputs, its parameters after the step, and
    the areas of all gradients by its parameters.
    """

    by_input: Maps
    weights: Weights
    gradients: tuple[tuple[Area, Array], ...]


def backward(
    passed: ForwardPass, arriving: Maps, page: MapPage, rate: Known, margin: int
) -> BackwardPass:
    """The page of gradients of one stage; `arriving` is ∂loss/∂a."""
    stage = passed.stage
    first = FIRST_ROW
    by_z = arriving
    if stage.norm or stage.relu:

        def reads(channel: int) -> Reads:
            gradients = {back.G: arriving.window(channel, 1), back.A: passed.a.window(channel, 1)}
            return gradients | passed.weights.reads(channel)

        tiles = tiles_of(stage.output, margin, first)
        by_z = page.lay(tiles, "∂z", back.in_place(stage), reads)
        first = tiles.last + 3
    if back.spreads(stage):
        by_z, first = _dilated(stage, by_z, page, margin, first)
    stepped = parameters(
        ParameterUpdate(
            passed=passed, arriving=arriving, by_z=by_z, page=page, rate=rate, margin=margin
        )
    )
    by_input = _by_input(
        passed=passed, by_z=by_z, turned=stepped.turned, page=page, margin=margin, first=first
    )
    return BackwardPass(by_input, stepped.weights, stepped.gradients)


def _dilated(stage: Stage, maps: Maps, page: MapPage, margin: int, first: int) -> tuple[Maps, int]:
    """Gradients dilated by the stride: as far apart as the windows, blank cells between them."""
    count, high, wide = maps.values.shape
    step = stage.stride
    values = np.zeros((count, (high - 1) * step + 1, (wide - 1) * step + 1))
    values[:, ::step, ::step] = maps.values
    tiles = tiles_of(values.shape, margin, first)
    for channel, (row, column) in enumerate(tiles.places):
        page.cells[row - 1 - margin, column] = Cell(f"∂z spread {channel + 1}", "small")
        top, left = maps.places[channel]
        for down, across in np.ndindex(high, wide):
            known = at(maps.sheet, top + down, left + across, maps.values[channel, down, across])
            place = row + down * step, column + across * step
            page.cells[place] = computed(back.G, {back.G: known}, "shade")
    spaced = Maps(page.name, tiles.places, values)
    page.scales.append(shading(spaced))
    page.last = max(page.last, tiles.last)
    page.widths |= {c: width_of(page.pixels) for c in range(1, tiles.right) if c not in page.widths}
    return spaced, tiles.last + 3


def _by_input(
    passed: ForwardPass,
    by_z: Maps,
    turned: dict[tuple[int, int], KernelCells],
    page: MapPage,
    margin: int,
    first: int,
) -> Maps:
    stage = passed.stage
    if stage.kind == "pointwise":
        return by_z
    tiles = tiles_of(stage.input, margin, first)
    if stage.kind == "pool":
        grids = [_unpooled(passed, by_z, n, place) for n, place in enumerate(tiles.places)]
        return page.put(tiles, "∂x", grids)
    if stage.kind == "average":
        expr = back.by_mean(stage.input[1] * stage.input[2])
        return page.lay(tiles, "∂x", expr, lambda n: {back.G: by_z.whole(n)}, shape=True)
    padding = stage.size - 1 - stage.padding

    def reads(channel: int) -> Reads:
        windows: Reads = {}
        for o in range(stage.output[0]):
            windows[back.gradient(o + 1)] = by_z.window(o, stage.size, 1, padding)
            windows[back.flipped(o + 1)] = turned[o, channel].whole
        return windows

    return page.lay(tiles, "∂x", back.by_input(stage), reads)


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
