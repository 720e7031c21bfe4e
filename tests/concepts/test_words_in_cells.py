"""A word typed into every yellow cell of a sheet makes no error there; nor do empty cells."""

import pytest

from tests.concepts.conftest import Changed
from toolkit.book.address import cell_name
from toolkit.experiments.variant import Budget
from toolkit.pages.concepts import (
    CONCEPTS,
    augmentation,
    average_or_dense,
    batch_size,
    initialization,
    normalization_distance,
    when_to_stop,
)
from toolkit.pages.concepts.book import concepts_book
from toolkit.pages.concepts.concept import Concept

MODULES = (
    normalization_distance,
    when_to_stop,
    batch_size,
    average_or_dense,
    augmentation,
    initialization,
)


@pytest.mark.no_cover
@pytest.mark.parametrize("word", ["abc", None])
@pytest.mark.parametrize("concept", [each.CONCEPT for each in MODULES], ids=lambda c: c.name)
def test_words_and_blanks_do_no_harm(concept: Concept, word: str | None, changed: Changed) -> None:
    sheet = concepts_book([concept], CONCEPTS, [], Budget()).sheets[1]
    yellow = [
        cell_name(row, validation.column)
        for validation in sheet.validations
        for row in range(validation.row, validation.last_row + 1)
    ]
    actual = changed(concept, dict.fromkeys(yellow, word))
    assert len(yellow) >= 3
    assert [a for a, value in actual.items() if str(value).startswith(("#", "Err:"))] == []
