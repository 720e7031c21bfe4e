"""Concept 22: Augmentation."""

import numpy as np
from sympy import Abs, Expr, Symbol, floor

from toolkit.book.address import Area
from toolkit.book.known import Known, constant
from toolkit.book.tables import Cell
from toolkit.book.theme import INPUT_FILL
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.material import small_digit
from toolkit.pages.concepts.page import FIRST, LABEL, PALE, STAGE, Page
from toolkit.symbols.bounds import as_number, held
from toolkit.symbols.equation import Equation
from toolkit.symbols.maps import bilinear_sample, cosine, sine
from toolkit.symbols.ranges import summed

SIDE, LEFTMOST = 10, FIRST + 2  # of the images, and their first column
LOW = 14.25  # points: two images below one another fit into the first view
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
    page.row = STAGE + 1
    known = {
        MIDDLE: CENTRE,
        LEFT: page.setting("first moved to the left by (pixels)", 0, -SIDE, SIDE),
        UP: page.setting("and up by (pixels)", 0.5, -SIDE, SIDE),
        ANGLE: page.setting("then turned to the left by (degrees)", 20, -180, 180),
        SHRINK: page.setting("and shrunk by the factor (below 1: enlarged)", 1, 0.2, 5),
    }
    page.label((page.row, LABEL), "Try to turn it by 180, to shrink it by 0.6,", "note")
    page.label((page.row + 1, LABEL), "or to draw a digit into the yellow image.", "note")
    page.heights |= dict.fromkeys(range(STAGE, STAGE + 2 * SIDE + 2), LOW)
    below = STAGE + SIDE + 1
    known |= _before(page, STAGE)
    page.controls = [Area.of(STAGE + 1, FIRST, 4), Area.of(STAGE + 1, LEFTMOST, SIDE, SIDE)]
    page.row = below + SIDE
    page.explain()
    page.equation(FROM_ROW, "A new pixel is read at the old row")
    page.equation(FROM_COLUMN, "and at the old column (m is the middle)")
    page.equation(WEIGHT, "An old pixel (k_r, k_c) beside it weighs")
    page.row += 1
    _apart(page, page.row + 1, known)
    _after(page, below, known)
    page.effects = [Area.of(below + 1, LEFTMOST, SIDE, SIDE)]


def _matrix(page: Page, row: int, known: Cells) -> None:
    """The numbers a, b, d, e of the equations."""
    for n, (symbol, expr) in enumerate(MATRIX.items()):
        page.label((row + n, FIRST + 1), f"{symbol.name} =", "symbol")
        known[symbol] = page.compute((row + n, FIRST + 2), expr.xreplace(SAFE), known)


def _frame(page: Page, head: int, words: str, low: str = "FFFFFF") -> None:
    """A heading, with the numbers of rows and columns."""
    page.label((head, LEFTMOST - 1), words, "heading")
    for n in range(1, SIDE + 1):
        page.cells[head, LEFTMOST + n - 1] = Cell(n, "heading")
        page.cells[head + n, LEFTMOST - 1] = Cell(n, "right")
    page.shade(Area.of(head + 1, LEFTMOST, SIDE, SIDE), high=PALE, low=low)


def _before(page: Page, top: int) -> Cells:
    """The original image."""
    _frame(page, top, "before", INPUT_FILL)
    numbers = np.arange(1, SIDE + 1)
    return {
        IMAGE: page.inputs((top + 1, LEFTMOST), small_digit(1, SIDE), 0, 255),
        ROWS: page.reach(Area.of(top + 1, LEFTMOST - 1, SIDE), numbers),
        COLUMNS: page.reach(Area.of(top, LEFTMOST, wide=SIDE), numbers),
    }


def _after(page: Page, top: int, known: Cells) -> None:
    """The transformed image."""
    _frame(page, top, "after")
    numbers = np.arange(1, SIDE + 1)
    places = {
        NEW_ROW: page.moving(Area.of(top + 1, LEFTMOST - 1), numbers[:, None], across=0),
        NEW_COLUMN: page.moving(Area.of(top, LEFTMOST), numbers[None, :], down=0),
    }
    page.fill((top + 1, LEFTMOST), NEW_PIXEL, known | places, "right")


def _apart(page: Page, row: int, known: Cells) -> None:
    """The source of the selected pixel: a position, and four old pixels with their weights."""
    page.row = row
    known |= {
        NEW_ROW: page.setting("new pixel to take apart: row", 2, 1, SIDE, whole=True),
        NEW_COLUMN: page.setting("its column", 4, 1, SIDE, whole=True),
    }
    _matrix(page, row, known)
    left = FIRST + 5
    page.label((row - 1, left - 1), "the new pixel taken apart", "name")
    page.headings(
        (row, left - 1), ["neighbour", "", "row", "column", "old pixel", "weight", "product"]
    )
    sources = ((ROW, FROM_ROW, "old row"), (COLUMN, FROM_COLUMN, "old col."))
    for n, (symbol, equation, words) in enumerate(sources, 4):
        page.label((row + n, FIRST + 1), words, "symbol")
        expr = equation.expr.xreplace(SAFE | CHOSEN)
        known[symbol] = page.compute((row + n, FIRST + 2), expr, known, "decimals 2")
    for n, words in enumerate(("above left", "above right", "below left", "below right")):
        _neighbour(page, row + 1 + n, n, words, known)
    page.label((row + 5, left + 4), "sum", "symbol")
    products = page.down((row + 1, left + 5), 4)
    page.compute((row + 5, left + 5), summed(IMAGE), {IMAGE: products}, "decimals 2")
    page.row = row + 7


def _neighbour(page: Page, line: int, n: int, words: str, known: Cells) -> None:
    """Old pixel number `n` of four: its place, its weight, and what it adds."""
    left = FIRST + 5
    page.label((line, left - 1), words)
    operands = known | {
        R: page.compute((line, left + 1), _beside(ROW, n // 2), known, "right"),
        K: page.compute((line, left + 2), _beside(COLUMN, n % 2), known, "right"),
    }
    old = page.compute(
        (line, left + 3), bilinear_sample(IMAGE, ROWS, COLUMNS, R, K), operands, "right"
    )
    weight = page.compute((line, left + 4), WEIGHT.expr, operands)
    operands |= {IMAGE: old, WEIGHT.symbol: weight}
    page.compute((line, left + 5), IMAGE * WEIGHT.symbol, operands, "decimals 2")


def _beside(place: Symbol, further: int) -> Expr:
    return floor(place) + further


CONCEPT = Concept(
    name="augmentation",
    number=22,
    title="Augmentation",
    question="Which random changes of the training images help?",
    finding=(
        "Turning, moving, scaling and shearing the images a little is {3~0.than} no change "
        "({3.accuracy} against {0.accuracy}); turning by up to 45 degrees and moving by up to 4 "
        "pixels is {4~0.more}: {4.accuracy}."
    ),
    summary=(
        "Turning, moving, scaling and shearing the images a little is {3~0.than} no change "
        "({3.accuracy} against {0.accuracy})."
    ),
    idea=(
        "A digit stays the same digit when it is moved, turned or scaled a little, so one image "
        "yields many training examples.",
        "For each new pixel one asks where in the old image it comes from. Its value is a weighted "
        "mean of the four old pixels around that position.",
        "With too much of it, the digits become harder to learn than any digit in the test.",
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
    rule=(
        "Use the changes that real images show and that leave the answer the same: for digits "
        "about 10 degrees and one or two pixels.",
        "Do not mirror digits, and do not turn them far: a 6 turned by 180 degrees is a 9.",
        "This was measured in a short training on 12,000 images. The less data and the longer the "
        "training, the more augmentation helps.",
    ),
    tasks=(
        Task(
            "The image moves to the left by 1.5 pixels and is not turned. Does it stay as sharp as "
            "it was?",
            "left to 1.5, up to 0 and turned to 0",
            "No. Each new pixel lies between two old ones and is their mean, so the digit becomes "
            "blurred.",
        ),
        Task(
            "Turned by 180 degrees, is the digit still the same digit?",
            "left and up to 0, turned to 180",
            "Its rows and columns are reversed. A 2 can still be read as a 2, but a 6 would be a "
            "9, so training must not turn digits this far.",
        ),
        Task(
            "What happens to pixels that move over the edge?",
            "left to 5, up and turned to 0",
            "They are lost: the left half of the old image has disappeared, and the right half of "
            "the new image is empty, that is, 0.",
        ),
    ),
    demonstrate=demonstrate,
)
