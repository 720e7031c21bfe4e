"""The forward pass of one stage in cells, before and after batch norm and ReLU."""

from dataclasses import dataclass, replace

from toolkit.convnet.stages import Stage
from toolkit.pages.live import backward as back
from toolkit.pages.live import equations as eq
from toolkit.pages.live.layout import FIRST_ROW, Maps
from toolkit.pages.live.page import MapPage, Reads, Weights, map_page
from toolkit.pages.live.parameters import joint, main_content, norm_content, write_main, write_norm

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


def forward_page(stage: Stage, name: str, margin: int) -> MapPage:
    """The page of a stage's forward pass, still empty."""
    contents = [main_content(stage), norm_content(stage)]
    return map_page(name, contents, [stage.output], size=stage.size, margin=margin)


def forward(stage: Stage, page: MapPage, before: Maps) -> ForwardPass:
    """The maps of one stage with its trained parameters beside them."""
    first, z, parts = FIRST_ROW, before, []
    if stage.kind != "pointwise":
        z, main = _summed(stage, page, first, before, None)
        parts.append(main)
        first = page.last + BETWEEN
    a = z
    if stage.norm or stage.relu:
        a, norm = _changed(stage, page, first, z, None)
        parts.append(norm)
    return ForwardPass(stage, page.name, before, z, a, joint(*parts))


def forward_again(
    stage: Stage, page: MapPage, first: int, before: Maps, weights: Weights
) -> ForwardPass:
    """The maps of one stage from row `first` of a page on, with parameters that stand elsewhere."""
    z = before
    if stage.kind != "pointwise":
        z, _ = _summed(stage, page, first, before, weights)
        first = page.last + BETWEEN
    a = z
    if stage.norm or stage.relu:
        a, _ = _changed(stage, page, first, z, weights)
    return ForwardPass(stage, page.name, before, z, a, weights)


def _summed(
    stage: Stage, page: MapPage, first: int, before: Maps, weights: Weights | None
) -> tuple[Maps, Weights]:
    """The outputs z; without `weights` the parameters are written beside them."""
    tiles = page.tiles(stage.output, first, None if weights else main_content(stage))
    held = weights or write_main(page, tiles, stage)

    def reads(channel: int) -> Reads:
        return _windows(stage, before, channel) | held.reads(channel, page.name)

    single = stage.output[1] == 1
    return page.lay(tiles, "z", eq.output(main_part(stage)), reads, shape=single), held


def _changed(
    stage: Stage, page: MapPage, first: int, z: Maps, weights: Weights | None
) -> tuple[Maps, Weights]:
    """The outputs a; without `weights` batch norm's numbers are written beside them."""
    tiles = page.tiles(stage.output, first, None if weights else norm_content(stage))
    held = weights or write_norm(page, tiles, stage)

    def reads(channel: int) -> Reads:
        return {back.Z: z.window(channel, 1)} | held.reads(channel, page.name)

    expr = eq.finished(replace(stage, bias=None), back.Z)
    return page.lay(tiles, "a", expr, reads), held


def _windows(stage: Stage, before: Maps, channel: int) -> Reads:
    if stage.kind == "average":
        return {eq.window(1): before.whole(channel)}
    if stage.kind != "convolution":
        return {eq.window(1): before.window(channel, stage.size, stage.stride)}
    return {
        eq.window(n): before.window(n - 1, stage.size, stage.stride, stage.padding)
        for n in range(1, stage.input[0] + 1)
    }
