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


@pytest.fixture(scope="session")
def concept_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Concept], Path]:
    """The workbook of one concept, written at its first use."""
    folder = tmp_path_factory.mktemp("concepts")

    books: dict[int, tuple[Concept, Path]] = {}  # by identity, because concepts have no hash

    def written(concept: Concept) -> Path:
        if id(concept) not in books:
            path = folder / f"{len(books)}.xlsx"
            write(concepts_book([concept], CONCEPTS, load(shipped())[:1], Budget()), path)
            books[id(concept)] = concept, path
        return books[id(concept)][1]

    return written


@pytest.fixture
def changed(tmp_path: Path, office: Office, concept_file: Callable[[Concept], Path]) -> Changed:
    """The cells of a concept's sheet after `changes` (address: value), as LibreOffice computes."""

    def recalculated(concept: Concept, changes: Mapping[str, object]) -> dict[str, object]:
        other = tmp_path / "changed.xlsx"
        with_cells(concept_file(concept), CONCEPT_SHEET, changes, other)
        return office.values(other)[concept.sheet_name]

    return recalculated
