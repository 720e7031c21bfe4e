"""The shape and the cost of every kind of layer, as equations.

Sizes and parameters are PyTorch's; the receptive field follows A. Araujo, W. Norris and J. Sim,
"Computing Receptive Fields of Convolutional Neural Networks", Distill, 2019.
"""

from sympy import Eq, Expr, Integer, Or, Piecewise, Symbol, floor

from toolkit.convnet.shapes import NAMES
from toolkit.symbols.equation import Equation, quantity
from toolkit.symbols.text import Text

CONVOLUTION, MAX_POOL = NAMES["convolution"], NAMES["max_pool"]
WITH_BIAS = f"{CONVOLUTION} + bias"
BATCH_NORM, RELU, DROPOUT = NAMES["batch_norm"], NAMES["relu"], NAMES["dropout"]
AVERAGE_POOL, LINEAR = NAMES["global_average_pool"], NAMES["linear"]
KINDS = (CONVOLUTION, WITH_BIAS, MAX_POOL, BATCH_NORM, RELU, DROPOUT, AVERAGE_POOL, LINEAR)

KIND = Symbol("layer")
CHANNELS, KERNEL, STRIDE, PADDING = (
    quantity(name) for name in ("channels out", "kernel", "stride", "padding")
)
C_IN, H_IN, W_IN, JUMP_IN, FIELD_IN = (
    quantity(name)
    for name in ("channels in", "height in", "width in", "jump in", "receptive field in")
)
C, H, W, JUMP, FIELD = (
    quantity(name) for name in ("channels", "height", "width", "jump", "receptive field")
)
PARAMETERS, MULTIPLY_ADDS, VALUES, MEGABYTES = (
    quantity(name) for name in ("parameters", "multiply-adds", "values", "MB")
)
BYTES, MEGABYTE = quantity("bytes a number"), quantity("bytes a MB")
CHECK = Symbol("check")
FITS, TOO_LARGE = Text("pass"), Text("fail: too large")


def _is(*kinds: str) -> Expr:
    return Or(*(Eq(KIND, Text(kind)) for kind in kinds))


SLIDES = _is(CONVOLUTION, WITH_BIAS, MAX_POOL)
WEIGHTS = CHANNELS * C_IN * KERNEL**2
FEATURES = C_IN * H_IN * W_IN


def _size(side: Symbol) -> Expr:
    """floor((n + 2p - k) / s) + 1 for windows that slide; 1 for layers that end the maps."""
    slid = floor((side + 2 * PADDING - KERNEL) / STRIDE) + 1
    return Piecewise((slid, SLIDES), (1, _is(AVERAGE_POOL, LINEAR)), (side, True))


RULES = (
    Equation(C, Piecewise((CHANNELS, _is(CONVOLUTION, WITH_BIAS, LINEAR)), (C_IN, True))),
    Equation(H, _size(H_IN)),
    Equation(W, _size(W_IN)),
    Equation(JUMP, Piecewise((JUMP_IN * STRIDE, SLIDES), (JUMP_IN, True))),
    Equation(
        FIELD,
        Piecewise(
            (FIELD_IN + (KERNEL - 1) * JUMP_IN, SLIDES),
            (FIELD_IN + (H_IN - 1) * JUMP_IN, _is(AVERAGE_POOL, LINEAR)),
            (FIELD_IN, True),
        ),
    ),
    Equation(
        PARAMETERS,
        Piecewise(
            (WEIGHTS, _is(CONVOLUTION)),
            (WEIGHTS + CHANNELS, _is(WITH_BIAS)),
            (CHANNELS * (FEATURES + 1), _is(LINEAR)),
            (2 * C_IN, _is(BATCH_NORM)),
            (Integer(0), True),
        ),
    ),
    Equation(
        MULTIPLY_ADDS,
        Piecewise(
            (WEIGHTS * H * W, _is(CONVOLUTION, WITH_BIAS)),
            (CHANNELS * FEATURES, _is(LINEAR)),
            (Integer(0), True),
        ),
    ),
    Equation(VALUES, C * H * W),
    Equation(MEGABYTES, VALUES * BYTES / MEGABYTE),
    Equation(CHECK, Piecewise((FITS, (H >= 1) & (W >= 1)), (TOO_LARGE, True))),
)
