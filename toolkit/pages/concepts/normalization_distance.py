"""Concept 17: Distance of batch normalization from the prediction."""

from sympy import Integer, Symbol

from toolkit.book.known import Known
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.page import FIRST, LABEL, Page
from toolkit.symbols.bounds import as_number, divisor
from toolkit.symbols.choices import matching
from toolkit.symbols.equation import Equation
from toolkit.symbols.text import Text

GAINS, NORMS = (1.4, 1.4, 1.4, 1.4, 1.4, 1.4), (True, True, False, False, False, False)
YES, NO = "yes", "no"
G, F, BEFORE, CHOICE, LATER, SETTLED = (
    Symbol(name) for name in ("g", "f", "s_old", "choice", "later", "settled")
)
SIZE = Equation(Symbol("s"), G * BEFORE)
UPDATED = Equation(Symbol("s_new"), F * G * BEFORE)
SAFE = {symbol: as_number(symbol) for symbol in (G, F)}  # text in a yellow cell counts as 0
NORMALIZED = Integer(1)
Cells = dict[Symbol, Known]


def demonstrate(page: Page) -> None:
    """The size of the activations, layer by layer, with batch norm in the selected layers."""
    beside = page.row
    page.equation(SIZE, "Size behind a layer with gain g:")
    page.equation(UPDATED, "The same after an update of the weights:")
    page.say("Behind a batch norm (with γ = 1) the size is 1, whatever came in.")
    page.say("Change the yellow cells: gains to 0.7; batch norm to yes or no; f to 2.")
    page.label((page.row, LABEL), "factor f by which one update changes each gain")
    known = {F: page.input((page.row, FIRST), 1.2, 0.1, 10)}
    top = page.row + 2
    _layers(page, top, known)
    _prediction(page, top + len(GAINS) + 2)
    _alone(page, top + len(GAINS) + 5, top, known)
    _charts(page, beside, top)
    page.row = top + 2 * len(GAINS) + 8


def _layers(page: Page, top: int, known: Cells) -> None:
    """One row per layer: the selected layers, the same after an update, and without batch norm."""
    page.headings(
        (top, LABEL),
        [
            "layer",
            "number",
            "gain g",
            "batch norm behind it?",
            "size",
            "size after an update",
            "without any batch norm",
        ],
    )
    page.heights[top] = 45.0
    page.label((top + 1, LABEL), "input")
    page.fixed((top + 1, FIRST), 0, "right")
    sizes = [page.fixed((top + 1, FIRST + n), 1) for n in (3, 4, 5)]
    for n, (gain, norm) in enumerate(zip(GAINS, NORMS, strict=True), 1):
        row = top + 1 + n
        page.label((row, LABEL), f"layer {n}")
        page.fixed((row, FIRST), n, "right")
        operands = known | {G: page.input((row, FIRST + 1), gain, 0.1, 10)}
        operands[CHOICE] = page.choice((row, FIRST + 2), YES if norm else NO, (YES, NO))
        plain, updated = (line.expr.xreplace(SAFE) for line in (SIZE, UPDATED))
        exprs = [matching(CHOICE, Text(YES), NORMALIZED, expr) for expr in (plain, updated)]
        sizes = [
            page.compute((row, FIRST + 3 + column), expr, operands | {BEFORE: size})
            for column, (expr, size) in enumerate(zip((*exprs, plain), sizes, strict=True))
        ]


def _prediction(page: Page, top: int) -> None:
    """The input of the prediction layer."""
    last = top - 1
    page.label((top, LABEL), "the prediction receives", "name")
    for column in (3, 4, 5):
        page.compute((top, FIRST + column), SETTLED, {SETTLED: page.known((last, FIRST + column))})
    page.label((top + 1, LABEL), "an update changes that by the factor", "name")
    operands = {LATER: page.known((top, FIRST + 4)), SETTLED: page.known((top, FIRST + 3))}
    page.compute((top + 1, FIRST + 3), LATER / divisor(SETTLED), operands)


def _alone(page: Page, top: int, layers: int, known: Cells) -> None:
    """The input of the prediction layer with a single batch norm, after each layer in turn."""
    count = len(GAINS)
    page.headings(
        (top, LABEL),
        ["with a single batch norm", "layers in between", "size received", "size after an update"],
    )
    page.heights[top] = 45.0
    received: list[Known] = []
    for n in range(count, -1, -1):
        row = top + 1 + count - n
        page.label((row, LABEL), f"behind layer {n}" if n else "on the input only")
        page.fixed((row, FIRST), count - n, "right")
        if n == count:
            received = [page.fixed((row, FIRST + 1 + column), 1) for column in (0, 1)]
            continue
        operands = known | {G: page.known((layers + 2 + n, FIRST + 1))}
        received = [
            page.compute(
                (row, FIRST + 1 + column), line.expr.xreplace(SAFE), operands | {BEFORE: size}
            )
            for column, (line, size) in enumerate(zip((SIZE, UPDATED), received, strict=True))
        ]


def _charts(page: Page, row: int, top: int) -> None:
    """Charts of the sizes over the layers, and over the distance of a single batch norm."""
    count = len(GAINS) + 1
    below = top + len(GAINS) + 5
    between = "layers between it and the prediction"
    for title, x_title, head, columns, place in (
        ("Size of the activations", "layer", top, (5, 3, 4), row),
        ("A single batch norm", between, below, (1, 2), row + 14),
    ):
        lines = [page.line((head, FIRST + n), FIRST, count, dots=True) for n in columns]
        page.curve(
            title,
            x_title,
            "size (logarithmic)",
            lines,
            (place, FIRST + 7),
            width=13.5,
            height=7.5,
            y_log=True,
            y_format="0.###",
        )


CONCEPT = Concept(
    name="normalization-distance",
    number=17,
    title="Distance of batch normalization from the prediction",
    idea=(
        "Each layer multiplies the size of what passes through it; batch norm sets the size back "
        "to 1.",
        "What lies behind the last batch norm is set back by nothing: the more layers, the "
        "further the size can drift",
        "before the prediction, and the more it jumps whenever an update changes the weights.",
    ),
    experiment=Experiment(
        "How near to the prediction should the last batch norm stand?",
        (
            Variant("on the logits", layers="8 16 P 8:1 16 16 24 28 G F10 B"),
            Variant("after the last convolution"),
            Variant("1 convolution earlier", layers="8 16 P 8:1 16 16 24 28(R) G F10"),
            Variant("2 convolutions earlier", layers="8 16 P 8:1 16 16 24(R) 28(R) G F10"),
            Variant("4 convolutions earlier", layers="8 16 P 8:1 16(R) 16(R) 24(R) 28(R) G F10"),
        ),
    ),
    conclusion=(
        "On the logits: {0.accuracy}, {0~1.than} after the last convolution ({1.accuracy}).",
        "One convolution earlier: {2.accuracy}, {2~1.more}; two: {3.accuracy}, {3~1.more}.",
        "Four earlier: {4.accuracy} (deviation {4.spread} between seeds), {4~1.more}. Its runs "
        "that ended below 90 %: {4.failed}.",
    ),
    demonstrate=demonstrate,
)
