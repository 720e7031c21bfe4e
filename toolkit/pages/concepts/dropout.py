"""Concept 14: Dropout."""

import numpy as np
from sympy import Integer, Min, Rational, Symbol, floor

from toolkit.book.address import Area
from toolkit.book.known import Known, constant
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.page import FIRST, LABEL, Page
from toolkit.symbols.bounds import as_number, clamp
from toolkit.symbols.choices import dropout_mask
from toolkit.symbols.equation import Equation
from toolkit.symbols.lookups import element
from toolkit.symbols.maps import weighted_sum
from toolkit.symbols.ranges import mean, summed

WIDE, DRAWS, SHOWN, MOST_DROPPED = 8, 24, 7, Rational(19, 20)
KEPT, DROPPED = "A9D6F5", "F0A36B"
LAYER_ROWS = 7  # with their headings
NUMBERS = FIRST + 13  # the first column of the random numbers, to the right of the chart
ACTIVATIONS = np.array([[1.2, 0.4, 2.0, 0.8, 1.6, 0.2, 1.4, 0.4]])
X, U, P, Q, MASK, DRAW, PLACE = (
    Symbol(name) for name in ("x", "u", "p", "q", "m", "draw", "place")
)
DROPOUT_MASK = Equation(MASK, dropout_mask(U, P))
OUTPUT = Equation(Symbol("y"), MASK * X / (1 - P))
# The mask is 1 with probability q = 1 - p, so on average the output equals the input.
EXPECTED = Equation(Symbol("E[y]"), OUTPUT.expr.subs(MASK, Q))
MAPS = (
    "In the networks measured below dropout stands behind convolutions and drops whole maps: "
    "neighbours in a map know much the same."
)
MEAN = summed(X) / Integer(WIDE)
# Anything that is not a number in a yellow cell counts as 0; dropping everything would divide by 0.
SAFE = {P: Min(as_number(P), MOST_DROPPED), X: as_number(X)}
MEAN_OF_OUTPUT = weighted_sum(dropout_mask(U, SAFE[P]), X) / (1 - SAFE[P]) / Integer(WIDE)
Cells = dict[Symbol, Known]


def demonstrate(page: Page) -> None:
    """The activations of one layer under a mask, and their average output over many masks."""
    known = {
        P: page.setting("dropout probability p (try 0, 0.2, 0.9)", 0.5, 0, float(MOST_DROPPED)),
        DRAW: page.setting(f"draw of random numbers (1 to {DRAWS})", 1, 1, DRAWS, whole=True),
    }
    page.label((page.row, LABEL), "q = 1 - p, the share that is kept")
    known[Q] = page.compute((page.row, FIRST), 1 - SAFE[P], known)
    top = page.row + 2
    page.explain()
    page.equation(DROPOUT_MASK, "A random u from 0 to 1 decides on the mask:")
    page.equation(OUTPUT, "The output in training:")
    page.equation(EXPECTED, "Its mean, since m is 1 with probability q:")
    page.say(MAPS, style="muted")
    draws = page.row + 2
    numbers = _numbers(page, draws)
    _layer(page, top, known, numbers)
    _averages(page, draws, known, top + 1)
    masks = _masks(page, top + LAYER_ROWS + 1, draws, known)
    page.effects = [Area.of(top + 3, FIRST, wide=WIDE), masks]
    page.row = draws + DRAWS + 1


def _masks(page: Page, top: int, draws: int, known: Cells) -> Area:
    """The masks of the first draws as coloured cells, and the mean output of each draw."""
    page.headings(
        (top, LABEL), ["the same layer in other draws", *map(str, range(1, WIDE + 1)), "mean y"]
    )
    for n in range(1, SHOWN + 1):
        page.label((top + n, LABEL), f"draw {n}")
        for column in range(WIDE):
            operands = known | {U: page.known((draws + n, NUMBERS + column))}
            page.compute(
                (top + n, FIRST + column), DROPOUT_MASK.expr.xreplace(SAFE), operands, "kept"
            )
        page.compute((top + n, FIRST + WIDE), X, {X: page.known((draws + n, FIRST))})
    area = Area.of(top + 1, FIRST, SHOWN, WIDE)
    page.shade(area, high=KEPT, low=DROPPED)
    return area


def _numbers(page: Page, top: int) -> Known:
    """The stored random numbers, with one row per draw, to the right of the chart.

    For each neuron, the draws contain one number from each 24th of the range 0 to 1, so that the
    mean over all draws is close to the expected one for any p.
    """
    random = np.random.default_rng(0)
    parts = np.stack([random.permutation(DRAWS) for _ in range(WIDE)], axis=1)
    values = np.round((parts + random.random((DRAWS, WIDE))) / DRAWS, 4)
    left = NUMBERS
    page.headings((top, left), [f"u {n + 1}" for n in range(WIDE)])
    page.label(
        (top - 1, left),
        "random numbers of each draw, spread evenly over 0 to 1; drawn once with NumPy",
        "name",
    )
    for (row, column), number in np.ndenumerate(values):
        page.fixed((top + 1 + row, left + column), float(number))
    return page.reach(Area.of(top + 1, left, DRAWS, WIDE), values)


def _layer(page: Page, top: int, known: Cells, numbers: Known) -> None:
    """The selected draw: random numbers, mask and outputs, each with a mean at the end."""
    page.headings((top, LABEL), ["unit", *map(str, range(1, WIDE + 1)), "mean"])
    page.inputs((top + 1, FIRST), ACTIVATIONS, -100, 100)
    rows = (
        "activation x",
        "random number u",
        "mask m",
        "output y in training",
        "mean of y over all masks",
        "output in evaluation",
    )
    for n, words in enumerate(rows):
        page.label((top + 1 + n, LABEL), words)
    chosen = clamp(floor(DRAW), 1, DRAWS)
    for n in range(WIDE):
        column = FIRST + n
        operands = known | {U: numbers, PLACE: constant(n + 1)}
        operands[X] = page.known((top + 1, column))
        operands[U] = page.compute((top + 2, column), element(U, chosen, PLACE), operands)
        operands[MASK] = page.compute(
            (top + 3, column), DROPOUT_MASK.expr.xreplace(SAFE), operands, "kept"
        )
        page.compute((top + 4, column), OUTPUT.expr.xreplace(SAFE), operands)
        page.compute((top + 5, column), EXPECTED.expr.xreplace(SAFE), operands)
        page.compute((top + 6, column), SAFE[X], operands)
    page.shade(Area.of(top + 3, FIRST, wide=WIDE), high=KEPT, low=DROPPED)
    for row in (top + 1, top + 3, top + 4, top + 5, top + 6):
        page.compute((row, FIRST + WIDE), MEAN, {X: _across(page, row, FIRST)})


def _across(page: Page, row: int, column: int) -> Known:
    """Cells of a row as a range."""
    values = np.array([[page.cells[row, column + n].value for n in range(WIDE)]], float)
    return page.reach(Area.of(row, column, wide=WIDE), values)


def _averages(page: Page, top: int, known: Cells, layer: int) -> None:
    """The mean output of each draw, and the running mean over the draws."""
    page.headings(
        (top, LABEL), ["draw (activations as above)", "mean output", "mean so far", "mean input"]
    )
    inputs = _across(page, layer, FIRST)
    for n in range(DRAWS):
        row = top + 1 + n
        page.fixed((row, LABEL), n + 1, "label")
        page.compute(
            (row, FIRST), MEAN_OF_OUTPUT, known | {X: inputs, U: _across(page, row, NUMBERS)}
        )
        so_far = page.down((top + 1, FIRST), n + 1)
        page.compute((row, FIRST + 1), mean(X), {X: so_far})
        page.compute((row, FIRST + 2), MEAN, {X: inputs})
    lines = [page.line((top, FIRST + n), LABEL, DRAWS) for n in range(3)]
    page.curve(
        "Mean output: each draw, and all so far",
        "draw",
        "mean",
        lines,
        (top, FIRST + 4),
        width=13.5,
        height=10.5,
        x_min=1,
        y_format="0.0",
    )


CONCEPT = Concept(
    name="dropout",
    number=14,
    title="Dropout",
    question="Does a small network gain or lose when training drops some of its units at random?",
    finding=(
        "After every convolution, a dropout probability of 0.02 is {1~0.than} none ({1.accuracy} "
        "against {0.accuracy}); 0.25 is {4~0.more}: {4.accuracy}."
    ),
    summary=(
        "A dropout probability of 0.02 is {1~0.than} none ({1.accuracy} against {0.accuracy}); "
        "0.25 is {4~0.more} ({4.accuracy})."
    ),
    idea=(
        "In training, dropout sets each activation to 0 with probability p. It draws anew for "
        "every image, so no unit can rely on another.",
        "The activations that are kept are divided by 1 - p, so that the next layer receives as "
        "much on average as without dropout.",
        "In evaluation nothing is dropped and nothing is scaled.",
    ),
    experiment=Experiment(
        "How much dropout does so small a network bear?",
        (
            Variant("none"),
            Variant(
                "0.02 after every convolution",
                layers="8 D0.02 16 D0.02 P 8:1 D0.02 16 D0.02 16 D0.02 24 D0.02 28 D0.02 G F10",
            ),
            Variant(
                "0.05 after every convolution",
                layers="8 D0.05 16 D0.05 P 8:1 D0.05 16 D0.05 16 D0.05 24 D0.05 28 D0.05 G F10",
            ),
            Variant(
                "0.1 after every convolution",
                layers="8 D0.1 16 D0.1 P 8:1 D0.1 16 D0.1 16 D0.1 24 D0.1 28 D0.1 G F10",
            ),
            Variant(
                "0.25 after every convolution",
                layers="8 D0.25 16 D0.25 P 8:1 D0.25 16 D0.25 16 D0.25 24 D0.25 28 D0.25 G F10",
            ),
        ),
    ),
    conclusion=(
        "Without dropout: {0.accuracy}. With 0.02: {1.accuracy}, {1~0.more}; with 0.05: "
        "{2.accuracy}, {2~0.more}.",
        "With 0.1: {3.accuracy}, {3~0.more}; with 0.25: {4.accuracy}, {4~0.more}.",
        "Train accuracy: {0.train} without dropout, {4.train} with 0.25: so small a network then "
        "cannot even fit what it is shown.",
    ),
    rule=(
        "Use dropout when the training accuracy is far above the test accuracy, and begin with a "
        "small probability.",
        "A network too small to fit its training data, such as the one measured here, only loses "
        "by it.",
        "Large fully connected layers tolerate 0.5; after convolutions 0.1 is already much.",
    ),
    tasks=(
        Task(
            "Which units will be dropped in draw 2? Are they the same as in draw 1?",
            "draw to 2",
            "Other units are dropped: each draw decides anew for every unit. In training, each "
            "image is one draw.",
        ),
        Task(
            "At p = 0.5 every output that is kept is twice its activation. By what is it "
            "multiplied at p = 0.9?",
            "p to 0.9",
            "By 10, which is 1/(1 - p). Few units are kept, and their large outputs make up for "
            "the others on average.",
        ),
        Task(
            "With p = 0, how do training and evaluation differ?",
            "p to 0",
            "Not at all: every unit is kept, and y equals x in both.",
        ),
    ),
    demonstrate=demonstrate,
)
