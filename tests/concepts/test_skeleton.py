"""Every concept has all parts of a sheet, in their order and size."""

from dataclasses import replace

import pytest

from tests.lettering import text_width
from tests.shipped import shipped_book
from toolkit.book.sheet import Sheet
from toolkit.book.theme import STYLES
from toolkit.pages.concepts import CONCEPTS, dropout
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.page import (
    BELOW,
    FINDING_ROW,
    LABEL,
    LINKS_ROW,
    QUESTION_ROW,
    STAGE,
    Page,
)

LINE = 1170  # pixels, of the first view less what LibreOffice draws wider
FIELDS = ("question", "finding", "idea", "conclusion", "rule", "tasks")


@pytest.mark.parametrize("field", FIELDS)
def test_a_concept_without_a_part_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match=f"dropout: a concept needs its {field}"):
        replace(dropout.CONCEPT, **{field: ""})  # type: ignore[arg-type]


@pytest.mark.parametrize("concept", CONCEPTS, ids=lambda each: each.name)
def test_the_words_of_a_concept(concept: Concept) -> None:
    assert concept.question.endswith("?")
    assert text_width(concept.question, STYLES["text"]) <= LINE
    assert 1 <= len(concept.rule) <= 3
    assert all(text_width(line, STYLES["text"]) <= LINE for line in (*concept.rule, *concept.idea))
    assert len(concept.tasks) == 3
    for task in concept.tasks:
        assert "?" in task.predict and task.expected.endswith(".")


def sheet(concept: Concept) -> Sheet:
    (named,) = (s for s in shipped_book("concepts").sheets if s.name == concept.sheet_name)
    return named


@pytest.mark.no_cover
@pytest.mark.parametrize("concept", CONCEPTS, ids=lambda each: each.name)
def test_the_order_of_a_sheet(concept: Concept) -> None:
    made = sheet(concept)
    texts = {row: cell.value for (row, column), cell in made.cells.items() if column == LABEL}
    view = made.first_view
    assert view.question is not None and view.finding is not None
    assert (view.question.row, texts[QUESTION_ROW]) == (QUESTION_ROW, concept.question)
    assert view.finding.row == FINDING_ROW and "{" not in str(texts[FINDING_ROW])
    assert texts[BELOW] == "How it works" and texts[BELOW + 1] == concept.idea[0]
    assert all(area.row >= STAGE for area in view.controls)
    places = [cell.spot for (row, _), cell in made.cells.items() if row == LINKS_ROW and cell.link]
    headings = [texts[row] for row, column in places[3:] if column == LABEL]
    measured = f"Measured: {concept.experiment.question}"
    assert headings == ["How it works", measured, "Rule of thumb"]
    assert {task.expected for task in concept.tasks} <= {c.value for c in made.cells.values()}


def test_a_stage_that_is_too_high_is_an_error() -> None:
    page = Page("s", "t")
    page.row = BELOW + 1
    with pytest.raises(ValueError, match="the part to try ends in row 28, but must leave row 28"):
        page.explain()
