"""The way from the loss back to one weight, in the first sample."""

import itertools
from dataclasses import dataclass, replace

from sympy import Expr, Mul, Symbol

from toolkit.network.derivation import LOSS
from toolkit.network.lesson_run import LessonRun
from toolkit.symbols.equation import Equation, Gradient, local_derivatives


@dataclass(frozen=True)
class Chain:
    """The first weight of the output layer, what it multiplies, and the sum and the activation that
    follow.
    """

    weight: Symbol
    operand: Symbol
    sum: Symbol
    activation: Symbol


def chain(run: LessonRun) -> Chain:
    """The chain of a lesson's first output."""
    derived = run.derived
    last = len(run.lesson.network.layers) - 1
    weight = next(w for w in derived.weights if run.layers[w] == last)
    role = replace(run.readers[weight], sample=1)
    neuron = derived.quantities[role]
    equation = next(e for e in derived.forward if e.symbol == neuron)
    (operand,) = local_derivatives(equation)[weight].free_symbols
    activation = derived.quantities[replace(role, kind="activation")]
    return Chain(weight, operand, neuron, activation)


def has_one_way(run: LessonRun) -> bool:
    """Whether one way alone leads from a weight of the output layer to the loss within a sample, so
    that its gradient is one product. A softmax has many.
    """
    return "softmax" not in run.lesson.network.activations[-1:]


def product(run: LessonRun, weight: Symbol) -> Equation:
    """The gradient by a weight as the product of the slopes on its one way to the loss."""
    steps = list(itertools.pairwise(_way(run, weight)))[::-1]
    slopes: list[Expr] = [Gradient(above, below) for below, above in steps]
    return Equation(Gradient(LOSS, weight), Mul(*slopes, evaluate=False))


def _way(run: LessonRun, weight: Symbol) -> list[Symbol]:
    """The weight, the sum that it enters, …, the loss."""
    way = [weight]
    while way[-1] != LOSS:
        way.append(next(e.symbol for e in run.derived.forward if e.expr.has(way[-1])))
    return way
