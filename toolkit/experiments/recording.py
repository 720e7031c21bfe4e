"""Read a file of results, estimate the time of the remaining runs, and record them."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path

from toolkit.experiments import parallel_runs, results
from toolkit.experiments.programme import Run, check_budget, seconds
from toolkit.experiments.results import Result
from toolkit.experiments.variant import Budget
from toolkit.files.reading import exists


def results_so_far(
    file: Path, budget: Budget, note: Callable[[str], object] = str
) -> tuple[Result, ...]:
    """The results recorded in `file`, or the shipped results if it does not exist yet.

    Shipped results are returned only if they have the given `budget`. `note` is called with a
    message about any line that is skipped.

    Raises ToolkitError if the file is damaged or its runs have another number of epochs.
    """
    if exists(file):
        recorded = results.load(file, note)
        check_budget(recorded, budget, str(file))
        return recorded
    shipped = results.shipped()
    return results.load(shipped) if shipped.is_file() and budget == Budget() else ()


def estimate(todo: Sequence[Run], before: Sequence[Result], budget: Budget, workers: int) -> str:
    """A message with the number of runs and the time that `workers` processes need for them."""
    workers = min(workers, len(todo))
    minutes = seconds(todo, before, budget) / workers / 60
    return (
        f"{len(todo)} runs, {workers} at a time: about "
        f"{f'{minutes:.0f} minutes' if minutes >= 2 else f'{minutes * 60:.0f} seconds'}. "
        "Ctrl-C stops; the same command goes on."
    )


def record(todo: Sequence[Run], file: Path, workers: int) -> Generator[Result, None, None]:
    """Make the runs in `workers` processes; each result is saved in `file` and then yielded.

    Raises ToolkitError if a process dies or the file cannot be written.
    """
    finished: list[Result] = []
    with closing(parallel_runs.results_of(todo, workers)) as coming:
        for result in coming:
            finished.append(result)
            results.add(file, finished)
            yield result
