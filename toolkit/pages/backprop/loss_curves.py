"""Losses of several tables: a row of results for each, and the losses at selected epochs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from sympy import Piecewise, Symbol

from toolkit.book.known import Known, at
from toolkit.book.live import computed
from toolkit.book.sheet import Chart, Series
from toolkit.book.tables import Cell, Table
from toolkit.network.derivation import LEARNING_RATE, LOSS
from toolkit.pages.backprop.layout import LessonLayout, column_of, rate_sheet
from toolkit.pages.backprop.table import TITLE_COLUMN, TITLE_ROW, title
from toolkit.symbols.choices import when_all_numbers
from toolkit.symbols.equation import quantity
from toolkit.symbols.lookups import first_at_most, last, lookup
from toolkit.symbols.ranges import length, numbers_in, smallest
from toolkit.symbols.text import Text, joined

HEADINGS = (
    "η",
    "loss at the start",
    "loss at the end",
    "lowest loss",
    "at epoch",
    "reached at epoch",
    "status",
)
WIDTHS = {1: 12, 2: 12} | dict.fromkeys(range(3, 10), 17)
EPOCHS, LOSSES, BEGIN, LOWEST, GOAL, EPOCH = (
    quantity(n) for n in ("epochs", "losses", "start", "lowest", "goal", "an epoch")
)
GOAL_ROW, GOAL_COLUMN = 3, 4
CHOSEN_EPOCHS = (0, 1, 2, 5, 10, 20, 50, 100)
NOISE = 1e-9  # a tolerance for losses that have converged
OUT_OF_RANGE = Text("leaves the range of numbers at epoch ")
Cells = dict[tuple[int, int], Cell]


@dataclass(frozen=True)
class Curve:
    """The losses of one table, with its name, its sheet, and the cell of its learning rate."""

    name: str
    sheet: str
    table: Table
    rate: Known

    def known(self) -> dict[Symbol, Known]:
        """Its epochs, its losses, and the first loss."""
        losses = column_of(self.table, LOSS.name)
        first = cast("float", self.table.columns[losses].values[0])
        start = at(self.sheet, self.table.row + 1, losses + 1, float(first))
        epochs = self.table.known(self.sheet, 0)
        return {EPOCHS: epochs, LOSSES: self.table.known(self.sheet, losses), BEGIN: start}

    def line(self, name: Known) -> Series:
        """The loss over the epochs, as a line of a chart."""
        known = self.known()
        return Series(name, known[EPOCHS], known[LOSSES])

    @property
    def link(self) -> Cell:
        """Its name as a link to its table."""
        return Cell(self.name, "link", link=self.sheet)


def goal(run: LessonLayout) -> float:
    """The target loss: a tenth of the initial loss."""
    start = run.trace.column(LOSS, 0)[0]
    return float(f"{start / 10:.1g}") if np.isfinite(start) else 0.1


def goal_cells(run: LessonLayout) -> Cells:
    """The cell with the target loss, which the reader may change."""
    return {
        (GOAL_ROW, 1): Cell("How many epochs until the loss is at most", "text"),
        (GOAL_ROW, GOAL_COLUMN): Cell(goal(run), "input"),
        (GOAL_ROW, GOAL_COLUMN + 1): Cell("(change it)", "note"),
    }


def summaries(run: LessonLayout, curves: Sequence[Curve], page: str, row: int, word: str) -> Cells:
    """A row of headings that begins with `word`, then a row of results for each table."""
    aim = at(page, GOAL_ROW, GOAL_COLUMN, goal(run))
    cells = {(row, n): Cell(h, "heading") for n, h in enumerate((word, *HEADINGS), 1)}
    for below, curve in enumerate(curves, row + 1):
        cells |= _summary(curve, page, below, aim)
    return cells


def _summary(curve: Curve, page: str, row: int, aim: Known) -> Cells:
    known = curve.known()
    lowest = computed(when_all_numbers(smallest(LOSSES), LOSSES), known, "loss")
    known |= {LOWEST: at(page, row, 5, lowest.value), GOAL: aim}
    reached = Piecewise(
        (Text("not reached"), smallest(LOSSES) > GOAL), (first_at_most(LOSSES, GOAL), True)
    )
    return {
        (row, 1): curve.link,
        (row, 2): computed(LEARNING_RATE, {LEARNING_RATE: curve.rate}, "text"),
        (row, 3): computed(BEGIN, known, "loss"),
        (row, 4): computed(when_all_numbers(last(LOSSES), LOSSES), known, "loss"),
        (row, 5): lowest,
        (row, 6): computed(
            when_all_numbers(first_at_most(LOSSES, LOWEST * (1 + NOISE)), LOSSES), known, "integer"
        ),
        (row, 7): computed(when_all_numbers(reached, LOSSES), known, "right"),
        (row, 8): computed(status(), known, "note"),
    }


def status() -> Piecewise:
    """A text: whether all losses are finite, or the first epoch in which one is not."""
    counted = numbers_in(LOSSES)
    return Piecewise((joined(OUT_OF_RANGE, counted), counted < length(LOSSES)), (Text("ok"), True))


def chosen(run: LessonLayout, curves: Sequence[Curve], page: str, row: int, word: str) -> Cells:
    """The losses at some epochs, which the reader can change in the row of headings."""
    epochs = [epoch for epoch in CHOSEN_EPOCHS if epoch <= run.trace.epochs]
    cells = {
        (row, 1): Cell("The loss at chosen epochs (change the yellow cells)", "subtitle"),
        (row + 1, 1): Cell(word, "heading"),
        **{(row + 1, column): Cell(epoch, "input") for column, epoch in enumerate(epochs, 2)},
    }
    for below, curve in enumerate(curves, row + 2):
        cells[below, 1] = curve.link
        for column, epoch in enumerate(epochs, 2):
            known = curve.known() | {EPOCH: at(page, row + 1, column, epoch)}
            loss = when_all_numbers(lookup(LOSSES, EPOCHS, EPOCH), LOSSES)
            cells[below, column] = computed(loss, known, "loss")
    return cells


def comparison(run: LessonLayout, tables: list[Table]) -> Chart:
    """A chart with the losses of all learning rates."""
    series = tuple(loss_line(run, table, rate) for rate, table in enumerate(tables))
    return Chart(
        "Loss for each learning rate",
        "epoch",
        LOSS.name,
        series,
        row=6,
        column=6,
        width=20,
        height=11 + 0.5 * max(0, len(series) // 3 - 2),  # the legend takes three names a line
        y_min=0,
    )


def loss_line(run: LessonLayout, table: Table, rate: int) -> Series:
    """The loss over the epochs at one learning rate, as a line of a chart."""
    name = rate_sheet(run.letters[rate])
    return Series(
        at(name, TITLE_ROW, TITLE_COLUMN, title(run, rate).value),
        table.known(name, 0),
        table.known(name, column_of(table, LOSS.name)),
    )
