"""What the runs came to: a table in a CSV file, one line for each run."""

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from importlib import resources
from pathlib import Path

from toolkit import reading
from toolkit.book.saving import replacing
from toolkit.errors import ToolkitError


@dataclass(frozen=True)
class Result:
    """One run. Accuracies are shares, losses mean cross-entropies.

    `test_accuracies` are those after each quarter of the training, the last at its end.
    `first_loss` and `early_loss` are what the run learns by at the first batch and on average over
    batches 91 to 100 (of a shorter run its last ten). `gradients` are the norms of the first
    batch's gradient of each convolution and linear layer, `dead` the shares of dead units of each
    ReLU at batch 100.
    """

    fingerprint: str
    variant: str
    seed: int
    images: int
    epochs: int
    parameters: int
    train_accuracy: float
    train_loss: float
    test_loss: float
    test_accuracies: tuple[float, ...]
    first_loss: float
    early_loss: float
    gradients: tuple[float, ...]
    dead: tuple[float, ...]
    seconds: float
    threads: int

    @property
    def test_accuracy(self) -> float:
        """At the end of the training."""
        return self.test_accuracies[-1]


HEADINGS = tuple(field.name for field in fields(Result))
WHOLE = ("seed", "images", "epochs", "parameters", "threads")
TEXTS = ("fingerprint", "variant")
LISTS = ("test_accuracies", "gradients", "dead")
LEAST = {"seed": 0, "images": 1, "epochs": 1, "parameters": 0, "threads": 1}


def shipped() -> Path:
    """The results that lie in the package."""
    return Path(str(resources.files("toolkit.experiments") / "results.csv"))


def load(path: Path) -> tuple[Result, ...]:
    """The runs recorded at `path`, in the order of the file.

    A last line without an end, as a crash of another program may leave it, is passed over. Raises
    ToolkitError naming the file and the line at fault.
    """
    text = reading.text(
        path, missing="toolkit experiments writes one", folder="name the results file inside it"
    )
    lines = list(csv.reader(io.StringIO(text)))
    if not lines or tuple(lines[0]) != HEADINGS:
        raise ToolkitError(
            f"{path}: no results of experiments, for its first line is not {','.join(HEADINGS)}; "
            "give a file that toolkit experiments wrote"
        )
    complete = lines[1:] if text.endswith("\n") else lines[1:-1]
    return tuple(_parsed(path, number, line) for number, line in enumerate(complete, 2))


def _parsed(path: Path, number: int, line: list[str]) -> Result:
    try:
        values = dict(zip(HEADINGS, line, strict=True))
        found = {name: _value(name, word) for name, word in values.items()}
        return Result(**found)  # type: ignore[arg-type]
    except ValueError as error:
        raise ToolkitError(
            f"{path}: line {number} is damaged ({error}); remove the line and run "
            "toolkit experiments again"
        ) from error


def _value(name: str, word: str) -> object:
    if name in TEXTS:
        return word
    if name in LISTS:
        return tuple(map(float, word.split()))
    if name not in WHOLE:
        return float(word)
    whole = int(word)
    if whole < LEAST[name]:
        raise ValueError(f"{name} {whole}")
    return whole


def save(path: Path, results: Iterable[Result]) -> None:
    """Write the table, moved into place when whole."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(HEADINGS)
    rows.writerows([_word(value) for value in asdict(result).values()] for result in results)
    with replacing(path) as temporary:
        temporary.write_text(out.getvalue(), encoding="utf-8")


def add(path: Path, made: Iterable[Result]) -> None:
    """Put into the table those of `made` that are not there; whatever else it holds stays, so that
    two programs at work on one file do not undo each other.
    """
    found = load(path) if path.exists() else ()
    there = {(result.fingerprint, result.seed) for result in found}
    save(path, (*found, *(r for r in made if (r.fingerprint, r.seed) not in there)))


def _word(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(map(_word, value))
    if isinstance(value, float):
        return f"{value:.6g}" if math.isfinite(value) else str(value)
    return str(value)
