"""Concept 10: Image normalization."""

from sympy import Abs, Expr, Integer, Max, Piecewise, Rational, Symbol, sqrt

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.regions import open_areas
from toolkit.book.sheet import Series
from toolkit.book.theme import INPUT_FILL
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.material import digit
from toolkit.pages.concepts.page import FIRST, LABEL, PALE, STAGE, Page
from toolkit.symbols import ranges
from toolkit.symbols.activations import as_one, fading
from toolkit.symbols.bounds import as_number, clamp, divisor
from toolkit.symbols.equation import Equation, Gradient
from toolkit.symbols.text import Text

SIDE, STEPS = 8, 12
TABLE = STAGE + 4  # the headings of the three scales
BYTE = Integer(255)
CHART_LEAST, CHART_MOST = Rational(1, 10**6), Integer(10**6)
X, MU, SIGMA, W, BEST, SQUARE, ETA, STEP = (
    Symbol(name) for name in ("x", "μ", "σ", "w", "w_0", "c", "η", "step")
)
NORMALIZED = Equation(Symbol("z"), (X - MU) / divisor(SIGMA))
LOSS = Equation(Symbol("L"), SQUARE * (W - BEST) ** 2 / 2)
GRADIENT = Equation(Gradient(LOSS.symbol, W), LOSS.expr.diff(W).factor())
LARGEST = Equation(Symbol("η_max"), 2 / divisor(SQUARE))
AREA = Integer(SIDE * SIDE)
# Sums of ranges ignore words, which therefore count as 0.
MEAN, SQUARES = ranges.total(X) / AREA, ranges.squares(X) / AREA
FATE = Piecewise(
    (Text("stays"), ETA <= 0), (Text("converges"), LARGEST.symbol > ETA), (Text("diverges"), True)
)
# Each step multiplies the distance by 1 - η c. (Nothing to the power of 0 is an error in Excel.)
START = Abs(W - BEST)
DISTANCE = START * fading(as_one(Abs(1 - ETA * SQUARE)), STEP)
KINDS = ("0 to 255", "0 to 1", "normalized")
SAFE = {symbol: as_number(symbol) for symbol in (ETA, W, BEST, X)}  # a word counts as 0
Cells = dict[Symbol, Known]


def demonstrate(page: Page) -> None:
    """The training of one weight on three scales of pixels; below, part of a digit on each."""
    known = {
        ETA: page.setting("learning rate η (try 2.5, then 0.00002)", 0.5, 0, 10),
        W: page.setting("weight w at the start", 0, -10, 10),
        BEST: page.setting("weight w₀ that it should find", 1, -10, 10),
    }
    page.controls = list(open_areas(page.cells))
    page.explain()
    page.say("A neuron w·x should learn to compute w₀·x for all pixels x; c is the mean of x².")
    page.equation(NORMALIZED, "Pixel, normalized by mean μ and deviation σ:")
    page.equation(LOSS, "The squared error of the neuron:")
    page.equation(GRADIENT, "Its gradient, 100 times for pixels times 10:")
    page.equation(LARGEST, "With a larger learning rate w diverges:")
    top = page.row + 1
    pixels, normalized = _images(page, top)
    squares = _statistics(page, TABLE, known, pixels, normalized)
    _way(page, top, known, squares)
    page.effects += [Area.of(TABLE + 4, FIRST, 4, len(KINDS)), *page.charts]
    page.row = top + 2 * SIDE + 1


def _images(page: Page, top: int) -> tuple[Known, Known]:
    """The pixels, and below them the normalized ones."""
    page.label((top, LABEL), "part of a digit: yours to change (0 to 255)", "name")
    pixels = page.inputs((top, FIRST), digit(0)[7 : 7 + SIDE, 10 : 10 + SIDE], 0, 255)
    below, right = top + SIDE + 1, FIRST + SIDE - 1
    page.label((below, LABEL), "the same, normalized", "name")
    operands = {X: page.moving(Area.of(top, FIRST), pixels.value)}
    for row, symbol in ((TABLE + 1, MU), (TABLE + 2, SIGMA)):
        operands[symbol] = page.compute((row, FIRST), *_of_bytes(symbol, pixels, operands))
    normalized = page.fill((below, FIRST), NORMALIZED.expr.xreplace(SAFE), operands, "decimals 2")
    page.shade(Area(top, FIRST, top + SIDE - 1, right), high=PALE, low=INPUT_FILL)
    page.shade(Area(below, FIRST, below + SIDE - 1, right), high="5AA5DB", low="E68A4F", end=3.0)
    return pixels, normalized


def _of_bytes(symbol: Symbol, pixels: Known, known: Cells) -> tuple[Expr, Cells]:
    """The mean or the deviation of the pixels from 0 to 255."""
    expr = MEAN if symbol == MU else sqrt(Max(0, SQUARES - MU**2))
    return expr, known | {X: pixels}


def _statistics(
    page: Page, top: int, known: Cells, pixels: Known, normalized: Known
) -> list[Known]:
    """The mean, deviation, mean square, gradient and largest learning rate for each scale."""
    page.headings((top, LABEL), ["the pixels as", *KINDS])
    for n, words in enumerate(
        (
            "mean μ",
            "standard deviation σ",
            "c: mean of x²",
            "gradient at the start",
            "largest learning rate that converges",
            "at the learning rate chosen, w",
            f"distance of w from w₀ after {STEPS} steps",
        )
    ):
        page.label((top + 1 + n, LABEL), words)
    mean, deviation = page.known((top + 1, FIRST)), page.known((top + 2, FIRST))
    for row, cell in ((top + 1, mean), (top + 2, deviation)):
        page.compute((row, FIRST + 1), X / BYTE, {X: cell})
    page.compute((top + 1, FIRST + 2), MEAN, {X: normalized})
    page.compute((top + 2, FIRST + 2), sqrt(SQUARES), {X: normalized})
    byte = page.compute((top + 3, FIRST), SQUARES, {X: pixels}, "decimals 2")
    unit = page.compute((top + 3, FIRST + 1), X / BYTE**2, {X: byte})
    squares = [byte, unit, page.compute((top + 3, FIRST + 2), SQUARES, {X: normalized})]
    for column, square in enumerate(squares, FIRST):
        operands = known | {SQUARE: square}
        page.compute(
            (top + 4, column),
            GRADIENT.expr.xreplace(SAFE),
            operands,
            "decimals 2" if column == FIRST else "rate",
        )
        operands[LARGEST.symbol] = page.compute(
            (top + 5, column), LARGEST.expr, operands, "scientific"
        )
        page.compute((top + 6, column), FATE.xreplace(SAFE), operands, "right")
    return squares


def _way(page: Page, top: int, known: Cells, squares: list[Known]) -> None:
    """The distance of the weight from its target, step by step, on each scale."""
    left = FIRST + SIDE + 1
    top -= 1
    page.headings((top, left), ["step", *KINDS])
    page.label((top - 1, left), "distance of w from w₀, shown from 0.000001 to 1,000,000", "name")
    for n in range(STEPS + 1):
        page.fixed((top + 1 + n, left), n, "right")
    lines: list[Series] = []
    for column, square in enumerate(squares, left + 1):
        for n in range(STEPS + 1):
            operands = known | {SQUARE: square, STEP: page.known((top + 1 + n, left))}
            expr = clamp((DISTANCE if n else START).xreplace(SAFE), CHART_LEAST, CHART_MOST)
            page.compute((top + 1 + n, column), expr, operands, "tiny")
        last = {X: page.known((top + 1 + STEPS, column))}
        page.compute((TABLE + 7, FIRST + len(lines)), X, last, "tiny")
        lines.append(page.line((top, column), left, STEPS + 1))
    page.curve(
        "Distance of w from w₀ after each step",
        "step",
        "distance (logarithmic)",
        lines,
        (STAGE, FIRST + 4),
        width=15.5,
        height=11,
        y_log=True,
        y_min=1e-6,
        y_max=1e6,
        y_format="0E+00",
    )


CONCEPT = Concept(
    name="image-normalization",
    number=10,
    title="Image normalization",
    question="Must pixels have mean 0 and standard deviation 1, or may a network read 0 to 255?",
    finding=(
        "With batch normalization, pixels from 0 to 255 are {2~0.than} normalized ones "
        "({2.accuracy}, {0.accuracy}). Without it, {5.failed} runs failed; the others: "
        "{5.others}."
    ),
    summary=(
        "With batch norm, pixels from 0 to 255 are {2~0.than} normalized ones; without it, "
        "{5.failed} runs on them fail."
    ),
    idea=(
        "Pixels are stored as numbers from 0 to 255. Normalized, they have mean 0 and standard "
        "deviation 1: (pixel - mean) / standard deviation.",
        "The gradient of a weight is proportional to its input, so large pixels cause huge steps.",
        "A learning rate that suits one scale of pixels is therefore far too large or far too "
        "small for another.",
    ),
    experiment=Experiment(
        "Must pixels have mean 0 and deviation 1, and does batch normalization make up for it?",
        (
            Variant("mean 0, deviation 1"),
            Variant("0 to 1", pixels="unit"),
            Variant("0 to 255", pixels="bytes"),
            Variant(
                "mean 0, deviation 1, no batch norm, He",
                after="R",
                start="he",
                training={"learning_rate": 0.02},
            ),
            Variant(
                "0 to 1, no batch norm, He",
                after="R",
                start="he",
                pixels="unit",
                training={"learning_rate": 0.02},
            ),
            Variant(
                "0 to 255, no batch norm, He",
                after="R",
                start="he",
                pixels="bytes",
                training={"learning_rate": 0.02},
            ),
        ),
    ),
    conclusion=(
        "With batch normalization: {0.accuracy} for normalized pixels, {1.accuracy} for 0 to 1, "
        "{2.accuracy} for 0 to 255, which is {2~0.than} normalized.",
        "Without it, at a learning rate of 0.02 and with the initial weights of He: {3.accuracy} "
        "for normalized pixels and {4.accuracy} for 0 to 1 ({4~3.more}).",
        "From 0 to 255, {5.failed} runs failed, that is, ended below 90 %; the others ended at "
        "{5.others}.",
    ),
    rule=(
        "Normalize the pixels with the mean and the standard deviation of the training images, and "
        "use the same two numbers for all other images.",
        "If batch normalization follows the first convolution, the scale hardly matters: it "
        "rescales the results of that convolution anyway.",
        "Without it the learning rate must suit the scale of the pixels. Only one rate was tried "
        "here; with a much smaller one the network may well learn from pixels of 0 to 255.",
    ),
    tasks=(
        Task(
            "At η = 0.5 only pixels from 0 to 255 diverge. Does 2.5 suit normalized pixels?",
            "η to 2.5",
            "No. Their c is 1, so rates up to 2 converge and 2.5 diverges. Pixels from 0 to 1 "
            "converge up to a rate of 9.08.",
        ),
        Task(
            "Which learning rate lets pixels from 0 to 255 converge, and how far do the other two "
            "scales get with it?",
            "η to 0.00002",
            "At 0.00002 the distance falls to 0.017. On the other two scales w has hardly moved "
            "after 12 steps: its distance is still above 0.999.",
        ),
        Task(
            "Does a better start, w = 0.9 instead of 0, keep w from diverging?",
            "η to 0.5 and w at the start to 0.9",
            "No. The distance begins at 0.1 instead of 1, but each step still multiplies it by "
            "about 7,158.",
        ),
    ),
    demonstrate=demonstrate,
)
