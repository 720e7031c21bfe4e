"""Concept 22: Augmentation."""

import numpy as np
from sympy import Abs, Expr, Symbol, floor

from toolkit.book.address import Area
from toolkit.book.known import Known, constant
from toolkit.book.tables import Cell
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.material import small_digit
from toolkit.pages.concepts.page import FIRST, LABEL, PALE, Page
from toolkit.symbols.bounds import as_number, held
from toolkit.symbols.equation import Equation
from toolkit.symbols.maps import bilinear_sample, cosine, sine
from toolkit.symbols.ranges import summed

SIDE = 12
LAST = FIRST + SIDE - 1
MIDDLE, CENTRE = Symbol("m"), constant((SIDE + 1) / 2)
NEW_ROW, NEW_COLUMN, ROW, COLUMN, A, B, C, D = (
    Symbol(name) for name in ("r_new", "c_new", "r", "c", "a", "b", "d", "e")
)
ANGLE, LEFT, UP, SHRINK = (Symbol(name) for name in ("angle", "t_c", "t_r", "shrink"))
IMAGE, ROWS, COLUMNS, R, K = (Symbol(name) for name in ("image", "rows", "columns", "k_r", "k_c"))
FROM_ROW = Equation(ROW, C * (NEW_COLUMN - MIDDLE) + D * (NEW_ROW - MIDDLE) + UP + MIDDLE)
FROM_COLUMN = Equation(COLUMN, A * (NEW_COLUMN - MIDDLE) + B * (NEW_ROW - MIDDLE) + LEFT + MIDDLE)
WEIGHT = Equation(Symbol("w"), (1 - Abs(ROW - R)) * (1 - Abs(COLUMN - K)))
MATRIX = {
    A: SHRINK * cosine(ANGLE),
    B: -SHRINK * sine(ANGLE),
    C: SHRINK * sine(ANGLE),
    D: SHRINK * cosine(ANGLE),
}
# A word in a yellow cell counts as 0, and as the first row or column.
SAFE = {symbol: as_number(symbol) for symbol in (ANGLE, LEFT, UP, SHRINK)}
CHOSEN = {symbol: held(symbol, 1, SIDE) for symbol in (NEW_ROW, NEW_COLUMN)}
NEW_PIXEL = bilinear_sample(
    IMAGE, ROWS, COLUMNS, FROM_ROW.expr.xreplace(SAFE), FROM_COLUMN.expr.xreplace(SAFE)
)
Cells = dict[Symbol, Known]


def demonstrate(page: Page) -> None:
    """A digit that is moved, rotated and scaled, with the computation of one new pixel."""
    page.equation(FROM_ROW, "A new pixel is read at the old row")
    page.equation(FROM_COLUMN, "and at the old column (m is the middle)")
    page.equation(WEIGHT, "An old pixel (k_r, k_c) beside it weighs")
    page.say("Change the yellow cells: turn by 30; move by 1.5; shrink by 0.7; draw a digit.")
    image = _before(page, page.row)
    page.row += SIDE + 2
    settings = page.row
    known = {
        MIDDLE: CENTRE,
        LEFT: page.setting("first moved to the left by (old pixels)", 0, -SIDE, SIDE),
        UP: page.setting("and up by (old pixels)", 0.5, -SIDE, SIDE),
        ANGLE: page.setting("then turned to the left by (degrees)", 20, -180, 180),
        SHRINK: page.setting("and shrunk by the factor (below 1: enlarged)", 1, 0.2, 5),
        NEW_ROW: page.setting("new pixel to take apart: row", 2, 1, SIDE, whole=True),
        NEW_COLUMN: page.setting("its column", 4, 1, SIDE, whole=True),
    }
    _matrix(page, settings, known)
    _after(page, page.row + 1, known | image)
    _apart(page, settings, known | image)
    page.row += SIDE + 3


def _matrix(page: Page, row: int, known: Cells) -> None:
    """The numbers a, b, d, e of the equations."""
    for n, (symbol, expr) in enumerate(MATRIX.items()):
        page.label((row + n, FIRST + 1), f"{symbol.name} =", "symbol")
        known[symbol] = page.compute((row + n, FIRST + 2), expr.xreplace(SAFE), known)


def _framed(page: Page, head: int, words: str) -> None:
    """A heading, with the numbers of rows and columns."""
    page.label((head, LABEL), words, "name")
    for n in range(1, SIDE + 1):
        page.cells[head, FIRST + n - 1] = Cell(n, "heading")
        page.cells[head + n, LABEL] = Cell(n, "right")
    page.shade(Area(head + 1, FIRST, head + SIDE, LAST), high=PALE)


def _before(page: Page, top: int) -> Cells:
    """The original image."""
    _framed(page, top, "before: pixels from 0 to 255 (change them)")
    numbers = np.arange(1, SIDE + 1)
    return {
        IMAGE: page.inputs((top + 1, FIRST), small_digit(1, 14)[1:13, 1:13], 0, 255),
        ROWS: page.reach(Area(top + 1, LABEL, top + SIDE, LABEL), numbers),
        COLUMNS: page.reach(Area(top, FIRST, top, LAST), numbers),
    }


def _after(page: Page, top: int, known: Cells) -> None:
    """The transformed image."""
    _framed(page, top, "after: moved, then turned and shrunk")
    numbers = np.arange(1, SIDE + 1)
    places = {
        NEW_ROW: page.moving(Area.of(top + 1, LABEL), numbers[:, None], across=0),
        NEW_COLUMN: page.moving(Area.of(top, FIRST), numbers[None, :], down=0),
    }
    page.fill((top + 1, FIRST), NEW_PIXEL, known | places, "right")


def _apart(page: Page, row: int, known: Cells) -> None:
    """The source of the selected pixel: a position, and four old pixels with their weights."""
    left = FIRST + 5
    page.label((row - 1, left - 1), "the new pixel taken apart", "name")
    page.headings(
        (row, left - 1), ["neighbour", "", "row", "column", "old pixel", "weight", "product"]
    )
    for n, (symbol, equation) in enumerate(((ROW, FROM_ROW), (COLUMN, FROM_COLUMN)), 4):
        page.label((row + n, FIRST + 1), "from", "symbol")
        expr = equation.expr.xreplace(SAFE | CHOSEN)
        known[symbol] = page.compute((row + n, FIRST + 2), expr, known, "decimals 2")
    for n, words in enumerate(("above left", "above right", "below left", "below right")):
        line = row + 1 + n
        page.label((line, left - 1), words)
        operands = known | {
            R: page.compute((line, left + 1), _beside(ROW, n // 2), known, "right"),
            K: page.compute((line, left + 2), _beside(COLUMN, n % 2), known, "right"),
        }
        old = page.compute(
            (line, left + 3), bilinear_sample(IMAGE, ROWS, COLUMNS, R, K), operands, "right"
        )
        operands |= {
            IMAGE: old,
            WEIGHT.symbol: page.compute((line, left + 4), WEIGHT.expr, operands),
        }
        page.compute((line, left + 5), IMAGE * WEIGHT.symbol, operands, "decimals 2")
    page.label((row + 5, left + 4), "sum", "symbol")
    products = page.down((row + 1, left + 5), 4)
    page.compute((row + 5, left + 5), summed(IMAGE), {IMAGE: products}, "decimals 2")


def _beside(place: Symbol, further: int) -> Expr:
    return floor(place) + further


CONCEPT = Concept(
    name="augmentation",
    number=22,
    title="Augmentation",
    idea=(
        "A digit stays the same digit when it is moved, turned or scaled a little: from each "
        "image one can make many.",
        "Each new pixel asks where in the old image it comes from; between four old pixels it "
        "takes a weighted mean of them.",
        "Too much of it, and the digits are harder to learn than any that the test will show.",
    ),
    experiment=Experiment(
        "Which random changes of the images help in a short training?",
        (
            Variant("none"),
            Variant("turned by up to 10 degrees", augmentation={"rotation": 10.0}),
            Variant("moved by up to 1.5 pixels", augmentation={"translation": 1.5}),
            Variant(
                "turned, moved, scaled, sheared a little",
                augmentation={"rotation": 10.0, "translation": 1.5, "scale": 0.1, "shear": 5.0},
            ),
            Variant(
                "turned by up to 45 degrees, moved by 4",
                augmentation={"rotation": 45.0, "translation": 4.0, "scale": 0.3, "shear": 20.0},
            ),
        ),
    ),
    conclusion=(
        "None: {0.accuracy}. Turned a little: {1.accuracy}, {1~0.more}; moved a little: "
        "{2.accuracy}, {2~0.more}.",
        "A little of everything: {3.accuracy}, {3~0.more}; a lot of it: {4.accuracy}, {4~0.more}.",
        "Train accuracy: {0.train} with none, {3.train} with a little of everything, {4.train} "
        "with a lot.",
    ),
    demonstrate=demonstrate,
)
