"""The sheet Draw: choose a digit or paint one, and see the network's input and its answer."""

import numpy as np
from sympy import Expr, Integer, Piecewise, Symbol

from toolkit.book.address import Area
from toolkit.book.grid import moving
from toolkit.book.known import Known, at, constant
from toolkit.book.live import computed
from toolkit.book.measure import points
from toolkit.book.regions import open_areas
from toolkit.book.sheet import Scale, Validation
from toolkit.book.tables import Cell
from toolkit.pages.live.bars import colour_bars, write_bar, write_ruler
from toolkit.pages.live.choice import CANVAS, CHOICE, OVERVIEW, choice_of
from toolkit.pages.live.digits import SIDE, STEP, Gallery
from toolkit.pages.live.layout import DRAW, TITLE_HEIGHT, Cells, LivePage, Maps, filled, width_of
from toolkit.pages.live.softmax import SoftmaxSheet
from toolkit.symbols.bounds import pixel
from toolkit.symbols.choices import matching
from toolkit.symbols.lookups import element, lookup, place_or
from toolkit.symbols.ranges import largest
from toolkit.symbols.text import Text

CHOICE_ROW, HEADING_ROW, RULER_ROW, FIRST_ROW = 5, 7, 8, 9
PAINT_COLUMN, IMAGE_COLUMN, TABLE_COLUMN = 3, 33, 62
CHOICE_COLUMN, PIXELS = 11, 11
NAMES, CHOSEN, COUNT = (Symbol(name) for name in ("names", "chosen", "count"))
BAR_CELLS, BAR_PIXELS = 28, 8
INK, COLUMN, RULER, LABELS = (Symbol(n) for n in ("painted", "column", "ruler", "labels"))
SHARE, SHARES, CLASSES = (Symbol(name) for name in ("share", "shares", "classes"))
ANSWER, LABEL = Symbol("answer"), Symbol("label")
TABLE_ROW = FIRST_ROW + 6  # of the headings of all classes, below the answer
ON_CANVAS = "–"
QUESTION = (
    "Does the network read your handwriting? Choose canvas on Overview, then paint here: select "
    "cells, type 255 and press Ctrl+Enter (in LibreOffice Alt+Enter); Delete clears them."
)
FINDING = (
    "The network answers with one of its classes whatever you paint: it cannot say that something "
    "is none of them."
)
FOREIGN = "The stored pictures are MNIST's, which this network was not trained on."
IDLE = "The canvas is not read now: choose canvas on Overview."
MOST_LARGE = 2  # characters of an answer in large type


def drawing_page(gallery: Gallery) -> tuple[LivePage, Maps]:
    """The sheet, still without its answer, and the network's input: one map of 28 x 28."""
    grid = filled(_pixel(), _image_cells(gallery), (FIRST_ROW, IMAGE_COLUMN), "shade")
    maps = Maps(DRAW, ((FIRST_ROW, IMAGE_COLUMN),), grid.values[None])
    areas = (maps.area(0), Area.of(FIRST_ROW, PAINT_COLUMN, SIDE, SIDE))
    page = LivePage(
        DRAW,
        cells=_introduction(gallery) | _choice(gallery) | _canvas(gallery) | _rulers(),
        grids=[grid],
        widths=_widths(),
        heights={1: TITLE_HEIGHT}
        | dict.fromkeys(range(RULER_ROW, FIRST_ROW + SIDE), points(PIXELS)),
        tab="009E73",
        scales=[Scale(areas, "000000", "FFFFFF", end=255)],
        validations=_validations(),
        protected=True,
        pages_high=1,
    )
    return page, maps


def _introduction(gallery: Gallery) -> Cells:
    """The title, and how to use the sheet."""
    cells: Cells = {
        (1, 2): Cell("Draw a digit, watch the network think", "title"),
        (2, 2): Cell(QUESTION, "muted"),
        (4, 2): Cell(FINDING, "bold"),
    }
    if not gallery.known:
        cells[CHOICE_ROW, TABLE_COLUMN] = Cell(FOREIGN, "muted")
    return cells


def _image_cells(gallery: Gallery) -> dict[Symbol, Known]:
    """The cells from which the network's input is computed."""
    row_numbers = moving(Area.of(FIRST_ROW, IMAGE_COLUMN - 1), across=0)
    return {
        CHOSEN: at(DRAW, CHOICE_ROW, IMAGE_COLUMN, 1),
        COUNT: constant(len(gallery.names)),
        INK: Known(moving(Area.of(FIRST_ROW, PAINT_COLUMN)), np.nan_to_num(gallery.canvas)),
        COLUMN: gallery.columns,
        RULER: Known(row_numbers, np.arange(1.0, SIDE + 1)[:, None]),
    }


def _pixel() -> Expr:
    """A pixel of the network's input: of the canvas, or of the stored digit."""
    place = (CHOSEN - 1) * Integer(STEP) + RULER
    return Piecewise((pixel(INK), CHOSEN > COUNT), (element(COLUMN, place), True))


def _choice(gallery: Gallery) -> Cells:
    """The drop-down, and the number of what it says."""
    first = gallery.names[0]
    known = {
        CHOICE: choice_of(first),
        NAMES: gallery.named,
        COUNT: constant(len(gallery.names)),
    }
    return {
        (CHOICE_ROW, 2): Cell("Read now:", "name"),
        (CHOICE_ROW, CHOICE_COLUMN): computed(CHOICE, known, "node value"),
        (CHOICE_ROW, CHOICE_COLUMN + 11): Cell("choose on Overview", "link", link=OVERVIEW),
        (CHOICE_ROW, IMAGE_COLUMN): computed(place_or(CHOICE, NAMES, COUNT + 1), known, "shade"),
        (CHOICE_ROW + 1, 2): computed(_canvas_note(gallery), known, "bold"),
        (HEADING_ROW, PAINT_COLUMN): Cell("Canvas: paint here, 0 to 255", "bold"),
        (HEADING_ROW, IMAGE_COLUMN): Cell("Seen by the network", "bold"),
    }


def _canvas_note(gallery: Gallery) -> Expr:
    """A note where the canvas is not read, or where the choice is neither a stored digit nor it."""
    unknown = Text(f"no such {gallery.word}: the canvas is read")
    stored = no_such(CHOICE, NAMES, unknown, Text(IDLE))
    return matching(CHOICE, Text(CANVAS), Text(""), stored)


def no_such(choice: Symbol, names: Symbol, words: Text, otherwise: Text) -> Expr:
    """A text where a choice is none of the names, else another."""
    return matching(place_or(choice, names, Integer(0)), Integer(0), words, otherwise)


def _canvas(gallery: Gallery) -> Cells:
    return {
        (FIRST_ROW + row, PAINT_COLUMN + column): Cell(None if np.isnan(ink) else int(ink), "pixel")
        for (row, column), ink in np.ndenumerate(gallery.canvas)
    }


def _rulers() -> Cells:
    """Numbers of rows and columns; the formulas of Seen read those beside it."""
    cells: Cells = {}
    for first in (PAINT_COLUMN, IMAGE_COLUMN):
        cells |= {(FIRST_ROW + n, first - 1): Cell(n + 1, "ruler") for n in range(SIDE)}
        cells |= {(RULER_ROW, first + n): Cell(str(n + 1), "ruler") for n in range(4, SIDE, 5)}
    return cells


def _widths() -> dict[int, float]:
    small = width_of(PIXELS)
    widths = {1: 1.0} | dict.fromkeys(range(PAINT_COLUMN, IMAGE_COLUMN + SIDE), small)
    widths |= {PAINT_COLUMN - 1: 3.0, IMAGE_COLUMN - 2: 3.0, IMAGE_COLUMN - 1: 3.0}
    return (
        widths
        | {
            TABLE_COLUMN - 1: 3.0,
            TABLE_COLUMN: 12.0,
            TABLE_COLUMN + 1: 14.0,
        }
        | dict.fromkeys(range(TABLE_COLUMN + 2, TABLE_COLUMN + 2 + BAR_CELLS), width_of(BAR_PIXELS))
    )


def _validations() -> list[Validation]:
    return [
        Validation(
            row=FIRST_ROW,
            column=PAINT_COLUMN + n,
            last_row=FIRST_ROW + SIDE - 1,
            kind="whole",
            title="Paint",
            message="A whole number from 0 (paper) to 255 (ink). "
            "Choose canvas on Overview to see it read.",
            least=0,
            most=255,
        )
        for n in range(SIDE)
    ]


def answer(page: LivePage, gallery: Gallery, probabilities: SoftmaxSheet) -> Known:
    """Probabilities in numbers and bars, the answer in large type, and whether it is right; where
    the answer stands.
    """
    column, rows = TABLE_COLUMN, [TABLE_ROW + 2 + 2 * n for n in range(len(probabilities.each))]
    page.cells |= {
        (HEADING_ROW, column): Cell("The network's answer", "bold"),
        (TABLE_ROW, column): Cell("class", "heading"),
        (TABLE_ROW, column + 1): Cell("probability", "heading"),
    }
    for row, (name, share) in zip(rows, probabilities.each, strict=True):
        page.cells[row, column] = Cell(name, "heading")
        page.compute((row, column + 1), SHARE, {SHARE: share}, "percent right")
    top = FIRST_ROW
    page.cells |= _verdict(gallery, top, probabilities)
    pairs = (TABLE_ROW, *rows)
    page.merges += [Area.of(row, column + n, high=2) for row in pairs for n in range(2)]
    page.merges += [Area.of(top, column, high=6), Area(CHOICE_ROW, CHOICE_COLUMN, CHOICE_ROW, 20)]
    page.merges += [Area.of(top + 2 * n, column + 1, high=2) for n in range(3)]
    bars = [Area.of(row, column + 2, wide=BAR_CELLS) for row in rows]
    write_ruler(page, RULER_ROW, column + 2, BAR_CELLS)
    for area, (_, share) in zip(bars, probabilities.each, strict=True):
        write_bar(page, area, RULER_ROW, share)
    colour_bars(page, bars)
    page.question, page.finding = (2, 2), (4, 2)
    page.controls = list(open_areas(page.cells))
    page.effects = [Area(top, column, rows[-1] + 1, column + 1 + BAR_CELLS)]
    return page.known((top, column))


def _verdict(gallery: Gallery, top: int, probabilities: SoftmaxSheet) -> Cells:
    """The answer, and whether it is the stored digit's label."""
    column = TABLE_COLUMN
    likeliest = lookup(CLASSES, SHARES, largest(SHARES))
    large = all(len(str(name)) <= MOST_LARGE for name, _ in probabilities.each)
    outputs = {CLASSES: probabilities.classes, SHARES: probabilities.shares}
    style = "answer" if large else "answer name"
    cells: Cells = {(top, column): computed(likeliest, outputs, style)}
    known = {
        CHOSEN: at(DRAW, CHOICE_ROW, IMAGE_COLUMN, 1),
        COUNT: constant(len(gallery.names)),
        LABELS: gallery.labelled,
        ANSWER: _known(cells, top, column),
    }
    label = Piecewise((Text(ON_CANVAS), CHOSEN > COUNT), (element(LABELS, CHOSEN), True))
    cells[top, column + 1] = Cell("its label:", "middle")
    cells[top + 2, column + 1] = computed(label, known, "middle")
    known[LABEL] = _known(cells, top + 2, column + 1)
    comparison = matching(LABEL, ANSWER, Text("right"), Text("wrong"))
    of_stored = comparison if gallery.known else Text("no label")
    verdict = Piecewise((Text("your own"), CHOSEN > COUNT), (of_stored, True))
    cells[top + 4, column + 1] = computed(verdict, known, "verdict")
    return cells


def _known(cells: Cells, row: int, column: int) -> Known:
    return at(DRAW, row, column, cells[row, column].value)
