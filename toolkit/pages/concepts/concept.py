"""A concept: the idea in words, a demonstration in cells, and an experiment on real digits."""

from collections.abc import Callable
from dataclasses import dataclass

from toolkit.experiments.programme import NamedExperiment
from toolkit.pages.concepts.measured import Records, VariantFigures
from toolkit.pages.concepts.page import Page


@dataclass(frozen=True)
class Concept(NamedExperiment):
    """A concept of the course, of which the workbook holds a sheet.

    `name` is what the command line calls it. `idea` and `conclusion` are lines of text; those of
    the conclusion have gaps for measured figures, as `conclusion.py` describes. `demonstrate` fills
    the part "Try it" of the sheet; `measure`, where a concept has one, adds to the measured part.
    """

    idea: tuple[str, ...]
    conclusion: tuple[str, ...]
    demonstrate: Callable[[Page], None]
    measure: Callable[[Page, VariantFigures, Records], None] | None = None

    @property
    def heading(self) -> str:
        """The title with its number: `9. Batch normalization`."""
        return f"{self.number}. {self.title}"

    @property
    def sheet_name(self) -> str:
        """The name of the sheet: `9 batch normalization`."""
        return f"{self.number} {self.name.replace('-', ' ')}"
