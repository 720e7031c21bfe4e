"""`toolkit experiments`: run the experiments that have no recorded result yet."""

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
# More than anyone would wait for; the file can hold almost a million of each.
MOST_BY_OPTION = {"epochs": 10_000, "seeds": 10_000, "workers": 1024}


@dataclass(frozen=True)
class ExperimentsOptions:
    """The options of `toolkit experiments`, which `toolkit experiments --help` explains."""

    file: Path
    only: tuple[str, ...] = ()
    epochs: int | None = None
    seeds: int = SEEDS
    workers: int | None = None
    quiet: bool = False

    @property
    def budget(self) -> "Budget":
        """The usual budget, with the number of epochs in the options."""
        from toolkit.experiments.variant import Budget

        return Budget() if self.epochs is None else Budget(epochs=self.epochs)

    @property
    def processes(self) -> int:
        """The number of parallel runs; by default one for each core."""
        return self.workers or os.cpu_count() or 1

    def check(self) -> None:
        """Raise ToolkitError if an option is out of range."""
        for name, most in MOST_BY_OPTION.items():
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ToolkitError(f"--{name} {value}: must be at least 1")
            if value is not None and value > most:
                raise ToolkitError(f"--{name} {value}: must be at most {most:,}")


@dataclass(frozen=True)
class ExperimentsResult:
    """The result of `run_experiments`.

    It holds the number of runs in the programme, the number of new runs, and the total duration of
    the new runs in seconds.
    """

    results: Path
    runs: int
    new: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """The fields as plain values, for JSON."""
        return asdict(self) | {"results": str(self.results)}

    def text(self) -> str:
        """A line with the numbers of runs and the file that records them."""
        return f"{self.new} new runs, {self.runs} requested\nWrote {self.results}"


@dataclass(frozen=True)
class VariantRecord:
    """A variant of a concept's experiment, with the number of its recorded seeds."""

    concept: str
    number: int
    title: str
    variant: str
    seeds: int

    def as_dict(self) -> dict[str, Any]:
        """The fields as plain values, for JSON."""
        return asdict(self)

    def text(self) -> str:
        """Concept, variant and number of seeds, in columns."""
        return f"{f'{self.number:>2} {self.concept}':<28} {self.variant:<46} {self.seeds} seeds"


def experiments(
    results: Annotated[
        Path,
        typer.Option(readable=False, help="The file that records each run as soon as it ends."),
    ] = Path("exports/experiments.csv"),
    only: Annotated[
        list[str] | None,
        typer.Option(help="Name or number of a concept; may be repeated.", metavar="CONCEPT"),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(help="Number of epochs of each run; 4 by default.")
    ] = None,
    seeds: Annotated[int, typer.Option(help="Number of seeds of each variant.")] = SEEDS,
    workers: Annotated[
        int | None, typer.Option(help="Number of parallel runs; by default one per core.")
    ] = None,
    listed: Annotated[
        bool,
        typer.Option("--list", help="List the variants and their recorded seeds; run nothing."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Run the experiments of the concepts on real digits, except those already recorded."""
    options = ExperimentsOptions(
        file=results,
        only=tuple(only or ()),
        epochs=epochs,
        seeds=seeds,
        workers=workers,
        quiet=as_json,
    )
    if listed:
        say(list_experiments(options, complain), as_json)
    else:
        say(run_experiments(options, lambda line: None if as_json else complain(line)), as_json)


def run_experiments(options: ExperimentsOptions, note: Callable[[str], None]) -> ExperimentsResult:
    """Run every experiment that has no result yet, and record each run as soon as it ends.

    `note` is called with messages: an estimate of the duration before the first run, and a warning
    about every line of the file that is skipped.

    Ctrl-C raises KeyboardInterrupt; the finished runs remain in the file. Raises ToolkitError
    before any training if an option or the file is invalid.
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
        new=len(finished),
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


def list_experiments(
    options: ExperimentsOptions, note: Callable[[str], object] = str
) -> list[VariantRecord]:
    """Every variant of the chosen experiments, with the number of its recorded seeds.

    `note` is called with a message about a line of the file that is skipped.

    Raises ToolkitError if an option or the file is invalid.
    """
    from toolkit.experiments import programme, recording
    from toolkit.pages.concepts import CONCEPTS

    options.check()
    recorded = recording.results_so_far(options.file, options.budget, note)
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
