"""A word typed into every yellow cell of a sheet makes no error there; nor do empty cells."""

from types import ModuleType

import pytest

from tests.concepts.conftest import Changed
from toolkit.book.address import cell_name
from toolkit.experiments.variant import Budget
from toolkit.pages import concepts
from toolkit.pages.concepts import (
    augmentation,
    average_or_dense,
    batch_size,
    initialization,
    normalization_distance,
    when_to_stop,
)
from toolkit.pages.concepts.book import concepts_book
from toolkit.pages.concepts.concept import name_of

SHEETS = (normalization_distance, when_to_stop, batch_size, average_or_dense, augmentation,
          initialization)  # fmt: skip


@pytest.mark.parametrize("word", ["abc", None])
@pytest.mark.parametrize("module", SHEETS, ids=name_of)
def test_words_and_blanks_do_no_harm(
    module: ModuleType, word: str | None, changed: Changed
) -> None:
    sheet = concepts_book([module], concepts.programme(), [], Budget()).sheets[1]
    yellow = [
        cell_name(row, validation.column)
        for validation in sheet.validations
        for row in range(validation.row, validation.last_row + 1)
    ]
    found = changed(module, dict.fromkeys(yellow, word))
    assert len(yellow) >= 3
    assert [a for a, value in found.items() if str(value).startswith(("#", "Err:"))] == []
