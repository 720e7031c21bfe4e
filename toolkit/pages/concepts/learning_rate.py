"""Concept 7: Learning rate."""

import numpy as np
from sympy import Abs, Eq, Piecewise, Symbol, cancel

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.sheet import Series
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.page import FIRST, LABEL, STAGE, Page
from toolkit.symbols.bounds import as_number
from toolkit.symbols.equation import Equation, Gradient
from toolkit.symbols.text import Text

STEPS, POINTS = 16, 21
W, ETA, CURVATURE, MULTIPLE = Symbol("w"), Symbol("η"), Symbol("c"), Symbol("f")
LOSS = Equation(Symbol("L"), CURVATURE * W**2 / 2)
GRADIENT = Equation(Gradient(LOSS.symbol, W), LOSS.expr.diff(W))
STEP = Equation(Symbol("w'"), W - ETA * GRADIENT.symbol)
# Every step multiplies the weight by the same number.
FACTOR = Equation(MULTIPLE, cancel(STEP.expr.subs(GRADIENT.symbol, GRADIENT.expr) / W))
SAFE = {symbol: as_number(symbol) for symbol in (ETA, CURVATURE)}  # text in a cell counts as 0
VERDICT = Piecewise(
    (Text("Stays at the minimum: the gradient is 0 there."), Eq(W, 0)),
    (Text("Stands still: with a rate of 0 no step changes the weight."), Eq(MULTIPLE, 1)),
    (Text("Diverges: each step lands higher up the valley than the last."), Abs(MULTIPLE) > 1),
    (Text("Oscillates: each step jumps across, to the same height."), Eq(MULTIPLE, -1)),
    (Text("Arrives in one step, because η is exactly 1/c."), Eq(MULTIPLE, 0)),
    (Text("Converges: the weight slides down one side."), MULTIPLE > 0),
    (Text("Converges: each step jumps across, but lands lower."), True),
)


def demonstrate(page: Page) -> None:
    """Gradient descent on a parabola: settings and a verdict beside the path into the valley."""
    known = {
        ETA: page.setting("learning rate η", 0.3, 0, 10),
        CURVATURE: page.setting("curvature c: how steep the valley is", 1, 0.1, 10),
        W: page.setting("weight w at the start", 4, -10, 10),
    }
    page.label((page.row, LABEL), "Try η = 0.1, 0.9, 1.9, 2 and 2.1.", "note")
    verdict = page.row + 2
    page.explain()
    page.equation(LOSS, "The loss is a parabola in one weight:")
    page.equation(GRADIENT, "Its gradient:")
    page.equation(STEP, "One step goes against the gradient:")
    page.equation(FACTOR, "So each step multiplies w by")
    page.say("The steps shrink while f lies between -1 and 1, that is, for η from 0 to 2/c.")
    top = page.row + 1
    path, valley = _path(page, top, known), _valley(page, top, known)
    page.row = top + POINTS + 1
    _verdict(page, verdict, top + 1, known)
    page.curve(
        "The way down",
        "weight w",
        "loss",
        [valley, path],
        (STAGE, FIRST + 2),
        width=18.5,
        height=11,
        y_format="0",
        y_min=0,
        y_max=14,
        x_min=-5,
        x_max=5,
    )
    page.effects += [Area.of(verdict, LABEL, 2, 2), *page.charts]


def _verdict(page: Page, row: int, start: int, known: dict[Symbol, Known]) -> None:
    """Whether the steps lead down, in a sentence, and the factor and the losses behind it."""
    page.label((row + 2, LABEL), "f, by which each step multiplies w")
    factor = page.compute((row + 2, FIRST), FACTOR.expr.xreplace(SAFE), known)
    operands = {MULTIPLE: factor, W: page.known((start, FIRST))}
    page.compute((row, LABEL), VERDICT, operands, "finding")
    page.merges.append(Area.of(row, LABEL, 2, 2))
    for n, (words, line) in enumerate(
        (("loss at the start", start), (f"loss after {STEPS} steps", start + STEPS)), row + 3
    ):
        page.label((n, LABEL), words)
        page.compute((n, FIRST), LOSS.symbol, {LOSS.symbol: page.known((line, FIRST + 1))})


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
    question="How large may the steps down the gradient be?",
    finding=(
        "A highest rate of {2.name} ends at {2.accuracy} and {4.name} at {4.accuracy}; {0.name} is "
        "{0~2.more?clearly better|too small for so short a training|not clearly different}: "
        "{0.accuracy}."
    ),
    idea=(
        "The gradient says in which direction the loss grows. The learning rate η says how far to "
        "step in the opposite direction.",
        "If η is too small, training takes very long. If it is too large, each step jumps across "
        "the valley and lands higher than before.",
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
        "{4.name} is ten times {2.name}, and it is {4~2.more}: {4.accuracy} against {2.accuracy}.",
        "At {5.name} it still ends at {5.accuracy} ({5~3.more}): batch normalization and a "
        "rate that falls to 0 at the end forgive much.",
    ),
    rule=(
        "Raise the learning rate threefold until the loss jumps or grows, then go back one step, "
        "and let the rate fall to 0 towards the end.",
        "The best rate depends on the optimizer, the batch size and the normalization: search "
        "again when one of them changes.",
        "Without batch normalization the range of rates that work is narrower than measured here.",
    ),
    tasks=(
        Task(
            "At η = 0.3 the weight comes very close to the minimum. Will 16 steps also suffice at "
            "a third of this rate?",
            "η to 0.1",
            "No. Each step multiplies w by 0.9 instead of 0.7. After 16 steps w is still 0.74, and "
            "the loss is 0.27 instead of 0.0001.",
        ),
        Task(
            "At η = 1.9 the first step jumps across the minimum. Does the loss still fall?",
            "η to 1.9",
            "Yes. The weight changes sides in each step, but f = -0.9, so each step lands a little "
            "lower than the last.",
        ),
        Task(
            "The largest rate that still converges is just below 2. Where does it lie if the "
            "valley is twice as steep?",
            "c to 2, then η to 0.9, 1 and 1.1",
            "At 1, because the limit is 2/c. 0.9 converges, 1 oscillates, and 1.1 diverges.",
        ),
    ),
    demonstrate=demonstrate,
)
