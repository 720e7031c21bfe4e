"""The results of a training run, without torch."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field

from toolkit.convnet.template import Model

# The validation of records and checkpoints: exact keys, exact types, finite numbers.
STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
Count = Annotated[int, Field(ge=0, le=10**9)]
Loss = Annotated[float, Field(ge=0, le=1e40)]  # includes the range of 32-bit floats
Rate = Annotated[float, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0, le=1e8)]
HeldOut = Literal["test", "validation"]
DIGITS = tuple("0123456789")  # the names of MNIST's classes


@dataclass(frozen=True)
class Epoch:
    """Figures at the end of one epoch; "test" refers to the held-out images, see History.

    Losses are mean cross-entropies. The training loss is averaged over the epoch's batches while
    the network trains, with augmentation and dropout. `learning_rate` is that of the last batch.
    """

    __pydantic_config__ = STRICT

    number: Count
    train_loss: Loss
    train_correct: Count
    test_loss: Loss
    test_correct: Count
    learning_rate: Rate
    seconds: Seconds


def possible(epochs: tuple[Epoch, ...], train_count: int, test_count: int) -> bool:
    """Whether epochs are numbered from 1 and none classifies more images than there are."""
    return all(
        epoch.number == number
        and epoch.train_correct <= train_count
        and epoch.test_correct <= test_count
        for number, epoch in enumerate(epochs, 1)
    )


@dataclass(frozen=True)
class History:
    """A run: the model, the data set, and one entry for each finished epoch.

    `held_out` says which images it was evaluated on: the test set, or the last part of the training
    set, which was then excluded from the training. `names` are the names of the classes, indexed by
    label. `versions` lists the versions of the programs that trained it, and `data` is the data
    set's fingerprint. If the training ended early by itself, `ended` says why.
    """

    model: Model
    seed: int
    device: str
    train_count: int
    test_count: int
    epochs: tuple[Epoch, ...]
    held_out: HeldOut = "test"
    threads: int = 1
    names: tuple[str, ...] = DIGITS
    versions: str = ""
    data: str = ""
    ended: str = ""

    @property
    def accuracy(self) -> float:
        """The share of held-out images that are classified correctly after the last epoch."""
        return self.epochs[-1].test_correct / self.test_count

    @property
    def stopped(self) -> bool:
        """Whether epochs of the model's training are missing."""
        return len(self.epochs) < self.model.training.epochs


DECIMALS = 6  # the decimals of rounded probabilities


@dataclass(frozen=True)
class Predictions:
    """The trained network's predictions for every held-out image, in the order of the file.

    `labels` are class numbers (n,); `probabilities` (n, classes) have `DECIMALS` decimals.
    """

    labels: NDArray[np.int64]
    probabilities: NDArray[np.float64]

    @classmethod
    def of(cls, labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> "Predictions":
        """Round the probabilities such that the argmax of every row stays the same."""
        rounded, rows = probabilities.round(DECIMALS), np.arange(len(labels))
        first = probabilities.argmax(1)
        tied = rounded.argmax(1) != first
        rounded[rows[tied], first[tied]] += 10.0**-DECIMALS
        return cls(labels, rounded.round(DECIMALS))

    @property
    def predicted(self) -> NDArray[np.int64]:
        """The class number with the largest probability, for each image."""
        numbers: NDArray[np.int64] = self.probabilities.argmax(1)
        return numbers


@dataclass(frozen=True)
class Pictures:
    """The pictures in the sheets of a run.

    `images` are all held-out images, uint8 (n, 28, 28). `kernels` are the weights of the first
    convolutions, (kernels, channels, height, width). `originals` (classes, 28, 28) are training
    images, one for each class in `labels`, and `draws`
    (classes, k, 28, 28) are random augmentations of them.
    """

    images: NDArray[np.uint8]
    kernels: tuple[NDArray[np.float64], ...]
    labels: tuple[int, ...]
    originals: NDArray[np.uint8]
    draws: NDArray[np.uint8]
