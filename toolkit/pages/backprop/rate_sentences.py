"""What the sheet Learning rates says about the losses at the chosen epoch."""

from sympy import And, Eq, Expr, Integer, Piecewise

from toolkit.pages.backprop.loss_results import NOISE, just_below
from toolkit.pages.backprop.trends import STUCK
from toolkit.symbols.bounds import held
from toolkit.symbols.choices import if_number, matching
from toolkit.symbols.equation import quantity
from toolkit.symbols.ranges import largest, numbers_in, rank_from_below, rise_count, smallest
from toolkit.symbols.text import Text, joined, number_text

RATE, EPOCH, OWN, CHOSEN, EARLIER, LATER, EARLIER_RATES, LATER_RATES = (
    quantity(n)
    for n in (
        "η",
        "an epoch",
        "own loss",
        "losses at the chosen epoch",
        "earlier losses",
        "later losses",
        "earlier rates",
        "later rates",
    )
)
BEST, BEST_STATUS, WORST = (quantity(n) for n in ("the lowest", "its status", "the highest"))


def epoch_held(epochs: int) -> Expr:
    """The chosen epoch, within the epochs of the tables whatever is in its cell."""
    return held(EPOCH, Integer(0), Integer(epochs))


def rank(count: int) -> Expr:
    """The place of a loss among those of all rates at the chosen epoch, in words."""
    if count == 1:
        return if_number(OWN, Text("the only rate"), Text("out of range"))
    place = rank_from_below(just_below(OWN), CHOSEN)
    words = Piecewise(
        (Text("the lowest of all"), Eq(place, 1)),
        (joined(Text("rank "), place, Text(f" of {count}")), True),
    )
    return if_number(OWN, words, Text("out of range"))


def finding(count: int, epochs: int) -> Expr:
    """A sentence about the losses of `count` rates at the chosen epoch."""
    begin = joined(Text("At epoch "), epoch_held(epochs), Text(" "))
    if count == 1:
        own = joined(begin, Text("the loss is "), number_text(OWN), Text("."))
        return if_number(OWN, own, joined(begin, Text("the loss is out of the range of numbers.")))
    lowest = joined(begin, Text("the loss is lowest at "), BEST)
    stuck = matching(
        BEST_STATUS,
        Text(STUCK),
        Text(", but that run is stuck: its gradients are almost 0, so it learns no more."),
        Text("."),
    )
    extremes = joined(lowest, Text(" and highest at "), WORST, stuck)
    ordered = joined(
        begin, Text("each larger rate has a lower loss: from "), WORST, Text(" to "), BEST, stuck
    )
    in_order = And(
        Eq(rise_count(EARLIER_RATES, LATER_RATES, Integer(0)), count - 1),
        Eq(rise_count(LATER, EARLIER, NOISE * largest(CHOSEN)), count - 1),
    )
    alike = joined(
        begin, Text("the loss is the same at every learning rate: "), number_text(OWN), Text(".")
    )
    diverged = Text(f" of {count} runs have left the range of numbers")
    lost = joined(lowest, Text("; "), count - numbers_in(CHOSEN), diverged, stuck)
    return Piecewise(
        (
            joined(begin, Text("every run has left the range of numbers.")),
            Eq(numbers_in(CHOSEN), 0),
        ),
        (lost, numbers_in(CHOSEN) < count),
        (alike, smallest(CHOSEN) >= just_below(largest(CHOSEN))),
        (ordered, in_order),
        (extremes, True),
    )
