"""The sheet Results: every run of the experiments, one line each, for the other sheets to read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

from toolkit.book.sheet import Cell, Column, Known, Sheet, Table, Value
from toolkit.experiments.results import Result
from toolkit.pages.concepts.words import RESULTS
from toolkit.pages.mnist.layout import column

TABLE_ROW = 5
LOST = "no number"


@dataclass(frozen=True)
class Field:
    """A column: what it takes from a result."""

    heading: str
    take: Callable[[Result], Value]
    style: str
    width: float = 11


def key(fingerprint: str) -> str:
    """A fingerprint as cells hold it: with a letter before it none can be taken for a number."""
    return f"k{fingerprint}"


def _largest(values: Sequence[float]) -> Value:
    return max(values) if values else LOST


def _first(values: Sequence[float]) -> Value:
    return values[0] if values else LOST


FIELDS = (
    Field("key", lambda result: key(result.fingerprint), "label", 17),
    Field("variant", lambda result: result.variant, "label", 44),
    Field("seed", lambda result: result.seed, "integer", 7),
    Field("images", lambda result: result.images, "count", 9),
    Field("epochs", lambda result: result.epochs, "integer", 9),
    Field("parameters", lambda result: result.parameters, "count", 12),
    Field("test accuracy", lambda result: result.test_accuracy, "percent", 14),
    Field("train accuracy", lambda result: result.train_accuracy, "percent", 14),
    Field("test loss", lambda result: result.test_loss, "rate", 10),
    Field("train loss", lambda result: result.train_loss, "rate", 10),
    Field("after a quarter", lambda result: result.test_accuracies[0], "percent", 15),
    Field("after a half", lambda result: result.test_accuracies[1], "percent", 13),
    Field("after three quarters", lambda result: result.test_accuracies[2], "percent", 20),
    Field("loss, first batch", lambda result: result.first_loss, "rate", 16),
    Field("loss, batches 91-100", lambda result: result.early_loss, "rate", 20),
    Field("gradient, first layer", lambda result: _first(result.gradients), "scientific", 20),
    Field("gradient, last layer", lambda result: _first(result.gradients[::-1]), "scientific", 19),
    Field("dead units, worst layer", lambda result: _largest(result.dead), "percent", 22),
    Field("seconds", lambda result: result.seconds, "seconds", 9),
)  # fmt: skip


def _cell(value: Value) -> Value:
    """A number that is none, such as a loss that grew beyond all bounds, as a word."""
    return LOST if isinstance(value, float) and not isfinite(value) else value


def table(results: Sequence[Result]) -> Table:
    """One row for each run, in the order in which they ended."""
    columns = (
        Column(
            field.heading, [_cell(field.take(r)) for r in results], field.style, width=field.width
        )
        for field in FIELDS
    )
    return Table(TABLE_ROW, 1, tuple(columns))


def known(made: Table, heading: str) -> Known:
    """One column of the table as a range."""
    return column(made, RESULTS, heading)


def sheet(made: Table, sentence: str) -> Sheet:
    """The table alone."""
    return Sheet(
        RESULTS,
        {(1, 1): Cell("Every run of every experiment", "title"), (2, 1): Cell(sentence, "muted")},
        (made,),
        freeze=(TABLE_ROW + 1, 3),
        filter=(TABLE_ROW, 1, made.last_row, len(FIELDS)),
        tab="7F7F7F",
    )
