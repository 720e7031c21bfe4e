"""The losses of lessons: the error of one output, and how many errors the loss is the mean of."""

from typing import assert_never

from sympy import Expr, Rational, Symbol

from toolkit.network.lesson import Loss
from toolkit.symbols.activations import binary_cross_entropy


def error(loss: Loss, target: Symbol, output: Symbol, log_output: Expr) -> Expr:
    """The error of one output.

    `log_output` is the logarithm of the output, in a form that has a value also where a softmax
    has underflowed to 0.
    """
    match loss:
        case "half_squared_error":
            return (target - output) ** 2 * Rational(1, 2)
        case "mean_squared_error":
            return (target - output) ** 2
        case "binary_cross_entropy":
            return binary_cross_entropy(output, target)
        case "cross_entropy":
            return -target * log_output
        case unknown:
            assert_never(unknown)


def error_count(loss: Loss, samples: int, outputs: int) -> int:
    """The divisor of the sum of all errors, as in PyTorch's losses with reduction="mean"."""
    match loss:
        case "half_squared_error" | "cross_entropy":
            return samples
        case "mean_squared_error" | "binary_cross_entropy":
            return samples * outputs
        case unknown:
            assert_never(unknown)
