"""Concept 3: 1x1 convolutions."""

from collections.abc import Sequence

import numpy as np
from sympy import Integer, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.regions import open_areas
from toolkit.book.theme import INPUT_FILL
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.page import BLUE, FIRST, LABEL, STAGE, Page, Place
from toolkit.pages.concepts.three_by_three import PAPER
from toolkit.pages.live.layout import Maps
from toolkit.symbols.bounds import number_of
from toolkit.symbols.equation import Equation
from toolkit.symbols.maps import rectified
from toolkit.symbols.records import occurrences
from toolkit.symbols.text import Text, joined

SIDE, STEP = 5, 6  # cells of a map, and rows from one map to the next
BESIDE = FIRST + SIDE + 1
MAPS_ROW = STAGE + 3  # the heading of the first map
VERTICAL, HORIZONTAL = np.zeros((SIDE, SIDE)), np.zeros((SIDE, SIDE))
VERTICAL[:, 2], HORIZONTAL[2] = 2, 2
MAPS = (
    ("x1: a vertical stroke is here", VERTICAL),
    ("x2: a horizontal stroke is here", HORIZONTAL),
    ("x3: a slanting stroke is here", np.eye(SIDE) * 2),
)
WEIGHTS = np.array([[1.0, 1.0, 0.0, -3.0], [1.0, -1.0, 0.0, 0.0]])
FINDS = ("y1", "y2")
FIRST_TWO = Symbol("cells of y1"), Symbol("cells of y2")
ANSWER = MAPS_ROW + 2 * STEP + 1  # below the two output maps
NOTES = {
    1: "Each cell of y1 and y2 is computed from the",
    2: "cells at the same place in the three maps.",
    4: "y1: vertical AND horizontal. Both give",
    5: "2 + 2 - 3 = 1; one alone gives 2 - 3, which",
    6: "ReLU turns into 0.",
    8: "y2: vertical but NOT horizontal, because",
    9: "its second weight is negative.",
}
X, W, B = [Symbol(f"x{n}") for n in (1, 2, 3)], [Symbol(f"w{n}") for n in (1, 2, 3)], Symbol("b")
OUTPUT = Equation(Symbol("y"), rectified(sum((w * x for w, x in zip(W, X, strict=True)), B)))
SAFE = {symbol: number_of(symbol) for symbol in (*X, *W, B)}
IN, BETWEEN, OUT, CELLS = (Symbol(name) for name in ("in", "between", "out", "cells"))
COUNTS = {symbol: number_of(symbol) for symbol in (IN, BETWEEN, OUT, CELLS)}
NARROW, WIDE, DIRECT = IN * BETWEEN, 9 * BETWEEN * OUT, 9 * IN * OUT


def demonstrate(page: Page) -> None:
    """Three maps, two weighted sums of them, and the cost of such a layer."""
    page.headings((page.row, LABEL), ["weights of each output map", "w1", "w2", "w3", "bias b"])
    weights = (page.row + 1, FIRST)
    page.inputs(weights, WEIGHTS, -9, 9)
    for n, name in enumerate(FINDS, 1):
        page.label((page.row + n, LABEL), f"output map {name}")
    _inputs(page)
    outputs = [_output(page, weights, n) for n in range(len(FINDS))]
    _explained(page, outputs)
    page.controls = list(open_areas(page.cells))
    page.effects = [area for scale in page.scales[len(MAPS) :] for area in scale.areas]
    page.effects.append(Area.of(ANSWER, BESIDE, 2, SIDE))
    page.explain()
    page.equation(OUTPUT, "Each cell of an output map:")
    page.row += 1
    _costs(page)


def _inputs(page: Page) -> None:
    for n, (words, values) in enumerate(MAPS):
        row = MAPS_ROW + n * STEP
        page.label((row, FIRST), words, "bold")
        page.inputs((row + 1, FIRST), values, -9, 9)
        page.shade(Area.of(row + 1, FIRST, SIDE, SIDE), high=PAPER, low=INPUT_FILL)


def _output(page: Page, weights: Place, number: int) -> Known:
    """An output map, to the right of its input maps."""
    places = tuple((MAPS_ROW + n * STEP + 1, FIRST) for n in range(len(MAPS)))
    maps = Maps(page.name, places, np.stack([values for _, values in MAPS]))
    known = {x: maps.window(n, 1) for n, x in enumerate(X)}
    row, column = weights
    for n, symbol in enumerate((*W, B)):
        known[symbol] = page.known((row + number, column + n))
    first = MAPS_ROW + number * STEP
    page.label((first, BESIDE), f"output map {FINDS[number]}", "bold")
    page.shade(Area.of(first + 1, BESIDE, SIDE, SIDE), high=BLUE)
    return page.fill((first + 1, BESIDE), OUTPUT.expr.xreplace(SAFE), known, "decimals 1")


def _explained(page: Page, outputs: Sequence[Known]) -> None:
    """What the weights look for, and how many cells of each output map answer."""
    for row, words in NOTES.items():
        page.label((MAPS_ROW + row, LABEL), words)
    counts = [Integer(SIDE**2) - occurrences(cells, Integer(0)) for cells in FIRST_TWO]
    answer = joined(
        Text("y1 answers in "),
        counts[0],
        Text(" of 25 cells, y2 in "),
        counts[1],
        Text("."),
    )
    page.compute((ANSWER, BESIDE), answer, dict(zip(FIRST_TWO, outputs, strict=True)), "finding")
    page.merges.append(Area.of(ANSWER, BESIDE, 2, SIDE))


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
    question="What can a convolution find that looks at one cell at a time, and what does it save?",
    finding=(
        "A {0.name} after the pool leaves {0.parameters} instead of {2.parameters} parameters and "
        "ends at {0.accuracy}; without it the network is {2~0.more}: {2.accuracy}."
    ),
    summary=(
        "With the 1x1: {0.parameters} parameters and {0.accuracy}; without it: {2.parameters} "
        "parameters and {2.accuracy} ({2~0.more})."
    ),
    idea=(
        "A 1x1 convolution reads one cell of every map at a time: each output cell is a weighted "
        "sum of the cells at the same place, plus a bias.",
        "It combines channels and ignores neighbouring cells. So it can say: both patterns are "
        "here, or the first is here without the second.",
        "It is also a cheap way to reduce the number of channels before a 3x3 convolution, which "
        "would otherwise have to read them all.",
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
        "One run takes {0.seconds} seconds with {0.name}, {2.seconds} with {2.name}, "
        "{3.seconds} with {3.name}.",
    ),
    rule=(
        "Put a 1x1 convolution before a larger one where there are many channels, and let it leave "
        "about half of them.",
        "It saves only if the larger convolution is expensive: with c channels in and c out, c/2 "
        "channels between cost 5/9 of the 3x3 alone.",
        "In the small network measured here it saves few parameters and no time; networks with "
        "hundreds of channels save much more.",
    ),
    tasks=(
        Task(
            "Which weights and bias let y1 find cells that are horizontal AND slanting? How many "
            "are there?",
            "the row of y1 to 0, 1, 1 and -3",
            "One: only the cell in the middle lies on both strokes, so y1 is 2 + 2 - 3 = 1 there.",
        ),
        Task(
            "With both weights of y1 at 1, which bias makes it answer to vertical OR horizontal?",
            "the bias of y1 to -1",
            "With -1 one stroke is enough: y1 answers in 9 cells, with 1 on one stroke and 3 in "
            "the middle, where both meet.",
        ),
        Task(
            "A vertical stroke is added in the first cell of map x1. How many cells of the output "
            "maps change?",
            "B10 to 2",
            "One, the first cell of y2, which becomes 2. In y1 one pattern alone gives 2 - 3, so "
            "that cell stays 0. No neighbour changes.",
        ),
    ),
    demonstrate=demonstrate,
)
