"""Concept 20: Batch size and its effects."""

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Integer, Symbol, floor, sqrt

from toolkit.book.grid import moving
from toolkit.book.sheet import Known, Series, quoted
from toolkit.experiments.variant import Budget, Experiment, Variant
from toolkit.pages.concepts.page import FIRST, LABEL, NEGATIVE, POSITIVE, Page
from toolkit.symbols.batches import in_batch, mean_where, root_mean_square, spread_of_all
from toolkit.symbols.equation import Equation, Gradient
from toolkit.symbols.functions import mean
from toolkit.symbols.windows import as_number, held

NUMBER, TITLE = 20, "Batch size and its effects"
IDEA = (
    "The gradient of a batch is the mean of its samples' gradients: an estimate of the gradient of "
    "all samples.",
    "On average one four times as large is off by half as much, while it is a small part of all; "
    "an epoch then makes a quarter as many steps.",
    "A larger batch is said to want a larger learning rate; whether it does, only an experiment "
    "tells.",
)
EXPERIMENT = Experiment(
    "The same images in smaller or larger batches: what changes?",
    (
        Variant("16", training={"batch_size": 16}),
        Variant("64"),
        Variant("256", training={"batch_size": 256}),
        Variant("1,024", training={"batch_size": 1024}),
        Variant("1,024, learning rate 0.6", training={"batch_size": 1024, "learning_rate": 0.6}),
    ),
)
CONCLUSION = (
    "Batches of {0.name}, {1.name} and {2.name}: {0.accuracy}, {1.accuracy}, {2.accuracy}. Against "
    "{1.name}, {0.name} is {0~1.more}, {2.name} {2~1.more}.",
    "With batches of {3.name} it ends at {3.accuracy}, {3~1.more?clearly better than|clearly worse "
    "than|not clearly different from} {1.name}; so large a batch makes few steps in an epoch.",
    "A learning rate four times as large with it: {4.accuracy} (deviation {4.spread}; below 90 %: "
    "{4.failed}, against {3.failed}), {4~3.more?clearly better than|clearly worse than|not clearly "
    "different from} the usual rate.",
)
IMAGES, LARGEST = Budget().images, 1024
LEFT_OUT = (
    f"In the runs below the last, incomplete batch of an epoch is left out: batches of {LARGEST:,} "
    f"see {IMAGES // LARGEST * LARGEST:,} of the {IMAGES:,} images."
)
SIDE = 8
SAMPLES, SIZES = SIDE * SIDE, (1, 2, 4, 8, 16, 32, 64)
X, T, W, G, N, START, COUNT, MASK, ALL, SPREAD, MEANS, CENTRE = (
    Symbol(name) for name in ("x", "t", "w", "g", "n", "b", "N", "mask", "all", "σ", "means", "c")
)
LOSS = Equation(Symbol("L"), (W * X - T) ** 2 / 2)
SLOPE = Equation(Gradient(LOSS.symbol, W), LOSS.expr.diff(W))
ERROR = Equation(Symbol("error"), SPREAD / sqrt(N) * sqrt((COUNT - N) / (COUNT - 1)))
PLACES = {1: FIRST, 2: FIRST + 9, 4: FIRST + 14, 8: FIRST + 17, 16: FIRST + 19, 32: FIRST + 21,
          64: FIRST + 23}  # fmt: skip
Cells = dict[Symbol, Known]


def demonstrate(page: Page) -> None:
    """Sixty-four samples of a line through 0, their gradients, and batches of them."""
    beside = page.row
    page.equation(LOSS, "The loss of one sample:")
    page.equation(SLOPE, "Its gradient:")
    page.equation(ERROR, "How far a batch of n of the N is off, on average:")
    page.say("Change the yellow cells: batches of 1, 4, 16, 64; the next batch, and the next.")
    known = _settings(page)
    answers, top = page.row + 1, page.row + 8
    known[G] = _gradients(page, top, known)
    known[MASK] = _mask(page, top + SIDE + 2, known)
    _answers(page, answers, known)
    sizes = top + 2 * SIDE + 4
    _sizes(page, sizes, _levels(page, top, known), known)
    _chart(page, beside, sizes)
    page.row = sizes + 1 + len(SIZES)
    page.say(LEFT_OUT, style="muted")


def _settings(page: Page) -> Cells:
    known = {}
    for symbol, words, value, least, most, whole in (
        (W, "present weight w", 0.5, -10, 10, False),
        (N, f"batch size n (1 to {SAMPLES})", 8, 1, SAMPLES, True),
        (START, f"samples passed over before it (0 to {SAMPLES - 1})", 0, 0, SAMPLES - 1, True),
        (COUNT, "training images in an epoch", 12_000, SAMPLES, 1_000_000, True),
    ):
        page.label((page.row, LABEL), words)
        known[symbol] = page.input((page.row, FIRST), value, least, most, whole=whole)
        page.row += 1
    return known


def _stored() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Samples of t = 2x with noise."""
    random = np.random.default_rng(0)
    x = np.round(random.uniform(0.5, 2, (SIDE, SIDE)), 2)
    return x, np.round(2 * x + random.normal(0, 1, (SIDE, SIDE)), 2)


def _gradients(page: Page, top: int, known: Cells) -> Known:
    """The gradient of each sample; the samples themselves stand lower down, at the right."""
    read = dict(known)
    for n, (symbol, values) in enumerate(zip((X, T), _stored(), strict=True)):
        below, left = top + SIDE + 2, PLACES[2] + n * (SIDE + 1)
        page.label(
            (below, left), f"{symbol.name} of the {SAMPLES} samples, made once with NumPy", "name"
        )
        for (row, column), number in np.ndenumerate(values):
            page.fixed((below + 1 + row, left + column), float(number), "small number")
        read[symbol] = Known(f"{quoted(page.name)}!{moving(below + 1, left)}", values)
    page.label((top, LABEL), f"the gradients of all {SAMPLES} samples", "name")
    slope = SLOPE.expr.subs(W, as_number(W))
    found = page.fill((top + 1, FIRST), slope, read, "small number")
    page.shade((top + 1, FIRST, top + SIDE, FIRST + SIDE - 1), high=POSITIVE, low=NEGATIVE, end=6)
    return found


def _mask(page: Page, top: int, known: Cells) -> Known:
    """Which samples are in the batch."""
    numbers = np.arange(SAMPLES, dtype=float).reshape(SIDE, SIDE)
    page.label((top, LABEL), "1: in the batch", "name")
    down, across = (top + 1, FIRST - 1), (top, FIRST)
    for n in range(SIDE):
        page.fixed((top + 1 + n, LABEL), n * SIDE, "small centred")
        page.fixed((top, FIRST + n), n, "small centred")
    row, column = Symbol("row"), Symbol("column")
    read = known | {
        row: Known(f"{quoted(page.name)}!{moving(*down, 1, 0)}", numbers[:, :1]),
        column: Known(f"{quoted(page.name)}!{moving(*across, 0, 1)}", numbers[:1]),
    }
    expr = in_batch(
        row + column, held(N, 1, SAMPLES), held(START, 0, SAMPLES - 1), Integer(SAMPLES)
    )
    found = page.fill((top + 1, FIRST), expr, read, "middle")
    page.shade((top + 1, FIRST, top + SIDE, FIRST + SIDE - 1), high="E69F00")
    return found


def _answers(page: Page, top: int, known: Cells) -> None:
    """The batch's gradient beside that of all."""
    size = held(N, 1, SAMPLES)
    known[ALL] = _line(page, top, "gradient of all samples", mean(G), known)
    batch = _line(page, top + 1, "gradient of the batch", mean_where(G, MASK), known)
    _line(page, top + 2, "off by", Symbol("batch") - ALL, known | {Symbol("batch"): batch})
    known[SPREAD] = _line(page, top + 3, "deviation σ of the gradients", spread_of_all(G), known)
    usual = ERROR.expr.subs({COUNT: SAMPLES, N: size})
    _line(page, top + 4, "usual size of the error, by theory", usual, known)
    page.label((top + 5, LABEL), "steps in an epoch")
    page.compute((top + 5, FIRST), floor(as_number(COUNT) / size), known, "integer right")


def _line(page: Page, row: int, words: str, expr: Expr, known: Cells) -> Known:
    page.label((row, LABEL), words)
    return page.compute((row, FIRST), expr, known)


def _sizes(page: Page, top: int, levels: dict[int, Known], known: Cells) -> None:
    """For each size the error by theory and that of all its batches here."""
    page.headings((top, LABEL), ["batch size", "n", "by theory", "measured", "steps an epoch"])
    for row, size in enumerate(SIZES, top + 1):
        words = f"all {SAMPLES // size} batches" if size < SAMPLES else "all samples"
        page.label((row, LABEL), words)
        here = page.fixed((row, FIRST), size, "integer right")
        page.compute((row, FIRST + 1), ERROR.expr.subs(COUNT, SAMPLES), known | {N: here})
        read = {MEANS: levels[size], CENTRE: known[ALL]}
        page.compute((row, FIRST + 2), root_mean_square(MEANS, CENTRE), read)
        page.compute(
            (row, FIRST + 3), floor(as_number(COUNT) / N), known | {N: here}, "integer right"
        )


def _chart(page: Page, row: int, top: int) -> None:
    """The errors of the table at `top`, beside the cells to change; that of all samples is 0."""
    sizes = page.down((top + 1, FIRST), len(SIZES) - 1)
    page.curve(
        "How far a batch's gradient is off", "batch size", "error",
        [Series(page.known((top, FIRST + 1 + n)), sizes,
                page.down((top + 1, FIRST + 1 + n), len(SIZES) - 1), dots=True) for n in range(2)],
        (row, FIRST + 4), width=15, height=7, y_format="0.0", y_log=True, x_log=True, x_min=1,
        x_max=100,
    )  # fmt: skip


def _levels(page: Page, top: int, known: Cells) -> dict[int, Known]:
    """The means of all batches of each size, each from two of half the size."""
    levels = {1: known[G]}
    first, second = Symbol("first"), Symbol("second")
    for size in SIZES[1:]:
        left, before = PLACES[size], np.asarray(levels[size // 2].value, float)
        page.label((top, left), f"means of {size}", "small")
        wide = before.shape[1] > 1
        pair = (before[:, ::2], before[:, 1::2]) if wide else (before[::2], before[1::2])
        at = PLACES[size // 2]
        other = (top + 1, at + 1) if wide else (top + 2, at)
        steps = (1, 2) if wide else (2, 0)
        known_pair = {
            first: Known(f"{quoted(page.name)}!{moving(top + 1, at, *steps)}", pair[0]),
            second: Known(f"{quoted(page.name)}!{moving(*other, *steps)}", pair[1]),
        }
        levels[size] = page.fill((top + 1, left), (first + second) / 2, known_pair, "small number")
    return levels
