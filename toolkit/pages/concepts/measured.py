"""The measured half of a concept's sheet: a table of its variants, and a chart.

All figures are formulas over the sheet Results. `conclusion.py` writes the sentences about them.
"""

from dataclasses import dataclass

from sympy import Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at, constant
from toolkit.book.sheet import Series
from toolkit.book.tables import Table
from toolkit.experiments.programme import NamedExperiment
from toolkit.experiments.results import Result
from toolkit.experiments.variant import Budget
from toolkit.pages.concepts import recorded
from toolkit.pages.concepts.page import FIRST, LABEL, Page
from toolkit.symbols.choices import unless_dash
from toolkit.symbols.ranges import mean_of_numbers, standard_deviation
from toolkit.symbols.records import deviation_of_records, mean_of_records, record

MOST_SEEDS = 5
ANSWERS, KEYS, KEY, SEEDS, SEED, CELLS, X = (
    Symbol(name) for name in ("answers", "keys", "key", "seeds", "seed", "cells", "x")
)
# Standard deviations of other figures than the test accuracy: heading, figure, style.
SPREADS = {
    "train deviation": ("train accuracy", "percent right"),
    "loss deviation": ("test loss", "loss right"),
    "seconds deviation": ("seconds", "seconds right"),
}
MANY = 8  # bars whose names stand aslant below them and want room


@dataclass(frozen=True)
class Records:
    """All runs on the sheet Results, their budget, and the experiments of all concepts."""

    results: tuple[Result, ...]
    table: Table
    budget: Budget
    programme: tuple[NamedExperiment, ...]

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds that the tables contain."""
        return tuple(sorted({result.seed for result in self.results}))[:MOST_SEEDS]

    def count(self, fingerprint: str) -> int:
        """The number of runs of a setup."""
        return sum(result.fingerprint == fingerprint for result in self.results)

    def known(self, heading: str) -> Known:
        """A column of the sheet Results."""
        return recorded.known(self.table, heading)


@dataclass(frozen=True)
class VariantFigures:
    """The cells on a page that hold the figures of each variant."""

    page: Page
    top: int
    columns: dict[str, int]
    seeds: int

    def figure(self, variant: int, heading: str) -> Known:
        """The cell with one figure of a variant, which is counted from 0."""
        return self.page.known((self.top + 1 + variant, self.columns[heading]))

    def runs(self, variant: int) -> Known:
        """The test accuracies of a variant, one cell for each seed."""
        row = self.top + 1 + variant
        values = [self.page.cells[row, FIRST + n].value for n in range(self.seeds)]
        return self.page.reach(Area.of(row, FIRST, wide=self.seeds), values)


def table(page: Page, concept: NamedExperiment, records: Records) -> VariantFigures:
    """Write the figures of the variants into the next free rows."""
    top, seeds = page.row, records.seeds
    words = [
        *(f"seed {seed}" for seed in seeds),
        "mean",
        "standard deviation",
        "wrong of 10,000",
        "parameters",
        "train accuracy",
        "train deviation",
        "test loss",
        "loss deviation",
        "after a quarter",
        "seconds",
        "seconds deviation",
    ]
    columns = {word: FIRST + n for n, word in enumerate(words)}
    page.headings((top, LABEL), ["test accuracy at the end", *words])
    page.heights[top] = 30.0
    figures = VariantFigures(page, top, columns, len(seeds))
    for n, variant in enumerate(concept.experiment.variants):
        page.label((top + 1 + n, LABEL), variant.name)
        key = recorded.key(variant.setup(records.budget).fingerprint)
        _line(figures, n, constant(key), records)
    page.row = top + len(concept.experiment.variants) + 1
    return figures


def _line(figures: VariantFigures, variant: int, key: Known, records: Records) -> None:
    page, row = figures.page, figures.top + 1 + variant
    known = {KEYS: records.known("key"), KEY: key, SEEDS: records.known("seed")}
    for n, seed in enumerate(records.seeds):
        operands = known | {ANSWERS: records.known("test accuracy"), SEED: constant(seed)}
        page.compute(
            (row, FIRST + n), record(ANSWERS, KEYS, KEY, SEEDS, SEED), operands, "percent right"
        )
    runs = {CELLS: figures.runs(variant)}
    mean = page.compute(
        (row, figures.columns["mean"]), mean_of_numbers(CELLS), runs, "percent bold"
    )
    page.compute(
        (row, figures.columns["standard deviation"]),
        standard_deviation(CELLS),
        runs,
        "percent right",
    )
    wrong = unless_dash(X, 10_000 * (1 - X))
    page.compute((row, figures.columns["wrong of 10,000"]), wrong, {X: mean}, "integer right")
    for heading, style in (
        ("train accuracy", "percent right"),
        ("test loss", "loss right"),
        ("after a quarter", "percent right"),
        ("seconds", "seconds right"),
        ("parameters", "integer right"),
    ):
        operands = known | {ANSWERS: records.known(heading)}
        page.compute(
            (row, figures.columns[heading]), mean_of_records(ANSWERS, KEYS, KEY), operands, style
        )
    for heading, (figure, style) in SPREADS.items():
        operands = known | {ANSWERS: records.known(figure)}
        deviation = deviation_of_records(ANSWERS, KEYS, KEY)
        page.compute((row, figures.columns[heading]), deviation, operands, style)


def chart(
    figures: VariantFigures, concept: NamedExperiment, title: str = "Wrong of 10,000 test digits"
) -> None:
    """A bar chart of the number of errors of each variant on the test digits.

    The axis is logarithmic if some variants misclassify most digits. The page continues below the
    chart.
    """
    page, count = figures.page, len(concept.experiment.variants)
    first, last, column = figures.top + 1, figures.top + count, figures.columns["wrong of 10,000"]
    names = [page.cells[row, LABEL].value for row in range(first, last + 1)]
    wrong = [page.cells[row, column].value for row in range(first, last + 1)]
    numbers = [float(value) for value in wrong if not isinstance(value, str) and value]
    logarithmic = bool(numbers) and max(numbers) > 10 * min(numbers)
    page.row += 1
    tall = count > MANY
    title += " (logarithmic axis)" if logarithmic else ""
    page.curve(
        title,
        concept.title,
        "wrong",
        [
            Series(
                at(page.name, figures.top, column, "wrong of 10,000"),
                page.reach(Area(first, LABEL, last, LABEL), names),
                page.reach(Area(first, column, last, column), wrong),
            )
        ],
        (page.row, LABEL),
        bars=True,
        width=24,
        height=11 if tall else 8,
        y_format="#,##0",
        y_log=logarithmic,
        y_min=1 if logarithmic else 0,
    )
    page.row += 22 if tall else 17
