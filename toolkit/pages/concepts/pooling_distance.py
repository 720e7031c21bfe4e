"""Concept 16: how far before the prediction max pooling stands."""

import numpy as np
from sympy import Eq, Integer, Piecewise, Symbol

from toolkit.book.address import Area
from toolkit.book.grid import moving
from toolkit.book.known import Known, constant
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.page import BLUE, FIRST, LABEL, Page
from toolkit.symbols.equation import Equation
from toolkit.symbols.maps import window_largest
from toolkit.symbols.ranges import total

EXPERIMENT = Experiment(
    "How near to the prediction may a second max pool stand?",
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
    page.equation(POOL, "One pool, of each pair of cells x the largest:")
    page.label((page.row, LABEL), "place of the peak, 1 to 16 (try 5, 6, 7, 8, 9)")
    peak = page.input((page.row, FIRST), 6, 1, CELLS, whole=True)
    page.label((page.row, FIRST + 6), "1: a peak here would look the same", "bold")
    page.row += 1
    top = page.row + 1
    page.headings(
        (page.row, LABEL),
        [
            "one row of an image",
            "input",
            "1 pool",
            "2 pools",
            "3 pools",
            "",
            "",
            "input",
            "1 pool",
            "2 pools",
            "3 pools",
        ],
    )
    _pooled(page, top, peak)
    _same(page, top)
    page.row = top + CELLS + 2
    _fields(page)


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
    """For each position, whether a peak there would give the same pooled value."""
    left = FIRST + POOLS + 3
    for pool in range(POOLS + 1):
        size = 2**pool
        values = [page.cells[row, FIRST + pool].value for row in range(top, top + CELLS, size)]
        cell = Area.of(top, FIRST + pool, sheet=page.name)
        marked = np.repeat(np.array(values, float), size)[:, None]
        known = {X: Known(moving(cell, size, size, each=size), marked)}
        marks = page.fill((top, left + pool), SAME, known, "tally")
        page.compute((top + CELLS, left + pool), total(X), {X: marks}, "tally total")
    page.shade(Area(top, left, top + CELLS - 1, left + POOLS), high=GREEN)
    page.label((top + CELLS, FIRST + 3), "places that look the same:", "bold")


def _fields(page: Page) -> None:
    """Receptive fields by pools and convolutions; then those of the networks in the experiment."""
    page.equation(JUMP, "Input cells from one cell to the next, after k pools:")
    page.equation(FIELD, "Input cells that n convolutions then see:")
    top, left = page.row, FIRST + POOLS + 3
    page.headings((top, LABEL), ["pools k", *("" for _ in range(POOLS + 1))])
    pools = [page.fixed((top, FIRST + k), k, "heading") for k in range(POOLS + 1)]
    page.label((top + 1, LABEL), "j, cells that one step covers")
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
        "The networks measured below: of 28 cells a side, each of the last sees",
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
    title="Distance of MaxPooling from the prediction",
    idea=(
        "Each max pool halves the map: one cell then stands for twice as many cells along a side, "
        "and where among them is lost.",
        "But every convolution after it steps twice as far over the image: with the same 3x3 "
        "kernels it sees more at once.",
        "A pool just before the prediction loses places as well, but no convolution is left to "
        "use the wider view.",
    ),
    experiment=EXPERIMENT,
    conclusion=(
        "With {0.name} the network ends at {0.accuracy}; with one {1.name} at {1.accuracy}, "
        "{1~0.more}.",
        "{4.name} it is {4~0.than} with none ({4.accuracy}), and {4~1.than} {1.name}.",
        "All these are padded, for maps that do not run out. The baseline, not padded and with one "
        "pool, ends at {5.accuracy}: {5~1.than} the best place here.",
    ),
    demonstrate=demonstrate,
)
