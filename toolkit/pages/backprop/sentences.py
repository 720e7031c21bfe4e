"""A plain sentence for each equation, composed from its role and its operands."""

from dataclasses import replace

from sympy import Symbol

from toolkit.network.forward import Kind, Role
from toolkit.network.lesson import Activation, Lesson, Loss
from toolkit.pages.backprop.layout import LessonLayout
from toolkit.symbols.equation import Equation, Gradient
from toolkit.symbols.order import natural

ACTIVATIONS: dict[Activation, str] = {
    "sigmoid": "The sigmoid squeezes {before} into a number between 0 and 1.",
    "tanh": "The hyperbolic tangent squeezes {before} into a number between -1 and 1.",
    "relu": "ReLU lets {before} pass where it is positive, and makes it 0 elsewhere.",
    "leaky_relu": "Leaky ReLU lets {before} pass where it is positive, and little of it elsewhere.",
    "softplus": "Softplus bends {before} smoothly to stay above 0.",
    "gelu": "GELU weighs {before} by the share of a normal distribution that lies below it.",
    "identity": "{before} is passed on as it is.",
    "softmax": "Its share of the sum of all: the shares add up to 1.",
}
ERRORS: dict[Loss, str] = {
    "half_squared_error": "Half the squared distance between output {n} and its target.",
    "mean_squared_error": "The squared distance between output {n} and its target.",
    "binary_cross_entropy": "Large where output {n} is sure of the wrong answer.",
    "cross_entropy": "-ln of the share of class {n}, times its target: the surprise.",
}
PARTS: dict[Kind, str] = {
    "maximum": "The largest of them; taking it off all changes no share and keeps e^x small.",
    "power": "A power of e: always positive, and largest for the largest.",
    "power_sum": "The sum of these powers.",
}
UPDATES: dict[Kind, str] = {
    "velocity": "What is kept of the last step, plus the gradient.",
    "mean": "A running mean of the gradient.",
    "squares": "A running mean of the squared gradient.",
}


def sentence(equation: Equation, run: LessonLayout) -> str:
    """A sentence that explains the equation."""
    symbol = equation.symbol
    if isinstance(symbol, Gradient):
        return _of_gradient(equation, run)
    return _of_forward(symbol, run)


def _of_forward(symbol: Symbol, run: LessonLayout) -> str:
    role, lesson = run.derived.roles[symbol], run.lesson
    if role.kind == "sum":
        source = "input" if role.layer == 1 else "activation of the layer before"
        bias = ", plus the bias" if lesson.network.bias else ""
        return f"{neuron(role, lesson)} adds up each {source} times its weight{bias}."
    if role.kind == "activation":
        before = run.derived.quantities[replace(role, kind="sum")].name
        kind = lesson.network.activations[role.layer - 1]
        text = ACTIVATIONS[kind].format(before=before)
        return text[0] + text[1:]
    if role.kind in PARTS:
        return PARTS[role.kind]
    if role.kind == "error":
        return ERRORS[lesson.network.loss].format(n=role.neuron)
    return _of_loss(lesson)


def _of_loss(lesson: Lesson) -> str:
    samples = len(lesson.samples.inputs)
    if lesson.network.loss in ("mean_squared_error", "binary_cross_entropy"):
        return "The loss: the mean of all errors."
    if samples > 1:
        return (
            f"The loss: each sample's errors added up, and of these sums the mean over {samples}."
        )
    return "The loss: all errors added up. Learning makes this number small."


def neuron(role: Role, lesson: Lesson) -> str:
    """The name of a neuron: output neuron 1, hidden neuron 2, neuron 1 of hidden layer 3."""
    layers = len(lesson.network.layers)
    if role.layer == layers - 1:
        return f"Output neuron {role.neuron}"
    if layers == 3:
        return f"Hidden neuron {role.neuron}"
    return f"Neuron {role.neuron} of hidden layer {role.layer}"


def _of_gradient(equation: Equation, run: LessonLayout) -> str:
    wrt = equation.symbol.wrt
    role = run.derived.roles.get(wrt, Role("sum"))
    through = names([s.wrt.name for s in _gradients(equation)])
    if not through:
        return f"How fast the loss grows with {wrt.name}, read off its own equation."
    if role.kind == "weight":
        return f"{wrt.name} acts on the loss through {through}, where it multiplies what comes in."
    if role.kind == "bias":
        return f"{wrt.name} acts on the loss through {through}, to which it is added as it is."
    if role.kind == "sum" and not _in_softmax(role, run.lesson):
        return f"One step back through {through}: times the slope of the activation there."
    paths = "" if len(_gradients(equation)) < 2 else " Each is a path back; the paths add up."
    return f"{wrt.name} acts on the loss through {through}.{paths}{_guard(role, run.lesson)}"


def _guard(role: Role, lesson: Lesson) -> str:
    """A sentence about the slope of binary cross-entropy; PyTorch prevents division by 0."""
    outputs = role.kind == "activation" and role.layer == len(lesson.network.layers) - 1
    guarded = outputs and lesson.network.loss == "binary_cross_entropy"
    return " The small number only keeps the divisor above 0." if guarded else ""


def _in_softmax(role: Role, lesson: Lesson) -> bool:
    return bool(role.layer) and lesson.network.activations[role.layer - 1] == "softmax"


def _gradients(equation: Equation) -> list[Gradient]:
    gradients = [s for s in equation.expr.free_symbols if isinstance(s, Gradient)]
    return sorted(gradients, key=lambda s: natural(s.name))


def names(symbols: list[str], most: int = 4) -> str:
    """A list of names in words: a, b and c."""
    if len(symbols) > most:
        return f"{', '.join(symbols[:most])} and {len(symbols) - most} more"
    return " and ".join([", ".join(symbols[:-1]), symbols[-1]] if len(symbols) > 1 else symbols)


def of_update(symbol: Symbol, run: LessonLayout) -> str:
    """A sentence that explains one equation of the optimizer's step."""
    if symbol in run.layers:
        return "One step downhill: the gradient says which way is up, so it is taken off."
    if run.lesson.training.optimizer == "adagrad":
        return "All squared gradients so far, added up."
    return UPDATES[run.derived.roles[symbol].kind]
