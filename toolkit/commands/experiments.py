"""`toolkit experiments`: find out what is missing, run it, record each run as it ends."""

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toolkit.commands.console import Json, complain, say
from toolkit.files.errors import ToolkitError

if TYPE_CHECKING:
    from rich.progress import Progress

    from toolkit.experiments.programme import Run
    from toolkit.experiments.results import Result
    from toolkit.experiments.variant import Budget

EXAMPLES = (
    "Examples: [bold]toolkit experiments --list[/bold], "
    "[bold]toolkit experiments --only dropout --seeds 3[/bold], "
    "[bold]toolkit experiments --epochs 1 --results quick.csv[/bold]"
)
SEEDS = 5
# Beyond what anybody waits for; the file holds fewer than a million of each.
MOST_BY_OPTION = {"epochs": 10_000, "seeds": 10_000, "workers": 1024}


@dataclass(frozen=True)
class ExperimentsOptions:
    """The options of `toolkit experiments`; the command line's help says what each means."""

    file: Path
    only: tuple[str, ...] = ()
    epochs: int | None = None
    seeds: int = SEEDS
    workers: int | None = None
    quiet: bool = False

    @property
    def budget(self) -> "Budget":
        """The usual one, or with as many epochs as were asked for."""
        from toolkit.experiments.variant import Budget

        return Budget() if self.epochs is None else Budget(epochs=self.epochs)

    @property
    def processes(self) -> int:
        """How many runs go on at the same time: one a core unless told otherwise."""
        return self.workers or os.cpu_count() or 1

    def check(self) -> None:
        """Raise ToolkitError for options out of range."""
        for name, most in MOST_BY_OPTION.items():
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ToolkitError(f"--{name} {value}: must be at least 1")
            if value is not None and value > most:
                raise ToolkitError(f"--{name} {value}: must be at most {most:,}")


@dataclass(frozen=True)
class ExperimentsResult:
    """How many runs were asked for, how many of them were made now, and how long those took in
    all, in seconds.
    """

    results: Path
    runs: int
    made: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self) | {"results": str(self.results)}

    def text(self) -> str:
        """The numbers of runs, and the file that records them."""
        return f"{self.made} runs made, {self.runs} asked for\nWrote {self.results}"


@dataclass(frozen=True)
class VariantRecord:
    """A variant of a concept's experiment, and how many of its seeds are recorded."""

    concept: str
    number: int
    title: str
    variant: str
    seeds: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    def text(self) -> str:
        """Concept, variant and seeds, in columns."""
        return f"{f'{self.number:>2} {self.concept}':<28} {self.variant:<46} {self.seeds} seeds"


def experiments(
    results: Annotated[
        Path,
        typer.Option(readable=False, help="The file in which each run is recorded as it ends."),
    ] = Path("exports/experiments.csv"),
    only: Annotated[
        list[str] | None,
        typer.Option(help="A concept, by name or number; may be repeated.", metavar="CONCEPT"),
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Epochs of each run, instead of 4.")] = None,
    seeds: Annotated[int, typer.Option(help="Seeds of each variant, from 0 on.")] = SEEDS,
    workers: Annotated[
        int | None, typer.Option(help="Runs at the same time, instead of one a core.")
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="Say what there is and what is recorded; run nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run the experiments of all concepts on the real digits, those not recorded yet."""
    options = ExperimentsOptions(
        file=results,
        only=tuple(only or ()),
        epochs=epochs,
        seeds=seeds,
        workers=workers,
        quiet=as_json,
    )
    if listed:
        say(list_experiments(options), as_json)
    else:
        say(run_experiments(options, lambda line: None if as_json else complain(line)), as_json)


def run_experiments(options: ExperimentsOptions, note: Callable[[str], None]) -> ExperimentsResult:
    """Run what is not recorded yet; every run is in the file as soon as it ends. `note` is told
    beforehand how long that will take, and what of the file is passed over.

    Ctrl-C leaves the finished ones there and raises KeyboardInterrupt. Raises ToolkitError where an
    option or the file is at fault, before any training.
    """
    from toolkit.commands.installed import check_installed
    from toolkit.experiments import programme, recording, results
    from toolkit.files.saving import check_writable
    from toolkit.pages.concepts import CONCEPTS

    options.check()
    check_writable(options.file)
    recorded = recording.results_so_far(options.file, options.budget, note)
    selection = programme.select(CONCEPTS, options.only)
    runs = programme.runs(selection, options.budget, options.seeds)
    todo = programme.missing(runs, recorded)
    if todo:
        check_installed("toolkit experiments")
        note(recording.estimate(todo, recorded, options.budget, options.processes))
    results.save(options.file, recorded)
    finished = _run(todo, options) if todo else []
    return ExperimentsResult(
        results=options.file,
        runs=len(runs),
        made=len(finished),
        seconds=sum(result.seconds for result in finished),
    )


def _run(todo: "tuple[Run, ...]", options: ExperimentsOptions) -> "list[Result]":
    from toolkit.experiments.recording import record

    finished = []
    with _bar(options) as bar, closing(record(todo, options.file, options.processes)) as coming:
        task = bar.add_task("runs", total=len(todo), last="")
        for result in coming:
            finished.append(result)
            last = f"{result.variant}, seed {result.seed}: {result.test_accuracy:.2%}"
            bar.update(task, advance=1, last=last)
    return finished


def _bar(options: ExperimentsOptions) -> "Progress":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

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


def list_experiments(options: ExperimentsOptions) -> list[VariantRecord]:
    """Every variant of the chosen experiments, and how many of its seeds are recorded.

    Raises ToolkitError where an option or the file is at fault.
    """
    from toolkit.experiments import programme, recording
    from toolkit.pages.concepts import CONCEPTS

    options.check()
    recorded = recording.results_so_far(options.file, options.budget)
    return [
        VariantRecord(
            concept=each.name,
            number=each.number,
            title=each.title,
            variant=variant.name,
            seeds=sum(result.fingerprint == fingerprint for result in recorded),
        )
        for each in programme.select(CONCEPTS, options.only)
        for variant in each.experiment.variants
        for fingerprint in [variant.setup(options.budget).fingerprint]
    ]
