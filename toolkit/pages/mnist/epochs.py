"""The sheet of epochs: one row for each, and a summary of the best and the last one."""

from typing import cast

import numpy as np
from sympy import Expr, Symbol

from toolkit.book.address import Area, Operand
from toolkit.book.known import Known, at, in_row
from toolkit.book.live import computed
from toolkit.book.sheet import FirstView, Sheet
from toolkit.book.tables import Cell, Column, Table
from toolkit.convnet.history import History
from toolkit.pages.mnist import words
from toolkit.pages.mnist.layout import (
    COUNTS_ROW,
    EPOCHS,
    TEST_COUNT,
    TRAIN_COUNT,
    MnistRun,
    column,
    counts,
    opening,
)
from toolkit.symbols.equation import Equation, quantity
from toolkit.symbols.lookups import lookup
from toolkit.symbols.ranges import largest

TABLE_ROW = 6
TRAIN_CORRECT, TEST_CORRECT = quantity("train correct"), quantity("test correct")
SUMMARY_COLUMN = 12
TRAIN, HELD_OUT, NUMBERS, NUMBER, ANSWERS = (
    quantity(name) for name in ("train", "held out", "epochs", "epoch", "answers")
)
GAP = Equation(quantity("gap"), TRAIN - HELD_OUT)
# No epoch is selected by the held-out images: the best one is only shown beside the last one.
CHOICES = {
    "last epoch": largest(NUMBERS),
    "best epoch": lookup(NUMBERS, HELD_OUT, largest(HELD_OUT)),
}
TRAIN_SHARE, TEST_SHARE = TRAIN_CORRECT / TRAIN_COUNT, TEST_CORRECT / TEST_COUNT


def table(history: History) -> Table:
    """The epochs as columns; accuracies are formulas of the numbers of correct images."""
    rows, held_out = history.epochs, history.held_out
    train, test = (
        np.array([e.train_correct for e in rows]),
        np.array([e.test_correct for e in rows]),
    )
    places = {TRAIN_CORRECT: in_row(3), TEST_CORRECT: in_row(6)}
    columns = (
        Column("epoch", [e.number for e in rows], "integer", width=14),
        Column("train loss", [e.train_loss for e in rows], "rate", width=12),
        Column("train correct", train, "count", width=14),
        _share("train", TRAIN_SHARE, train / history.train_count, places, history),
        Column(f"{held_out} loss", [e.test_loss for e in rows], "rate", width=12),
        Column(f"{held_out} correct", test, "count", width=14),
        _share(held_out, TEST_SHARE, test / history.test_count, places, history),
        _gap(held_out, train, test, history),
        Column("learning rate", [e.learning_rate for e in rows], "number", width=14),
        Column("seconds", [e.seconds for e in rows], "seconds", width=10),
    )
    return Table(TABLE_ROW, 1, columns)


def _share(
    which: str, share: Expr, values: np.ndarray, places: dict[Symbol, Operand], history: History
) -> Column:
    known = counts(history)
    equation = Equation(quantity(f"{which} accuracy"), share)
    formula = equation.formula(
        lambda symbol: places[symbol] if symbol in places else known[symbol].address
    )
    return Column(equation.symbol.name, values, "percent", formula=formula, width=15)


def _gap(held_out: str, train: np.ndarray, test: np.ndarray, history: History) -> Column:
    """The accuracy on training images minus that on held-out images.

    It is negative if dropout and augmentation make the training images harder to classify.
    """
    values = train / history.train_count - test / history.test_count
    places = {TRAIN: in_row(4), HELD_OUT: in_row(7)}
    formula = GAP.formula(lambda symbol: places[symbol])
    return Column(f"train − {held_out}", values, "percent", formula=formula, width=18)


def sheet(result: MnistRun) -> Sheet:
    """The table on the left; its last and its best row on the right."""
    history, epoch_table = result.history, table(result.history)
    train, test = counts(history).values()
    note = words.held_out_figures(history.model, history.held_out)
    cells = opening(
        f"{history.model.title}: epoch by epoch", words.train_figures(history.model)
    ) | {
        (COUNTS_ROW, 1): Cell("train images", "symbol"),
        (COUNTS_ROW, 2): Cell(_number(train), "count"),
        (COUNTS_ROW, 3): Cell(f"{history.held_out} images", "symbol"),
        (COUNTS_ROW, 4): Cell(_number(test), "count"),
        (COUNTS_ROW + 1, 1): Cell(note, "muted"),
    }
    cells |= _summary(epoch_table, history.held_out)
    widths = {SUMMARY_COLUMN - 1: 3} | {SUMMARY_COLUMN + n: 16 for n in range(5)}
    start = (TABLE_ROW + 1, 2)
    return Sheet(
        EPOCHS,
        cells,
        (epoch_table,),
        widths=widths,
        freeze=start,
        tab="0072B2",
        filter=epoch_table.area,
        first_view=FirstView(effects=(Area.of(TABLE_ROW, SUMMARY_COLUMN, 1 + len(CHOICES), 5),)),
    )


def _summary(epoch_table: Table, held_out: str) -> dict[tuple[int, int], Cell]:
    """The figures of the last epoch, and those of the epoch with the best accuracy."""
    styles = {
        f"{held_out} accuracy": "percent",
        f"{held_out} loss": "rate",
        f"train − {held_out}": "percent",
    }
    known = {
        NUMBERS: column(epoch_table, EPOCHS, "epoch"),
        HELD_OUT: column(epoch_table, EPOCHS, f"{held_out} accuracy"),
    }
    cells = {(TABLE_ROW, SUMMARY_COLUMN): Cell("", "heading")}
    for row, (name, number) in enumerate(CHOICES.items(), TABLE_ROW + 1):
        cells[row, SUMMARY_COLUMN] = Cell(name, "name")
        cells[row, SUMMARY_COLUMN + 1] = epoch = computed(number, known, "integer")
        here = at(EPOCHS, row, SUMMARY_COLUMN + 1, epoch.value)
        for offset, (heading, style) in enumerate(styles.items(), 2):
            operands = known | {ANSWERS: column(epoch_table, EPOCHS, heading), NUMBER: here}
            expr = lookup(ANSWERS, NUMBERS, NUMBER)
            cells[row, SUMMARY_COLUMN + offset] = computed(expr, operands, style)
    for offset, heading in enumerate(("epoch", *styles), 1):
        cells[TABLE_ROW, SUMMARY_COLUMN + offset] = Cell(heading, "heading")
    return cells


def _number(known: Known) -> int:
    return cast("int", known.value)
