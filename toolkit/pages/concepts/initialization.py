"""Concept 24: Initialization."""

import numpy as np
from sympy import Expr, Symbol, sqrt

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.sheet import Series
from toolkit.book.tables import Cell
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.page import ASIDE, FIRST, LABEL, TOP, Page
from toolkit.symbols.activations import as_one
from toolkit.symbols.bounds import as_number, divisor
from toolkit.symbols.equation import Equation
from toolkit.symbols.maps import rectified, weighted_sum
from toolkit.symbols.ranges import squares

LAYERS, DEEP, WIDE = 10, 6, 6  # of the theory; of the real pass, and its neurons
N, S, V, A = (Symbol(name, positive=True) for name in ("n", "s", "v", "a"))
RELU = Equation(Symbol("v_ReLU"), N * S**2 * V / 2)
LINEAR = Equation(Symbol("v_linear"), N * S**2 * V)
HE = Equation(Symbol("s_He"), sqrt(as_one(2 / divisor(N))))
XAVIER = Equation(Symbol("s_Xavier"), sqrt(as_one(1 / divisor(N))))
PYTORCH = sqrt(as_one(1 / divisor(3 * N)))  # of Linear: uniform within 1/√n to both sides
NORMALS, ACTIVATIONS = Symbol("normals"), Symbol("activations")
# As many neurons as fit a screen stand for n: their weights are larger in proportion.
NEURON = rectified(S * sqrt(N / WIDE) * weighted_sum(NORMALS, ACTIVATIONS))
SIZE = sqrt(squares(A) / WIDE)
SAFE = {symbol: as_number(symbol) for symbol in (N, S)}  # a word in a yellow cell counts as 0
Cells = dict[Symbol, Known]


def demonstrate(page: Page) -> None:
    """The size of activations through ten layers, in theory and in a small network."""
    beside = page.row
    page.equation(RELU, "Mean square behind the next layer, with ReLU:")
    page.equation(LINEAR, "and without an activation function:")
    page.equation(HE, "So it stays as it is, with ReLU (He), where")
    page.equation(XAVIER, "and without (Xavier, as many out as in), where")
    page.say("Change the yellow cells: deviation s 0.1, 0.25, He's own; width n 16.")
    known = _settings(page)
    starts = _starts(page, known)
    top = page.row + 1
    lines = _theory(page, top, known, starts)
    lines.append(_pass(page, top + LAYERS + 3, known))
    page.curve(
        "Size of the activations, layer by layer",
        "layer",
        "size (logarithmic)",
        lines,
        (beside, FIRST + 6),
        width=14.5,
        height=11,
        y_log=True,
        y_format="0E+00",
    )
    page.row = top + LAYERS + WIDE + 5


def _settings(page: Page) -> Cells:
    """Width and deviation, and the factor by which a layer then multiplies the size."""
    known = {
        N: page.setting("width n: neurons in each layer", 64, 1, 4096, whole=True),
        S: page.setting("deviation s of the weights", 0.1, 0.0001, 10),
    }
    for line, words in (
        (RELU, "factor of each layer on the size, with ReLU"),
        (LINEAR, "without an activation function"),
    ):
        page.label((page.row, LABEL), words)
        page.compute((page.row, FIRST), _next(line).subs(V, 1).xreplace(SAFE), known)
        page.row += 1
    return known


def _starts(page: Page, known: Cells) -> list[Known]:
    """The usual deviations for this width."""
    starts = []
    for expr, words in (
        (HE.expr, "He's deviation for this width"),
        (XAVIER.expr, "Xavier's"),
        (PYTORCH, "PyTorch's own, of a linear layer"),
    ):
        page.label((page.row, LABEL), words)
        starts.append(page.compute((page.row, FIRST), expr.xreplace(SAFE), known))
        page.row += 1
    return starts


def _theory(page: Page, top: int, known: Cells, starts: list[Known]) -> list[Series]:
    """The root mean square after each layer, for the selected, He's and Xavier's deviation."""
    he, xavier, _ = starts
    ways = (
        (RELU, "yours, ReLU", known[S]),
        (RELU, "He, ReLU", he),
        (RELU, "Xavier, ReLU", xavier),
        (LINEAR, "yours, no ReLU", known[S]),
        (LINEAR, "Xavier, no ReLU", xavier),
    )
    words = [way[1] for way in ways]
    page.headings((top, LABEL), ["size of the activations behind layer", *words])
    for n in range(LAYERS + 1):
        page.fixed((top + 1 + n, LABEL), n, "right")
    for column, (line, _, deviation) in enumerate(ways, FIRST):
        here = page.fixed((top + 1, column), 1, "tiny")
        for n in range(1, LAYERS + 1):
            operands = known | {S: deviation, V: here}
            # The size is the root of the mean square, so the next is that of its square.
            here = page.compute((top + 1 + n, column), _next(line).xreplace(SAFE), operands, "tiny")
    # The last is 1 as He's.
    return [page.line((top, FIRST + n), LABEL, LAYERS + 1) for n in range(4)]


def _next(line: Equation) -> Expr:
    """The equation for sizes: the root of the equation for squares."""
    return sqrt(line.expr.subs(V, V**2))


def _pass(page: Page, top: int, known: Cells) -> Series:
    """A small network with stored random weights: one column per layer, one row per neuron."""
    random = np.random.default_rng(0)
    page.label((top, LABEL), f"a real pass: {WIDE} neurons a layer, ReLU, n·s² as above", "name")
    page.inputs((top + 1, FIRST), np.array([[1.0], [-1], [1], [1], [-1], [1]]), -100, 100)
    for layer in range(DEEP + 1):
        page.cells[top, FIRST + layer] = Cell(layer, "heading")
        if layer:
            normals = _normals(page, TOP + (layer - 1) * (WIDE + 1), layer, random)
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


CONCEPT = Concept(
    name="initialization",
    number=24,
    title="Initialization",
    idea=(
        "The first weights are random numbers; what matters is how large they are (their "
        "deviation s).",
        "Each layer multiplies the size of the activations by about the same factor. Below 1 they "
        "fade away, above 1 they explode.",
        "He's deviation makes that factor 1 behind ReLU, Xavier's without an activation function.",
    ),
    experiment=Experiment(
        "How large should the first weights be, with and without batch normalization?",
        (
            Variant("PyTorch's, batch norm"),
            Variant("deviation 1, batch norm", start="large"),
            Variant("deviation 0.001, batch norm", start="tiny"),
            Variant("He, no batch norm", start="he", after="R", training={"learning_rate": 0.02}),
            Variant(
                "Xavier, no batch norm", start="xavier", after="R", training={"learning_rate": 0.02}
            ),
            Variant(
                "deviation 0.001, no batch norm",
                start="tiny",
                after="R",
                training={"learning_rate": 0.02},
            ),
            Variant("PyTorch's, no batch norm", after="R", training={"learning_rate": 0.02}),
        ),
    ),
    conclusion=(
        "With batch norm: PyTorch's {0.accuracy}; deviation 1: {1.accuracy}, {1~0.more}; 0.001: "
        "{2.accuracy}, {2~0.more}.",
        "Without it: He {3.accuracy}; Xavier {4.accuracy}, {4~3.more}; PyTorch's {6.accuracy}, "
        "{6~3.more}.",
        "Deviation 0.001 without batch norm ends at {5.accuracy}, {5~2.than} the same start with "
        "it.",
        "Runs that ended below 90 %: He {3.failed}, Xavier {4.failed}, PyTorch's {6.failed}, 0.001 "
        "{5.failed}; with batch norm {0.failed}.",
    ),
    demonstrate=demonstrate,
)
