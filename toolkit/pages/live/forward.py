"""The forward pass of one stage in cells, before and after batch norm and ReLU."""

from dataclasses import dataclass, replace

from toolkit.convnet.stages import Stage
from toolkit.pages.live import backward as back
from toolkit.pages.live import equations as eq
from toolkit.pages.live.choosable import Choosable
from toolkit.pages.live.layout import FIRST_ROW, Maps, Tiling
from toolkit.pages.live.page import MapPage, Reads, Weights, map_page
from toolkit.pages.live.parameters import joint, main_content, norm_content, write_main, write_norm
from toolkit.pages.live.region import Region

BETWEEN = 3  # rows from one block of maps to the next


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
    choosable: Choosable


def forward_page(stage: Stage, name: str, margin: int) -> MapPage:
    """The page of a stage's forward pass, still empty."""
    contents = [main_content(stage), norm_content(stage)]
    return map_page(name, contents, [stage.output], size=stage.size, margin=margin)


def forward(stage: Stage, page: MapPage, before: Maps) -> ForwardPass:
    """The maps of one stage with its trained parameters beside them."""
    first, z, blocks, held = FIRST_ROW, before, [], []
    if stage.kind != "pointwise":
        tiles = page.tiles(stage.output, first, main_content(stage))
        held.append(write_main(page, tiles, stage))
        z = _summed(stage, page, tiles, before, held[0])
        blocks.append(Region(z, tiles, Weights(held[0].kernels, {})))
        first = page.last + BETWEEN
    a = z
    if stage.norm or stage.relu:
        tiles = page.tiles(stage.output, first, norm_content(stage))
        held.append(write_norm(page, tiles, stage))
        a = _changed(stage, page, tiles, z, held[-1])
        blocks.append(Region(a, tiles))
    choosable = Choosable(page.name, blocks[-1], blocks[0])
    return ForwardPass(stage, page.name, before, z, a, joint(*held), choosable)


def forward_again(stage: Stage, page: MapPage, first: int, before: Maps, weights: Weights) -> Maps:
    """The outputs of one stage from row `first` of a page on; its parameters stand elsewhere."""
    z = before
    if stage.kind != "pointwise":
        z = _summed(stage, page, page.tiles(stage.output, first), before, weights)
        first = page.last + BETWEEN
    if not (stage.norm or stage.relu):
        return z
    return _changed(stage, page, page.tiles(stage.output, first), z, weights)


def _summed(stage: Stage, page: MapPage, tiles: Tiling, before: Maps, weights: Weights) -> Maps:
    """The outputs z before batch norm and ReLU."""

    def reads(channel: int) -> Reads:
        return _windows(stage, before, channel) | weights.reads(channel, page.name)

    single = stage.output[1] == 1
    return page.lay(tiles, "z", eq.output(main_part(stage)), reads, shape=single)


def _changed(stage: Stage, page: MapPage, tiles: Tiling, z: Maps, weights: Weights) -> Maps:
    """The outputs a after batch norm and ReLU."""

    def reads(channel: int) -> Reads:
        return {back.Z: z.window(channel, 1)} | weights.reads(channel, page.name)

    return page.lay(tiles, "a", eq.finished(replace(stage, bias=None), back.Z), reads)


def _windows(stage: Stage, before: Maps, channel: int) -> Reads:
    if stage.kind == "average":
        return {eq.window(1): before.whole(channel)}
    if stage.kind != "convolution":
        return {eq.window(1): before.window(channel, stage.size, stage.stride)}
    return {
        eq.window(n): before.window(n - 1, stage.size, stage.stride, stage.padding)
        for n in range(1, stage.input[0] + 1)
    }
