"""What `toolkit experiments` does: find out what is missing, run it, record each run as it ends."""

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from toolkit.book.saving import check_writable
from toolkit.errors import ToolkitError
from toolkit.experiments import results
from toolkit.experiments.programme import (
    Run,
    check_budget,
    chosen,
    missing,
    runs,
    seconds,
)
from toolkit.experiments.results import Result
from toolkit.experiments.variant import Budget
from toolkit.installed import check_installed
from toolkit.reading import exists

SEEDS = 5
# Beyond what anybody waits for; the file holds fewer than a million of each.
MOST = {"epochs": 10_000, "seeds": 10_000, "workers": 1024}


@dataclass(frozen=True)
class Options:
    """The options of `toolkit experiments`; the command line's help says what each means."""

    file: Path
    only: tuple[str, ...] = ()
    epochs: int | None = None
    seeds: int = SEEDS
    workers: int | None = None
    quiet: bool = False

    @property
    def budget(self) -> Budget:
        """The usual one, or with as many epochs as were asked for."""
        return Budget() if self.epochs is None else Budget(epochs=self.epochs)

    @property
    def processes(self) -> int:
        """How many runs go on at the same time: one a core unless told otherwise."""
        return self.workers or os.cpu_count() or 1


def known(options: Options, note: Callable[[str], object] = str) -> tuple[Result, ...]:
    """The runs recorded so far; where the file is not there yet, those that ship. What of the file
    is passed over, `note` is told.

    Raises ToolkitError where the file is damaged or of another number of epochs.
    """
    if exists(options.file):
        found = results.load(options.file, note)
        check_budget(found, options.budget, str(options.file))
        return found
    shipped = results.shipped()
    return results.load(shipped) if shipped.is_file() and options.budget == Budget() else ()


def run_experiments(options: Options, say: Callable[[str], None]) -> dict[str, Any]:
    """Run what is not recorded yet; every run is in the file as soon as it ends.

    Ctrl-C leaves the finished ones there and raises KeyboardInterrupt. Raises ToolkitError where an
    option or the file is at fault, before any training.
    """
    check(options)
    check_writable(options.file)
    before = known(options, say)
    wanted = runs(chosen(options.only), options.budget, options.seeds)
    todo = missing(wanted, before)
    if todo:
        check_installed("experiments")
        say(estimate(todo, before, options))
    results.save(options.file, before)
    made = _run(todo, options) if todo else []
    return {
        "results": str(options.file),
        "runs": len(wanted),
        "made": len(made),
        "seconds": sum(result.seconds for result in made),
    }


def check(options: Options) -> None:
    """Raise ToolkitError for options out of range."""
    for name, most in MOST.items():
        value = getattr(options, name)
        if value is not None and value < 1:
            raise ToolkitError(f"--{name} {value}: must be at least 1")
        if value is not None and value > most:
            raise ToolkitError(f"--{name} {value}: must be at most {most:,}")


def estimate(todo: tuple[Run, ...], before: tuple[Result, ...], options: Options) -> str:
    """How many runs there are to make, and about how long they will take."""
    workers = min(options.processes, len(todo))
    minutes = seconds(todo, before, options.budget) / workers / 60
    return (
        f"{len(todo)} runs, {workers} at a time: about "
        f"{f'{minutes:.0f} minutes' if minutes >= 2 else f'{minutes * 60:.0f} seconds'}. "
        "Ctrl-C stops; the same command goes on."
    )


def _run(todo: tuple[Run, ...], options: Options) -> list[Result]:
    from toolkit.experiments.running import results_of

    made: list[Result] = []
    with _bar(options) as bar, closing(results_of(todo, options.processes)) as coming:
        task = bar.add_task("runs", total=len(todo), last="")
        for result in coming:
            made.append(result)
            results.add(options.file, made)
            last = f"{result.variant}, seed {result.seed}: {result.test_accuracy:.2%}"
            bar.update(task, advance=1, last=last)
    return made


def _bar(options: Options) -> Progress:
    console = Console(stderr=True)
    return Progress(
        MofNCompleteColumn(),
        BarColumn(bar_width=30),
        TimeRemainingColumn(),
        TextColumn("{task.fields[last]}", markup=False),
        console=console,
        transient=True,
        disable=options.quiet or not console.is_terminal,
    )


def listing(options: Options) -> list[dict[str, Any]]:
    """Every variant of the chosen experiments, and how many of its seeds are recorded.

    Raises ToolkitError where an option or the file is at fault.
    """
    check(options)
    done = known(options)
    return [
        {
            "concept": each.name,
            "number": each.number,
            "title": each.title,
            "variant": variant.name,
            "seeds": sum(result.fingerprint == fingerprint for result in done),
        }
        for each in chosen(options.only)
        for variant in each.experiment.variants
        for fingerprint in [variant.setup(options.budget).fingerprint]
    ]
