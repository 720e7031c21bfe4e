"""Concept 9: Batch normalization."""

import numpy as np
from sympy import Integer, Max, Min, Rational, Symbol, sqrt

from toolkit.book.known import Known, constant
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.page import FIRST, LABEL, Page
from toolkit.symbols.activations import as_one, fading
from toolkit.symbols.bounds import as_number, divisor, held
from toolkit.symbols.equation import Equation
from toolkit.symbols.ranges import summed

BATCH = np.array([[12.0], [15], [9], [14], [20], [11], [13], [18]])
X, MU, VARIANCE, EPSILON, HAT, GAMMA, BETA = (
    Symbol(name) for name in ("x", "μ", "σ²", "ε", "z", "γ", "β")
)
COUNT, MOMENTUM, OLD, TIMES, STATISTIC = (Symbol(name) for name in ("n", "m", "r_0", "k", "s"))
MEAN_OF_BATCH = Equation(MU, summed(X) / COUNT)
VARIANCE_OF_BATCH = Equation(VARIANCE, summed((X - MU) ** 2) / COUNT)
NORMALIZED = Equation(HAT, (X - MU) / sqrt(divisor(VARIANCE + EPSILON)))
SCALED = Equation(Symbol("y"), GAMMA * HAT + BETA)
OLD_SHARE = fading(as_one(1 - MOMENTUM), TIMES)
RUNNING = Equation(Symbol("r"), OLD_SHARE * OLD + (1 - OLD_SHARE) * STATISTIC)
SIZE, MOST_MOMENTUM = Integer(len(BATCH)), Rational(99, 100)
# Anything that is not a number in a yellow cell counts as 0; powers are defined for any input.
SAFE = {symbol: as_number(symbol) for symbol in (EPSILON, GAMMA, BETA, OLD)} | {
    MOMENTUM: Max(0, Min(as_number(MOMENTUM), MOST_MOMENTUM)),
    TIMES: held(TIMES, 1, 1000),
}
Cells = dict[Symbol, Known]


def demonstrate(page: Page) -> None:
    """The activations of one neuron in a batch, normalized as in training and in evaluation."""
    beside = page.row
    page.equation(MEAN_OF_BATCH, "Mean of the batch of n activations x:")
    page.equation(VARIANCE_OF_BATCH, "Variance of the batch:")
    page.equation(NORMALIZED, "Normalized; ε keeps the root off 0:")
    page.equation(SCALED, "Scaled and shifted, as learned:")
    page.equation(RUNNING, "Running statistic after k such batches:")
    page.say(
        "Change the yellow cells: an activation 100, γ 3, β 5, k 50. "
        "In training mean and deviation become β and γ."
    )
    known = _settings(page)
    top = page.row + 4
    known[X] = page.inputs((top + 1, FIRST), BATCH, -1000, 1000)
    training, evaluation = _statistics(page, page.row, known)
    _activations(page, top, known, training, evaluation)
    _chart(page, top, beside)
    page.row = top + len(BATCH) + 3


def _settings(page: Page) -> Cells:
    return {
        GAMMA: page.setting("scale γ", 1, -100, 100),
        BETA: page.setting("shift β", 0, -100, 100),
        EPSILON: page.setting("ε", 1e-5, 1e-6, 1),
        MOMENTUM: page.setting("momentum m: share of the new batch", 0.1, 0, float(MOST_MOMENTUM)),
        TIMES: page.setting("k: how often a batch like this was seen", 10, 1, 1000, whole=True),
    }


def _statistics(page: Page, top: int, known: Cells) -> tuple[Cells, Cells]:
    """Mean and variance of the batch, and the running ones, which use the unbiased variance."""
    words = [
        "the batch (training)",
        "the batch unbiased",
        "running before",
        "running, for evaluation",
    ]
    page.headings((top, LABEL), ["statistics of the activations", *words])
    page.heights[top] = 45.0
    operands = known | {COUNT: constant(len(BATCH))}
    page.label((top + 1, LABEL), "mean")
    page.label((top + 2, LABEL), "variance")
    operands[MU] = page.compute((top + 1, FIRST), MEAN_OF_BATCH.expr, operands)
    operands[VARIANCE] = page.compute((top + 2, FIRST), VARIANCE_OF_BATCH.expr, operands)
    unbiased = page.compute((top + 2, FIRST + 1), VARIANCE * SIZE / (SIZE - 1), operands)
    running = []
    for row, statistic, before, least in (
        (top + 1, operands[MU], 0, -1000),
        (top + 2, unbiased, 1, 0),
    ):
        old = page.input((row, FIRST + 2), before, least, 1e6)
        mixed = operands | {OLD: old, STATISTIC: statistic}
        running.append(page.compute((row, FIRST + 3), RUNNING.expr.xreplace(SAFE), mixed))
    return operands, operands | dict(zip((MU, VARIANCE), running, strict=True))


def _activations(page: Page, top: int, known: Cells, training: Cells, evaluation: Cells) -> None:
    """One row for each activation, then the mean and the deviation of each column."""
    page.headings(
        (top, LABEL),
        [
            "activation of image",
            "before: x",
            "training: z",
            "training: y",
            "evaluation: z",
            "evaluation: y",
        ],
    )
    for n in range(len(BATCH)):
        row = top + 1 + n
        page.fixed((row, LABEL), n + 1, "label")
        here = page.known((row, FIRST))
        for statistics, column in ((training, FIRST + 1), (evaluation, FIRST + 3)):
            operands = statistics | {X: here}
            operands[HAT] = page.compute((row, column), NORMALIZED.expr.xreplace(SAFE), operands)
            page.compute((row, column + 1), SCALED.expr.xreplace(SAFE), operands)
    _summary(page, top)


def _summary(page: Page, top: int) -> None:
    """The mean and the deviation below each column."""
    last = top + len(BATCH)
    page.label((last + 1, LABEL), "mean", "name")
    page.label((last + 2, LABEL), "deviation", "name")
    for column in range(FIRST, FIRST + 5):
        operands = {X: page.down((top + 1, column), len(BATCH)), COUNT: constant(len(BATCH))}
        operands[MU] = page.compute((last + 1, column), MEAN_OF_BATCH.expr, operands)
        page.compute((last + 2, column), sqrt(VARIANCE_OF_BATCH.expr), operands)


def _chart(page: Page, top: int, row: int) -> None:
    count = len(BATCH)
    lines = [
        page.line((top, column), LABEL, count, dots=True, line=False)
        for column in (FIRST, FIRST + 2, FIRST + 4)
    ]
    page.curve(
        "Activations before and after",
        "image",
        "activation",
        lines,
        (row, FIRST + 6),
        width=14.5,
        height=10,
        y_format="0.0",
        y_min=None,
        x_max=count + 1,
    )


CONCEPT = Concept(
    name="batch-normalization",
    number=9,
    title="Batch normalization",
    idea=(
        "A neuron's activations drift while all weights before it change. Batch norm sets them "
        "back:",
        "it takes the batch's mean away and divides by its deviation; then γ and β, which are "
        "learned, scale and shift.",
        "In evaluation there may be one image and no batch: running statistics from the training "
        "stand in.",
    ),
    experiment=Experiment(
        "What does batch normalization bring, and where must it stand?",
        (
            Variant("after every convolution"),
            Variant("after ReLU instead", after="R B"),
            Variant("after the first only", layers="8(B R) 16 P 8:1 16 16 24 28 G F10", after="R"),
            Variant("none", after="R"),
            Variant("none, learning rate 0.02", after="R", training={"learning_rate": 0.02}),
            Variant(
                "none, 0.02, weights as He draws them",
                after="R",
                start="he",
                training={"learning_rate": 0.02},
            ),
        ),
    ),
    conclusion=(
        "After every convolution the network ends at {0.accuracy}. Without any, at the same "
        "learning rate, {3.failed} runs end below 90 %; at 0.02 {4.failed}.",
        "With He's first weights as well (sheet 24) it trains without: {5.accuracy}, which is "
        "{5~0.than} with batch norm.",
        "After ReLU instead of before it: {1.accuracy}, {1~0.more}. After the first convolution "
        "only, below 90 %: {2.failed}.",
    ),
    demonstrate=demonstrate,
)
