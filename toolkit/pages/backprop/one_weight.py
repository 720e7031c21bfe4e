"""Step 2: the gradient of one output weight, factor by factor."""

import itertools
from collections import deque

from sympy import Integer, Mul, Symbol

from toolkit.book.sheet import Sheet
from toolkit.network.derivation import LOSS
from toolkit.pages.backprop.layout import Worked
from toolkit.pages.backprop.lines import Page, Shown
from toolkit.pages.backprop.sentences import names, sentence
from toolkit.symbols.equation import Equation, Gradient, local_derivatives, quantity

MOST_ERRORS = 6
MOST_NAMES = 20


def weight(worked: Worked) -> Symbol:
    """The first weight of the output layer."""
    last = len(worked.lesson.network.layers) - 1
    return next(w for w in worked.derived.weights if worked.layers[w] == last)


def sheet(worked: Worked, name: str, shown: Shown, following: str | None) -> Sheet:
    """What depends on the weight, the chain of local derivatives, their product."""
    page, chosen = Page(name, shown), weight(worked)
    page.block(f"What does {chosen.name} act on?", lines=False)
    for words in _dependence(worked, chosen):
        page.text(words)
    (_one_way if _single_path(worked) else _many_ways)(page, worked, chosen)
    _only_this_sample(page, worked)
    lead = (f"How fast does the loss grow if {chosen.name} grows a little? Follow the way back.",)
    return page.sheet(f"Step 2: ∂E_total/∂{chosen.name} by the chain rule", lead, following)


def _one_way(page: Page, worked: Worked, chosen: Symbol) -> None:
    """One product, whose factors are the slopes on the way."""
    path = _path(worked, chosen)
    page.block(f"The chain from the loss back to {chosen.name}", lines=False)
    factors = [_factor(worked, above, below) for above, below in itertools.pairwise(path)]
    product = Mul(*(f.symbol for f in factors), evaluate=False)
    page.picture(Equation(Gradient(LOSS, chosen), product), "The chain rule multiplies:")
    page.block("Each factor")
    for factor, (above, below) in zip(factors, itertools.pairwise(path), strict=True):
        page.line(factor, _reason(worked, above, below))
    page.block("Their product")
    whole = Equation(Gradient(LOSS, chosen), Mul(*(f.symbol for f in factors)))
    page.line(whole, "All factors multiplied: how fast the loss grows with this weight.")


def _many_ways(page: Page, worked: Worked, chosen: Symbol) -> None:
    """First all ways from the loss to the neuron that reads the weight, then the one from there."""
    neuron = _reader(worked, chosen)
    page.block(f"All ways back to {neuron.name}")
    for equation in _back_to(worked, neuron):
        page.line(equation, sentence(equation, worked))
    if short := _short_form(worked, neuron):
        page.line(short, "All of it in short, since the targets of a sample add up to 1.")
    page.block(f"One way on to {chosen.name}")
    factor = _factor(worked, neuron, chosen)
    page.line(factor, _reason(worked, neuron, chosen))
    product = Gradient(LOSS, neuron) * factor.symbol
    page.block("Their product")
    words = "Both multiplied: how fast the loss grows with this weight."
    page.line(Equation(Gradient(LOSS, chosen), product), words)


def _back_to(worked: Worked, neuron: Symbol) -> list[Equation]:
    """The gradients that lead from the loss to that of this sum, and its own, in order."""
    known = {e.symbol: e for e in worked.derived.gradients}
    wanted, ahead = set(), [Gradient(LOSS, neuron)]
    while ahead:
        symbol = ahead.pop()
        wanted.add(symbol)
        ahead += [s for s in known[symbol].expr.free_symbols if s in known and s not in wanted]
    return [equation for symbol, equation in known.items() if symbol in wanted]


def _short_form(worked: Worked, neuron: Symbol) -> Equation | None:
    """What the way back through cross-entropy and softmax comes to: activation less target."""
    if worked.lesson.network.loss != "cross_entropy":
        return None
    number = worked.derived.roles[neuron].neuron
    role = worked.derived.roles[neuron]
    output = worked.derived.quantities[replace(role, kind="activation")]
    target = worked.derived.targets[number - 1]
    samples = len(worked.lesson.samples.inputs)
    return Equation(
        quantity(f"{Gradient(LOSS, neuron).name} in short"), (output - target) / Integer(samples)
    )


def _only_this_sample(page: Page, worked: Worked) -> None:
    samples = len(worked.lesson.samples.inputs)
    if samples > 1:
        page.text(f"This is what sample 1 of {samples} adds; step 3 adds up all of them.", "muted")


def _single_path(worked: Worked) -> bool:
    """Whether one way alone leads from the weight to the loss within a sample, so that its gradient
    is one product. A softmax has many.
    """
    return "softmax" not in worked.lesson.network.activations[-1:]


def _path(worked: Worked, chosen: Symbol) -> list[Symbol]:
    """The loss, its error, …, the sum, the weight, in the first sample."""
    path = [chosen]
    while path[-1] != LOSS:
        path.append(_reader(worked, path[-1]))
    return path[::-1]


def _reader(worked: Worked, symbol: Symbol) -> Symbol:
    """What reads it first."""
    return next(e.symbol for e in worked.derived.forward if e.expr.has(symbol))


def _factor(worked: Worked, above: Symbol, below: Symbol) -> Equation:
    equation = next(e for e in worked.derived.forward if e.symbol == above)
    return Equation(Gradient(above, below), local_derivatives(equation)[below])


def _reason(worked: Worked, above: Symbol, below: Symbol) -> str:
    role = worked.derived.roles[above]
    if role.kind == "loss":
        return "The loss adds up the errors: it grows as each of them does."
    if role.kind == "error":
        return f"{above.name}, differentiated by {below.name} with the target held fixed."
    if role.kind == "activation":
        kind = worked.lesson.network.activations[role.layer - 1]
        if kind == "identity":
            return "The identity passes on every change as it is."
        return f"The slope of the {kind} at {below.name}, written with its own value."
    return f"{above.name} is a sum: of it only the term with {below.name} changes."


def _dependence(worked: Worked, chosen: Symbol) -> list[str]:
    """For each error, whether the weight is anywhere in what it is computed from."""
    known = {e.symbol: e.expr for e in worked.derived.forward}
    errors = [e.symbol for e in worked.derived.forward
              if worked.derived.roles[e.symbol].kind == "error"
              and worked.derived.roles[e.symbol].sample == 1]  # fmt: skip
    if not _single_path(worked):
        return [
            f"All errors depend on {chosen.name}: a softmax divides by the sum over all outputs."
        ]
    return [_one_error(error, chosen, known) for error in errors[:MOST_ERRORS]]


def _one_error(error: Symbol, chosen: Symbol, known: dict[Symbol, object]) -> str:
    read, ahead = {error: None}, deque([error])  # a dict keeps its order
    while ahead:
        for symbol in sorted(known[ahead.popleft()].free_symbols, key=lambda s: str(s.name)):  # type: ignore[attr-defined]
            if symbol in known and symbol not in read:
                read[symbol] = None
                ahead.append(symbol)
    made_from = names([s.name for s in read][1:], MOST_NAMES)
    depends = any(known[s].has(chosen) for s in read)  # type: ignore[attr-defined]
    if depends:
        return f"{error.name} is made from {made_from}; {chosen.name} is among what these read."
    return (
        f"{error.name} is made from {made_from}; {chosen.name} is nowhere in these, so "
        f"∂{error.name}/∂{chosen.name} = 0."
    )
