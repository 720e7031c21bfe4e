"""Concept 4: 3x3 convolutions."""

import numpy as np
from numpy.typing import NDArray
from sympy import Integer, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.theme import INPUT_FILL
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts import material
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.page import FIRST, LABEL, NEGATIVE, POSITIVE, Page
from toolkit.pages.live.layout import Maps
from toolkit.symbols.bounds import as_number, held, with_bounds
from toolkit.symbols.equation import Equation
from toolkit.symbols.lookups import element, place_or
from toolkit.symbols.maps import weighted_sum
from toolkit.symbols.ranges import total
from toolkit.symbols.text import Text, joined

SIDE, SIZE, INK = 8, 3, 9
OUT = SIDE - SIZE + 1
MAP_LEFT = FIRST + SIDE + 1
OWN = "your own"
KERNELS = {
    "horizontal edge": ((1, 1, 1), (0, 0, 0), (-1, -1, -1)),
    "vertical edge": ((1, 0, -1), (1, 0, -1), (1, 0, -1)),
    "blur": ((0.0625, 0.125, 0.0625), (0.125, 0.25, 0.125), (0.0625, 0.125, 0.0625)),
    "sharpen": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
}
LEARNED = {"learned: 1st kernel": 0, "learned: 5th kernel": 4}
DOWN, ACROSS = ("top", "mid", "low"), ("left", "mid", "right")
PAPER = "9AA5B1"  # the grey of full ink, light enough for numbers to be readable
STACKS = ((1, 3), (2, 3), (1, 5), (3, 3), (1, 7))
X, K, CELLS, CHOSEN, NAMES = (Symbol(name) for name in ("x", "k", "cells", "chosen", "names"))
ROW, COLUMN, N, SEES, WEIGHTS = (Symbol(name) for name in ("row", "column", "n", "sees", "weights"))
BOUNDS = {ROW: (1, OUT), COLUMN: (1, OUT)}
CELL = Equation(Symbol("y"), weighted_sum(X, K))
RECEPTIVE_FIELD = Equation(SEES, N * (K - 1) + 1)
COST = Equation(WEIGHTS, N * K**2)


def image(number: int = 13) -> NDArray[np.float64]:
    """A test digit, (8, 8) in whole numbers from 0 to 9, cropped to its ink and averaged."""
    inner = material.digit(number)[2:26, 2:26].reshape(SIDE, SIZE, SIDE, SIZE).mean(axis=(1, 3))
    scaled: NDArray[np.float64] = np.round(inner / 255 * INK)
    return scaled


def demonstrate(page: Page) -> None:
    """Image and map side by side, one window in full, and the costs of stacks of kernels."""
    page.say(
        "Choose another kernel: which strokes answer? Draw in the image with numbers from 0 to 9.",
        style="muted",
    )
    page.equation(CELL, "A cell y of the map, from window x and kernel k:")
    page.label((page.row, LABEL), "kernel: choose from the list")
    place = (page.row, FIRST)
    page.merges.append(Area(*place, page.row, FIRST + 1))
    chosen = page.choice(place, "vertical edge", (*KERNELS, *LEARNED, OWN))
    where = {}
    for symbol, start in ((ROW, 3), (COLUMN, 2)):
        page.row += 1
        page.label((page.row, LABEL), f"the window below: {symbol.name} of the map (1 to {OUT})")
        where[symbol] = page.input((page.row, FIRST), start, 1, OUT, whole=True)
    top = page.row + 2
    below = top + SIDE + 2
    kernel = _kernels(page, below + SIZE + 2, chosen, (below + 1, FIRST + 4))
    values = _image_and_map(page, top, kernel)
    _window(page, below, values, kernel, where)
    page.row = below + SIZE + 3 + len(KERNELS) + len(LEARNED) + 2
    _stacks(page)


def _image_and_map(page: Page, top: int, kernel: Known) -> Known:
    """The yellow image and, to its right, the map of the kernel."""
    numbers = [str(n + 1) for n in range(SIDE)]
    page.headings((top, LABEL), ["image: change the yellow cells (0 to 9)", *numbers])
    page.label((top - 1, MAP_LEFT), "the output map: blue above 0, orange below", "bold")
    page.headings((top, MAP_LEFT), numbers[:OUT])
    for n in range(SIDE):
        page.label((top + 1 + n, LABEL), f"row {n + 1}", "symbol")
        page.heights[top + 1 + n] = 21.0
    place, pixels = (top + 1, FIRST), image()
    values = page.inputs(place, pixels, 0, INK)
    page.shade(Area(*place, top + SIDE, FIRST + SIDE - 1), high=PAPER, low=INPUT_FILL)
    window = Maps(page.name, (place,), pixels[None]).window(0, SIZE)
    page.fill((top + 1, MAP_LEFT), CELL.expr, {X: window, K: kernel}, "decimals 1")
    page.shade(
        Area(top + 1, MAP_LEFT, top + OUT, MAP_LEFT + OUT - 1),
        high=POSITIVE,
        low=NEGATIVE,
        end=20.0,
    )
    return values


def _kernels(page: Page, top: int, chosen: Known, place: tuple[int, int]) -> Known:
    """The kernels of the list, one per row, and the selected one as a square at `place`."""
    places = [f"{down} {across}" for down in DOWN for across in ACROSS]
    page.headings((top, LABEL), ["the kernels of the list, a row each", *places])
    learned = np.round(material.learned_kernels()[:, 0], 2)
    rows = KERNELS | {name: tuple(map(tuple, learned[n].tolist())) for name, n in LEARNED.items()}
    for row, (name, weights) in enumerate(rows.items(), top + 1):
        page.label((row, LABEL), name)
        for n, weight in enumerate(np.ravel(weights).tolist()):
            page.fixed((row, FIRST + n), weight, "decimals 2")
    last, left = top + len(rows) + 1, FIRST + SIZE * SIZE + 1
    page.label((top, left), "your own kernel: change it", "bold")
    page.inputs((top + 1, left), np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], float), -99, 99)
    page.label((last, LABEL), OWN)
    for n, (down, across) in enumerate(np.ndindex(SIZE, SIZE)):
        cell = page.known((top + 1 + down, left + across))
        page.compute((last, FIRST + n), as_number(X), {X: cell}, "decimals 2")
    return _in_use(page, top, last, chosen, place)


def _in_use(page: Page, top: int, last: int, chosen: Known, place: tuple[int, int]) -> Known:
    count = last - top
    known = {NAMES: page.down((top + 1, LABEL), count), CHOSEN: chosen}
    for n, (down, across) in enumerate(np.ndindex(SIZE, SIZE)):
        operands = known | {CELLS: page.down((top + 1, FIRST + n), count)}
        expr = element(CELLS, place_or(CHOSEN, NAMES, Integer(count)))
        page.compute((place[0] + down, place[1] + across), expr, operands, "decimals 2")
    area = Area.of(*place, SIZE, SIZE)
    page.shade(area, high=POSITIVE, low=NEGATIVE, end=2.0)
    values = [page.cells[place[0] + d, place[1] + a].value for d, a in np.ndindex(SIZE, SIZE)]
    return page.reach(area, np.array(values, float).reshape(SIZE, SIZE))


def _window(page: Page, top: int, pixels: Known, kernel: Known, where: dict[Symbol, Known]) -> None:
    """Nine pixels, nine weights, nine products, and their sum."""
    page.label((top, LABEL), "one cell of the map in full:", "bold")
    for n, words in enumerate(("window", "kernel in use", "products", "their sum")):
        page.label((top, FIRST + 4 * n), words, "bold")
        if n:
            page.label((top + 2, FIRST + 4 * n - 1), "×=="[n - 1], "middle")
    for down, across in np.ndindex(SIZE, SIZE):
        row, left = top + 1 + down, FIRST + across
        place = (ROW + down, COLUMN + across)
        expr = with_bounds(as_number(element(CELLS, *place)), BOUNDS)
        x = page.compute((row, left), expr, where | {CELLS: pixels}, "integer")
        k = page.known((row, left + 4))
        page.compute((row, left + 8), X * K, {X: x, K: k}, "decimals 2")
    products = [page.cells[top + 1 + d, FIRST + 8 + a].value for d, a in np.ndindex(SIZE, SIZE)]
    area = Area.of(top + 1, FIRST + 8, SIZE, SIZE)
    page.compute(
        (top + 2, FIRST + 12), total(CELLS), {CELLS: page.reach(area, products)}, "decimals 2"
    )
    page.shade(Area(top + 1, FIRST, top + SIZE, FIRST + 2), high=PAPER)
    page.shade(area, high=POSITIVE, low=NEGATIVE, end=9.0)


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
    idea=(
        "A 3x3 kernel is nine weights. It slides over the image; at each place the pixels under "
        "it are multiplied by them",
        "and added up: one cell of the output map. The same nine weights serve at every place.",
        "Two 3x3 in a row see 5x5 pixels with 18 weights and a ReLU in between; one 5x5 needs 25 "
        "weights to see as far.",
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
    demonstrate=demonstrate,
)
