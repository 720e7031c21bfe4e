"""Step 2: the gradient of one output weight, factor by factor."""

import itertools
from collections import deque
from dataclasses import replace

from sympy import Integer, Mul, Symbol

from toolkit.book.regions import of_style
from toolkit.book.sheet import Sheet
from toolkit.network.derivation import LOSS
from toolkit.pages.backprop.layout import LessonLayout
from toolkit.pages.backprop.lines import EquationPage, QuantityCells
from toolkit.pages.backprop.sentences import names, sentence
from toolkit.pages.backprop.steps import Link, Step
from toolkit.symbols.equation import Equation, Gradient, local_derivatives, quantity

MOST_ERRORS = 6
MOST_NAMES = 20


def weight(run: LessonLayout) -> Symbol:
    """The first weight of the output layer."""
    last = len(run.lesson.network.layers) - 1
    return next(w for w in run.derived.weights if run.layers[w] == last)


def sheet(run: LessonLayout, step: Step, cells: QuantityCells, following: Link) -> Sheet:
    """The errors that depend on the weight, the chain of local derivatives, and their product."""
    page, chosen = EquationPage(step.sheet_name, cells), weight(run)
    page.block(f"What does {chosen.name} act on?", lines=False)
    for words in _dependence(run, chosen):
        page.text(words)
    (_one_way if _single_path(run) else _many_ways)(page, run, chosen)
    _only_this_sample(page, run)
    values = of_style(page.cells, "value", "large value")
    page.question, page.effects = (2, 1), [area.last for area in values]
    lead = (f"How fast does the loss grow if {chosen.name} grows a little? Follow the way back.",)
    return page.sheet(f"{step.title}: ∂E_total/∂{chosen.name} by the chain rule", lead, following)


def _one_way(page: EquationPage, run: LessonLayout, chosen: Symbol) -> None:
    """A single product, whose factors are the slopes along the path."""
    path = _path(run, chosen)
    page.block(f"The chain from the loss back to {chosen.name}", lines=False)
    factors = [_factor(run, above, below) for above, below in itertools.pairwise(path)]
    product = Mul(*(f.symbol for f in factors), evaluate=False)
    page.picture(Equation(Gradient(LOSS, chosen), product), "The chain rule multiplies:")
    page.block("Each factor")
    for factor, (above, below) in zip(factors, itertools.pairwise(path), strict=True):
        page.line(factor, _reason(run, above, below))
    page.block("Their product")
    whole = Equation(Gradient(LOSS, chosen), Mul(*(f.symbol for f in factors)))
    page.line(whole, "All factors multiplied: how fast the loss grows with this weight.")


def _many_ways(page: EquationPage, run: LessonLayout, chosen: Symbol) -> None:
    """All paths from the loss to the neuron of the weight, then the path from there."""
    neuron = _reader(run, chosen)
    page.block(f"All ways back to {neuron.name}")
    for equation in _back_to(run, neuron):
        page.line(equation, sentence(equation, run))
    if short := _short_form(run, neuron):
        page.line(short, "All of it in short, since the targets of a sample add up to 1.")
    page.block(f"One way on to {chosen.name}")
    factor = _factor(run, neuron, chosen)
    page.line(factor, _reason(run, neuron, chosen))
    product = Gradient(LOSS, neuron) * factor.symbol
    page.block("Their product")
    words = "Both multiplied: how fast the loss grows with this weight."
    page.line(Equation(Gradient(LOSS, chosen), product), words)


def _back_to(run: LessonLayout, neuron: Symbol) -> list[Equation]:
    """The gradients from the loss to the sum of this neuron, in order."""
    known = {e.symbol: e for e in run.derived.gradients}
    wanted, ahead = set(), [Gradient(LOSS, neuron)]
    while ahead:
        symbol = ahead.pop()
        wanted.add(symbol)
        ahead += [s for s in known[symbol].expr.free_symbols if s in known and s not in wanted]
    return [equation for symbol, equation in known.items() if symbol in wanted]


def _short_form(run: LessonLayout, neuron: Symbol) -> Equation | None:
    """The short form of the gradient through cross-entropy and softmax: activation minus target."""
    if run.lesson.network.loss != "cross_entropy":
        return None
    role = run.derived.roles[neuron]
    output = run.derived.quantities[replace(role, kind="activation")]
    target = run.derived.targets[role.neuron - 1]
    samples = len(run.lesson.samples.inputs)
    return Equation(
        quantity(f"{Gradient(LOSS, neuron).name} in short"), (output - target) / Integer(samples)
    )


def _only_this_sample(page: EquationPage, run: LessonLayout) -> None:
    samples = len(run.lesson.samples.inputs)
    if samples > 1:
        page.text(f"This is what sample 1 of {samples} adds; step 3 adds up all of them.", "muted")


def _single_path(run: LessonLayout) -> bool:
    """Whether a single path leads from the weight to the loss within a sample.

    The gradient is then one product. A softmax has several paths.
    """
    return "softmax" not in run.lesson.network.activations[-1:]


def _path(run: LessonLayout, chosen: Symbol) -> list[Symbol]:
    """The path in the first sample: the loss, its error, …, the sum, the weight."""
    path = [chosen]
    while path[-1] != LOSS:
        path.append(_reader(run, path[-1]))
    return path[::-1]


def _reader(run: LessonLayout, symbol: Symbol) -> Symbol:
    """The first quantity that depends on a symbol."""
    return next(e.symbol for e in run.derived.forward if e.expr.has(symbol))


def _factor(run: LessonLayout, above: Symbol, below: Symbol) -> Equation:
    equation = next(e for e in run.derived.forward if e.symbol == above)
    return Equation(Gradient(above, below), local_derivatives(equation)[below])


def _reason(run: LessonLayout, above: Symbol, below: Symbol) -> str:
    role = run.derived.roles[above]
    if role.kind == "loss":
        return "The loss adds up the errors: it grows as each of them does."
    if role.kind == "error":
        return f"{above.name}, differentiated by {below.name} with the target held fixed."
    if role.kind == "activation":
        kind = run.lesson.network.activations[role.layer - 1]
        if kind == "identity":
            return "The identity passes on every change as it is."
        return f"The slope of the {kind} at {below.name}, written with its own value."
    return f"{above.name} is a sum: of it only the term with {below.name} changes."


def _dependence(run: LessonLayout, chosen: Symbol) -> list[str]:
    """For each error, whether it depends on the weight."""
    known = {e.symbol: e.expr for e in run.derived.forward}
    errors = [
        e.symbol
        for e in run.derived.forward
        if run.derived.roles[e.symbol].kind == "error" and run.derived.roles[e.symbol].sample == 1
    ]
    if not _single_path(run):
        return [
            f"All errors depend on {chosen.name}: a softmax divides by the sum over all outputs."
        ]
    return [_one_error(error, chosen, known) for error in errors[:MOST_ERRORS]]


def _one_error(error: Symbol, chosen: Symbol, known: dict[Symbol, object]) -> str:
    operands, ahead = {error: None}, deque([error])  # a dict preserves the order
    while ahead:
        for symbol in sorted(known[ahead.popleft()].free_symbols, key=lambda s: str(s.name)):  # type: ignore[attr-defined]
            if symbol in known and symbol not in operands:
                operands[symbol] = None
                ahead.append(symbol)
    made_from = names([s.name for s in operands][1:], MOST_NAMES)
    depends = any(known[s].has(chosen) for s in operands)  # type: ignore[attr-defined]
    if depends:
        return f"{error.name} is made from {made_from}; {chosen.name} is among what these read."
    return (
        f"{error.name} is made from {made_from}; {chosen.name} is nowhere in these, so "
        f"∂{error.name}/∂{chosen.name} = 0."
    )
