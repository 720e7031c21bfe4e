"""The sheet of epochs: a summary of the last and the best one, and one row for each."""

import numpy as np
from sympy import Expr, Piecewise, Symbol

from toolkit.book.address import Area, Operand
from toolkit.book.known import Known, in_row
from toolkit.book.sheet import Sheet
from toolkit.book.tables import Cell, Column, Table
from toolkit.convnet.history import History
from toolkit.pages.mnist import layout, words
from toolkit.pages.mnist.layout import (
    COUNTS_ROW,
    EPOCHS,
    TEST_COUNT,
    TRAIN_COUNT,
    MnistPage,
    MnistRun,
    column,
    counts,
    percent,
    sentence,
)
from toolkit.symbols.equation import Equation, quantity
from toolkit.symbols.lookups import lookup
from toolkit.symbols.ranges import largest
from toolkit.symbols.text import Text

SUMMARY_ROW = COUNTS_ROW + 2
TRAIN_CORRECT, TEST_CORRECT = quantity("train correct"), quantity("test correct")
TRAIN, HELD_OUT, NUMBERS, NUMBER, ANSWERS = (
    quantity(name) for name in ("train", "held out", "epochs", "epoch", "answers")
)
LAST, BEST, REACHED, HIGHEST = (quantity(n) for n in ("last", "best", "reached", "highest"))
GAP = Equation(quantity("gap"), TRAIN - HELD_OUT)
# No epoch is selected by the held-out images: the best one is only shown beside the last one.
CHOICES = {
    "last epoch": largest(NUMBERS),
    "best epoch": lookup(NUMBERS, HELD_OUT, largest(HELD_OUT)),
}
TABLE_ROW = SUMMARY_ROW + len(CHOICES) + 2
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
        Column("train correct", train, "count", width=18),
        _share("train", TRAIN_SHARE, train / history.train_count, places, history),
        Column(f"{held_out} loss", [e.test_loss for e in rows], "rate", width=17),
        Column(f"{held_out} correct", test, "count", width=18),
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
    return Column(equation.symbol.name, values, "percent", formula=formula, width=19)


def _gap(held_out: str, train: np.ndarray, test: np.ndarray, history: History) -> Column:
    """The accuracy on training images minus that on held-out images.

    It is negative if dropout and augmentation make the training images harder to classify.
    """
    values = train / history.train_count - test / history.test_count
    places = {TRAIN: in_row(4), HELD_OUT: in_row(7)}
    formula = GAP.formula(lambda symbol: places[symbol])
    return Column(f"train − {held_out}", values, "percent", formula=formula, width=18)


def sheet(result: MnistRun) -> Sheet:
    """The summary, and below it the table."""
    history, epoch_table = result.history, table(result.history)
    held_out = history.held_out
    question = f"How do accuracy and loss change from epoch to epoch on the {held_out} images?"
    page = layout.page(EPOCHS, f"{history.model.title}: epoch by epoch", question, "0072B2")
    page.tables.append(epoch_table)
    page.freeze, page.filter = (TABLE_ROW + 1, 1), epoch_table.area
    _write_counts(page, history)
    _write_summary(page, epoch_table, held_out)
    page.state(_finding(held_out), _places(page))
    notes = (
        words.train_figures(history.model),
        words.held_out_figures(history.model, held_out),
        f"No epoch is chosen by the {held_out} images: the last one counts.",
    )
    for row, note in enumerate(notes, epoch_table.last_row + 2):
        page.cells[row, 1] = Cell(note, "muted")
    return page.finish()


def _write_counts(page: MnistPage, history: History) -> None:
    page.cells |= {
        (COUNTS_ROW, 1): Cell("train images", "symbol"),
        (COUNTS_ROW, 2): Cell(history.train_count, "count"),
        (COUNTS_ROW, 3): Cell(f"{history.held_out} images", "symbol"),
        (COUNTS_ROW, 4): Cell(history.test_count, "count"),
    }


def _write_summary(page: MnistPage, epoch_table: Table, held_out: str) -> None:
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
    for place, heading in enumerate(("", "epoch", *styles), 1):
        page.cells[SUMMARY_ROW, place] = Cell(heading, "heading")
    for row, (name, number) in enumerate(CHOICES.items(), SUMMARY_ROW + 1):
        page.cells[row, 1] = Cell(name, "name")
        here = page.compute((row, 2), number, known, "integer")
        for place, (heading, style) in enumerate(styles.items(), 3):
            operands = known | {ANSWERS: column(epoch_table, EPOCHS, heading), NUMBER: here}
            page.compute((row, place), lookup(ANSWERS, NUMBERS, NUMBER), operands, style)
    page.effects.append(Area.of(SUMMARY_ROW, 1, 1 + len(CHOICES), 2 + len(styles)))


def _places(page: MnistPage) -> dict[Symbol, Known]:
    """The numbers and the accuracies of the last and of the best epoch, in the summary."""
    last, best = SUMMARY_ROW + 1, SUMMARY_ROW + 2
    places = {LAST: (last, 2), REACHED: (last, 3), BEST: (best, 2), HIGHEST: (best, 3)}
    return {symbol: page.known(place) for symbol, place in places.items()}


def _finding(held_out: str) -> Expr:
    better = sentence("the best was epoch ", BEST, " with ", percent(HIGHEST), ".")
    return sentence(
        percent(REACHED),
        f" of the {held_out} images are classified correctly after epoch ",
        LAST,
        ", the last one; ",
        Piecewise((Text("no epoch was better."), REACHED >= HIGHEST), (better, True)),
    )
