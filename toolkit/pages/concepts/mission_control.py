"""Concept 19: How to know very early that a network is not going well."""

import math

import numpy as np
from sympy import Expr, Integer, Piecewise, Symbol, log

from toolkit.book.grid import moving
from toolkit.book.sheet import Known, at
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts import recorded
from toolkit.pages.concepts.measured import Measured, Records
from toolkit.pages.concepts.page import FIRST, LABEL, Page
from toolkit.pages.concepts.signals import ALL_FINE, LATER, NOTHING, SIGNALS, Signal
from toolkit.pages.concepts.words import RESULTS
from toolkit.symbols.counting import counted_rows
from toolkit.symbols.equation import Equation
from toolkit.symbols.functions import Text, joined
from toolkit.symbols.records import fixed_text
from toolkit.symbols.shares import share_or_dash
from toolkit.symbols.windows import held

NUMBER, TITLE = 19, "How to know very early that a network is not going well"
IDEA = (
    "A network that knows nothing gives every class the same probability 1/n: its loss is ln n, "
    "2.303 for ten digits.",
    "Within a hundred batches most good ones are well below that. One that is not has its reason: "
    "a rate, a scale, a layer, labels.",
    "Stopping then costs seconds. Waiting for the last epoch costs the night.",
)
# Run only after the rule and its bounds were fixed: they test it on what it has not seen.
NEW = (
    Variant("new: learning rate 0.00001", training={"learning_rate": 0.00001}),
    Variant("new: momentum 0.999", training={"momentum": 0.999}),
    Variant("new: weight decay 1", training={"weight_decay": 1.0}),
    Variant("new: half of the labels shuffled", labels="half"),
    Variant("new: dropout 0.8 after every layer", after="B R D0.8"),
    Variant("new: one channel in the middle", layers="8 16 P 1:1 16 16 24 28 G F10"),
    Variant("new, no fault: batches of 48", training={"batch_size": 48, "learning_rate": 0.1}),
    Variant("new, no fault: wider layers", layers="12 20 P 12:1 20 20 28 32 G F10"),
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
        *NEW,
    ),
)
CONCLUSION = (
    "As it should be, the network ends at {0.accuracy}. Runs that end below 90 %: {0.failed}; at "
    "so high a rate {1.failed}, without normalization {2.failed}, with shuffled labels {3.failed}.",
    "With all weights zero {4.failed}, with a ReLU before SoftMax {5.failed} ({5.accuracy}, "
    "deviation {5.spread}).",
    "After a quarter of the training the network as it should be is at {0.quarter}, one with "
    "shuffled labels at {3.quarter}.",
)
CLASSES, FAILED = Symbol("n"), Symbol("failed")
KNOWN_NOTHING = Equation(NOTHING, log(CLASSES))
CLASS_BOUNDS = (2, 1000)
FLAGGED = Symbol("flagged")
SEED, ENDS, ACCURACY = Symbol("seed"), Symbol("ends badly"), Symbol("accuracy")
VARIANT = Symbol("variant")
SHOWN = ("runs", "end badly", "flagged of these", "missed", "end well", "flagged of these",
         "hit rate", "false alarms")  # fmt: skip
FIRST_SEED, OTHER_SEEDS = Integer(0), Text(">0")
GROUPS = (
    ("the rule on seed 0, which it was made from", FIRST_SEED, FLAGGED),
    ("the rule on all other seeds: its test", OTHER_SEEDS, FLAGGED),
    ("later signal alone, seed 0", FIRST_SEED, LATER.symbol),
    ("later signal alone, all other seeds", OTHER_SEEDS, LATER.symbol),
)
TEST = 1  # the group that the sentence is about
HOW = (
    "The bounds were chosen on the runs of seed 0, for the highest hit rate less false alarms "
    "there; the other seeds test them.",
    "These are the same networks, drawn anew: faults of other kinds are not tested. Change a bound "
    "above, and all of it counts anew.",
)
Cells = dict[Symbol, Known]


def demonstrate(page: Page) -> None:
    """A reader's own signals against thresholds, and what to look at."""
    page.equation(KNOWN_NOTHING, "The loss of a network that knows nothing:")
    page.say("Change the yellow cells: type the signals of your own network. Try a mean loss of "
             "0.9, then a first loss of 20.")  # fmt: skip
    _settings(page)
    page.row += 1
    page.headings((page.row, LABEL), ["signal", "yours", "at least", "at most", "verdict"])
    page.label((page.row, FIRST + 4), "where to look", "bold")
    page.row += 1
    _checklist(page)


def _settings(page: Page) -> None:
    page.label((page.row, LABEL), "classes n")
    asked = page.input((page.row, FIRST), 10, *CLASS_BOUNDS, whole=True)
    page.label((page.row + 1, LABEL), "ln n")
    held_classes = KNOWN_NOTHING.expr.subs(CLASSES, held(CLASSES, *CLASS_BOUNDS))
    page.kept[NOTHING] = page.compute((page.row + 1, FIRST), held_classes, {CLASSES: asked})
    page.label((page.row + 2, LABEL), "a run ends badly below this test accuracy")
    page.kept[FAILED] = page.input((page.row + 2, FIRST), 0.97, 0, 1)
    page.widths[LABEL] = 50.0
    page.row += 3


def _checklist(page: Page) -> None:
    """One line a signal, the verdict of the early ones together, then the later one."""
    yours: Cells = {}
    for signal in SIGNALS:
        _line(page, signal, yours)
    page.label((page.row, LABEL), "all together, after a hundred batches", "name")
    well = Piecewise((Text("goes well"), ALL_FINE), (Text("stop and look"), True))
    page.compute((page.row, FIRST + 2), well, page.kept | yours, "verdict")
    page.merges.append((page.row, FIRST + 2, page.row, FIRST + 3))
    page.row += 1
    _line(page, LATER, yours)


def _line(page: Page, signal: Signal, yours: Cells) -> None:
    page.label((page.row, LABEL), signal.words)
    yours[signal.symbol] = page.input((page.row, FIRST), signal.value, 0, 1e9)
    for bound, number in signal.bounds.items():
        column = FIRST + (1 if "least" in bound.name else 2)
        page.kept[bound] = page.input((page.row, column), number, 0, 1e6)
    said = Piecewise((Text("fine"), signal.fine), (Text("look here"), True))
    page.compute((page.row, FIRST + 3), said, page.kept | yours, "middle")
    page.label((page.row, FIRST + 4), signal.advice, "muted")
    page.row += 1


def measure(page: Page, made: Measured, records: Records) -> None:
    """The same rule, with the same thresholds, on every run of every experiment."""
    page.part("The same rule on every run of all experiments")
    if not records.results:
        page.say("There are no runs yet: toolkit experiments makes them.", style="muted")
        return
    page.say(*HOW, style="muted")
    top = page.row
    below = top + len(GROUPS) + len(EXPERIMENT.variants) + 6
    flags = _flags(page, below, records)
    page.headings((top, LABEL), ["how well it tells", *SHOWN])
    for row, (words, seeds, flag) in enumerate(GROUPS, top + 1):
        page.label((row, LABEL), words)
        _group(page, row, seeds, flag, flags)
    page.row = top + len(GROUPS) + 1
    _sentence(page, top + 1 + TEST)
    page.row += 2
    _variants(page, made, records, flags)
    page.pages_high = None


def _flags(page: Page, top: int, records: Records) -> Cells:
    """A row for each run: seed, whether it ends badly, whether each signal and the rule flag it."""
    count = len(records.results)
    read = page.kept | {
        signal.symbol: _column(records, signal.column, count) for signal in (*SIGNALS, LATER)
    }
    read |= {SEED: _column(records, "seed", count),
             ACCURACY: _column(records, "test accuracy", count)}  # fmt: skip
    ends = Piecewise((Integer(1), ACCURACY < FAILED), (Integer(0), True))
    asked: list[tuple[Symbol, str, Expr]] = [(SEED, "seed", SEED), (ENDS, "ends badly", ends)]
    asked += [(signal.symbol, f"by {signal.name}", _flag(signal.fine)) for signal in SIGNALS]
    asked += [
        (FLAGGED, "flagged", _flag(ALL_FINE)),
        (LATER.symbol, "later, by quarter", _flag(LATER.fine)),
    ]
    page.headings((top, LABEL), ["run", *(words for _, words, _ in asked)])
    for row, name in enumerate(records.known("variant").value, top + 1):  # type: ignore[var-annotated, arg-type]
        known = {VARIANT: at(RESULTS, row - top + recorded.TABLE_ROW, 2, name)}
        page.compute((row, LABEL), VARIANT, known, "label")
    found = {}
    for column, (symbol, _, expr) in enumerate(asked, FIRST):
        made = page.fill((top + 1, column), expr, read, "right")
        found[symbol] = Known(made.address, np.ravel(np.asarray(made.value, float)).tolist())
    return found


def _flag(fine: Expr) -> Expr:
    return Piecewise((Integer(0), fine), (Integer(1), True))


def _column(records: Records, heading: str, count: int) -> Known:
    """A column of Results, run by run; what is no number there is nan here."""
    whole = records.known(heading)
    sheet, cells = whole.address.rsplit("!", 1)
    row = int(cells.split(":")[0].split("$")[-1])
    number = [each.heading for each in records.table.columns].index(heading) + 1
    values = [math.nan if isinstance(v, str) else float(v) for v in whole.value]  # type: ignore[attr-defined]
    return Known(f"{sheet}!{moving(row, number, 1, 0)}", np.array(values)[:count, None])


def _group(page: Page, row: int, seeds: Expr, flagged: Symbol, flags: Cells) -> None:
    """Hits, misses and false alarms of one flag among the runs of some seeds."""
    one = Integer(1)

    def count(column: int, *asked: Expr) -> Known:
        expr = counted_rows(SEED, seeds, *asked)
        return page.compute((row, FIRST + column), expr, flags, "integer right")

    count(0)
    bad = count(1, ENDS, one)
    hits = count(2, ENDS, one, flagged, one)
    count(3, ENDS, one, flagged, Integer(0))
    good = count(4, ENDS, Integer(0))
    alarms = count(5, ENDS, Integer(0), flagged, one)
    part, whole = Symbol("part"), Symbol("whole")
    for column, (of, all_of) in enumerate(((hits, bad), (alarms, good)), FIRST + 6):
        known = {part: of, whole: all_of}
        page.compute((row, column), share_or_dash(part, whole), known, "percent right")


def _sentence(page: Page, row: int) -> None:
    """What came of it on the seeds that the thresholds were not chosen on."""
    symbols = [Symbol(x) for x in ("hits", "bad", "alarms", "good")]
    places = ((row, FIRST + n) for n in (2, 1, 5, 4))
    known = {s: page.known(place) for s, place in zip(symbols, places, strict=True)}
    hits, bad, alarms, good = (fixed_text(s, Integer(0)) for s in symbols)
    words = joined(Text("On the other seeds a hundred batches gave away "), hits, Text(" of "), bad,
                   Text(" runs that end badly, and accused "), alarms, Text(" of "), good,
                   Text(" that end well."))  # fmt: skip
    page.row += 1
    page.compute((page.row, LABEL), words, known, "conclusion")


def _variants(page: Page, made: Measured, records: Records, flags: Cells) -> None:
    """Which of the sabotaged networks are flagged, and by which signal."""
    words = [f"by {signal.name}" for signal in SIGNALS]
    page.headings(
        (page.row, LABEL), ["this concept's runs that are flagged", "runs", "flagged", *words]
    )
    page.heights[page.row] = 30.0
    keys = Symbol("keys"), Symbol("key")
    for row, variant in enumerate(EXPERIMENT.variants, page.row + 1):
        page.label((row, LABEL), variant.name)
        key = recorded.key(variant.setup(records.budget).fingerprint)
        known = flags | {keys[0]: records.known("key"), keys[1]: Known(f'"{key}"', key)}
        page.compute((row, FIRST), counted_rows(*keys), known, "integer right")
        asked = [FLAGGED, *(signal.symbol for signal in SIGNALS)]
        for column, symbol in enumerate(asked, FIRST + 1):
            page.compute(
                (row, column), counted_rows(*keys, symbol, Integer(1)), known, "integer right"
            )
    page.row += len(EXPERIMENT.variants) + 2
