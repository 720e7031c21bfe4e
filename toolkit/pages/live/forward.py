"""The forward pass of one stage in cells, before and after batch norm and ReLU."""

from dataclasses import dataclass, replace

import numpy as np

from toolkit.book.known import at
from toolkit.convnet.stages import EPSILON, Stage
from toolkit.pages.live import backward as back
from toolkit.pages.live import equations as eq
from toolkit.pages.live import rules
from toolkit.pages.live.layer import NUMBERS, beside
from toolkit.pages.live.layout import FIRST_ROW, Maps, Tiling
from toolkit.pages.live.page import KernelCells, MapPage, Reads, Weights

NUMBER_COLUMNS = {
    eq.GAMMA: 0,
    eq.BETA: 1,
    eq.MEAN: 2,
    eq.VARIANCE: 3,
    eq.SCALE: 4,
    eq.SHIFT: 5,
    eq.BIAS: 6,
}


def as_maps(stage: Stage) -> Stage:
    """Single numbers as maps of one cell, so that all stages are alike."""
    shapes = [(*shape, 1, 1) if len(shape) == 1 else shape for shape in (stage.input, stage.output)]
    stage = replace(stage, input=shapes[0], output=shapes[1])
    if stage.kind == "linear":
        return replace(stage, kind="convolution", kernel=stage.kernel[:, :, None, None])
    return stage


def main_part(stage: Stage) -> Stage:
    """The stage without batch norm and ReLU, which change its output in place."""
    return replace(stage, norm=None, relu=False)


@dataclass(frozen=True)
class ForwardPass:
    """The forward pass of a stage: its input maps, its outputs z, and its outputs a after batch
    norm and ReLU.
    """

    stage: Stage
    name: str
    before: Maps
    z: Maps
    a: Maps
    weights: Weights


def forward(
    stage: Stage, page: MapPage, first: int, before: Maps, weights: Weights, margin: int, name: str
) -> ForwardPass:
    """The maps of one stage from row `first` of a page on."""
    z = before
    if stage.kind != "pointwise":
        tiles = tiles_of(stage.output, margin, first)
        single = stage.output[1] == 1

        def reads(channel: int) -> Reads:
            return _windows(stage, before, channel) | weights.reads(channel)

        z = page.lay(tiles, "z", eq.output(main_part(stage)), reads, shape=single)
        first = tiles.last + 3
    a = z
    if stage.norm or stage.relu:
        expr = eq.finished(replace(stage, bias=None), back.Z)

        def changed(channel: int) -> Reads:
            return {back.Z: z.window(channel, 1)} | weights.reads(channel)

        a = page.lay(tiles_of(stage.output, margin, first), "a", expr, changed)
    return ForwardPass(stage=stage, name=name, before=before, z=z, a=a, weights=weights)


def tiles_of(shape: tuple[int, ...], margin: int, first: int) -> Tiling:
    """How maps of a shape (maps, rows, columns) are laid out from row `first` on."""
    count, high, wide = shape
    return Tiling(count, high, wide, margin, first)


def _windows(stage: Stage, before: Maps, channel: int) -> Reads:
    if stage.kind == "average":
        return {eq.window(1): before.whole(channel)}
    if stage.kind != "convolution":
        return {eq.window(1): before.window(channel, stage.size, stage.stride)}
    return {
        eq.window(n): before.window(n - 1, stage.size, stage.stride, stage.padding)
        for n in range(1, stage.input[0] + 1)
    }


def parameter_cells(stage: Stage, page: MapPage, margin: int) -> Weights:
    """The trained parameters, written on the page beside the maps."""
    right = tiles_of(stage.output, margin, FIRST_ROW).right
    cells, _, scales, widths = beside(stage, page.name, right)
    page.cells |= cells
    page.scales += scales
    page.widths |= widths
    page.last = max([page.last, *(row for row, _ in cells)])
    step = stage.size + (stage.size > 1)
    left = right + 2 + len(NUMBERS)
    page.validations += rules.of_maps(stage, right + 1, left)
    kernels = {
        (o, i): KernelCells(page.name, FIRST_ROW + o * step, left + i * step, stage.kernel[o, i])
        for o, i in (np.ndindex(*stage.kernel.shape[:2]) if stage.kernel.size else ())
    }
    numbers = {
        symbol: [
            at(page.name, row, right + 1 + n, page.cells[row, right + 1 + n].value)
            for row in range(FIRST_ROW, FIRST_ROW + stage.output[0] * step, step)
        ]
        for symbol, n in NUMBER_COLUMNS.items()
        if (FIRST_ROW, right + 1 + n) in cells
    }
    if stage.norm:
        numbers[eq.EPSILON] = [at(page.name, FIRST_ROW - 3, right + 1, EPSILON)] * stage.output[0]
    return Weights(kernels, numbers)
