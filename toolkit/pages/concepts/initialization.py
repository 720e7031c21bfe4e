"""Concept 24: Initialization."""

from sympy import Expr, Piecewise, Symbol, sqrt

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.sheet import Series
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.page import FIRST, LABEL, STAGE, Page
from toolkit.pages.concepts.random_layers import SAFE, WIDE, A, Cells, N, S, real_pass
from toolkit.symbols.activations import as_one
from toolkit.symbols.bounds import divisor
from toolkit.symbols.equation import Equation
from toolkit.symbols.text import Text

LAYERS = 10  # of the theory
V = Symbol("v", positive=True)
RELU = Equation(Symbol("v_ReLU"), N * S**2 * V / 2)
LINEAR = Equation(Symbol("v_linear"), N * S**2 * V)
HE = Equation(Symbol("s_He"), sqrt(as_one(2 / divisor(N))))
XAVIER = Equation(Symbol("s_Xavier"), sqrt(as_one(1 / divisor(N))))
PYTORCH = sqrt(as_one(1 / divisor(3 * N)))  # of Linear: uniform within 1/√n to both sides
# The size after the last layer, where it is 1 in the beginning.
VERDICT = Piecewise(
    (Text("The activations shrink toward 0: after ten layers less than a tenth is left."), A < 0.1),
    (Text("The activations explode: after ten layers they are over ten times as large."), A > 10),
    (Text("The activations keep about their size through all ten layers."), True),
)


def demonstrate(page: Page) -> None:
    """The size of activations through ten layers, in theory and in a small network."""
    known = _settings(page)
    page.controls = [Area.of(STAGE, FIRST, 2)]
    answer = page.row + 1
    _factors(page, answer + 3, known)
    starts = _starts(page, answer + 5, known)
    page.explain()
    page.equation(RELU, "Mean square v after a layer with ReLU:")
    page.equation(LINEAR, "The same without an activation function:")
    page.equation(HE, "So v does not change with ReLU (He) if")
    page.equation(XAVIER, "and without one (Xavier, equal widths) if")
    page.say("The size of the activations is the square root of their mean square.")
    top = page.row + 1
    lines = _theory(page, top, known, starts)
    lines.append(real_pass(page, top + LAYERS + 3, known))
    page.row = top + LAYERS + WIDE + 5
    page.compute((answer, LABEL), VERDICT, {A: page.known((top + LAYERS + 1, FIRST))}, "finding")
    verdict = Area.of(answer, LABEL, 2, 2)
    page.merges.append(verdict)
    page.curve(
        "Size of the activations, layer by layer",
        "layer",
        "size (logarithmic)",
        lines,
        (STAGE, FIRST + 2),
        width=18.5,
        height=11,
        y_log=True,
        y_format="0E+00",
    )
    page.effects += [verdict, *page.charts]


def _settings(page: Page) -> Cells:
    """Width, and standard deviation of the weights."""
    known = {
        N: page.setting("width n: neurons in each layer", 64, 1, 4096, whole=True),
        S: page.setting("standard deviation s of the weights", 0.1, 0.0001, 10),
    }
    page.label((page.row, LABEL), "Try s = 0.1768 and 0.25.", "note")
    return known


def _factors(page: Page, row: int, known: Cells) -> None:
    """The factor by which one layer multiplies the size."""
    for n, (line, words) in enumerate(
        (
            (RELU, "factor per layer on the size, with ReLU"),
            (LINEAR, "factor without an activation function"),
        ),
        row,
    ):
        page.label((n, LABEL), words)
        page.compute((n, FIRST), _next(line).subs(V, 1).xreplace(SAFE), known)


def _starts(page: Page, row: int, known: Cells) -> list[Known]:
    """The usual standard deviations for this width."""
    starts = []
    for n, (expr, words) in enumerate(
        (
            (HE.expr, "He's standard deviation for this n"),
            (XAVIER.expr, "Xavier's"),
            (PYTORCH, "PyTorch's default for a linear layer"),
        ),
        row,
    ):
        page.label((n, LABEL), words)
        starts.append(page.compute((n, FIRST), expr.xreplace(SAFE), known))
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
    page.headings((top, LABEL), ["size of the activations after layer", *words])
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


CONCEPT = Concept(
    name="initialization",
    number=24,
    title="Initialization",
    question="How large should the first, random weights be?",
    finding=(
        "With batch normalization, first weights with a standard deviation of 0.001 end at "
        "{2.accuracy}, {2~0.than} PyTorch's default ({0.accuracy}); without it they end at "
        "{5.accuracy}, and He's at {3.accuracy}."
    ),
    summary=(
        "First weights with a standard deviation of 0.001 end at {2.accuracy} with batch norm "
        "and at {5.accuracy} without it."
    ),
    idea=(
        "Training begins with random weights. What matters is how large they are, that is, their "
        "standard deviation s.",
        "Each layer multiplies the size of the activations by about the same factor. Below 1 the "
        "activations fade layer by layer; above 1 they explode.",
        "He's standard deviation makes this factor 1 with ReLU, and Xavier's makes it 1 without an "
        "activation function.",
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
        "With batch normalization: PyTorch's default {0.accuracy}; standard deviation 1: "
        "{1.accuracy}, {1~0.more}; 0.001: {2.accuracy}, {2~0.more}.",
        "Without it: He's {3.accuracy}; Xavier's {4.accuracy}, {4~3.more}; PyTorch's default "
        "{6.accuracy}, {6~3.more}.",
        "A standard deviation of 0.001 without batch normalization ends at {5.accuracy}, "
        "{5~2.than} the same weights with it.",
        "Runs that ended below 90 %: He's {3.failed}, Xavier's {4.failed}, PyTorch's {6.failed}, "
        "0.001 {5.failed}; with batch normalization and PyTorch's default {0.failed}.",
    ),
    rule=(
        "With ReLU, begin with He's standard deviation √(2/n), where n is the number of inputs of "
        "a neuron; without an activation function, with Xavier's.",
        "The deeper the network, the more this matters, because the factors of all layers are "
        "multiplied with one another.",
        "With batch normalization the size of the first weights matters much less: it rescales "
        "the activations after each layer.",
    ),
    tasks=(
        Task(
            "With n = 64 and s = 0.1 the activations shrink toward 0. What happens if you use the "
            "standard deviation of He initialization?",
            "s to 0.1768",
            "The line becomes flat: √(2/64) = 0.1768, so the factor with ReLU is 1.00, and the "
            "activations keep their size.",
        ),
        Task(
            "Do the activations still keep their size if s is 0.25?",
            "s to 0.25",
            "No, they explode. Each layer multiplies their size by 1.41, so that it is 32 after "
            "ten layers.",
        ),
        Task(
            "Can s = 0.1 be the right choice for a wider network?",
            "n to 200, then s to 0.1",
            "Yes: √(2/200) = 0.1. The wider a layer is, the smaller its weights must be.",
        ),
    ),
    demonstrate=demonstrate,
)
