"""Steps 3 and 4: the gradients of the output weights, and those of all weights before them."""

from collections.abc import Sequence

from sympy import Expr, Symbol

from toolkit.book.sheet import Sheet
from toolkit.pages.backprop.layout import LessonLayout
from toolkit.pages.backprop.lines import EquationPage, QuantityCells
from toolkit.pages.backprop.sentences import has_bound, of_samples, sentence
from toolkit.pages.backprop.steps import Link, Step, StepKind
from toolkit.symbols.equation import Equation, quantity
from toolkit.symbols.ranges import largest, smallest
from toolkit.symbols.text import Text, joined, number_text

GRADIENTS = quantity("gradients")
BOUND_NOTE = (
    "The cells keep the divisor a · (1 - a) of this slope at 1e-12 or above, as PyTorch does, "
    "so that an output of exactly 0 or 1 causes no division by 0."
)
QUESTIONS: dict[StepKind, str] = {
    "output": "How fast does the loss change with each weight of the output layer?",
    "earlier": "How does the error travel back through the hidden layers, and how fast does the "
    "loss change with the weights there?",
}


def sheet(run: LessonLayout, step: Step, cells: QuantityCells, following: Link) -> Sheet:
    """The lines of one of these steps."""
    page = EquationPage(step.sheet_name, cells)
    page.note(of_samples(run))
    blocks = [(heading, equations) for heading, equations in _blocks(run, step.kind) if equations]
    for heading, equations in blocks:
        page.block(heading)
        for equation in equations:
            page.line(equation, sentence(equation, run))
    page.conclude(_between(page, [equation.symbol for equation in blocks[-1][1]]))
    if step.kind == "output" and has_bound(run.lesson):
        page.text(BOUND_NOTE, "muted")
    return page.sheet(f"{step.title}: {_title(run, step)}", QUESTIONS[step.kind], following)


def _between(page: EquationPage, symbols: Sequence[Symbol]) -> Expr:
    """A sentence with the smallest and the largest of the parameters' gradients."""
    cells = page.values_of(symbols)
    if cells is None or len(symbols) == 1:
        return joined(Text(f"{symbols[0].name} = "), number_text(symbols[0]), Text("."))
    page.quantities.values[GRADIENTS] = cells
    return joined(
        Text(f"These {len(symbols)} gradients lie between "),
        number_text(smallest(GRADIENTS)),
        Text(" and "),
        number_text(largest(GRADIENTS)),
        Text("; where one is positive, a larger parameter means a larger loss."),
    )


def _title(run: LessonLayout, step: Step) -> str:
    if step.kind == "output":
        return "all weights of the output layer"
    layers = "layer" if len(run.lesson.network.layers) == 3 else "layers"
    return f"back through the hidden {layers}, {step.subject}"


def _blocks(run: LessonLayout, kind: StepKind) -> list[tuple[str, list[Equation]]]:
    last = len(run.lesson.network.layers) - 1
    trained = "Weights and biases" if run.derived.biases else "Weights"
    if kind == "output":
        return [
            ("From the loss back to the output neurons", _inner(run, last, last)),
            (f"{trained} of the output layer", _of_parameters(run, last, last)),
        ]
    return [
        ("From layer to layer", _inner(run, 1, last - 1)),
        (f"{trained} before the output layer", _of_parameters(run, 1, last - 1)),
    ]


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
