"""The progress of a training on the console."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from toolkit.commands.console import complain
from toolkit.convnet.history import Epoch, HeldOut
from toolkit.convnet.loop import TrainingStep
from toolkit.convnet.template import Model
from toolkit.convnet.training import Watcher


@contextmanager
def watching(model: Model, held_out: HeldOut, count: int, *, quiet: bool) -> Iterator[Watcher]:
    """Report the progress of a training: a bar during each epoch and a line after it.

    The bar is written to standard error, and only to a terminal. `quiet` suppresses the lines.
    """
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("batch {task.completed:.0f}/{task.total:.0f}  loss {task.fields[loss]:.4f}"),
        TextColumn("{task.fields[rate]:.0f} batches/s"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )
    with bar:
        yield _watcher(bar, model.training.epochs, partial(summary, held_out, count), quiet)


def _watcher(bar: Progress, epochs: int, line: Callable[[Epoch], str], quiet: bool) -> Watcher:
    task = bar.add_task("", total=None, loss=0.0, rate=0.0)

    def on_step(step: TrainingStep) -> None:
        if step.batch == 1:
            bar.reset(task, total=step.batches, description=f"Epoch {step.epoch}/{epochs}")
        rate = bar.tasks[0].speed or 0.0
        bar.update(task, completed=step.batch, loss=step.loss, rate=rate)

    def on_epoch(epoch: Epoch) -> None:
        if not quiet:
            # The training continues even if the console accepts no more text.
            with suppress(OSError):
                typer.echo(line(epoch))

    def on_note(message: str) -> None:
        if not quiet:
            complain(message)

    return Watcher(on_step, on_epoch, on_note)


def summary(held_out: HeldOut, count: int, epoch: Epoch) -> str:
    """The line after an epoch, in the format of the course's notebooks."""
    return (
        f"{held_out.capitalize()} set: Average loss: {epoch.test_loss:.4f}, "
        f"Accuracy: {epoch.test_correct}/{count} ({epoch.test_correct / count:.2%})"
    )
