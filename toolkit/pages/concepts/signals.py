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
    Signal("first loss", "loss at the first batch (bound: times ln n)", "loss, first batch",
           None, 2, 2.31, "scale of the pixels, or of the first weights", NOTHING),
    Signal("early loss", "mean loss of batches 91 to 100 (bound: share of ln n)",
           "loss, batches 91-100", None, 0.6, 2.29, "learning rate, labels, normalization",
           NOTHING),
    Signal("first gradient", "norm of the first layer's gradient", "gradient, first layer",
           0.001, 10, 0.0005, "first weights, normalization, scale of the pixels"),
    Signal("last gradient", "norm of the last layer's gradient", "gradient, last layer",
           0.01, 10, 0.02, "the loss and what stands before it"),
    Signal("dead units", "share of dead units in the worst layer", "dead units, worst layer",
           None, 0.1, 0.4, "learning rate too high, first weights too small", share=True),
)  # fmt: skip
LATER = Signal("quarter", "later: test accuracy after a quarter of the training",
               "after a quarter", 0.7, None, 0.3, "all of the above, then the data",
               share=True)  # fmt: skip
# The later one is no part of the rule: by then a quarter of the work is done.
ALL_FINE = And(*(signal.fine for signal in SIGNALS))
