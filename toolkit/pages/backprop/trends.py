"""What the loss of a run does over the epochs: a word for it, and a sentence that explains it.

Both are formulas over measures of the loss column and of the gradients, so that they follow every
change of a parameter.
"""

from sympy import And, Expr, Piecewise

from toolkit.symbols.choices import matching
from toolkit.symbols.equation import quantity
from toolkit.symbols.ranges import length, numbers_in
from toolkit.symbols.text import Text, joined, number_text

LOSSES, BEGIN, END, RISES, HALF, STEEPEST, SLOPE, STATUS = (
    quantity(name)
    for name in (
        "losses",
        "start",
        "end",
        "rises",
        "half",
        "largest gradient",
        "slope",
        "status",
    )
)
DOT = Text(".")
NUMBERS, EPOCHS = numbers_in(LOSSES), length(LOSSES) - 1
NEAR_0 = 1e-6  # a gradient, or a slope, that hardly moves a weight any more
REACHED = 1e-6  # the share of the initial loss that counts as almost none
GROWTH = 2  # times the initial loss
OFTEN = 0.1  # the share of the epochs
STEADY = 0.4  # the share of the epochs
SAME = 1e-9  # the share of the initial loss by which rounding may change a loss
DIVERGES, STUCK, SETTLED, OSCILLATES = "diverges", "stuck", "settled", "oscillates"
RISES_, UNMOVED, STEADILY, SLOWS = "rises", "does not move", "falls steadily", "slows down"
RULES = (
    (
        DIVERGES,
        "The loss leaves the range of numbers, or ends above twice the initial loss while the "
        "gradients are not near 0.",
    ),
    (
        STUCK,
        "At the end all gradients are at most 0.000001 in size because a layer is saturated (the "
        "slopes of its activations add up to at most 0.000001), but the loss is above a millionth "
        "of the initial loss.",
    ),
    (SETTLED, "All gradients are at most 0.000001 in size at the end, for any other reason."),
    (OSCILLATES, "The loss rises in more than a tenth of the epochs, and falls in others."),
    (RISES_, "The loss ends above the initial loss."),
    (UNMOVED, "The loss ends where it started."),
    (
        STEADILY,
        "The loss falls, and the first half of the decrease takes at least 40 % of the epochs.",
    ),
    (SLOWS, "The loss falls, and the first half of the decrease takes less than that."),
)


def status() -> Expr:
    """One word for a run, the first of `RULES` that applies.

    It reads the column LOSSES, its first and last cell (BEGIN and END), RISES (the number of epochs
    in which the loss rises), HALF (the epoch at which half of the decrease is done), STEEPEST (the
    largest absolute gradient of a parameter at the end) and SLOPE (the slopes of the flattest layer
    at the end, added up).
    """
    flat = STEEPEST <= NEAR_0
    saturated = And(SLOPE <= NEAR_0, END > REACHED * BEGIN)
    return Piecewise(
        (Text(DIVERGES), NUMBERS <= EPOCHS),
        (Piecewise((Text(STUCK), saturated), (Text(SETTLED), True)), flat),
        (Text(DIVERGES), END > GROWTH * BEGIN),
        (Text(OSCILLATES), And(RISES > OFTEN * EPOCHS, RISES < EPOCHS)),
        (Text(RISES_), END > BEGIN * (1 + SAME)),
        (Text(UNMOVED), END >= BEGIN * (1 - SAME)),
        (Text(STEADILY), HALF >= STEADY * EPOCHS),
        (Text(SLOWS), True),
    )


def sentence() -> Expr:
    """A sentence about a run whose word is in STATUS, with its numbers."""
    end = number_text(END)
    growth = joined(
        Text("Diverges: the loss grows from "), number_text(BEGIN), Text(" to "), end, Text(".")
    )
    lost = joined(Text("Diverges: the loss leaves the range of numbers at epoch "), NUMBERS, DOT)
    cases = (
        (DIVERGES, Piecewise((lost, NUMBERS <= EPOCHS), (growth, True))),
        (
            STUCK,
            joined(
                Text("Stuck at a loss of "),
                end,
                Text(": a layer is saturated, so all gradients are almost 0."),
            ),
        ),
        (
            SETTLED,
            joined(
                Text("Settled at a loss of "),
                end,
                Text(": all gradients are almost 0, so the weights hardly move."),
            ),
        ),
        (
            OSCILLATES,
            joined(
                Text("Oscillates: the loss rises in "),
                RISES,
                Text(" of "),
                EPOCHS,
                Text(" epochs."),
            ),
        ),
        (RISES_, joined(Text("Rises: the loss ends at "), end, Text(", above the initial loss."))),
        (UNMOVED, joined(Text("Does not move: the loss stays at "), end, DOT)),
        (
            STEADILY,
            joined(
                Text("Falls steadily: the first half of the decrease takes "),
                HALF,
                Text(" of "),
                EPOCHS,
                Text(" epochs."),
            ),
        ),
    )
    text: Expr = joined(
        Text("Slows down from epoch "), HALF, Text(" on: by then half of the decrease is done.")
    )
    for word, words in reversed(cases):
        text = matching(STATUS, Text(word), words, text)
    return text
