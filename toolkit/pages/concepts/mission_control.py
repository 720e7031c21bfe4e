"""Concept 19: How to know very early that a network is not going well."""

from typing import Any

from sympy import Eq, Expr, Piecewise, Symbol, log

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.sheet import RowColour
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts import mission_runs
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.measured import Records, VariantFigures
from toolkit.pages.concepts.page import FIRST, LABEL, Page
from toolkit.pages.concepts.signals import ALL_FINE, LATER, NOTHING, SIGNALS, YOURS, Signal
from toolkit.symbols.bounds import held
from toolkit.symbols.equation import Equation
from toolkit.symbols.ranges import numbers_in
from toolkit.symbols.text import Text


def _new(mark: str, name: str, **changes: Any) -> tuple[str, Variant]:
    """A new variant with its name in sentences; in the tables `mark` precedes the name."""
    return name, Variant(mark + name, **changes)


# These variants were run after the rule and its bounds had been fixed, so they test the rule on
# networks that did not influence it.
NEW = dict(
    (
        _new("new: ", "learning rate 0.00001", training={"learning_rate": 0.00001}),
        _new("new: ", "momentum 0.999", training={"momentum": 0.999}),
        _new("new: ", "weight decay 1", training={"weight_decay": 1.0}),
        _new("new: ", "half of the labels shuffled", labels="half"),
        _new("new: ", "dropout 0.8 after every layer", after="B R D0.8"),
        _new("new: ", "one channel in the middle", layers="8 16 P 1:1 16 16 24 28 G F10"),
        _new("new, ", "no fault: batches of 48", training={"batch_size": 48, "learning_rate": 0.1}),
        _new("new, ", "no fault: wider layers", layers="12 20 P 12:1 20 20 28 32 G F10"),
    )
)
EXPERIMENT = Experiment(
    "Do the first hundred batches tell a sabotaged network from a good one?",
    (
        Variant("as it should be"),
        Variant("learning rate 20", training={"learning_rate": 20.0}),
        Variant("no normalization at all", after="R", pixels="bytes"),
        Variant("labels shuffled", labels="shuffled"),
        Variant("all weights zero", start="zero"),
        Variant("ReLU before softmax", layers="8 16 P 8:1 16 16 24 28 G F10 R"),
        *NEW.values(),
    ),
)
# The placeholders are those of mission_tables: runs flagged, of those that end badly or well.
RULE_FINDING = (
    "After a hundred batches the rule flags {again bad} runs that end badly and {again good} that "
    "end well (seeds not used to set it); on networks new to it, {new bad} and {new good}."
)
# The finding of these networks alone, which that of the rule on all runs replaces.
SABOTAGE = (
    "As it should be, the network ends at {0.accuracy}. Runs that end below 90 %: {0.failed}; at "
    "learning rate 20 {1.failed}, without normalization {2.failed}, with shuffled labels "
    "{3.failed}."
)
CLASSES, FAILED = Symbol("n"), Symbol("failed")
UNTRAINED_LOSS = Equation(NOTHING, log(CLASSES))
CLASS_BOUNDS = (2, 1000)
FINE, LOOK, WELL, STOP = "fine", "look here", "goes well", "stop and look"  # verdicts
GOOD, BAD = "CDEBDF", "F8C08A"  # their colours
EXTREMES = ("smallest of good runs", "largest of good runs")


def demonstrate(page: Page) -> None:
    """The reader's own signals compared with thresholds, and suggestions."""
    _settings(page)
    page.row += 1
    heads = ["signal", "yours", "at least", "at most", "verdict", *EXTREMES]
    page.headings((page.row, LABEL), heads)
    page.heights[page.row] = 30.0
    page.label((page.row, FIRST + len(heads) - 1), "where to look", "bold")
    page.row += 1
    _checklist(page)
    page.explain()
    page.equation(UNTRAINED_LOSS, "The loss of a network that knows nothing:")
    page.say(
        "A signal is fine if it lies between its bounds. Some bounds are multiples of ln n, since "
        "the loss depends on the number of classes."
    )


def _settings(page: Page) -> None:
    classes = page.setting("classes n of your data", 10, *CLASS_BOUNDS, whole=True)
    page.label((page.row, LABEL), "ln n, the loss of a network that knows nothing")
    log_of_classes = UNTRAINED_LOSS.expr.subs(CLASSES, held(CLASSES, *CLASS_BOUNDS))
    page.shared[NOTHING] = page.compute((page.row, FIRST), log_of_classes, {CLASSES: classes})
    page.row += 1
    page.label((page.row, FIRST + 2), "0.97: three times as many wrong as in a good run", "muted")
    page.shared[FAILED] = page.setting("a run ends badly below this test accuracy", 0.97, 0, 1)
    page.widths[LABEL] = 50.0


def _checklist(page: Page) -> None:
    """One line for each signal, the joint verdict of the early ones, and then the later one."""
    yours: dict[Symbol, Known] = {}
    first = page.row
    for signal in SIGNALS:
        _line(page, signal, yours)
    page.label((page.row, LABEL), "all together, after a hundred batches", "name")
    well = Piecewise((Text(WELL), ALL_FINE), (Text(STOP), True))
    area = page.down((first, FIRST), len(SIGNALS))
    known = page.shared | yours | {YOURS: area}
    page.compute((page.row, FIRST + 2), _if_filled(well, len(SIGNALS)), known, "verdict")
    page.merges.append(Area.of(page.row, FIRST + 2, wide=2))
    verdicts = Area.of(first, FIRST + 3, len(SIGNALS) + 2)
    page.effects = [page.merges[-1], verdicts]
    page.row += 1
    _line(page, LATER, yours)
    answers = ((verdicts, FINE, LOOK), (Area.of(page.row - 2, FIRST + 2), WELL, STOP))
    for cells, good, bad in answers:
        page.row_colours += [RowColour(cells, good, GOOD), RowColour(cells, bad, BAD)]


def _line(page: Page, signal: Signal, yours: dict[Symbol, Known]) -> None:
    page.label((page.row, LABEL), signal.label)
    cell = page.input((page.row, FIRST), signal.value, 0, 1 if signal.share else 1e9)
    yours[signal.symbol] = cell
    for bound in signal.bounds:
        place = page.row, FIRST + (2 if bound.upper else 1)
        most = 1 if signal.share else 1e6
        page.shared[bound.symbol] = page.input(place, bound.value, 0, most)
    verdict = Piecewise((Text(FINE), signal.fine), (Text(LOOK), True))
    known = page.shared | yours | {YOURS: cell}
    page.compute((page.row, FIRST + 3), _if_filled(verdict, 1), known, "middle")
    page.places[signal.name] = page.row, FIRST + 4
    page.label((page.row, FIRST + 6), signal.advice)
    page.row += 1


def _if_filled(verdict: Expr, count: int) -> Expr:
    """The verdict if `count` of the reader's cells hold numbers, and otherwise a dash."""
    return Piecewise((verdict, Eq(numbers_in(YOURS), count)), (Text("–"), True))


def measure(page: Page, figures: VariantFigures, records: Records) -> None:
    """Apply the same rule, with the same bounds, to every run of every experiment."""
    mission_runs.measure(page, records, EXPERIMENT.variants, NEW, RULE_FINDING)


CONCEPT = Concept(
    name="mission-control",
    number=19,
    title="How to know very early that a network is not going well",
    question="How do you know after a hundred batches that a network is not going well?",
    finding=SABOTAGE,
    idea=(
        "A network that knows nothing gives every class the same probability 1/n. Its loss is "
        "ln n: 2.303 for ten digits.",
        "After a hundred batches the loss of most good networks is well below that. If not, there "
        "is a reason: a learning rate, a scale, a layer, labels.",
        "Stopping then costs seconds; a long training that never went well costs a night.",
    ),
    experiment=EXPERIMENT,
    conclusion=(
        SABOTAGE,
        "With all weights zero {4.failed}, with a ReLU before softmax {5.failed} ({5.accuracy}, "
        "standard deviation {5.spread}).",
        "After a quarter of the training the network as it should be is at {0.quarter}, one with "
        "shuffled labels at {3.quarter}.",
    ),
    rule=(
        "If the loss after a hundred batches is still above 0.6 ln n, stop and look: first at the "
        "learning rate, the labels and the scale of the pixels.",
        "Then look at the gradients, layer by layer: one that is nearly 0 or very large shows "
        "where the signal is lost.",
        "The bounds come from small networks on MNIST with cross-entropy; faults that show only "
        "later, such as too much momentum, they often miss.",
    ),
    tasks=(
        Task(
            "A mean loss of 2.29 is too high. From which value on would it be fine?",
            "the mean loss of batches 91 to 100 to 1.4, then to 1.3",
            "Its bound is 0.6 ln 10 = 1.38, so 1.4 is too high and 1.3 is fine. All together it "
            "is still stop and look, because two other signals are bad.",
        ),
        Task(
            "Which signals must also change so that the network goes well?",
            "with a mean loss of 1.3: first layer's gradient to 0.01, dead units to 0.05",
            "These two. The gradient was smaller than 0.001, and more than a tenth of the units "
            "of a layer were dead. Now it goes well.",
        ),
        Task(
            "Is a loss of 5 at the first batch alarming?",
            "the loss at the first batch to 5, then the classes n to 100",
            "With 10 classes yes: it is more than 2 ln 10 = 4.61. With 100 classes no: ln 100 = "
            "4.61 is what a network that knows nothing has, and the bound is 9.21.",
        ),
    ),
    demonstrate=demonstrate,
    measure=measure,
)
