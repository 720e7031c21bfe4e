"""A concept's workbook, and what LibreOffice makes of it where a reader changes cells."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.recalculation import Office, with_cells
from toolkit.book.writer import write
from toolkit.experiments.results import load, shipped
from toolkit.experiments.variant import Budget
from toolkit.pages.concepts import CONCEPTS
from toolkit.pages.concepts.book import concepts_book
from toolkit.pages.concepts.concept import Concept

Changed = Callable[[Concept, Mapping[str, object]], dict[str, object]]
CONCEPT_SHEET = 2  # after the contents


@pytest.fixture
def changed(tmp_path: Path, office: Office) -> Changed:
    """The cells of a concept's sheet after `changes` (address: value), as LibreOffice computes."""

    def recalculated(concept: Concept, changes: Mapping[str, object]) -> dict[str, object]:
        book, other = tmp_path / "concept.xlsx", tmp_path / "changed.xlsx"
        write(concepts_book([concept], CONCEPTS, load(shipped())[:1], Budget()), book)
        with_cells(book, CONCEPT_SHEET, changes, other)
        return office.values(other)[concept.sheet_name]

    return recalculated
