"""Concept 17: Distance of batch normalization from the prediction."""

from sympy import Integer, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.page import FIRST, LABEL, STAGE, Page
from toolkit.symbols.bounds import as_number, divisor
from toolkit.symbols.choices import matching
from toolkit.symbols.equation import Equation
from toolkit.symbols.text import Text, fixed_text, joined

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
    known = {F: page.setting("factor f: an update multiplies each gain", 1.2, 0.1, 10)}
    controls = page.row + 1
    _controls(page, controls)
    answer = controls + len(GAINS) + 2
    page.explain()
    page.equation(SIZE, "Size behind a layer with gain g:")
    page.equation(UPDATED, "The same after an update of the weights:")
    page.say("Behind a batch norm (with γ = 1) the size is 1, whatever came in.")
    top = page.row + 1
    _layers(page, top, controls, known)
    _alone(page, top + len(GAINS) + 3, controls, known)
    _answer(page, answer, top + 1 + len(GAINS))
    _charts(page, top)
    page.effects = [Area.of(answer, LABEL, 3, 3), *page.charts]
    page.row = top + 2 * len(GAINS) + 6


def _controls(page: Page, top: int) -> None:
    """A gain for each layer, and whether batch norm follows it."""
    page.headings((top, LABEL), ["layer", "gain g", "norm?"])
    for n, (gain, norm) in enumerate(zip(GAINS, NORMS, strict=True), 1):
        page.label((top + n, LABEL), f"layer {n} (does batch norm follow it?)")
        page.input((top + n, FIRST), gain, 0.1, 10)
        page.choice((top + n, FIRST + 1), YES if norm else NO, (YES, NO))


def _layers(page: Page, top: int, controls: int, known: Cells) -> None:
    """One row per layer: the selected layers, the same after an update, and without batch norm."""
    words = ["number", "size", "size after an update", "without any batch norm"]
    page.headings((top, LABEL), ["layer", *words])
    page.heights[top] = 45.0
    page.label((top + 1, LABEL), "input")
    page.fixed((top + 1, FIRST), 0, "right")
    sizes = [page.fixed((top + 1, FIRST + n), 1) for n in (1, 2, 3)]
    plain, updated = (line.expr.xreplace(SAFE) for line in (SIZE, UPDATED))
    exprs = [matching(CHOICE, Text(YES), NORMALIZED, expr) for expr in (plain, updated)]
    for n in range(1, len(GAINS) + 1):
        row = top + 1 + n
        page.label((row, LABEL), f"layer {n}")
        page.fixed((row, FIRST), n, "right")
        gain, choice = (page.known((controls + n, FIRST + m)) for m in (0, 1))
        operands = known | {G: gain, CHOICE: choice}
        sizes = [
            page.compute((row, FIRST + 1 + column), expr, operands | {BEFORE: size})
            for column, (expr, size) in enumerate(zip((*exprs, plain), sizes, strict=True))
        ]


def _answer(page: Page, row: int, last: int) -> None:
    """By what an update changes the input of the prediction, in a sentence and in numbers."""
    sizes = {SETTLED: page.known((last, FIRST + 1)), LATER: page.known((last, FIRST + 2))}
    words = joined(
        Text("An update changes the size that the prediction receives by the factor "),
        fixed_text(LATER / divisor(SETTLED), Integer(2)),
        Text("."),
    )
    page.compute((row, LABEL), words, sizes, "finding")
    page.merges.append(Area.of(row, LABEL, 3, 3))
    for n, (symbol, text) in enumerate(
        ((SETTLED, "the prediction receives the size"), (LATER, "and after an update")), row + 4
    ):
        page.label((n, LABEL), text)
        page.compute((n, FIRST), symbol, sizes)


def _alone(page: Page, top: int, controls: int, known: Cells) -> None:
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
        operands = known | {G: page.known((controls + 1 + n, FIRST))}
        received = [
            page.compute(
                (row, FIRST + 1 + column), line.expr.xreplace(SAFE), operands | {BEFORE: size}
            )
            for column, (line, size) in enumerate(zip((SIZE, UPDATED), received, strict=True))
        ]


def _charts(page: Page, top: int) -> None:
    """Charts of the sizes over the layers, and over the distance of a single batch norm."""
    count = len(GAINS) + 1
    below = top + len(GAINS) + 3
    between = "layers between a single batch norm and the prediction"
    for title, x_title, head, columns, place, height in (
        ("Size of the activations", "layer", top, (1, 2, 3), STAGE, 5.7),
        ("With a single batch norm", between, below, (1, 2), STAGE + 11, 5.2),
    ):
        lines = [page.line((head, FIRST + n), FIRST, count, dots=True) for n in columns]
        page.curve(
            title,
            x_title,
            "size (logarithmic)",
            lines,
            (place, FIRST + 3),
            width=17,
            height=height,
            y_log=True,
            y_format="0.###",
        )


CONCEPT = Concept(
    name="normalization-distance",
    number=17,
    title="Distance of batch normalization from the prediction",
    question="How far before the prediction may the last batch normalization stand?",
    finding=(
        "With the last batch norm after the last convolution the network ends at {1.accuracy}, one "
        "convolution earlier at {2.accuracy} ({2~1.more}), two earlier at {3.accuracy} "
        "({3~1.more}); four earlier, {4.failed} runs fail."
    ),
    summary=(
        "Ending batch norm one convolution earlier is {2~1.more} ({2.accuracy} against "
        "{1.accuracy}); four earlier, {4.failed} runs fail."
    ),
    idea=(
        "Each layer multiplies the size of the activations; batch norm sets the size back to 1.",
        "After the last batch norm nothing corrects the size any more. The more layers follow, the "
        "further it can drift before it reaches the prediction,",
        "and the more it jumps when an update changes the weights of all these layers at once.",
    ),
    experiment=Experiment(
        "How close to the prediction should the last batch norm stand?",
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
        "Four earlier: {4.accuracy} on average; {4.failed} runs ended below 90 %. A mean of runs "
        "that learn and runs that fail describes neither.",
    ),
    rule=(
        "Let batch norm follow every convolution, including the last one; whether the logits are "
        "normalized as well matters little.",
        "If layers without batch norm are needed at the end, use few of them and a lower learning "
        "rate.",
        "This was measured at a high learning rate, which makes updates large; small rates were "
        "not tried.",
    ),
    tasks=(
        Task(
            "Batch norm follows layers 1 and 2, so four layers without it come before the "
            "prediction. What changes if it also follows layer 4?",
            "norm? of layer 4 to yes",
            "Only two layers without it are left, and an update changes the size by the factor "
            "1.2² = 1.44 instead of 1.2⁴ = 2.07.",
        ),
        Task(
            "By which factor does an update change the size if batch norm follows layer 6?",
            "norm? of layer 6 to yes",
            "By 1.00: the prediction always receives the size 1, whatever happens in the layers "
            "before.",
        ),
        Task(
            "Do small gains protect the prediction from the jump?",
            "the gains of layers 3 to 6 to 0.7",
            "No. The size shrinks to 0.24 instead of growing to 3.84, but an update still changes "
            "it by the factor 2.07.",
        ),
    ),
    demonstrate=demonstrate,
)
