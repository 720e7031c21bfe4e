"""Mission control's tables: the rule, each signal alone, and the networks of this concept."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sympy import Expr, Integer, Symbol, log

from toolkit.book.known import Known, constant
from toolkit.book.live import computed
from toolkit.experiments.variant import Variant
from toolkit.pages.concepts import recorded
from toolkit.pages.concepts.measured import Records
from toolkit.pages.concepts.page import FINDING_ROW, FIRST, LABEL, SUMMARY, Page
from toolkit.pages.concepts.signals import EARLY_LOSS, LATER, SIGNALS
from toolkit.symbols.choices import share_or_dash
from toolkit.symbols.records import row_count, up_to
from toolkit.symbols.text import Text, fixed_text, joined

Flags = Mapping[Symbol, Known]
ENDS, FLAGGED, GROUP = Symbol("ends badly"), Symbol("flagged"), Symbol("group")
EXCLUDED, CHOSEN_ON, AGAIN, UNSEEN = map(Integer, range(4))
ONE, NONE = Integer(1), Integer(0)
GROUPS = {
    CHOSEN_ON: "1: seed 0, which the bounds were fixed on",
    AGAIN: "2: other seeds of the same networks",
    UNSEEN: "3: networks new to the rule",
    EXCLUDED: "0: left out, see above",
}
TESTED = (CHOSEN_ON, AGAIN, UNSEEN)
SHORT = {CHOSEN_ON: "seed 0", AGAIN: "other seeds", UNSEEN: "new networks"}
HEADINGS = (
    "runs",
    "end badly",
    "flagged of these",
    "missed",
    "end well",
    "flagged of these",
    "hit rate",
    "false alarms",
)
# The placeholders of the finding: a group of runs, and the columns of its flagged runs and of all.
COUNTS = {
    "again bad": (AGAIN, (2, 1)),
    "again good": (AGAIN, (5, 4)),
    "new bad": (UNSEEN, (2, 1)),
    "new good": (UNSEEN, (5, 4)),
}
SHORT_FINDING = (  # for the table of contents
    "After a hundred batches the rule flags {again bad} runs that end badly, and {again good} that "
    "end well."
)
# multiples of ln 10, as bounds of the mean loss for comparison
SHARES = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
PART, WHOLE, KEYS, KEY, X, SHARE, ANSWERS = (
    Symbol(x) for x in ("part", "whole", "keys", "key", "x", "share", "answers")
)
LN_TEN = log(Integer(10))


def height() -> int:
    """The number of rows that `write` fills."""
    return sum(rows + 2 for rows in (len(GROUPS), len(SIGNALS) + 1, len(SHARES))) + 2


@dataclass(frozen=True)
class Tables:
    """The page, and the cells to which its tables refer.

    These are the flags of all runs, the records, and the variants of this concept. `new` maps the
    names that sentences use to the variants that were run after the rule had been fixed.
    """

    page: Page
    flags: Flags
    records: Records
    variants: Sequence[Variant]
    new: Mapping[str, Variant]

    def count(self, row: int, column: int, *criteria: Expr) -> Known:
        """The number of runs that match the headings of this row and column."""
        return self.page.compute((row, column), row_count(*criteria), self.flags, "integer right")

    def names(self, top: int) -> None:
        """The names of the variants, one below the other."""
        for row, variant in enumerate(self.variants, top + 1):
            self.page.label((row, LABEL), variant.name)

    def keys(self, variant: Variant) -> dict[Symbol, Known]:
        """The keys that identify the runs of a variant."""
        key = recorded.key(variant.setup(self.records.budget).fingerprint)
        return {KEYS: self.records.known("key"), KEY: constant(key)}


def write(tables: Tables, finding: str) -> None:
    """Write the results of the rule on all runs, a blank row after each table, and above
    everything the `finding`, whose placeholders are those of COUNTS.
    """
    top = tables.page.row
    _rule(tables)
    _sentence(tables, top + 1, finding)
    tables.page.summary = computed(*_filled(tables.page, top + 1, SHORT_FINDING), SUMMARY)
    _alone(tables)
    _bounds(tables)


def _rule(tables: Tables) -> None:
    page = tables.page
    page.headings((page.row, LABEL), ["how well the rule works", *HEADINGS])
    for row, (group, words) in enumerate(GROUPS.items(), page.row + 1):
        page.label((row, LABEL), words)
        of = GROUP, group
        tables.count(row, FIRST, *of)
        bad = tables.count(row, FIRST + 1, *of, ENDS, ONE)
        hits = tables.count(row, FIRST + 2, *of, ENDS, ONE, FLAGGED, ONE)
        tables.count(row, FIRST + 3, *of, ENDS, ONE, FLAGGED, NONE)
        good = tables.count(row, FIRST + 4, *of, ENDS, NONE)
        alarms = tables.count(row, FIRST + 5, *of, ENDS, NONE, FLAGGED, ONE)
        _rates(page, row, FIRST + 6, (hits, bad), (alarms, good))
    page.row += len(GROUPS) + 2


def _rates(page: Page, row: int, column: int, *shares: tuple[Known, Known]) -> list[Known]:
    return [
        page.compute(
            (row, column + n),
            share_or_dash(PART, WHOLE),
            {PART: part, WHOLE: whole},
            "percent right",
        )
        for n, (part, whole) in enumerate(shares)
    ]


def _sentence(tables: Tables, first: int, finding: str) -> None:
    """The finding, with the counts of the table whose first row is `first`, at the top and here."""
    page = tables.page
    sentence, known = _filled(page, first, finding)
    page.compute((FINDING_ROW, LABEL), sentence, known, "finding")
    page.compute((page.row, LABEL), sentence, known, "conclusion")
    page.row += 2


def _filled(page: Page, first: int, words_with_gaps: str) -> tuple[Expr, dict[Symbol, Known]]:
    """A sentence with its placeholders, and the counts in the table from row `first` on."""
    known: dict[Symbol, Known] = {}
    pieces: list[Expr] = []
    for n, words in enumerate(re.split(r"\{([a-z ]+)\}", words_with_gaps)):
        if n % 2 == 0:
            pieces.append(Text(words))
            continue
        group, columns = COUNTS[words]
        symbols = [Symbol(f"{words} {column}") for column in columns]
        for symbol, column in zip(symbols, columns, strict=True):
            known[symbol] = page.known((first + TESTED.index(group), FIRST + column))
        part, whole = (fixed_text(symbol, Integer(0)) for symbol in symbols)
        pieces += [part, Text(" of "), whole]
    return joined(*pieces), known


def _heads(first: str, *more: str) -> list[str]:
    ends = [f"{SHORT[group]}, {ending}" for group in TESTED for ending in ("bad", "good")]
    return [first, *ends, *more]


def _alone(tables: Tables) -> None:
    """The runs that each signal would flag without the others."""
    page = tables.page
    page.headings((page.row, LABEL), _heads("flagged by one signal alone"))
    page.heights[page.row] = 45.0
    for row, signal in enumerate((*SIGNALS, LATER), page.row + 1):
        page.label((row, LABEL), signal.words)
        for n, group in enumerate(TESTED):
            for m, ends in enumerate((ONE, NONE)):
                criteria = GROUP, group, ENDS, ends, signal.symbol, ONE
                tables.count(row, FIRST + 2 * n + m, *criteria)
    page.row += len(SIGNALS) + 3


def _bounds(tables: Tables) -> None:
    """The mean loss alone with several bounds, which trade hits against false alarms."""
    page = tables.page
    heads = _heads("flagged by the mean loss alone, with its bound", "seed 0: hits less alarms")
    page.headings((page.row, LABEL), heads)
    page.heights[page.row] = 45.0
    losses = tables.records.known(EARLY_LOSS.column)
    for row, share in enumerate(SHARES, page.row + 1):
        bound = page.fixed((row, LABEL), share, "short right")
        known = {**tables.flags, ANSWERS: losses, SHARE: bound}
        counts = []
        for n, group in enumerate(TESTED):
            for m, ends in enumerate((ONE, NONE)):
                of = GROUP, group, ENDS, ends
                over = row_count(*of) - row_count(*of, ANSWERS, up_to(SHARE * LN_TEN))
                place = row, FIRST + 2 * n + m
                counts.append(page.compute(place, over, known, "integer right"))
        _gain(tables, row, counts[0], counts[1])
    page.row += len(SHARES) + 2


def _gain(tables: Tables, row: int, hits: Known, alarms: Known) -> None:
    bad, good = (row_count(GROUP, CHOSEN_ON, ENDS, ends) for ends in (ONE, NONE))
    part, other = Symbol("hits"), Symbol("alarms")
    known = {**tables.flags, part: hits, other: alarms}
    column = FIRST + 2 * len(TESTED)
    # The difference of two shares has one denominator, so that it can be a dash if there is none.
    gain = share_or_dash(part * good - other * bad, bad * good)
    tables.page.compute((row, column), gain, known, "percent right")
