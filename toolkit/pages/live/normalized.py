"""The sheet of the image, normalized to mean 0 and standard deviation 1 over the training set."""

from toolkit.book.address import Area
from toolkit.book.known import at
from toolkit.book.page import equation_picture
from toolkit.book.sheet import Sheet
from toolkit.book.tables import Cell
from toolkit.convnet.stages import DEVIATION, MEAN
from toolkit.pages.live import equations as eq
from toolkit.pages.live import rules
from toolkit.pages.live.beside import Content
from toolkit.pages.live.explained import SIZE
from toolkit.pages.live.layout import EQUATION_ROW, FINDING_ROW, Maps
from toolkit.pages.live.page import map_page
from toolkit.pages.live.parameters import SETTING_ROW
from toolkit.pages.live.region import Region

INPUT = "Input"
IMAGE_SIDE = 28
TITLE = "Input: one map of 28 x 28, normalized"
QUESTION = (
    "What does the network really see? Each pixel is divided by 255, the mean is subtracted, and "
    "the result is divided by the standard deviation."
)
FINDING = (
    "Over the training set the pixels have mean 0 and standard deviation 1. "
    f"Blue is ink, orange is paper. {rules.EDITABLE}"
)
# Columns as wide as a pixel of the map: several are merged for one number.
MEAN_COLUMN, DEVIATION_COLUMN, MERGED = 6, 24, 5


def input_sheet(image: Maps, margin: int) -> tuple[Sheet, Region]:
    """The sheet of the image, and the image as the first stage reads it."""
    page = map_page(INPUT, [Content()], [(1, IMAGE_SIDE, IMAGE_SIDE)], margin=margin)
    settings = (
        ("mean", MEAN, MEAN_COLUMN, MEAN_COLUMN - 4),
        ("standard deviation", DEVIATION, DEVIATION_COLUMN, DEVIATION_COLUMN - 12),
    )
    page.cells |= {(2, 2): Cell(QUESTION, "muted"), (FINDING_ROW, 2): Cell(FINDING, "bold")}
    for name, value, column, label in settings:
        page.cells[SETTING_ROW, label] = Cell(name, "muted")
        page.cells[SETTING_ROW, column] = Cell(value, "small setting")
        page.merges.append(Area.of(SETTING_ROW, column, wide=MERGED))
    page.validations += rules.normalizing(
        Area.of(SETTING_ROW, MEAN_COLUMN), Area.of(SETTING_ROW, DEVIATION_COLUMN)
    )
    page.pictures.append(equation_picture(eq.NORMALIZED, (EQUATION_ROW, 2), SIZE))
    page.heights[EQUATION_ROW] = 36.0
    known = {
        eq.CENTRE: at(INPUT, SETTING_ROW, MEAN_COLUMN, MEAN),
        eq.DEVIATION: at(INPUT, SETTING_ROW, DEVIATION_COLUMN, DEVIATION),
    }
    tiles = page.tiles((1, IMAGE_SIDE, IMAGE_SIDE))
    maps = page.lay(
        tiles, "input", eq.NORMALIZED.expr, lambda n: known | {eq.PIXEL: image.window(n, 1)}
    )
    return page.sheet(TITLE, "0072B2"), Region(maps, tiles)
