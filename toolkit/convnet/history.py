"""What a training run leaves behind, free of torch."""

from dataclasses import dataclass

from toolkit.convnet.template import Model


@dataclass(frozen=True)
class Epoch:
    """Figures at the end of one epoch.

    Losses are mean cross-entropies. Those of training are averages over the epoch's batches, as
    the network saw them: augmented, with dropout. `learning_rate` is that of the last batch.
    """

    number: int
    train_loss: float
    train_correct: int
    test_loss: float
    test_correct: int
    learning_rate: float
    seconds: float


@dataclass(frozen=True)
class History:
    """A run: what was trained, on what, and one entry for each finished epoch."""

    model: Model
    seed: int
    device: str
    train_count: int
    test_count: int
    epochs: tuple[Epoch, ...]
