"""Concept 2: MaxPooling."""

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Integer, Symbol

from toolkit.book.address import Area
from toolkit.book.grid import Grid, moving
from toolkit.book.known import Known
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.material import small_digit
from toolkit.pages.concepts.page import BLUE, FIRST, LABEL, YELLOW, Page
from toolkit.pages.live.layout import Maps, filled
from toolkit.symbols.equation import Equation
from toolkit.symbols.maps import first_largest, window_largest, window_sum
from toolkit.symbols.ranges import largest, total

SIDE, SIZE = 8, 2
POOLED = SIDE // SIZE
BESIDE = FIRST + SIDE + 1
X, Y, MEAN, LARGEST = Symbol("x"), Symbol("y"), Symbol("mean"), Symbol("m")
POOL = Equation(Y, window_largest(X))
AVERAGE = Equation(MEAN, window_sum(X) / Integer(SIZE * SIZE))


def demonstrate(page: Page) -> None:
    """An image, and for each window its largest cell, its mean and its first cell."""
    page.equation(POOL, "y, of each window x the largest cell:")
    page.equation(AVERAGE, "to compare: the mean of the same four:")
    page.row += 1
    image, first, second = _image(page), page.row + 1, page.row + SIDE + 3
    maps = Maps(page.name, ((first, FIRST),), image[None])
    pooled = _pooled(page, "largest of each 2x2 window", (first, BESIDE), POOL.expr, maps)
    means = _pooled(
        page=page,
        words="mean of each window",
        place=(first + 6, BESIDE),
        expr=AVERAGE.expr,
        maps=maps,
        style="seconds right",
    )
    picks = _pooled(page, "every second cell (stride 2)", (first + 12, BESIDE), X, maps)
    page.label(
        (second - 1, FIRST), "1 marks the winner of each window (of equal cells the first)", "bold"
    )
    page.grids.append(
        _winners(
            page=page, image=(first, FIRST), pooled=(first, BESIDE), x=image, y=pooled, top=second
        )
    )
    page.shade(Area(second, FIRST, second + SIDE - 1, FIRST + SIDE - 1), high="8FD3B6")
    _explained(page, first, second)
    page.row = second + SIDE + 1
    cells = page.reach(Area.of(first, FIRST, SIDE, SIDE), image)
    _compared(page, (cells, pooled, means, picks))


def _image(page: Page) -> NDArray[np.float64]:
    """The middle of a digit, which the reader can change."""
    image = small_digit(7)[3 : 3 + SIDE, 3 : 3 + SIDE]
    page.label((page.row, FIRST), "The image: change the yellow cells", "bold")
    page.inputs((page.row + 1, FIRST), image, 0, 255)
    page.shade(
        Area(page.row + 1, FIRST, page.row + SIDE, FIRST + SIDE - 1), high=YELLOW, low="FFF6D6"
    )
    return image


def _pooled(
    page: Page, words: str, place: tuple[int, int], expr: Expr, maps: Maps, style: str = "tally"
) -> Known:
    """One cell for each window; `expr` is a function of the window, or x for its first cell."""
    row, column = place
    page.label((row - 1, column), words, "bold")
    known = {X: maps.window(0, 1 if expr == X else SIZE, SIZE)}
    page.shade(Area(row, column, row + POOLED - 1, column + POOLED - 1), high=BLUE)
    return page.fill(place, expr, known, style)


def _winners(
    page: Page,
    image: tuple[int, int],
    pooled: tuple[int, int],
    x: NDArray[np.float64],
    y: Known,
    top: int,
) -> Grid:
    """1 where a cell is the first largest of its window, from four alternating formulas."""
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


def _explained(page: Page, first: int, second: int) -> None:
    """Suggestions and explanations on the left of the images."""
    for row, words in (
        (first, "It is the middle of a handwritten 9;"),
        (first + 1, "0 is black, 255 is white."),
        (first + 3, "Try: exchange two cells of one window."),
        (first + 4, "The largest stays; only its 1 moves."),
        (first + 5, "Try: 255 in a dark cell. The largest jumps"),
        (first + 6, "to 255, the mean rises by a quarter of it."),
        (second, "The gradient goes back through these cells;"),
        (second + 1, "the others get none."),
        (second + 3, "A stride picks without looking: a thin"),
        (second + 4, "stroke between the picked cells is lost."),
    ):
        page.label((row, LABEL), words)


def _compared(page: Page, maps: tuple[Known, ...]) -> None:
    """The brightest cell and the mean of the image and of each pooled image."""
    page.headings((page.row, LABEL), ["what is left", "image", "largest", "mean", "stride 2"])
    for n, words in enumerate(("brightest cell", "mean of all cells"), 1):
        page.label((page.row + n, LABEL), words)
        for column, cells in enumerate(maps, FIRST):
            expr = total(X) / Integer(np.asarray(cells.value).size) if n > 1 else largest(X)
            page.compute((page.row + n, column), expr, {X: cells}, "seconds right")
    page.row += 3


CONCEPT = Concept(
    name="max-pooling",
    number=2,
    title="MaxPooling",
    idea=(
        "Max pooling looks at a map through windows of 2x2 cells and keeps the largest number of "
        "each: a quarter of the cells is left.",
        "It says that a pattern was found, and about where. Nothing in it is learned.",
        "Where in its window the largest cell stood is forgotten, but the gradient goes back to "
        "that cell alone.",
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
    demonstrate=demonstrate,
)
