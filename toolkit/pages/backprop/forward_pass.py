"""Step 1: from the inputs to the loss, with one line for each quantity."""

from toolkit.book.sheet import Sheet
from toolkit.network.derivation import LOSS
from toolkit.network.forward import Role
from toolkit.pages.backprop.layout import LessonLayout
from toolkit.pages.backprop.lines import EquationPage, QuantityCells
from toolkit.pages.backprop.sentences import of_samples, sentence
from toolkit.pages.backprop.steps import Link, Step
from toolkit.symbols.equation import Equation
from toolkit.symbols.text import Text, joined, number_text

QUESTION = "What does the network compute from its inputs, and how large is its loss?"


def sheet(run: LessonLayout, step: Step, cells: QuantityCells, following: Link) -> Sheet:
    """The quantities of the first sample; the tables show those of further samples."""
    page = EquationPage(step.sheet_name, cells)
    page.note(of_samples(run))
    for heading, equations in _blocks(run):
        page.block(heading)
        for equation in equations:
            page.line(equation, sentence(equation, run))
    finding = joined(
        Text(f"With the present parameters the loss is {LOSS.name} = "),
        number_text(LOSS),
        Text(". Training makes this number smaller."),
    )
    page.conclude(finding)
    return page.sheet(f"{step.title}: the forward pass", QUESTION, following)


def _blocks(run: LessonLayout) -> list[tuple[str, list[Equation]]]:
    """The lines layer by layer, then those of the errors and the loss."""
    blocks: dict[str, list[Equation]] = {}
    for equation in run.derived.forward:
        role = run.derived.roles[equation.symbol]
        if role.sample == 1:
            blocks.setdefault(_heading(role, run), []).append(equation)
    return list(blocks.items())


def _heading(role: Role, run: LessonLayout) -> str:
    layers = len(run.lesson.network.layers)
    if role.kind in ("error", "loss"):
        return "Errors and loss"
    if role.layer == layers - 1:
        return "Output layer"
    return "Hidden layer" if layers == 3 else f"Hidden layer {role.layer}"
