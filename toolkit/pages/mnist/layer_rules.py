"""The shape and the cost of every kind of layer, and what makes a layer impossible, as equations.

Sizes and parameters are PyTorch's; the receptive field follows A. Araujo, W. Norris and J. Sim,
"Computing Receptive Fields of Convolutional Neural Networks", Distill, 2019.
"""

from sympy import And, Eq, Expr, Integer, Min, Ne, Or, Piecewise, Symbol, floor

from toolkit.convnet.shapes import NAMES
from toolkit.symbols.equation import Equation, quantity
from toolkit.symbols.text import Text, joined

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
CHECK, CHECK_IN = Symbol("check"), Symbol("check before")
MAPS, MAPS_IN = quantity("maps"), quantity("maps in")  # 1 for maps, 0 for features
NUMBER, MODULE, SHAPE = Symbol("number"), Symbol("Layer (type)"), Symbol("Output Shape")
FITS, NOTHING = Text("pass"), Text("")
UNSET, NO_MAPS, TOO_LARGE, PADDED = (
    Text(f"fail: {why}") for why in ("no number", "needs maps", "too large", "padding")
)


def _is(*kinds: str) -> Expr:
    return Or(*(Eq(KIND, Text(kind)) for kind in kinds))


SLIDES = _is(CONVOLUTION, WITH_BIAS, MAX_POOL)
WEIGHTS = CHANNELS * C_IN * KERNEL**2
FEATURES = C_IN * H_IN * W_IN


def _size(side: Symbol) -> Expr:
    """floor((n + 2p - k) / s) + 1 for windows that slide; 1 for layers that end the maps."""
    slid = floor((side + 2 * PADDING - KERNEL) / STRIDE) + 1
    return Piecewise((slid, SLIDES), (1, _is(AVERAGE_POOL, LINEAR)), (side, True))


IMAGE_VALUES = Equation(VALUES, C * H * W)
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
    IMAGE_VALUES,
    Equation(MEGABYTES, VALUES * BYTES / MEGABYTE),
    Equation(MAPS, Piecewise((0, _is(AVERAGE_POOL, LINEAR)), (MAPS_IN, True))),
)

# A layer is checked before anything else is computed from its settings. In an empty cell, every
# setting counts as 0, and there is nothing to check after a layer that is impossible.
POSSIBLE = Equation(
    CHECK,
    Piecewise(
        (NOTHING, Ne(CHECK_IN, FITS)),
        (UNSET, And(SLIDES, Or(KERNEL < 1, STRIDE < 1))),
        (UNSET, And(_is(CONVOLUTION, WITH_BIAS, LINEAR), CHANNELS < 1)),
        (NO_MAPS, And(Or(SLIDES, _is(AVERAGE_POOL)), MAPS_IN < 1)),
        (TOO_LARGE, And(SLIDES, Min(H_IN, W_IN) + 2 * PADDING < KERNEL)),
        (PADDED, And(_is(MAX_POOL), 2 * PADDING > KERNEL)),
        (FITS, True),
    ),
)
IMAGE_POSSIBLE = Equation(CHECK, Piecewise((FITS, (C >= 1) & (H >= 1) & (W >= 1)), (UNSET, True)))


def if_possible(expr: Expr) -> Expr:
    """The expression, or an empty text for a layer that is impossible or comes after one."""
    return Piecewise((expr, Eq(CHECK, FITS)), (NOTHING, True))


# What torchsummary calls the layers; it prints features, which have no height and width, apart.
MODULES = (
    (Text("Conv2d"), _is(CONVOLUTION, WITH_BIAS)),
    (Text("MaxPool2d"), _is(MAX_POOL)),
    (Text("BatchNorm2d"), And(_is(BATCH_NORM), MAPS_IN >= 1)),
    (Text("BatchNorm1d"), _is(BATCH_NORM)),
    (Text("ReLU"), _is(RELU)),
    (Text("Dropout2d"), And(_is(DROPOUT), MAPS_IN >= 1)),
    (Text("Dropout"), _is(DROPOUT)),
    (Text("AdaptiveAvgPool2d"), _is(AVERAGE_POOL)),
    (Text("Linear"), True),
)
SIDES = joined(Text(", "), H, Text(", "), W)
PRINTED_SHAPE = Equation(
    SHAPE,
    joined(
        Text("[-1, "),
        C,
        Piecewise((SIDES, Or(MAPS >= 1, _is(AVERAGE_POOL))), (NOTHING, True)),
        Text("]"),
    ),
)
PRINTED = (Equation(MODULE, joined(Piecewise(*MODULES), Text("-"), NUMBER)), PRINTED_SHAPE)
