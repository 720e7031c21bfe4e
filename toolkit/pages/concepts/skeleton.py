"""The order of the sheet of a concept, which is the same for all.

The first view holds the question, the finding and "Try it"; "How it works", the measurements, a
rule of thumb and three tasks follow below.
"""

from collections.abc import Sequence
from math import ceil

from toolkit.book.address import Area
from toolkit.book.tables import Cell
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.page import (
    BELOW,
    FINDING_ROW,
    FIRST,
    LABEL,
    QUESTION_ROW,
    SEEN,
    STAGE,
    TOP,
    Page,
    Place,
)

FINDING_HEIGHT, LINE_HEIGHT = 34.0, 15.0  # points, of two lines of a finding, and of one of a task
# The parts of a task side by side: heading, first column, number of columns, characters in a line.
PARTS = (
    ("first predict", LABEL, 4, 64),
    ("then change", FIRST + 3, 3, 26),
    ("then look: what you should see", FIRST + 6, 6, 54),
)


def ask(page: Page, question: str) -> None:
    """Write the question below the title."""
    page.question = QUESTION_ROW, LABEL
    page.label(page.question, question, "text")


def reserve_finding(page: Page) -> Place:
    """Make room for the finding, two lines across the first view, and return its place."""
    page.finding = FINDING_ROW, LABEL
    page.heights[FINDING_ROW] = FINDING_HEIGHT
    page.merges.append(Area.of(FINDING_ROW, LABEL, wide=1 + SEEN))
    return page.finding


def introduce(page: Page, concept: Concept) -> None:
    """Write the headings of "Try it" and of "How it works" with the idea, and go to the first row
    for the demonstration.
    """
    page.row = BELOW - 1
    page.section("How it works", "How it works")
    page.say(*concept.idea)
    page.below = page.row + 1
    page.cells[TOP, LABEL] = Cell("Try it", "subtitle")
    page.cells[TOP, FIRST] = Cell("The yellow cells are yours to change.", "muted")
    page.row = STAGE


def close(page: Page, concept: Concept) -> None:
    """Write the rule of thumb and the tasks."""
    page.section("Rule of thumb", "Rule and tasks")
    page.say(*concept.rule)
    page.part("Three tasks: predict, change, look")
    _tasks(page, concept.tasks)


def _tasks(page: Page, tasks: tuple[Task, ...]) -> None:
    _across(page, [heading for heading, *_ in PARTS], "heading")
    for task in tasks:
        texts = (task.predict, task.change, task.expected)
        lines = max(ceil(len(text) / part[-1]) for text, part in zip(texts, PARTS, strict=True))
        page.heights[page.row] = LINE_HEIGHT * lines + 4
        _across(page, texts, "wrapped")


def _across(page: Page, texts: Sequence[str], style: str) -> None:
    """Write the parts of one task, or their headings, into merged cells of the next free row."""
    for text, (_, column, wide, _) in zip(texts, PARTS, strict=True):
        page.label((page.row, column), text, style)
        page.merges.append(Area.of(page.row, column, wide=wide))
    page.row += 1
