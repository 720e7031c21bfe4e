"""Every shipped lesson, recalculated by IronCalc from formulas that have lost their values."""

import math
from pathlib import Path

import pytest

from tests.oracles.comparison import SHARE
from tests.oracles.ironcalc import values
from tests.oracles.planted import without_values
from tests.recalculation import Cells, cells
from tests.test_backprop_workbook import sizes
from toolkit.book.address import letters
from toolkit.book.writer import write
from toolkit.files.templates import shipped
from toolkit.network.lesson import load
from toolkit.pages.backprop import backprop_book, work_out
from toolkit.pages.backprop.layout import BACKPROP, SIZES, LessonLayout, chosen_rate, rate_sheet
from toolkit.pages.backprop.table import HEADING_ROW, table

BOUND = 1e-10
# SUMPRODUCT(ABS(range)): IronCalc (0.9.1) does not take ABS over a range.
NOT_COMPUTED = SIZES


def formulas_of(book: Path) -> Cells:
    actual = cells(book, formulas=True)
    return {
        sheet: {place: text for place, text in places.items() if str(text).startswith("=")}
        for sheet, places in actual.items()
    }


def terms(worked: LessonLayout) -> dict[tuple[str, str], float]:
    """For each cell of a table the size of the terms that its formula adds and subtracts."""
    actual = {}
    sheets = {rate_sheet(letter): rate for rate, letter in enumerate(worked.letters)}
    for name, rate in {**sheets, BACKPROP: chosen_rate(worked.lesson)}.items():
        size = sizes(worked, rate)
        for number, column in enumerate(table(worked, rate).columns, 1):
            for row, term in enumerate(size.get(column.heading, ()), HEADING_ROW + 1):
                actual[name, f"{letters(number)}{row}"] = float(term)
    return actual


# LibreOffice recalculates most of the others in every run. The largest, xor, is left to the large
# counts of both engines.
LESSONS = [
    name
    if name in ("class-half", "deep", "diverge")
    else pytest.param(name, marks=pytest.mark.full)
    for name in shipped("lessons")
]


@pytest.mark.no_cover
@pytest.mark.parametrize("name", LESSONS)
def test_every_formula_of_every_lesson(name: str, tmp_path: Path) -> None:
    worked, book = work_out(load(name)), tmp_path / "lesson.xlsx"
    write(backprop_book(worked), book)
    formulas, ours, size = formulas_of(book), cells(book), terms(worked)
    count = without_values(book, tmp_path / "planted.xlsx")
    theirs = values(tmp_path / "planted.xlsx", formulas)
    compared = 0
    left_out = len(formulas.pop(NOT_COMPUTED, {}))
    for sheet, places in formulas.items():
        for place, formula in places.items():
            expected, found = ours[sheet][place], theirs[sheet][place]
            # Outside of the tables, quantities of these lessons are sums of terms of size 1.
            share = 1000 if SHARE.search(str(formula)) else 1
            slack = BOUND * share * size.get((sheet, place), 1.0)
            assert same(expected, found, slack), (sheet, place, expected, found, formula)
            compared += 1
    assert compared == count - left_out > 5000
    assert compared >= 0.95 * count


def same(wanted: object, actual: object, slack: float) -> bool:
    if isinstance(wanted, int | float) and isinstance(actual, int | float):
        return math.isclose(wanted, actual, rel_tol=BOUND, abs_tol=slack)
    return wanted == actual


def test_planted_values_are_seen_until_something_is_computed(
    class_book: Path, tmp_path: Path
) -> None:
    formulas, ours = formulas_of(class_book), cells(class_book)
    without_values(class_book, tmp_path / "planted.xlsx")
    read = values(tmp_path / "planted.xlsx", formulas, compute=False)
    wrong = [
        place
        for sheet, places in formulas.items()
        for place in places
        if not same(ours[sheet][place], read[sheet][place], BOUND)
    ]
    assert len(wrong) > 0.95 * sum(map(len, formulas.values()))
