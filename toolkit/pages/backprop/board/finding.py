"""What the reader chooses on the sheet Board, and the sentences that answer."""

from sympy import Eq, Expr, Integer, Lt, Max, Min, Piecewise, floor

from toolkit.network.derivation import EPOCH, LEARNING_RATE, LOSS
from toolkit.network.lesson import Lesson
from toolkit.symbols.choices import if_number, matching
from toolkit.symbols.equation import quantity
from toolkit.symbols.lookups import element
from toolkit.symbols.text import Text, joined, number_text, six_digits

TYPED, LOSSES = quantity("typed"), quantity("losses")
NOTED_EPOCH, EARLY_EPOCH = 66, 10  # the first is the one that the course's notes look at
DASH = Text("–")
START = element(LOSSES, Integer(1))


def first_epoch(lesson: Lesson) -> int:
    """The epoch that the sheet shows when it is opened."""
    epochs = lesson.training.epochs
    return NOTED_EPOCH if epochs >= NOTED_EPOCH else min(EARLY_EPOCH, epochs)


def epoch(last: int) -> Expr:
    """The epoch that is shown for what was typed: the nearest one below, and 0 for no number."""
    return if_number(TYPED, Max(0, Min(last, floor(TYPED))), Integer(0))


def rate() -> Expr:
    """The learning rate in words."""
    return joined(Text("η = "), if_number(LEARNING_RATE, number_text(LEARNING_RATE), DASH))


def present_loss() -> Expr:
    """The loss at the epoch that is shown, in six digits, or a dash where it is no number."""
    loss = element(LOSSES, EPOCH + 1)
    return if_number(loss, six_digits(loss), DASH)


def note(last: int, hint: str) -> Expr:
    """`hint`, or what is wrong with the epoch that was typed and which one is shown instead."""
    cure = f"type a whole number from 0 to {last} into the yellow cell"
    shown = joined(Text("; shown here is epoch "), EPOCH, Text("."))
    wrong = joined(Text("There is no epoch "), number_text(TYPED), Text(f": {cure}"), shown)
    other = joined(Text(f"{cure[0].upper()}{cure[1:]}"), shown)
    return if_number(TYPED, matching(TYPED, EPOCH, Text(hint), wrong), other)


def finding() -> Expr:
    """What the epochs up to the one that is shown have done to the loss, to six digits."""
    before, now = number_text(START), number_text(LOSS)
    name = LOSS.name
    start = joined(
        Text(f"At the start {name} is "), before, Text(". Choose a later epoch to see it change.")
    )
    still = joined(Text(f"{name} is still "), now, Text("."))
    moved = [
        joined(Text(f"{name} has {verb} from "), before, Text(" to "), now, Text("."))
        for verb in ("fallen", "risen")
    ]
    change = matching(before, now, still, Piecewise((moved[0], Lt(LOSS, START)), (moved[1], True)))
    later = joined(_after(), change)
    diverged = joined(_after(), Text(f"{name} is no longer a number: the training has diverged."))
    learnt = if_number(LOSS, Piecewise((start, Eq(EPOCH, 0)), (later, True)), diverged)
    return if_number(START, learnt, Text(f"{name} is not a number, not even at the start."))


def _after() -> Expr:
    epochs = Piecewise((Text(" epoch at "), Eq(EPOCH, 1)), (Text(" epochs at "), True))
    return joined(Text("After "), EPOCH, epochs, rate(), Text(", "))
