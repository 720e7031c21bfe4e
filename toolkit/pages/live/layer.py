"""A stage of maps: a convolution, a pool, or a change in place, cell by cell."""

from collections.abc import Iterator
from dataclasses import dataclass

from toolkit.book.page import equation_picture
from toolkit.book.sheet import Picture, Sheet
from toolkit.book.tables import Cell
from toolkit.convnet.stages import Stage
from toolkit.pages.live import equations as eq
from toolkit.pages.live import rules
from toolkit.pages.live.layout import EQUATION_ROW, FINDING_ROW, FIRST_ROW, Maps, Tiling
from toolkit.pages.live.page import MapPage, Reads, Weights, map_page
from toolkit.pages.live.parameters import joint, whole_content, write_main, write_norm


@dataclass(frozen=True)
class LayerSheet:
    """A stage's sheet, its maps as the next stage reads them, how they are laid out, and its
    parameters.
    """

    page: MapPage
    sheet: Sheet
    maps: Maps
    tiles: Tiling
    weights: Weights


def layer(stage: Stage, name: str, title: str, before: Maps, margin: int) -> LayerSheet:
    """The sheet of a stage whose input maps are `before`, with a margin around each of its own."""
    content = whole_content(stage)
    page = map_page(name, [content], [stage.output], size=stage.size, margin=margin)
    tiles = page.tiles(stage.output, FIRST_ROW, content)
    norm = write_norm(page, tiles, stage)
    weights = joint(
        norm, write_main(page, tiles, stage, content.numbers - (stage.bias is not None))
    )

    def reads(channel: int) -> Reads:
        return _windows(stage, before, channel) | weights.reads(channel, name)

    maps = page.lay(tiles, "map", eq.output(stage), reads)
    page.cells[2, 2] = Cell(question(stage), "muted")
    page.hint(words(stage, maps))
    page.cells[FINDING_ROW, 2] = Cell(finding(stage), "bold")
    page.pictures.append(equation(stage))
    page.heights[EQUATION_ROW] = 24.0
    return LayerSheet(page, page.sheet(title, "0072B2"), maps, tiles, weights)


def equation(stage: Stage) -> Picture:
    """What a cell computes, typeset."""
    return equation_picture(eq.short_equation(stage), (EQUATION_ROW, 2), 12)


def words(stage: Stage, maps: Maps) -> str:
    """What the letters of the equation and the colours mean, and what may be changed."""
    sentences = [*meant(stage)]
    sentences.append(
        "Blue is above 0, orange below." if maps.values.min() < 0 else "Darker is larger."
    )
    return " ".join(sentences) + rules.editable(stage)


def question(stage: Stage) -> str:
    """What a reader can find out on the sheet of a stage."""
    size = f"{stage.size}x{stage.size}"
    match stage.kind:
        case "convolution" if stage.size > 1:
            return (
                f"What does each kernel look for? x * k multiplies the cells of a {size} window "
                "by those of the kernel and adds the products."
            )
        case "convolution":
            return "How are the maps mixed? Each new map is a weighted sum of all maps before it."
        case "pool":
            return f"What remains of a map when only the largest cell of each {size} window stays?"
    return (
        "What do batch norm and ReLU make of each map?"
        if stage.relu and stage.norm
        else (
            "What does ReLU make of each map?"
            if stage.relu
            else "What does batch norm make of each map?"
        )
    )


def finding(stage: Stage) -> str:
    """What holds for the sheet of a stage, whatever the network has learned."""
    match stage.kind:
        case "convolution":
            return (
                "An edit of a kernel changes its own map and all later layers, "
                "but no other map of this sheet."
            )
        case "pool":
            return (
                f"A map becomes {stage.size} times smaller in each direction, "
                "and its strongest responses remain."
            )
    return "Each cell is changed on its own, so the maps keep their size."


def meant(stage: Stage) -> Iterator[str]:
    """What the letters of batch norm and ReLU mean, where the stage has them."""
    if stage.norm:
        yield "Batch norm multiplies by s and adds t."
    if stage.relu:
        yield "max(0, …) is ReLU."


def _windows(stage: Stage, before: Maps, channel: int) -> Reads:
    """What the cells of one output map read of the input maps."""
    if stage.kind != "convolution":
        return {eq.window(1): before.window(channel, stage.size, stage.stride)}
    return {
        eq.window(n): before.window(n - 1, stage.size, stage.stride, stage.padding)
        for n in range(1, stage.input[0] + 1)
    }
