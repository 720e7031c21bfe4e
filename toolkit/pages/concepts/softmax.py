"""Concept 6: SoftMax."""

import numpy as np
from sympy import Expr, Integer, Symbol, exp, expand, log

from toolkit.book.address import Area
from toolkit.book.known import Known, constant
from toolkit.book.sheet import Series
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.page import FIRST, LABEL, Page
from toolkit.symbols.bounds import COLDEST, number_of, temperature
from toolkit.symbols.choices import matching
from toolkit.symbols.equation import Equation, Gradient
from toolkit.symbols.ranges import largest, summed, total

LOGITS = (1.2, -2.0, 3.1, 0.4, -1.5, 0.0, 2.2, 4.5, -0.7, 1.9)
COUNT = len(LOGITS)
NAMES = ("z", "T", "m", "S", "p", "y", "L", "R", "a", "b")
Z, T, M, S, P, Y, LOSS, REST, A, B = map(Symbol, NAMES)
RAISED = exp((Z - M) / T)
SHARE = Equation(P, RAISED / S)
CROSS = Equation(LOSS, -summed(Y * log(P)))
# The loss as a function of one logit; R is the contribution of the others to S.
OF_LOGIT = log(REST + RAISED) - Y * (Z - M) / T
BY_LOGIT = expand(OF_LOGIT.diff(Z).xreplace({RAISED: P * S}).subs(REST, S - P * S))
GRADIENT = Equation(Gradient(LOSS, Z), BY_LOGIT)
# Through a second SoftMax: a is the gradient by this p, and b are those of all digits.
Q, LIFTED = Symbol("q"), Symbol("raised")
SECOND = P * (A - summed(Q * B)) / T
SAFE = {Z: number_of(Z), T: temperature(T)}
HEADINGS = (
    "logit z",
    "e^((z-m)/T)",
    "p",
    "label y",
    "gradient",
    "softmax of p",
    "gradient by p",
    "gradient by z",
)


def demonstrate(page: Page) -> None:
    """Ten logits with their probabilities, loss and gradient; then the same with SoftMax twice."""
    beside = page.row
    page.equation(SHARE, "Probability; m: largest logit; S: sum of e^…")
    page.equation(CROSS, "Loss: -ln p of the label (y is 1 there, else 0)")
    page.equation(GRADIENT, "Its gradient: predicted minus true, over T")
    names = [f"digit {n}" for n in range(COUNT)]
    page.label((page.row, LABEL), "temperature T (try 0.3, then 5)")
    heat = page.input((page.row, FIRST), 1, COLDEST, 100)
    page.label((page.row + 1, LABEL), "the label, what the digit is (try digit 2)")
    label = page.choice((page.row + 1, FIRST), names[7], names)
    page.row += 3
    top = page.row
    page.headings((top, LABEL), ["change the yellow logits (say, 4.5 to 9)", *HEADINGS])
    page.label((top - 1, FIRST + 5), "p taken for logits once more:", "bold")
    for n, logit in enumerate(LOGITS, 1):
        page.label((top + n, LABEL), names[n - 1])
        page.input((top + n, FIRST), logit, -30, 30)
        known = {Y: label, Z: page.known((top + n, LABEL))}
        one, none = Integer(1), Integer(0)
        page.compute((top + n, FIRST + 3), matching(Y, Z, one, none), known, "right")
    _once(page, top, heat)
    _twice(page, top, heat)
    _totals(page, top)
    page.curve(
        "Probabilities",
        "",
        "",
        [_bars(page, top, 2), _bars(page, top, 5)],
        (beside, FIRST + 8),
        width=13,
        height=9,
        bars=True,
        y_format="0.0",
        y_min=0,
        y_max=1,
        x_min=None,
    )
    page.row = top + COUNT + 5


def _column(page: Page, top: int, number: int) -> Known:
    column = FIRST + number
    values = [float(str(page.cells[top + n, column].value)) for n in range(1, COUNT + 1)]
    return page.reach(Area.of(top + 1, column, COUNT), np.array(values))


def _bars(page: Page, top: int, number: int) -> Series:
    names = page.down((top + 1, LABEL), COUNT)
    return Series(page.known((top, FIRST + number)), names, _column(page, top, number))


def _down(
    page: Page,
    top: int,
    number: int,
    expr: Expr,
    known: dict[Symbol, Known],
    reads: dict[Symbol, int],
) -> None:
    """A column in which each row computes `expr` from `known` and from the columns in `reads`."""
    for row in range(top + 1, top + COUNT + 1):
        here = {symbol: page.known((row, FIRST + n)) for symbol, n in reads.items()}
        page.compute((row, FIRST + number), expr, known | here)


def _once(page: Page, top: int, heat: Known) -> None:
    """The results of one SoftMax for each logit, with the sum of each column below it."""
    known = {
        T: heat,
        M: page.compute((top + COUNT + 2, FIRST), largest(Z), {Z: _column(page, top, 0)}, "short"),
    }
    _down(page=page, top=top, number=1, expr=RAISED.xreplace(SAFE), known=known, reads={Z: 0})
    known[S] = _sum(page, top, 1)
    _down(
        page=page,
        top=top,
        number=2,
        expr=SHARE.expr.xreplace({RAISED: LIFTED}),
        known=known,
        reads={LIFTED: 1},
    )
    _down(
        page=page, top=top, number=4, expr=BY_LOGIT.xreplace(SAFE), known=known, reads={P: 2, Y: 3}
    )


def _twice(page: Page, top: int, heat: Known) -> None:
    """The second SoftMax: its probabilities, and the gradients of its loss by the logits."""
    shares = _column(page, top, 2)
    high = page.compute((top + COUNT + 2, FIRST + 2), largest(P), {P: shares})
    again = exp(Z - M) / summed(exp(P - M))
    _down(page=page, top=top, number=5, expr=again, known={P: shares, M: high}, reads={Z: 2})
    _down(page=page, top=top, number=6, expr=P - Y, known={}, reads={P: 5, Y: 3})
    known = {T: heat, Q: shares, B: _column(page, top, 6)}
    _down(page=page, top=top, number=7, expr=SECOND.xreplace(SAFE), known=known, reads={P: 2, A: 6})


def _sum(page: Page, top: int, number: int) -> Known:
    place = (top + COUNT + 1, FIRST + number)
    return page.compute(place, total(Z), {Z: _column(page, top, number)}, "loss right")


def _totals(page: Page, top: int) -> None:
    """The rows below the columns: sums, largest values and losses."""
    row = top + COUNT + 1
    for n, words in enumerate(("sum (of e^…: S)", "largest (of the logits: m)", "loss L")):
        page.label((row + n, LABEL), words)
    for number in (2, 4, 5):
        _sum(page, top, number)
    for number in (2, 5):
        operands = {P: _column(page, top, number), Y: _column(page, top, 3)}
        page.compute((row + 2, FIRST + number), CROSS.expr, operands)
    page.label((row + 2, FIRST + 6), "≥", "middle")
    least = log(exp(P) + COUNT - 1) - P
    page.compute((row + 2, FIRST + 7), least, {P: constant(1)})
    page.label((row + 2, FIRST + 8), "however sure the network is")


CONCEPT = Concept(
    name="softmax",
    number=6,
    title="SoftMax",
    idea=(
        "The network ends in ten logits: any numbers, one a digit. SoftMax makes probabilities "
        "of them, positive and 1 in all.",
        "Only differences count: 1 more for all logits changes nothing; 1 more for one makes it e "
        "= 2.72 times as likely beside the others.",
        "The loss is -ln of the label's probability, and its gradient is as simple as can be: "
        "what is predicted minus what is true.",
    ),
    experiment=Experiment(
        "What becomes of the training where the loss is given something else than logits?",
        (
            Variant("cross-entropy of the logits"),
            Variant("SoftMax twice", loss="softmax_twice"),
            Variant("squared error of the probabilities", loss="squared_error"),
            Variant("label smoothing 0.1", training={"label_smoothing": 0.1}),
        ),
    ),
    conclusion=(
        "With {0.name} the network ends at {0.accuracy}. With {1.name} it is {1.accuracy}, "
        "{1~0.more}.",
        "After a quarter of the training the two stood at {0.quarter} and {1.quarter}: "
        "probabilities of probabilities are flat, and their gradients small.",
        "Squared error gets to {2.accuracy}, {2~0.more}; label smoothing to {3.accuracy}, "
        "{3~0.more}.",
    ),
    demonstrate=demonstrate,
)
