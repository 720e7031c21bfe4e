"""Concept 7: Learning rate."""

import numpy as np
from sympy import Symbol

from toolkit.book.known import Known
from toolkit.book.sheet import Series
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.page import FIRST, LABEL, Page
from toolkit.symbols.bounds import as_number
from toolkit.symbols.equation import Equation, Gradient

STEPS, POINTS = 16, 21
W, ETA, CURVATURE = Symbol("w"), Symbol("η"), Symbol("c")
LOSS = Equation(Symbol("L"), CURVATURE * W**2 / 2)
GRADIENT = Equation(Gradient(LOSS.symbol, W), LOSS.expr.diff(W))
STEP = Equation(Symbol("w'"), W - ETA * GRADIENT.symbol)
SAFE = {symbol: as_number(symbol) for symbol in (ETA, CURVATURE)}  # text in a cell counts as 0


def demonstrate(page: Page) -> None:
    """Gradient descent on a parabola: a path of steps beside the curve itself."""
    page.equation(LOSS, "The loss, a parabola in one weight:")
    page.equation(GRADIENT, "Its gradient:")
    page.equation(STEP, "One step, against the gradient:")
    beside = page.row
    known = {
        ETA: page.setting("learning rate η (try 0.1, 0.9, 1.9, 2.1)", 0.3, 0, 10),
        CURVATURE: page.setting("curvature c of the valley", 1, 0.1, 10),
        W: page.setting("weight w at the start", 4, -10, 10),
    }
    top = page.row + 1
    path, valley = _path(page, top, known), _valley(page, top, known)
    page.curve(
        "The way down",
        "weight w",
        "loss",
        [valley, path],
        (beside, FIRST + 6),
        width=14.5,
        height=11,
        y_format="0",
        y_min=0,
        y_max=14,
        x_min=-5,
        x_max=5,
    )
    page.row = top + POINTS + 1


def _path(page: Page, top: int, known: dict[Symbol, Known]) -> Series:
    """One row for each step; each refers to the weight in the row above."""
    page.headings((top, LABEL), ["step", "weight w", "the way down", "gradient"])
    here = page.compute((top + 1, FIRST), as_number(W), known)
    for n in range(STEPS + 1):
        row, operands = top + 1 + n, known | {W: here}
        page.label((row, LABEL), str(n) if n else "start")
        page.compute((row, FIRST + 1), LOSS.expr.xreplace(SAFE), operands)
        operands[GRADIENT.symbol] = page.compute(
            (row, FIRST + 2), GRADIENT.expr.xreplace(SAFE), operands
        )
        if n < STEPS:
            here = page.compute((row + 1, FIRST), STEP.expr.xreplace(SAFE), operands)
    return page.line((top, FIRST + 1), FIRST, STEPS + 1, dots=True)


def _valley(page: Page, top: int, known: dict[Symbol, Known]) -> Series:
    """The curve itself, on both sides of its minimum."""
    page.headings((top, FIRST + 3), ["w", "the valley"])
    for n, weight in enumerate(np.linspace(-5, 5, POINTS).tolist()):
        row = top + 1 + n
        here = page.fixed((row, FIRST + 3), weight, "short")
        page.compute((row, FIRST + 4), LOSS.expr.xreplace(SAFE), known | {W: here})
    return page.line((top, FIRST + 4), FIRST + 3, POINTS)


CONCEPT = Concept(
    name="learning-rate",
    number=7,
    title="Learning rate",
    idea=(
        "The gradient says in which direction the loss grows; the learning rate η says how far to "
        "step against it.",
        "Too small, and the way takes forever. Too large, and each step jumps over the valley, in "
        "the end higher up than before.",
    ),
    experiment=Experiment(
        "How much does the highest learning rate matter?",
        (
            Variant("0.001", training={"learning_rate": 0.001}),
            Variant("0.01", training={"learning_rate": 0.01}),
            Variant("0.05", training={"learning_rate": 0.05}),
            Variant("0.15"),
            Variant("0.5", training={"learning_rate": 0.5}),
            Variant("2", training={"learning_rate": 2.0}),
        ),
    ),
    conclusion=(
        "With a highest rate of {3.name} the network ends at {3.accuracy}; with {0.name} it gets "
        "to {0.accuracy} in the same time, which is {0~3.more}.",
        "Between {2.name} and {4.name} lies a factor of ten, and {4.name} is {4~2.more}: "
        "{4.accuracy} against {2.accuracy}.",
        "At {5.name} it still ends at {5.accuracy} ({5~3.more}): batch normalization and a "
        "rate that falls to 0 at the end forgive much.",
    ),
    demonstrate=demonstrate,
)
