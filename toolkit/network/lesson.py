"""A lesson template: a small network, its samples, its initial weights and its training."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from toolkit.files import templates
from toolkit.files.errors import ToolkitError
from toolkit.files.templates import Array, Share
from toolkit.network.published import Published

MOST_EPOCHS = 10**9  # a sheet has far fewer rows

Width = Annotated[int, Field(ge=1, le=10**6)]  # a sheet has 16,384 columns
Positive = Annotated[float, Field(gt=0)]
Activation = Literal[
    "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "gelu", "identity", "softmax"
]
Loss = Literal["half_squared_error", "mean_squared_error", "binary_cross_entropy", "cross_entropy"]
PROBABILITY_LOSSES: tuple[Loss, ...] = ("binary_cross_entropy", "cross_entropy")
Optimizer = Literal["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"]
Initializer = Literal["uniform", "xavier", "kaiming"]

# What each optimizer reads beside the learning rate and weight_decay, with torch.optim's defaults;
# torch gives momentum no default but 0, which would be plain descent.
SETTINGS: dict[str, dict[str, float | tuple[float, ...]]] = {
    "sgd": {},
    "momentum": {"momentum": 0.9},
    "nesterov": {"momentum": 0.9},
    "adagrad": {"epsilon": 1e-10},
    "rmsprop": {"alpha": 0.99, "epsilon": 1e-8},
    "adam": {"betas": (0.9, 0.999), "epsilon": 1e-8},
}


class Network(templates.Part):
    """The widths of all layers including the inputs, and the activation of each later layer."""

    layers: Annotated[Array[Width], Field(min_length=2)]
    activations: Array[Activation]
    bias: bool
    loss: Loss
    negative_slope: Annotated[float, Field(ge=0)] = 0.01


class Samples(templates.Part):
    """One row of inputs and one of targets for each sample; together the samples form the batch.

    `labels` are the names of the samples.
    """

    inputs: Annotated[Array[Array[float]], Field(min_length=1)]
    targets: Annotated[Array[Array[float]], Field(min_length=1)]
    labels: Array[templates.Title] | None = None


class Start(templates.Part):
    """The initial weights and biases, or a seed and an initializer from which they are drawn.

    Weights are ordered by layer, neuron and input, like the flattened weights of torch.nn.Linear;
    biases are ordered by layer and neuron.
    """

    weights: Array[float] | None = None
    biases: Array[float] | None = None
    seed: Annotated[int, Field(ge=0)] | None = None
    initializer: Initializer | None = None


class Training(templates.Part):
    """Full-batch gradient descent, once for each learning rate, with an optimizer of torch.optim.

    `compare` lists other optimizers for comparison. They use torch's default settings, and each has
    a learning rate in `compare_learning_rates`.
    """

    optimizer: Optimizer
    learning_rates: Annotated[Array[Positive], Field(min_length=1)]
    epochs: Annotated[int, Field(ge=1, le=MOST_EPOCHS)]
    train_biases: bool = True
    momentum: Share | None = None
    betas: Annotated[Array[Share], Field(min_length=2), templates.at_most(2)] | None = None
    alpha: Share | None = None
    epsilon: Positive | None = None
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    compare: Annotated[Array[Optimizer], Field(min_length=1)] | None = None
    compare_learning_rates: Array[Positive] | None = None

    def setting(self, key: str) -> tuple[float, ...]:
        """The values of an optimizer's setting or its defaults; betas have two values."""
        given: float | tuple[float, ...] | None = getattr(self, key)
        chosen = SETTINGS[self.optimizer][key] if given is None else given
        return chosen if isinstance(chosen, tuple) else (chosen,)


class Lesson(templates.Part):
    """A complete lesson template."""

    title: templates.Title
    network: Network
    samples: Samples
    start: Start
    training: Training
    published: Published | None = None

    @model_validator(mode="after")
    def _agree(self) -> "Lesson":
        layers = self.network.layers
        _count("network.activations", self.network.activations, len(layers) - 1, "network.layers")
        _check_samples(self.samples, layers)
        _check_start(self.start, self.network)
        _check_loss(self.network, self.samples)
        _check_training(self.training)
        _check_compared(self.training)
        _check_published(self.published, self.training)
        return self


def _check_samples(samples: Samples, layers: Sequence[int]) -> None:
    _count("samples.targets", samples.targets, len(samples.inputs), "samples.inputs")
    for row, (inputs, targets) in enumerate(zip(samples.inputs, samples.targets, strict=True), 1):
        _count(f"samples.inputs[{row}]", inputs, layers[0], "network.layers")
        _count(f"samples.targets[{row}]", targets, layers[-1], "network.layers")
    if samples.labels is not None:
        _count("samples.labels", samples.labels, len(samples.inputs), "samples.inputs")


def _check_start(start: Start, network: Network) -> None:
    _check_pair("start", {"seed": start.seed, "initializer": start.initializer})
    if start.weights is not None:
        _count("start.weights", start.weights, weight_count(network.layers), "network.layers")
    elif start.seed is None:
        raise ValueError("start.weights: missing; give them, or start.seed and start.initializer")
    if start.biases is not None:
        if not network.bias:
            raise ValueError("start.biases: network.bias is false; set it to true or remove these")
        _count("start.biases", start.biases, sum(network.layers[1:]), "network.layers")
    elif network.bias and start.seed is None:
        raise ValueError("start.biases: missing; give them, or start.seed and start.initializer")


def _check_loss(network: Network, samples: Samples) -> None:
    loss, last = network.loss, network.activations[-1]
    if loss == "cross_entropy" and last != "softmax":
        raise ValueError(
            f"network.loss: cross_entropy needs softmax as the last of network.activations, "
            f"not {last}"
        )
    if loss == "binary_cross_entropy" and last not in ("sigmoid", "softmax"):
        raise ValueError(
            f"network.loss: binary_cross_entropy needs outputs between 0 and 1: make sigmoid or "
            f"softmax the last of network.activations, not {last}"
        )
    for row, targets in enumerate(samples.targets, 1):
        _check_targets(loss, row, targets)


def _check_targets(loss: Loss, row: int, targets: Sequence[float]) -> None:
    if loss in PROBABILITY_LOSSES and not all(0 <= target <= 1 for target in targets):
        raise ValueError(f"samples.targets[{row}]: {loss} needs targets between 0 and 1")
    if loss == "cross_entropy" and abs(sum(targets) - 1) > 1e-6:
        raise ValueError(
            f"samples.targets[{row}]: add up to {sum(targets):.6g}; cross_entropy needs "
            "probabilities that add up to 1"
        )


def _check_training(training: Training) -> None:
    for key in ("momentum", "betas", "alpha", "epsilon"):
        if getattr(training, key) is not None and key not in SETTINGS[training.optimizer]:
            raise ValueError(
                f"training.{key}: {training.optimizer} has no {key}; remove it or choose another "
                "training.optimizer"
            )


def _check_compared(training: Training) -> None:
    kinds, rates = training.compare, training.compare_learning_rates
    _check_pair("training", {"compare": kinds, "compare_learning_rates": rates})
    if kinds is None or rates is None:
        return
    _count("training.compare_learning_rates", rates, len(kinds), "training.compare")
    if training.optimizer in kinds:
        raise ValueError(
            f"training.compare: {training.optimizer} is training.optimizer already; remove it here"
        )
    for kind in kinds:
        if kinds.count(kind) > 1:
            raise ValueError(f"training.compare: {kind} is listed twice; list each optimizer once")


def _check_pair(part: str, values: Mapping[str, object]) -> None:
    """Two keys that are given both or neither."""
    given, missing = sorted(values, key=lambda key: values[key] is None)
    if (values[given] is None) != (values[missing] is None):
        raise ValueError(f"{part}.{given}: also requires {part}.{missing}; add it")


def _check_published(published: Published | None, training: Training) -> None:
    if published and published.learning_rate not in training.learning_rates:
        rates = ", ".join(f"{rate:g}" for rate in training.learning_rates)
        raise ValueError(
            f"published.learning_rate: {published.learning_rate:g} is not one of "
            f"training.learning_rates ({rates}); give one of these"
        )


def weight_count(layers: Sequence[int]) -> int:
    """The number of weights between layers of the given widths."""
    return sum(a * b for a, b in pairwise(layers))


def _count(key: str, values: Sequence[object], wanted: int, reason: str) -> None:
    if len(values) != wanted:
        raise ValueError(
            f"{key}: {len(values)} given, but {reason} requires {wanted}; give {wanted}"
        )


def load(name: str | Path) -> Lesson:
    """The lesson called `name`, which is the name of a shipped lesson or a path.

    Raises ToolkitError naming file, key and cure.
    """
    return templates.read(templates.find("lessons", str(name)), Lesson)


def changed(
    lesson: Lesson, epochs: int | None = None, learning_rates: list[float] | None = None
) -> Lesson:
    """The same lesson with other epochs or learning rates, as given on the command line.

    Raises ToolkitError for fewer than one epoch or more than `MOST_EPOCHS`, or for a learning rate
    that is not above 0 and finite.
    """
    update: dict[str, object] = {}
    if epochs is not None:
        if epochs < 1:
            raise ToolkitError(f"--epochs {epochs}: must be at least 1")
        if epochs > MOST_EPOCHS:
            raise ToolkitError(f"--epochs {epochs}: must be at most {MOST_EPOCHS:,}")
        update["epochs"] = epochs
    if learning_rates:
        for rate in learning_rates:
            if not 0 < rate < float("inf"):
                raise ToolkitError(f"--learning-rate {rate:g}: must be a finite number above 0")
        update["learning_rates"] = tuple(learning_rates)
    training = lesson.training.model_copy(update=update)
    return lesson.model_copy(update={"training": training})
