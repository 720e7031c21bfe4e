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
    text = _words("Falls more and more slowly: half of the decrease is done by epoch ", HALF, ".")
    for word, words in reversed(_sentences()):
        text = matching(STATUS, Text(word), words, text)
    return text


def _sentences() -> tuple[tuple[str, Expr], ...]:
    """The sentence for each word but the last."""
    begin, end = number_text(BEGIN), number_text(END)
    grows = _words("Diverges: the loss grows from ", begin, " to ", end, ".")
    leaves = _words("Diverges: the loss leaves the range of numbers at epoch ", NUMBERS, ".")
    saturated = ": a layer is saturated, so all gradients are almost 0."
    settled = ": all gradients are almost 0, so the weights hardly move."
    steady = "Falls steadily: the first half of the decrease takes "
    return (
        (DIVERGES, Piecewise((leaves, NUMBERS <= EPOCHS), (grows, True))),
        (STUCK, _words("Stuck at a loss of ", end, saturated)),
        (SETTLED, _words("Settled at a loss of ", end, settled)),
        (OSCILLATES, _words("Oscillates: the loss rises in ", RISES, " of ", EPOCHS, " epochs.")),
        (RISES_, _words("Rises: the loss ends at ", end, ", above the initial loss.")),
        (UNMOVED, _words("Does not move: the loss stays at ", end, ".")),
        (STEADILY, _words(steady, HALF, " of ", EPOCHS, " epochs.")),
    )


def _words(*parts: str | Expr) -> Expr:
    """Words and quantities as one text."""
    text: Expr = joined(*(Text(part) if isinstance(part, str) else part for part in parts))
    return text
