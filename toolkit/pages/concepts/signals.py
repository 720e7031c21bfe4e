"""The early signals of a network that goes well or not, and the bounds that tell these apart.

A signal is compared with bounds that stand in cells, by the same expression wherever it is asked:
in a reader's checklist and on every run that was made.
"""

from dataclasses import dataclass

from sympy import And, Expr, Integer, Symbol

from toolkit.symbols.bounds import as_number

NOTHING = Symbol("L_0")  # the loss of a network that knows nothing
YOURS = Symbol("yours")
ONE = Integer(1)


@dataclass(frozen=True)
class Signal:
    """What is looked at: its column of Results, the bounds that a good network keeps (at least, at
    most, each times `unit`), a value to begin with, and where to look when it is out of them. A
    `share` is at most 1.
    """

    name: str
    words: str
    column: str
    least: float | None
    most: float | None
    value: float
    advice: str
    unit: Expr = ONE
    share: bool = False

    @property
    def symbol(self) -> Symbol:
        """The number itself."""
        return Symbol(self.name)

    @property
    def bounds(self) -> dict[Symbol, float]:
        """The cells that hold its thresholds."""
        limits = {"least": self.least, "most": self.most}
        return {Symbol(f"{self.name}, {key}"): n for key, n in limits.items() if n is not None}

    @property
    def fine(self) -> Expr:
        """Whether it is as a good network's; what is no number never is."""
        tests = []
        for bound in self.bounds:
            limit = as_number(bound) * self.unit  # a text for a bound makes no error
            tests.append(self.symbol >= limit if "least" in bound.name else self.symbol <= limit)
        return And(*tests)


# The bound of the early loss is that with most hits less false alarms on the runs of seed 0. The
# others lie a little outside what the runs of seed 0 that end well show.
SIGNALS = (
    Signal(
        name="first loss",
        words="loss at the first batch (bound: times ln n)",
        column="loss, first batch",
        least=None,
        most=2,
        value=2.31,
        advice="scale of the pixels, or of the first weights",
        unit=NOTHING,
    ),
    Signal(
        name="early loss",
        words="mean loss of batches 91 to 100 (bound: share of ln n)",
        column="loss, batches 91-100",
        least=None,
        most=0.6,
        value=2.29,
        advice="learning rate, labels, normalization",
        unit=NOTHING,
    ),
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
        advice="the loss and what stands before it",
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
