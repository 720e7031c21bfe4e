"""The equations of a lesson's forward pass: sums, activations, errors and loss."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from sympy import Add, Expr, Float, Integer, Symbol, exp, log

from toolkit.network.initial_parameters import start_biases, start_weights
from toolkit.network.lesson import Lesson
from toolkit.network.losses import error, error_count
from toolkit.network.optimizers import LOSS
from toolkit.symbols.activations import ACTIVATIONS, leaky_relu, peak
from toolkit.symbols.equation import Equation, quantity

# `maximum`, `power` and `power_sum` are the parts of a softmax. The last three belong to the state
# of an optimizer: a velocity, a running mean of the gradient, and squared gradients.
Kind = Literal[
    "input",
    "target",
    "weight",
    "bias",
    "sum",
    "maximum",
    "power",
    "power_sum",
    "activation",
    "error",
    "loss",
    "velocity",
    "mean",
    "squares",
]


@dataclass(frozen=True)
class Role:
    """The kind of a quantity, with its layer, neuron and sample.

    Neurons and samples are counted from 1; neuron 0 stands for the whole layer.
    """

    kind: Kind
    layer: int = 0
    neuron: int = 0
    sample: int = 1


@dataclass
class Forward:
    """The quantities of a lesson and the equations between them, in the order of computation."""

    lesson: Lesson
    equations: list[Equation] = field(default_factory=list)
    roles: dict[Symbol, Role] = field(default_factory=dict)
    # only quantities that are defined by equations
    quantities: dict[Role, Symbol] = field(default_factory=dict)
    inputs: list[tuple[Symbol, ...]] = field(default_factory=list)
    targets: list[tuple[Symbol, ...]] = field(default_factory=list)
    weights: tuple[Symbol, ...] = ()
    biases: tuple[Symbol, ...] = ()

    def add(self, name: str, expr: Expr, role: Role) -> Symbol:
        """Add an equation; returns its symbol."""
        symbol = quantity(name)
        self.equations.append(Equation(symbol, expr))
        self.roles[symbol] = role
        self.quantities[role] = symbol
        return symbol


def forward(lesson: Lesson) -> Forward:
    """All equations from inputs and parameters to the loss."""
    graph = Forward(lesson)
    layers, samples = lesson.network.layers, len(lesson.samples.inputs)
    graph.inputs = _sample_symbols(graph, "input", layers[0], samples)
    graph.targets = _sample_symbols(graph, "target", layers[-1], samples)
    graph.weights = _numbered(graph, "weight", len(start_weights(lesson)))
    graph.biases = _numbered(graph, "bias", len(start_biases(lesson)))
    errors = [
        symbol
        for sample in range(samples)
        for symbol in _errors(graph, sample, _layers(graph, sample))
    ]
    divisor = error_count(lesson.network.loss, samples, lesson.network.layers[-1])
    graph.add(LOSS.name, Add(*errors) / Integer(divisor), Role("loss"))
    return graph


def _sample_symbols(
    graph: Forward, kind: Kind, width: int, samples: int
) -> list[tuple[Symbol, ...]]:
    """The symbols i1, i2, … (or t1, t2, …) of each sample; those of several have tags: i1[2]."""
    rows = []
    for sample in range(samples):
        tag = _tag(graph.lesson, sample)
        row = tuple(quantity(f"{kind[0]}{n + 1}{tag}") for n in range(width))
        graph.roles |= {s: Role(kind, 0, n, sample + 1) for n, s in enumerate(row, 1)}
        rows.append(row)
    return rows


def _numbered(graph: Forward, kind: Kind, number: int) -> tuple[Symbol, ...]:
    symbols = tuple(quantity(f"{kind[0]}{n + 1}") for n in range(number))
    graph.roles |= dict.fromkeys(symbols, Role(kind))
    return symbols


def _tag(lesson: Lesson, sample: int) -> str:
    return f"[{sample + 1}]" if len(lesson.samples.inputs) > 1 else ""


def layer_name(layer: int, layers: int) -> str:
    """The name of a layer: o for outputs, h for the only hidden layer, h2. for the second."""
    if layer == layers - 1:
        return "o"
    return "h" if layers == 3 else f"h{layer}."


def _layers(graph: Forward, sample: int) -> list[Symbol]:
    """Add the equations of all layers for one sample; returns the symbols of the outputs."""
    widths = graph.lesson.network.layers
    weights, biases = iter(graph.weights), iter(graph.biases)
    values: Sequence[Symbol] = graph.inputs[sample]
    for layer, width in enumerate(widths[1:], 1):
        name, tag = layer_name(layer, len(widths)), _tag(graph.lesson, sample)
        sums = []
        for neuron in range(1, width + 1):
            # The bias, if there is one, is the last term: w1 i1 + w2 i2 + b1.
            terms = [next(weights) * value for value in values]
            terms += [bias for bias in (next(biases, None),) if bias is not None]
            role = Role("sum", layer, neuron, sample + 1)
            sums.append(graph.add(f"{name}{neuron}{tag}", Add(*terms), role))
        values = _activations(graph, layer, sums, sample)
    return list(values)


def _activations(graph: Forward, layer: int, sums: list[Symbol], sample: int) -> list[Symbol]:
    kind, activated = graph.lesson.network.activations[layer - 1], []
    exprs = _softmax(graph, layer, sums, sample) if kind == "softmax" else _each(graph, kind, sums)
    for neuron, (before, expr) in enumerate(zip(sums, exprs, strict=True), 1):
        role = Role("activation", layer, neuron, sample + 1)
        activated.append(graph.add(f"a_{before.name}", expr, role))
    return activated


def _each(graph: Forward, kind: str, sums: list[Symbol]) -> list[Expr]:
    if kind == "leaky_relu":
        slope = Float(graph.lesson.network.negative_slope)
        return [leaky_relu(before, slope) for before in sums]
    return [ACTIVATIONS[kind](before) for before in sums]


def _softmax(graph: Forward, layer: int, sums: list[Symbol], sample: int) -> list[Expr]:
    """e^(o - max) divided by the sum of these powers; subtracting the maximum prevents overflow."""
    name = layer_name(layer, len(graph.lesson.network.layers)).rstrip(".")
    tag = _tag(graph.lesson, sample)
    highest = graph.add(f"max_{name}{tag}", peak(*sums), Role("maximum", layer, 0, sample + 1))
    powers = [
        graph.add(f"e_{s.name}", exp(s - highest), Role("power", layer, n, sample + 1))
        for n, s in enumerate(sums, 1)
    ]
    whole = graph.add(f"s_{name}{tag}", Add(*powers), Role("power_sum", layer, 0, sample + 1))
    return [power / whole for power in powers]


def _errors(graph: Forward, sample: int, outputs: list[Symbol]) -> list[Symbol]:
    """Add one error for each output of a sample; returns the symbols of the errors."""
    tag, layer = _tag(graph.lesson, sample), len(graph.lesson.network.layers) - 1
    errors = []
    for n, (target, output) in enumerate(zip(graph.targets[sample], outputs, strict=True), 1):
        role = Role("error", layer, n, sample + 1)
        expr = error(graph.lesson.network.loss, target, output, _log_output(graph, output))
        errors.append(graph.add(f"E{n}{tag}", expr, role))
    return errors


def _log_output(graph: Forward, output: Symbol) -> Expr:
    """The logarithm of an output; of a softmax written out, because one that underflowed to 0 has
    none.
    """
    own = graph.roles[output]
    if graph.lesson.network.activations[-1] != "softmax":
        return log(output)
    logit = graph.quantities[replace(own, kind="sum")]
    highest = graph.quantities[replace(own, kind="maximum", neuron=0)]
    whole = graph.quantities[replace(own, kind="power_sum", neuron=0)]
    return logit - highest - log(whole)
