"""A lesson template: a small network, its samples, its start and how it is trained."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from toolkit import template
from toolkit.errors import ToolkitError

Width = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(gt=0)]
Activation = Literal["sigmoid", "tanh", "relu", "identity"]


class Network(template.Part):
    """Widths of inputs, hidden layers and outputs; an activation for each but the inputs."""

    layers: Annotated[list[Width], Field(min_length=2)]
    activations: list[Activation]
    bias: Literal[False]
    loss: Literal["half_squared_error"]


class Samples(template.Part):
    """One row of inputs and one of targets for each sample; all of them make up the batch."""

    inputs: Annotated[list[list[float]], Field(min_length=1)]
    targets: Annotated[list[list[float]], Field(min_length=1)]


class Start(template.Part):
    """Weights by layer, neuron and input, in that order, as torch.nn.Linear flattens them."""

    weights: list[float]


class Training(template.Part):
    """Plain gradient descent over the whole batch, once for each learning rate."""

    optimizer: Literal["sgd"]
    learning_rates: Annotated[list[Rate], Field(min_length=1)]
    epochs: Annotated[int, Field(ge=1)]


class Lesson(template.Part):
    """A whole lesson template."""

    title: template.Title
    network: Network
    samples: Samples
    start: Start
    training: Training

    @model_validator(mode="after")
    def _agree(self) -> "Lesson":
        layers = self.network.layers
        _count("network.activations", self.network.activations, len(layers) - 1, "network.layers")
        _count("samples.targets", self.samples.targets, len(self.samples.inputs), "samples.inputs")
        for row, (inputs, targets) in enumerate(
            zip(self.samples.inputs, self.samples.targets, strict=True), 1
        ):
            _count(f"samples.inputs[{row}]", inputs, layers[0], "network.layers")
            _count(f"samples.targets[{row}]", targets, layers[-1], "network.layers")
        _count("start.weights", self.start.weights, weight_count(layers), "network.layers")
        return self


def weight_count(layers: list[int]) -> int:
    """Number of weights between layers of the given widths."""
    return sum(a * b for a, b in pairwise(layers))


def _count(key: str, values: Sequence[object], wanted: int, reason: str) -> None:
    if len(values) != wanted:
        raise ValueError(
            f"{key}: {len(values)} given, but {reason} asks for {wanted}; give {wanted}"
        )


def load(name: str) -> Lesson:
    """The lesson called `name`: a shipped name or a path.

    Raises ToolkitError naming file, key and cure.
    """
    return template.read(template.find("lessons", name), Lesson)


def changed(
    lesson: Lesson, epochs: int | None = None, learning_rates: list[float] | None = None
) -> Lesson:
    """The same lesson with other epochs or learning rates, as given on the command line."""
    update: dict[str, object] = {}
    if epochs is not None:
        if epochs < 1:
            raise ToolkitError(f"--epochs {epochs}: must be at least 1")
        update["epochs"] = epochs
    if learning_rates:
        for rate in learning_rates:
            if not 0 < rate < float("inf"):
                raise ToolkitError(f"--learning-rate {rate:g}: must be a finite number above 0")
        update["learning_rates"] = learning_rates
    training = lesson.training.model_copy(update=update)
    return lesson.model_copy(update={"training": training})
