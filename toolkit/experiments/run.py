"""Train one setup with one seed, and measure what tells good networks from bad ones."""

import math
import time
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from toolkit.convnet import recipe
from toolkit.convnet.augmentation import augment
from toolkit.convnet.digits import Digits
from toolkit.convnet.session import Session, begin
from toolkit.convnet.shapes import parameter_count
from toolkit.convnet.stages import DEVIATION, MEAN
from toolkit.convnet.training import pixels as unit_pixels
from toolkit.experiments import starts
from toolkit.experiments.probes import Dead, gradient_norms
from toolkit.experiments.results import Result
from toolkit.experiments.variant import Setup

EARLY = 100  # batches after which the signals of an early judgement are read
QUARTERS = 4
TEST_BATCH = 1000
SHIFT_AND_SCALE = {  # of pixels in 0..1
    "standardized": (MEAN, DEVIATION),
    "unit": (0.0, 1.0),
    "symmetric": (0.5, 0.5),
    "bytes": (0.0, 1 / 255),
}


@dataclass(frozen=True)
class Images:
    """Images float (n, 1, 28, 28) in 0..1 with labels (n,)."""

    images: torch.Tensor
    labels: torch.Tensor


def run(setup: Setup, seed: int, digits: Digits) -> Result:
    """Train `setup` from scratch on the first images of the training set, with torch's threads.

    The same seed on the same machine gives the same figures, but for the seconds. The test set is
    looked at after each quarter of the training; nothing is chosen by it.
    """
    started = time.perf_counter()
    session = begin(setup.model, seed, torch.device("cpu"))
    starts.draw(session.network, setup.start, seed)
    learn, check = _data(setup, seed, digits)
    course = Course(setup, session, learn, check)
    course.train()
    train_loss, train_accuracy = evaluate(setup, session.result, learn)
    return Result(
        fingerprint=setup.fingerprint,
        variant=setup.model.title,
        seed=seed,
        images=setup.images,
        epochs=setup.model.training.epochs,
        parameters=parameter_count(setup.model.network),
        train_accuracy=train_accuracy,
        train_loss=train_loss,
        test_loss=course.quarters[-1][0],
        test_accuracies=tuple(accuracy for _, accuracy in course.quarters),
        first_loss=course.losses[0],
        early_loss=_mean(
            course.losses[-10:] if course.batches < EARLY else course.losses[90:EARLY]
        ),
        gradients=course.gradients,
        dead=course.dead,
        seconds=time.perf_counter() - started,
        threads=torch.get_num_threads(),
    )


def _mean(values: list[float]) -> float:
    return math.fsum(values) / len(values)


def _data(setup: Setup, seed: int, digits: Digits) -> tuple[Images, Images]:
    cpu = torch.device("cpu")
    images, labels = digits.train_images[: setup.images], digits.train_labels[: setup.images]
    labels = _labels(setup, labels, seed)
    return (
        Images(unit_pixels(images, cpu), labels),
        Images(unit_pixels(digits.test_images, cpu), digits.test_labels),
    )


def _labels(setup: Setup, labels: torch.Tensor, seed: int) -> torch.Tensor:
    every = {"true": 0, "shuffled": 1, "half": 2}[setup.labels]
    if not every:
        return labels
    shuffled, moved = labels.clone(), labels[::every]
    order = torch.randperm(len(moved), generator=torch.Generator().manual_seed(seed))
    shuffled[::every] = moved[order]
    return shuffled


def prepared(setup: Setup, images: torch.Tensor) -> torch.Tensor:
    """Images (n, 1, 28, 28) in 0..1 as the network of `setup` takes them, channels last."""
    shift, scale = SHIFT_AND_SCALE[setup.pixels]
    return ((images - shift) / scale).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)


def loss_of(setup: Setup, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The mean loss that `setup` learns by; see Setup."""
    smoothing = setup.model.training.label_smoothing
    if setup.loss == "cross_entropy":
        return functional.cross_entropy(logits, labels, label_smoothing=smoothing)
    probabilities = logits.softmax(1)
    if setup.loss == "softmax_twice":
        return functional.cross_entropy(probabilities, labels)
    wanted = functional.one_hot(labels, logits.shape[1]).to(logits.dtype)
    return (probabilities - wanted).square().sum(1).mean()


@torch.inference_mode()
def evaluate(setup: Setup, network: nn.Module, data: Images) -> tuple[float, float]:
    """Mean cross-entropy and share right over all of `data`, in evaluation mode."""
    was = network.training
    network.eval()
    total, right = 0.0, 0
    for images, labels in zip(
        data.images.split(TEST_BATCH), data.labels.split(TEST_BATCH), strict=True
    ):
        logits = network(prepared(setup, images))
        total += functional.cross_entropy(logits, labels, reduction="sum").item()
        right += int((logits.argmax(1) == labels).sum())
    network.train(was)
    return total / len(data.images), right / len(data.images)


class Course:
    """One training from its first batch to its last, and what was seen on the way.

    `losses` are those of the first batches, `quarters` (loss, accuracy) on the test set after each
    quarter, `gradients` the norms at the first batch and `dead` the shares after EARLY batches.
    """

    def __init__(self, setup: Setup, session: Session, learn: Images, check: Images) -> None:
        self.setup, self.session, self.learn, self.check = setup, session, learn, check
        self.how = setup.model.training
        self.in_epoch = max(1, len(learn.images) // self.how.batch_size)
        self.batches = self.in_epoch * self.how.epochs
        self.losses: list[float] = []
        self.quarters: list[tuple[float, float]] = []
        self.gradients: tuple[float, ...] = ()
        self.dead: tuple[float, ...] = ()

    def train(self) -> None:
        """All batches."""
        self.session.network.train()
        ends = [math.ceil(self.batches * part / QUARTERS) for part in range(1, QUARTERS + 1)]
        for number, picked in enumerate(self._picked(), 1):
            self._step(number, picked)
            for _ in range(ends.count(number)):
                self.quarters.append(evaluate(self.setup, self.session.result, self.check))

    def _picked(self) -> "list[torch.Tensor]":
        orders = (
            torch.randperm(len(self.learn.images), generator=self.session.random)
            for _ in range(self.how.epochs)
        )
        size = self.how.batch_size
        return [batch for order in orders for batch in order[: size * self.in_epoch].split(size)]

    def _step(self, number: int, picked: torch.Tensor) -> None:
        images = augment(
            self.learn.images[picked], self.setup.model.augmentation, self.session.random
        )
        with Dead(self.session.network, wanted=number == min(EARLY, self.batches)) as dead:
            logits = self.session.network(prepared(self.setup, images))
        loss = loss_of(self.setup, logits, self.learn.labels[picked])
        self.session.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if number == 1:
            self.gradients = gradient_norms(self.session.network)
        self.dead = dead.shares or self.dead
        self._update(number)
        if number <= EARLY:
            self.losses.append(loss.item())

    def _update(self, number: int) -> None:
        for group in self.session.optimizer.param_groups:
            group["lr"] = recipe.learning_rate(self.how, number - 1, self.in_epoch)
        self.session.optimizer.step()
        if self.session.average:
            self.session.average.update(number - 1)
