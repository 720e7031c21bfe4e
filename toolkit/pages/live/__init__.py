"""The workbook of a trained network, alive in cells: a sheet a stage."""

from toolkit.book.known import Known, at
from toolkit.book.measure import points
from toolkit.book.page import equation_picture
from toolkit.book.regions import open_areas
from toolkit.book.sheet import Book, FirstView, Sheet
from toolkit.book.tables import Cell
from toolkit.convnet.stages import DEVIATION, MEAN, Stage, stages
from toolkit.convnet.stored import Stored
from toolkit.pages.live import digits, draw, explained, pixel, rules
from toolkit.pages.live import equations as eq
from toolkit.pages.live.digits import Gallery
from toolkit.pages.live.ending import features, linear, softmax
from toolkit.pages.live.layer import layer, shading, size_of, width_of
from toolkit.pages.live.layout import Maps, Tiling, filled
from toolkit.pages.live.naming import EQUATION_COLUMN, INPUT_TITLE, NORMALIZED, kind, linked, title
from toolkit.pages.live.pixel import ConvolutionSheet

INPUT = "Input"


def live_book(stored: Stored, gallery: Gallery) -> Book:
    """All sheets in reading order."""
    drawing, pixels = draw.drawing_page(gallery)
    steps = stages(stored)
    margin = max(stage.padding for stage in steps)
    input_sheet, maps = _input(pixels, margin)
    walk = _Walk(maps, stored.names, margin)
    for number, stage in enumerate(steps, 1):
        walk.take(number, stage)
    probabilities = softmax(
        f"{len(walk.sheets) + 1} softmax",
        "Softmax: from logits to probabilities",
        walk.values,
        stored.names,
    )
    draw.answer(drawing, gallery, probabilities)
    apart = [pixel.sheet(walk.parts[:2])] if walk.parts else []
    sheets = [
        drawing.finish(),
        input_sheet,
        *walk.sheets,
        probabilities.sheet,
        *apart,
        digits.sheet(gallery),
    ]
    return Book("A trained network, alive", linked(sheets, walk.jumps))


def _input(image: Maps, margin: int) -> tuple[Sheet, Maps]:
    """The sheet of the image, normalized to mean 0 and deviation 1 over the training set."""
    known = {
        eq.PIXEL: image.window(0, 1),
        eq.CENTRE: at(INPUT, 4, 8, MEAN),
        eq.DEVIATION: at(INPUT, 5, 8, DEVIATION),
    }
    count, high, wide = image.values.shape
    tiles = Tiling(count, high, wide, margin)
    grid = filled(eq.NORMALIZED.expr, known, tiles.places[0], "shade")
    maps = Maps(INPUT, tiles.places, grid.values[None])
    pixels = size_of(28)
    cells = {
        (1, 2): Cell(INPUT_TITLE, "title"),
        (2, 2): Cell(f"{NORMALIZED} {rules.EDITABLE}", "muted"),
        (4, 2): Cell("mean", "label"),
        (4, 8): Cell(MEAN, "small setting"),
        (5, 2): Cell("deviation", "label"),
        (5, 8): Cell(DEVIATION, "small setting"),
    }
    return Sheet(
        INPUT,
        cells,
        grids=(grid,),
        widths=dict.fromkeys(range(1, 31), width_of(pixels)) | {8: 6.0},
        heights=dict.fromkeys(range(tiles.top, grid.last_row + 1), points(pixels)),
        tab="0072B2",
        scales=(shading(maps),),
        pictures=(equation_picture(eq.NORMALIZED, (4, EQUATION_COLUMN), explained.SIZE),),
        validations=rules.normalizing(8),
        protected=True,
        first_view=FirstView(controls=open_areas(cells), effects=(maps.area(0),)),
    ), maps


class _Walk:
    """The sheets of all stages in order; each stage reads the outputs of the one before it."""

    def __init__(self, maps: Maps, names: tuple[str, ...], margin: int) -> None:
        self.maps, self.names, self.margin = maps, names, margin
        self.values: tuple[Known, ...] = tuple(map(maps.whole, range(len(maps.places))))
        self.sheets: list[Sheet] = []
        self.parts: list[ConvolutionSheet] = []
        self.jumps: dict[str, tuple[str, int]] = {}
        self.field = self.jump = 1

    def take(self, number: int, stage: Stage) -> None:
        """Add the sheet of one stage."""
        name = f"{number} {kind(stage)}"
        if stage.kind == "average" or len(stage.input) == 1:
            self._numbers(number, name, stage)
            return
        self.field += (stage.size - 1) * self.jump
        self.jump *= stage.stride
        stage_sheet = layer(stage, name, title(stage, number, self.field), self.maps, self.margin)
        if stage.kind == "convolution":
            self.parts.append(
                ConvolutionSheet(name, stage, stage_sheet.maps, self.maps, self.margin)
            )
        if stage_sheet.beside:
            self.jumps[name] = stage_sheet.beside
        self.maps = stage_sheet.maps
        self.values = tuple(map(self.maps.whole, range(len(self.maps.places))))
        self.sheets.append(stage_sheet.sheet)

    def _numbers(self, number: int, name: str, stage: Stage) -> None:
        """Add the sheet of a stage with one output number for each channel, feature or class."""
        if stage.kind == "linear":
            classes = stage.output[0] == len(self.names)
            names = self.names if classes else tuple(str(n + 1) for n in range(stage.output[0]))
            ending = linear(stage, name, title(stage, number, self.field), self.values, names)
        else:
            ending = features(stage, name, title(stage, number, self.field), self.values)
        self.values = ending.outputs
        self.sheets.append(ending.sheet)
