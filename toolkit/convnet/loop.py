"""The training loop, which every training shares: a step, an epoch of steps, an evaluation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from toolkit.convnet.augmentation import augment
from toolkit.convnet.dataset import Dataset, normalize
from toolkit.convnet.recipe import learning_rate
from toolkit.convnet.session import Session
from toolkit.convnet.template import Augmentation, Model

TEST_BATCH = 1000


@dataclass(frozen=True)
class Objective:
    """The objective of a training: `loss` is the mean loss of logits (n, classes) and labels (n,),
    `prepare` turns images (n, 1, 28, 28) in 0..1 into the input of the network.
    """

    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    prepare: Callable[[torch.Tensor], torch.Tensor] = normalize


@dataclass(frozen=True)
class TrainingStep:
    """The outcome of one step. `epoch` counts from 1, `batch` from 1 to `batches` in each epoch.

    `loss` is the mean loss of the batch of `size` images before the weights were updated with this
    `learning_rate`, and `correct` is the number of its images that were classified correctly.
    """

    epoch: int
    batch: int
    batches: int
    size: int
    learning_rate: float
    loss: float
    correct: int


def shuffled(train_set: Dataset, random: torch.Generator) -> torch.Tensor:
    """The numbers of all images (n,) in random order, on the device of the images."""
    # Drawn on the CPU, where the generator is, so that a seed gives the same order everywhere.
    order = torch.randperm(len(train_set.images), generator=random)
    return order.to(train_set.images.device)


def whole_batches(order: torch.Tensor, size: int) -> tuple[torch.Tensor, ...]:
    """The order (n,) of an epoch in batches of `size`, or in a single smaller one.

    A remainder is left out: a batch of a single image would have no variance to normalize by.
    """
    count = max(1, len(order) // size)
    batches: tuple[torch.Tensor, ...] = order[: count * size].split(size)
    return batches


def training_steps(
    session: Session, epoch: int, train_set: Dataset, order: torch.Tensor, objective: Objective
) -> Iterator[TrainingStep]:
    """Train for one epoch on the images in `order`, and yield every step as soon as it is taken.

    Between two steps the caller may look at the network, whose gradients are those of the step
    just taken, or evaluate it.
    """
    training, augmentation = session.model.training, _augmentation(session.model, epoch)
    batches = whole_batches(order, training.batch_size)
    session.network.train()
    for batch, numbers in enumerate(batches, 1):
        step = (epoch - 1) * len(batches) + batch - 1
        rate = learning_rate(training, step, len(batches))
        images = augment(train_set.images[numbers], augmentation, session.random)
        loss, correct = _step(session, objective, images, train_set.labels[numbers], step, rate)
        yield TrainingStep(epoch, batch, len(batches), len(numbers), rate, loss, correct)


def _augmentation(model: Model, epoch: int) -> Augmentation:
    plain = epoch > model.training.epochs - model.augmentation.plain_epochs
    return Augmentation() if plain else model.augmentation


def _step(
    session: Session,
    objective: Objective,
    images: torch.Tensor,
    labels: torch.Tensor,
    step: int,
    rate: float,
) -> tuple[float, int]:
    """Update the weights once. Returns the mean loss and the number of correct images before."""
    logits = session.network(objective.prepare(images))
    loss = objective.loss(logits, labels)
    session.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    for group in session.optimizer.param_groups:
        group["lr"] = rate
    session.optimizer.step()
    if session.average:
        session.average.update(step)
    return loss.item(), int((logits.argmax(1) == labels).sum())


@torch.inference_mode()
def evaluate(
    network: nn.Module,
    dataset: Dataset,
    prepare: Callable[[torch.Tensor], torch.Tensor] = normalize,
) -> tuple[float, int]:
    """The mean cross-entropy and the number of images classified correctly, in evaluation mode;
    the network is left in the mode it was in.
    """
    mode = network.training
    network.eval()
    total, correct = 0.0, 0
    for images, labels in zip(
        dataset.images.split(TEST_BATCH), dataset.labels.split(TEST_BATCH), strict=True
    ):
        logits = network(prepare(images))
        total += functional.cross_entropy(logits, labels, reduction="sum").item()
        correct += int((logits.argmax(1) == labels).sum())
    network.train(mode)
    return total / len(dataset.images), correct
