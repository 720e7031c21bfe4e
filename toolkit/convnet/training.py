"""Train a model template on digits, with a checkpoint after every epoch."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import cast

import torch
from torch import nn
from torch.nn import functional

from toolkit.convnet import checkpoint
from toolkit.convnet.checkpoint import Origin
from toolkit.convnet.dataset import Dataset
from toolkit.convnet.digits import Digits
from toolkit.convnet.history import Epoch, History, possible
from toolkit.convnet.loop import Objective, TrainingStep, evaluate, shuffled, training_steps
from toolkit.convnet.machine import versions
from toolkit.convnet.session import Session, State, begin, fits, restore, state
from toolkit.convnet.template import Model
from toolkit.files.errors import ToolkitError


class DivergenceError(ToolkitError):
    """The loss is no longer a finite number, so that all later epochs would be alike."""

    def __init__(self, epoch: int, batch: int) -> None:
        super().__init__(
            f"training diverged in epoch {epoch}, batch {batch}: the loss is no finite number; "
            "lower training.learning_rate"
        )


@dataclass(frozen=True)
class Watcher:
    """Functions that are called after every step, after every epoch, and with every message about
    something unusual.
    """

    on_step: Callable[[TrainingStep], None] = lambda step: None
    on_epoch: Callable[[Epoch], None] = lambda epoch: None
    on_note: Callable[[str], None] = lambda message: None


def train(
    model: Model,
    digits: Digits,
    seed: int,
    device: torch.device,
    watcher: Watcher | None = None,
    checkpoint_file: Path | None = None,
    *,
    resume: bool = False,
) -> tuple[nn.Sequential, History]:
    """Train from scratch; the same seed on the same machine gives the same figures.

    A checkpoint is written to `checkpoint_file` after every epoch, and `resume` continues from it.
    After the first epoch, Ctrl-C or a loss that is not finite ends the training early: the network
    returned is then the one at the end of the last finished epoch, and the history says why a
    training ended by itself. The network is returned in evaluation mode.

    Raises ToolkitError if the checkpoint is missing or belongs to another run. If no epoch was
    finished, KeyboardInterrupt or DivergenceError is raised.
    """
    watcher = watcher or Watcher()
    session = begin(model, seed, device)
    origin = Origin(model.model_dump_json(), digits.fingerprint(), seed)
    if checkpoint_file and resume:
        _resume(session, checkpoint_file, origin, digits)
        finished = f"epoch {len(session.epochs)} of {model.training.epochs}"
        watcher.on_note(f"{checkpoint_file}: continuing after {finished}")
    save = partial(_save, checkpoint_file, origin, watcher)
    reason = _train_until_stopped(session, digits, watcher, save)
    history = _history(session, digits, seed)
    return session.result.eval(), replace(history, data=origin.data, ended=reason)


def _resume(session: Session, path: Path, origin: Origin, digits: Digits) -> None:
    """Bring `session` to the state in the checkpoint. Raises ToolkitError if it does not fit."""
    epochs, stored = checkpoint.load(path, origin)
    counts = len(digits.train_images), len(digits.test_images)
    whole = 1 <= len(epochs) <= session.model.training.epochs and possible(epochs, *counts)
    if not (whole and fits(session, stored)):
        raise checkpoint.damaged(path)
    try:
        restore(session, cast("State", stored), epochs)
    except RuntimeError as error:  # torch's own check of a random generator's state
        raise checkpoint.damaged(path) from error


def _train_until_stopped(
    session: Session, digits: Digits, watcher: Watcher, save: Callable[..., None]
) -> str:
    """Train the remaining epochs. Returns why the training ended by itself before the last one;
    the empty string if it did not, or if Ctrl-C ended it.
    """
    train_set, test_set = _datasets(digits, session.device)
    try:
        _train_epochs(session, train_set, test_set, watcher, save)
    except (KeyboardInterrupt, DivergenceError) as stop:
        if not session.epochs:
            raise
        return str(stop) if isinstance(stop, DivergenceError) else ""
    return ""


def _datasets(digits: Digits, device: torch.device) -> tuple[Dataset, Dataset]:
    return (
        Dataset.of(digits.train_images, digits.train_labels, device),
        Dataset.of(digits.test_images, digits.test_labels, device),
    )


def _train_epochs(
    session: Session,
    train_set: Dataset,
    test_set: Dataset,
    watcher: Watcher,
    save: Callable[..., None],
) -> None:
    """Train the remaining epochs; if stopped, go back to the end of the last finished one."""
    finished = session.epochs, state(session)
    try:
        for number in range(len(session.epochs) + 1, session.model.training.epochs + 1):
            epoch = _epoch(number, session, train_set, test_set, watcher.on_step)
            finished = (*session.epochs, epoch), state(session)
            session.epochs = finished[0]
            save(*finished)
            watcher.on_epoch(epoch)
    except (KeyboardInterrupt, DivergenceError):
        restore(session, finished[1], finished[0])
        raise


def _save(
    path: Path | None, origin: Origin, watcher: Watcher, epochs: tuple[Epoch, ...], stored: State
) -> None:
    """Write the checkpoint. If the disk is full, training continues: there may be room again by
    the end of the next epoch.
    """
    if path is None:
        return
    try:
        checkpoint.save(path, origin, epochs, stored)
    except ToolkitError as error:
        watcher.on_note(f"Warning: {error}")


def _history(session: Session, digits: Digits, seed: int) -> History:
    return History(
        model=session.model,
        seed=seed,
        device=str(session.device),
        train_count=len(digits.train_images),
        test_count=len(digits.test_images),
        epochs=session.epochs,
        held_out=digits.held_out,
        threads=torch.get_num_threads(),
        names=digits.names,
        versions=versions(),
    )


def _objective(model: Model) -> Objective:
    smoothing = model.training.label_smoothing
    return Objective(partial(functional.cross_entropy, label_smoothing=smoothing))


def _epoch(
    number: int,
    session: Session,
    train_set: Dataset,
    test_set: Dataset,
    on_step: Callable[[TrainingStep], None],
) -> Epoch:
    """Train for epoch `number` and evaluate. Raises DivergenceError if a loss is not finite."""
    start = time.perf_counter()
    order, objective = shuffled(train_set, session.random), _objective(session.model)
    loss, correct, seen = 0.0, 0, 0
    for step in training_steps(session, number, train_set, order, objective):
        if not math.isfinite(step.loss):
            raise DivergenceError(number, step.batch)
        loss, correct = loss + step.loss * step.size, correct + step.correct
        seen += step.size
        on_step(step)
    test_loss, test_correct = evaluate(session.result, test_set)
    if not math.isfinite(test_loss):
        raise DivergenceError(number, step.batches)
    return Epoch(
        number=number,
        train_loss=loss / seen,
        # An epoch leaves out what does not fill a batch; the count is scaled to the whole set.
        train_correct=round(correct * len(train_set.images) / seen),
        test_loss=test_loss,
        test_correct=test_correct,
        learning_rate=step.learning_rate,
        seconds=time.perf_counter() - start,
    )
