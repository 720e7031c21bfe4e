"""The names and titles of the sheets of stages, and the links between them."""

from collections.abc import Iterator, Mapping

from toolkit.book.sheet import Sheet
from toolkit.book.tables import Cell
from toolkit.convnet.stages import Stage
from toolkit.pages.live.backward import spreads
from toolkit.pages.live.explained import in_place
from toolkit.pages.live.layout import DRAW, FIRST_ROW

KINDS = {"convolution": "conv"}
EQUATION_COLUMN = 13  # on the sheet of the input, right of mean and deviation
INPUT_TITLE = "Input: 1 map of 28 x 28, pixels normalized"
NORMALIZED = (
    "(pixel / 255 − mean) / deviation: over the training set mean 0 and deviation 1. Blue: ink, "
    "orange: paper."
)
SIDE = 28  # of the images
NARROW = 3.0  # the greatest width of a column of maps
CONTENTS_COLUMN = 11  # on the first sheet, where columns are narrow


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
        "pool": "z: the largest cell of each window.",
        "average": "z: the mean of each map.",
        "pointwise": "z is what the sheet before shows.",
    }
    first = meanings.get(stage.kind, "z: the sums of products.")
    below = ", below" * (stage.kind != "pointwise")
    changes = in_place(stage)
    second = f" a{below}: after {changes}." if changes else ""
    return f"{first}{second} Click on a cell to read its formula."


def way_back(stage: Stage, *, first: bool) -> str:
    """The meaning of the blocks of a stage's sheet of gradients."""
    words = ["Blue: the loss grows with it, orange: it falls."]
    if stage.norm or stage.relu:
        words.append(f"∂z: by each cell before {in_place(stage)}.")
    if spreads(stage):
        words.append("∂z spread: by each cell of z, as far apart as the windows that made them.")
    what = "pixel, as normalized: which ink would raise the loss" if first else "cell that was read"
    if stage.kind != "pointwise":
        words.append(
            f"∂x{', below' * bool(stage.norm or stage.relu or spreads(stage))}: by each {what}."
        )
    if stage.kernel.size or stage.norm:
        words.append("To the right each parameter's gradient, and its value after the step.")
    return " ".join(words)


def linked(sheets: list[Sheet], jumps: Mapping[str, tuple[str, int]]) -> tuple[Sheet, ...]:
    """Links to Draw, back and forward, in the third row. `jumps` holds, by the name of a sheet, the
    title and the first column of a block that lies far to the right on it.
    """
    pages = []
    for number, sheet in enumerate(sheets):
        ways = list(_ways(sheets, number))
        if sheet.name in jumps:
            text, column = jumps[sheet.name]
            ways.append(Cell(f"{text} →", "link", link=sheet.name, spot=(FIRST_ROW, column)))
        if not number:
            row = _below(sheet)
            ways.append(Cell("All sheets ↓", "link", link=sheet.name, spot=(row, 2)))
        step = 8 if sheet.widths.get(3, 9.0) < NARROW else 2
        links = {(3, 2 + step * n): cell for n, cell in enumerate(ways)}
        pages.append(sheet.with_cells(links))
    return (pages[0].with_cells(_contents(pages)), *pages[1:])


def _ways(sheets: list[Sheet], number: int) -> Iterator[Cell]:
    """To the first sheet, the one before and the next."""
    if number > 1:
        yield Cell(DRAW, "link", link=DRAW)
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
        cells[n, CONTENTS_COLUMN] = Cell(sheet.cells[1, 2].value, "muted")
    return cells
