"""Concept 10: Image normalization."""

from sympy import Abs, Expr, Integer, Piecewise, Rational, Symbol, sqrt

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.material import digit
from toolkit.pages.concepts.page import FIRST, LABEL, PALE, Page
from toolkit.symbols.activations import as_one, fading
from toolkit.symbols.bounds import as_number, clamp, divisor
from toolkit.symbols.equation import Equation, Gradient
from toolkit.symbols.ranges import summed
from toolkit.symbols.text import Text

SIDE, STEPS = 8, 12
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
MEAN, SQUARES = summed(X) / AREA, summed(X**2) / AREA
FATE = Piecewise(
    (Text("stays"), ETA <= 0), (Text("converges"), LARGEST.symbol > ETA), (Text("runs away"), True)
)
# Each step multiplies the distance by 1 - η c. (Nothing to the power of 0 is an error in Excel.)
START = Abs(W - BEST)
DISTANCE = START * fading(as_one(Abs(1 - ETA * SQUARE)), STEP)
KINDS = ("0 to 255", "0 to 1", "normalized")
SAFE = {symbol: as_number(symbol) for symbol in (ETA, W, BEST)}  # a word counts as 0
Cells = dict[Symbol, Known]


def demonstrate(page: Page) -> None:
    """Part of a digit on three scales, and the training of one weight on each of them."""
    beside = page.row
    page.equation(NORMALIZED, "Normalized pixel, by mean μ and deviation σ:")
    page.say("A neuron w·x is to become w₀·x, over all pixels x; c is the mean of x².")
    page.equation(LOSS, "Its squared error:")
    page.equation(GRADIENT, "Its gradient: hundredfold for tenfold pixels:")
    page.equation(LARGEST, "With a larger learning rate w runs away:")
    page.say("Change the yellow cells: learning rate 2.5, then 0.00002; or pixels of the digit.")
    known = {
        ETA: page.setting("learning rate η", 0.5, 0, 10),
        W: page.setting("weight w at the start", 0, -10, 10),
        BEST: page.setting("weight w₀ that it is to find", 1, -10, 10),
    }
    table = page.row
    top = table + 8
    pixels, normalized = _images(page, top)
    squares = _statistics(page, table, known, pixels, normalized)
    _way(page, top, beside, known, squares)
    page.row = top + 2 * SIDE + 1


def _images(page: Page, top: int) -> tuple[Known, Known]:
    """The pixels, and below them the normalized ones."""
    page.label((top, LABEL), "part of a digit, 0 to 255 (change it)", "name")
    pixels = page.inputs((top, FIRST), digit(0)[7 : 7 + SIDE, 10 : 10 + SIDE], 0, 255)
    below, right = top + SIDE + 1, FIRST + SIDE - 1
    page.label((below, LABEL), "the same, normalized", "name")
    operands = {X: page.moving(Area.of(top, FIRST), pixels.value)}
    for row, symbol in ((top - 7, MU), (top - 6, SIGMA)):
        operands[symbol] = page.compute((row, FIRST), *_of_bytes(symbol, pixels, operands))
    normalized = page.fill((below, FIRST), NORMALIZED.expr, operands, "decimals 2")
    page.shade(Area(top, FIRST, top + SIDE - 1, right), high=PALE)
    page.shade(Area(below, FIRST, below + SIDE - 1, right), high="5AA5DB", low="E68A4F", end=3.0)
    return pixels, normalized


def _of_bytes(symbol: Symbol, pixels: Known, known: Cells) -> tuple[Expr, Cells]:
    """The mean or the deviation of the pixels from 0 to 255."""
    expr = MEAN if symbol == MU else sqrt(summed((X - MU) ** 2) / AREA)
    return expr, known | {X: pixels}


def _statistics(
    page: Page, top: int, known: Cells, pixels: Known, normalized: Known
) -> list[Known]:
    """The mean, deviation, mean square, gradient and largest learning rate for each scale."""
    page.headings((top, LABEL), ["the pixels as", *KINDS])
    for n, words in enumerate(
        (
            "mean μ",
            "deviation σ",
            "c: mean of x²",
            "gradient at the start",
            "largest learning rate that converges",
            "at the rate chosen",
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


def _way(page: Page, top: int, row: int, known: Cells, squares: list[Known]) -> None:
    """The distance of the weight from its target, step by step, on each scale."""
    left = FIRST + SIDE + 1
    top -= 1
    page.headings((top, left), ["step", *KINDS])
    page.label((top - 1, left), "distance of w from w₀, shown from 0.000001 to 1,000,000", "name")
    for n in range(STEPS + 1):
        page.fixed((top + 1 + n, left), n, "right")
    lines = []
    for column, square in enumerate(squares, left + 1):
        for n in range(STEPS + 1):
            operands = known | {SQUARE: square, STEP: page.known((top + 1 + n, left))}
            expr = clamp((DISTANCE if n else START).xreplace(SAFE), CHART_LEAST, CHART_MOST)
            page.compute((top + 1 + n, column), expr, operands, "tiny")
        lines.append(page.line((top, column), left, STEPS + 1))
    page.curve(
        "How far w is from its goal",
        "step",
        "distance (logarithmic)",
        lines,
        (row, FIRST + 6),
        width=14.5,
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
    idea=(
        "Pixels come as 0 to 255. Normalized, they have mean 0 and deviation 1: (pixel - mean) / "
        "deviation.",
        "The gradient of a weight is proportional to its input: large pixels make huge steps, and "
        "a learning rate that suits",
        "one scale of pixels is far too large or far too small for another.",
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
        "With batch norm: {0.accuracy} normalized, {1.accuracy} from 0 to 1, {2.accuracy} from 0 "
        "to 255: 0 to 255 is {2~0.than} normalized.",
        "Without it, learning rate 0.02 and He's first weights: {3.accuracy} normalized, "
        "{4.accuracy} from 0 to 1 ({4~3.more}).",
        "From 0 to 255 it is {5~3.than} normalized: {5.failed} runs ended below 90 %.",
    ),
    demonstrate=demonstrate,
)
