"""Concept 15: When to introduce dropout, and how to see overfitting."""

from sympy import Symbol

from toolkit.book.address import Area
from toolkit.book.known import constant
from toolkit.book.sheet import Series
from toolkit.book.tables import Cell
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts import recorded
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.measured import Records, VariantFigures
from toolkit.pages.concepts.page import FIRST, LABEL, Page
from toolkit.pages.concepts.polynomials import demonstrate
from toolkit.symbols.choices import unless_dash
from toolkit.symbols.records import mean_of_records

EXPERIMENT = Experiment(
    "With a thousand images, each seen 48 times: does the network overfit, and does dropout help?",
    (
        Variant("12,000 images, no dropout"),
        Variant("1,000 images, no dropout", images=1000),
        Variant(
            "1,000 images, dropout 0.1 throughout",
            images=1000,
            layers="8 D0.1 16 D0.1 P 8:1 D0.1 16 D0.1 16 D0.1 24 D0.1 28 D0.1 G F10",
        ),
        Variant(
            "1,000 images, dropout 0.1 before the average",
            images=1000,
            layers="8 16 P 8:1 16 16 24 28 D0.1 G F10",
        ),
        Variant(
            "1,000 images, random shifts and turns",
            images=1000,
            augmentation={"rotation": 10.0, "translation": 1.5, "scale": 0.1},
        ),
    ),
)

QUARTERS = ("after a quarter", "after a half", "after three quarters", "test accuracy")
MEANS, KEYS, KEY, LAST, THIRD = (Symbol(x) for x in ("means", "keys", "key", "last", "third"))


def measure(page: Page, figures: VariantFigures, records: Records) -> None:
    """Write the test accuracy during training, which shows whether it falls again."""
    page.part("Does the test accuracy fall again, as training goes on?")
    page.say(
        "Dropout in these networks drops whole maps. Training accuracy is measured once, at the "
        "end.",
        style="muted",
    )
    top = page.row
    count = len(QUARTERS)
    page.headings((top, LABEL), ["mean test accuracy after quarter"])
    page.headings((top, FIRST + count), ["change in the last"])
    for n in range(count):
        page.cells[top, FIRST + n] = Cell(n + 1, "heading")
    for row, variant in enumerate(EXPERIMENT.variants, top + 1):
        page.label((row, LABEL), variant.name)
        key = recorded.key(variant.setup(records.budget).fingerprint)
        known = {KEYS: records.known("key"), KEY: constant(key)}
        on_the_way = [
            page.compute(
                (row, column),
                mean_of_records(MEANS, KEYS, KEY),
                known | {MEANS: records.known(heading)},
                "percent right",
            )
            for column, heading in enumerate(QUARTERS, FIRST)
        ]
        operands = dict(zip((THIRD, LAST), on_the_way[2:], strict=True))
        change = unless_dash(THIRD, unless_dash(LAST, LAST - THIRD))
        page.compute((row, FIRST + count), change, operands, "percent right")
    page.row = top + len(EXPERIMENT.variants) + 1
    _curves(page, top)


def _curves(page: Page, top: int) -> None:
    """One line for each variant."""
    count = len(QUARTERS)
    axis = page.reach(Area.of(top, FIRST, wide=count), list(range(1, count + 1)))
    lines = []
    for row in range(top + 1, top + 1 + len(EXPERIMENT.variants)):
        values = [page.cells[row, FIRST + n].value for n in range(count)]
        area = page.reach(Area.of(row, FIRST, wide=count), values)
        lines.append(Series(page.known((row, LABEL)), axis, area, dots=True))
    page.curve(
        "Test accuracy during training",
        "quarters of the training",
        "test accuracy",
        lines,
        (page.row + 1, LABEL),
        width=24,
        height=9,
        x_min=1,
        x_max=count,
        y_min=None,
        y_format="0%",
    )
    page.row += 20


CONCEPT = Concept(
    name="overfitting",
    number=15,
    title="When to introduce dropout, and how to see overfitting",
    question="How do you see that a network overfits, and does dropout help then?",
    finding=(
        "With 1,000 images the network is right on {1.train} of them, but only on {1.accuracy} of "
        "the test images; with random shifts and turns it is {4~1.more} ({4.accuracy}), with "
        "dropout of 0.1 {2~1.more} ({2.accuracy})."
    ),
    summary=(
        "Of the 1,000 training images {1.train} are read correctly, of the test images "
        "{1.accuracy}; dropout of 0.1 is {2~1.more}."
    ),
    idea=(
        "A model overfits when it learns its training examples by heart, including their noise, "
        "and therefore predicts new examples worse.",
        "Two numbers show it: the error on the training examples goes on falling, while the error "
        "on test examples falls no further or even rises.",
        "A large gap between the two is the sign to try dropout, augmentation or more data. Only "
        "an experiment tells which of them helps.",
    ),
    experiment=EXPERIMENT,
    conclusion=(
        "Compare train with test accuracy: {0.train} and {0.accuracy} with 12,000 images, "
        "{1.train} and {1.accuracy} with 1,000.",
        "With 1,000 images, dropout of 0.1 throughout gives {2.accuracy}, {2~1.than} none; before "
        "the average it gives {3.accuracy}, {3~1.more}.",
        "Random shifts and turns give {4.accuracy}, {4~1.more}; twelve times as many images give "
        "{0.accuracy}, {0~1.more}.",
    ),
    rule=(
        "Compare the training error with the test error. If both are large, use a larger model; if "
        "the gap between them is large, first try more data or augmentation, then dropout.",
        "Introduce dropout only when the gap is there: a network that does not overfit loses "
        "accuracy by it.",
        "This was measured with a small network of 15,000 parameters; large fully connected layers "
        "overfit far more, and dropout helps them more.",
    ),
    tasks=(
        Task(
            "The degree rises from 6 to 7. Do both errors fall?",
            "the degree to 7",
            "No. The training error falls to 0, because a polynomial of degree 7 passes through "
            "any 8 points, but the test error rises from 0.46 to 0.81.",
        ),
        Task(
            "Which degree predicts new points best: 1, 3 or 5?",
            "the degree to 1, 3 and 5",
            "Degree 3, with a test error of 0.35. Degree 1 is too simple (0.70), degree 5 already "
            "follows the noise (0.42).",
        ),
        Task(
            "Suppose that training point 5, in the list below, was measured wrongly. Which degree "
            "suffers more from it, 3 or 7?",
            "the value of training point 5 to 1, and the degree to 3, then 7",
            "Degree 7: its curve bends to pass through the wrong point, and its test error rises "
            "from 0.81 to 1.97. That of degree 3 rises from 0.35 to 0.52.",
        ),
    ),
    demonstrate=demonstrate,
    measure=measure,
)
