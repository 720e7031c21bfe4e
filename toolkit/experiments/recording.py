"""A growing file of results: what it holds, how long the rest will take, each run as it ends."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path

from toolkit.experiments import results, running
from toolkit.experiments.programme import Run, check_budget, seconds
from toolkit.experiments.results import Result
from toolkit.experiments.variant import Budget
from toolkit.files.reading import exists


def results_so_far(
    file: Path, budget: Budget, note: Callable[[str], object] = str
) -> tuple[Result, ...]:
    """The runs recorded in `file`; where it is not there yet, those that ship with the package, if
    they were made with `budget`. What is passed over of the file is told to `note`.

    Raises ToolkitError where the file is damaged or of another number of epochs.
    """
    if exists(file):
        recorded = results.load(file, note)
        check_budget(recorded, budget, str(file))
        return recorded
    shipped = results.shipped()
    return results.load(shipped) if shipped.is_file() and budget == Budget() else ()


def estimate(todo: Sequence[Run], before: Sequence[Result], budget: Budget, workers: int) -> str:
    """How many runs there are to make, and about how long `workers` processes take for them."""
    workers = min(workers, len(todo))
    minutes = seconds(todo, before, budget) / workers / 60
    return (
        f"{len(todo)} runs, {workers} at a time: about "
        f"{f'{minutes:.0f} minutes' if minutes >= 2 else f'{minutes * 60:.0f} seconds'}. "
        "Ctrl-C stops; the same command goes on."
    )


def record(todo: Sequence[Run], file: Path, workers: int) -> Generator[Result, None, None]:
    """Make the runs in `workers` processes; each result is in `file` before it is handed on.

    Raises ToolkitError where a process dies or the file cannot be written.
    """
    finished: list[Result] = []
    with closing(running.results_of(todo, workers)) as coming:
        for result in coming:
            finished.append(result)
            results.add(file, finished)
            yield result
