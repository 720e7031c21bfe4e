"""The names and titles of the sheets of stages, and the links between them."""

from collections.abc import Iterator, Mapping
from itertools import accumulate

from toolkit.book.sheet import Sheet
from toolkit.book.tables import Cell
from toolkit.convnet.stages import Stage
from toolkit.pages.live.backward import spreads
from toolkit.pages.live.explained import in_place
from toolkit.pages.live.layout import column_at

KINDS = {"convolution": "conv"}
SIDE = 28  # of the images
LINK_ROW, LINK_PIXELS = 3, 130


def kind(stage: Stage) -> str:
    """The kind of a stage in short, for the name of its sheet."""
    size = f" {stage.size}x{stage.size}" if stage.kind in ("convolution", "pool") else ""
    return KINDS.get(stage.kind, stage.kind) + size


def title(stage: Stage, number: int, field: int) -> str:
    """A stage's place, kind, shape and receptive field in words."""
    if stage.kind == "linear":
        return f"{number}. Linear layer: weighted sums of all inputs"
    if stage.kind == "average":
        return f"{number}. Global average pooling: the mean of each map"
    words = {
        "convolution": f"Convolution {stage.size}x{stage.size}",
        "pool": "Max-pooling",
        "pointwise": "In place",
    }[stage.kind]
    extra = " + batch norm" * bool(stage.norm) + " + ReLU" * stage.relu
    shape = " x ".join(map(str, stage.output[1:])) or "1"
    maps = f"{stage.output[0]} map{'s' * (stage.output[0] > 1)} of {shape}"
    extent = "the whole image" if field >= SIDE else f"{field} x {field} pixels"
    return f"{number}. {words}{extra}: {maps}, each cell sees {extent}"


def receptive_fields(steps: list[Stage]) -> list[int]:
    """Pixels to a side that a cell of each stage's maps sees."""
    fields, field, jump = [], 1, 1
    for stage in steps:
        field += (stage.size - 1) * jump
        jump *= stage.stride
        fields.append(field)
    return fields


def way_on(stage: Stage) -> str:
    """The meaning of the blocks of a stage's forward sheet in the workbook of one step."""
    meanings = {
        "pool": "What remains? z: the largest cell of each window.",
        "average": "How much of each map is there? z: the mean of the map.",
        "pointwise": "What changes in place? z is what the sheet before shows.",
    }
    first = meanings.get(
        stage.kind, "What does each kernel find? z: a window times the kernel, added up."
    )
    changes = in_place(stage)
    second = f" a: the map after {changes}." if changes else ""
    return f"{first}{second} Select a cell to read its formula."


def way_back(stage: Stage, *, first: bool) -> str:
    """The meaning of the blocks of a stage's sheet of gradients."""
    words = ["How would the loss change? It grows with what is blue and falls with what is orange."]
    if stage.norm or stage.relu:
        words.append(f"∂L/∂z: for each cell before {in_place(stage)}.")
    if spreads(stage):
        words.append("∂L/∂z spread: the same, as far apart as the windows of the cells.")
    what = "normalized pixel" if first else "cell that the layer reads"
    if stage.kind != "pointwise":
        words.append(f"∂L/∂x: for each {what}.")
    return " ".join(words)


def finding_back(stage: Stage) -> str:
    """What holds for the gradients of a stage, whatever the network has learned."""
    if stage.kernel.size or stage.norm:
        return (
            "Each parameter moves against its gradient: new value = old value − η · gradient, "
            "beside the map that it makes."
        )
    if stage.kind == "pool":
        return "Only the largest cell of each window gets a gradient, because only it was read on."
    if stage.kind == "average":
        return "All cells of a map get the same gradient, because the mean counts them alike."
    return "Where ReLU gave 0, the gradient is 0 as well."


def linked(sheets: list[Sheet]) -> tuple[Sheet, ...]:
    """Links to the first sheet, back and forward, in the third row of each."""
    pages = []
    for number, sheet in enumerate(sheets):
        ways = list(_ways(sheets, number))
        if not number:
            ways.append(Cell("All sheets ↓", "link", link=sheet.name, spot=(_below(sheet), 2)))
        columns = _link_columns(sheet.widths, len(ways))
        links = {(LINK_ROW, column): cell for column, cell in zip(columns, ways, strict=True)}
        pages.append(sheet.with_cells(links))
    return (pages[0].with_cells(_contents(pages)), *pages[1:])


def _link_columns(widths: Mapping[int, float], count: int) -> Iterator[int]:
    """So many columns with room for a link each, the first one included."""
    return accumulate(
        range(1, count), lambda column, _: column_at(widths, LINK_PIXELS, column), initial=2
    )


def _ways(sheets: list[Sheet], number: int) -> Iterator[Cell]:
    """To the first sheet, the one before and the next."""
    if number > 1:
        yield Cell(sheets[0].name, "link", link=sheets[0].name)
    if number:
        yield Cell(f"← {sheets[number - 1].name}", "link", link=sheets[number - 1].name)
    if number + 1 < len(sheets):
        yield Cell(f"{sheets[number + 1].name} →", "link", link=sheets[number + 1].name)


def _below(sheet: Sheet) -> int:
    """The second row below everything on a sheet, so that one row stays free."""
    return max([*(row for row, _ in sheet.cells), *(grid.last_row for grid in sheet.grids)]) + 2


def _contents(sheets: list[Sheet]) -> dict[tuple[int, int], Cell]:
    """Links to all other sheets, with their titles, below the contents of the first sheet."""
    row = _below(sheets[0])
    cells = {(row, 2): Cell("All sheets", "subtitle")}
    for n, sheet in enumerate(sheets[1:], row + 1):
        cells[n, 2] = Cell(sheet.name, "link", link=sheet.name)
        column = column_at(sheets[0].widths, LINK_PIXELS)
        cells[n, column] = Cell(sheet.cells[1, 2].value, "muted")
    return cells
