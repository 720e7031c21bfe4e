"""The shapes and the parameter counts of the layers, computed without torch."""

from dataclasses import dataclass
from math import prod
from typing import assert_never

from toolkit.convnet import layers

Shape = tuple[int, ...]
NAMES: dict[layers.LayerType, str] = {
    "convolution": "Convolution",
    "batch_norm": "Batch norm",
    "relu": "ReLU",
    "dropout": "Dropout",
    "max_pool": "Max pool",
    "global_average_pool": "Global average pool",
    "linear": "Linear",
}
IN_PLACE: tuple[layers.LayerType, ...] = ("batch_norm", "relu", "dropout")
COUNTER = "num_batches_tracked"  # the name of a counter in batch norm layers


@dataclass(frozen=True)
class LayerRow:
    """One row of the layer table. Shapes are (channels, height, width) or (features,).

    `channels` is the number in the template (for a linear layer, its features), and `bias` says
    whether a convolution has one.
    """

    type: layers.LayerType
    input: Shape
    output: Shape
    parameters: int
    kernel: int | None = None
    stride: int | None = None
    padding: int | None = None
    rate: float | None = None
    channels: int | None = None
    bias: bool = False

    @property
    def name(self) -> str:
        """What tables and messages call a layer of this type."""
        return NAMES[self.type]


def layer_table(network: layers.NetworkConfig) -> list[LayerRow]:
    """One row for each layer, in order.

    Raises ValueError naming the first layer that does not fit the output of the one before it.
    """
    shape: Shape = tuple(network.input)
    rows = []
    for number, layer in enumerate(network.layers, 1):
        try:
            row = _row(layer, shape)
        except ValueError as error:
            raise ValueError(f"network.layers[{number}] ({layer.type}): {error}") from error
        rows.append(row)
        shape = row.output
    return rows


def parameter_count(network: layers.NetworkConfig) -> int:
    """The number of trainable parameters of the network."""
    return sum(row.parameters for row in layer_table(network))


def activation_count(network: layers.NetworkConfig) -> int:
    """The number of values that a forward pass computes for one image: the outputs of convolutions,
    pools and linear layers.

    Batch norm, ReLU and dropout change values in place and add none.
    """
    rows = layer_table(network)
    return sum(prod(row.output) for row in rows if row.type not in IN_PLACE)


def tensor_shapes(network: layers.NetworkConfig) -> dict[str, Shape]:
    """The shape of every tensor of a trained network, by its name in `torch.nn.Sequential`. Tensors
    whose names end in `COUNTER` hold integers, all others floats.
    """
    shapes: dict[str, Shape] = {}
    module = 0
    for layer, row in zip(network.layers, layer_table(network), strict=True):
        module += isinstance(layer, layers.Linear) and len(row.input) == 3  # nn.Flatten
        shapes |= {f"{module}.{name}": shape for name, shape in _tensors(layer, row).items()}
        module += 2 if isinstance(layer, layers.GlobalAveragePool) else 1
    return shapes


def _tensors(layer: layers.Layer, row: LayerRow) -> dict[str, Shape]:
    match layer:
        case layers.Convolution():
            weight = (layer.channels, row.input[0], layer.kernel, layer.kernel)
            return {"weight": weight} | ({"bias": weight[:1]} if layer.bias else {})
        case layers.BatchNorm():
            names = ("weight", "bias", "running_mean", "running_var")
            return dict.fromkeys(names, row.input[:1]) | {COUNTER: ()}
        case layers.Linear():
            return {"weight": (layer.features, prod(row.input)), "bias": (layer.features,)}
        case layers.Relu() | layers.Dropout() | layers.MaxPool() | layers.GlobalAveragePool():
            return {}
        case unknown:
            assert_never(unknown)


def _row(layer: layers.Layer, shape: Shape) -> LayerRow:
    match layer:
        case layers.Convolution():
            return _convolution(layer, _maps(shape))
        case layers.BatchNorm():
            return LayerRow(layer.type, shape, shape, 2 * shape[0])
        case layers.Relu():
            return LayerRow(layer.type, shape, shape, 0)
        case layers.Dropout():
            return LayerRow(layer.type, shape, shape, 0, rate=layer.rate)
        case layers.MaxPool():
            size = layer.size
            output = _slide(_maps(shape), shape[0], size, size, 0)
            return LayerRow(layer.type, shape, output, 0, kernel=size, stride=size, padding=0)
        case layers.GlobalAveragePool():
            return LayerRow(layer.type, _maps(shape), shape[:1], 0)
        case layers.Linear():
            parameters = (prod(shape) + 1) * layer.features
            return LayerRow(
                layer.type, shape, (layer.features,), parameters, channels=layer.features
            )


def _convolution(layer: layers.Convolution, shape: Shape) -> LayerRow:
    weights = layer.channels * shape[0] * layer.kernel**2
    output = _slide(shape, layer.channels, layer.kernel, layer.stride, layer.padding)
    return LayerRow(
        layer.type,
        shape,
        output,
        weights + layer.channels * layer.bias,
        kernel=layer.kernel,
        stride=layer.stride,
        padding=layer.padding,
        channels=layer.channels,
        bias=layer.bias,
    )


def _maps(shape: Shape) -> Shape:
    if len(shape) != 3:
        raise ValueError("needs maps, but the maps end in an earlier layer; move this layer up")
    return shape


def _slide(shape: Shape, channels: int, kernel: int, stride: int, padding: int) -> Shape:
    """The output shape, with sides of (n + 2p - k) // s + 1 as in PyTorch."""
    sides = [(side + 2 * padding - kernel) // stride + 1 for side in shape[1:]]
    if min(sides) < 1:
        raise ValueError(
            f"its {kernel}x{kernel} window does not fit the {shape[1]}x{shape[2]} maps that "
            "reach it; make the kernel smaller, add padding, or remove a layer before it"
        )
    return (channels, *sides)
