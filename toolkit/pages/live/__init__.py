"""The workbook of a trained network, alive in cells: a sheet a stage."""

from toolkit.book.known import Known
from toolkit.book.sheet import Book, Sheet
from toolkit.convnet.stages import Stage, stages
from toolkit.convnet.stored import Stored
from toolkit.pages.live import digits, draw, pixel
from toolkit.pages.live.choosable import Choosable
from toolkit.pages.live.digits import Gallery
from toolkit.pages.live.ending import features, linear
from toolkit.pages.live.layer import layer
from toolkit.pages.live.layout import Maps
from toolkit.pages.live.naming import kind, linked, title
from toolkit.pages.live.normalized import input_sheet
from toolkit.pages.live.overview import Answer, overview
from toolkit.pages.live.pixel import Layer
from toolkit.pages.live.region import Region
from toolkit.pages.live.softmax import softmax


def live_book(stored: Stored, gallery: Gallery) -> Book:
    """All sheets in reading order."""
    drawing, pixels = draw.drawing_page(gallery)
    steps = stages(stored)
    margin = max(stage.padding for stage in steps)
    first_sheet, image = input_sheet(pixels, margin)
    walk = _Walk(image, stored.names, margin)
    for number, stage in enumerate(steps, 1):
        walk.take(number, stage)
    probabilities = softmax(
        f"{len(walk.sheets) + 1} softmax",
        "Softmax: from logits to probabilities",
        walk.values,
        stored.names,
    )
    likeliest = draw.answer(drawing, gallery, probabilities)
    first = overview(
        gallery,
        gallery.names[0],
        [image.maps, *walk.maps],
        walk.choosable,
        Answer(probabilities.each, likeliest),
        canvas=True,
    )
    apart = [pixel.sheet(walk.parts)] if walk.parts else []
    sheets = [
        first,
        drawing.finish(),
        first_sheet,
        *walk.sheets,
        probabilities.sheet,
        *apart,
        digits.sheet(gallery),
    ]
    return Book("A trained network, alive", linked(sheets))


class _Walk:
    """The sheets of all stages in order; each stage reads the outputs of the one before it."""

    def __init__(self, image: Region, names: tuple[str, ...], margin: int) -> None:
        self.region, self.names, self.margin = image, names, margin
        self.values = _each(image.maps)
        self.sheets: list[Sheet] = []
        self.parts: list[Layer] = []
        self.maps: list[Maps] = []
        self.field = self.jump = 1

    @property
    def choosable(self) -> list[Choosable]:
        """The layers of maps, or where there is none the input."""
        regions = [part.own for part in self.parts] or [self.region]
        return [Choosable(region.maps.sheet, region, region) for region in regions]

    def take(self, number: int, stage: Stage) -> None:
        """Add the sheet of one stage."""
        name = f"{number} {kind(stage)}"
        if stage.kind == "average" or len(stage.input) == 1:
            self._numbers(number, name, stage)
            return
        self.field += (stage.size - 1) * self.jump
        self.jump *= stage.stride
        before = self.region
        own = layer(stage, name, title(stage, number, self.field), before.maps, self.margin)
        self.region = Region(own.maps, own.tiles, own.weights)
        self.parts.append(Layer(stage, self.region, before))
        self.values = _each(own.maps)
        self.maps.append(own.maps)
        self.sheets.append(own.sheet)

    def _numbers(self, number: int, name: str, stage: Stage) -> None:
        """Add the sheet of a stage with one output number for each channel, feature or class."""
        if stage.kind == "linear":
            classes = stage.output[0] == len(self.names)
            names = self.names if classes else tuple(str(n + 1) for n in range(stage.output[0]))
            ending = linear(stage, name, title(stage, number, self.field), self.values, names)
        else:
            ending = features(stage, name, title(stage, number, self.field), self.values)
        self.values = ending.outputs
        self.maps.append(ending.maps)
        self.sheets.append(ending.sheet)


def _each(maps: Maps) -> tuple[Known, ...]:
    """The maps one by one, as the next stage reads them where it reads whole maps."""
    return tuple(map(maps.whole, range(len(maps.places))))
