"""The layers of a convolutional network, as a template lists them."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from toolkit.files import templates

LARGEST_SETTING = 10**6  # channels, pixels or epochs: more than any machine can train
Positive = Annotated[int, Field(ge=1, le=LARGEST_SETTING)]
LayerType = Literal[
    "convolution", "batch_norm", "relu", "dropout", "max_pool", "global_average_pool", "linear"
]


class Convolution(templates.Part):
    """Square kernels that slide over the maps. Without a bias, as batch norm usually follows."""

    type: Literal["convolution"]
    channels: Positive
    kernel: Positive
    stride: Positive = 1
    padding: Annotated[int, Field(ge=0, le=LARGEST_SETTING)] = 0
    bias: bool = False


class BatchNorm(templates.Part):
    """Normalize each channel to mean 0 and variance 1 over the batch, then scale and shift it."""

    type: Literal["batch_norm"]


class Relu(templates.Part):
    """max(0, x)."""

    type: Literal["relu"]


class Dropout(templates.Part):
    """Set whole channels (of maps) or single features to zero at random during training."""

    type: Literal["dropout"]
    rate: templates.Share


class MaxPool(templates.Part):
    """The largest value of each square window."""

    type: Literal["max_pool"]
    size: Positive = 2


class GlobalAveragePool(templates.Part):
    """Replace each map by its mean."""

    type: Literal["global_average_pool"]


class Linear(templates.Part):
    """Fully connected; maps are flattened first."""

    type: Literal["linear"]
    features: Positive


LAYERS: dict[LayerType, type[templates.Part]] = {
    "convolution": Convolution,
    "batch_norm": BatchNorm,
    "relu": Relu,
    "dropout": Dropout,
    "max_pool": MaxPool,
    "global_average_pool": GlobalAveragePool,
    "linear": Linear,
}


def _layer(value: object) -> object:
    """The layer that a table describes, by its `type`. Errors name the keys of that table alone."""
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    if not isinstance(kind, str) or kind not in LAYERS:
        raise PydanticCustomError("layer_type", f"type must be one of {', '.join(LAYERS)}")
    return LAYERS[kind].model_validate(value)


Layer = Annotated[
    Convolution | BatchNorm | Relu | Dropout | MaxPool | GlobalAveragePool | Linear,
    BeforeValidator(_layer),
]


class NetworkConfig(templates.Part):
    """The layers in the order in which an image passes through them."""

    input: Annotated[templates.Array[Positive], Field(min_length=3), templates.at_most(3)]
    layers: Annotated[templates.Array[Layer], Field(min_length=1)]
