"""The programme of all experiments: its runs, those still to be made, and their duration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from toolkit.experiments.results import Result
from toolkit.experiments.variant import Budget, Experiment, Setup
from toolkit.files.errors import ToolkitError
from toolkit.files.templates import brief, suggestion

GUESS = 15.0  # seconds of a run of 48,000 images, if no run has been measured yet


@dataclass(frozen=True)
class NamedExperiment:
    """An experiment with the name, the number and the title of its concept."""

    name: str
    number: int
    title: str
    experiment: Experiment


OneExperiment = TypeVar("OneExperiment", bound=NamedExperiment)


@dataclass(frozen=True)
class Run:
    """A setup to be trained with one seed."""

    setup: Setup
    seed: int

    @property
    def key(self) -> tuple[str, int]:
        """The fingerprint and the seed, which identify the run."""
        return self.setup.fingerprint, self.seed


def select(programme: Sequence[OneExperiment], only: Sequence[str]) -> tuple[OneExperiment, ...]:
    """The experiments of `programme` whose concepts are in `only`, by name or number; all if `only`
    is empty.

    Raises ToolkitError if there is no concept of a name.
    """
    by_name = {name: each for each in programme for name in (each.name, str(each.number))}
    for name in only:
        if name.lower() not in by_name:
            names = [each.name for each in programme]
            raise ToolkitError(
                f"{brief(name) or repr(name)}: no such concept{suggestion(name, names)}; "
                f"use a number from 1 to {len(programme)} or one of {', '.join(names)}"
            )
    selection = {by_name[name.lower()].name for name in only}
    return tuple(each for each in programme if not only or each.name in selection)


def runs(experiments: Iterable[NamedExperiment], budget: Budget, seeds: int) -> tuple[Run, ...]:
    """Every run once, even if several experiments share it. The runs are ordered by seed, so that
    a programme that is stopped has a few seeds of all experiments rather than all seeds of a few.
    """
    setups = [variant.setup(budget) for each in experiments for variant in each.experiment.variants]
    unique = {setup.fingerprint: setup for setup in reversed(setups)}
    ordered = {setup.fingerprint: unique[setup.fingerprint] for setup in setups}
    return tuple(Run(setup, seed) for seed in range(seeds) for setup in ordered.values())


def missing(all_runs: Iterable[Run], results: Iterable[Result]) -> tuple[Run, ...]:
    """The runs without a result."""
    done = {(result.fingerprint, result.seed) for result in results}
    return tuple(run for run in all_runs if run.key not in done)


def seconds(todo: Iterable[Run], results: Sequence[Result], budget: Budget) -> float:
    """The estimated total duration of `todo` in seconds, based on earlier results."""
    known = {result.fingerprint: result.seconds for result in results}
    guess = GUESS * budget.images * budget.epochs / (12_000 * 4)
    usual = sum(known.values()) / len(known) if known else guess
    return sum(known.get(run.setup.fingerprint, usual) for run in todo)


def check_budget(results: Iterable[Result], budget: Budget, source: str) -> None:
    """Raise ToolkitError if `results` are of runs with another number of epochs."""
    for result in results:
        if result.seen != budget.images * budget.epochs:
            epochs = budget_of([result], source).epochs
            raise ToolkitError(
                f"{source}: records runs of {epochs} epochs; use --epochs {epochs}, or give "
                "another --results"
            )


def budget_of(results: Sequence[Result], source: str) -> Budget:
    """The budget of the runs: the usual number of images, and the number of epochs.

    Raises ToolkitError if no number of epochs fits the results.
    """
    usual = Budget()
    for result in results:
        if result.seen % usual.images:
            raise ToolkitError(
                f"{source}: records runs of {result.seen:,} images in all, which is not a multiple "
                f"of {usual.images:,}; give a file that toolkit experiments wrote"
            )
    return Budget(epochs=results[0].seen // usual.images) if results else usual
