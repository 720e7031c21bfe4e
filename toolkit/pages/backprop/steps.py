"""The steps of the backprop workbook: which a lesson has, and what their sheets are called."""

from dataclasses import dataclass
from typing import Literal

from toolkit.pages.backprop.layout import LessonLayout

StepKind = Literal["forward", "one_weight", "output", "earlier", "update"]
# What the list of sheets says about each step.
SUMMARIES: dict[StepKind, str] = {
    "forward": "from the inputs to the loss",
    "one_weight": "one gradient, factor by factor",
    "output": "the gradients of all output weights",
    "earlier": "back through the hidden layers to the other weights",
    "update": "the optimizer changes every parameter",
}


@dataclass(frozen=True)
class Link:
    """A link to another sheet, and the words in which it is offered."""

    sheet: str
    words: str


@dataclass(frozen=True)
class Step:
    """One step, its number from 1, and the `subject` that the name of its sheet adds to these."""

    kind: StepKind
    number: int
    subject: str

    @property
    def title(self) -> str:
        """The step alone, as titles and links name it: Step 3."""
        return f"Step {self.number}"

    @property
    def sheet_name(self) -> str:
        """The name of the sheet: Step 3, output weights."""
        return f"{self.title}, {self.subject}"

    @property
    def summary(self) -> str:
        """What the list of sheets says about it."""
        return SUMMARIES[self.kind]

    @property
    def link(self) -> Link:
        """The way to this step from the one before."""
        return Link(self.sheet_name, self.title)


def lesson_steps(run: LessonLayout) -> list[Step]:
    """The steps of a lesson in order. A network without hidden layers has no weights before the
    output layer.
    """
    subjects: dict[StepKind, str] = {"forward": "forward pass", "one_weight": "one weight"}
    subjects["output"] = "output weights"
    if len(run.lesson.network.layers) > 2:
        subjects["earlier"] = earlier_weights(run)
    subjects["update"] = "update"
    return [Step(kind, n, subject) for n, (kind, subject) in enumerate(subjects.items(), 1)]


def earlier_weights(run: LessonLayout) -> str:
    """The weights before the output layer, such as w1 to w4."""
    last = len(run.lesson.network.layers) - 1
    names = [w.name for w in run.derived.weights if run.layers[w] < last]
    return " to ".join([names[0], names[-1]] if len(names) > 1 else names)
