"""A trained network, which can be evaluated, saved and loaded."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from toolkit.convnet import digits as mnist
from toolkit.convnet import outputs, training
from toolkit.convnet.dataset import Dataset
from toolkit.convnet.digits import Digits
from toolkit.convnet.history import Epoch, History
from toolkit.convnet.loop import evaluate
from toolkit.convnet.machine import choose_device, threads
from toolkit.convnet.model import build
from toolkit.convnet.stored import read, shipped
from toolkit.convnet.template import Model, check_batches, check_digits, with_epochs
from toolkit.convnet.template import load as load_template
from toolkit.convnet.weights import metadata_of, put_weights, save_weights
from toolkit.files.html import table


@dataclass(frozen=True)
class Evaluation:
    """The scores of a network on images: the mean cross-entropy and the accuracy, as a share."""

    loss: float
    accuracy: float
    images: int


@dataclass(frozen=True)
class TrainedNetwork:
    """A network in evaluation mode, its model, and the names of its classes indexed by label.

    `history` holds the epochs of a training in this session; a network that was read from a file
    has none. `metadata` is stored with the weights.
    """

    network: nn.Sequential
    model: Model
    names: tuple[str, ...]
    metadata: dict[str, str]
    history: History | None = None

    def evaluate(self, digits: Digits) -> Evaluation:
        """Loss and accuracy on the held-out images of `digits`."""
        device = next(self.network.parameters()).device
        test_set = Dataset.of(digits.test_images, digits.test_labels, device)
        loss, correct = evaluate(self.network, test_set)
        count = len(digits.test_images)
        return Evaluation(loss, correct / count, count)

    def probabilities(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """The class probabilities (n, classes) of images (n, 28, 28) of 0..255, light on black."""
        return outputs.probabilities(self.network, torch.from_numpy(images))

    def save(self, out: str | Path) -> Path:
        """Write the weights as safetensors, for `load_network`, `predict` and `write_live`.

        Raises ToolkitError if the file cannot be written.
        """
        path = Path(out)
        save_weights(self.network, self.metadata, path)
        return path

    def _repr_html_(self) -> str:
        """A table of the epochs of its training, or else its title."""
        if not self.history:
            return table(["model", "classes"], [[self.model.title, ", ".join(self.names)]])
        return table(
            ["epoch", "training loss", f"{self.history.held_out} loss", "accuracy", "seconds"],
            (_figures(epoch, self.history.test_count) for epoch in self.history.epochs),
        )


def _figures(epoch: Epoch, count: int) -> list[str]:
    accuracy = f"{epoch.test_correct / count:.2%}"
    losses = f"{epoch.train_loss:.4f}", f"{epoch.test_loss:.4f}"
    return [str(epoch.number), *losses, accuracy, f"{epoch.seconds:.1f}"]


def load_network(path: str | Path | None = None) -> TrainedNetwork:
    """The network with the weights at `path`, or else the shipped one, on the CPU.

    Raises ToolkitError if the file is missing or damaged, or its weights do not fit its template.
    """
    stored = read(Path(path) if path else shipped())
    network = build(stored.model.network).eval()
    put_weights(stored, network)
    metadata = stored.metadata.model_dump(exclude_none=True, exclude={"format"})
    return TrainedNetwork(network, stored.model, stored.names, metadata)


def train(
    model: str | Path | Model,
    digits: Digits | None = None,
    *,
    epochs: int | None = None,
    seed: int = 0,
    device: str = "auto",
    thread_count: int | None = None,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
) -> TrainedNetwork:
    """Train a model on MNIST or on other `digits`.

    `model` is a `Model`, the name of a shipped template, or the path of a template. `epochs`
    overrides the model's; `device` is auto, cpu, cuda or mps. The same seed gives the same figures
    on the same machine with the same number of threads. `on_epoch` is called after each epoch.
    After the first epoch, Ctrl-C ends the training early, and so does a loss that is not finite;
    `history.ended` then says so.

    Raises ToolkitError if the model does not fit the images, an argument is invalid, or the
    training diverges in its first epoch.
    """
    template, text = (
        (model, model.toml()) if isinstance(model, Model) else load_template(str(model))
    )
    check_digits(template, template.title)
    digits = digits or mnist.load()
    check_batches(template, len(digits.train_images), template.title)
    watcher = training.Watcher(on_epoch=on_epoch)
    with threads(thread_count):
        network, history = training.train(
            with_epochs(template, epochs), digits, seed, choose_device(device), watcher
        )
    network.eval()
    return TrainedNetwork(
        network, history.model, history.names, metadata_of(history, text), history
    )
