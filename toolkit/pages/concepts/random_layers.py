"""A small network of random layers, for concept 24."""

import numpy as np
from sympy import Symbol, sqrt

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.sheet import Series
from toolkit.book.tables import Cell
from toolkit.pages.concepts.page import ASIDE, FIRST, LABEL, STAGE, Page
from toolkit.symbols.bounds import as_number
from toolkit.symbols.maps import rectified, weighted_sum
from toolkit.symbols.ranges import squares

DEEP, WIDE = 6, 6  # layers, and neurons of each
N, S, A = (Symbol(name, positive=True) for name in ("n", "s", "a"))
NORMALS, ACTIVATIONS = Symbol("normals"), Symbol("activations")
# As many neurons as fit a screen stand for n: their weights are larger in proportion.
NEURON = rectified(S * sqrt(N / WIDE) * weighted_sum(NORMALS, ACTIVATIONS))
SIZE = sqrt(squares(A) / WIDE)
SAFE = {symbol: as_number(symbol) for symbol in (N, S)}  # a word in a yellow cell counts as 0
Cells = dict[Symbol, Known]


def real_pass(page: Page, top: int, known: Cells) -> Series:
    """Write a small network with stored random weights, one column per layer and one row per
    neuron, and return the line of its sizes. `known` holds the width N and the deviation S.
    """
    random = np.random.default_rng(0)
    page.label((top, LABEL), f"a real pass: {WIDE} neurons a layer, same n·s²", "name")
    page.inputs((top + 1, FIRST), np.array([[1.0], [-1], [1], [1], [-1], [1]]), -100, 100)
    for layer in range(DEEP + 1):
        page.cells[top, FIRST + layer] = Cell(layer, "heading")
        if layer:
            normals = _normals(page, STAGE + (layer - 1) * (WIDE + 1), layer, random)
            _layer(page, top + 1, FIRST + layer, known, normals)
        cells = _column(page, top + 1, FIRST + layer)
        page.compute((top + 1 + WIDE, FIRST + layer), SIZE, {A: cells}, "tiny")
    for n in range(WIDE):
        page.label(
            (top + 1 + n, LABEL), f"neuron {n + 1}" if n else "neuron 1 (layer 0: the input)"
        )
    page.label((top + 1 + WIDE, LABEL), "real pass: your s, ReLU", "name")
    sizes = [page.cells[top + 1 + WIDE, FIRST + n].value for n in range(DEEP + 1)]
    return Series(
        page.known((top + 1 + WIDE, LABEL)),
        page.reach(Area.of(top, FIRST, wide=DEEP + 1), list(range(DEEP + 1))),
        page.reach(Area.of(top + 1 + WIDE, FIRST, wide=DEEP + 1), sizes),
        dots=True,
    )


def _normals(page: Page, top: int, layer: int, random: np.random.Generator) -> list[Known]:
    """Stored normal random numbers, with one column for each neuron of the next layer."""
    values = np.round(random.standard_normal((WIDE, WIDE)), 4)
    page.label((top, ASIDE), f"normal numbers to layer {layer}", "name")
    for (row, column), number in np.ndenumerate(values):
        page.fixed((top + 1 + row, ASIDE + column), float(number))
    return [_column(page, top + 1, ASIDE + n) for n in range(WIDE)]


def _layer(page: Page, top: int, column: int, known: Cells, normals: list[Known]) -> None:
    before = _column(page, top, column - 1)
    for n, weights in enumerate(normals):
        operands = known | {NORMALS: weights, ACTIVATIONS: before}
        page.compute((top + n, column), NEURON.xreplace(SAFE), operands, "tiny")


def _column(page: Page, row: int, column: int) -> Known:
    """A number for each neuron, as an array of one column."""
    cells = page.down((row, column), WIDE)
    return Known(cells.address, np.array(cells.value, float)[:, None])
