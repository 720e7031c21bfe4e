"""Step 2: the gradient of one output weight, from the whole loss down to single factors."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

from sympy import Add, Expr, Integer, Mul, Symbol, factor_terms

from toolkit.book.sheet import Sheet
from toolkit.network.derivation import LOSS
from toolkit.network.forward import layer_name
from toolkit.pages.backprop.gradients import BOUND_NOTE
from toolkit.pages.backprop.layout import LessonLayout
from toolkit.pages.backprop.lines import LARGE, SENTENCE, EquationPage, QuantityCells
from toolkit.pages.backprop.sentences import has_bound, is_mean, names, of_samples, sentence
from toolkit.pages.backprop.steps import Link, Step
from toolkit.symbols.chains import chained, derivative_of, listed_sum
from toolkit.symbols.equation import Equation, Gradient, local_derivatives
from toolkit.symbols.long_sums import DOTS, abridged
from toolkit.symbols.text import Text, joined, number_text

MOST_ERRORS = 4  # in the equation of the whole loss
MOST_TERMS = 1  # in the last equation, which has one term for each sample
STEP = 0.01  # of the weight, in the finding


def weight(run: LessonLayout) -> Symbol:
    """The first weight of the output layer."""
    last = len(run.lesson.network.layers) - 1
    return next(w for w in run.derived.weights if run.layers[w] == last)


def sheet(run: LessonLayout, step: Step, cells: QuantityCells, following: Link) -> Sheet:
    """The derivative of the whole loss, which errors depend on the weight, and the chain."""
    page, chosen = EquationPage(step.sheet_name, cells), weight(run)
    page.note(of_samples(run))
    page.typeset(*_begin(run, chosen, _errors(run), _dependent(run, chosen)))
    page.text(_dependence(run, chosen))
    (_one_way if _single_path(run) else _many_ways)(page, run, chosen)
    if has_bound(run.lesson):
        page.text(BOUND_NOTE, "muted")
    page.conclude(_finding(Gradient(LOSS, chosen), chosen))
    question = f"How fast does the loss change if {chosen.name} changes a little?"
    return page.sheet(
        f"{step.title}: ∂E_total/∂{chosen.name} by the chain rule", question, following
    )


def _finding(gradient: Gradient, chosen: Symbol) -> Expr:
    return joined(
        Text(f"{gradient.name} = "),
        number_text(gradient),
        Text(f": if {chosen.name} grows by {STEP}, {LOSS.name} changes by about "),
        number_text(gradient * STEP),
        Text("."),
    )


def _begin(
    run: LessonLayout, chosen: Symbol, errors: Sequence[Symbol], dependent: set[Symbol]
) -> tuple[Equation, int, float, Expr]:
    """The first equation: ∂E_total/∂w5 = ∂(E1 + E2)/∂w5 = ∂E1/∂w5 + 0, with its place and size."""
    share = local_derivatives(run.derived.forward[-1])[errors[0]]
    terms = [Gradient(e, chosen) if e in dependent else Integer(0) for e in errors]
    if len(terms) > MOST_ERRORS:
        terms = [*terms[: MOST_ERRORS // 2], DOTS, terms[-1]]
    whole = derivative_of(_times(share, abridged(Add(*errors), MOST_ERRORS)), chosen)
    parts = _times(share, listed_sum(*terms))
    return Equation(Gradient(LOSS, chosen), whole), SENTENCE, LARGE, parts


def _times(number: Expr, rest: Expr) -> Expr:
    """A product that SymPy does not expand; a factor of 1 is left out."""
    return rest if number == 1 else chained(number, rest)


def _errors(run: LessonLayout) -> list[Symbol]:
    return [e.symbol for e in run.derived.forward if run.derived.roles[e.symbol].kind == "error"]


def _dependent(run: LessonLayout, chosen: Symbol) -> set[Symbol]:
    """All quantities of the forward pass that depend on the weight."""
    found = {chosen}
    for equation in run.derived.forward:
        if not found.isdisjoint(equation.expr.free_symbols):
            found.add(equation.symbol)
    return found


def _dependence(run: LessonLayout, chosen: Symbol) -> str:
    """Why the weight changes some errors and no others."""
    layers, roles = len(run.lesson.network.layers), run.derived.roles
    output = layer_name(layers - 1, layers)
    own = roles[_reader(run, chosen)].neuron
    of_all = " of every sample" if len(run.lesson.samples.inputs) > 1 else ""
    enters = f"{chosen.name} enters {output}{own}{of_all}"
    if not _single_path(run):
        return (
            f"{enters}. A softmax divides by the sum over all outputs, so every share and every "
            f"error changes with {output}{own}."
        )
    others = [n for n in range(1, run.lesson.network.layers[-1] + 1) if n != own]
    words = f"{enters}, so it changes E{own}{of_all}"
    if not others:
        return f"{words}."
    sums, errors = (names([f"{letter}{n}" for n in others]) for letter in (output, "E"))
    do = "does" if len(others) == 1 else "do"
    return f"{words}; it never enters {sums}, so {errors} {do} not change with it."


def _one_way(page: EquationPage, run: LessonLayout, chosen: Symbol) -> None:
    """A single path: the factors along it, their product, and the gradient written out."""
    error = _path(run, _reader(run, chosen), chosen)[0]
    page.block(f"The chain from {error.name} back to {chosen.name}")
    factors = _factors(run, _reader(run, chosen), chosen)
    for factor in factors:
        page.line(factor, _reason(run, factor.symbol))
    product = Equation(Gradient(error, chosen), Mul(*(f.symbol for f in factors)))
    page.line(product, "The chain rule multiplies these factors.")
    page.line(_written_out(run, chosen), _whole(run), MOST_TERMS)


def _written_out(run: LessonLayout, chosen: Symbol) -> Equation:
    """The gradient of the weight with every factor written out, one product for each sample."""
    share = local_derivatives(run.derived.forward[-1])[_errors(run)[0]]
    readers = [e.symbol for e in run.derived.forward if e.expr.has(chosen)]
    numbers, products = zip(*(_product(run, reader, chosen) for reader in readers), strict=True)
    return Equation(Gradient(LOSS, chosen), _times(share * numbers[0], Add(*products)))


def _product(run: LessonLayout, reader: Symbol, chosen: Symbol) -> tuple[Expr, Expr]:
    """The number in the product along one path, and the other factors in their order."""
    pairs = [factor_terms(f.expr).as_coeff_Mul() for f in _factors(run, reader, chosen)]
    return Mul(*(number for number, _ in pairs)), chained(*(x for _, x in pairs if x != 1))


def _whole(run: LessonLayout) -> str:
    samples = len(run.lesson.samples.inputs)
    if samples == 1:
        return "The same with every factor written out."
    if is_mean(run.lesson):
        count = samples * run.lesson.network.layers[-1]
        return f"The mean over all {count} errors, written out: one such product for each sample."
    return f"The mean over the {samples} samples, written out: one such product for each."


def _many_ways(page: EquationPage, run: LessonLayout, chosen: Symbol) -> None:
    """All paths from the loss to the neuron of the weight, then the gradient of the weight."""
    neuron = _reader(run, chosen)
    page.block(f"All ways back to {neuron.name}")
    for equation in _back_to(run, neuron):
        page.line(equation, sentence(equation, run))
    short = _short_form(run, neuron)
    if short:
        page.line(short, "The same, simplified: the targets of a sample add up to 1.")
    page.block(f"From {neuron.name} on to {chosen.name}")
    known = {e.symbol: e for e in run.derived.gradients}
    gradient = known[Gradient(LOSS, chosen)]
    page.line(gradient, f"{chosen.name} multiplies its input in {neuron.name}.")
    if short:
        page.line(_written_short(run, chosen), _whole(run), MOST_TERMS)


def _written_short(run: LessonLayout, chosen: Symbol) -> Equation:
    """The gradient of the weight by the short form of each sample."""
    numbers, products = [], []
    for equation in run.derived.forward:
        if equation.expr.has(chosen) and (short := _short_form(run, equation.symbol)):
            number, rest = factor_terms(short.expr).as_coeff_Mul()
            numbers.append(number)
            products.append(chained(rest, local_derivatives(equation)[chosen]))
    return Equation(Gradient(LOSS, chosen), _times(numbers[0], Add(*products)))


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
    """The gradient through cross-entropy and softmax, simplified to activation minus target.

    SymPy expands the chain of gradients and uses that the targets of a sample add up to 1. It is
    None for another loss.
    """
    if run.lesson.network.loss != "cross_entropy":
        return None
    role = run.derived.roles[neuron]
    chain = _back_to(run, neuron)
    known: dict[Symbol, Expr] = {}
    for equation in chain:
        known[equation.symbol] = equation.expr.xreplace(known)
    power, share = (
        run.derived.quantities[replace(role, kind=kind)] for kind in ("power", "activation")
    )
    width = run.lesson.network.layers[-1]
    first = (role.sample - 1) * width
    *others, last = run.derived.targets[first : first + width]
    definition = next(e.expr for e in run.derived.forward if e.symbol == share)
    whole = known[chain[-1].symbol].xreplace({last: 1 - Add(*others)})
    short = whole.expand().xreplace({power: share * power / definition}).expand()
    return Equation(chain[-1].symbol, factor_terms(short.xreplace({1 - Add(*others): last})))


def _single_path(run: LessonLayout) -> bool:
    """Whether a single path leads from the weight to the loss within a sample.

    The gradient is then one product. A softmax has several paths.
    """
    return "softmax" not in run.lesson.network.activations[-1:]


def _path(run: LessonLayout, reader: Symbol, chosen: Symbol) -> list[Symbol]:
    """The path of one sample: its error, …, the sum that reads the weight, the weight."""
    path = [chosen, reader]
    while run.derived.roles[path[-1]].kind != "error":
        path.append(_reader(run, path[-1]))
    return path[::-1]


def _reader(run: LessonLayout, symbol: Symbol) -> Symbol:
    """The first quantity that depends on a symbol."""
    return next(e.symbol for e in run.derived.forward if e.expr.has(symbol))


def _factors(run: LessonLayout, reader: Symbol, chosen: Symbol) -> list[Equation]:
    """The local derivatives along the path of one sample."""
    path = _path(run, reader, chosen)
    return [_factor(run, above, below) for above, below in itertools.pairwise(path)]


def _factor(run: LessonLayout, above: Symbol, below: Symbol) -> Equation:
    equation = next(e for e in run.derived.forward if e.symbol == above)
    number, rest = factor_terms(local_derivatives(equation)[below]).as_coeff_Mul()
    return Equation(Gradient(above, below), _times(number, rest) if rest != 1 else number)


def _reason(run: LessonLayout, factor: Gradient) -> str:
    above, below = factor.loss, factor.wrt
    role = run.derived.roles[above]
    if role.kind == "error":
        return f"The derivative of {above.name} by {below.name}; the target is a fixed number."
    if role.kind == "activation":
        kind = run.lesson.network.activations[role.layer - 1]
        if kind == "identity":
            return "The identity passes on every change as it is."
        return f"The slope of the {kind} at {below.name}, expressed by its own value."
    return f"{below.name} occurs in one term of {above.name} only, multiplied by its input."
