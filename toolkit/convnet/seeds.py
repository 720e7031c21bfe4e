"""A series of runs with different seeds, recorded in a small file as each run ends."""

import statistics
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from toolkit.convnet.history import (
    DIGITS,
    STRICT,
    Count,
    Epoch,
    HeldOut,
    History,
    possible,
)
from toolkit.convnet.template import Model
from toolkit.files.errors import ToolkitError
from toolkit.files.reading import MOST_TEXT, content
from toolkit.files.saving import replacing
from toolkit.files.templates import Title, first_fault

if TYPE_CHECKING:  # the sheets of the workbook import this module without torch
    from toolkit.convnet.digits import Digits


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be printable")
    return text


Versions = Annotated[str, Field(max_length=1000), AfterValidator(_printable)]


@dataclass(frozen=True)
class SeedRun:
    """The part of a series that differs from seed to seed."""

    __pydantic_config__ = STRICT

    seed: Count
    device: Title
    threads: Count
    epochs: tuple[Epoch, ...]
    versions: Versions = ""


@dataclass(frozen=True)
class SeedRuns:
    """Finished runs of one model on one data set; `data` is the fingerprint of that set."""

    __pydantic_config__ = STRICT

    model: Model
    data: str
    train_count: Count
    test_count: Count
    held_out: HeldOut
    runs: tuple[SeedRun, ...] = ()
    names: tuple[str, ...] = DIGITS

    def history(self, number: int) -> History:
        """The history of run `number`, counted from 0."""
        run = self.runs[number]
        return History(
            model=self.model,
            seed=run.seed,
            device=run.device,
            train_count=self.train_count,
            test_count=self.test_count,
            epochs=run.epochs,
            held_out=self.held_out,
            threads=run.threads,
            names=self.names,
            versions=run.versions,
            data=self.data,
        )

    def having(self, history: History) -> "SeedRuns":
        """The series with one more run."""
        run = SeedRun(
            history.seed, history.device, history.threads, history.epochs, history.versions
        )
        return replace(self, runs=(*self.runs, run))

    def first(self, count: int) -> "SeedRuns":
        """The series cut to its first `count` runs."""
        return replace(self, runs=self.runs[:count])


@dataclass(frozen=True)
class SeedSummary:
    """Accuracies over the seeds of a series, as shares; of a single seed there is no deviation."""

    mean: float
    standard_deviation: float | None
    minimum: float
    maximum: float
    count: int


SERIES = TypeAdapter(SeedRuns)


def begin(model: Model, data: "Digits") -> SeedRuns:
    """The series before its first run."""
    counts = len(data.train_images), len(data.test_images)
    return SeedRuns(model, data.fingerprint(), *counts, data.held_out, names=data.names)


def save(path: Path, series: SeedRuns) -> None:
    """Write the record. It replaces an earlier one only once it is complete."""
    with replacing(path) as temporary:
        temporary.write_bytes(SERIES.dump_json(series, indent=1))


def load(path: Path, empty: SeedRuns) -> SeedRuns:
    """The series recorded at `path`, or `empty`, the series before its first run, if there is none.

    Raises ToolkitError if the record is damaged, or of another model or data set than `empty`.
    """
    if not path.exists():
        return empty
    series = _read(path)
    # The names of the classes may have been corrected since; they affect no figure.
    series = replace(series, names=empty.names)
    if replace(series, runs=()) != empty:
        raise ToolkitError(
            f"{path}: records another model, number of epochs or data set; "
            "give another --out, or remove it to begin the series again"
        )
    for number, run in enumerate(series.runs):
        whole = len(run.epochs) == series.model.training.epochs
        if run.seed != number or not whole or not possible(run.epochs, *_counts(series)):
            raise _damaged(
                path,
                f"runs[{number + 1}]: not a complete run of seed {number}, "
                "or with more correct images than there are",
            )
    return series


def _counts(series: SeedRuns) -> tuple[int, int]:
    return series.train_count, series.test_count


def _read(path: Path) -> SeedRuns:
    text = content(path, MOST_TEXT)
    try:
        return SERIES.validate_json(text)
    except ValidationError as error:
        raise _damaged(path, first_fault(error)) from error


def _damaged(path: Path, fault: str) -> ToolkitError:
    return ToolkitError(
        f"{path}: damaged, or not a record of seeds ({fault}); remove it to begin the series again"
    )


def summary(series: SeedRuns) -> SeedSummary:
    """The accuracies at the last epoch over the seeds of a series."""
    accuracies = [series.history(number).accuracy for number in range(len(series.runs))]
    return SeedSummary(
        mean=statistics.fmean(accuracies),
        standard_deviation=statistics.stdev(accuracies) if len(accuracies) > 1 else None,
        minimum=min(accuracies),
        maximum=max(accuracies),
        count=len(accuracies),
    )
