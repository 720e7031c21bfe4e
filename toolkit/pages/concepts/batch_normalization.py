"""Concept 9: Batch normalization."""

import numpy as np
from sympy import Integer, Max, Min, Rational, Symbol, sqrt

from toolkit.book.address import Area
from toolkit.book.known import Known, constant
from toolkit.book.regions import open_areas
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.page import FIRST, LABEL, STAGE, Page
from toolkit.symbols.activations import as_one, fading
from toolkit.symbols.bounds import as_number, divisor, held
from toolkit.symbols.equation import Equation
from toolkit.symbols.ranges import summed
from toolkit.symbols.text import Text, fixed_text, joined

BATCH = np.array([[12.0], [15], [9], [14], [20], [11], [13], [18]])
X, MU, VARIANCE, EPSILON, HAT, GAMMA, BETA = (
    Symbol(name) for name in ("x", "μ", "σ²", "ε", "z", "γ", "β")
)
TOP = STAGE + 6  # the headings of the batch
ANSWER = TOP + len(BATCH) + 3
NUMBERS = 4  # rows from the statistics to the activations as numbers
COUNT, MOMENTUM, OLD, TIMES, STATISTIC = (Symbol(name) for name in ("n", "m", "r_0", "k", "s"))
MEAN_OF_BATCH = Equation(MU, summed(X) / COUNT)
VARIANCE_OF_BATCH = Equation(VARIANCE, summed((X - MU) ** 2) / COUNT)
NORMALIZED = Equation(HAT, (X - MU) / sqrt(divisor(VARIANCE + EPSILON)))
SCALED = Equation(Symbol("y"), GAMMA * HAT + BETA)
OLD_SHARE = fading(as_one(1 - MOMENTUM), TIMES)
RUNNING = Equation(Symbol("r"), OLD_SHARE * OLD + (1 - OLD_SHARE) * STATISTIC)
ANSWERED = joined(
    Text("In training the outputs have the mean β and the standard deviation γ. "),
    fixed_text(100 * (1 - OLD_SHARE), Integer(1)),
    Text(" % of the statistics for evaluation come from batches like this one."),
)
SIZE, MOST_MOMENTUM = Integer(len(BATCH)), Rational(99, 100)
# Anything that is not a number in a yellow cell counts as 0; powers are defined for any input.
SAFE = {symbol: as_number(symbol) for symbol in (EPSILON, GAMMA, BETA, OLD)} | {
    MOMENTUM: Max(0, Min(as_number(MOMENTUM), MOST_MOMENTUM)),
    TIMES: held(TIMES, 1, 1000),
}
Cells = dict[Symbol, Known]


def demonstrate(page: Page) -> None:
    """The activations of one neuron in a batch, normalized as in training and in evaluation."""
    known = _settings(page)
    page.inputs((TOP + 1, FIRST), BATCH, -1000, 1000)
    page.controls = list(open_areas(page.cells))
    page.explain()
    page.equation(MEAN_OF_BATCH, "Mean of the batch of n activations x:")
    page.equation(VARIANCE_OF_BATCH, "Variance of the batch:")
    page.equation(NORMALIZED, "Normalized; ε keeps the root off 0:")
    page.equation(SCALED, "Scaled and shifted, as learned:")
    page.equation(RUNNING, "Running statistic after k such batches:")
    page.row += 1
    known[X] = _numbers(page, page.row + NUMBERS)
    training, evaluation = _statistics(page, page.row, known)
    _activations(page, TOP, training, evaluation)
    _answer(page, known)
    _chart(page)
    page.effects += [Area.of(TOP + 1, FIRST + 1, len(BATCH) + 2, 2), Area.of(ANSWER, LABEL, 3, 4)]
    page.effects += page.charts
    page.row += NUMBERS + 1


def _settings(page: Page) -> Cells:
    return {
        GAMMA: page.setting("scale γ (try 3)", 1, -100, 100),
        BETA: page.setting("shift β (try 5)", 0, -100, 100),
        TIMES: page.setting("k: such batches seen in training (try 50)", 10, 1, 1000, whole=True),
        MOMENTUM: page.setting("momentum m: share of each new batch", 0.1, 0, float(MOST_MOMENTUM)),
        EPSILON: page.setting("ε: added to the variance", 1e-5, 1e-6, 1),
    }


def _numbers(page: Page, row: int) -> Known:
    """The activations once more, side by side, with words replaced by 0."""
    page.label((row, LABEL), "the activations as numbers")
    for n in range(len(BATCH)):
        place, x = (row, FIRST + n), page.known((TOP + 1 + n, FIRST))
        page.compute(place, as_number(X), {X: x}, "fit")
    values = [page.cells[row, FIRST + n].value for n in range(len(BATCH))]
    return page.reach(Area.of(row, FIRST, wide=len(BATCH)), np.array(values, float))


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


def _activations(page: Page, top: int, training: Cells, evaluation: Cells) -> None:
    """One row for each activation, then the mean and the standard deviation of each column."""
    page.headings(
        (top, LABEL), ["images of a batch", "activation x", "y in training", "y in evaluation"]
    )
    for n in range(len(BATCH)):
        row = top + 1 + n
        page.fixed((row, LABEL), n + 1, "label")
        here = page.known((page.row + NUMBERS, FIRST + n))
        for statistics, column in ((training, FIRST + 1), (evaluation, FIRST + 2)):
            operands = statistics | {X: here}
            expr = SCALED.expr.xreplace({HAT: NORMALIZED.expr}).xreplace(SAFE)
            page.compute((row, column), expr, operands)
    _summary(page, top, training[X])


def _summary(page: Page, top: int, batch: Known) -> None:
    """The mean and the standard deviation below each column."""
    last = top + len(BATCH)
    page.label((last + 1, LABEL), "mean", "name")
    page.label((last + 2, LABEL), "standard deviation", "name")
    for column in range(FIRST, FIRST + 3):
        outputs = batch if column == FIRST else page.down((top + 1, column), len(BATCH))
        operands = {X: outputs, COUNT: constant(len(BATCH))}
        operands[MU] = page.compute((last + 1, column), MEAN_OF_BATCH.expr, operands)
        page.compute((last + 2, column), sqrt(VARIANCE_OF_BATCH.expr), operands)


def _answer(page: Page, known: Cells) -> None:
    """How much of the batch's statistics the running ones have taken over, in a sentence."""
    page.compute((ANSWER, LABEL), ANSWERED.xreplace(SAFE), known, "finding")
    page.merges.append(Area.of(ANSWER, LABEL, 3, 4))


def _chart(page: Page) -> None:
    count = len(BATCH)
    lines = [
        page.line((TOP, column), LABEL, count, dots=True, line=False)
        for column in (FIRST, FIRST + 1, FIRST + 2)
    ]
    page.curve(
        "Activations before and after batch normalization",
        "image",
        "activation",
        lines,
        (STAGE, FIRST + 4),
        width=15.5,
        height=11,
        y_format="0.0",
        y_min=None,
        x_max=count + 1,
    )


CONCEPT = Concept(
    name="batch-normalization",
    number=9,
    title="Batch normalization",
    question="What does batch normalization bring, and where in the network must it stand?",
    finding=(
        "After every convolution: {0.accuracy}. Without it, {3.failed} runs failed (ended "
        "below 90 %) at the same learning rate; at 0.02, {4.failed}, and the others "
        "ended at {4.others}."
    ),
    summary=(
        "With batch norm the network ends at {0.accuracy}; without it, {3.failed} runs fail at "
        "the same learning rate."
    ),
    idea=(
        "Batch normalization subtracts the batch's mean from each activation and divides by the "
        "standard deviation; then it multiplies by γ and adds β.",
        "γ and β are learned. In evaluation, where there may be only one image, running averages "
        "from training replace the mean and the variance.",
        "Why it helps is disputed. Its authors named internal covariate shift: the inputs of a "
        "layer change while the layers before it learn.",
        "Santurkar et al. (2018) found no such effect. They argue that it makes the loss smoother, "
        "so that larger learning rates work.",
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
        "A run that ends below 90 % has failed. Without batch normalization {3.failed} runs failed "
        "at the same learning rate; at 0.02, {4.failed}; the others: {4.others}.",
        "With the initial weights of He as well (sheet 24), the network trains without batch "
        "normalization: {5.accuracy}, {5~0.than} with it.",
        "After ReLU instead of before it: {1.accuracy}, {1~0.more}. After the first convolution "
        "only, {2.failed} runs failed.",
    ),
    rule=(
        "Put batch normalization between each convolution and its ReLU, leave out the bias of the "
        "convolution, and use a higher learning rate than without it.",
        "Call model.eval() before you test: otherwise the prediction for an image depends on the "
        "other images of its batch.",
        "With fewer than about 16 images in a batch the statistics become unreliable; layer or "
        "group normalization needs no batch.",
    ),
    tasks=(
        Task(
            "One activation of the batch becomes 100. What happens to the outputs of the other "
            "seven images in training?",
            "B13 (image 1) to 100",
            "They all move close together, to between -0.56 and -0.18, because the outlier raises "
            "the standard deviation. The mean stays 0.",
        ),
        Task(
            "What mean and standard deviation do the outputs have in training when γ = 3 and "
            "β = 5?",
            "γ to 3 and β to 5",
            "Mean 5 and standard deviation 3: in training β and γ alone decide, whatever the "
            "activations are.",
        ),
        Task(
            "After 10 batches the outputs in evaluation still differ from those in training. Do "
            "they still differ after 50?",
            "k to 50",
            "Hardly: 99.5 % of their statistics then come from batches like this one. What "
            "remains is the unbiased variance, which divides by 7 instead of 8.",
        ),
    ),
    demonstrate=demonstrate,
)
