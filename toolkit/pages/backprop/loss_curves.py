"""Losses of several tables: a row of results for each, and the losses at selected epochs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sympy import Add, Eq, Expr, Integer, Piecewise

from toolkit.book.known import Known, at
from toolkit.book.live import computed
from toolkit.book.sheet import Validation
from toolkit.book.tables import Cell
from toolkit.network.derivation import LEARNING_RATE, LOSS
from toolkit.pages.backprop.curves import EARLIER, LATER, Curve
from toolkit.pages.backprop.layout import LessonLayout
from toolkit.pages.backprop.trends import (
    BEGIN,
    END,
    HALF,
    LOSSES,
    RISES,
    RULES,
    SAME,
    SLOPE,
    STATUS,
    STEEPEST,
    sentence,
    status,
)
from toolkit.symbols.bounds import held
from toolkit.symbols.choices import unless_dash, when_all_numbers
from toolkit.symbols.equation import quantity
from toolkit.symbols.lookups import element, first_at_most, last
from toolkit.symbols.ranges import (
    largest_size,
    length,
    numbers_in,
    rise_count,
    smallest,
)
from toolkit.symbols.text import Text

COMPARISON_EPOCH = 66  # the epoch that the notes of the course compare
HEADINGS = (
    "η",
    "loss at the start",
    "loss at the end",
    "lowest loss",
    "at epoch",
    "target loss reached at epoch",
    "status",
    "epochs in which the loss rises",
    "half of the decrease by epoch",
    "largest gradient at the end",
    "slopes of the flattest layer",
    "loss at the chosen epoch",
    "in words",
)
STATUS_COLUMN, CHOSEN_COLUMN, WORDS_COLUMN = 8, 13, 14
LOWEST, GOAL, EPOCH, GRADIENTS = (quantity(n) for n in ("lowest", "goal", "an epoch", "gradients"))
CHOSEN_EPOCHS = (0, 1, 2, 5, 10, 20, 50, 100)
NOISE = 1e-9  # a tolerance for losses that have converged
Cells = dict[tuple[int, int], Cell]


def goal(run: LessonLayout) -> float:
    """The target loss: a tenth of the initial loss."""
    start = run.trace.column(LOSS, 0)[0]
    return float(f"{start / 10:.1g}") if np.isfinite(start) else 0.1


@dataclass(frozen=True)
class Settings:
    """The yellow cells of a comparison: the chosen epoch and the target loss."""

    epoch: Known
    goal: Known


def settings(run: LessonLayout, page: str, row: int) -> tuple[Settings, Cells]:
    """The yellow cells of a comparison in one row, with their names."""
    epoch, aim = min(COMPARISON_EPOCH, run.trace.epochs), goal(run)
    cells = {
        (row, 1): Cell("Compare the losses at epoch", "text"),
        (row, 3): Cell(epoch, "input"),
        (row, 4): Cell("(0 is the start)", "note"),
        (row, 5): Cell("Target loss", "symbol"),
        (row, 6): Cell(aim, "input"),
        (row, 7): Cell("(the first epoch that reaches it is listed below)", "note"),
    }
    return Settings(at(page, row, 3, epoch), at(page, row, 6, aim)), cells


def rules(run: LessonLayout, row: int) -> tuple[Validation, ...]:
    """What may be typed into these yellow cells."""
    epochs = run.trace.epochs
    return (
        Validation(
            row,
            3,
            row,
            "whole",
            "An epoch",
            f"A whole number from 0 to {epochs}.",
            least=0,
            most=epochs,
        ),
        Validation(row, 6, row, "number", "A loss", "A number, such as 0.02."),
    )


def summaries(
    curves: Sequence[Curve], page: str, row: int, word: str, chosen_cells: Settings
) -> Cells:
    """A row of headings that begins with `word`, then a row of results for each table."""
    cells = {(row, n): Cell(h, "wrapped heading") for n, h in enumerate((word, *HEADINGS), 1)}
    cells[row, WORDS_COLUMN] = Cell(HEADINGS[-1], "bold")
    for below, curve in enumerate(curves, row + 1):
        cells |= _summary(curve, page, below, chosen_cells)
    return cells


def _summary(curve: Curve, page: str, row: int, chosen_cells: Settings) -> Cells:
    known = curve.known() | curve.pairs() | curve.activations
    known |= {GRADIENTS: curve.gradients, GOAL: chosen_cells.goal, EPOCH: chosen_cells.epoch}
    lowest = computed(when_all_numbers(smallest(LOSSES), LOSSES), known, "fit")
    known |= {LOWEST: at(page, row, 5, lowest.value)}
    cells = {
        (row, 1): curve.link,
        (row, 2): computed(LEARNING_RATE, {LEARNING_RATE: curve.rate}, "text"),
        (row, 3): computed(unless_dash(BEGIN, BEGIN), known, "fit"),
        (row, 4): computed(when_all_numbers(last(LOSSES), LOSSES), known, "fit"),
        (row, 5): lowest,
        (row, 6): computed(
            when_all_numbers(first_at_most(LOSSES, LOWEST * (1 + NOISE)), LOSSES), known, "integer"
        ),
        (row, 7): computed(when_all_numbers(_reached(), LOSSES), known, "right"),
        (row, 9): computed(when_all_numbers(_rises(), LOSSES), known, "right"),
        (row, 10): computed(when_all_numbers(_half(), LOSSES), known, "right"),
        (row, 11): computed(_steepest(curve), known, "scientific"),
        (row, 12): computed(_slope(curve), known, "scientific"),
        (row, CHOSEN_COLUMN): computed(loss_at_epoch(), known, "fit"),
    }
    return cells | _verdict(curve, page, row, cells)


def _verdict(curve: Curve, page: str, row: int, cells: Cells) -> Cells:
    """The status of a curve as one word, and as a sentence."""
    columns = {BEGIN: 3, END: 4, STATUS: STATUS_COLUMN, RISES: 9, HALF: 10, STEEPEST: 11, SLOPE: 12}
    word = status()
    known = {LOSSES: curve.known()[LOSSES]} | {
        symbol: at(page, row, column, cells[row, column].value)
        for symbol, column in columns.items()
        if column != STATUS_COLUMN
    }
    cell = computed(word, known, "note")
    known |= {STATUS: at(page, row, STATUS_COLUMN, cell.value)}
    return {(row, STATUS_COLUMN): cell, (row, WORDS_COLUMN): computed(sentence(), known, "text")}


def _reached() -> Piecewise:
    return Piecewise(
        (Text("not reached"), smallest(LOSSES) > GOAL), (first_at_most(LOSSES, GOAL), True)
    )


def _rises() -> Expr:
    """The number of epochs in which the loss rises by more than rounding."""
    return rise_count(EARLIER, LATER, SAME * BEGIN)


def _half() -> Expr:
    """The epoch at which the loss has fallen by half of its whole decrease."""
    return first_at_most(LOSSES, (BEGIN + last(LOSSES)) / 2)


def _steepest(curve: Curve) -> Expr:
    """The largest absolute gradient; a dash unless all gradients are numbers."""
    everywhere = Eq(numbers_in(GRADIENTS), len(curve.gradients.values))
    return Piecewise((largest_size(GRADIENTS), everywhere), (Text("–"), True))


def _slope(curve: Curve) -> Expr:
    """The slopes of the flattest layer, added up; a dash where no layer saturates."""
    if curve.slopes is None:
        return Text("–")
    counts = Add(*(numbers_in(symbol) for symbol in curve.activations))
    cells = sum(len(known.values) for known in curve.activations.values())
    return Piecewise((curve.slopes, Eq(counts, cells)), (Text("–"), True))


def loss_at_epoch() -> Expr:
    """The loss at the chosen epoch, whatever is in its cell; a dash if it is no number."""
    loss = element(LOSSES, held(EPOCH, Integer(0), length(LOSSES) - 1) + 1)
    return unless_dash(loss, loss)


def chosen(run: LessonLayout, curves: Sequence[Curve], page: str, row: int, word: str) -> Cells:
    """The losses at some epochs, which the reader can change in the row of headings."""
    epochs = [epoch for epoch in CHOSEN_EPOCHS if epoch <= run.trace.epochs]
    cells = {
        (row, 1): Cell("The loss at further epochs (change the yellow cells)", "subtitle"),
        (row + 1, 1): Cell(word, "heading"),
        **{(row + 1, column): Cell(epoch, "input") for column, epoch in enumerate(epochs, 2)},
    }
    for below, curve in enumerate(curves, row + 2):
        cells[below, 1] = curve.link
        for column, epoch in enumerate(epochs, 2):
            known = curve.known() | {EPOCH: at(page, row + 1, column, epoch)}
            cells[below, column] = computed(loss_at_epoch(), known, "fit")
    return cells


def definitions(row: int) -> Cells:
    """A line for each status: what it means, and the order in which they are tried."""
    cells = {(row, 1): Cell("What the statuses mean (the first that applies)", "subtitle")}
    for below, (word, meaning) in enumerate(RULES, row + 1):
        cells |= {(below, 1): Cell(word, "name"), (below, 2): Cell(meaning, "text")}
    return cells
