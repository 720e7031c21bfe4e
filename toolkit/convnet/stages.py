"""A trained network as stages: each a layer together with the operations on its output.

In evaluation mode dropout does nothing, and batch norm is a scale and a shift for each channel.
Therefore a convolution with its batch norm and its ReLU is a single equation for each value, and
one sheet can show it. This module uses NumPy, without torch.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from toolkit.convnet import layers
from toolkit.convnet.shapes import LayerRow, Shape, layer_table
from toolkit.convnet.stored import Stored
from toolkit.files.errors import ToolkitError

Kind = Literal["convolution", "pool", "average", "linear", "pointwise"]
Array = NDArray[np.float64]
EPSILON = 1e-5  # torch.nn.BatchNorm2d's default
FARTHEST = 1e290  # cells hold numbers up to 1e308
MEAN, DEVIATION = 0.1307, 0.3081  # statistics of all training pixels of MNIST, scaled to 0..1


@dataclass(frozen=True)
class Norm:
    """Batch norm in evaluation mode; each array holds one number per channel."""

    gamma: Array
    beta: Array
    mean: Array
    variance: Array


@dataclass(frozen=True)
class Stage:
    """A layer of the network with its bias, batch norm and ReLU, which are applied in this order.

    `layers` are the numbers (from 1) of the template's layers that it covers. `kernel` has the
    shape (out, in, height, width), or (out, in) for a linear layer.
    """

    kind: Kind
    input: Shape
    output: Shape
    layers: tuple[int, ...]
    size: int = 1
    stride: int = 1
    padding: int = 0
    kernel: Array = field(default_factory=lambda: np.zeros(0), repr=False)
    bias: Array | None = field(default=None, repr=False)
    norm: Norm | None = field(default=None, repr=False)
    relu: bool = False


def stages(stored: Stored) -> list[Stage]:
    """The stages of the network, in order.

    Raises ToolkitError if the weights are so large that the values could exceed what cells hold.
    """
    sequence: list[Stage] = []
    module = 0
    rows = layer_table(stored.model.network)
    for number, (layer, row) in enumerate(zip(stored.model.network.layers, rows, strict=True), 1):
        flattens = isinstance(layer, layers.Linear) and len(row.input) == 3
        module += flattens
        stage = _stage(layer, row, number, partial(_tensor, stored, module))
        module += 2 if isinstance(layer, layers.GlobalAveragePool) else 1
        if isinstance(layer, layers.Dropout):
            continue
        merged = _join(sequence[-1], stage) if sequence else None
        if merged:
            sequence[-1] = merged
        else:
            sequence.append(stage)
    if not reach(sequence) <= FARTHEST:  # which also rejects nan
        raise ToolkitError(
            f"{stored.source}: its weights are too large to compute with; train the model again, "
            "with a lower training.learning_rate"
        )
    return sequence


def _tensor(stored: Stored, module: int, name: str) -> Array:
    """A tensor in double precision; `read` has compared its shape with the template's."""
    return stored.tensors[f"{module}.{name}"].astype(np.float64)


def _stage(
    layer: layers.Layer, row: LayerRow, number: int, tensor: Callable[[str], Array]
) -> Stage:
    plain = Stage("pointwise", row.input, row.output, (number,))
    match layer:
        case layers.Convolution():
            return replace(
                plain,
                kind="convolution",
                size=layer.kernel,
                stride=layer.stride,
                padding=layer.padding,
                kernel=tensor("weight"),
                bias=tensor("bias") if layer.bias else None,
            )
        case layers.MaxPool():
            return replace(plain, kind="pool", size=layer.size, stride=layer.size)
        case layers.GlobalAveragePool():
            return replace(plain, kind="average")
        case layers.Linear():
            return _linear(plain, tensor("weight"), tensor("bias"))
        case layers.BatchNorm():
            parts = ("weight", "bias", "running_mean", "running_var")
            return replace(plain, norm=Norm(*map(tensor, parts)))
        case layers.Relu():
            return replace(plain, relu=True)
        case layers.Dropout():
            return plain


def _linear(plain: Stage, kernel: Array, bias: Array) -> Stage:
    """A linear layer; applied to maps, it is a convolution with kernels of the maps' size."""
    if len(plain.input) == 1:
        return replace(plain, kind="linear", kernel=kernel, bias=bias)
    shaped = kernel.reshape(-1, *plain.input)
    output = (*plain.output, 1, 1)
    return replace(
        plain, kind="convolution", size=plain.input[1], kernel=shaped, bias=bias, output=output
    )


def _join(before: Stage, stage: Stage) -> Stage | None:
    """Both as one stage if the second only changes the output of the first; else None."""
    if stage.kind != "pointwise" or before.relu or (before.norm and stage.norm):
        return None
    numbers = (*before.layers, *stage.layers)
    return replace(
        before, layers=numbers, norm=before.norm or stage.norm, relu=before.relu or stage.relu
    )


def forward(steps: list[Stage], image: Array) -> Array:
    """The logits (classes,) of one image (28, 28) of 0..255, in evaluation mode."""
    values = ((image / 255 - MEAN) / DEVIATION)[None]
    for step in steps:
        values = _finish(step, _compute(step, values))
    return values.ravel()


def _compute(step: Stage, values: Array) -> Array:
    if step.kind == "average":
        mean: Array = values.mean(axis=(1, 2))
        return mean
    if step.kind == "linear":
        product: Array = step.kernel @ values.ravel()
        return product
    if step.kind == "pointwise":
        return values
    margin = ((0, 0), (step.padding,) * 2, (step.padding,) * 2)
    windows = sliding_window_view(np.pad(values, margin), (step.size,) * 2, axis=(1, 2))
    windows = windows[:, :: step.stride, :: step.stride]
    if step.kind == "pool":
        largest: Array = windows.max(axis=(-2, -1))
        return largest
    sums: Array = np.einsum("crsij,ocij->ors", windows, step.kernel, optimize=True)
    return sums


def scale_and_shift(norm: Norm) -> tuple[Array, Array]:
    """Scale and shift (channels,) of batch norm in evaluation mode: x becomes scale · x + shift."""
    scale = norm.gamma / np.sqrt(norm.variance + EPSILON)
    return scale, norm.beta - norm.mean * scale


def _finish(step: Stage, values: Array) -> Array:
    shape = (-1,) + (1,) * (values.ndim - 1)
    if step.bias is not None:
        values = values + step.bias.reshape(shape)
    if step.norm:
        scale, shift = scale_and_shift(step.norm)
        values = values * scale.reshape(shape) + shift.reshape(shape)
    return np.maximum(values, 0) if step.relu else values


@np.errstate(over="ignore", invalid="ignore")
def reach(steps: list[Stage]) -> float:
    """A bound on the absolute value of everything that the network computes from any image; inf or
    nan if there is none.
    """
    bound = largest = np.float64(max(MEAN, 1 - MEAN) / DEVIATION)
    for step in steps:
        weights = abs(step.kernel).reshape(len(step.kernel), -1).sum(1) if step.kernel.size else 1.0
        values = bound * weights + (0.0 if step.bias is None else abs(step.bias))
        largest = np.maximum(largest, np.max(values))  # unlike Python's max, it propagates nan
        if step.norm:
            scale, shift = scale_and_shift(step.norm)
            values = values * abs(scale) + abs(shift)
        bound = np.max(values)
        largest = np.maximum(largest, bound)
    return float(largest)
