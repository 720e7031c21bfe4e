"""Concept 19: How to know very early that a network is not going well."""

from typing import Any

from sympy import Eq, Expr, Piecewise, Symbol, log

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts import mission_runs
from toolkit.pages.concepts.concept import Concept
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
        Variant("ReLU before SoftMax", layers="8 16 P 8:1 16 16 24 28 G F10 R"),
        *NEW.values(),
    ),
)
CLASSES, FAILED = Symbol("n"), Symbol("failed")
UNTRAINED_LOSS = Equation(NOTHING, log(CLASSES))
CLASS_BOUNDS = (2, 1000)
SUMMARY = "summary"  # the column with the range of each signal over all runs
EXTREMES = ("smallest of good runs", "largest of good runs")


def demonstrate(page: Page) -> None:
    """The reader's own signals compared with thresholds, and suggestions."""
    page.equation(UNTRAINED_LOSS, "The loss of a network that knows nothing:")
    page.say(
        "Change the yellow cells: type the signals of your own network. Try a mean loss of "
        "0.9, then a first loss of 20."
    )
    _settings(page)
    page.row += 1
    heads = ["signal", "yours", "at least", "at most", "verdict", *EXTREMES]
    page.headings((page.row, LABEL), heads)
    page.heights[page.row] = 45.0
    page.label((page.row, FIRST + len(heads) - 1), "where to look", "bold")
    page.row += 1
    _checklist(page)
    page.places[SUMMARY] = page.row, LABEL
    page.row += 1


def _settings(page: Page) -> None:
    page.label((page.row, LABEL), "classes n of your data")
    classes = page.input((page.row, FIRST), 10, *CLASS_BOUNDS, whole=True)
    page.label((page.row + 1, LABEL), "ln n")
    log_of_classes = UNTRAINED_LOSS.expr.subs(CLASSES, held(CLASSES, *CLASS_BOUNDS))
    page.shared[NOTHING] = page.compute((page.row + 1, FIRST), log_of_classes, {CLASSES: classes})
    page.label((page.row + 2, LABEL), "a run ends badly below this test accuracy")
    page.shared[FAILED] = page.input((page.row + 2, FIRST), 0.97, 0, 1)
    page.label(
        (page.row + 2, FIRST + 2), "0.97: three times as many wrong as it should be", "muted"
    )
    page.widths[LABEL] = 50.0
    page.row += 3


def _checklist(page: Page) -> None:
    """One line for each signal, the joint verdict of the early ones, and then the later one."""
    yours: dict[Symbol, Known] = {}
    first = page.row
    for signal in SIGNALS:
        _line(page, signal, yours)
    page.label((page.row, LABEL), "all together, after a hundred batches", "name")
    well = Piecewise((Text("goes well"), ALL_FINE), (Text("stop and look"), True))
    area = page.down((first, FIRST), len(SIGNALS))
    known = page.shared | yours | {YOURS: area}
    page.compute((page.row, FIRST + 2), _if_filled(well, len(SIGNALS)), known, "verdict")
    page.merges.append(Area.of(page.row, FIRST + 2, wide=2))
    page.controls.append(Area.of(first, FIRST, len(SIGNALS)))
    page.effects.append(page.merges[-1])
    page.row += 1
    _line(page, LATER, yours)


def _line(page: Page, signal: Signal, yours: dict[Symbol, Known]) -> None:
    page.label((page.row, LABEL), signal.label)
    cell = page.input((page.row, FIRST), signal.value, 0, 1 if signal.share else 1e9)
    yours[signal.symbol] = cell
    for bound in signal.bounds:
        place = page.row, FIRST + (2 if bound.upper else 1)
        most = 1 if signal.share else 1e6
        page.shared[bound.symbol] = page.input(place, bound.value, 0, most)
    verdict = Piecewise((Text("fine"), signal.fine), (Text("look here"), True))
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
    mission_runs.measure(page, records, EXPERIMENT.variants, NEW)


CONCEPT = Concept(
    name="mission-control",
    number=19,
    title="How to know very early that a network is not going well",
    idea=(
        "A network that knows nothing gives every class the same probability 1/n: its loss is ln "
        "n, 2.303 for ten digits.",
        "Within a hundred batches most good ones are well below that. One that is not has its "
        "reason: a rate, a scale, a layer, labels.",
        "Stopping then costs seconds; a long training that never went well costs the night.",
    ),
    experiment=EXPERIMENT,
    conclusion=(
        "As it should be, the network ends at {0.accuracy}. Runs that end below 90 %: {0.failed}; "
        "at learning rate 20 {1.failed}, without normalization {2.failed}, with shuffled labels "
        "{3.failed}.",
        "With all weights zero {4.failed}, with a ReLU before SoftMax {5.failed} ({5.accuracy}, "
        "deviation {5.spread}).",
        "After a quarter of the training the network as it should be is at {0.quarter}, one with "
        "shuffled labels at {3.quarter}.",
    ),
    demonstrate=demonstrate,
    measure=measure,
)
