"""A concept: the idea in words, a demonstration in cells, and an experiment on real digits."""

from collections.abc import Callable
from dataclasses import dataclass

from toolkit.experiments.programme import NamedExperiment
from toolkit.pages.concepts.measured import Records, VariantFigures
from toolkit.pages.concepts.page import Page


@dataclass(frozen=True)
class Task:
    """A task for the reader: a question to answer first, the cells to change then, and what the
    sheet shows after that.
    """

    predict: str
    change: str
    expected: str


@dataclass(frozen=True)
class Concept(NamedExperiment):
    """A concept of the course, which has a sheet in the workbook.

    `name` is its name on the command line. `question` is what the sheet asks, in one line, and
    `finding` the answer in one sentence: both stand above everything else. The contents show the
    `summary`, which fits in one line, or the finding where there is none. `demonstrate` writes the
    part "Try it" and, after `page.explain()`, the rest of "How it works", which begins with `idea`.
    `conclusion` explains the measurements; its figures, as those of the finding and the summary,
    are placeholders, which `conclusion.py` describes. `measure`, if a concept has one, adds to the
    measured part. The sheet ends with `rule`, a rule of thumb and its limits, and three `tasks`.
    Ideas, conclusions and rules are lines of text.

    Raises ValueError if one of these parts is empty; a `summary` may be.
    """

    question: str
    finding: str
    idea: tuple[str, ...]
    conclusion: tuple[str, ...]
    rule: tuple[str, ...]
    tasks: tuple[Task, ...]
    demonstrate: Callable[[Page], None]
    measure: Callable[[Page, VariantFigures, Records], None] | None = None
    summary: str = ""

    def __post_init__(self) -> None:
        for name in ("question", "finding", "idea", "conclusion", "rule", "tasks"):
            if not getattr(self, name):
                raise ValueError(f"{self.name}: a concept needs its {name}")

    @property
    def heading(self) -> str:
        """The title with its number: `9. Batch normalization`."""
        return f"{self.number}. {self.title}"

    @property
    def sheet_name(self) -> str:
        """The name of the sheet: `9 batch normalization`."""
        return f"{self.number} {self.name.replace('-', ' ')}"
