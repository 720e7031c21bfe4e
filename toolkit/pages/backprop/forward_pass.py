"""Step 1: from the inputs to the loss, with one line for each quantity."""

from toolkit.book.sheet import Sheet
from toolkit.pages.backprop.layout import LessonLayout
from toolkit.pages.backprop.lines import EquationPage, QuantityCells
from toolkit.pages.backprop.sentences import neuron, sentence
from toolkit.symbols.equation import Equation

TITLE = "Step 1: the forward pass"
LEAD = ("The inputs go in, layer by layer, until the loss says how wrong the answer is.",)


def sheet(run: LessonLayout, name: str, cells: QuantityCells, following: str | None) -> Sheet:
    """The quantities of the first sample; the tables show those of further samples."""
    page = EquationPage(name, cells)
    for heading, equations in _blocks(run):
        page.block(heading)
        for equation in equations:
            page.line(equation, sentence(equation, run))
    return page.sheet(TITLE, (*LEAD, *_samples(run)), following)


def _blocks(run: LessonLayout) -> list[tuple[str, list[Equation]]]:
    """The lines layer by layer, then those of the errors and the loss."""
    blocks: dict[str, list[Equation]] = {}
    for equation in run.derived.forward:
        role = run.derived.roles[equation.symbol]
        if role.sample == 1:
            heading = "Errors and loss"
            if role.kind not in ("error", "loss"):
                heading = neuron(role, run.lesson).split(" neuron")[0].split("Neuron 1 of ")[-1]
                heading = f"{heading} layer" if " " not in heading else heading.capitalize()
            blocks.setdefault(_layer(run, role.layer, heading), []).append(equation)
    return list(blocks.items())


def _layer(run: LessonLayout, layer: int, heading: str) -> str:
    layers = len(run.lesson.network.layers)
    if heading == "Errors and loss":
        return heading
    if layer == layers - 1:
        return "Output layer"
    return "Hidden layer" if layers == 3 else f"Hidden layer {layer}"


def _samples(run: LessonLayout) -> tuple[str, ...]:
    samples = len(run.lesson.samples.inputs)
    if samples == 1:
        return ()
    return (f"Shown is sample 1 of {samples}; the others go the same way, as the tables show.",)
