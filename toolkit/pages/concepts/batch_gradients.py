"""Gradients of batches of 64 samples: the demonstration of concept 20."""

import numpy as np
from numpy.typing import NDArray
from sympy import Abs, Expr, Integer, Max, Rational, Symbol, floor, sqrt

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.sheet import Series
from toolkit.pages.concepts.page import ASIDE, BLUE, FIRST, LABEL, NEGATIVE, POSITIVE, STAGE, Page
from toolkit.symbols.batches import in_batch, mean_of_batch, mean_where
from toolkit.symbols.bounds import as_number, held
from toolkit.symbols.equation import Equation, Gradient
from toolkit.symbols.ranges import mean, population_deviation, root_mean_square

SIDE = 8
SAMPLES, SIZES = SIDE * SIDE, (1, 2, 4, 8, 16, 32, 64)
MOST_IMAGES = 1_000_000  # training images
LEAST, OFF = Rational(1, 100), Symbol("off")  # the smallest error in the chart
X, T, W, G, N, START, COUNT, MASK, ALL, DEVIATION, MEANS, CENTRE, NUMBERS, FACTOR = (
    Symbol(name)
    for name in ("x", "t", "w", "g", "n", "b", "N", "mask", "all", "σ", "means", "c", "k", "f")
)
LOSS = Equation(Symbol("L"), (W * X - T) ** 2 / 2)
SLOPE = Equation(Gradient(LOSS.symbol, W), LOSS.expr.diff(W))
ERROR = Equation(Symbol("error"), DEVIATION / sqrt(N) * sqrt((COUNT - N) / (COUNT - 1)))
STORED, DRAWS_COLUMN = FIRST + SIDE + 1, ASIDE + 5  # columns of auxiliary data
Cells = dict[Symbol, Known]


def demonstrate(page: Page) -> None:
    """Sixty-four samples of a line through 0, with their gradients and batches of them."""
    known = _settings(page)
    answers = page.row + 1
    page.explain()
    page.equation(LOSS, "The loss of one sample:")
    page.equation(SLOPE, "Its gradient:")
    page.equation(ERROR, "How far a batch of n of the N is off, on average:")
    page.say(
        "If N is much larger than n, the second root is about 1: four times n means half the error."
    )
    top = page.row + 1
    sizes = top + 2 * SIDE + 4
    known[G] = _gradients(page, top, known)
    known[MASK] = _mask(page, top + SIDE + 2, known)
    known[NUMBERS] = _block(page, sizes, "k: number of each sample", _numbers(), "small centred")
    yours = _answers(page, answers, known)
    _sizes(page, sizes, _draws(page, known), known)
    _chart(page, sizes, yours)
    page.effects = [Area.of(answers, FIRST, 7), *page.charts]
    page.row = sizes + 2 + len(SIZES)


def _settings(page: Page) -> Cells:
    last = SAMPLES - 1
    before = f"samples before the batch (0 to {last})"
    return {
        W: page.setting("present weight w", 0.5, -10, 10),
        N: page.setting(f"batch size n (1 to {SAMPLES})", 8, 1, SAMPLES, whole=True),
        START: page.setting(before, 8, 0, last, whole=True),
        COUNT: page.setting(
            "N: training images in an epoch", 12_000, SAMPLES, MOST_IMAGES, whole=True
        ),
    }


def _stored() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Samples of t = 2x with noise."""
    random = np.random.default_rng(0)
    x = np.round(random.uniform(0.5, 2, (SIDE, SIDE)), 2)
    return x, np.round(2 * x + random.normal(0, 1, (SIDE, SIDE)), 2)


def _numbers() -> NDArray[np.float64]:
    return np.arange(SAMPLES, dtype=float).reshape(SIDE, SIDE)


def _block(
    page: Page, top: int, words: str, values: NDArray[np.float64], style: str = "small number"
) -> Known:
    """A number for each sample, on the right."""
    page.label((top, STORED), words, "name")
    for (row, column), number in np.ndenumerate(values):
        page.fixed((top + 1 + row, STORED + column), float(number), style)
    return page.reach(Area.of(top + 1, STORED, SIDE, SIDE), values)


def _gradients(page: Page, top: int, known: Cells) -> Known:
    """The gradient of each sample; the samples themselves are on the right."""
    operands = dict(known)
    for row, symbol, values in zip((top, top + SIDE + 2), (X, T), _stored(), strict=True):
        _block(page, row, f"{symbol.name} of the {SAMPLES} samples, drawn once with NumPy", values)
        operands[symbol] = page.moving(Area.of(row + 1, STORED), values)
    page.label((top, LABEL), f"the gradients of all {SAMPLES} samples", "name")
    slope = SLOPE.expr.subs(W, as_number(W))
    gradients = page.fill((top + 1, FIRST), slope, operands, "small number")
    page.shade(
        Area(top + 1, FIRST, top + SIDE, FIRST + SIDE - 1), high=POSITIVE, low=NEGATIVE, end=6
    )
    return gradients


def _mask(page: Page, top: int, known: Cells) -> Known:
    """The mask of the samples that are in the batch."""
    numbers = _numbers()
    page.label((top, LABEL), "1: in the batch", "name")
    for n in range(SIDE):
        page.fixed((top + 1 + n, LABEL), n * SIDE, "right")
        page.fixed((top, FIRST + n), n, "heading")
    row, column = Symbol("row"), Symbol("column")
    operands = known | {
        row: page.moving(Area.of(top + 1, FIRST - 1), numbers[:, :1], across=0),
        column: page.moving(Area.of(top, FIRST), numbers[:1], down=0),
    }
    expr = in_batch(
        row + column, held(N, 1, SAMPLES), held(START, 0, SAMPLES - 1), Integer(SAMPLES)
    )
    mask = page.fill((top + 1, FIRST), expr, operands, "middle")
    page.shade(Area.of(top + 1, FIRST, SIDE, SIDE), high=BLUE)
    return mask


def _answers(page: Page, top: int, known: Cells) -> list[Series]:
    """The gradient of the batch beside that of all samples, and two marks for the chart."""
    size = held(N, 1, SAMPLES)
    known[ALL] = _line(page, top, "gradient of all samples", mean(G), known)
    batch = Symbol("batch")
    known[batch] = _line(page, top + 1, "gradient of the batch", mean_where(G, MASK), known)
    off = _line(page, top + 2, "the batch is off by", batch - ALL, known)
    deviation = population_deviation(G)
    known[DEVIATION] = _line(
        page, top + 3, "standard deviation σ of the gradients", deviation, known
    )
    usual = ERROR.expr.subs({COUNT: SAMPLES, N: size})
    _line(page, top + 4, f"usual error, {SAMPLES} samples in all", usual, known)
    many = ERROR.expr.subs({COUNT: held(COUNT, SAMPLES, MOST_IMAGES), N: size})
    expected = _line(page, top + 5, "usual error, N images in all", many, known)
    steps = floor(as_number(COUNT) / size)
    _line(page, top + 6, "steps in an epoch", steps, known, "integer right")
    return [
        _mark(page, top, "your n: usual error", [Integer(0), expected], known),
        _mark(page, top + 2, "your batch: its error", [off], known),
    ]


def _mark(page: Page, row: int, words: str, errors: list[Known | Expr], known: Cells) -> Series:
    """Errors above the chosen n: one is a dot, and two the ends of a vertical line. The logarithmic
    axis has no 0, so the least height is LEAST.
    """
    page.label((row, DRAWS_COLUMN - 5), words)
    x, y = DRAWS_COLUMN - 2, DRAWS_COLUMN - 1
    for n, error in enumerate(errors, row):
        page.compute((n, x), held(N, 1, SAMPLES), known)
        operands = {OFF: error} if isinstance(error, Known) else {}
        size = Abs(OFF) if operands else error
        page.compute((n, y), Max(LEAST, size), operands)
    places, heights = (page.down((row, column), len(errors)) for column in (x, y))
    name = page.known((row, DRAWS_COLUMN - 5))
    return Series(name, places, heights, dots=True, line=len(errors) > 1)


def _line(page: Page, row: int, words: str, expr: Expr, known: Cells, style: str = "rate") -> Known:
    page.label((row, LABEL), words)
    return page.compute((row, FIRST), expr, known, style)


def _draws(page: Page, known: Cells) -> dict[int, Known]:
    """The gradients of many batches of each size, drawn in advance, with one row for each draw."""
    page.label(
        (STAGE, DRAWS_COLUMN),
        f"mean gradients of {SAMPLES} batches of n samples: those k for which (k - b) · f mod "
        f"{SAMPLES} is less than n (f was drawn once with NumPy)",
        "name",
    )
    page.headings((STAGE + 1, DRAWS_COLUMN), ["b", "f"])
    factors = 2 * np.random.default_rng(0).integers(0, SAMPLES // 2, SAMPLES) + 1
    first, left = STAGE + 2, DRAWS_COLUMN + 2
    for row, factor in enumerate(factors.tolist()):
        page.fixed((first + row, DRAWS_COLUMN), row, "small centred")
        page.fixed((first + row, DRAWS_COLUMN + 1), factor, "small centred")
    for column, size in enumerate(SIZES, left):
        page.fixed((STAGE + 1, column), size, "heading")
    operands = known | {
        START: page.moving(Area.of(first, DRAWS_COLUMN), np.arange(SAMPLES)[:, None], across=0),
        FACTOR: page.moving(Area.of(first, DRAWS_COLUMN + 1), factors[:, None], across=0),
        N: page.moving(Area.of(STAGE + 1, left), np.array([SIZES]), down=0),
    }
    expr = mean_of_batch(G, NUMBERS, START, FACTOR, N, Integer(SAMPLES))
    draws = np.asarray(page.fill((first, left), expr, operands, "small number").value)
    return {
        size: page.reach(Area.of(first, left + n, SAMPLES), draws[:, n])
        for n, size in enumerate(SIZES)
    }


def _sizes(page: Page, top: int, draws: dict[int, Known], known: Cells) -> None:
    """The error for each size: in theory, over the draws here, and for a large set of images."""
    words = [f"theory, {SAMPLES} in all", f"measured, {SAMPLES} draws", "theory, an epoch's N"]
    off = "how far a batch is off (root mean square)"
    page.headings((top, LABEL), [off, "n", *words, "steps an epoch"])
    page.heights[top] = 45.0
    many = held(COUNT, SAMPLES, MOST_IMAGES)
    for row, size in enumerate(SIZES, top + 1):
        page.label((row, LABEL), f"batches of {size}" if size < SAMPLES else f"all {SAMPLES}")
        here = page.fixed((row, FIRST), size, "integer right")
        operands = known | {N: here, MEANS: draws[size], CENTRE: known[ALL]}
        page.compute((row, FIRST + 1), ERROR.expr.subs(COUNT, SAMPLES), operands)
        page.compute((row, FIRST + 2), root_mean_square(MEANS, CENTRE), operands)
        page.compute((row, FIRST + 3), ERROR.expr.xreplace({COUNT: many}), operands)
        page.compute((row, FIRST + 4), floor(as_number(COUNT) / N), operands, "integer right")


def _chart(page: Page, top: int, yours: list[Series]) -> None:
    """A chart of the errors in the table at `top`, with the reader's n; the error of all samples
    is 0.
    """
    lines = [page.line((top, FIRST + n), FIRST, len(SIZES) - 1, dots=True) for n in (1, 2, 3)]
    page.curve(
        "How far the gradient of a batch is off",
        "batch size n (logarithmic)",
        "error (logarithmic)",
        [*lines, *yours],
        (STAGE, FIRST + 2),
        width=18.5,
        height=11,
        y_format="0.##",
        y_log=True,
        y_min=float(LEAST),
        y_max=10,
        x_log=True,
        x_min=1,
        x_max=100,
    )
