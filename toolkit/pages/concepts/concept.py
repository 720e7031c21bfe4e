"""A concept: the idea in words, a demonstration in cells, and an experiment on real digits."""

from collections.abc import Callable
from dataclasses import dataclass

from toolkit.experiments.programme import NamedExperiment
from toolkit.pages.concepts.measured import Records, VariantFigures
from toolkit.pages.concepts.page import Page


@dataclass(frozen=True)
class Concept(NamedExperiment):
    """A concept of the course, which has a sheet in the workbook.

    `name` is its name on the command line. `idea` and `conclusion` are lines of text; those of the
    conclusion have placeholders for measured figures, as `conclusion.py` describes. `demonstrate`
    writes the part "Try it" of the sheet. `measure`, if a concept has one, adds to the measured
    part.
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
