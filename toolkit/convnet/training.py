"""Train a model template on digits that live as tensors on the device."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional
from torch.optim.lr_scheduler import ConstantLR, LRScheduler, OneCycleLR

from toolkit.convnet.augmentation import augment
from toolkit.convnet.digits import Digits
from toolkit.convnet.history import Epoch, History
from toolkit.convnet.model import build
from toolkit.convnet.template import Model, Training
from toolkit.errors import ToolkitError

MEAN, DEVIATION = 0.1307, 0.3081  # of all training pixels, on the scale 0..1
TEST_BATCH = 1000


@dataclass(frozen=True)
class Step:
    """Where a run stands after one batch; `loss` is that batch's."""

    epoch: int
    batch: int
    batches: int
    loss: float


@dataclass(frozen=True)
class Watcher:
    """Who is told of progress: after every batch, after every epoch."""

    on_step: Callable[[Step], None] = lambda step: None
    on_epoch: Callable[[Epoch], None] = lambda epoch: None


@dataclass(frozen=True)
class Data:
    """Images float (n, 1, 28, 28) in 0..1 with labels (n,), on the device."""

    images: torch.Tensor
    labels: torch.Tensor


@dataclass
class Session:
    """Everything that changes while training."""

    network: nn.Sequential
    optimizer: torch.optim.Optimizer
    schedule: LRScheduler
    random: torch.Generator


def choose_device(name: str) -> torch.device:
    """The device called `name`; "auto" takes CUDA, else Apple's mps, else the CPU.

    Raises ToolkitError where this machine has no such device.
    """
    found = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if name == "auto":
        return torch.device(next(kind for kind in ("cuda", "mps", "cpu") if found[kind]))
    if not found.get(name.split(":", maxsplit=1)[0], False):
        here = ", ".join(kind for kind, there in found.items() if there)
        raise ToolkitError(f"--device {name}: not on this machine; use auto or one of {here}")
    return torch.device(name)


def train(
    model: Model, digits: Digits, seed: int, device: torch.device, watcher: Watcher | None = None
) -> tuple[nn.Sequential, History]:
    """Train from scratch; the same seed on the same machine gives the same figures."""
    watcher = watcher or Watcher()
    learn = Data(_pixels(digits.train_images, device), digits.train_labels.to(device))
    check = Data(_pixels(digits.test_images, device), digits.test_labels.to(device))
    session = _begin(model, len(learn.images), seed, device)
    epochs = []
    for number in range(1, model.training.epochs + 1):
        epochs.append(_epoch(number, model, session, learn, check, watcher.on_step))
        watcher.on_epoch(epochs[-1])
    history = History(model, seed, str(device), len(learn.images), len(check.images), tuple(epochs))
    return session.network, history


def normalize(images: torch.Tensor) -> torch.Tensor:
    """Pixels 0..1 to mean 0 and deviation 1 over the training set."""
    return (images - MEAN) / DEVIATION


def _pixels(images: torch.Tensor, device: torch.device) -> torch.Tensor:
    return images.to(device).unsqueeze(1).float() / 255


def _begin(model: Model, count: int, seed: int, device: torch.device) -> Session:
    torch.manual_seed(seed)
    network = build(model.network).to(device)
    optimizer = torch.optim.SGD(
        network.parameters(),
        lr=model.training.learning_rate,
        momentum=model.training.momentum,
        weight_decay=model.training.weight_decay,
        nesterov=model.training.momentum > 0,
    )
    schedule = _schedule(optimizer, model.training, count)
    return Session(network, optimizer, schedule, torch.Generator().manual_seed(seed))


def _schedule(optimizer: torch.optim.Optimizer, how: Training, count: int) -> LRScheduler:
    if how.schedule == "constant":
        return ConstantLR(optimizer, factor=1.0)
    steps = how.epochs * _batches(count, how.batch_size)
    return OneCycleLR(optimizer, how.learning_rate, total_steps=steps, cycle_momentum=False)


def _batches(count: int, size: int) -> int:
    """Whole batches only: a last one of a single image would have no variance to normalize by."""
    return max(1, count // size)


def _epoch(
    number: int,
    model: Model,
    session: Session,
    learn: Data,
    check: Data,
    on_step: Callable[[Step], None],
) -> Epoch:
    start = time.perf_counter()
    session.network.train()
    size = model.training.batch_size
    batches = _batches(len(learn.images), size)
    total, correct, seen = 0.0, 0, 0
    for batch, picked in enumerate(_shuffled(learn, size, batches, session.random), 1):
        images = normalize(augment(learn.images[picked], model.augmentation, session.random))
        loss, right = _step(session, images, learn.labels[picked])
        total, correct, seen = total + loss * len(picked), correct + right, seen + len(picked)
        on_step(Step(number, batch, batches, loss))
    rate = float(session.optimizer.param_groups[0]["lr"])
    test_loss, test_correct = evaluate(session.network, check)
    # An epoch leaves out what does not fill a batch; the count is scaled to the whole set.
    train_correct = round(correct * len(learn.images) / seen)
    seconds = time.perf_counter() - start
    return Epoch(number, total / seen, train_correct, test_loss, test_correct, rate, seconds)


def _shuffled(
    data: Data, size: int, batches: int, random: torch.Generator
) -> Iterator[torch.Tensor]:
    order = torch.randperm(len(data.images), generator=random).to(data.images.device)
    return iter(order[: size * batches].split(size))


def _step(session: Session, images: torch.Tensor, labels: torch.Tensor) -> tuple[float, int]:
    """One update; the loss and the number right before it."""
    logits = session.network(images)
    loss = functional.cross_entropy(logits, labels)
    session.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    session.optimizer.step()
    session.schedule.step()
    return loss.item(), int((logits.argmax(1) == labels).sum())


@torch.inference_mode()
def evaluate(network: nn.Module, data: Data) -> tuple[float, int]:
    """Mean cross-entropy and number right over all of `data`, in evaluation mode."""
    network.eval()
    total, correct = 0.0, 0
    for images, labels in zip(
        data.images.split(TEST_BATCH), data.labels.split(TEST_BATCH), strict=True
    ):
        logits = network(normalize(images))
        total += functional.cross_entropy(logits, labels, reduction="sum").item()
        correct += int((logits.argmax(1) == labels).sum())
    return total / len(data.images), correct
