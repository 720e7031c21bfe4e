"""A plain sentence for each equation, composed from its role and its operands."""

from collections.abc import Sequence
from dataclasses import replace

from sympy import Expr, Piecewise, Symbol

from toolkit.network.derivation import LOSS
from toolkit.network.forward import Kind, Role
from toolkit.network.lesson import Activation, Lesson, Loss
from toolkit.pages.backprop.layout import LessonLayout
from toolkit.symbols.equation import Equation, Gradient
from toolkit.symbols.order import natural
from toolkit.symbols.text import Text

ACTIVATIONS: dict[Activation, str] = {
    "sigmoid": "The sigmoid maps {before} to a number between 0 and 1.",
    "tanh": "The hyperbolic tangent maps {before} to a number between -1 and 1.",
    "relu": "ReLU keeps {before} if it is positive and replaces it by 0 otherwise.",
    "leaky_relu": "Leaky ReLU keeps {before} if it is positive and makes it much smaller "
    "otherwise.",
    "softplus": "Softplus maps {before} smoothly to a positive number.",
    "gelu": "GELU multiplies {before} by the probability that a normal variable is below it.",
    "identity": "The identity passes {before} on unchanged.",
    "softmax": "The share of {before}: its power of e, divided by the sum of all of them. The "
    "shares add up to 1.",
}
AGAIN = "The same function of {before}."
ERRORS: dict[Loss, str] = {
    "half_squared_error": "Half the squared difference between the target {target} and the output "
    "{output}.",
    "mean_squared_error": "The squared difference between the target {target} and the output "
    "{output}.",
    "binary_cross_entropy": "Large where the output {output} is near 1 but the target {target} is "
    "0, or the other way round.",
    "cross_entropy": "-ln of the share {output}, times its target {target}: large where the class "
    "is right but its share is small.",
}
ERROR_AGAIN = "The same for output {n}, whose target is {target}."
PARTS: dict[Kind, str] = {
    "maximum": "The largest sum. Subtracting it from all sums changes no share and keeps the "
    "powers of e small.",
    "power": "e to the power of {name}: always positive, and largest for the largest sum.",
    "power_sum": "The sum of these powers.",
}
UPDATES: dict[Kind, str] = {
    "velocity": "A share of the previous step, plus the gradient.",
    "mean": "A running mean of the gradient.",
    "squares": "A running mean of the squared gradient.",
}


def sentence(equation: Equation, run: LessonLayout) -> str:
    """A sentence that explains the equation."""
    symbol = equation.symbol
    if isinstance(symbol, Gradient):
        return _of_gradient(equation, run)
    role = run.derived.roles[symbol]
    if role.kind == "sum":
        return _of_sum(equation, role, run)
    if role.kind == "error":
        return _of_error(role, run)
    if role.kind == "loss":
        return _of_loss(run.lesson)
    return _of_activation(role, run)


def _of_sum(equation: Equation, role: Role, run: LessonLayout) -> str:
    roles = run.derived.roles
    operands = sorted(equation.expr.free_symbols, key=lambda s: natural(str(s.name)))
    weights, biases, inputs = (
        [str(s.name) for s in operands if roles[s].kind in kinds]
        for kinds in (("weight",), ("bias",), ("input", "activation"))
    )
    who = neuron(role, run.lesson)
    if role.neuron > 1:
        own = f"{who} reads the same values, but through its own weights {names(weights)}"
        return f"{own} and its own bias {biases[0]}." if biases else f"{own}."
    if len(inputs) == 1:
        bias = f" and adds the bias {biases[0]}" if biases else ""
        return f"{who} multiplies {inputs[0]} by its weight {weights[0]}{bias}."
    bias = f" and the bias {biases[0]}" if biases else ""
    return f"{who} multiplies {names(inputs)} by {names(weights)} and adds the products{bias}."


def _of_activation(role: Role, run: LessonLayout) -> str:
    before = run.derived.quantities.get(replace(role, kind="sum"))
    name = str(before.name) if before else ""
    if role.kind in PARTS:
        return PARTS[role.kind].format(name=name)
    kind = run.lesson.network.activations[role.layer - 1]
    words = AGAIN if role.neuron > 1 and kind != "softmax" else ACTIVATIONS[kind]
    return words.format(before=name)


def _of_error(role: Role, run: LessonLayout) -> str:
    output = run.derived.quantities[replace(role, kind="activation")]
    width = run.lesson.network.layers[-1]
    target = run.derived.targets[(role.sample - 1) * width + role.neuron - 1]
    words = ERROR_AGAIN if role.neuron > 1 else ERRORS[run.lesson.network.loss]
    return words.format(n=role.neuron, output=output.name, target=target.name)


def is_mean(lesson: Lesson) -> bool:
    """Whether the loss is the mean of all errors, and not a sum of those of each sample."""
    return lesson.network.loss in ("mean_squared_error", "binary_cross_entropy")


def _of_loss(lesson: Lesson) -> str:
    samples, outputs = len(lesson.samples.inputs), lesson.network.layers[-1]
    if is_mean(lesson):
        count = samples * outputs
        return f"The loss is the mean of all {count} errors: their sum divided by {count}."
    if samples > 1:
        return (
            f"The loss adds up the errors of each sample and takes the mean over the {samples} "
            "samples."
        )
    return "The loss adds up all errors."


def neuron(role: Role, lesson: Lesson) -> str:
    """The name of a neuron: output neuron 1, hidden neuron 2, neuron 1 of hidden layer 3."""
    layers = len(lesson.network.layers)
    if role.layer == layers - 1:
        return f"Output neuron {role.neuron}"
    if layers == 3:
        return f"Hidden neuron {role.neuron}"
    return f"Neuron {role.neuron} of hidden layer {role.layer}"


def of_samples(run: LessonLayout) -> str:
    """What a number in brackets means, for lessons with several samples."""
    samples = len(run.lesson.samples.inputs)
    if samples == 1:
        return ""
    return (
        f"The number in brackets is that of the sample: o1[2] is o1 for sample 2. Sample 1 of "
        f"{samples} is shown; the others follow the same equations."
    )


def _of_gradient(equation: Equation, run: LessonLayout) -> str:
    wrt = equation.symbol.wrt
    role = run.derived.roles.get(wrt, Role("sum"))
    through = names([s.wrt.name for s in _gradients(equation)])
    if not through:
        return (
            f"How fast the loss grows with {wrt.name}; this follows from the equation of the loss."
        )
    if role.kind == "weight":
        return f"{wrt.name} changes the loss through {through}, where it multiplies its input."
    if role.kind == "bias":
        return f"{wrt.name} changes the loss through {through}, to which it is added."
    if role.kind == "sum" and not _in_softmax(role, run.lesson):
        return f"One step back from {through} to {wrt.name}: times the slope of the activation."
    if len(_gradients(equation)) > 1:
        return f"{wrt.name} changes the loss through {through}; the contributions add up."
    return f"{wrt.name} changes the loss through {through} only."


def has_bound(lesson: Lesson) -> bool:
    """Whether the slope of the loss has a divisor that is kept above 0."""
    return lesson.network.loss == "binary_cross_entropy"


def _in_softmax(role: Role, lesson: Lesson) -> bool:
    return bool(role.layer) and lesson.network.activations[role.layer - 1] == "softmax"


def _gradients(equation: Equation) -> list[Gradient]:
    gradients = [s for s in equation.expr.free_symbols if isinstance(s, Gradient)]
    return sorted(gradients, key=lambda s: natural(s.name))


def names(symbols: Sequence[str], most: int = 4) -> str:
    """A list of names in words: a, b and c."""
    if len(symbols) > most:
        return f"{', '.join(symbols[:most])} and {len(symbols) - most} more"
    return " and ".join([", ".join(symbols[:-1]), symbols[-1]] if len(symbols) > 1 else symbols)


def of_update(symbol: Symbol, run: LessonLayout) -> str | Expr:
    """A sentence on one equation of the optimizer's step; that of a parameter says in which
    direction the parameter moves at present.
    """
    if symbol in run.layers:
        return _of_step(symbol)
    if run.lesson.training.optimizer == "adagrad":
        return "The sum of the squared gradients so far."
    return UPDATES[run.derived.roles[symbol].kind]


def _of_step(parameter: Symbol) -> Expr:
    gradient, name = Gradient(LOSS, parameter), parameter.name
    return Piecewise(
        (Text(f"The loss grows with {name}, so {name} decreases."), gradient > 0),
        (Text(f"The loss falls as {name} grows, so {name} increases."), gradient < 0),
        (Text(f"The gradient is 0 here, so {name} keeps its value."), True),
    )
