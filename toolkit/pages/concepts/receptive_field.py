"""Concept 5: Receptive field."""

import numpy as np
from sympy import And, Expr, Float, Integer, Piecewise, Symbol, floor

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.regions import open_areas
from toolkit.book.sheet import Series
from toolkit.book.tables import Cell
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts import material
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.page import FIRST, LABEL, POSITIVE, STAGE, Page
from toolkit.symbols.bounds import as_number, with_bounds
from toolkit.symbols.equation import Equation
from toolkit.symbols.text import Text, joined

LAYERS, SIDE = 10, 28
N, J, R, K, S, P = (Symbol(name) for name in ("n", "j", "r", "k", "s", "p"))
LOW, HIGH, CELL, END = (Symbol(name) for name in ("first", "last", "i", "end"))
SIZE = Equation(Symbol("n'"), floor((N + 2 * P - K) / S) + 1)
JUMP = Equation(Symbol("j'"), J * S)
SEES = Equation(Symbol("r'"), R + (K - 1) * J)
NOTE = "Add layers in the blank rows, which pass on what is above."
BOUNDS = {K: (1, 28), S: (1, 4), P: (0, 14)}
COLUMNS = {symbol: FIRST + n for n, symbol in enumerate((K, S, P, N, J, R))}
TOP, VERDICT = STAGE, STAGE + LAYERS + 3  # the headings of the table, and the sentence below it
DIGIT = 20  # pixels: the side of the square into which every digit of MNIST fits
SEEN = joined(Text("A cell of the last map sees "), R, Text(" x "), R, Text(" pixels of the image"))
ANSWER = Piecewise(
    (Text("A kernel is larger than the map that it reads, so the last map is empty."), N < 1),
    (joined(SEEN, Text(": all of it.")), R >= END),
    (joined(SEEN, Text(f": a digit of {DIGIT} x {DIGIT} fits in.")), R >= DIGIT),
    (joined(SEEN, Text(f": less than a digit of {DIGIT} x {DIGIT}.")), True),
)
EDGES = {
    "field: left": (END - R) / 2,
    "field: right": (END + R) / 2,
    "image: left": Integer(0),
    "image: right": END,
}
IN_MAP = Float(0.2)  # a paler colour for cells outside the receptive field


def demonstrate(page: Page) -> None:
    """One row for each layer, computed from the row above, and two pictures of what it sees."""
    rows = _table(page)
    page.label((VERDICT + 3, LABEL), NOTE, "note")
    page.row = VERDICT + 4
    page.controls = list(open_areas(page.cells))
    page.explain()
    page.equation(SIZE, "Size n of a map, from the row above:")
    page.equation(JUMP, "Jump j in pixels from cell to cell:")
    page.equation(SEES, "Receptive field r, pixels to a side:")
    page.row += 1
    page.say("Dark: the cells on which the middle cell of the last map depends", style="bold")
    _back(page, page.row, rows)
    _picture(page, rows)
    below = page.row
    _verdict(page, rows)
    _chart(page, below + 1, rows)
    page.effects += [Area.of(TOP + 1, COLUMNS[N], LAYERS + 1, 3), Area.of(VERDICT, LABEL, 2, 6)]
    page.effects += page.charts
    page.row = below + LAYERS + 4


def _verdict(page: Page, rows: list[dict[Symbol, Known]]) -> None:
    """How much of the image a cell of the last map sees, in a sentence."""
    known = {N: rows[-1][N], R: rows[-1][R], END: rows[0][N]}
    page.compute((VERDICT, LABEL), ANSWER.xreplace({END: as_number(END)}), known, "finding")
    page.merges.append(Area.of(VERDICT, LABEL, 2, 6))


def _chart(page: Page, top: int, rows: list[dict[Symbol, Known]]) -> None:
    """The edges of each layer's receptive field and of the image, in pixels."""
    page.headings((top, LABEL), ["the chart above: layer (0 is the image)", *EDGES])
    for n, row in enumerate(rows):
        page.fixed((top + 1 + n, LABEL), n, "label")
        known = {R: row[R], END: rows[0][N]}
        for column, expr in enumerate(EDGES.values(), FIRST):
            safe = expr.xreplace({END: as_number(END)})
            page.compute((top + 1 + n, column), safe, known, "decimals 1")
    layers = page.down((top + 1, LABEL), len(rows))
    lines = [
        Series(page.known((top, FIRST + n)), page.down((top + 1, FIRST + n), len(rows)), layers)
        for n in range(len(EDGES))
    ]
    page.curve(
        "What one cell of each layer sees of the image",
        "pixels",
        "layer",
        lines,
        (STAGE, FIRST + len(COLUMNS)),
        width=12,
        height=11,
        y_format="0",
        y_min=0,
        y_max=LAYERS,
        x_free=True,
    )


def _kernels() -> list[tuple[int | None, ...]]:
    """Kernel, stride and padding of the trained network's layers, then blank rows."""
    stages = [s for s in material.network() if s.kind in ("convolution", "pool")]
    kernels: list[tuple[int | None, ...]] = [(s.size, s.stride, s.padding) for s in stages]
    return kernels + [(None, None, None)] * (LAYERS - len(kernels))


def _table(page: Page) -> list[dict[Symbol, Known]]:
    """Sizes, jumps and receptive fields, beginning with the image."""
    words = ["kernel k", "stride s", "padding p", "size n", "jump j", "field r"]
    page.headings((TOP, LABEL), ["change the yellow cells", *words])
    page.label((TOP + 1, LABEL), f"image (its side: up to {SIDE})")
    operands = {N: page.input((TOP + 1, COLUMNS[N]), SIDE, 1, SIDE, whole=True)}
    for symbol, start in ((J, 1), (R, 1)):
        operands[symbol] = page.fixed((TOP + 1, COLUMNS[symbol]), start, "right")
    rows = [operands]
    for row, numbers in enumerate(_kernels(), TOP + 2):
        page.label((row, LABEL), f"layer {row - TOP - 1}")
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
    """The size, jump and field of a layer."""
    return {
        symbol: page.compute((row, COLUMNS[symbol]), with_bounds(expr, BOUNDS), operands, "right")
        for symbol, expr in ((N, _size()), (J, JUMP.expr), (R, SEES.expr))
    }


def _size() -> Expr:
    """The size of the map, or 0 if the kernel does not fit or an earlier map is empty."""
    expr = Piecewise((SIZE.expr, And(N >= 1, N + 2 * P >= K)), (Integer(0), True))
    return expr.xreplace({N: as_number(N)})


def _back(page: Page, top: int, rows: list[dict[Symbol, Known]]) -> None:
    """The cells of each map that influence the middle cell of the last one, from last to first."""
    names = ["cell of the map", "image", *(f"layer {n}" for n in range(1, LAYERS + 1))]
    page.headings((top, LABEL), names)
    places = {LOW: top + 1, HIGH: top + 2}
    for (symbol, row), words in zip(places.items(), ("sees from", "to"), strict=True):
        page.label((row, LABEL), words)
        middle = page.compute((row, FIRST + LAYERS), floor((N + 1) / 2), {N: rows[-1][N]}, "right")
        rows[-1][symbol] = middle
    steps = {LOW: (LOW - 1) * S + 1 - P, HIGH: (HIGH - 1) * S + K - P}
    for n in range(LAYERS - 1, -1, -1):
        operands = rows[n + 1] | {END: rows[-1][N]}
        for symbol, step in steps.items():
            expr = Piecewise((with_bounds(step, BOUNDS), END >= 1), (Integer(0), True))
            rows[n][symbol] = page.compute((places[symbol], FIRST + n), expr, operands, "right")
    page.row = top + 3


def _picture(page: Page, rows: list[dict[Symbol, Known]]) -> None:
    """One column of cells for each map: inside the field, outside it, or outside the map."""
    top, seen = page.row, And(CELL >= LOW, CELL <= HIGH, CELL <= N)
    expr = Piecewise((Integer(1), seen), (IN_MAP, CELL <= N), (Integer(0), True))
    for n in range(SIDE):
        page.fixed((top + n, LABEL), n + 1, "small")
        page.heights[top + n] = 10.5
    numbers = page.moving(Area.of(top, LABEL), np.arange(1.0, SIDE + 1)[:, None], across=0)
    for n, row in enumerate(rows):
        operands = {symbol: row[symbol] for symbol in (N, LOW, HIGH)} | {CELL: numbers}
        page.fill((top, FIRST + n), expr, operands, "shade")
    page.shade(Area.of(top, FIRST, SIDE, LAYERS + 1), high=POSITIVE, end=1.0)
    page.row = top + SIDE


CONCEPT = Concept(
    name="receptive-field",
    number=5,
    title="Receptive field",
    question="How much of the image must a cell of the last layer see?",
    finding=(
        "At {2.name} the network ends at {2.accuracy}, {2~0.than} at {0.name} ({0.accuracy}); "
        "beyond {3.name} it is {4~3.more} ({4.accuracy})."
    ),
    summary=(
        "At {0.name} the network ends at {0.accuracy}, at {2.name} at {2.accuracy} and at "
        "{4.name} at {4.accuracy}."
    ),
    idea=(
        "The receptive field of a cell is the part of the image that it depends on. The cell "
        "cannot know anything about the pixels outside.",
        "A kernel of side k widens the receptive field by k - 1 jumps. The jump, the distance in "
        "pixels from cell to cell, grows with every stride.",
        "After a pool of stride 2, each 3x3 kernel therefore adds 4 pixels instead of 2.",
    ),
    experiment=Experiment(
        "How large a receptive field does the last layer need before the average?",
        (
            Variant("receptive field 10", layers="8 16 P 8:1 28 G F10"),
            Variant("receptive field 14", layers="8 16 P 8:1 16 28 G F10"),
            Variant("receptive field 18", layers="8 16 P 8:1 16 24 28 G F10"),
            Variant("receptive field 22"),
            Variant("receptive field 26", layers="8 16 P 8:1 16 16 24 24 28 G F10"),
        ),
    ),
    conclusion=(
        "At {0.name}: {0.accuracy}. At {1.name}: {1.accuracy}, {1~0.more}; at {2.name}: "
        "{2.accuracy}, {2~1.more}.",
        "At {3.name}: {3.accuracy}, {3~2.more}; at {4.name}: {4.accuracy}, {4~3.more}.",
        "Each step is also one more layer ({0.parameters} parameters at first, {4.parameters} at "
        "the end), so the receptive field need not be the only reason.",
    ),
    rule=(
        "Add layers, strides or pools until the receptive field of the last convolution covers the "
        "objects in the image: for MNIST, about 20 pixels.",
        "A stride widens the field of all layers after it at no cost, but it makes the maps "
        "smaller: none may become smaller than the kernel that reads it.",
        "Pixels in the middle of the receptive field count more than those at its edge, so the "
        "field that is really used is smaller than r.",
    ),
    tasks=(
        Task(
            "Layer 3 is the pool. How far does the last layer see without it?",
            "k and s of layer 3 to 1",
            "13 pixels instead of 22: without the stride, each of the four 3x3 kernels after the "
            "pool adds 2 pixels instead of 4.",
        ),
        Task(
            "By how many pixels does a 7x7 kernel in layer 1 widen the receptive field of the last "
            "layer?",
            "k of layer 1 to 7",
            "By 4, from 22 to 26: before the pool the jump is 1, so each of the 4 "
            "additional columns of the kernel adds one pixel.",
        ),
        Task(
            "With a stride of 2 in layer 1, the formula gives more than 28 pixels. Does the last "
            "layer see the whole image?",
            "s of layer 1 to 2",
            "No. The map before layer 7 has one cell left, and its kernel of 3 does not fit: the "
            "last map is empty. A padding of 1 would help.",
        ),
    ),
    demonstrate=demonstrate,
)
