"""Concept 4: 3x3 convolutions."""

import numpy as np
from numpy.typing import NDArray
from sympy import Integer, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.regions import open_areas
from toolkit.book.theme import INPUT_FILL
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts import kernel_list, material
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.kernel_list import ABOVE, BELOW_0, SIZE
from toolkit.pages.concepts.page import FIRST, LABEL, STAGE, Page, Place
from toolkit.pages.live.layout import Maps
from toolkit.symbols.bounds import as_number, held, with_bounds
from toolkit.symbols.equation import Equation
from toolkit.symbols.lookups import element
from toolkit.symbols.maps import weighted_sum
from toolkit.symbols.ranges import largest, smallest, total
from toolkit.symbols.text import Text, fixed_text, joined

SIDE, INK = 8, 9
OUT = SIDE - SIZE + 1
PAPER = "9AA5B1"  # the grey of full ink, light enough for numbers to be readable
# The first cells of the image, the map, the kernel in use, the reader's own, the window and the
# products, and of the sentence about them.
IMAGE, MAP = (STAGE + 4, FIRST), (STAGE + SIDE + 5, FIRST)
USED, YOURS = (STAGE + 4, FIRST + SIDE + 1), (STAGE + 8, FIRST + SIDE + 1)
WINDOW, PRODUCTS = (MAP[0], FIRST + OUT + 1), (MAP[0] + SIZE + 1, FIRST + OUT + 1)
ANSWER = MAP[0], LABEL
NOTES = (
    "The kernel slides over the image. Each cell",
    "of the map belongs to one window of 3x3",
    "pixels, and is the sum of its products with",
    "the kernel. Try every kernel of the list:",
    "which strokes does it find?",
)
STACKS = ((1, 3), (2, 3), (1, 5), (3, 3), (1, 7))
X, K, CELLS, WHOLE, WEIGHT = (Symbol(name) for name in ("x", "k", "cells", "map", "weight"))
ROW, COLUMN, N, SEES, WEIGHTS = (Symbol(name) for name in ("row", "column", "n", "sees", "weights"))
BOUNDS = {ROW: (1, OUT), COLUMN: (1, OUT)}
CELL = Equation(Symbol("y"), weighted_sum(X, K))
RECEPTIVE_FIELD = Equation(SEES, N * (K - 1) + 1)
COST = Equation(WEIGHTS, N * K**2)
SENTENCE = joined(
    Text("The cells of the map lie between "),
    fixed_text(smallest(WHOLE), Integer(1)),
    Text(" and "),
    fixed_text(largest(WHOLE), Integer(1)),
    Text(". The weights of the kernel add up to "),
    fixed_text(total(WEIGHT), Integer(2)),
    Text("."),
)


def image(number: int = 13) -> NDArray[np.float64]:
    """A test digit, (8, 8) in whole numbers from 0 to 9, cropped to its ink and averaged."""
    inner = material.digit(number)[2:26, 2:26].reshape(SIDE, SIZE, SIDE, SIZE).mean(axis=(1, 3))
    scaled: NDArray[np.float64] = np.round(inner / 255 * INK)
    return scaled


def demonstrate(page: Page) -> None:
    """Image and map, one window in full, and the costs of stacks of kernels."""
    page.label((page.row, LABEL), "kernel (choose from the list)")
    page.merges.append(Area.of(page.row, FIRST, wide=2))
    chosen = page.choice((page.row, FIRST), "vertical edge", kernel_list.NAMES)
    page.row += 1
    where = {
        symbol: page.setting(
            f"{symbol.name} of a cell of the map (1 to {OUT})", start, 1, OUT, whole=True
        )
        for symbol, start in ((ROW, 3), (COLUMN, 2))
    }
    pixels = _yellow(
        page, IMAGE, f"the image: draw in it (0 is paper, {INK} is ink)", image(), (0, INK)
    )
    page.shade(Area.of(*IMAGE, SIDE, SIDE), high=PAPER, low=INPUT_FILL)
    _yellow(page, YOURS, "your own kernel", np.diag([0.0, 1, 0]), (-99, 99))
    for row, words in enumerate(NOTES, IMAGE[0]):
        page.label((row, LABEL), words)
    page.controls = list(open_areas(page.cells))
    page.explain()
    page.equation(CELL, "A cell y of the map, from window x and kernel k:")
    page.row += 1
    kernel = kernel_list.write(page, YOURS, chosen, USED)
    below = page.row + 1
    _map(page, kernel)
    _window(page, pixels, kernel, where)
    page.row = below
    _stacks(page)


def _yellow(
    page: Page, place: Place, words: str, values: NDArray[np.float64], bounds: tuple[float, float]
) -> Known:
    """A block of cells to change, below its name."""
    page.label((place[0] - 1, place[1]), words, "bold")
    return page.inputs(place, values, *bounds)


def _map(page: Page, kernel: Known) -> None:
    """The map of the kernel, and a sentence about it."""
    page.label((MAP[0] - 1, FIRST), "the map: blue above 0, orange below", "bold")
    window = Maps(page.name, (IMAGE,), image()[None]).window(0, SIZE)
    cells = page.fill(MAP, CELL.expr, {X: window, K: kernel}, "decimals 1")
    area, sentence = Area.of(*MAP, OUT, OUT), Area.of(*ANSWER, 4)
    page.shade(area, high=ABOVE, low=BELOW_0, end=20.0)
    page.compute(ANSWER, SENTENCE, {WHOLE: cells, WEIGHT: kernel}, "finding")
    page.merges.append(sentence)
    page.effects += [Area.of(*USED, SIZE, SIZE), area, sentence]


def _window(page: Page, pixels: Known, kernel: Known, where: dict[Symbol, Known]) -> None:
    """The window of one cell of the map, its products with the kernel, and their sum."""
    (row, left), (down, right) = WINDOW, PRODUCTS
    page.label((row - 1, left), "the window of the chosen cell", "bold")
    page.label((down - 1, left), "its products with the kernel", "bold")
    for i, j in np.ndindex(SIZE, SIZE):
        expr = with_bounds(as_number(element(CELLS, ROW + i, COLUMN + j)), BOUNDS)
        x = page.compute((row + i, left + j), expr, where | {CELLS: pixels}, "integer")
        k = page.known((USED[0] + i, USED[1] + j))
        page.compute((down + i, right + j), X * K, {X: x, K: k}, "decimals 2")
    area = Area.of(*PRODUCTS, SIZE, SIZE)
    products = [page.cells[down + i, right + j].value for i, j in np.ndindex(SIZE, SIZE)]
    page.label((down + 1, right + SIZE), "their sum:", "symbol")
    known = {CELLS: page.reach(area, products)}
    page.compute((down + 1, right + SIZE + 1), total(CELLS), known, "decimals 2")
    page.shade(Area.of(*WINDOW, SIZE, SIZE), high=PAPER)
    page.shade(area, high=ABOVE, low=BELOW_0, end=9.0)
    page.effects += [Area.of(*WINDOW, SIZE, SIZE), area]


def _stacks(page: Page) -> None:
    """The receptive fields of stacks of kernels, and their weights."""
    page.equation(RECEPTIVE_FIELD, "So many pixels n layers of k x k see, to a side:")
    page.equation(COST, "and so many weights they have (one channel):")
    page.headings(
        (page.row, LABEL),
        ["change layers and kernel size", "layers n", "size k", "sees", "weights"],
    )
    for n, (layers, size) in enumerate(STACKS, page.row + 1):
        operands = {
            N: page.input((n, FIRST), layers, 1, 20, whole=True),
            K: page.input((n, FIRST + 1), size, 1, 15, whole=True),
        }
        bounds = {N: (1, 20), K: (1, 15)}
        side = held(K, Integer(1), Integer(15))
        words = joined(held(N, Integer(1), Integer(20)), Text(" of "), side, Text("x"), side)
        page.compute((n, LABEL), words, operands, "label")
        page.compute((n, FIRST + 2), with_bounds(RECEPTIVE_FIELD.expr, bounds), operands, "integer")
        page.compute((n, FIRST + 3), with_bounds(COST.expr, bounds), operands, "total")
    page.row += len(STACKS) + 1


CONCEPT = Concept(
    name="three-by-three",
    number=4,
    title="3x3 convolutions",
    question="Why are nearly all convolutions 3x3, when larger kernels see more at once?",
    finding=(
        "With 3x3 kernels the network ends at {0.accuracy}; 5x5 kernels that see as far are "
        "{2~0.more} ({2.accuracy}), and 1x1 in place of every other 3x3 is {4~0.more} "
        "({4.accuracy})."
    ),
    summary=(
        "5x5 kernels that see as far are {2~0.than} 3x3 kernels ({2.accuracy} against "
        "{0.accuracy})."
    ),
    idea=(
        "A 3x3 kernel consists of nine weights. It slides over the image; at each place, the nine "
        "pixels are multiplied by the weights and added up.",
        "The sum is one cell of the output map. The same nine weights are used at every place, so "
        "a pattern is found wherever it is.",
        "Two 3x3 kernels in a row see 5x5 pixels with 18 weights and a ReLU in between; one 5x5 "
        "kernel needs 25 weights to see as far.",
    ),
    experiment=Experiment(
        "Two 3x3 kernels see as far as one 5x5, three as far as one 7x7: which is better?",
        (
            Variant("3x3 throughout"),
            Variant("one 5x5 for the first two", layers="16:5 P 8:1 16 16 24 28 G F10"),
            Variant("5x5 throughout", layers="16:5 P 8:1 16:5 28:5 G F10"),
            Variant("one 7x7 at the start", layers="16:7 P 8:1 16 16 24 28 G F10"),
            Variant("1x1 in place of every other 3x3", layers="8 16:1 P 8:1 16 16:1 24 28:1 G F10"),
        ),
    ),
    conclusion=(
        "3x3 throughout ends at {0.accuracy} with {0.parameters} parameters; 5x5 throughout, which "
        "sees as far, is {2~0.more}: {2.accuracy} with {2.parameters}.",
        "One 5x5 for the first two is {1~0.more} ({1.accuracy}), one 7x7 at the start {3~0.more} "
        "({3.accuracy}).",
        "With 1x1 in place of every other 3x3 the network sees less of the image and is "
        "{4~0.more}: {4.accuracy}.",
    ),
    rule=(
        "Use 3x3 kernels and stack them. Two see as far as a 5x5 and three as far as a 7x7, with "
        "fewer weights and more nonlinearities.",
        "A single larger kernel at the start is faster, because one layer replaces two or three on "
        "the largest maps, but it has fewer nonlinearities.",
        "Here accuracy hardly differs between 3x3 and 5x5. The images have 28 x 28 pixels: larger "
        "ones need strides or pools as well to be seen as a whole.",
    ),
    tasks=(
        Task(
            "The digit is a 0. This kernel answers to its left and right sides. Which parts does "
            "the horizontal edge find?",
            'kernel to "horizontal edge"',
            "The top and the bottom. The cells of the map lie between -14.0 and 18.0; in its "
            "fourth row, which sees only the sides, none is above 3.",
        ),
        Task(
            "The weights of the blur add up to 1. Can a cell of its map be larger than 9, the "
            "largest cell of the image?",
            'kernel to "blur"',
            "No. Each cell is a weighted mean of nine pixels; the largest here is 4.6.",
        ),
        Task(
            "What does a kernel with a 1 in the middle and 0 everywhere else make of an image?",
            'kernel to "your own"',
            "The image itself without its border. With the 1 at the upper left instead, the image "
            "shifts by one cell.",
        ),
    ),
    demonstrate=demonstrate,
)
