"""The sheet Seeds: the final accuracy of each seed, and the spread over the seeds."""

import numpy as np

from toolkit.book.address import Area
from toolkit.book.known import Known, in_row
from toolkit.book.live import computed
from toolkit.book.sheet import FirstView, Sheet
from toolkit.book.tables import Cell, Column, Table
from toolkit.convnet.seeds import SeedRuns
from toolkit.pages.mnist.layout import SEEDS, TEST_COUNT, column, counts, opening
from toolkit.symbols.equation import Equation, quantity
from toolkit.symbols.ranges import largest, mean, numbers_in, smallest, standard_deviation

SUMMARY_ROW, TABLE_ROW = 4, 11
CORRECT, ACCURACIES = quantity("correct"), quantity("accuracies")
ACCURACY = Equation(quantity("accuracy"), CORRECT / TEST_COUNT)
SUMMARY = (
    ("mean", mean(ACCURACIES), "fine percent"),
    ("standard deviation", standard_deviation(ACCURACIES), "fine percent"),
    ("minimum", smallest(ACCURACIES), "percent"),
    ("maximum", largest(ACCURACIES), "percent"),
    ("seeds", numbers_in(ACCURACIES), "count"),
)


def sheet(series: SeedRuns) -> Sheet:
    """The summary, and below it one row for each seed."""
    seed_table = table(series)
    known = {ACCURACIES: column(seed_table, SEEDS, f"{series.held_out} accuracy")}
    cells = opening(
        SEEDS,
        f"Accuracy on the {series.held_out} set after the last epoch. No epoch and no seed was "
        "chosen by it.",
    )
    for row, (name, expr, style) in enumerate(SUMMARY, SUMMARY_ROW):
        cells[row, 1] = Cell(name, "name")
        cells[row, 3] = computed(expr, known, style)
    return Sheet(
        SEEDS,
        cells,
        (seed_table,),
        freeze=(TABLE_ROW + 1, 2),
        tab="56B4E9",
        filter=seed_table.area,
        first_view=FirstView(effects=(Area.of(SUMMARY_ROW, 1, len(SUMMARY), 3),)),
    )


def table(series: SeedRuns) -> Table:
    """One row for each seed; its accuracy is a formula of the number of correct images."""
    ends = [run.epochs[-1] for run in series.runs]
    correct = np.array([end.test_correct for end in ends])
    total = counts(series.history(0))[TEST_COUNT]
    columns = (
        Column("seed", [run.seed for run in series.runs], "integer", width=20),
        Column(f"{series.held_out} correct", correct, "count", width=18),
        _accuracy(series, correct, total),
        Column(f"{series.held_out} loss", [end.test_loss for end in ends], "rate", width=16),
        Column("epochs", [end.number for end in ends], "integer", width=9),
        Column("seconds", [_seconds(series, n) for n in range(len(ends))], "seconds", width=10),
        Column("device", [run.device for run in series.runs], "label", width=10),
        Column("threads", [run.threads for run in series.runs], "integer", width=9),
    )
    return Table(TABLE_ROW, 1, columns)


def _accuracy(series: SeedRuns, correct: np.ndarray, total: Known) -> Column:
    formula = ACCURACY.formula(lambda s: in_row(2) if s == CORRECT else total.address)
    heading = f"{series.held_out} accuracy"
    values = correct / series.test_count
    return Column(heading, values, "percent", formula=formula, width=20)


def _seconds(series: SeedRuns, number: int) -> float:
    return sum(epoch.seconds for epoch in series.runs[number].epochs)
