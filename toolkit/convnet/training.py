"""Train a model template on digits that live as tensors on the device."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import cast

import torch
from torch import nn
from torch.nn import functional

from toolkit.convnet import checkpoint
from toolkit.convnet.augmentation import augment
from toolkit.convnet.checkpoint import Origin
from toolkit.convnet.digits import Digits
from toolkit.convnet.history import Epoch, History, possible
from toolkit.convnet.machine import versions
from toolkit.convnet.recipe import learning_rate
from toolkit.convnet.session import Session, State, begin, fits, restore, state
from toolkit.convnet.stages import DEVIATION, MEAN
from toolkit.convnet.template import Augmentation, Model
from toolkit.files.errors import ToolkitError

TEST_BATCH = 1000


class DivergenceError(ToolkitError):
    """The loss left the finite numbers: no epoch after this can be told from any other."""

    def __init__(self, epoch: int, batch: int) -> None:
        super().__init__(
            f"training diverged in epoch {epoch}, batch {batch}: the loss is no finite number; "
            "lower training.learning_rate"
        )


@dataclass(frozen=True)
class Step:
    """Where a run stands after one batch; `loss` is that batch's."""

    epoch: int
    batch: int
    batches: int
    loss: float


@dataclass(frozen=True)
class Watcher:
    """Who is told of progress: after every batch, after every epoch, and of anything unusual."""

    on_step: Callable[[Step], None] = lambda step: None
    on_epoch: Callable[[Epoch], None] = lambda epoch: None
    on_note: Callable[[str], None] = lambda message: None


@dataclass(frozen=True)
class Data:
    """Images float (n, 1, 28, 28) in 0..1 with labels (n,), on the device."""

    images: torch.Tensor
    labels: torch.Tensor


def train(
    model: Model,
    digits: Digits,
    seed: int,
    device: torch.device,
    watcher: Watcher | None = None,
    keep: Path | None = None,
    *,
    resume: bool = False,
) -> tuple[nn.Sequential, History]:
    """Train from scratch; the same seed on the same machine gives the same figures.

    With `keep`, a checkpoint lies there after every epoch; `resume` continues from it. After the
    first epoch Ctrl-C ends the training early, and so does a loss that is no finite number, which
    the history then tells: what comes back is the network as the last finished epoch left it.
    Raises ToolkitError where the checkpoint is missing or does not fit, and DivergenceError where
    no epoch was finished.
    """
    watcher = watcher or Watcher()
    session = begin(model, seed, device)
    origin = Origin(model.model_dump_json(), digits.fingerprint(), seed)
    if keep and resume:
        _resume(session, keep, origin, digits)
        done = f"epoch {len(session.epochs)} of {model.training.epochs}"
        watcher.on_note(f"{keep}: continuing after {done}")
    learn, check = _on_device(digits, device)
    ended = ""
    try:
        _run(session, learn, check, watcher, partial(_keep, keep, origin, watcher))
    except (KeyboardInterrupt, DivergenceError) as stop:
        if not session.epochs:
            raise
        ended = str(stop) if isinstance(stop, DivergenceError) else ""
    history = _history(session, digits, seed)
    return session.result, replace(history, data=origin.data, ended=ended)


def _resume(session: Session, keep: Path, origin: Origin, digits: Digits) -> None:
    """Put `session` where the checkpoint left it. Raises ToolkitError where that cannot be."""
    epochs, stored = checkpoint.load(keep, origin)
    counts = len(digits.train_images), len(digits.test_images)
    whole = 1 <= len(epochs) <= session.model.training.epochs and possible(epochs, *counts)
    if not (whole and fits(session, stored)):
        raise checkpoint.damaged(keep)
    try:
        restore(session, cast("State", stored), epochs)
    except RuntimeError as error:  # torch's own check of a random generator's state
        raise checkpoint.damaged(keep) from error


def _run(
    session: Session, learn: Data, check: Data, watcher: Watcher, keep: Callable[..., None]
) -> None:
    """The epochs that are left; when stopped, back to the end of the last finished one."""
    finished = session.epochs, state(session)
    try:
        for number in range(len(session.epochs) + 1, session.model.training.epochs + 1):
            epoch = _epoch(number, session, learn, check, watcher.on_step)
            finished = (*session.epochs, epoch), state(session)
            session.epochs = finished[0]
            keep(*finished)
            watcher.on_epoch(epoch)
    except (KeyboardInterrupt, DivergenceError):
        restore(session, finished[1], finished[0])
        raise


def _keep(
    path: Path | None, origin: Origin, watcher: Watcher, epochs: tuple[Epoch, ...], stored: State
) -> None:
    """Write the checkpoint. A full disk stops no training: room may be made before the next."""
    if path is None:
        return
    try:
        checkpoint.save(path, origin, epochs, stored)
    except ToolkitError as error:
        watcher.on_note(f"Warning: {error}")


def _history(session: Session, digits: Digits, seed: int) -> History:
    counts = len(digits.train_images), len(digits.test_images)
    return History(
        session.model,
        seed,
        str(session.device),
        *counts,
        session.epochs,
        digits.held_out,
        torch.get_num_threads(),
        digits.names,
        versions(),
    )


def _on_device(digits: Digits, device: torch.device) -> tuple[Data, Data]:
    return (
        Data(pixels(digits.train_images, device), digits.train_labels.to(device)),
        Data(pixels(digits.test_images, device), digits.test_labels.to(device)),
    )


def normalize(images: torch.Tensor) -> torch.Tensor:
    """Pixels 0..1 to mean 0 and deviation 1 over the training set.

    What comes back lies channels last in memory, as the network's weights do: with a single
    channel torch would not see it unless the strides say so, and turn every map around instead.
    """
    return ((images - MEAN) / DEVIATION).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)


def pixels(images: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Images uint8 (n, 28, 28) as float (n, 1, 28, 28) in 0..1 on the device."""
    return images.to(device).unsqueeze(1).float() / 255


def _batches(count: int, size: int) -> int:
    """Whole batches only: a last one of a single image would have no variance to normalize by."""
    return max(1, count // size)


def _epoch(
    number: int, session: Session, learn: Data, check: Data, on_step: Callable[[Step], None]
) -> Epoch:
    start = time.perf_counter()
    how, change = session.model.training, _augmentation(session.model, number)
    batches = _batches(len(learn.images), how.batch_size)
    total, correct, seen, rate = 0.0, 0, 0, 0.0
    session.network.train()
    for batch, picked in enumerate(_shuffled(learn, how.batch_size, batches, session.random), 1):
        step = (number - 1) * batches + batch - 1
        rate = learning_rate(how, step, batches)
        images = augment(learn.images[picked], change, session.random)
        loss, right = _step(session, normalize(images), learn.labels[picked], step, rate)
        if not math.isfinite(loss):
            raise DivergenceError(number, batch)
        total, correct, seen = total + loss * len(picked), correct + right, seen + len(picked)
        on_step(Step(number, batch, batches, loss))
    test_loss, test_correct = evaluate(session.result, check)
    if not math.isfinite(test_loss):
        raise DivergenceError(number, batches)
    # An epoch leaves out what does not fill a batch; the count is scaled to the whole set.
    train_correct = round(correct * len(learn.images) / seen)
    seconds = time.perf_counter() - start
    return Epoch(number, total / seen, train_correct, test_loss, test_correct, rate, seconds)


def _augmentation(model: Model, epoch: int) -> Augmentation:
    plain = epoch > model.training.epochs - model.augmentation.plain_epochs
    return Augmentation() if plain else model.augmentation


def _shuffled(
    data: Data, size: int, batches: int, random: torch.Generator
) -> Iterator[torch.Tensor]:
    order = torch.randperm(len(data.images), generator=random).to(data.images.device)
    return iter(order[: size * batches].split(size))


def _step(
    session: Session, images: torch.Tensor, labels: torch.Tensor, step: int, rate: float
) -> tuple[float, int]:
    """One update; the loss and the number right before it."""
    how = session.model.training
    logits = session.network(images)
    loss = functional.cross_entropy(logits, labels, label_smoothing=how.label_smoothing)
    session.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    for group in session.optimizer.param_groups:
        group["lr"] = rate
    session.optimizer.step()
    if session.average:
        session.average.update(step)
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
