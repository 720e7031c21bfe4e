"""Concept 8: Kernels, and how to choose their number."""

import numpy as np
from sympy import Expr, Integer, Symbol, floor

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.regions import open_areas
from toolkit.book.sheet import Series
from toolkit.book.theme import INPUT_FILL
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts import material
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.kernel_list import ABOVE, BELOW_0, SIZE
from toolkit.pages.concepts.page import FIRST, LABEL, STAGE, Page, Place
from toolkit.pages.concepts.three_by_three import INK, PAPER, SIDE, image
from toolkit.pages.live.layout import Maps
from toolkit.symbols.bounds import with_bounds
from toolkit.symbols.choices import matching
from toolkit.symbols.equation import Equation
from toolkit.symbols.maps import rectified, weighted_sum
from toolkit.symbols.text import Text, fixed_text, grouped_text, joined

EXAMPLES = (0, 4, 6, 7)  # kernels of the first layer that detect different things
OUT = SIDE - SIZE + 1
X, K, RELU = Symbol("x"), Symbol("k"), Symbol("ReLU")
BEFORE, NOW, HIGH, WEIGHTS, WORK = (
    Symbol(name) for name in ("C_in", "C_out", "s", "weights", "products")
)
CELL = Equation(Symbol("y"), weighted_sum(X, K))
COST = Equation(WEIGHTS, K**2 * BEFORE * NOW)
PRODUCTS = Equation(WORK, WEIGHTS * HIGH**2)
FIRST_WORK = Symbol("first")
SETTINGS = {
    BEFORE: ("C_in: kernels before, so maps to read", 16, 256),
    NOW: ("C_out: kernels here, so maps to write", 16, 256),
    K: ("k: side of a kernel (try 5)", 3, 7),
    HIGH: ("s: side of the maps written", 24, 128),
}
CHANGES = (
    ("as chosen", 1, 1, 1),
    ("twice as many kernels here", 1, 2, 1),
    ("twice as many before and here", 2, 2, 1),
    ("the same on maps of half the side", 2, 2, 2),
)
HEADINGS = ("C_in", "C_out", "side s", "weights", "million products", "products, times")
ANSWER, TABLE = STAGE + len(SETTINGS) + 1, STAGE + 13
SENTENCE = joined(
    Text("This layer has "),
    grouped_text(WEIGHTS),
    Text(" weights and needs "),
    fixed_text(WORK, Integer(2)),
    Text(" million multiply-adds for one image."),
)


def demonstrate(page: Page) -> None:
    """The costs of numbers of kernels; below, one image, four learned kernels and their maps."""
    known: dict[Symbol, Known] = {}
    bounds: dict[Symbol, tuple[int, int]] = {}
    for symbol, (words, start, most) in SETTINGS.items():
        least = 2 if symbol == HIGH else 1  # the side is halved
        known[symbol] = page.setting(words, start, least, most, whole=True)
        bounds[symbol] = (least, most)
    page.controls = list(open_areas(page.cells))
    page.explain()
    page.equation(COST, "Weights of a layer of k x k kernels:")
    page.equation(PRODUCTS, "Multiply-adds for one image, at s x s places:")
    _images(page)
    below = page.row
    _changes(page, known, bounds)
    costs = Area.of(TABLE + 1, FIRST + 3, len(CHANGES), 3)
    page.effects = [Area.of(ANSWER, LABEL, 2, 2), costs, *page.charts]
    page.row = below


def _images(page: Page) -> None:
    """One image, four learned kernels, and the map that each makes of the image."""
    page.part("One map for each kernel: four of the eight kernels that the network learned first")
    page.equation(CELL, "A cell of each map, with its own kernel:")
    page.label((page.row, LABEL), "ReLU after it: 1 for yes, 0 for no")
    relu = page.input((page.row, FIRST), 0, 0, 1, whole=True)
    top, pixels = page.row + 2, image()
    page.label((top - 1, FIRST), f"the image: change it (0 is paper, {INK} is ink)", "bold")
    page.inputs((top, FIRST), pixels, 0, INK)
    page.shade(Area.of(top, FIRST, SIDE, SIDE), high=PAPER, low=INPUT_FILL)
    window = Maps(page.name, ((top, FIRST),), pixels[None]).window(0, SIZE)
    high = SIZE + OUT + 2
    for n, kernel in enumerate(EXAMPLES):
        at = (top + SIDE + 1 + n // 2 * high, FIRST + n % 2 * (OUT + 1))
        _map(page, at, kernel, {X: window, RELU: relu})
    page.row = top + SIDE + 2 * high + 1


def _map(page: Page, place: Place, kernel: int, known: dict[Symbol, Known]) -> None:
    """A kernel, and its map below."""
    row, left = place
    weights = np.round(material.learned_kernels()[kernel, 0], 2)
    if left == FIRST:
        page.label((row, LABEL), "kernels: change their weights", "symbol")
        page.label((row + SIZE + 1, LABEL), "their feature maps", "symbol")
    page.label((row, left + SIZE), f"← kernel {kernel + 1}; its map is below", "label")
    cells = page.inputs(place, weights, -9, 9)
    page.shade(Area(*place, row + SIZE - 1, left + SIZE - 1), high=ABOVE, low=BELOW_0, end=2.0)
    expr = matching(RELU, Integer(1), rectified(CELL.expr), CELL.expr)
    page.fill((row + SIZE + 1, left), expr, known | {K: cells}, "decimals 1")
    page.shade(
        Area(row + SIZE + 1, left, row + SIZE + OUT, left + OUT - 1),
        high=ABOVE,
        low=BELOW_0,
        end=20.0,
    )


def _changes(page: Page, known: dict[Symbol, Known], bounds: dict[Symbol, tuple[int, int]]) -> None:
    """The costs for the chosen numbers of kernels and for others, with one row each."""
    page.headings((TABLE, LABEL), ["what if", *HEADINGS])
    first = known
    for row, (words, *factors) in enumerate(CHANGES, TABLE + 1):
        page.label((row, LABEL), words)
        operands = dict(known)
        for n, (symbol, expr) in enumerate(_counts(factors, bounds).items()):
            operands[symbol] = page.compute((row, FIRST + n), expr, known, "right")
        cost = with_bounds(COST.expr, {K: bounds[K]})
        operands[WEIGHTS] = page.compute((row, FIRST + 3), cost, operands, "integer right")
        work = PRODUCTS.expr / 10**6
        operands[WORK] = page.compute((row, FIRST + 4), work, operands, "decimals 2")
        first = first if WORK in first else operands
        ratio = {WORK: operands[WORK], FIRST_WORK: first[WORK]}
        page.compute((row, FIRST + 5), WORK / FIRST_WORK, ratio, "decimals 2")
    page.shade(Area.of(TABLE + 1, FIRST + 4, len(CHANGES)), high=ABOVE)
    costs = {symbol: first[symbol] for symbol in (WEIGHTS, WORK)}
    page.compute((ANSWER, LABEL), SENTENCE, costs, "finding")
    page.merges.append(Area.of(ANSWER, LABEL, 2, 2))
    _chart(page)


def _chart(page: Page) -> None:
    """A bar of multiply-adds for each row of the table."""
    count = len(CHANGES)
    bars = Series(
        page.known((TABLE, FIRST + 4)),
        page.down((TABLE + 1, LABEL), count),
        page.down((TABLE + 1, FIRST + 4), count),
    )
    page.curve(
        "Multiply-adds of this layer for one image",
        "",
        "millions",
        [bars],
        (STAGE, FIRST + 2),
        bars=True,
        width=18.5,
        height=6.6,
        y_format="0.0",
        y_min=0,
    )


def _counts(factors: list[int], bounds: dict[Symbol, tuple[int, int]]) -> dict[Symbol, Expr]:
    """The numbers of kernels before and here, the side of the maps, and the divisor of the side."""
    before, now, parts = factors
    side = with_bounds(HIGH, bounds)
    return {
        BEFORE: before * with_bounds(BEFORE, bounds),
        NOW: now * with_bounds(NOW, bounds),
        HIGH: floor(side / parts) if parts > 1 else side,
    }


CONCEPT = Concept(
    name="kernels",
    number=8,
    title="Kernels, and how to choose their number",
    question="How many kernels should a layer have, and what does each additional one cost?",
    finding=(
        "Half as many kernels are {0~1.more} ({0.accuracy} against {1.accuracy}). Twice as many "
        "are {4~1.more} ({4.accuracy}), with {4~1.parameters} times the parameters."
    ),
    summary=(
        "Half as many kernels are {0~1.more} ({0.accuracy} against {1.accuracy}); twice as many "
        "are {4~1.more} ({4.accuracy})."
    ),
    idea=(
        "Each kernel looks for one pattern everywhere in the image and writes a feature map of its "
        "own: there are as many maps as kernels.",
        "A kernel of the next layer reads all these maps, so the weights of a layer grow with the "
        "kernels before it times its own kernels.",
        "With twice as many kernels in every layer, there are four times as many weights and four "
        "times as many multiply-adds.",
    ),
    experiment=Experiment(
        "How does the number of kernels change the accuracy and the cost?",
        (
            Variant("half as many", layers="4 8 P 4:1 8 8 12 14 G F10"),
            Variant("8 to 28, growing"),
            Variant("16 everywhere", layers="16 16 P 16:1 16 16 16 16 G F10"),
            Variant("28 to 8, falling", layers="28 24 P 16:1 16 16 16 8 G F10"),
            Variant("twice as many", layers="16 32 P 16:1 32 32 48 56 G F10"),
        ),
    ),
    conclusion=(
        "Half as many kernels are {0~1.more} ({0.accuracy} against {1.accuracy}), with "
        "{0.parameters} parameters instead of {1.parameters}.",
        "Twice as many have {4~1.parameters} times the parameters, take {4~1.seconds} times as "
        "long, and are {4~1.more}: {4.accuracy}.",
        "Compared with numbers that grow, the same number everywhere is {2~1.more} ({2.accuracy}), "
        "and numbers that fall are {3~1.more} ({3.accuracy}).",
    ),
    rule=(
        "Start with few kernels, and double their number where a pool halves the side of the maps: "
        "the work of each layer then stays the same.",
        "If the training accuracy is too low, add kernels; if it is far above the test accuracy, "
        "more kernels will not help.",
        "How many are enough depends on the task. Digits need few, photographs need hundreds in "
        "the last layers.",
    ),
    tasks=(
        Task(
            "By what factor do the weights and the multiply-adds grow with 5x5 kernels instead of "
            "3x3?",
            "k to 5",
            "Both by 25/9 = 2.8: from 2,304 to 6,400 weights and from 1.33 to 3.69 million "
            "multiply-adds. The last column does not change.",
        ),
        Task(
            "The first convolution reads one map, the image. How many weights do 16 kernels have "
            "there?",
            "C_in to 1",
            "144, a sixteenth of 2,304: each kernel has 9 weights for the one map that it reads.",
        ),
        Task(
            "Twice as many kernels on maps of half the side cost as much as before. Does this "
            "also hold for a side of 25?",
            "s to 25",
            "A little less, 0.92 times: half of 25 is rounded down to 12, as a pool does.",
        ),
    ),
    demonstrate=demonstrate,
)
