"""Early signals of whether a network trains well, and the bounds that separate good from bad.

A signal is compared with bounds in cells. The same expression serves a reader's checklist and every
recorded run.
"""

from dataclasses import dataclass

from sympy import And, Expr, Integer, Symbol

from toolkit.symbols.bounds import as_number

NOTHING = Symbol("L_0")  # the loss of a network that knows nothing
YOURS = Symbol("yours")
ONE = Integer(1)


@dataclass(frozen=True)
class Bound:
    """A threshold of a signal: the symbol of its cell, its initial value, and its direction."""

    symbol: Symbol
    value: float
    upper: bool


@dataclass(frozen=True)
class Signal:
    """What is looked at: its column of Results, the bounds that a good network keeps (at least, at
    most, each times `unit`, which `unit_words` names), a value to begin with, and where to look
    when it is out of them. A `share` is at most 1.
    """

    name: str
    words: str
    column: str
    least: float | None
    most: float | None
    value: float
    advice: str
    unit: Expr = ONE
    unit_words: str = ""
    share: bool = False

    @property
    def label(self) -> str:
        """Its words, with the unit of its bounds where they have one."""
        return f"{self.words} (bound: {self.unit_words})" if self.unit_words else self.words

    @property
    def symbol(self) -> Symbol:
        """The symbol of the number."""
        return Symbol(self.name)

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """Its lower bound, its upper bound, or both."""
        limits = (("least", self.least, False), ("most", self.most, True))
        return tuple(
            Bound(Symbol(f"{self.name}, {key}"), value, upper)
            for key, value, upper in limits
            if value is not None
        )

    @property
    def fine(self) -> Expr:
        """Whether the number is within its bounds; false if it is not a number."""
        tests = []
        for bound in self.bounds:
            limit = as_number(bound.symbol) * self.unit  # a text in place of a bound is no error
            tests.append(self.symbol <= limit if bound.upper else self.symbol >= limit)
        return And(*tests)


# The bound of the early loss is the one with the greatest difference between the rates of hits and
# of false alarms on the runs of seed 0. The other bounds lie a little outside the range of the runs
# of seed 0 that end well.
EARLY_LOSS = Signal(
    name="early loss",
    words="mean loss of batches 91 to 100",
    column="loss, batches 91-100",
    least=None,
    most=0.6,
    value=2.29,
    advice="learning rate, labels, normalization",
    unit=NOTHING,
    unit_words="share of ln n",
)
SIGNALS = (
    Signal(
        name="first loss",
        words="loss at the first batch",
        column="loss, first batch",
        least=None,
        most=2,
        value=2.31,
        advice="scale of the pixels, or of the first weights",
        unit=NOTHING,
        unit_words="times ln n",
    ),
    EARLY_LOSS,
    Signal(
        name="first gradient",
        words="norm of the first layer's gradient",
        column="gradient, first layer",
        least=0.001,
        most=10,
        value=0.0005,
        advice="first weights, normalization, scale of the pixels",
    ),
    Signal(
        name="last gradient",
        words="norm of the last layer's gradient",
        column="gradient, last layer",
        least=0.01,
        most=10,
        value=0.02,
        advice="the loss and the layer before it",
    ),
    Signal(
        name="dead units",
        words="share of dead units in the worst layer",
        column="dead units, worst layer",
        least=None,
        most=0.1,
        value=0.4,
        advice="learning rate too high, first weights too small",
        share=True,
    ),
)
LATER = Signal(
    name="quarter",
    words="later: test accuracy after a quarter of the training",
    column="after a quarter",
    least=0.7,
    most=None,
    value=0.3,
    advice="all of the above, then the data",
    share=True,
)
# The later one is no part of the rule: by then a quarter of the work is done.
ALL_FINE = And(*(signal.fine for signal in SIGNALS))
