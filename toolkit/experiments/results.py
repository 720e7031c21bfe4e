"""What the runs came to: a table in a CSV file, one line for each run."""

import csv
import io
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from importlib import resources
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from toolkit.experiments import columns as c
from toolkit.files import reading
from toolkit.files.errors import ToolkitError
from toolkit.files.saving import replacing
from toolkit.files.templates import Title, first_fault


@dataclass(frozen=True)
class Result:
    """One run. Accuracies are shares, losses mean cross-entropies.

    `test_accuracies` are those after each quarter of the training, the last at its end.
    `first_loss` and `early_loss` are what the run learns by at the first batch and on average over
    batches 91 to 100 (of a shorter run its last ten). `gradients` are the norms of the first
    batch's gradient of each convolution and linear layer, `dead` the shares of dead units of each
    ReLU at batch 100.
    """

    fingerprint: c.Fingerprint
    variant: Title
    seed: c.Seed
    images: c.Images
    epochs: c.Epochs
    parameters: c.Parameters
    train_accuracy: c.Share
    train_loss: c.Measure
    test_loss: c.Measure
    test_accuracies: c.Quarters
    first_loss: c.Measure
    early_loss: c.Measure
    gradients: c.Measures
    dead: c.Shares
    seconds: c.Seconds
    threads: c.Threads

    @property
    def test_accuracy(self) -> float:
        """At the end of the training."""
        return self.test_accuracies[-1]

    @property
    def seen(self) -> int:
        """How many images the run was trained on in all, each counted once an epoch."""
        return self.images * self.epochs


HEADINGS = tuple(field.name for field in fields(Result))
ROW = TypeAdapter(Result)
# A line is read by itself, so that a stray quotation mark cannot swallow the lines after it.
FIELD = r'(?:"(?:[^"]|"")*"|[^",]*)'
LINE = re.compile(rf"{FIELD}(?:,{FIELD})*")
LONGEST_LINE = 100_000  # characters, fewer than the csv module takes in one field
AGAIN = "then run toolkit experiments again"


def shipped() -> Path:
    """The results that lie in the package."""
    return Path(str(resources.files("toolkit.experiments") / "results.csv"))


def load(path: Path, note: Callable[[str], object] = str) -> tuple[Result, ...]:
    """The runs recorded at `path`, in the order of the file.

    A last line without an end, as a crash of another program may leave it, is passed over, which
    `note` is told. Raises ToolkitError naming the file, the line and the column at fault.
    """
    text = reading.text(
        path, missing="toolkit experiments writes one", folder="name the results file inside it"
    )
    first, *lines = text.split("\n")
    if first != ",".join(HEADINGS):
        raise ToolkitError(
            f"{path}: no results of experiments, for its first line is not {','.join(HEADINGS)}; "
            "give a file that toolkit experiments wrote"
        )
    if lines and lines[-1]:
        note(
            f"{path}: line {len(lines) + 1} does not end with a line break and is passed over, for "
            "it may be cut short; if it is whole, add the line break"
        )
    rows = {number: _row(path, number, line) for number, line in enumerate(lines[:-1], 2)}
    _check_together(path, rows)
    return tuple(rows.values())


def _row(path: Path, number: int, line: str) -> Result:
    try:
        words = _words(line)
        return ROW.validate_python(dict(zip(HEADINGS, words, strict=True)))
    except ValidationError as error:
        fault = first_fault(error)
    except ValueError as error:
        fault = str(error)
    raise ToolkitError(
        f"{path}: line {number} is damaged ({fault}); correct or remove the line, {AGAIN}"
    )


def _words(line: str) -> list[str]:
    """The fields of one line. Raises ValueError saying what is wrong with it as a whole."""
    if len(line) > LONGEST_LINE:
        raise ValueError(f"{len(line):,} characters, more than {LONGEST_LINE:,}")
    if not LINE.fullmatch(line):
        raise ValueError(f"column {_column(line)}: a quotation mark that has no partner")
    words = next(csv.reader([line]), [])
    if len(words) != len(HEADINGS):
        raise ValueError(f"{len(words)} columns, not {len(HEADINGS)}")
    return words


def _column(line: str) -> str:
    """The heading of the first field that is no whole field."""
    number, place = 0, 0
    while (field := re.compile(rf"{FIELD},").match(line, place)) and number < len(HEADINGS) - 1:
        number, place = number + 1, field.end()
    return HEADINGS[number]


def _check_together(path: Path, rows: dict[int, Result]) -> None:
    """Raise ToolkitError where a run is recorded twice, or saw more or fewer images than others."""
    first_lines: dict[tuple[str, int], int] = {}
    for number, result in rows.items():
        first = first_lines.setdefault((result.fingerprint, result.seed), number)
        if first != number:
            raise ToolkitError(
                f"{path}: line {number} records the same run as line {first} (fingerprint "
                f"{result.fingerprint}, seed {result.seed}); remove one of the two lines"
            )
        seen, usual = result.seen, rows[2].seen
        if seen != usual:
            raise ToolkitError(
                f"{path}: line {number}, columns images and epochs: {seen:,} images in all, but "
                f"line 2 has {usual:,}; keep runs with other --epochs in a file of their own"
            )


def save(path: Path, results: Iterable[Result]) -> None:
    """Write the table, moved into place when whole."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(HEADINGS)
    rows.writerows([_word(value) for value in asdict(result).values()] for result in results)
    with replacing(path) as temporary:
        temporary.write_text(out.getvalue(), encoding="utf-8")


def add(path: Path, results: Iterable[Result]) -> None:
    """Add to the table those of `results` that it does not hold yet. Its other rows are kept, so
    that two programs that record in the same file do not overwrite each other's results.
    """
    recorded = load(path) if path.exists() else ()
    keys = {(result.fingerprint, result.seed) for result in recorded}
    save(path, (*recorded, *(r for r in results if (r.fingerprint, r.seed) not in keys)))


def _word(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(map(_word, value))
    if isinstance(value, float):
        return f"{value:.6g}" if math.isfinite(value) else str(value)
    return str(value)
