"""A series of seeds: each run's figures in a small file as it ends."""

import statistics
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from toolkit.book.saving import replacing
from toolkit.convnet.history import DIGITS, Epoch, HeldOut, History
from toolkit.convnet.template import Model
from toolkit.errors import ToolkitError
from toolkit.reading import MOST_TEXT, content

if TYPE_CHECKING:  # the workbook's sheets read this module, and they do without torch
    from toolkit.convnet.digits import Digits


@dataclass(frozen=True)
class SeedRun:
    """What differs from seed to seed."""

    seed: int
    device: str
    threads: int
    epochs: tuple[Epoch, ...]
    versions: str = ""


@dataclass(frozen=True)
class Series:
    """Finished runs of one model on one data set; `data` is that set's fingerprint."""

    model: Model
    data: str
    train_count: int
    test_count: int
    held_out: HeldOut
    runs: tuple[SeedRun, ...] = ()
    names: tuple[str, ...] = DIGITS

    def history(self, number: int) -> History:
        """Run `number` as a history of its own."""
        run = self.runs[number]
        counts = self.train_count, self.test_count
        return History(
            self.model,
            run.seed,
            run.device,
            *counts,
            run.epochs,
            self.held_out,
            run.threads,
            self.names,
            run.versions,
            self.data,
        )

    def having(self, history: History) -> "Series":
        """The series with one more run."""
        run = SeedRun(
            history.seed, history.device, history.threads, history.epochs, history.versions
        )
        return replace(self, runs=(*self.runs, run))

    def first(self, count: int) -> "Series":
        """The first `count` runs, where there are more."""
        return replace(self, runs=self.runs[:count])


SERIES = TypeAdapter(Series)


def begin(model: Model, data: "Digits") -> Series:
    """The series before its first run."""
    counts = len(data.train_images), len(data.test_images)
    return Series(model, data.fingerprint(), *counts, data.held_out, names=data.names)


def save(path: Path, series: Series) -> None:
    """Write the record, moved into place when whole."""
    with replacing(path) as temporary:
        temporary.write_bytes(SERIES.dump_json(series, indent=1))


def load(path: Path, begun: Series) -> Series:
    """The series recorded at `path`, or `begun` where nothing is there.

    Raises ToolkitError where the record is damaged or of another recipe than `begun`.
    """
    if not path.exists():
        return begun
    written = content(path, MOST_TEXT)
    try:
        found = SERIES.validate_json(written)
    except ValidationError as error:
        raise ToolkitError(
            f"{path}: damaged, or no record of seeds; remove it to begin the series anew"
        ) from error
    in_order = [run.seed for run in found.runs] == list(range(len(found.runs)))
    # Names may have been corrected in between: they change no figure.
    found = replace(found, names=begun.names)
    if replace(found, runs=()) != begun or not in_order:
        raise ToolkitError(
            f"{path}: records another model, number of epochs or data set; "
            "give another --out, or remove it to begin the series anew"
        )
    return found


def summary(series: Series) -> dict[str, float | int | None]:
    """Accuracy at the last epoch over the seeds; a single one has no standard deviation."""
    found = [series.history(number).accuracy for number in range(len(series.runs))]
    return {
        "mean": statistics.fmean(found),
        "standard_deviation": statistics.stdev(found) if len(found) > 1 else None,
        "minimum": min(found),
        "maximum": max(found),
        "count": len(found),
    }
