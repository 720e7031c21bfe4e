"""Concept 8: Kernels, and how to choose their number."""

import numpy as np
from sympy import Expr, Integer, Symbol, floor

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.theme import INPUT_FILL
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts import material
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.kernel_list import SIZE
from toolkit.pages.concepts.page import FIRST, LABEL, NEGATIVE, POSITIVE, Page, Place
from toolkit.pages.concepts.three_by_three import INK, PAPER, SIDE, image
from toolkit.pages.live.layout import Maps
from toolkit.symbols.bounds import with_bounds
from toolkit.symbols.choices import matching
from toolkit.symbols.equation import Equation
from toolkit.symbols.maps import rectified, weighted_sum

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
    BEFORE: ("kernels of the layer before, C_in (maps it reads)", 16, 256),
    NOW: ("kernels of this layer, C_out (maps it makes)", 16, 256),
    K: ("kernel size k", 3, 7),
    HIGH: ("side s of the maps it makes", 24, 128),
}
CHANGES = (
    ("as it is", 1, 1, 1),
    ("twice as many kernels here", 1, 2, 1),
    ("twice as many before and here", 2, 2, 1),
    ("the same, on maps half as wide", 2, 2, 2),
)


def demonstrate(page: Page) -> None:
    """One image, four learned kernels and their maps; then the costs of numbers of kernels."""
    page.say(
        "Four of the eight kernels that the network learned first, each above the map that it "
        "makes of the image. Draw, or change a weight.",
        style="muted",
    )
    page.equation(CELL, "A cell of each map, its kernel's own:")
    page.label((page.row, LABEL), "ReLU after it: 1 for yes, 0 for no")
    relu = page.input((page.row, FIRST), 0, 0, 1, whole=True)
    top = page.row + 2
    page.label((top - 1, LABEL), "image: change its cells (0 to 9)", "bold")
    place, pixels = (top, FIRST), image()
    page.inputs(place, pixels, 0, INK)
    page.shade(Area(*place, top + SIDE - 1, FIRST + SIDE - 1), high=PAPER, low=INPUT_FILL)
    window = Maps(page.name, (place,), pixels[None]).window(0, SIZE)
    high = SIZE + OUT + 2
    for n, kernel in enumerate(EXAMPLES):
        at = (top + SIDE + 1 + n // 2 * high, FIRST + n % 2 * (OUT + 1))
        _map(page, at, kernel, {X: window, RELU: relu})
    page.row = top + SIDE + 2 * high + 1
    _costs(page)


def _map(page: Page, place: Place, kernel: int, known: dict[Symbol, Known]) -> None:
    """A kernel, and its map below."""
    row, left = place
    weights = np.round(material.learned_kernels()[kernel, 0], 2)
    if left == FIRST:
        page.label((row, LABEL), "kernels: change their weights", "symbol")
        page.label((row + SIZE + 1, LABEL), "their feature maps", "symbol")
    page.label((row, left + SIZE), f"← kernel {kernel + 1}, its map below", "label")
    cells = page.inputs(place, weights, -9, 9)
    page.shade(Area(*place, row + SIZE - 1, left + SIZE - 1), high=POSITIVE, low=NEGATIVE, end=2.0)
    expr = matching(RELU, Integer(1), rectified(CELL.expr), CELL.expr)
    page.fill((row + SIZE + 1, left), expr, known | {K: cells}, "decimals 1")
    page.shade(
        Area(row + SIZE + 1, left, row + SIZE + OUT, left + OUT - 1),
        high=POSITIVE,
        low=NEGATIVE,
        end=20.0,
    )


def _costs(page: Page) -> None:
    """Weights and products for a number of kernels, and for twice as many."""
    page.equation(COST, "Weights of a layer of k x k kernels:")
    page.equation(PRODUCTS, "Products for one image, s x s places:")
    known: dict[Symbol, Known] = {}
    bounds: dict[Symbol, tuple[int, int]] = {}
    for symbol, (words, start, most) in SETTINGS.items():
        least = 2 if symbol == HIGH else 1  # the side is halved
        known[symbol] = page.setting(words, start, least, most, whole=True)
        bounds[symbol] = (least, most)
    _changes(page, (page.row - len(SETTINGS), FIRST + 2), known, bounds)
    page.row += 2


def _changes(
    page: Page, place: Place, known: dict[Symbol, Known], bounds: dict[Symbol, tuple[int, int]]
) -> None:
    """The costs for the present numbers of kernels and for others, with one row each."""
    top, left = place
    headings = ["C_in", "C_out", "side s", "weights", "million products", "times"]
    page.headings((top, left), ["try", "", "", *headings])
    page.merges.append(Area.of(top, left, wide=3))
    for row, (words, *factors) in enumerate(CHANGES, top + 1):
        page.label((row, left), words)
        operands = dict(known)
        for n, (symbol, expr) in enumerate(_counts(factors, bounds).items()):
            operands[symbol] = page.compute((row, left + 3 + n), expr, known, "right")
        cost = with_bounds(COST.expr, {K: bounds[K]})
        operands[WEIGHTS] = page.compute((row, left + 6), cost, operands, "count")
        work = PRODUCTS.expr / 10**6
        operands[WORK] = page.compute((row, left + 7), work, operands, "decimals 2")
        known.setdefault(WORK, operands[WORK])
        ratio = {WORK: operands[WORK], FIRST_WORK: known[WORK]}
        page.compute((row, left + 8), WORK / FIRST_WORK, ratio, "decimals 2")


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
    idea=(
        "Each kernel looks for one thing everywhere in the image, and makes a feature map of its "
        "own: as many kernels, as many maps.",
        "A kernel of the next layer reads all these maps, so the weights grow with the kernels "
        "before times the kernels now:",
        "twice as many in every layer is four times the weights and four times the work.",
    ),
    experiment=Experiment(
        "How does the number of kernels change what is reached and what it costs?",
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
        "Twice as many have {4~1.parameters} times the parameters, take {4~1.seconds} times the "
        "seconds, and are {4~1.more}: {4.accuracy}.",
        "Against growing numbers, the same number everywhere is {2~1.more} ({2.accuracy}), falling "
        "ones {3~1.more} ({3.accuracy}).",
    ),
    demonstrate=demonstrate,
)
