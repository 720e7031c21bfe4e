"""Concept 5: Receptive field."""

import numpy as np
from sympy import And, Expr, Float, Integer, Piecewise, Symbol, floor

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.tables import Cell
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts import material
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.page import FIRST, LABEL, POSITIVE, Page
from toolkit.symbols.bounds import as_number, with_bounds
from toolkit.symbols.equation import Equation
from toolkit.symbols.text import Text

LAYERS, SIDE = 10, 28
N, J, R, K, S, P = (Symbol(name) for name in ("n", "j", "r", "k", "s", "p"))
LOW, HIGH, CELL, END = (Symbol(name) for name in ("first", "last", "i", "end"))
SIZE = Equation(Symbol("n'"), floor((N + 2 * P - K) / S) + 1)
JUMP = Equation(Symbol("j'"), J * S)
SEES = Equation(Symbol("r'"), R + (K - 1) * J)
BOUNDS = {K: (1, 28), S: (1, 4), P: (0, 14)}
COLUMNS = {
    K: FIRST,
    S: FIRST + 1,
    P: FIRST + 2,
    N: FIRST + 3,
    J: FIRST + 4,
    R: FIRST + 5,
    LOW: FIRST + 6,
    HIGH: FIRST + 7,
}
NOTE = FIRST + 8
IN_MAP = Float(0.2)  # a paler colour for cells outside the receptive field


def demonstrate(page: Page) -> None:
    """One row for each layer, computed from the row above, and a picture of the receptive field."""
    page.say(
        "Try stride 2 in layer 1, padding 1, a kernel of 7, more layers in the blank rows. Where a "
        "cell sees from below 1, it sees padding.",
        style="muted",
    )
    page.equation(SIZE, "Size n of the map, from the row above:")
    page.equation(JUMP, "Jump j in pixels from cell to cell:")
    page.equation(SEES, "Receptive field r, pixels to a side:")
    top = page.row
    rows = _table(page, top)
    _back(page, top, rows)
    page.row = top + LAYERS + 3
    page.say(
        "Dark: what the middle cell of the last map sees, in the image and in each map. Pale: the "
        "rest of the map (28 cells have room here).",
        style="bold",
    )
    _picture(page, rows)


def _kernels() -> list[tuple[int | None, ...]]:
    """Kernel, stride and padding of the trained network's layers, then blank rows."""
    stages = [s for s in material.network() if s.kind in ("convolution", "pool")]
    kernels: list[tuple[int | None, ...]] = [(s.size, s.stride, s.padding) for s in stages]
    return kernels + [(None, None, None)] * (LAYERS - len(kernels))


def _table(page: Page, top: int) -> list[dict[Symbol, Known]]:
    """Sizes, jumps and receptive fields, beginning with the image."""
    words = [
        "kernel k",
        "stride s",
        "padding p",
        "size n",
        "jump j",
        "field r",
        "sees from",
        "to",
        "note",
    ]
    page.headings((top, LABEL), ["change the yellow cells; blank rows pass on", *words])
    page.label((top + 1, LABEL), "image (its side: up to 28)")
    operands = {N: page.input((top + 1, COLUMNS[N]), SIDE, 1, SIDE, whole=True)}
    for symbol, start in ((J, 1), (R, 1)):
        operands[symbol] = page.fixed((top + 1, COLUMNS[symbol]), start, "right")
    rows = [operands]
    for row, numbers in enumerate(_kernels(), top + 2):
        page.label((row, LABEL), f"layer {row - top - 1}")
        settings = {
            symbol: _setting(page, row, symbol, number)
            for symbol, number in zip((K, S, P), numbers, strict=True)
        }
        rows.append(settings | _next(page, row, rows[-1] | settings))
    return rows


def _setting(page: Page, row: int, symbol: Symbol, number: int | None) -> Known:
    """A yellow cell; a blank one counts as 0."""
    place = (row, COLUMNS[symbol])
    known = page.input(place, number or 0, *BOUNDS[symbol], whole=True)
    if number is None:
        page.cells[place] = Cell(None, "input")
    return known


def _next(page: Page, row: int, operands: dict[Symbol, Known]) -> dict[Symbol, Known]:
    """The size, jump and field of a layer, and a message if its kernel does not fit."""
    sizes = {}
    for symbol, expr in ((N, _size()), (J, JUMP.expr), (R, SEES.expr)):
        place = (row, COLUMNS[symbol])
        sizes[symbol] = page.compute(place, with_bounds(expr, BOUNDS), operands, "right")
    note = Piecewise((Text("the kernel is larger than the map"), N < 1), (Text(""), True))
    page.compute((row, NOTE), note, sizes, "muted")
    return sizes


def _size() -> Expr:
    """The size of the map, or 0 if the kernel does not fit or an earlier map is empty."""
    expr = Piecewise((SIZE.expr, And(N >= 1, N + 2 * P >= K)), (Integer(0), True))
    return expr.xreplace({N: as_number(N)})


def _back(page: Page, top: int, rows: list[dict[Symbol, Known]]) -> None:
    """The cells of each map that influence the middle cell of the last one, from last to first."""
    middle, last = floor((N + 1) / 2), rows[-1]
    for symbol in (LOW, HIGH):
        place = (top + 1 + LAYERS, COLUMNS[symbol])
        last[symbol] = page.compute(place, middle, {N: last[N]}, "right")
    steps = {LOW: (LOW - 1) * S + 1 - P, HIGH: (HIGH - 1) * S + K - P}
    for n in range(LAYERS - 1, -1, -1):
        operands = rows[n + 1] | {END: last[N]}
        for symbol, step in steps.items():
            expr = Piecewise((with_bounds(step, BOUNDS), END >= 1), (Integer(0), True))
            place = (top + 1 + n, COLUMNS[symbol])
            rows[n][symbol] = page.compute(place, expr, operands, "right")


def _picture(page: Page, rows: list[dict[Symbol, Known]]) -> None:
    """One column of cells for each map: inside the field, outside it, or outside the map."""
    top, seen = page.row, And(CELL >= LOW, CELL <= HIGH, CELL <= N)
    expr = Piecewise((Integer(1), seen), (IN_MAP, CELL <= N), (Integer(0), True))
    names = ["cell of the map", "image", *(f"layer {n}" for n in range(1, LAYERS + 1))]
    page.headings((top, LABEL), names)
    for n in range(SIDE):
        page.fixed((top + 1 + n, LABEL), n + 1, "small")
        page.heights[top + 1 + n] = 10.5
    numbers = page.moving(Area.of(top + 1, LABEL), np.arange(1.0, SIDE + 1)[:, None], across=0)
    for n, row in enumerate(rows):
        operands = {symbol: row[symbol] for symbol in (N, LOW, HIGH)} | {CELL: numbers}
        page.fill((top + 1, FIRST + n), expr, operands, "shade")
    page.shade(Area(top + 1, FIRST, top + SIDE, FIRST + LAYERS), high=POSITIVE, end=1.0)
    page.row = top + SIDE + 1


CONCEPT = Concept(
    name="receptive-field",
    number=5,
    title="Receptive field",
    idea=(
        "The receptive field of a cell: the pixels of the image that it depends on. What lies "
        "outside, it cannot know.",
        "A kernel of k widens it by (k - 1) jumps. The jump, from one cell to the next counted in "
        "pixels, grows with every stride;",
        "so after a pool each 3x3 sees twice as much further. A digit of MNIST fits into 20 x 20 "
        "pixels.",
    ),
    experiment=Experiment(
        "How far must the last layer see before the average over all places?",
        (
            Variant("receptive field 10", layers="8 16 P 8:1 28 G F10"),
            Variant("receptive field 14", layers="8 16 P 8:1 16 28 G F10"),
            Variant("receptive field 18", layers="8 16 P 8:1 16 24 28 G F10"),
            Variant("receptive field 22"),
            Variant("receptive field 26", layers="8 16 P 8:1 16 16 24 24 28 G F10"),
        ),
    ),
    conclusion=(
        "At {0.name}: {0.accuracy}. Up to {1.name}: {1.accuracy}, {1~0.more}; up to {2.name}: "
        "{2.accuracy}, {2~1.more}.",
        "On to {3.name}: {3.accuracy}, {3~2.more}; to {4.name}: {4.accuracy}, {4~3.more}.",
        "Each step is also a layer more ({0.parameters} parameters at first, {4.parameters} in the "
        "end), so the view need not be the only reason.",
    ),
    demonstrate=demonstrate,
)
