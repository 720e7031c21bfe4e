"""Steps 3 to 5: the gradients of the output weights, hidden quantities and other weights."""

from toolkit.book.sheet import Sheet
from toolkit.pages.backprop.layout import LessonLayout
from toolkit.pages.backprop.lines import EquationPage, QuantityCells
from toolkit.pages.backprop.sentences import sentence
from toolkit.pages.backprop.steps import Link, Step, StepKind
from toolkit.symbols.equation import Equation

TITLES: dict[StepKind, str] = {
    "output": "all weights of the output layer",
    "hidden": "what reaches the hidden activations",
}
LEADS: dict[StepKind, str] = {
    "output": "The chain rule, backwards from the loss to every weight of the output layer.",
    "hidden": "A hidden activation acts on the loss through every neuron that reads it: the paths "
    "add up.",
    "earlier": "One more step of the chain: from what each neuron adds up to the weights in it.",
}


def sheet(run: LessonLayout, step: Step, cells: QuantityCells, following: Link) -> Sheet:
    """The lines of one of these steps."""
    page = EquationPage(step.sheet_name, cells)
    for heading, equations in _blocks(run, step.kind):
        if equations:
            page.block(heading)
        for equation in equations:
            page.line(equation, sentence(equation, run))
    title = TITLES.get(step.kind, f"the other weights, {step.subject}")
    return page.sheet(f"{step.title}: {title}", (LEADS[step.kind],), following)


def _blocks(run: LessonLayout, kind: StepKind) -> list[tuple[str, list[Equation]]]:
    last = len(run.lesson.network.layers) - 1
    trained = "Weights and biases" if run.derived.biases else "Weights"
    if kind == "output":
        return [
            ("From the loss back to the output neurons", _inner(run, last, last)),
            (f"{trained} of the output layer", _of_parameters(run, last, last)),
        ]
    if kind == "hidden":
        return [("From layer to layer", _inner(run, 1, last - 1))]
    return [(f"{trained} before the output layer", _of_parameters(run, 1, last - 1))]


def _inner(run: LessonLayout, first: int, last: int) -> list[Equation]:
    """The gradients of the first sample's quantities in these layers."""
    return [
        e
        for e in run.derived.gradients
        if (role := run.derived.roles[e.symbol.wrt]).sample == 1 and first <= role.layer <= last
    ]


def _of_parameters(run: LessonLayout, first: int, last: int) -> list[Equation]:
    parameters = set(run.derived.parameters)
    return [
        e
        for e in run.derived.gradients
        if e.symbol.wrt in parameters and first <= run.layers[e.symbol.wrt] <= last
    ]
