"""Charts of accuracy, loss, learning rate, and the gap between training and test accuracy."""

import math

import numpy as np
from sympy import Expr, Piecewise, Symbol

from toolkit.book.known import Known, at, down
from toolkit.book.sheet import Chart, Series, Sheet
from toolkit.book.tables import Cell, Table
from toolkit.pages.mnist import layout, targets, words
from toolkit.pages.mnist.layout import (
    CURVES,
    EPOCHS,
    FIRST_ROW,
    MnistPage,
    MnistRun,
    column,
    percent,
    sentence,
)
from toolkit.symbols.equation import quantity
from toolkit.symbols.lookups import lookup
from toolkit.symbols.ranges import largest, length
from toolkit.symbols.records import count_below
from toolkit.symbols.text import Text

CHART_ROWS, SECOND_COLUMN = 20, 10
WIDTH, HEIGHT = 15.0, 9.8  # centimetres
TARGET_ROW = FIRST_ROW + 3 * CHART_ROWS  # of the two points of the target's line
CLOSE = 0.985  # the lower end of the close view; runs that end near it or below get another
STEPS = 20  # an accuracy axis begins at a multiple of 1/20
MOST_DOTS = 30  # epochs; the points of longer runs are not marked
ACCURACIES, NUMBERS, TARGET = (quantity(name) for name in ("accuracies", "epochs", "target"))


def sheet(result: MnistRun, table: Table) -> Sheet:
    """Four charts of the table on the sheet Epochs and one close view of the accuracy."""
    model, held_out = result.history.model, result.history.held_out
    question = f"How does training progress, and does the {held_out} accuracy reach the target?"
    page = layout.page(CURVES, f"{model.title}: curves", question, "0072B2")
    page.pages_high = 1
    page.widths = dict.fromkeys(range(1, 2 * SECOND_COLUMN), 9)
    known = {
        ACCURACIES: column(table, EPOCHS, f"{held_out} accuracy"),
        NUMBERS: column(table, EPOCHS, "epoch"),
        TARGET: targets.accuracy_target(),
    }
    page.state(_finding(held_out), known)
    page.charts += _charts(result, table, _target_line(page, known))
    page.effects += page.charts[:2]
    notes = (words.behind(model, held_out), words.held_out_figures(model, held_out))
    for row, note in enumerate(notes, TARGET_ROW + 4):
        page.cells[row, 1] = Cell(note, "muted")
    return page.finish()


def _finding(held_out: str) -> Expr:
    """The sentence about the last epoch and the epochs that reach the target."""
    end = lookup(ACCURACIES, NUMBERS, largest(NUMBERS))
    hit = length(ACCURACIES) - count_below(ACCURACIES, TARGET)
    side = Piecewise((Text("at least"), end >= TARGET), (Text("below"), True))
    return sentence(
        f"The {held_out} accuracy ends at ",
        percent(end),
        ", ",
        side,
        " the target of ",
        percent(TARGET),
        ", which is reached in ",
        hit,
        " of ",
        length(ACCURACIES),
        " epochs.",
    )


def _target_line(page: MnistPage, known: dict[Symbol, Known]) -> Series:
    """Write the ends of the target's line below the charts; the line through them."""
    name, first, second = ((TARGET_ROW + n, 1) for n in range(3))
    label = page.compute(name, sentence("target ", percent(TARGET)), known, "muted")
    page.cells[first] = Cell(0, "integer")
    last = page.compute(second, largest(NUMBERS), known, "integer")
    heights = [page.compute((row, 2), TARGET, known, "percent") for row, _ in (first, second)]
    epochs = down(CURVES, *first, [0, last.values[0]])
    return Series(label, epochs, down(CURVES, first[0], 2, [h.values[0] for h in heights]))


def _charts(result: MnistRun, table: Table, target: Series) -> list[Chart]:
    """The close view and the losses in the first view, the other curves below them."""
    held_out = result.history.held_out
    accuracy = _lines(table, f"{held_out} accuracy", "train accuracy")
    loss = _lines(table, f"{held_out} loss", "train loss")
    gap, rate = _lines(table, f"train − {held_out}"), _lines(table, "learning rate")
    low = _close(accuracy[0])
    close = f"{held_out.capitalize()} accuracy between {100 * low:g} and 100 %"
    return [
        _chart(0, close, "accuracy", (*accuracy, target), y_format="0.0%", y_min=low, y_max=1),
        _chart(1, "Loss", "loss", loss, y_format="0.000", y_log=True),
        _chart(2, "Accuracy", "accuracy", accuracy, y_format="0%", y_min=_floor(accuracy), y_max=1),
        _chart(3, f"Train accuracy less {held_out} accuracy", "difference", gap, y_format="0.0%"),
        _chart(4, "Learning rate at the end of each epoch", "learning rate", rate, y_min=0),
    ]


def _lines(table: Table, *headings: str) -> tuple[Series, ...]:
    columns = [column.heading for column in table.columns]
    epochs = column(table, EPOCHS, "epoch")
    return tuple(
        Series(
            at(EPOCHS, table.row, table.column + columns.index(heading), heading),
            epochs,
            column(table, EPOCHS, heading),
            dots=len(epochs.values) <= MOST_DOTS,
        )
        for heading in headings
    )


def _chart(
    number: int, title: str, what: str, series: tuple[Series, ...], **axis: float | str | None
) -> Chart:
    down, across = divmod(number, 2)
    return Chart(
        title,
        "epoch",
        what,
        series,
        row=FIRST_ROW + CHART_ROWS * down,
        column=(1, SECOND_COLUMN)[across],
        width=WIDTH,
        height=HEIGHT,
        **axis,  # type: ignore[arg-type]
    )


def _close(line: Series) -> float:
    """The lower end of the close view, below the best accuracy of the run."""
    best = max(float(value) for value in np.asarray(line.y.value))
    return CLOSE if best > CLOSE else _floor((line,))


def _floor(series: tuple[Series, ...]) -> float:
    """The largest multiple of 5 % below all points; otherwise curves near 100 % would overlap."""
    lowest = min(float(min(np.asarray(line.y.value))) for line in series)
    return math.floor(lowest * STEPS) / STEPS
