"""The rule of Mission control applied to every run of all experiments."""

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from sympy import And, Eq, Expr, Integer, Piecewise, Symbol

from toolkit.book.address import Area
from toolkit.book.grid import moving
from toolkit.book.known import Known, at
from toolkit.book.values import is_number
from toolkit.experiments.variant import Setup, Variant
from toolkit.pages.concepts import mission_networks, mission_tables, recorded
from toolkit.pages.concepts.measured import Records
from toolkit.pages.concepts.mission_tables import AGAIN, CHOSEN_ON, EXCLUDED, UNSEEN, Flags, Tables
from toolkit.pages.concepts.page import FIRST, LABEL, Page
from toolkit.pages.concepts.sheet_names import RESULTS
from toolkit.pages.concepts.signals import ALL_FINE, LATER, NOTHING, SIGNALS, Signal
from toolkit.symbols.bounds import as_number
from toolkit.symbols.ranges import largest, smallest_above_zero

BATCHES = 100  # that the rule requires
CLOSING = 14  # rows above the table of all runs, for the rule of thumb and the tasks
ACCURACY, FAILED, RUN, CELLS = (Symbol(x) for x in ("accuracy", "failed", "run", "cells"))
ENDS, FLAGGED, GROUP = mission_tables.ENDS, mission_tables.FLAGGED, mission_tables.GROUP
METHOD = (
    "The bounds were fixed on the runs of seed 0. That of the mean loss has the largest difference "
    "between the rates of hits and of false alarms (third table);",
    "all other bounds lie a little outside the range of the runs that end well.",
    "The runs of other seeds test the rule on the same networks, whose results were known when it "
    "was written; the new networks were run only after it was fixed.",
    "Left out are runs with another loss than the cross-entropy of the logits, for which ln n "
    "means nothing, and runs of fewer than 100 batches.",
    "Runs of one network mostly end alike, so count networks rather than runs.",
)


def measure(
    page: Page,
    records: Records,
    variants: Sequence[Variant],
    new: Mapping[str, Variant],
    finding: str,
) -> None:
    """Write tables of hits and false alarms, of `variants` and their signals, and of all runs.

    `new` are the names of the variants that were run after the rule was fixed, and `finding` is the
    sentence that the counts complete.
    """
    page.part("The same rule on every run of all experiments")
    if not records.results:
        page.say("There are no runs yet: toolkit experiments makes them.", style="muted")
        return
    page.say(*METHOD, style="muted")
    top = page.row
    below = top + mission_tables.height() + mission_networks.height(variants, new) + CLOSING
    news = {v.setup(records.budget).fingerprint for v in new.values()}
    flags = _flags(page, below, records, news)
    _extremes(page, flags)
    tables = Tables(page, flags, records, variants, new)
    mission_tables.write(tables, finding)
    mission_networks.write(tables)
    page.pages_high = None


def _flags(page: Page, top: int, records: Records, news: Collection[str]) -> Flags:
    """One row for each run: its group, its outcome, its signals, and the verdict of the rule.

    The signals of the good runs of seed 0 are repeated in columns of their own.
    """
    count = len(records.results)
    signals = (*SIGNALS, LATER)
    operands = {signal.symbol: _column(records, signal.column, count) for signal in signals}
    operands |= page.shared
    operands[ACCURACY] = _column(records, "test accuracy", count)
    operands[GROUP] = _groups(page, top + 1, records, news)
    ends = _one_if(as_number(FAILED) > ACCURACY)
    questions: list[tuple[Symbol, str, Expr]] = [(ENDS, "ends badly", ends)]
    questions += [(each.symbol, f"by {each.name}", _one_unless(each.fine)) for each in SIGNALS]
    questions += [(FLAGGED, "flagged", _one_unless(ALL_FINE))]
    questions += [(LATER.symbol, f"later, by {LATER.name}", _one_unless(LATER.fine))]
    good = And(Eq(GROUP, CHOSEN_ON), as_number(FAILED) <= ACCURACY)
    values = [
        (_good(each), f"{each.name}, if good and seed 0", _number_where(each.symbol, good))
        for each in SIGNALS
    ]
    page.headings((top, LABEL), ["run", "group", *(words for _, words, _ in (*questions, *values))])
    page.heights[top] = 60.0
    _names(page, top, records)
    columns = {GROUP: page.down((top + 1, FIRST), count)}
    for column, (symbol, _, expr) in enumerate((*questions, *values), FIRST + 1):
        style = "right" if column <= FIRST + len(questions) else "rate"
        flags = page.fill((top + 1, column), expr, operands, style)
        columns[symbol] = Known(flags.address, np.ravel(np.asarray(flags.value, float)).tolist())
    return columns


def _good(signal: Signal) -> Symbol:
    """The values of a signal on the good runs of seed 0."""
    return Symbol(f"{signal.name} of good runs")


def _number_where(signal: Symbol, good: Expr) -> Expr:
    """The signal, or 0 elsewhere and where it has no number (text in a cell, nan here)."""
    return Piecewise((as_number(signal), And(good, signal >= 0)), (Integer(0), True))


def _one_if(condition: Expr) -> Expr:
    return Piecewise((Integer(1), condition), (Integer(0), True))


def _one_unless(fine: Expr) -> Expr:
    """0 if the condition holds for ten classes, which all of these runs have, else 1."""
    return Piecewise((Integer(0), fine.subs(NOTHING, mission_tables.LN_TEN)), (Integer(1), True))


def _names(page: Page, top: int, records: Records) -> None:
    for row, name in enumerate(records.known("run").values, top + 1):
        known = {RUN: at(RESULTS, row - top + recorded.TABLE_ROW, 2, name)}
        page.compute((row, LABEL), RUN, known, "label")


def _groups(page: Page, row: int, records: Records, news: Collection[str]) -> Known:
    """The group of each run: it set the bounds, tests them, or is excluded."""
    setups = [
        variant.setup(records.budget)
        for concept in records.programme
        for variant in concept.experiment.variants
    ]
    fit = {setup.fingerprint for setup in setups if _fit(setup)}
    groups = []
    for run in records.results:
        group = UNSEEN if run.fingerprint in news else AGAIN if run.seed else CHOSEN_ON
        groups.append(group if run.fingerprint in fit else EXCLUDED)
    for n, group in enumerate(groups):
        page.fixed((row + n, FIRST), int(group), "right")
    return Known(moving(Area.of(row, FIRST), across=0), np.array(groups, float)[:, None])


def _fit(setup: Setup) -> bool:
    """Whether ln n and a hundred batches are meaningful for such a run."""
    training = setup.model.training
    batches = setup.images // training.batch_size * training.epochs
    return setup.loss == "cross_entropy" and batches >= BATCHES


def _column(records: Records, heading: str, count: int) -> Known:
    """A column of Results, with one value for each run; nan if it is not a number there."""
    whole = records.known(heading)
    index = [each.heading for each in records.table.columns].index(heading)
    first = Area.of(records.table.row + 1, records.table.column + index, sheet=RESULTS)
    values = [float(v) if is_number(v) else math.nan for v in whole.values]
    return Known(moving(first, across=0), np.array(values)[:count, None])


def _extremes(page: Page, flags: Flags) -> None:
    """The range of each signal over the good runs of seed 0, beside the bounds."""
    for signal in SIGNALS:
        row, column = page.places[signal.name]
        known = {CELLS: flags[_good(signal)]}
        page.compute((row, column + 1), largest(CELLS), known, "rate")
        if signal.least is not None:
            page.compute((row, column), smallest_above_zero(CELLS), known, "rate")
