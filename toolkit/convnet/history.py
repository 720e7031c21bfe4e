"""What a training run leaves behind, free of torch."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field

from toolkit.convnet.template import Model

# As records and checkpoints are read: exact keys, exact types, finite numbers.
STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
Count = Annotated[int, Field(ge=0, le=10**9)]
Loss = Annotated[float, Field(ge=0, le=1e40)]  # of 32-bit numbers
Rate = Annotated[float, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0, le=1e8)]
HeldOut = Literal["test", "validation"]
DIGITS = tuple("0123456789")  # the names of MNIST's classes


@dataclass(frozen=True)
class Epoch:
    """Figures at the end of one epoch; "test" is what was held out, see History.

    Losses are mean cross-entropies. Those of training are averages over the epoch's batches, as
    the network saw them: augmented, with dropout. `learning_rate` is that of the last batch.
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
    """Whether epochs are numbered from 1 on, none with more right than there are images."""
    return all(
        epoch.number == number
        and epoch.train_correct <= train_count
        and epoch.test_correct <= test_count
        for number, epoch in enumerate(epochs, 1)
    )


@dataclass(frozen=True)
class History:
    """A run: what was trained, on what, and one entry for each finished epoch.

    `held_out` says what it was measured on: the test set, or the last part of the training set,
    which was then left out of the training. `names` are those of the classes, by label. `versions`
    are those of the programs that trained it, `data` is the data set's fingerprint. `ended` says
    why the training ended early by itself, where it did.
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
        """The share right after the last epoch."""
        return self.epochs[-1].test_correct / self.test_count

    @property
    def stopped(self) -> bool:
        """Whether epochs of the model's training are missing."""
        return len(self.epochs) < self.model.training.epochs


DECIMALS = 6  # to which probabilities are rounded


@dataclass(frozen=True)
class Predictions:
    """What the finished network says of every held-out image, in the order of the file.

    `labels` are class numbers (n,); `probabilities` (n, classes) have `DECIMALS` decimals.
    """

    labels: NDArray[np.int64]
    probabilities: NDArray[np.float64]

    @classmethod
    def of(cls, labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> "Predictions":
        """Rounded so that the class first found with the largest probability stays the same."""
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
    """What a run's sheets show as pictures.

    `images` are all held-out ones, uint8 (n, 28, 28). `kernels` are the weights of the first
    convolutions, (kernels, channels, height, width). `originals` (classes, 28, 28) are training
    images, one for each class in `labels`, and `draws` (classes, k, 28, 28) random changes of them.
    """

    images: NDArray[np.uint8]
    kernels: tuple[NDArray[np.float64], ...]
    labels: tuple[int, ...]
    originals: NDArray[np.uint8]
    draws: NDArray[np.uint8]
