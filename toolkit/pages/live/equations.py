"""The lines of mathematics of a stage: one definition for the text, the value and the formula."""

from dataclasses import replace

from sympy import Add, Expr, Symbol, sqrt

from toolkit.convnet.stages import Stage
from toolkit.symbols.equation import Equation
from toolkit.symbols.long_sums import abridged
from toolkit.symbols.maps import map_mean, rectified, weighted_sum, window_dot, window_largest

BIAS, SCALE, SHIFT = Symbol("b"), Symbol("s"), Symbol("t")
GAMMA, BETA, MEAN, VARIANCE = (Symbol(name) for name in ("γ", "β", "μ", "σ²"))
EPSILON = Symbol("ε")
Z, A = Symbol("z"), Symbol("a")
PIXEL, CENTRE, DEVIATION = Symbol("seen"), Symbol("mean"), Symbol("deviation")
NORMALIZED = Equation(Symbol("x"), (PIXEL / 255 - CENTRE) / DEVIATION)
MOST_TERMS = 3  # terms of a sum
# Batch norm in evaluation mode is γ·(x - μ)/√(σ² + ε) + β, which is s·x + t.
SCALED = Equation(SCALE, GAMMA / sqrt(VARIANCE + EPSILON))
SHIFTED = Equation(SHIFT, BETA - MEAN * SCALE)


def window(channel: int) -> Symbol:
    """What the stage reads of one channel: a window, or a cell where windows are 1x1."""
    return Symbol(f"x{channel}")


def kernel(channel: int) -> Symbol:
    """The kernel's part for one channel."""
    return Symbol(f"k{channel}")


def output(stage: Stage) -> Expr:
    """What each cell of an output map computes."""
    return finished(stage, _layer(stage))


def short_equation(stage: Stage) -> Equation:
    """The same for a reader: of many channels the first and the last."""
    return Equation(Symbol("a"), finished(stage, abridged(_layer(stage), MOST_TERMS)))


def apart(stage: Stage) -> list[Equation]:
    """The same in two lines: what the layer computes, and what batch norm and ReLU make of it."""
    lines = []
    if stage.kind != "pointwise":
        plain = replace(stage, norm=None, relu=False)
        lines.append(Equation(Z, finished(plain, abridged(_layer(stage), MOST_TERMS))))
    if stage.norm or stage.relu:
        lines.append(Equation(A, finished(replace(stage, bias=None), Z)))
    return lines


def finished(stage: Stage, expr: Expr) -> Expr:
    """What bias, batch norm and ReLU make of a sum of products."""
    if stage.bias is not None:
        expr += BIAS
    if stage.norm:
        expr = SCALE * expr + SHIFT
    return rectified(expr) if stage.relu else expr


def _layer(stage: Stage) -> Expr:
    channels = range(1, stage.input[0] + 1)
    if stage.kind == "convolution":
        return Add(*(_product(stage, channel) for channel in channels))
    if stage.kind == "linear":
        return weighted_sum(window(1), kernel(1))
    return {"pool": window_largest, "average": map_mean, "pointwise": lambda x: x}[stage.kind](
        window(1)
    )


def _product(stage: Stage, channel: int) -> Expr:
    if stage.size == 1:
        return window(channel) * kernel(channel)
    return window_dot(window(channel), kernel(channel))
