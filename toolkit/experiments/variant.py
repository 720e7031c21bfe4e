"""Experiments and their variants, each of which changes the baseline in one respect."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ValidationError

from toolkit.convnet.template import Model
from toolkit.experiments.notation import layers
from toolkit.files.errors import ToolkitError
from toolkit.files.templates import Part, first_fault

BASELINE = "8 16 P 8:1 16 16 24 28 G F10"
Pixels = Literal["standardized", "unit", "symmetric", "bytes"]
Initialization = Literal["torch", "he", "xavier", "tiny", "large", "zero"]
Labels = Literal["true", "shuffled", "half"]
Loss = Literal["cross_entropy", "softmax_twice", "squared_error"]


@dataclass(frozen=True)
class Budget:
    """The budget of every run: the number of training images, each used `epochs` times."""

    images: int = 12_000
    epochs: int = 4


class Setup(Part):
    """Everything on which a run depends, except its seed.

    `pixels` is the scale of the pixels: standardized to mean 0 and standard deviation 1 over the
    training set, unit 0..1, symmetric -1..1, bytes 0..255. `start` is the initialization of the
    weights, torch being PyTorch's default. With shuffled `labels` the labels of all images are
    permuted, with half those of every second image. As `loss`, softmax_twice is cross-entropy
    applied to probabilities instead of logits, and squared_error compares probabilities with the
    one-hot label.
    """

    model: Model
    images: int
    pixels: Pixels = "standardized"
    start: Initialization = "torch"
    labels: Labels = "true"
    loss: Loss = "cross_entropy"

    @property
    def fingerprint(self) -> str:
        """A hash of the setup without its title: 12 hexadecimal digits."""
        content = self.model_dump_json(exclude={"model": {"title"}})
        return hashlib.sha256(content.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Variant:
    """The baseline with one change; `layers` is in the notation of `toolkit.experiments.notation`.

    If `images` differs from the budget, the number of epochs is adjusted, so that the total number
    of images in a run stays the same.
    """

    name: str
    layers: str = BASELINE
    after: str = "B R"
    training: Mapping[str, Any] = field(default_factory=dict)
    augmentation: Mapping[str, float] = field(default_factory=dict)
    pixels: Pixels = "standardized"
    start: Initialization = "torch"
    labels: Labels = "true"
    loss: Loss = "cross_entropy"
    images: int | None = None

    def setup(self, budget: Budget) -> Setup:
        """The complete setup of the variant, including what it takes from the baseline.

        Raises ToolkitError, which names the variant, if no network can be built from it.
        """
        images = self.images or budget.images
        epochs = max(1, round(budget.epochs * budget.images / images))
        model = {
            "title": self.name,
            "network": {"input": [1, 28, 28], "layers": layers(self.layers, self.after)},
            "training": TRAINING | {"epochs": epochs} | dict(self.training),
            "augmentation": dict(self.augmentation),
        }
        others = {name: getattr(self, name) for name in ("pixels", "start", "labels", "loss")}
        try:
            return Setup.model_validate({"model": model, "images": images} | others)
        except ValidationError as error:
            raise ToolkitError(f"variant {self.name}: {first_fault(error, Setup)}") from error


TRAINING = {
    "batch_size": 64,
    "optimizer": "sgd",
    "learning_rate": 0.15,
    "schedule": "one_cycle",
    "momentum": 0.9,
    "weight_decay": 1e-4,
}


@dataclass(frozen=True)
class Experiment:
    """A question about one concept, and the variants that are compared to answer it."""

    question: str
    variants: tuple[Variant, ...]
