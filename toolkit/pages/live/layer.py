"""A stage of maps: a convolution, a pool, or a change in place, cell by cell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from sympy import Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at
from toolkit.book.live import computed
from toolkit.book.measure import points
from toolkit.book.page import equation_picture
from toolkit.book.regions import around, open_cells
from toolkit.book.sheet import FirstView, Picture, Scale, Sheet
from toolkit.book.tables import Cell
from toolkit.convnet.stages import EPSILON as EPSILON_VALUE
from toolkit.convnet.stages import Stage
from toolkit.pages.live import equations as eq
from toolkit.pages.live import rules
from toolkit.pages.live.layout import FIRST_ROW, Cells, Maps, Tiling, filled

EQUATION_ROW = 4
DARK, NEGATIVE, POSITIVE = "1F4E79", "E68A4F", "5AA5DB"
NUMBERS = ("γ", "β", "μ", "σ²", "scale s", "shift t", "bias b")


@dataclass(frozen=True)
class LayerSheet:
    """A stage's sheet, its maps as the next stage reads them, and what stands beside them from
    which column on.
    """

    sheet: Sheet
    maps: Maps
    beside: tuple[str, int] | None


def layer(stage: Stage, name: str, title: str, before: Maps, margin: int) -> LayerSheet:
    """The sheet of a stage whose input maps are `before`, with a margin around each of its own."""
    count, high, wide = stage.output
    tiles = Tiling(count, high, wide, margin)
    right, places = tiles.right, tiles.places
    around, known, scales, widths = beside(stage, name, right)
    expr = eq.output(stage)
    grids = []
    for channel, place in enumerate(places):
        operands = _windows(stage, before, channel) | known[channel]
        grids.append(filled(expr, operands, place, "shade"))
    maps = Maps(name, places, np.stack([grid.values for grid in grids]))
    cells: Cells = {
        (1, 2): Cell(title, "title"),
        (2, 2): Cell(words(stage, maps), "muted"),
    } | around
    for number, (row, column) in enumerate(places, 1):
        cells[row - 1 - margin, column] = Cell(f"map {number}", "small")
    pixels = size_of(wide)
    columns = dict.fromkeys(range(1, right), width_of(pixels))
    last = max(FIRST_ROW + 1, *(row for row, _ in around), *(grid.last_row for grid in grids))
    sheet = Sheet(
        name,
        cells,
        grids=tuple(grids),
        widths=columns | widths,
        heights=dict.fromkeys(range(FIRST_ROW - 1, last + 1), points(pixels))
        | {EQUATION_ROW: 24.0},
        freeze=(FIRST_ROW - 1, 1),
        tab="0072B2",
        scales=(shading(maps), *scales),
        pictures=(equation(stage),),
        validations=tuple(rules.of_maps(stage, right + 1, right + 2 + len(NUMBERS))),
        protected=True,
        pages_high=1,
        first_view=FirstView(controls=bounds(cells), effects=(maps.area(0),)),
    )
    return LayerSheet(sheet, maps, (numbered(stage), right) if around else None)


def bounds(cells: Mapping[tuple[int, int], Cell]) -> tuple[Area, ...]:
    """All cells of parameters in one area."""
    places = open_cells(cells)
    return (around(places),) if places else ()


def numbered(stage: Stage) -> str:
    """What the numbers beside the maps are, in a word."""
    return "kernels" if stage.kernel.size else "numbers"


def equation(stage: Stage) -> Picture:
    """What a cell computes, typeset."""
    return equation_picture(eq.short_equation(stage), (EQUATION_ROW, 2), 12)


def words(stage: Stage, maps: Maps) -> str:
    """What the letters of the equation mean, and the colours."""
    size = f"{stage.size}x{stage.size}"
    sentences = []
    if stage.kind == "convolution" and stage.size > 1:
        sentences.append(f"x * k: the {size} window's cells times the kernel's, added up.")
    if stage.kind == "convolution" and stage.size == 1:
        sentences.append("Each map is a weighted sum of the maps before.")
    if stage.kind == "pool":
        sentences.append(f"Of each {size} window the largest cell.")
    sentences += meant(stage)
    sentences.append(
        "Blue above 0, orange below;" if maps.values.min() < 0 else "The darker, the larger;"
    )
    return " ".join([*sentences, "click on a cell to read its formula."]) + rules.editable(stage)


def meant(stage: Stage) -> Iterator[str]:
    """What the letters of batch norm and ReLU mean, where the stage has them."""
    if stage.norm:
        yield "s and t: batch norm's scale and shift."
    if stage.relu:
        yield "max(0, …) is ReLU."


def size_of(wide: int) -> int:
    """Pixels of a square cell: small maps have larger ones."""
    return 13 if wide >= 20 else 16 if wide >= 10 else 20 if wide > 1 else 44


def width_of(pixels: int) -> float:
    """A column's width for so many pixels, as the file counts it: 7 pixels a character."""
    return pixels / 7


def shading(maps: Maps) -> Scale:
    """Darker where larger; with negative numbers in two colours."""
    areas = tuple(map(maps.area, range(len(maps.places))))
    largest = float(abs(maps.values).max()) or 1.0
    if maps.values.min() < 0:
        return Scale(areas, POSITIVE, NEGATIVE, end=largest)
    return Scale(areas, DARK)


def _windows(stage: Stage, before: Maps, channel: int) -> dict[Symbol, Known]:
    """What the cells of one output map read of the input maps."""
    if stage.kind != "convolution":
        return {eq.window(1): before.window(channel, stage.size, stage.stride)}
    return {
        eq.window(n): before.window(n - 1, stage.size, stage.stride, stage.padding)
        for n in range(1, stage.input[0] + 1)
    }


def beside(
    stage: Stage, name: str, right: int
) -> tuple[Cells, list[dict[Symbol, Known]], list[Scale], dict[int, float]]:
    """The cells right of the maps: a channel's numbers and its kernels, a row of kernels each."""
    step = stage.size + (1 if stage.size > 1 else 0)
    cells, known, area = Cells(), [], []
    if not (stage.norm or stage.bias is not None or stage.kernel.size):
        return cells, [{} for _ in range(stage.output[0])], [], {}
    heading = "The numbers of each map" + ", and its kernels" * bool(stage.kernel.size)
    cells[FIRST_ROW - 2, right] = Cell(heading, "bold")
    if stage.norm:
        cells[FIRST_ROW - 3, right] = Cell("ε", "symbol")
        cells[FIRST_ROW - 3, right + 1] = Cell(EPSILON_VALUE, "small setting")
    cells |= {
        (FIRST_ROW - 1, right + 1 + n): Cell(heading, "small centred")
        for n, heading in enumerate(NUMBERS)
        if _has(stage, heading)
    }
    for channel in range(stage.output[0]):
        row = FIRST_ROW + channel * step
        cells[row, right] = Cell(f"map {channel + 1}", "small")
        numbers, places = _numbers(stage, name, channel, row, right + 1)
        kernels, kernel_places = _kernels(stage, name, channel, row, right + 2 + len(NUMBERS))
        cells |= numbers | kernels
        known.append(places | kernel_places)
    if stage.kernel.size:
        cells |= _channel_headings(stage, right + 2 + len(NUMBERS), step)
        area.append(_scale(stage, right + 2 + len(NUMBERS), step))
    return cells, known, area, _widths(stage, right)


def _has(stage: Stage, heading: str) -> bool:
    return stage.bias is not None if heading == "bias b" else stage.norm is not None


def _numbers(
    stage: Stage, name: str, channel: int, row: int, column: int
) -> tuple[Cells, dict[Symbol, Known]]:
    """Batch norm's four numbers, its scale and shift by formula, and the bias."""
    cells, known = Cells(), dict[Symbol, Known]()
    if stage.norm:
        norm = stage.norm
        parts = (norm.gamma, norm.beta, norm.mean, norm.variance)
        operands = {eq.EPSILON: at(name, FIRST_ROW - 3, column, EPSILON_VALUE)}
        for n, (symbol, part) in enumerate(
            zip((eq.GAMMA, eq.BETA, eq.MEAN, eq.VARIANCE), parts, strict=True)
        ):
            number = float(part[channel])
            cells[row, column + n] = Cell(number, "small input")
            operands[symbol] = Known(Area.of(row, column + n).absolute, number)
        for n, line in enumerate((eq.SCALED, eq.SHIFTED), column + 4):
            cell = computed(line.expr, operands, "small number")
            cells[row, n] = cell
            operands[line.symbol] = Known(Area.of(row, n).absolute, cell.value)
        known = {symbol: operands[symbol] for symbol in (eq.SCALE, eq.SHIFT)}
    if stage.bias is not None:
        number = float(stage.bias[channel])
        cells[row, column + 6] = Cell(number, "small input")
        known[eq.BIAS] = Known(Area.of(row, column + 6).absolute, number)
    return cells, known


def _kernels(
    stage: Stage, name: str, channel: int, row: int, column: int
) -> tuple[Cells, dict[Symbol, Known]]:
    """The kernels of one output map, one for each input map."""
    cells, known = Cells(), dict[Symbol, Known]()
    if not stage.kernel.size:
        return cells, known
    size, step = stage.size, stage.size + (1 if stage.size > 1 else 0)
    for n, values in enumerate(stage.kernel[channel]):
        left = column + n * step
        for (down, across), weight in np.ndenumerate(values):
            cells[row + down, left + across] = Cell(float(weight), "small input")
        area = Area.of(row, left, size, size)
        held = float(values[0, 0]) if size == 1 else values
        known[eq.kernel(n + 1)] = Known(area.absolute, held)
    return cells, known


def _channel_headings(stage: Stage, column: int, step: int) -> Cells:
    return {
        (FIRST_ROW - 1, column + n * step): Cell(f"from {n + 1}", "small")
        for n in range(stage.input[0])
    }


def _scale(stage: Stage, column: int, step: int) -> Scale:
    rows, columns = stage.output[0] * step, stage.input[0] * step
    area = Area.of(FIRST_ROW, column, rows, columns)
    return Scale((area,), POSITIVE, NEGATIVE, end=float(abs(stage.kernel).max()) or 1.0)


def _widths(stage: Stage, right: int) -> dict[int, float]:
    """Of the columns beside the maps."""
    widths: dict[int, float] = {right: 6} | dict.fromkeys(range(right + 1, right + 8), 6.0)
    widths[right + 8] = 2
    if not stage.kernel.size:
        return widths
    step = stage.size + (1 if stage.size > 1 else 0)
    for n in range(stage.input[0] * step):
        widths[right + 9 + n] = 1 if step > 1 and n % step == stage.size else 4.7
    return widths
