"""Drawn networks, many to a workbook, recalculated by LibreOffice."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.networks import lessons
from tests.recalculation import Office, cells
from toolkit.book.sheet import Book, Sheet
from toolkit.book.tables import Cell, Table
from toolkit.book.writer import write
from toolkit.network.derivation import LEARNING_RATE
from toolkit.network.lesson import Lesson
from toolkit.pages.backprop import work_out
from toolkit.pages.backprop.layout import LessonLayout
from toolkit.pages.backprop.table import table

BOUND = 1e-10


def drawn(count: int, *, far: bool) -> list[Lesson]:
    """As many networks, the same in every run."""
    actual: list[Lesson] = []

    @seed(7 + far)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(lessons(far=far))
    def collect(lesson: Lesson) -> None:
        # With numbers this large every further epoch multiplies the last digit's differences.
        training = lesson.training.model_copy(update={"epochs": 1} if far else {})
        actual.append(lesson.model_copy(update={"training": training}))

    collect()
    return actual


def sheets(worked: LessonLayout, number: int) -> tuple[Sheet, Sheet]:
    """Its parameters and the table at its first learning rate, under names of their own."""
    name = f"P{number}"
    given_cells = {}
    for symbol, known in worked.parameters.items():
        if symbol != LEARNING_RATE:
            row = int(known.address.split("$")[-1])
            given_cells[row, 2] = Cell(float(str(known.value)), "input")
    return Sheet(name, given_cells), Sheet(f"T{number}", tables=(_renamed(table(worked, 0), name),))


def _renamed(made: Table, name: str) -> Table:
    def moved(formula: str | None) -> str | None:
        return formula and formula.replace("'Parameters'!", f"'{name}'!")

    columns = tuple(
        replace(c, formula=moved(c.formula), first=moved(c.first)) for c in made.columns
    )
    return replace(made, columns=columns)


@pytest.mark.no_cover
@pytest.mark.parametrize("far", [False, True])
def test_drawn_networks_recalculate_to_their_values(
    far: bool, tmp_path: Path, office: Office
) -> None:
    compare(drawn(15, far=far), tmp_path / "some.xlsx", office)


@pytest.mark.full
@pytest.mark.parametrize("far", [False, True])
def test_many_networks_recalculate_to_their_values(
    far: bool, tmp_path: Path, office: Office
) -> None:
    compare(drawn(150, far=far), tmp_path / "many.xlsx", office)


def compare(networks: list[Lesson], book: Path, office: Office) -> None:
    """Every cell within BOUND of its value, or of the largest number of its network, at least 1:
    of terms up to that size its differences are taken.
    """
    worked = [work_out(lesson) for lesson in networks]
    pages = [sheet for n, one in enumerate(worked) for sheet in sheets(one, n)]
    write(Book("networks", tuple(pages)), book)
    ours, theirs = cells(book), office.values(book)
    for number, one in enumerate(worked):
        name, slack = f"T{number}", BOUND * largest(one)
        for place, value in ours[name].items():
            actual = theirs[name][place]
            if not isinstance(value, int | float):
                assert actual == value, (one.lesson, place)
                continue
            assert isinstance(actual, int | float), (one.lesson, place, value, actual)
            assert math.isclose(actual, value, rel_tol=BOUND, abs_tol=slack), (
                one.lesson,
                place,
                value,
                actual,
            )


def largest(worked: LessonLayout) -> float:
    """The largest number of a network, at least 1 and, short of huge ones, at most 1e6."""
    columns = worked.trace.values.values()
    numbers = [np.abs(column[np.isfinite(column)]).max(initial=1.0) for column in columns]
    return float(min(max(numbers), 1e6))
