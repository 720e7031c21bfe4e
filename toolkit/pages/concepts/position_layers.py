"""Layer by layer: six convolutions with a pool or transition at a selected position."""

import numpy as np
from sympy import Eq, Expr, Integer, Max, Piecewise, Symbol, floor

from toolkit.book.address import Area
from toolkit.book.known import Known, constant
from toolkit.pages.concepts.page import FIRST, LABEL, Page
from toolkit.pages.concepts.positions import (
    COUNT,
    FIELD,
    IN,
    KERNEL,
    NARROW,
    OUT,
    PARAMETERS,
    POOL,
    POSITION,
    PRODUCTS,
    SAFE,
    SIDE,
    SIDE_AFTER,
    WEIGHTS,
    Settings,
)
from toolkit.symbols.bounds import number_of
from toolkit.symbols.lookups import element
from toolkit.symbols.ranges import total

CHANNELS, SIDES, COUNTED, WORK, FIELD_ROW, ACTIVATIONS = range(1, 7)  # rows below the headings
ROWS = (
    "channels: its maps",
    "side of its maps",
    "weights",
    "thousand products (multiply-adds)",
    "receptive field: pixels along a side",
    "thousand cells of its maps (memory)",
)
BEFORE, CELLS = Symbol("before"), Symbol("cells")
Reads = dict[Symbol, Known]


def layers(page: Page, chosen: Settings) -> int:
    """Write a table with one column per convolution, the 1x1, and the totals; return the row of its
    headings.
    """
    top = page.row
    page.headings((top, LABEL), ["layer by layer: convolution", *map(str, range(1, COUNT + 1))])
    for n, words in enumerate(ROWS, 1):
        page.label((top + n, LABEL), words)
    for n in range(1, COUNT + 1):
        _convolution(page, top, chosen, n)
    last = COUNT
    if chosen.narrow is not None:
        last += 1
        page.label((top, FIRST + last - 1), "the 1x1", "wrapped heading")
        _one_by_one(page, top, chosen, chosen.narrow)
    _together(page, top, chosen, last)
    page.row = top + len(ROWS) + 2
    return top


def _convolution(page: Page, row: int, chosen: Settings, n: int) -> None:
    """Convolution number `n`, whose input is the previous convolution or the pool after it."""
    column = FIRST + n - 1
    known = chosen.sizes | {POSITION: chosen.position, OUT: chosen.channels[n - 1]}
    _put(page, (row + CHANNELS, column), OUT, known, "integer right")
    here = Eq(chosen.place, n - 1)
    into: Expr = Integer(1)
    if n > 1:
        known |= {IN: chosen.channels[n - 2], SIDE: page.known((row + SIDES, column - 1))}
        into = IN
    if chosen.narrow is not None and n > 1:
        known[NARROW] = chosen.narrow
        into = Piecewise((NARROW, here), (IN, True))
    entering = Piecewise((floor(SIDE / POOL), here), (SIDE, True))
    side = Max(0, SIDE_AFTER.expr.subs(SIDE, entering))
    _put(page, (row + SIDES, column), side, known, "integer right")
    _put(page, (row + COUNTED, column), PARAMETERS.expr.subs(IN, into), known, "integer right")
    _costs(page, row, column, OUT, known)
    field_before = page.known((row + FIELD_ROW, column - 1)) if n > 1 else constant(1)
    _put(
        page,
        (row + FIELD_ROW, column),
        _field(chosen, n),
        known | {BEFORE: field_before},
        "integer right",
    )


def _field(chosen: Settings, n: int) -> Expr:
    """The receptive field of a convolution.

    A pool enlarges it by its window minus 1, and multiplies the steps of later layers by its
    stride.
    """
    pooled = Piecewise((POOL - 1, Eq(chosen.place, n - 1)), (Integer(0), True))
    step = Piecewise((POOL, chosen.place < n), (Integer(1), True))
    return BEFORE + pooled + (KERNEL - 1) * step


def _one_by_one(page: Page, row: int, chosen: Settings, narrow: Known) -> None:
    """The 1x1 convolution of the transition, which works on pooled maps."""
    column = FIRST + COUNT
    known = chosen.sizes | {POSITION: chosen.position, NARROW: narrow}
    page.compute((row + CHANNELS, column), number_of(NARROW), known, "integer right")
    at = element(CELLS, Integer(1), chosen.place)
    operands = known | {CELLS: _across(page, row + SIDES)}
    _put(page, (row + SIDES, column), floor(at / POOL), operands, "integer right")
    operands = known | {CELLS: _across(page, row + CHANNELS)}
    _put(page, (row + COUNTED, column), number_of(at) * NARROW, operands, "integer right")
    _costs(page, row, column, NARROW, known)


def _costs(page: Page, row: int, column: int, out: Symbol, known: Reads) -> None:
    """The products of the layer in this column, and its output cells."""
    side = SIDE_AFTER.symbol
    operands = known | {
        WEIGHTS: page.known((row + COUNTED, column)),
        side: page.known((row + SIDES, column)),
    }
    _put(page, (row + WORK, column), PRODUCTS.expr / 1000, operands, "integer right")
    _put(page, (row + ACTIVATIONS, column), out * side**2 / 1000, operands, "seconds right")


def _together(page: Page, row: int, chosen: Settings, last: int) -> None:
    """The totals of the layers, and the receptive field after the last of them and the pool."""
    column = FIRST + last
    page.label((row, column), "together", "wrapped heading")
    styles = {COUNTED: "integer right", WORK: "integer right", ACTIVATIONS: "seconds right"}
    for n, style in styles.items():
        page.compute((row + n, column), total(CELLS), {CELLS: _across(page, row + n, last)}, style)
    known = chosen.sizes | {POSITION: chosen.position}
    field = FIELD.expr.subs(POSITION, chosen.place)
    _put(page, (row + FIELD_ROW, column), field, known, "integer right")


def _across(page: Page, row: int, count: int = COUNT) -> Known:
    """The cells of one row, side by side, as a range."""
    values = [float(str(page.cells[row, FIRST + n].value)) for n in range(count)]
    return page.reach(Area.of(row, FIRST, wide=count), np.array([values]))


def _put(page: Page, place: tuple[int, int], expr: Expr, known: Reads, style: str) -> None:
    page.compute(place, expr.xreplace(SAFE), known, style)
