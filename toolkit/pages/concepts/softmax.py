"""Concept 6: softmax."""

from collections.abc import Sequence

from toolkit.book.address import Area
from toolkit.book.sheet import Series
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.page import BLUE, FIRST, LABEL, STAGE, Page
from toolkit.pages.concepts.softmax_steps import (
    COUNT,
    CROSS,
    GRADIENT,
    LOGITS,
    LOSS,
    SHARE,
    A,
    B,
    P,
    Q,
    X,
    Y,
    calculate,
    column,
)
from toolkit.symbols.bounds import COLDEST
from toolkit.symbols.ranges import summed
from toolkit.symbols.text import Text, fixed_text, joined

GREEN, RAISE, LOWER = "8FD3B6", "F0A36B", "8FC3E4"  # pale enough to read numbers on them
TOP = STAGE + 3  # the headings of the logits in the first view
ON_STAGE = ("logit z", "probability p", "label y", "gradient")
# Of the label, after one softmax (p, L) and after two (a, b): its probability and its loss.
VERDICT = joined(
    Text("The network gives the label a probability of "),
    fixed_text(P, 3),
    Text(", so the loss is "),
    fixed_text(LOSS, 2),
    Text(". With softmax twice these would be "),
    fixed_text(A, 3),
    Text(" and "),
    fixed_text(B, 2),
    Text("."),
)


def demonstrate(page: Page) -> None:
    """Ten logits beside their probabilities; below, the calculation with one softmax and two."""
    names = [f"digit {n}" for n in range(COUNT)]
    heat = page.setting("temperature T (try 0.3, then 5)", 1, COLDEST, 100)
    page.label((page.row, LABEL), "label: the digit in the image (try digit 2)")
    label = page.choice((page.row, FIRST), names[7], names)
    _logits(page, names)
    page.row = TOP + COUNT + 1
    page.explain()
    page.equation(SHARE, "Probability; m: largest logit; S: sum of e^…")
    page.equation(CROSS, "Loss: -ln p of the label (y = 1, else 0)")
    page.equation(GRADIENT, "Its gradient: predicted minus true, over T")
    top = page.row + 2
    calculate(page, top, names, (TOP + 1, FIRST), heat, label)
    _results(page, top)
    page.row = top + COUNT + 5


def _logits(page: Page, names: Sequence[str]) -> None:
    """The yellow logits of the first view."""
    page.headings((TOP, LABEL), ["Change a logit (say, 4.5 to 9):", *ON_STAGE])
    for n, (name, logit) in enumerate(zip(names, LOGITS, strict=True), TOP + 1):
        page.label((n, LABEL), name)
        page.input((n, FIRST), logit, -30, 30)


def _results(page: Page, top: int) -> None:
    """The results beside the yellow logits: colours, a chart and a sentence."""
    for n in range(1, COUNT + 1):
        for here, number in ((1, 2), (2, 3), (3, 4)):
            style = "right" if number == 3 else "rate"
            page.compute(
                (TOP + n, FIRST + here), X, {X: page.known((top + n, FIRST + number))}, style
            )
    chances, labels, gradients = (Area.of(TOP + 1, FIRST + n, COUNT) for n in (1, 2, 3))
    page.shade(chances, high=BLUE)
    page.shade(labels, high=GREEN)
    page.shade(gradients, high=RAISE, low=LOWER, end=1)
    chances_of_label = {
        P: column(page, top, 2),
        Y: column(page, top, 3),
        Q: column(page, top, 5),
    }
    losses = {
        LOSS: page.known((top + COUNT + 3, FIRST + 2)),
        B: page.known((top + COUNT + 3, FIRST + 5)),
    }
    verdict = VERDICT.xreplace({P: summed(Y * P), A: summed(Y * Q)})
    place = TOP + COUNT + 2, LABEL
    page.compute(place, verdict, chances_of_label | losses, "finding")
    page.merges.append(Area.of(*place, 2, len(ON_STAGE) + 1))
    page.curve(
        "One softmax, the label, and softmax twice",
        "",
        "probability",
        [_bars(page, top, number) for number in (2, 3, 5)],
        (STAGE, FIRST + len(ON_STAGE)),
        width=13.2,
        height=11,
        bars=True,
        y_format="0.0",
        y_min=0,
        y_max=1,
        x_min=None,
    )
    page.effects += [chances, gradients, Area.of(*place, 2, len(ON_STAGE) + 1), *page.charts]


def _bars(page: Page, top: int, number: int) -> Series:
    names = page.down((top + 1, LABEL), COUNT)
    return Series(page.known((top, FIRST + number)), names, column(page, top, number))


CONCEPT = Concept(
    name="softmax",
    number=6,
    title="Softmax",
    question="Should the loss be given the logits or the probabilities that softmax makes of them?",
    finding=(
        "With {0.name} the network ends at {0.accuracy}; applying softmax twice is {1~0.more}: "
        "{1.accuracy}."
    ),
    idea=(
        "The network ends in ten logits, one for each digit, which can be any numbers. Softmax "
        "turns them into probabilities, which add up to 1.",
        "Only differences between logits count. Adding 1 to all changes nothing; adding 1 to one "
        "makes it e = 2.72 times as likely relative to the others.",
        "The loss is -ln p, where p is the probability of the label. For T = 1, its gradient is "
        "the prediction minus the truth: p - y.",
    ),
    experiment=Experiment(
        "What happens to training if the loss receives something other than logits?",
        (
            Variant("cross-entropy of the logits"),
            Variant("softmax twice", loss="softmax_twice"),
            Variant("squared error of the probabilities", loss="squared_error"),
            Variant("label smoothing 0.1", training={"label_smoothing": 0.1}),
        ),
    ),
    conclusion=(
        "After a quarter of the training, {0.name} stood at {0.quarter} and {1.name} at "
        "{1.quarter}; at the end, at {0.accuracy} and {1.accuracy}.",
        "With {1.name}, the second softmax receives numbers between 0 and 1 only, so its "
        "probabilities hardly differ, and the gradients are small.",
        "Squared error ends at {2.accuracy}, {2~0.more}; label smoothing at {3.accuracy}, "
        "{3~0.more}.",
    ),
    rule=(
        "Give the logits to torch.nn.CrossEntropyLoss, which contains the softmax, and use softmax "
        "yourself only to read probabilities.",
        "One softmax too many raises no error: if the loss of a network with ten classes never "
        "falls below 1.46, look for a second softmax.",
        "How much it costs depends on the task: the digits measured here are easy, and the network "
        "learns most of them in spite of it.",
    ),
    tasks=(
        Task(
            "At T = 1, digit 7 has a probability of 0.669. Is the network more or less sure at a "
            "temperature of 5?",
            "T to 5",
            "Less sure: digit 7 falls to 0.190, and all probabilities come closer to 0.1. At 0.3 "
            "it rises to 0.990.",
        ),
        Task(
            "The network answers 7. If the image shows a 2, how large is the loss, and which "
            "gradient is negative?",
            "the label to digit 2",
            "The loss is -ln 0.165 = 1.80. Only digit 2 has a negative gradient, -0.835: a step "
            "against it raises that logit.",
        ),
        Task(
            "If the network is very sure of the right answer, the loss comes close to 0. Does it "
            "also do so with softmax twice?",
            "the logit of digit 7 to 30 (label: digit 7)",
            "No. The loss of one softmax is 0.00, but with softmax twice it stays at 1.46, "
            "although every answer is right.",
        ),
    ),
    demonstrate=demonstrate,
)
