"""The results of the runs: a table in a CSV file with one line per run."""

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
    """The result of one run. Accuracies are shares, losses are mean cross-entropies.

    `test_accuracies` are measured after each quarter of the training. `first_loss` and `early_loss`
    are values of the loss that the run minimizes: at the first batch, and on average over batches
    91 to 100 (or the last ten of a shorter run). `gradients` are the norms of the gradients of each
    convolution and linear layer at the first batch, and `dead` are the shares of dead units of each
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
        """The test accuracy at the end of the training."""
        return self.test_accuracies[-1]

    @property
    def seen(self) -> int:
        """The total number of images in the training, each counted once per epoch."""
        return self.images * self.epochs


HEADINGS = tuple(field.name for field in fields(Result))
ROW = TypeAdapter(Result)
# Lines are parsed separately, so that a stray quotation mark cannot affect the lines after it.
FIELD = r'(?:"(?:[^"]|"")*"|[^",]*)'
LINE = re.compile(rf"{FIELD}(?:,{FIELD})*")
LONGEST_LINE = 100_000  # characters; the csv module accepts more in one field
AGAIN = "then run toolkit experiments again"


def shipped() -> Path:
    """The path of the results that ship in the package."""
    return Path(str(resources.files("toolkit.experiments") / "results.csv"))


def load(path: Path, note: Callable[[str], object] = str) -> tuple[Result, ...]:
    """The results recorded at `path`, in the order of the file.

    A last line without a line break, such as a crash may leave, is skipped, and `note` is called
    with a message. Raises ToolkitError naming the file, the line and the column of an error.
    """
    text = reading.text(
        path, missing="toolkit experiments writes one", folder="name the results file inside it"
    )
    first, *lines = text.split("\n")
    if first != ",".join(HEADINGS):
        raise ToolkitError(
            f"{path}: not a results file: its first line is not {','.join(HEADINGS)}; "
            "give a file that toolkit experiments wrote"
        )
    if lines and lines[-1]:
        note(
            f"{path}: line {len(lines) + 1} does not end with a line break and is skipped, because "
            "it may be incomplete; if it is complete, add the line break"
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
    """The fields of one line. Raises ValueError if the line as a whole is malformed."""
    if len(line) > LONGEST_LINE:
        raise ValueError(f"{len(line):,} characters, more than {LONGEST_LINE:,}")
    if not LINE.fullmatch(line):
        raise ValueError(f"column {_column(line)}: an unmatched quotation mark")
    words = next(csv.reader([line]), [])
    if len(words) != len(HEADINGS):
        raise ValueError(f"{len(words)} columns, not {len(HEADINGS)}")
    return words


def _column(line: str) -> str:
    """The heading of the first malformed field."""
    number, place = 0, 0
    while (field := re.compile(rf"{FIELD},").match(line, place)) and number < len(HEADINGS) - 1:
        number, place = number + 1, field.end()
    return HEADINGS[number]


def _check_together(path: Path, rows: dict[int, Result]) -> None:
    """Raise ToolkitError if a run is recorded twice or the budgets of the runs differ."""
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
                f"line 2 has {usual:,}; record runs with other --epochs elsewhere"
            )


def save(path: Path, results: Iterable[Result]) -> None:
    """Write the table. It replaces an earlier file only once it is complete."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(HEADINGS)
    rows.writerows([_word(value) for value in asdict(result).values()] for result in results)
    with replacing(path) as temporary:
        temporary.write_text(out.getvalue(), encoding="utf-8")


def add(path: Path, results: Iterable[Result]) -> None:
    """Add to the table those of `results` that it does not contain yet.

    The other rows are kept, so that two programs that record in the same file do not overwrite each
    other's results.
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
