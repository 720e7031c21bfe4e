"""Concept 19: How to know very early that a network is not going well."""

import math

import numpy as np
from sympy import And, Expr, Integer, Piecewise, Symbol, log

from toolkit.book.grid import moving
from toolkit.book.sheet import Known, at
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts import recorded
from toolkit.pages.concepts.measured import Measured, Records
from toolkit.pages.concepts.page import FIRST, LABEL, Page
from toolkit.pages.concepts.words import RESULTS
from toolkit.symbols.counting import counted_rows
from toolkit.symbols.equation import Equation
from toolkit.symbols.functions import Text, joined
from toolkit.symbols.records import fixed_text
from toolkit.symbols.shares import share_or_dash

NUMBER, TITLE = 19, "How to know very early that a network is not going well"
IDEA = (
    "A network that knows nothing gives every class the same probability 1/n: its loss is ln n, "
    "2.303 for ten digits.",
    "Within a hundred batches a good one is well below that. One that is not has its reason: a "
    "rate, a scale, a layer, the labels.",
    "Stopping then costs seconds. Waiting for the last epoch costs the night.",
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
    ),
)
CONCLUSION = (
    "As it should be, the network ends at {0.accuracy}. Runs that end below 90 %: {0.failed}; at "
    "so high a rate {1.failed}, without normalization {2.failed}, with shuffled labels {3.failed}.",
    "With all weights zero {4.failed}, with a ReLU before SoftMax {5.failed} ({5.accuracy}, "
    "deviation {5.spread}).",
    "After a quarter of the training the good network is at {0.quarter}, one with shuffled labels "
    "at {3.quarter}: what fails shows early.",
)
CLASSES, FIRST_LOSS, EARLY, GRADIENT, DEAD = (Symbol(x) for x in ("n", "L_1", "L_100", "g", "d"))
FAR, SHARE, LEAST, MOST, FAILED = (Symbol(x) for x in ("far", "share", "least", "most", "failed"))
KNOWN_NOTHING = Equation(Symbol("L_0"), log(CLASSES))
# What a network that goes well shows; a loss that is no number fulfils none of it.
SIGNALS = (
    (FIRST_LOSS, "loss at the first batch", FAR * log(CLASSES) >= FIRST_LOSS),
    (EARLY, "mean loss of batches 91 to 100", SHARE * log(CLASSES) > EARLY),
    (GRADIENT, "gradient of the first layer, its norm", GRADIENT >= LEAST),
    (DEAD, "dead units, share in the worst layer", DEAD <= MOST),
)
FLAGGED = Piecewise((Integer(0), And(*(fine for *_, fine in SIGNALS))), (Integer(1), True))
COLUMNS = {FIRST_LOSS: "loss, first batch", EARLY: "loss, batches 91-100",
           GRADIENT: "gradient, first layer", DEAD: "dead units, worst layer"}  # fmt: skip
ADVICE = {
    FIRST_LOSS: "scale of the pixels, or of the first weights",
    EARLY: "learning rate, labels, normalization",
    GRADIENT: "first weights too small, too many layers without normalization",
    DEAD: "learning rate too high, first weights too small",
}
SEED, ENDS, ACCURACY = Symbol("seed"), Symbol("ends badly"), Symbol("accuracy")
VARIANT = Symbol("variant")
SHOWN = ("runs", "end badly", "flagged of these", "missed", "end well", "flagged of these",
         "hit rate", "false alarms")  # fmt: skip
GROUPS = (("seed 0: the thresholds were chosen on these", Integer(0)),
          ("all other seeds: the test", Text(">0")))  # fmt: skip
HOW = (
    "Thresholds were chosen looking at the runs of seed 0 alone; the other seeds test them, on the "
    "same networks with other random numbers.",
    "The flags of every single run stand below.",
)
Cells = dict[Symbol, Known]


def demonstrate(page: Page) -> None:
    """A reader's own signals against thresholds, and what to look at."""
    page.equation(KNOWN_NOTHING, "The loss of a network that knows nothing:")
    page.say("Change the yellow cells: type the signals of your own network.")
    page.kept |= _thresholds(page)
    page.row += 1
    page.headings((page.row, LABEL), ["signal", "yours", "verdict", "where to look"])
    page.row += 1
    _checklist(page)


def _thresholds(page: Page) -> Cells:
    known = {}
    for symbol, words, value, least, most in (
        (CLASSES, "classes n", 10, 2, 1000),
        (FAR, "the first loss is at most so many times ln n", 5, 1, 100),
        (SHARE, "the loss of batches 91 to 100 is below this share of ln n", 0.9, 0, 1),
        (LEAST, "the first layer's gradient is at least", 0.000001, 0, 1),
        (MOST, "the worst layer's dead units are at most this share", 0.9, 0, 1),
        (FAILED, "a run ends badly below this accuracy", 0.9, 0, 1),
    ):
        page.label((page.row, LABEL), words)
        known[symbol] = page.input((page.row, FIRST), value, least, most, whole=symbol == CLASSES)
        page.row += 1
    page.label((page.row, LABEL), "ln n")
    page.compute((page.row, FIRST), KNOWN_NOTHING.expr, known)
    page.row += 1
    page.widths[LABEL] = 50.0
    return known


def _checklist(page: Page) -> None:
    """One line a signal, then the verdict of all together."""
    values = {FIRST_LOSS: 2.31, EARLY: 2.29, GRADIENT: 0.0005, DEAD: 0.4}
    known = dict(page.kept)
    for symbol, words, fine in SIGNALS:
        page.label((page.row, LABEL), words)
        known[symbol] = page.input((page.row, FIRST), values[symbol], 0, 1e9)
        said = Piecewise((Text("fine"), fine), (Text("look here"), True))
        page.compute((page.row, FIRST + 1), said, known, "middle")
        page.label((page.row, FIRST + 2), ADVICE[symbol], "muted")
        page.row += 1
    page.label((page.row, LABEL), "all together", "name")
    every = And(*(fine for *_, fine in SIGNALS))
    well = Piecewise((Text("goes well"), every), (Text("stop and look"), True))
    page.compute((page.row, FIRST + 1), well, known, "verdict")
    page.merges.append((page.row, FIRST + 1, page.row, FIRST + 2))
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
    page.headings((top, LABEL), ["runs", *SHOWN])
    for row, (words, seeds) in enumerate(GROUPS, top + 1):
        page.label((row, LABEL), words)
        _group(page, row, seeds, flags)
    page.row = top + len(GROUPS) + 1
    _sentence(page, page.row - 1)
    page.row += 2
    _variants(page, made, records, flags)
    page.pages_high = None


def _flags(page: Page, top: int, records: Records) -> Cells:
    """A row for each run: seed, whether it ends badly, whether each signal and the rule flag it."""
    count = len(records.results)
    read = page.kept | {symbol: _column(records, name, count) for symbol, name in COLUMNS.items()}
    read |= {SEED: _column(records, "seed", count),
             ACCURACY: _column(records, "test accuracy", count)}  # fmt: skip
    ends = Piecewise((Integer(1), ACCURACY < FAILED), (Integer(0), True))
    asked: list[tuple[Symbol, str, Expr]] = [(SEED, "seed", SEED), (ENDS, "ends badly", ends)]
    asked += [(symbol, f"flagged by {symbol.name}", _flag(fine)) for symbol, _, fine in SIGNALS]
    asked.append((Symbol("flagged"), "flagged", FLAGGED))
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


def _group(page: Page, row: int, seeds: Expr, flags: Cells) -> None:
    """Hits, misses and false alarms of the runs of some seeds."""
    one, flagged = Integer(1), Symbol("flagged")

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
    words = [f"by {words.split(',')[0]}" for _, words, _ in SIGNALS]
    page.headings((page.row, LABEL), ["this concept's runs that are flagged", "of", "all", *words])
    page.heights[page.row] = 60.0
    keys = Symbol("keys"), Symbol("key")
    for row, variant in enumerate(EXPERIMENT.variants, page.row + 1):
        page.label((row, LABEL), variant.name)
        key = recorded.key(variant.setup(records.budget).fingerprint)
        known = flags | {keys[0]: records.known("key"), keys[1]: Known(f'"{key}"', key)}
        page.compute((row, FIRST), counted_rows(*keys), known, "integer right")
        asked = [Symbol("flagged"), *(symbol for symbol, *_ in SIGNALS)]
        for column, symbol in enumerate(asked, FIRST + 1):
            page.compute(
                (row, column), counted_rows(*keys, symbol, Integer(1)), known, "integer right"
            )
    page.row += len(EXPERIMENT.variants) + 2
