"""Step 1: from the inputs to the loss, with one line for each quantity."""

from toolkit.book.sheet import Sheet
from toolkit.network.forward import Role
from toolkit.pages.backprop.layout import LessonLayout
from toolkit.pages.backprop.lines import EquationPage, QuantityCells
from toolkit.pages.backprop.sentences import sentence
from toolkit.pages.backprop.steps import Link, Step
from toolkit.symbols.equation import Equation

LEAD = ("The inputs go in, layer by layer, until the loss says how wrong the answer is.",)


def sheet(run: LessonLayout, step: Step, cells: QuantityCells, following: Link) -> Sheet:
    """The quantities of the first sample; the tables show those of further samples."""
    page = EquationPage(step.sheet_name, cells)
    for heading, equations in _blocks(run):
        page.block(heading)
        for equation in equations:
            page.line(equation, sentence(equation, run))
    return page.sheet(f"{step.title}: the forward pass", (*LEAD, *_samples(run)), following)


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


def _samples(run: LessonLayout) -> tuple[str, ...]:
    samples = len(run.lesson.samples.inputs)
    if samples == 1:
        return ()
    return (f"Shown is sample 1 of {samples}; the others go the same way, as the tables show.",)
