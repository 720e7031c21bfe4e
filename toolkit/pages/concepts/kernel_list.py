"""A list of 3x3 kernels, of which a reader chooses one: classical, learned, or the reader's own."""

import numpy as np
from sympy import Integer, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.pages.concepts import material
from toolkit.pages.concepts.page import FIRST, LABEL, Page, Place
from toolkit.symbols.bounds import as_number
from toolkit.symbols.lookups import element, place_or

SIZE = 3
OWN = "your own"
KERNELS = {
    "horizontal edge": ((1, 1, 1), (0, 0, 0), (-1, -1, -1)),
    "vertical edge": ((1, 0, -1), (1, 0, -1), (1, 0, -1)),
    "blur": ((0.0625, 0.125, 0.0625), (0.125, 0.25, 0.125), (0.0625, 0.125, 0.0625)),
    "sharpen": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
}
LEARNED = {"learned: 1st kernel": 0, "learned: 5th kernel": 4}
NAMES = (*KERNELS, *LEARNED, OWN)
PLACES = [
    f"{down} {across}" for down in ("top", "mid", "low") for across in ("left", "mid", "right")
]
ABOVE, BELOW_0 = "8FC3E4", "F0A36B"  # of positive and of negative numbers, which stay readable
X, CELLS, CHOSEN, LIST = (Symbol(name) for name in ("x", "cells", "chosen", "names"))


def write(page: Page, own: Place, chosen: Known, place: Place) -> Known:
    """Write the kernels of the list, one in each row, the last from the cells at `own`; then the
    chosen one as a square at `place`, which is returned.
    """
    top = page.row
    page.headings((top, LABEL), ["the kernels of the list, one in each row", *PLACES])
    learned = np.round(material.learned_kernels()[:, 0], 2)
    rows = KERNELS | {name: tuple(map(tuple, learned[n].tolist())) for name, n in LEARNED.items()}
    for row, (name, weights) in enumerate(rows.items(), top + 1):
        page.label((row, LABEL), name)
        for n, weight in enumerate(np.ravel(weights).tolist()):
            page.fixed((row, FIRST + n), weight, "decimals 2")
    last = top + len(NAMES)
    page.label((last, LABEL), OWN)
    for n, (down, across) in enumerate(np.ndindex(SIZE, SIZE)):
        cell = page.known((own[0] + down, own[1] + across))
        page.compute((last, FIRST + n), as_number(X), {X: cell}, "decimals 2")
    page.row = last + 1
    return _in_use(page, top, chosen, place)


def _in_use(page: Page, top: int, chosen: Known, place: Place) -> Known:
    """The chosen kernel as a square."""
    count, (row, column) = len(NAMES), place
    page.label((row - 1, column), "kernel in use", "bold")
    known = {LIST: page.down((top + 1, LABEL), count), CHOSEN: chosen}
    for n, (down, across) in enumerate(np.ndindex(SIZE, SIZE)):
        operands = known | {CELLS: page.down((top + 1, FIRST + n), count)}
        expr = element(CELLS, place_or(CHOSEN, LIST, Integer(count)))
        page.compute((row + down, column + across), expr, operands, "decimals 2")
    area = Area.of(*place, SIZE, SIZE)
    page.shade(area, high=ABOVE, low=BELOW_0, end=2.0)
    values = [
        page.cells[row + down, column + across].value for down, across in np.ndindex(SIZE, SIZE)
    ]
    return page.reach(area, np.array(values, float).reshape(SIZE, SIZE))
