"""A word typed into every yellow cell of a sheet makes no error there; nor do empty cells."""

import pytest

from tests.concepts.conftest import Changed
from toolkit.book.address import cell_name
from toolkit.experiments.variant import Budget
from toolkit.pages.concepts import (
    CONCEPTS,
    augmentation,
    average_or_dense,
    batch_normalization,
    batch_size,
    image_normalization,
    initialization,
    kernels,
    layers,
    max_pooling,
    normalization_distance,
    receptive_field,
    softmax,
    three_by_three,
    when_to_stop,
)
from toolkit.pages.concepts.book import concepts_book
from toolkit.pages.concepts.concept import Concept

MODULES = (
    layers,
    max_pooling,
    three_by_three,
    receptive_field,
    softmax,
    kernels,
    batch_normalization,
    image_normalization,
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
