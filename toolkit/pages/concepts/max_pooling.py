"""Concept 2: Max pooling."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Integer, Symbol

from toolkit.book.address import Area
from toolkit.book.grid import Grid, moving
from toolkit.book.known import Known
from toolkit.book.theme import INPUT_FILL
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.material import small_digit
from toolkit.pages.concepts.page import BLUE, FIRST, LABEL, STAGE, Page, Place
from toolkit.pages.concepts.three_by_three import PAPER
from toolkit.pages.live.layout import Maps, filled
from toolkit.symbols.equation import Equation
from toolkit.symbols.maps import first_largest, window_largest, window_sum
from toolkit.symbols.ranges import largest, total

SIDE, SIZE = 6, 2
POOLED = SIDE // SIZE
BESIDE = FIRST + SIDE + 1
X, Y, MEAN, LARGEST = Symbol("x"), Symbol("y"), Symbol("mean"), Symbol("m")
POOL = Equation(Y, window_largest(X))
AVERAGE = Equation(MEAN, window_sum(X) / Integer(SIZE * SIZE))
NOTES = (
    "It is the middle of a handwritten 9.",
    "0 is paper, and 255 is full ink.",
    "Every 2x2 cells are one window: the",
    "cells of rows 1 and 2 in columns 1",
    "and 2, then in columns 3 and 4, …",
)
WINNERS = (
    "A 1 marks the largest cell of a window,",
    "of equal cells the first. In training,",
    "the gradient goes back to this cell",
    "alone; the other three receive none.",
)


def demonstrate(page: Page) -> None:
    """An image, and for each window its largest cell, its mean and its first cell."""
    first, second = STAGE + 1, STAGE + SIDE + 3
    image = _image(page, first)
    maps = Maps(page.name, ((first, FIRST),), image[None])
    ways: tuple[tuple[str, Expr, str], ...] = (
        ("largest of each 2x2 window", POOL.expr, "tally"),
        ("mean of each window", AVERAGE.expr, "decimals 1"),
        ("first cell of each (stride 2)", X, "tally"),
    )
    pooled = [
        _pooled(page, words, (first + n * (POOLED + 2), BESIDE), expr, maps, style)
        for n, (words, expr, style) in enumerate(ways)
    ]
    page.label((second - 1, FIRST), "the cells that max pooling keeps", "bold")
    winners = _winners(page, (first, FIRST), (first, BESIDE), image, pooled[0], second)
    page.grids.append(winners)
    page.shade(winners.area, high="8FD3B6")
    for row, notes in ((first, NOTES), (second, WINNERS)):
        for n, words in enumerate(notes):
            page.label((row + n, LABEL), words)
    _compared(page, second + SIDE + 1, (page.reach(maps.area(0), image), *pooled))
    page.effects = [area for scale in page.scales[1:] for area in scale.areas]
    page.row = second + SIDE + 4
    page.explain()
    page.equation(POOL, "Max pooling: of each window x the largest cell")
    page.equation(AVERAGE, "To compare: the mean of the same four cells")


def _image(page: Page, first: int) -> NDArray[np.float64]:
    """The middle of a digit, which the reader can change."""
    image = small_digit(7)[3 : 3 + SIDE, 4 : 4 + SIDE]
    page.label((first - 1, FIRST), "the image: change its cells (0 to 255)", "bold")
    page.inputs((first, FIRST), image, 0, 255)
    page.shade(Area.of(first, FIRST, SIDE, SIDE), high=PAPER, low=INPUT_FILL)
    return image


def _pooled(page: Page, words: str, place: Place, expr: Expr, maps: Maps, style: str) -> Known:
    """One cell for each window; `expr` is a function of the window, or x for its first cell."""
    row, column = place
    page.label((row - 1, column), words, "bold")
    known = {X: maps.window(0, 1 if expr == X else SIZE, SIZE)}
    page.shade(Area.of(*place, POOLED, POOLED), high=BLUE)
    return page.fill(place, expr, known, style)


def _winners(
    page: Page, image: Place, pooled: Place, x: NDArray[np.float64], y: Known, top: int
) -> Grid:
    """A 1 in the cell that holds the maximum of its window, the first of equal ones, and 0 in the
    others, by four formulas: one for each position in a window.
    """
    values, turns = np.zeros((SIDE, SIDE)), []
    for down in range(SIZE):
        line = []
        for across in range(SIZE):
            number, known = down * SIZE + across, {}
            for n in range(number + 1):
                i, j = divmod(n, SIZE)
                pixel = Area.of(image[0] + i, image[1] + j, sheet=page.name)
                steps = moving(pixel, SIZE, SIZE, each=SIZE)
                known[Symbol(f"x{n}")] = Known(steps, x[i::SIZE, j::SIZE])
            largest = Area.of(*pooled, sheet=page.name)
            known[LARGEST] = Known(moving(largest, each=SIZE), y.value)
            earlier = (Symbol(f"x{n}") for n in range(number))
            expr = first_largest(Symbol(f"x{number}"), LARGEST, *earlier)
            grid = filled(expr, known, (top, FIRST), "tally")
            values[down::SIZE, across::SIZE] = grid.values
            line.append(grid.formula or "")
        turns.append(tuple(line))
    return Grid(top, FIRST, values, "tally", turns=tuple(turns))


def _compared(page: Page, top: int, maps: Sequence[Known]) -> None:
    """The largest cell and the mean of the image and of each pooled image."""
    page.headings((top, LABEL), ["what is left", "image", "largest", "mean", "stride 2"])
    for n, words in enumerate(("largest number of all cells", "mean of all cells"), 1):
        page.label((top + n, LABEL), words)
        for column, cells in enumerate(maps, FIRST):
            expr = total(X) / Integer(np.asarray(cells.value).size) if n > 1 else largest(X)
            page.compute((top + n, column), expr, {X: cells}, "seconds right")


CONCEPT = Concept(
    name="max-pooling",
    number=2,
    title="Max pooling",
    question="Does a network need max pooling to shrink its maps, or is a stride of 2 as good?",
    finding=(
        "With a {0.name} the network ends at {0.accuracy}. A stride of 2 instead is {1~0.more} "
        "({1.accuracy}); without any shrinking it is {3~0.more} ({3.accuracy})."
    ),
    summary=(
        "A stride of 2 instead of max pooling is {1~0.more} ({1.accuracy} against {0.accuracy}); "
        "no shrinking is {3~0.more} ({3.accuracy})."
    ),
    idea=(
        "Max pooling divides a map into windows of 2x2 cells and keeps the largest number of each, "
        "so that a quarter of the cells is left.",
        "The result says that a pattern was found and roughly where, but no longer in which cell "
        "of the window. Nothing in it is learned.",
        "A stride of 2 keeps a cell of each window without looking at the others: a thin stroke "
        "between the cells that it keeps is lost.",
    ),
    experiment=Experiment(
        "Does the network need max pooling to shrink its maps, or would a stride do as well?",
        (
            Variant("max pool"),
            Variant("stride 2 instead", layers="8 16/2 8:1 16 16 24 28 G F10"),
            Variant("two max pools", layers="8 16 P 8:1 16+1 16 P 24 28 G F10"),
            Variant("no shrinking", layers="8 16 8:1 16 16 24 28 G F10"),
        ),
    ),
    conclusion=(
        "The network with {0.name} ends at {0.accuracy}; with {1.name} it gets to {1.accuracy}, "
        "which is {1~0.more}, and takes {1~0.seconds} times as long.",
        "With {2.name} it gets to {2.accuracy}, {2~0.more}; with {3.name} to {3.accuracy}, "
        "{3~0.more}.",
        "Without shrinking, the same layers take {3~0.seconds} times as long: they have more "
        "cells to compute, and each sees less of the digit.",
    ),
    rule=(
        "Halve the side of the maps after the first few convolutions: each layer that follows then "
        "costs a quarter and reaches twice as far.",
        "Max pooling and a stride of 2 are then close to each other in accuracy; the stride is "
        "faster, because the convolution skips three quarters of the cells.",
        "This was measured on one small network and on digits. Where the exact position matters, "
        "as in segmentation, shrinking loses what is needed.",
    ),
    tasks=(
        Task(
            "Exchange the two cells at the start of the image's second row. Which of the three "
            "small maps change?",
            "B8 to 249 and C8 to 43",
            "None. The largest cell of the window is still 249 and the mean 93.5; only the 1 that "
            "marks the largest cell moves.",
        ),
        Task(
            "The window at the upper right is almost empty. What do its largest cell and its mean "
            "become when its second cell is full of ink?",
            "G7 to 255",
            "The largest cell jumps from 30 to 255, and the mean rises from 7.5 to 71.3. The "
            "stride does not see the change: it stays 0.",
        ),
        Task(
            "If all four cells of a window are equal, which of them receives the gradient?",
            "F7, G7, F8 and G8 to 100",
            "Only the first, F7: it alone is marked by a 1. The largest cell, the mean and the "
            "stride all give 100.",
        ),
    ),
    demonstrate=demonstrate,
)
