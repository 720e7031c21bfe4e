"""All experiments of the course together: which runs there are, and which are still to be made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from toolkit.experiments.results import Result
from toolkit.experiments.variant import Budget, Experiment, Setup
from toolkit.files.errors import ToolkitError
from toolkit.files.templates import brief, suggestion

GUESS = 15.0  # seconds of a run of 48,000 images, before any was measured


@dataclass(frozen=True)
class NamedExperiment:
    """An experiment under its concept's name, number and title."""

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
        """What tells runs apart."""
        return self.setup.fingerprint, self.seed


def select(programme: Sequence[OneExperiment], only: Sequence[str]) -> tuple[OneExperiment, ...]:
    """Those experiments of `programme` whose concepts are called `only`, by name or number; all
    where `only` is empty.

    Raises ToolkitError for a name that no concept has.
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
    """Every run once, though several experiments may share it: all of seed 0 first, so that a
    programme that is stopped has few seeds of all experiments rather than all of a few.
    """
    setups = [variant.setup(budget) for each in experiments for variant in each.experiment.variants]
    unique = {setup.fingerprint: setup for setup in reversed(setups)}
    ordered = {setup.fingerprint: unique[setup.fingerprint] for setup in setups}
    return tuple(Run(setup, seed) for seed in range(seeds) for setup in ordered.values())


def missing(all_runs: Iterable[Run], results: Iterable[Result]) -> tuple[Run, ...]:
    """Those of `all_runs` that are not among the results."""
    done = {(result.fingerprint, result.seed) for result in results}
    return tuple(run for run in all_runs if run.key not in done)


def seconds(todo: Iterable[Run], results: Sequence[Result], budget: Budget) -> float:
    """What `todo` will take, one run after another, judged by the runs so far."""
    known = {result.fingerprint: result.seconds for result in results}
    guess = GUESS * budget.images * budget.epochs / (12_000 * 4)
    usual = sum(known.values()) / len(known) if known else guess
    return sum(known.get(run.setup.fingerprint, usual) for run in todo)


def check_budget(results: Iterable[Result], budget: Budget, source: str) -> None:
    """Raise ToolkitError where `results` were made with another number of epochs."""
    for result in results:
        if result.seen != budget.images * budget.epochs:
            epochs = budget_of([result], source).epochs
            raise ToolkitError(
                f"{source}: records runs of {epochs} epochs; use --epochs {epochs}, or give "
                "another --results"
            )


def budget_of(results: Sequence[Result], source: str) -> Budget:
    """What the runs were made with: the usual number of images, so many epochs.

    Raises ToolkitError where they cannot have been.
    """
    usual = Budget()
    for result in results:
        if result.seen % usual.images:
            raise ToolkitError(
                f"{source}: records runs of {result.seen:,} images in all, which is no multiple of "
                f"{usual.images:,}; give a file that toolkit experiments wrote"
            )
    return Budget(epochs=results[0].seen // usual.images) if results else usual
