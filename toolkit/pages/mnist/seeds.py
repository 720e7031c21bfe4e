"""The sheet Seeds: the final accuracy of each seed, and the spread over the seeds."""

import math
from collections.abc import Iterator

import numpy as np
from sympy import Expr, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at, down, in_row
from toolkit.book.sheet import Chart, Series, Sheet
from toolkit.book.tables import Cell, Column, Table
from toolkit.convnet.seeds import SeedRuns
from toolkit.pages.mnist import layout, targets
from toolkit.pages.mnist.layout import (
    FIRST_ROW,
    SEEDS,
    TEST_COUNT,
    MnistPage,
    column,
    counts,
    percent,
    sentence,
)
from toolkit.symbols.equation import Equation, quantity
from toolkit.symbols.ranges import largest, mean, numbers_in, smallest, standard_deviation
from toolkit.symbols.records import count_below

SUMMARY_ROW, TABLE_ROW = FIRST_ROW, FIRST_ROW + 20  # the chart stands between them
CHART_COLUMN, TICKS = 4, 200  # an accuracy axis begins at a multiple of 0.5 %
CORRECT, ACCURACIES = quantity("correct"), quantity("accuracies")
NUMBERS, TARGET = quantity("seeds"), quantity("target")
ACCURACY = Equation(quantity("accuracy"), CORRECT / TEST_COUNT)
SUMMARY = (
    ("mean", mean(ACCURACIES), "fine percent"),
    ("standard deviation", standard_deviation(ACCURACIES), "fine percent"),
    ("minimum", smallest(ACCURACIES), "percent"),
    ("maximum", largest(ACCURACIES), "percent"),
    ("seeds", numbers_in(ACCURACIES), "count"),
)


def sheet(series: SeedRuns) -> Sheet:
    """The summary beside a chart of the accuracies, and below them one row for each seed."""
    held_out, seed_table = series.held_out, table(series)
    question = f"How much does the {held_out} accuracy depend on the random start?"
    page = layout.page(SEEDS, "Accuracy over the seeds", question, "56B4E9")
    page.tables.append(seed_table)
    page.filter, page.freeze = seed_table.area, (FIRST_ROW, 1)
    known = {
        ACCURACIES: column(seed_table, SEEDS, f"{held_out} accuracy"),
        TARGET: targets.accuracy_target(),
    }
    for row, (name, expr, style) in enumerate(SUMMARY, SUMMARY_ROW):
        page.cells[row, 1] = Cell(name, "name")
        page.compute((row, 3), expr, known, style)
    page.state(_finding(held_out), known)
    page.charts.append(_chart(page, seed_table, held_out, known))
    page.effects += [Area.of(SUMMARY_ROW, 1, len(SUMMARY), 3), *page.charts]
    note = "The accuracy is that after the last epoch. No epoch and no seed is chosen by it."
    page.cells[seed_table.last_row + 2, 1] = Cell(note, "muted")
    return page.finish()


def _finding(held_out: str) -> Expr:
    seeds = numbers_in(ACCURACIES)
    return sentence(
        f"The {held_out} accuracy is ",
        percent(mean(ACCURACIES)),
        " on average and between ",
        percent(smallest(ACCURACIES)),
        " and ",
        percent(largest(ACCURACIES)),
        "; ",
        seeds - count_below(ACCURACIES, TARGET),
        " of ",
        seeds,
        " seeds reach ",
        percent(TARGET),
        ".",
    )


def _chart(page: MnistPage, seeds: Table, held_out: str, known: dict[Symbol, Known]) -> Chart:
    """The accuracy of each seed as a dot, and their mean and the target as lines."""
    accuracy = f"{held_out} accuracy"
    numbers, values = (column(seeds, SEEDS, heading) for heading in ("seed", accuracy))
    dots = Series(at(SEEDS, TABLE_ROW, 3, accuracy), numbers, values, dots=True, line=False)
    lowest = min(*map(float, values.values), float(known[TARGET].values[0]))  # type: ignore[arg-type]
    return Chart(
        f"{held_out.capitalize()} accuracy of each seed",
        "seed",
        "accuracy",
        (dots, *_lines(page, seeds.last_row + 4, known | {NUMBERS: numbers})),
        row=SUMMARY_ROW,
        column=CHART_COLUMN,
        width=17,
        height=10,
        x_min=-1,
        x_max=len(numbers.values),
        y_min=math.floor(lowest * TICKS) / TICKS,
        y_max=1,
        y_format="0.0%",
    )


def _lines(page: MnistPage, row: int, known: dict[Symbol, Known]) -> Iterator[Series]:
    """Write the ends of the lines through the mean and the target below the table."""
    ends = [
        page.compute((row + n, 1), end, known, "integer").values[0]
        for n, end in enumerate((smallest(NUMBERS) - 1, largest(NUMBERS) + 1), 1)
    ]
    page.cells[row, 1] = Cell("ends of lines", "muted")
    for place, (name, height) in enumerate((("mean", mean(ACCURACIES)), ("target", TARGET)), 2):
        page.cells[row, place] = Cell(name, "muted")
        points = [page.compute((row + n, place), height, known, "percent") for n in (1, 2)]
        values = [point.values[0] for point in points]
        label = page.known((row, place))
        yield Series(label, down(SEEDS, row + 1, 1, ends), down(SEEDS, row + 1, place, values))


def table(series: SeedRuns) -> Table:
    """One row for each seed; its accuracy is a formula of the number of correct images."""
    ends = [run.epochs[-1] for run in series.runs]
    correct = np.array([end.test_correct for end in ends])
    total = counts(series.history(0))[TEST_COUNT]
    columns = (
        Column("seed", [run.seed for run in series.runs], "integer", width=16),
        Column(f"{series.held_out} correct", correct, "count", width=18),
        _accuracy(series, correct, total),
        Column(f"{series.held_out} loss", [end.test_loss for end in ends], "rate", width=16),
        Column("epochs", [end.number for end in ends], "integer", width=9),
        Column("seconds", [_seconds(series, n) for n in range(len(ends))], "seconds", width=10),
        Column("device", [run.device for run in series.runs], "label", width=9),
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
