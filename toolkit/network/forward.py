"""The forward pass of a lesson as equations: sums, activations, errors, loss."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from sympy import Add, Expr, Float, Integer, Rational, Symbol, exp, log

from toolkit.network.lesson import Lesson
from toolkit.network.optimizers import LOSS
from toolkit.network.start import start_biases, start_weights
from toolkit.symbols.activations import ACTIVATIONS, binary_cross_entropy, leaky_relu, peak
from toolkit.symbols.equation import Equation, quantity

# `maximum`, `power` and `power_sum` are the parts of a softmax; the last three are what an
# optimizer remembers: a velocity, a running mean of the gradient, and squared gradients.
Kind = Literal[
    "input", "target", "weight", "bias", "sum", "maximum", "power", "power_sum", "activation",
    "error", "loss", "velocity", "mean", "squares",
]  # fmt: skip


@dataclass(frozen=True)
class Role:
    """What a quantity is, of which layer and neuron (from 1; 0: of the whole layer) and of which
    sample (from 1).
    """

    kind: Kind
    layer: int = 0
    neuron: int = 0
    sample: int = 1


@dataclass
class Forward:
    """The quantities of a lesson and the equations between them, in order of computation."""

    lesson: Lesson
    equations: list[Equation] = field(default_factory=list)
    roles: dict[Symbol, Role] = field(default_factory=dict)
    quantities: dict[Role, Symbol] = field(default_factory=dict)  # those that equations define
    inputs: list[tuple[Symbol, ...]] = field(default_factory=list)
    targets: list[tuple[Symbol, ...]] = field(default_factory=list)
    weights: tuple[Symbol, ...] = ()
    biases: tuple[Symbol, ...] = ()

    def add(self, name: str, expr: Expr, role: Role) -> Symbol:
        """One more equation; returns its symbol."""
        symbol = quantity(name)
        self.equations.append(Equation(symbol, expr))
        self.roles[symbol] = role
        self.quantities[role] = symbol
        return symbol


def forward(lesson: Lesson) -> Forward:
    """All equations from inputs and parameters to the loss."""
    made = Forward(lesson)
    layers, samples = lesson.network.layers, len(lesson.samples.inputs)
    made.inputs = _given(made, "input", layers[0], samples)
    made.targets = _given(made, "target", layers[-1], samples)
    made.weights = _numbered(made, "weight", len(start_weights(lesson)))
    made.biases = _numbered(made, "bias", len(start_biases(lesson)))
    errors = [
        error for sample in range(samples) for error in _errors(made, sample, _layers(made, sample))
    ]
    made.add(LOSS.name, Add(*errors) / Integer(_mean_over(lesson)), Role("loss"))
    return made


def _given(made: Forward, kind: Kind, width: int, samples: int) -> list[tuple[Symbol, ...]]:
    """Symbols i1, i2, … (t1, t2, …) for each sample, named where there are several."""
    rows = []
    for sample in range(samples):
        tag = _tag(made.lesson, sample)
        row = tuple(quantity(f"{kind[0]}{n + 1}{tag}") for n in range(width))
        made.roles |= {s: Role(kind, 0, n, sample + 1) for n, s in enumerate(row, 1)}
        rows.append(row)
    return rows


def _numbered(made: Forward, kind: Kind, number: int) -> tuple[Symbol, ...]:
    symbols = tuple(quantity(f"{kind[0]}{n + 1}") for n in range(number))
    made.roles |= dict.fromkeys(symbols, Role(kind))
    return symbols


def _tag(lesson: Lesson, sample: int) -> str:
    return f"[{sample + 1}]" if len(lesson.samples.inputs) > 1 else ""


def layer_name(layer: int, layers: int) -> str:
    """`o` for the outputs, h for the hidden layer; h2. for the second of several hidden layers."""
    if layer == layers - 1:
        return "o"
    return "h" if layers == 3 else f"h{layer}."


def _layers(made: Forward, sample: int) -> list[Symbol]:
    """Adds the equations of every layer for one sample; returns the outputs' symbols."""
    widths = made.lesson.network.layers
    weights, biases = iter(made.weights), iter(made.biases)
    values: Sequence[Symbol] = made.inputs[sample]
    for layer, width in enumerate(widths[1:], 1):
        name, tag = layer_name(layer, len(widths)), _tag(made.lesson, sample)
        sums = []
        for neuron in range(1, width + 1):
            # The bias, where there is one, comes last: w1 i1 + w2 i2 + b1.
            terms = [next(weights) * value for value in values]
            terms += [bias for bias in (next(biases, None),) if bias is not None]
            role = Role("sum", layer, neuron, sample + 1)
            sums.append(made.add(f"{name}{neuron}{tag}", Add(*terms), role))
        values = _activations(made, layer, sums, sample)
    return list(values)


def _activations(made: Forward, layer: int, sums: list[Symbol], sample: int) -> list[Symbol]:
    kind, activated = made.lesson.network.activations[layer - 1], []
    exprs = _softmax(made, layer, sums, sample) if kind == "softmax" else _each(made, kind, sums)
    for neuron, (before, expr) in enumerate(zip(sums, exprs, strict=True), 1):
        role = Role("activation", layer, neuron, sample + 1)
        activated.append(made.add(f"a_{before.name}", expr, role))
    return activated


def _each(made: Forward, kind: str, sums: list[Symbol]) -> list[Expr]:
    if kind == "leaky_relu":
        slope = Float(made.lesson.network.negative_slope)
        return [leaky_relu(before, slope) for before in sums]
    return [ACTIVATIONS[kind](before) for before in sums]


def _softmax(made: Forward, layer: int, sums: list[Symbol], sample: int) -> list[Expr]:
    """e^(o - max) over the sum of these. Subtracting the largest keeps e^x within bounds."""
    name = layer_name(layer, len(made.lesson.network.layers)).rstrip(".")
    tag = _tag(made.lesson, sample)
    highest = made.add(f"max_{name}{tag}", peak(*sums), Role("maximum", layer, 0, sample + 1))
    powers = [
        made.add(f"e_{s.name}", exp(s - highest), Role("power", layer, n, sample + 1))
        for n, s in enumerate(sums, 1)
    ]
    whole = made.add(f"s_{name}{tag}", Add(*powers), Role("power_sum", layer, 0, sample + 1))
    return [power / whole for power in powers]


def _errors(made: Forward, sample: int, outputs: list[Symbol]) -> list[Symbol]:
    """Adds one error for each output of a sample."""
    tag, layer = _tag(made.lesson, sample), len(made.lesson.network.layers) - 1
    errors = []
    for n, (target, output) in enumerate(zip(made.targets[sample], outputs, strict=True), 1):
        role = Role("error", layer, n, sample + 1)
        errors.append(made.add(f"E{n}{tag}", _error(made, target, output), role))
    return errors


def _error(made: Forward, target: Symbol, output: Symbol) -> Expr:
    loss = made.lesson.network.loss
    if loss == "binary_cross_entropy":
        return binary_cross_entropy(output, target)
    if loss == "cross_entropy":
        # -t ln a, with ln a written out: the logarithm of an a that underflowed to 0 has no value.
        own = made.roles[output]
        logit = made.quantities[replace(own, kind="sum")]
        highest = made.quantities[replace(own, kind="maximum", neuron=0)]
        whole = made.quantities[replace(own, kind="power_sum", neuron=0)]
        return -target * (logit - highest - log(whole))
    squared = (target - output) ** 2
    return squared * Rational(1, 2) if loss == "half_squared_error" else squared


def _mean_over(lesson: Lesson) -> int:
    """What the sum of all errors is divided by, as the `mean` of PyTorch's losses has it."""
    samples, outputs = len(lesson.samples.inputs), lesson.network.layers[-1]
    elementwise = lesson.network.loss in ("mean_squared_error", "binary_cross_entropy")
    return samples * outputs if elementwise else samples
