"""The calculation of softmax and its loss in columns, and of a second softmax after the first."""

from collections.abc import Sequence

import numpy as np
from sympy import Expr, Integer, Symbol, exp, expand, log

from toolkit.book.address import Area
from toolkit.book.known import Known, constant
from toolkit.pages.concepts.page import FIRST, LABEL, Page, Place
from toolkit.symbols.bounds import number_of, temperature
from toolkit.symbols.choices import matching
from toolkit.symbols.equation import Equation, Gradient
from toolkit.symbols.ranges import largest, summed, total

LOGITS = (1.2, -2.0, 3.1, 0.4, -1.5, 0.0, 2.2, 4.5, -0.7, 1.9)
COUNT = len(LOGITS)
NAMES = ("x", "z", "T", "m", "S", "p", "y", "L", "R", "a", "b")
X, Z, T, M, S, P, Y, LOSS, REST, A, B = map(Symbol, NAMES)
RAISED = exp((Z - M) / T)
SHARE = Equation(P, RAISED / S)
CROSS = Equation(LOSS, -summed(Y * log(P)))
# The loss as a function of one logit; R is the contribution of the others to S.
OF_LOGIT = log(REST + RAISED) - Y * (Z - M) / T
BY_LOGIT = expand(OF_LOGIT.diff(Z).xreplace({RAISED: P * S}).subs(REST, S - P * S))
GRADIENT = Equation(Gradient(LOSS, Z), BY_LOGIT)
# Through a second softmax: a is the gradient by this p, and b are those of all digits.
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


def calculate(
    page: Page, top: int, names: Sequence[str], logits: Place, heat: Known, label: Known
) -> None:
    """Write the calculation, with its headings in row `top`, from the column of `logits`."""
    page.label((top - 1, FIRST + 5), "probabilities used as logits once more:", "bold")
    page.headings((top, LABEL), ["step by step", *HEADINGS])
    _table(page, top, names, logits, label)
    _once(page, top, heat)
    _twice(page, top, heat)
    _totals(page, top)


def column(page: Page, top: int, number: int) -> Known:
    """Column `number` of the calculation, counted from 0, as a range."""
    place = top + 1, FIRST + number
    values = [float(str(page.cells[top + n, FIRST + number].value)) for n in range(1, COUNT + 1)]
    return page.reach(Area.of(*place, COUNT), np.array(values))


def _table(page: Page, top: int, names: Sequence[str], logits: Place, label: Known) -> None:
    """The logits again, and 1 in the row of the label."""
    row, left = logits
    for n, name in enumerate(names):
        here = top + 1 + n
        page.label((here, LABEL), name)
        page.compute((here, FIRST), SAFE[Z], {Z: page.known((row + n, left))})
        known = {Y: label, Z: page.known((here, LABEL))}
        one, none = Integer(1), Integer(0)
        page.compute((here, FIRST + 3), matching(Y, Z, one, none), known, "right")


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
    """The results of one softmax for each logit, with the sum of each column below it."""
    known = {
        T: heat,
        M: page.compute((top + COUNT + 2, FIRST), largest(Z), {Z: column(page, top, 0)}, "short"),
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
    """The second softmax: its probabilities, and the gradients of its loss by the logits."""
    shares = column(page, top, 2)
    high = page.compute((top + COUNT + 2, FIRST + 2), largest(P), {P: shares})
    again = exp(Z - M) / summed(exp(P - M))
    _down(page=page, top=top, number=5, expr=again, known={P: shares, M: high}, reads={Z: 2})
    _down(page=page, top=top, number=6, expr=P - Y, known={}, reads={P: 5, Y: 3})
    known = {T: heat, Q: shares, B: column(page, top, 6)}
    _down(page=page, top=top, number=7, expr=SECOND.xreplace(SAFE), known=known, reads={P: 2, A: 6})


def _sum(page: Page, top: int, number: int) -> Known:
    place = (top + COUNT + 1, FIRST + number)
    return page.compute(place, total(Z), {Z: column(page, top, number)}, "loss right")


def _totals(page: Page, top: int) -> None:
    """The rows below the columns: sums, largest values and losses."""
    row = top + COUNT + 1
    for n, words in enumerate(("sum (of e^…: S)", "largest (of the logits: m)", "loss L")):
        page.label((row + n, LABEL), words)
    for number in (2, 4, 5):
        _sum(page, top, number)
    for number in (2, 5):
        operands = {P: column(page, top, number), Y: column(page, top, 3)}
        page.compute((row + 2, FIRST + number), CROSS.expr, operands)
    page.label((row + 2, FIRST + 6), "≥", "middle")
    least = log(exp(P) + COUNT - 1) - P
    page.compute((row + 2, FIRST + 7), least, {P: constant(1)})
    page.label((row + 2, FIRST + 8), "however sure the network is")
