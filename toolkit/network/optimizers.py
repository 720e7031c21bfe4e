"""Optimizers as update equations; defaults and order of operations are those of torch.optim."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sympy import Expr, Symbol, sqrt

from toolkit.network.lesson import SETTINGS, Training
from toolkit.symbols.activations import as_one, fading
from toolkit.symbols.equation import Equation, Gradient, Previous, quantity

LOSS = quantity("E_total")
EPOCH = quantity("epoch")
LEARNING_RATE = quantity("η")
MOMENTUM, ALPHA, EPSILON, DECAY = (quantity(name) for name in ("μ", "α", "ε", "λ"))
BETAS = (quantity("β1"), quantity("β2"))
SYMBOLS: dict[str, tuple[Symbol, ...]] = {
    "momentum": (MOMENTUM,),
    "alpha": (ALPHA,),
    "epsilon": (EPSILON,),
    "betas": BETAS,
}
StateKind = Literal["velocity", "mean", "squares"]
# the letters in their symbols
STATE_KINDS: dict[StateKind, str] = {"velocity": "v", "mean": "m", "squares": "s"}
STATES: dict[str, tuple[StateKind, ...]] = {
    "sgd": (),
    "momentum": ("velocity",),
    "nesterov": ("velocity",),
    "adagrad": ("squares",),
    "rmsprop": ("squares",),
    "adam": ("mean", "squares"),
}
MEANINGS = {
    MOMENTUM: "momentum: the share of the last step that is kept",
    ALPHA: "the share of the old mean square that is kept",
    BETAS[0]: "the share of the old mean gradient that is kept",
    BETAS[1]: "the share of the old mean square that is kept",
    EPSILON: "keeps the divisor above 0",
    DECAY: "weight decay: this share of a parameter is added to its gradient",
}


def settings(training: Training) -> dict[Symbol, float]:
    """The optimizer's settings with their values; weight decay is included only if it is not 0."""
    values = {
        symbol: number
        for key in SETTINGS[training.optimizer]
        for symbol, number in zip(SYMBOLS[key], training.setting(key), strict=True)
    }
    return values | ({DECAY: training.weight_decay} if training.weight_decay else {})


def state(kind: StateKind, parameter: Symbol) -> Symbol:
    """The symbol for one kind of an optimizer's state and one parameter, such as v_w1."""
    return quantity(f"{STATE_KINDS[kind]}_{parameter.name}")


def states(training: Training, parameter: Symbol) -> dict[Symbol, StateKind]:
    """The symbols of the optimizer's state for one parameter, each with its kind."""
    return {state(kind, parameter): kind for kind in STATES[training.optimizer]}


@dataclass(frozen=True)
class _Slope:
    """A parameter with its old value and its gradient, the input of an optimizer's step."""

    parameter: Symbol
    old: Symbol
    gradient: Expr

    def state(self, kind: StateKind) -> Symbol:
        """The symbol for one kind of the optimizer's state."""
        return state(kind, self.parameter)


def update(training: Training, parameter: Symbol) -> list[Equation]:
    """The equations of one step for one parameter: first the state, then the parameter.

    They use values from the row above (Previous), and the new state from their own row. The state
    is 0 at the start.
    """
    old = Previous(parameter)
    gradient: Expr = Previous(Gradient(LOSS, parameter))
    if training.weight_decay:
        gradient = gradient + DECAY * old
    return STEPS[training.optimizer](_Slope(parameter, old, gradient))


def _sgd(slope: _Slope) -> list[Equation]:
    return [Equation(slope.parameter, slope.old - LEARNING_RATE * slope.gradient)]


def _momentum(slope: _Slope) -> list[Equation]:
    velocity = slope.state("velocity")
    return [
        Equation(velocity, MOMENTUM * Previous(velocity) + slope.gradient),
        Equation(slope.parameter, slope.old - LEARNING_RATE * velocity),
    ]


def _nesterov(slope: _Slope) -> list[Equation]:
    velocity = slope.state("velocity")
    ahead = slope.gradient + MOMENTUM * velocity
    return [
        Equation(velocity, MOMENTUM * Previous(velocity) + slope.gradient),
        Equation(slope.parameter, slope.old - LEARNING_RATE * ahead),
    ]


def _adagrad(slope: _Slope) -> list[Equation]:
    squares = slope.state("squares")
    step = LEARNING_RATE * slope.gradient / (sqrt(squares) + EPSILON)
    return [
        Equation(squares, Previous(squares) + slope.gradient**2),
        Equation(slope.parameter, slope.old - step),
    ]


def _rmsprop(slope: _Slope) -> list[Equation]:
    squares = slope.state("squares")
    step = LEARNING_RATE * slope.gradient / (sqrt(squares) + EPSILON)
    return [
        Equation(squares, ALPHA * Previous(squares) + (1 - ALPHA) * slope.gradient**2),
        Equation(slope.parameter, slope.old - step),
    ]


def _adam(slope: _Slope) -> list[Equation]:
    mean, squares = slope.state("mean"), slope.state("squares")
    first, second = BETAS
    # Bias correction: both averages start at 0 and are too small at first (Kingma and Ba, 2015).
    whole_mean = as_one(mean / (1 - fading(first, EPOCH)))
    whole_squares = as_one(squares / (1 - fading(second, EPOCH)))
    step = LEARNING_RATE * whole_mean / (sqrt(whole_squares) + EPSILON)
    return [
        Equation(mean, first * Previous(mean) + (1 - first) * slope.gradient),
        Equation(squares, second * Previous(squares) + (1 - second) * slope.gradient**2),
        Equation(slope.parameter, slope.old - step),
    ]


STEPS: dict[str, Callable[[_Slope], list[Equation]]] = {
    "sgd": _sgd,
    "momentum": _momentum,
    "nesterov": _nesterov,
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "adam": _adam,
}
