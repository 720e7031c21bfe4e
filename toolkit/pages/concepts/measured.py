"""The measured half of a concept's sheet: a table of its variants, a conclusion, and a chart.

All figures are formulas that refer to the sheet Results. A conclusion consists of sentences with
placeholders: {0.accuracy} is the mean test accuracy of variant number 0, in the order of the
experiment, and {1~0.more?A|B|C} is A if variant 1 has clearly more of it than variant 0, B if it
has clearly less, and C otherwise; {1~0.more} alone uses the texts in JUDGED. {0.failed} is the
number of its runs that ended below FAILED. FIGURES lists all other figures. A conclusion therefore
follows the results, and no number in it is typed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Expr, Integer, Rational, Symbol

from toolkit.book.address import Area
from toolkit.book.sheet import Known, Series, Table, at, constant
from toolkit.experiments.programme import NamedExperiment
from toolkit.experiments.results import Result
from toolkit.experiments.variant import Budget
from toolkit.pages.concepts import recorded
from toolkit.pages.concepts.page import FIRST, LABEL, Page
from toolkit.symbols.choices import unless_dash
from toolkit.symbols.ranges import mean_of_numbers, numbers_in, standard_deviation
from toolkit.symbols.records import (
    comparison,
    count_below,
    deviation_of_records,
    mean_of_records,
    record,
)
from toolkit.symbols.text import Text, fixed_text, grouped_text, joined

MOST_SEEDS = 5
ANSWERS, KEYS, KEY, SEEDS, SEED, CELLS, X = (
    Symbol(name) for name in ("answers", "keys", "key", "seeds", "seed", "cells", "x")
)
# Figures of a variant for conclusions: the heading of their column, and their number format.
FIGURES = {
    "accuracy": "mean",
    "spread": "standard deviation",
    "train": "train accuracy",
    "loss": "test loss",
    "quarter": "after a quarter",
    "seconds": "seconds",
    "parameters": "parameters",
    "wrong": "wrong of 10,000",
}
# Standard deviations of figures other than the test accuracy: heading, figure, style.
SPREADS = {
    "train deviation": ("train accuracy", "percent right"),
    "loss deviation": ("test loss", "loss right"),
    "seconds deviation": ("seconds", "seconds right"),
}
SHARES = ("accuracy", "spread", "train", "quarter")
DECIMALS = {"loss": 3, "seconds": 1, "parameters": 0, "wrong": 0}
GAP = re.compile(r"\{(\d+)(?:([~-])(\d+))?\.(\w+)(?:\?([^|}]*)\|([^|}]*)\|([^}]*))?\}")
FAILED = Rational(9, 10)  # an accuracy; a run that ends below it has learned little
JUDGED = ("clearly better", "clearly worse", "not clearly different")
MANY = 8  # from this number of bars on, their slanted names need more room
LONGEST_TEXT = 250  # characters of one text within a formula; Excel's limit is 255


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


def conclude(figures: VariantFigures, sentences: Sequence[str]) -> None:
    """Write sentences, one per row, with formulas in their placeholders."""
    for sentence in sentences:
        known: dict[Symbol, Known] = {}
        pieces = list(_pieces(sentence, figures, known))
        figures.page.compute(
            (figures.page.row, LABEL), joined(*pieces, Text("")), known, "conclusion"
        )
        figures.page.row += 1


def _pieces(sentence: str, figures: VariantFigures, known: dict[Symbol, Known]) -> list[Expr]:
    pieces: list[Expr] = []
    place = 0
    for gap in GAP.finditer(sentence):
        pieces += _texts(sentence[place : gap.start()])
        pieces.append(_gap(gap, figures, known))
        place = gap.end()
    return pieces + _texts(sentence[place:])


def _texts(words: str) -> list[Expr]:
    return [Text(words[n : n + LONGEST_TEXT]) for n in range(0, len(words), LONGEST_TEXT)]


def _gap(gap: re.Match[str], figures: VariantFigures, known: dict[Symbol, Known]) -> Expr:
    """The expression for one placeholder; the cells to which it refers are added to `known`."""
    variant, sign, other, figure, *answers = gap.groups()
    if figure == "name":
        cell = figures.page.known((figures.top + 1 + int(variant), LABEL))
        return _symbol(f"name {variant}", cell, known)
    if figure == "more":
        a, b = (_symbol(f"runs {n}", figures.runs(int(n)), known) for n in (variant, other))
        phrases = JUDGED if answers[0] is None else answers
        return comparison(a, b, *map(Text, phrases))
    if figure == "failed":
        runs = _symbol(f"runs {variant}", figures.runs(int(variant)), known)
        return joined(count_below(runs, FAILED), Text(" of "), numbers_in(runs))
    value = _figure(variant, figure, figures, known)
    if sign == "-":
        value -= _figure(other, figure, figures, known)
    if sign == "~":
        value /= _figure(other, figure, figures, known)
        return fixed_text(value, Integer(1))
    if figure in SHARES:
        return joined(fixed_text(100 * value, Integer(2)), Text(" %"))
    if not DECIMALS[figure]:
        return grouped_text(value)
    return fixed_text(value, Integer(DECIMALS[figure]))


def _figure(variant: str, figure: str, figures: VariantFigures, known: dict[Symbol, Known]) -> Expr:
    heading = FIGURES[figure]
    return _symbol(f"{heading} {variant}", figures.figure(int(variant), heading), known)


def _symbol(name: str, cell: Known, known: dict[Symbol, Known]) -> Symbol:
    symbol = Symbol(name)
    known[symbol] = cell
    return symbol


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
