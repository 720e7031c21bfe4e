"""The equations of the backward pass: what reaches the inputs and the parameters of a stage.

G is the gradient of the loss by the stage's outputs. All are what the chain rule makes of the
forward equations in `equations`: a sum over every output that reads a cell.
"""

from sympy import Add, Expr, Integer, Symbol, sqrt

from toolkit.convnet.stages import Stage
from toolkit.pages.live import equations as eq
from toolkit.symbols.equation import Equation
from toolkit.symbols.maps import above_zero, routed, window_dot
from toolkit.symbols.ranges import summed

G, A, X, Z = (Symbol(name) for name in ("G", "a", "x", "z"))
LARGEST, RATE, OLD, SLOPE, TARGET, SHARE = (
    Symbol(name) for name in ("m", "η", "old", "gradient", "y", "p")
)
NEW = Equation(Symbol("new"), OLD - RATE * SLOPE)
BY_LOGIT = SHARE - TARGET  # ∂loss/∂z of softmax and cross-entropy together


def gradient(channel: int) -> Symbol:
    """What reaches one output map: a window of it, or a cell where windows are 1x1."""
    return Symbol(f"G{channel}")


def flipped(channel: int) -> Symbol:
    """The kernel that makes that output map, turned by half a turn."""
    return Symbol(f"r{channel}")


def spreads(stage: Stage) -> bool:
    """Whether what arrives at a convolution is laid out anew, as far apart as its windows were,
    with blank cells around it.
    """
    changed = stage.norm or stage.relu
    return stage.kind == "convolution" and (stage.stride > 1 or (not changed and stage.size > 1))


def by_input(stage: Stage) -> Expr:
    """∂loss/∂x of a convolution: every output that read the cell, by the weight it had there."""
    outputs = range(1, stage.output[0] + 1)
    if stage.size == 1:
        return Add(*(gradient(n) * flipped(n) for n in outputs))
    return Add(*(window_dot(gradient(n), flipped(n)) for n in outputs))


def by_kernel(single: bool) -> Expr:
    """∂loss/∂k: every output that the weight made, by the cell it read there."""
    return X * G if single else window_dot(X, G)


def by_bias() -> Expr:
    """∂loss/∂b: every output of the map reads it once."""
    return summed(G)


def arriving(stage: Stage) -> Expr:
    """What passes ReLU: all where its output is above 0, else nothing."""
    return G * above_zero(A) if stage.relu else G


def in_place(stage: Stage) -> Expr:
    """∂loss/∂z before batch norm and ReLU."""
    return arriving(stage) * eq.SCALE if stage.norm else arriving(stage)


def by_beta(stage: Stage) -> Expr:
    """∂loss/∂β of batch norm in evaluation mode."""
    return summed(arriving(stage))


def by_gamma(stage: Stage) -> Expr:
    """∂loss/∂γ: each by the normalized value that γ multiplies."""
    return summed(arriving(stage) * (Z - eq.MEAN)) / sqrt(eq.VARIANCE + eq.EPSILON)


def by_pooled(earlier: int) -> Expr:
    """∂loss/∂x of max-pooling for the cell with so many earlier ones in its window."""
    return routed(X, LARGEST, G, *(Symbol(f"x{n}") for n in range(1, earlier + 1)))


def by_mean(cells: int) -> Expr:
    """∂loss/∂x of a mean over so many cells."""
    return G / Integer(cells)
