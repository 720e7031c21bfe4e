"""Concept 16: how far before the prediction max pooling stands."""

import numpy as np
from sympy import Eq, Integer, Piecewise, Symbol, floor

from toolkit.book.address import Area
from toolkit.book.grid import moving
from toolkit.book.known import Known, constant
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.page import BLUE, FIRST, LABEL, Page
from toolkit.symbols.bounds import held
from toolkit.symbols.equation import Equation
from toolkit.symbols.maps import window_largest
from toolkit.symbols.ranges import total
from toolkit.symbols.text import Text, fixed_text, joined

EXPERIMENT = Experiment(
    "How close to the prediction may a second max pool stand?",
    (
        Variant("no second pool", layers="8+1 16+1 P 8:1 16+1 16+1 24+1 28+1 G F10"),
        Variant(
            "3 convolutions before the end", layers="8+1 16+1 P 8:1 16+1 P 16+1 24+1 28+1 G F10"
        ),
        Variant(
            "2 convolutions before the end", layers="8+1 16+1 P 8:1 16+1 16+1 P 24+1 28+1 G F10"
        ),
        Variant(
            "1 convolution before the end", layers="8+1 16+1 P 8:1 16+1 16+1 24+1 P 28+1 G F10"
        ),
        Variant("Directly before the average", layers="8+1 16+1 P 8:1 16+1 16+1 24+1 28+1 P G F10"),
        Variant("no second pool, not padded: the baseline"),
    ),
)

CELLS, POOLS, DEEPEST = 16, 3, 5
SAME_COLUMN = FIRST + POOLS + 3  # the first column of the positions that look the same
GREEN = "8FD3B6"
X, Y, N, PLACE, PEAK, K, J, R = (Symbol(name) for name in ("x", "y", "n", "i", "p", "k", "j", "r"))
POOL = Equation(Y, window_largest(X))
JUMP = Equation(J, 2**K)
FIELD = Equation(R, J + 2 * N * J)
INPUT = Piecewise((1, Eq(PLACE, PEAK)), (0, True))
SAME = Piecewise((1, Eq(X, 1)), (0, True))
# The networks of the experiment: convolutions before the first pool, then four, and m after a
# second pool.
BEFORE, AFTER, LAST = 2, 4, Symbol("m")
ONE_POOL = 1 + 2 * BEFORE + 1 + 2 * 2 * AFTER
TWO_POOLS = 1 + 2 * BEFORE + 1 + 2 * 2 * (AFTER - LAST) + 2 + 2 * 4 * LAST


def demonstrate(page: Page) -> None:
    """A peak that is pooled repeatedly; then the receptive field of convolutions after pools."""
    peak = page.setting("cell with the peak (try 5, 6, 8, 9)", 6, 1, CELLS, whole=True)
    top = page.row + 3
    page.label((top - 2, FIRST), "the row of cells, pooled again and again", "bold")
    page.label(
        (top - 2, SAME_COLUMN),
        "green: cells to which the peak can move without changing the result",
        "bold",
    )
    stages = ["input", "1 pool", "2 pools", "3 pools"]
    page.headings((top - 1, LABEL), ["one row of an image", *stages])
    page.headings((top - 1, SAME_COLUMN), stages)
    _pooled(page, top, peak)
    _same(page, top)
    _answer(page, peak)
    page.effects = [Area.of(top, FIRST, CELLS, POOLS + 1), Area.of(top, SAME_COLUMN, CELLS, 4)]
    page.explain()
    page.equation(POOL, "A pool keeps the larger x of each pair:")
    _fields(page)


def _answer(page: Page, peak: Known) -> None:
    """Which peaks look the same after all pools, in a sentence."""
    size = 2**POOLS
    first = size * floor((held(PEAK, 1, CELLS) - 1) / size) + 1
    words = joined(
        Text(f"After {POOLS} pools, a peak in any of the cells "),
        fixed_text(first, Integer(0)),
        Text(" to "),
        fixed_text(first + size - 1, Integer(0)),
        Text(" looks the same."),
    )
    place = page.row - 1, FIRST + 2
    page.compute(place, words, {PEAK: peak}, "finding")
    page.merges.append(Area.of(*place, wide=10))


def _pooled(page: Page, top: int, peak: Known) -> None:
    """The row of cells, and below it the larger cell of each pair, repeatedly."""
    for n in range(CELLS):
        page.label((top + n, LABEL), f"cell {n + 1}")
        known = {PEAK: peak, PLACE: constant(n + 1)}
        page.compute((top + n, FIRST), INPUT, known, "tally")
    for pool in range(1, POOLS + 1):
        size, column = 2**pool, FIRST + pool
        for row in range(top, top + CELLS, size):
            pair = [page.cells[r, column - 1].value for r in (row, row + size // 2)]
            area = Area.of(row, column - 1, size)
            known = {X: page.reach(area, np.array([pair], float))}
            cell = page.compute((row, column), POOL.expr, known, "tally")
            # The other positions that it represents: coloured, but without the number.
            for below in range(row + 1, row + size):
                page.compute((below, column), X, {X: cell}, "shade")
    page.shade(Area(top, FIRST, top + CELLS - 1, FIRST + POOLS), high=BLUE)


def _same(page: Page, top: int) -> None:
    """For each position, whether a peak there would give the same pooled value, and their count."""
    left = SAME_COLUMN
    for pool in range(POOLS + 1):
        size = 2**pool
        values = [page.cells[row, FIRST + pool].value for row in range(top, top + CELLS, size)]
        cell = Area.of(top, FIRST + pool, sheet=page.name)
        marked = np.repeat(np.array(values, float), size)[:, None]
        known = {X: Known(moving(cell, size, size, each=size), marked)}
        marks = page.fill((top, left + pool), SAME, known, "tally")
        page.compute((top + CELLS, left + pool), total(X), {X: marks}, "tally total")
    page.shade(Area(top, left, top + CELLS - 1, left + POOLS), high=GREEN)
    page.label((top + CELLS, LABEL), "number of cells that look the same", "label")


def _fields(page: Page) -> None:
    """Receptive fields by pools and convolutions; then those of the networks in the experiment."""
    page.equation(JUMP, "Input cells per step after k pools:")
    page.equation(FIELD, "Input cells that n convolutions then see:")
    top, left = page.row + 1, SAME_COLUMN
    page.headings((top, LABEL), ["pools k", *("" for _ in range(POOLS + 1))])
    pools = [page.fixed((top, FIRST + k), k, "heading") for k in range(POOLS + 1)]
    page.label((top + 1, LABEL), "j, input cells that one step covers")
    jumps = [
        page.compute((top + 1, FIRST + k), JUMP.expr, {K: pool}, "tally")
        for k, pool in enumerate(pools)
    ]
    for n in range(1, DEEPEST + 1):
        page.label((top + 1 + n, LABEL), f"r with n = {n} 3x3 convolution{'s' if n > 1 else ''}")
        for k, jump in enumerate(jumps):
            known = {J: jump, N: constant(n)}
            page.compute((top + 1 + n, FIRST + k), FIELD.expr, known, "tally")
    page.shade(Area(top + 2, FIRST, top + 1 + DEEPEST, FIRST + POOLS), high=BLUE)
    _measured_networks(page, top, left)
    page.row = top + 2 + DEEPEST


def _measured_networks(page: Page, top: int, left: int) -> None:
    """The receptive field before the average pool, in the networks of the experiment."""
    page.label(
        (top, left),
        "Networks measured below: cells, of 28 along a side, that one of the last cells sees",
        "bold",
    )
    for n, variant in enumerate(EXPERIMENT.variants):
        last = Integer(AFTER - n)
        one = variant.layers.split().count("P") == 1
        expr = Integer(ONE_POOL) if one else TWO_POOLS
        page.compute((top + 1 + n, left), expr, {LAST: constant(int(last))}, "tally")
        page.label((top + 1 + n, left + 1), variant.name)


CONCEPT = Concept(
    name="pooling-distance",
    number=16,
    title="Distance of max pooling from the prediction",
    question="How far before the prediction should the last max pool stand?",
    finding=(
        "In networks with padding, a second max pool {1.name} is {1~0.than} none ({1.accuracy} "
        "against {0.accuracy}); one directly before the average is {4~1.than} that: "
        "{4.accuracy}."
    ),
    summary="A second max pool {1.name} is {1~0.than} none ({1.accuracy} against {0.accuracy}).",
    idea=(
        "Each max pool halves the map. Afterwards one cell stands for twice as many input cells "
        "along each side, and their exact position is lost.",
        "In return, every later convolution takes steps twice as large over the image, so the "
        "same 3x3 kernels see more of it.",
        "A pool directly before the prediction also loses positions, but no convolution is left "
        "to use the wider view.",
    ),
    experiment=EXPERIMENT,
    conclusion=(
        "With {0.name} the network ends at {0.accuracy}; with one {1.name} at {1.accuracy}, "
        "{1~0.more}.",
        "{4.name} it is {4~0.than} with none ({4.accuracy}), and {4~1.than} {1.name}.",
        "All these networks use padding, so that their maps stay large enough. The baseline, with "
        "one pool and no padding, ends at {5.accuracy}: {5~1.than} the best place here.",
    ),
    rule=(
        "Let two or three convolutions follow the last pool: only they can use the wider view that "
        "it gives.",
        "A pool directly before global average pooling gains little: the average ignores positions "
        "anyway.",
        "This was measured with one or two pools on images of 28x28 pixels; larger images need "
        "more pools.",
    ),
    tasks=(
        Task(
            "The peak moves from cell 6 to cell 5. Which of the four columns on the left change?",
            "the peak to 5",
            "Only the input. Cells 5 and 6 are one pair, whose larger value is the same as before, "
            "so the pooled rows do not change.",
        ),
        Task(
            "The peak moves by one cell again, from 8 to 9. Do the pooled rows stay the same?",
            "the peak to 8, then to 9",
            "No, all of them change. What counts is not how far the peak moves, but whether it "
            "enters another window.",
        ),
        Task(
            "The peak can be in 16 cells. How many different results can three pools give?",
            "the peak to 1, 5, 9 and 13",
            "Two: one for cells 1 to 8 and one for cells 9 to 16. Two pools tell four groups of "
            "four cells apart.",
        ),
    ),
    demonstrate=demonstrate,
)
