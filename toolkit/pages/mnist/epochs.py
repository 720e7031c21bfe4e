"""One row for each epoch, and the curves of accuracy and loss beside it."""

import math
from typing import cast

import numpy as np
from sympy import Expr, Symbol

from toolkit.book.sheet import ROW, Cell, Chart, Column, Known, Series, Sheet, Table, at, letters
from toolkit.convnet.history import History
from toolkit.pages.mnist.layout import (
    COUNTS_ROW,
    EPOCHS,
    TARGETS,
    TEST_COUNT,
    TRAIN_COUNT,
    Result,
    column,
    counts,
)
from toolkit.symbols.equation import Equation, quantity

TABLE_ROW = 5
TRAIN_CORRECT, TEST_CORRECT = quantity("train correct"), quantity("test correct")
TRAIN_SHARE, TEST_SHARE = TRAIN_CORRECT / TRAIN_COUNT, TEST_CORRECT / TEST_COUNT


def table(history: History) -> Table:
    """The epochs as columns; accuracies are formulas over the numbers of right answers."""
    rows, held_out = history.epochs, history.held_out
    train, test = (
        np.array([e.train_correct for e in rows]),
        np.array([e.test_correct for e in rows]),
    )
    places = {TRAIN_CORRECT: letters(3), TEST_CORRECT: letters(6)}
    columns = (
        Column("epoch", [e.number for e in rows], "integer", width=14),
        Column("train loss", [e.train_loss for e in rows], "rate", width=12),
        Column("train correct", train, "count", width=14),
        _share("train", TRAIN_SHARE, train / history.train_count, places, history),
        Column(f"{held_out} loss", [e.test_loss for e in rows], "rate", width=12),
        Column(f"{held_out} correct", test, "count", width=14),
        _share(held_out, TEST_SHARE, test / history.test_count, places, history),
        Column("learning rate", [e.learning_rate for e in rows], "number", width=14),
        Column("seconds", [e.seconds for e in rows], "seconds", width=10),
    )
    return Table(TABLE_ROW, 1, columns)


def _share(
    which: str, share: Expr, values: np.ndarray, places: dict[Symbol, str], history: History
) -> Column:
    known = counts(history)
    equation = Equation(quantity(f"{which} accuracy"), share)
    formula = equation.formula(
        lambda symbol: f"{places[symbol]}{ROW}" if symbol in places else known[symbol].address
    )
    return Column(equation.symbol.name, values, "percent", formula=formula, width=15)


def sheet(result: Result) -> Sheet:
    """Table to the left, charts to the right."""
    history, made = result.history, table(result.history)
    train, test = counts(history).values()
    cells = {
        (1, 1): Cell(f"{history.model.title}: epoch by epoch", "title"),
        (2, 1): Cell(
            "Train figures are averages over the epoch, of images as the network saw them: "
            "changed at random, with dropout.",
            "muted",
        ),
        (COUNTS_ROW, 1): Cell("train images", "symbol"),
        (COUNTS_ROW, 2): Cell(_number(train), "count"),
        (COUNTS_ROW, 3): Cell(f"{history.held_out} images", "symbol"),
        (COUNTS_ROW, 4): Cell(_number(test), "count"),
        (COUNTS_ROW, 6): Cell(TARGETS, "link", link=TARGETS),
    }
    charts = (
        _chart(made, history.held_out, "accuracy", 0, "0%"),
        _chart(made, history.held_out, "loss", 1, "0.000"),
    )
    return Sheet(
        EPOCHS, cells, (made,), charts, widths={10: 3}, freeze=(TABLE_ROW + 1, 2), tab="0072B2"
    )


def _number(known: Known) -> int:
    return cast("int", known.value)


def _chart(made: Table, held_out: str, what: str, number: int, y_format: str) -> Chart:
    series = tuple(
        Series(
            at(EPOCHS, TABLE_ROW, _index(made, f"{which} {what}"), f"{which} {what}"),
            column(made, EPOCHS, "epoch"),
            column(made, EPOCHS, f"{which} {what}"),
        )
        for which in ("train", held_out)
    )
    return Chart(
        f"{what.capitalize()} after each epoch",
        "epoch",
        what,
        series,
        row=TABLE_ROW + 19 * number,
        column=11,
        width=18,
        height=9,
        y_format=y_format,
        y_max=1 if what == "accuracy" else None,
        y_min=_floor(series) if what == "accuracy" else None,
        y_log=what == "loss",
    )


def _floor(series: tuple[Series, ...]) -> float:
    """The next multiple of 5 % below all points: near 100 % the curves would lie on each other."""
    lowest = min(float(min(np.asarray(line.y.value))) for line in series)
    return math.floor(lowest * 20) / 20


def _index(made: Table, heading: str) -> int:
    return made.column + [c.heading for c in made.columns].index(heading)
