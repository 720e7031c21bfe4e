"""The first and the last sheet of the concepts: what they say of all runs, and of each concept."""

import re

import pytest

from tests.lettering import text_width
from toolkit.book.sheet import Book, Sheet
from toolkit.book.theme import STYLES
from toolkit.experiments.results import Result, load, shipped
from toolkit.experiments.variant import Budget
from toolkit.pages.concepts import CONCEPTS
from toolkit.pages.concepts.book import concepts_book
from toolkit.pages.concepts.contents import FIRST_ROW

FINDING, NOTHING = (3, 1), "No run is recorded yet."
ROOM = 107 * 7 - 5  # pixels of the column with the summaries


def book(results: list[Result]) -> Book:
    some = [concept for concept in CONCEPTS if concept.number in (1, 6, 19)]
    return concepts_book(some, CONCEPTS, results, Budget())


def ends(sheet: Sheet) -> list[str]:
    return re.findall(r"[\d.]+ %|\d+ (?:concepts|runs|times)", str(sheet.cells[FINDING].value))


def test_both_count_the_runs_and_name_the_worst_and_the_best() -> None:
    results = list(load(shipped()))[:100]
    accuracies = sorted(result.test_accuracy for result in results)
    worst, best = (f"{100 * accuracies[n]:.2f} %" for n in (0, -1))
    sheets = book(results).sheets
    assert ends(sheets[0]) == ["100 times", f"{len(CONCEPTS)} concepts", worst, best]
    assert ends(sheets[-1]) == ["100 runs", worst, best]


def test_without_runs_both_say_so() -> None:
    sheets = book([]).sheets
    assert [sheet.cells[FINDING].value for sheet in (sheets[0], sheets[-1])] == [NOTHING] * 2
    first = sheets[0].cells[FIRST_ROW, 2]
    assert str(first.value).startswith("Not all of it is measured yet")


@pytest.mark.no_cover
def test_what_was_found_is_a_formula_and_fits_in_its_line() -> None:
    contents = concepts_book(CONCEPTS, CONCEPTS, load(shipped()), Budget()).sheets[0]
    for row in range(FIRST_ROW, FIRST_ROW + len(CONCEPTS)):
        cell = contents.cells[row, 2]
        assert cell.formula is not None and "{" not in str(cell.value)
        assert text_width(str(cell.value), STYLES[cell.style]) <= ROOM, cell.value
