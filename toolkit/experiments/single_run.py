"""Train one setup with one seed, and measure what distinguishes good from bad networks."""

import math
import time
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

import torch
from torch.nn import functional

from toolkit.convnet.dataset import Dataset, normalize
from toolkit.convnet.digits import Digits
from toolkit.convnet.loop import Objective, evaluate, shuffled, training_steps, whole_batches
from toolkit.convnet.session import Session, begin
from toolkit.convnet.shapes import parameter_count
from toolkit.convnet.stages import DEVIATION, MEAN
from toolkit.experiments import starts
from toolkit.experiments.columns import QUARTERS
from toolkit.experiments.probes import DeadUnits, gradient_norms
from toolkit.experiments.results import Result
from toolkit.experiments.variant import Setup

EARLY = 100  # batches after which a training is judged early
LATEST = 10  # number of batches that the early loss is averaged over
SCALES = {  # mean and standard deviation that normalize pixels in 0..1
    "standardized": (MEAN, DEVIATION),
    "unit": (0.0, 1.0),
    "symmetric": (0.5, 0.5),
    "bytes": (0.0, 1 / 255),
}


@dataclass
class Measurements:
    """What is measured during a training.

    `losses` are those of the first EARLY batches, `quarters` the losses and numbers of correct
    images on the test set after each quarter of the batches, `gradients` the norms at the first
    batch, and `dead` the shares of dead units at batch EARLY, or at the last one before it.
    """

    losses: list[float] = field(default_factory=list)
    quarters: list[tuple[float, int]] = field(default_factory=list)
    gradients: tuple[float, ...] = ()
    dead: tuple[float, ...] = ()

    @property
    def early_loss(self) -> float:
        """The mean loss of the last LATEST of the first EARLY batches."""
        latest = self.losses[-LATEST:]
        return math.fsum(latest) / len(latest)


def run(setup: Setup, seed: int, digits: Digits) -> Result:
    """Train `setup` from scratch on the first images of the training set.

    The same seed on the same machine gives the same figures, except for the seconds. The network
    is evaluated on the test set after each quarter of the training; nothing is chosen by it. The
    number of threads is PyTorch's.
    """
    start = time.perf_counter()
    session = begin(setup.model, seed, torch.device("cpu"))
    starts.draw(session.network, setup.start, seed)
    train_set, test_set = _datasets(setup, seed, digits)
    objective = objective_of(setup)
    measurements = _train(session, objective, train_set, test_set)
    train_loss, train_correct = evaluate(session.result, train_set, objective.prepare)
    return Result(
        fingerprint=setup.fingerprint,
        variant=setup.model.title,
        seed=seed,
        images=setup.images,
        epochs=setup.model.training.epochs,
        parameters=parameter_count(setup.model.network),
        train_accuracy=train_correct / len(train_set.images),
        train_loss=train_loss,
        test_loss=measurements.quarters[-1][0],
        test_accuracies=tuple(
            correct / len(test_set.images) for _, correct in measurements.quarters
        ),
        first_loss=measurements.losses[0],
        early_loss=measurements.early_loss,
        gradients=measurements.gradients,
        dead=measurements.dead,
        seconds=time.perf_counter() - start,
        threads=torch.get_num_threads(),
    )


def _datasets(setup: Setup, seed: int, digits: Digits) -> tuple[Dataset, Dataset]:
    cpu = torch.device("cpu")
    images, labels = digits.train_images[: setup.images], digits.train_labels[: setup.images]
    return (
        Dataset.of(images, _labels(setup, labels, seed), cpu),
        Dataset.of(digits.test_images, digits.test_labels, cpu),
    )


def _labels(setup: Setup, labels: torch.Tensor, seed: int) -> torch.Tensor:
    """The labels (n,), unchanged, all shuffled, or with every second one shuffled."""
    stride = {"true": 0, "shuffled": 1, "half": 2}[setup.labels]
    if not stride:
        return labels
    shuffled_labels, exchanged = labels.clone(), labels[::stride]
    order = torch.randperm(len(exchanged), generator=torch.Generator().manual_seed(seed))
    shuffled_labels[::stride] = exchanged[order]
    return shuffled_labels


def objective_of(setup: Setup) -> Objective:
    """How `setup` normalizes pixels, and the loss that it minimizes."""
    mean, standard_deviation = SCALES[setup.pixels]
    prepare = partial(normalize, mean=mean, standard_deviation=standard_deviation)
    return Objective(partial(_loss, setup), prepare)


def _loss(setup: Setup, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The mean loss; see Setup for its kinds."""
    smoothing = setup.model.training.label_smoothing
    if setup.loss == "cross_entropy":
        return functional.cross_entropy(logits, labels, label_smoothing=smoothing)
    probabilities = logits.softmax(1)
    if setup.loss == "softmax_twice":
        return functional.cross_entropy(probabilities, labels)
    targets = functional.one_hot(labels, logits.shape[1]).to(logits.dtype)
    return (probabilities - targets).square().sum(1).mean()


def _train(
    session: Session, objective: Objective, train_set: Dataset, test_set: Dataset
) -> Measurements:
    """Train all epochs and measure during the training."""
    training, measurements = session.model.training, Measurements()
    # All orders are drawn before the first augmentation, as for the recorded results.
    orders = [shuffled(train_set, session.random) for _ in range(training.epochs)]
    batches = training.epochs * len(whole_batches(orders[0], training.batch_size))
    ends = [math.ceil(batches * part / QUARTERS) for part in range(1, QUARTERS + 1)]
    steps = chain.from_iterable(
        training_steps(session, epoch, train_set, order, objective)
        for epoch, order in enumerate(orders, 1)
    )
    with DeadUnits(session.network, batch=min(EARLY, batches)) as dead:
        for number, step in enumerate(steps, 1):
            _measure(measurements, session, number, step.loss)
            for _ in range(ends.count(number)):
                quarter = evaluate(session.result, test_set, objective.prepare)
                measurements.quarters.append(quarter)
    measurements.dead = dead.shares
    return measurements


def _measure(measurements: Measurements, session: Session, number: int, loss: float) -> None:
    """Measure at batch `number`, counted from 1, right after its update."""
    if number == 1:
        measurements.gradients = gradient_norms(session.network)
    if number <= EARLY:
        measurements.losses.append(loss)
