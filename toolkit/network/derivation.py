"""From a lesson to its equations: forward, chain rule, update."""

from dataclasses import dataclass
from itertools import count

from sympy import Add, Integer, Rational, Symbol

from toolkit.network.lesson import Lesson
from toolkit.symbols.equation import (
    Equation,
    Gradient,
    Previous,
    check_order,
    derive,
    inline,
    quantity,
)
from toolkit.symbols.functions import ACTIVATIONS

LOSS = quantity("E_total")
LEARNING_RATE = quantity("η")
# With more outputs than this, or more than one hidden layer, a gradient with everything written out
# is no formula that a reader follows: those of the pre-activations get columns of their own.
INLINE_OUTPUTS = 4


@dataclass(frozen=True)
class Derivation:
    """All that a lesson computes, as equations between named quantities, in order.

    `gradients` holds ∂E_total/∂x for every quantity x, by the chain rule over the quantity next to
    it; `chain` those of them that the table shows as columns of their own, and `weight_gradients`
    those of the weights, written in terms of the table's columns alone.
    """

    inputs: tuple[Symbol, ...]
    targets: tuple[Symbol, ...]
    weights: tuple[Symbol, ...]
    forward: tuple[Equation, ...]
    gradients: tuple[Equation, ...]
    chain: tuple[Equation, ...]
    weight_gradients: tuple[Equation, ...]
    updates: tuple[Equation, ...]

    @property
    def given(self) -> tuple[Symbol, ...]:
        """What an epoch starts from."""
        return (*self.inputs, *self.weights, *self.targets)

    @property
    def table(self) -> tuple[Equation, ...]:
        """Everything an epoch computes, in the order of the table's columns."""
        return (*self.forward, *self.chain, *self.weight_gradients)


def derivation(lesson: Lesson) -> Derivation:
    """The equations of a lesson. SymPy differentiates; nothing is typed by hand."""
    layers, samples = lesson.network.layers, len(lesson.samples.inputs)
    inputs = _named("i", layers[0], samples)
    targets = _named("t", layers[-1], samples)
    weights = tuple(quantity(f"w{n + 1}") for n in range(len(lesson.start.weights)))
    forward = _forward(lesson, inputs, targets, weights)
    given = [*weights, *(symbol for rows in (*inputs, *targets) for symbol in rows)]
    check_order(forward, given)
    gradients = derive(list(forward), LOSS, weights)
    chain, of_weights = _shown(lesson, gradients, len(weights))
    return Derivation(
        tuple(symbol for row in inputs for symbol in row),
        tuple(symbol for row in targets for symbol in row),
        weights,
        forward,
        tuple(gradients),
        chain,
        of_weights,
        tuple(_update(weight) for weight in weights),
    )


def _named(letter: str, width: int, samples: int) -> list[tuple[Symbol, ...]]:
    """Symbols letter1..letterN for each sample, which is named only where there are several."""
    return [
        tuple(quantity(f"{letter}{n + 1}{_sample(s, samples)}") for n in range(width))
        for s in range(samples)
    ]


def _sample(sample: int, samples: int) -> str:
    return f"[{sample + 1}]" if samples > 1 else ""


def _layer_name(layer: int, layers: int) -> str:
    """`o` for the outputs, h for the hidden layer; h2. for the second of several hidden layers."""
    if layer == layers - 1:
        return "o"
    return "h" if layers == 3 else f"h{layer}."


def _forward(
    lesson: Lesson,
    inputs: list[tuple[Symbol, ...]],
    targets: list[tuple[Symbol, ...]],
    weights: tuple[Symbol, ...],
) -> tuple[Equation, ...]:
    equations: list[Equation] = []
    errors: list[Equation] = []
    for sample, (given, wanted) in enumerate(zip(inputs, targets, strict=True)):
        tag = _sample(sample, len(inputs))
        outputs = _layers(lesson, given, weights, tag, equations)
        errors.extend(
            Equation(quantity(f"E{n}{tag}"), (t - a) ** 2 * Rational(1, 2))
            for n, (t, a) in enumerate(zip(wanted, outputs, strict=True), 1)
        )
    mean = Add(*(error.symbol for error in errors)) / Integer(len(inputs))
    return (*equations, *errors, Equation(LOSS, mean))


def _layers(
    lesson: Lesson,
    given: tuple[Symbol, ...],
    weights: tuple[Symbol, ...],
    tag: str,
    equations: list[Equation],
) -> tuple[Symbol, ...]:
    """Appends the equations of every layer for one sample; returns the outputs' symbols."""
    widths = lesson.network.layers
    numbers = count()
    for layer, (width, kind) in enumerate(
        zip(widths[1:], lesson.network.activations, strict=True), 1
    ):
        name = _layer_name(layer, len(widths))
        before = [quantity(f"{name}{n + 1}{tag}") for n in range(width)]
        after = tuple(quantity(f"a_{name}{n + 1}{tag}") for n in range(width))
        for symbol in before:
            total = Add(*(weights[next(numbers)] * value for value in given))
            equations.append(Equation(symbol, total))
        activate = ACTIVATIONS[kind]
        equations.extend(Equation(a, activate(h)) for a, h in zip(after, before, strict=True))
        given = after
    return given


def _shown(
    lesson: Lesson, gradients: list[Equation], weights: int
) -> tuple[tuple[Equation, ...], tuple[Equation, ...]]:
    """Which inner gradients get columns, and the weights' gradients in terms of the columns."""
    inner, of_weights = gradients[:-weights], gradients[-weights:]
    layers = lesson.network.layers
    if len(layers) <= 3 and layers[-1] <= INLINE_OUTPUTS:
        return (), tuple(inline(equation, inner) for equation in of_weights)
    kept = [e for e in inner if not e.symbol.wrt.name.startswith(("a_", "E"))]
    hidden = [e for e in inner if e.symbol.wrt.name.startswith(("a_", "E"))]
    chain = tuple(inline(equation, hidden) for equation in kept)
    return chain, tuple(inline(equation, hidden) for equation in of_weights)


def _update(weight: Symbol) -> Equation:
    """Plain gradient descent: one step against the gradient of the epoch before."""
    step = LEARNING_RATE * Previous(Gradient(LOSS, weight))
    return Equation(weight, Previous(weight) - step)
