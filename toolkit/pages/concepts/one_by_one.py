"""Concept 3: 1x1 convolutions."""

import numpy as np
from sympy import Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.page import BLUE, FIRST, LABEL, YELLOW, Page, Place
from toolkit.pages.live.layout import Maps
from toolkit.symbols.bounds import number_of
from toolkit.symbols.equation import Equation
from toolkit.symbols.maps import rectified

SIDE, STEP = 5, 7  # cells of a map, and rows from one map to the next
BESIDE = FIRST + SIDE + 1
UPRIGHT, LEVEL = np.zeros((SIDE, SIDE)), np.zeros((SIDE, SIDE))
UPRIGHT[:, 2], LEVEL[2] = 2, 2
MAPS = (
    ("x1: here is an upright stroke", UPRIGHT),
    ("x2: here is a level stroke", LEVEL),
    ("x3: here is a slanting stroke", np.eye(SIDE) * 2),
)
WEIGHTS = np.array([[1.0, 1.0, 0.0, -3.0], [1.0, -1.0, 0.0, 0.0]])
FINDS = ("y1", "y2")
X, W, B = [Symbol(f"x{n}") for n in (1, 2, 3)], [Symbol(f"w{n}") for n in (1, 2, 3)], Symbol("b")
OUTPUT = Equation(Symbol("y"), rectified(sum((w * x for w, x in zip(W, X, strict=True)), B)))
SAFE = {symbol: number_of(symbol) for symbol in (*X, *W, B)}
IN, BETWEEN, OUT, CELLS = (Symbol(name) for name in ("in", "between", "out", "cells"))
COUNTS = {symbol: number_of(symbol) for symbol in (IN, BETWEEN, OUT, CELLS)}
NARROW, WIDE, DIRECT = IN * BETWEEN, 9 * BETWEEN * OUT, 9 * IN * OUT


def demonstrate(page: Page) -> None:
    """Three maps, two weighted sums of them, and the cost of such a layer."""
    page.equation(OUTPUT, "Each cell of an output map:")
    page.headings((page.row, LABEL), ["change the yellow weights", "w1", "w2", "w3", "bias b"])
    for n, name in enumerate(FINDS, 1):
        page.label((page.row + n, LABEL), f"of output map {name}")
    weights = (page.row + 1, FIRST)
    page.inputs(weights, WEIGHTS, -9, 9)
    page.row += 4
    top = page.row
    _inputs(page, top)
    for n, name in enumerate(FINDS):
        _output(page, name, weights, n, top)
    _explained(page, top)
    page.row = top + 3 * STEP
    _costs(page)


def _inputs(page: Page, top: int) -> None:
    for n, (words, values) in enumerate(MAPS):
        row = top + n * STEP
        page.label((row, FIRST), words, "bold")
        page.inputs((row + 1, FIRST), values, -9, 9)
        page.shade(Area(row + 1, FIRST, row + SIDE, FIRST + SIDE - 1), high=YELLOW, low="FFF6D6")


def _output(page: Page, name: str, weights: Place, number: int, top: int) -> None:
    """An output map, to the right of its input maps."""
    places = tuple((top + n * STEP + 1, FIRST) for n in range(len(MAPS)))
    maps = Maps(page.name, places, np.stack([values for _, values in MAPS]))
    known = {x: maps.window(n, 1) for n, x in enumerate(X)}
    row, column = weights
    for n, symbol in enumerate((*W, B)):
        known[symbol] = page.known((row + number, column + n))
    first = top + number * STEP
    page.label((first, BESIDE), f"output map {name}", "bold")
    page.fill((first + 1, BESIDE), OUTPUT.expr.xreplace(SAFE), known, "weight")
    page.shade(Area(first + 1, BESIDE, first + SIDE, BESIDE + SIDE - 1), high=BLUE)


def _explained(page: Page, top: int) -> None:
    """Suggestions and explanations."""
    for row, words in (
        (0, "Change a yellow cell of a map: of the"),
        (1, "outputs only the same cell can change."),
        (3, "y1: upright AND level. Both give 4, less 3;"),
        (4, "one alone gives 2, less 3: ReLU makes it 0."),
        (6, "y2: upright but NOT level."),
        (8, "Try: weights 0, 1, 1 and bias -3 for y1,"),
        (9, "then bias -1: now it is level OR slanting."),
    ):
        page.label((top + 1 + row, LABEL), words)


def _costs(page: Page) -> None:
    """Weights and products with and without a 1x1 convolution before a 3x3 one."""
    known, top = dict[Symbol, Known](), page.row
    page.label((top, LABEL), "Before a 3x3 convolution: what is saved?", "name")
    for n, (symbol, words, value, most) in enumerate(
        (
            (IN, "channels that come in", 16, 256),
            (BETWEEN, "channels after the 1x1", 8, 256),
            (OUT, "channels that go out", 16, 256),
            (CELLS, "cells along a side of the maps", 14, 64),
        ),
        1,
    ):
        page.label((top + n, LABEL), words)
        known[symbol] = page.input((top + n, FIRST), value, 1, most, whole=True)
    page.headings((top, FIRST + 2), ["", "weights", "products, thousands"])
    page.heights[top] = 30.0
    for n, (words, expr) in enumerate(
        (
            ("1x1", NARROW),
            ("3x3 after it", WIDE),
            ("together", NARROW + WIDE),
            ("3x3 alone", DIRECT),
            ("saved", DIRECT - NARROW - WIDE),
        ),
        1,
    ):
        page.label((top + n, FIRST + 2), words, "name" if words == "saved" else "text")
        for column, count in enumerate((expr, expr * CELLS**2 / 1000), FIRST + 3):
            page.compute((top + n, column), count.xreplace(COUNTS), known, "integer right")
    page.row = top + 6


CONCEPT = Concept(
    name="one-by-one",
    number=3,
    title="1x1 convolutions",
    idea=(
        "A 1x1 convolution looks at one cell of every map at once: a weighted sum of the maps, "
        "cell by cell, and a bias.",
        "It mixes channels and sees no neighbours. So it can say: both patterns are here, or this "
        "one without that one.",
        "It is the cheap way to fewer channels, before a 3x3 convolution that would have to read "
        "them all.",
    ),
    experiment=Experiment(
        "What does the 1x1 convolution after the pool cost, and what does it save?",
        (
            Variant("1x1 to 8 channels"),
            Variant("1x1 to 4 channels", layers="8 16 P 4:1 16 16 24 28 G F10"),
            Variant("no 1x1", layers="8 16 P 16 16 24 28 G F10"),
            Variant("3x3 to 8 channels instead", layers="8 16 P 8+1 16 16 24 28 G F10"),
        ),
    ),
    conclusion=(
        "With {0.name} the network has {0.parameters} parameters and ends at {0.accuracy}; with "
        "{2.name} it has {2.parameters} and ends at {2.accuracy}, {2~0.more}.",
        "With {1.name} it is {1.accuracy}, {1~0.more}; with {3.name} {3.accuracy}, {3~0.more}.",
        "The price of one run: {0.seconds} seconds with {0.name}, {2.seconds} with {2.name}, "
        "{3.seconds} with {3.name}.",
    ),
    demonstrate=demonstrate,
)
