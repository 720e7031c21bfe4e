"""The sheet Results: every run of the experiments, one row each, to which other sheets refer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from sympy import Eq, Expr, Integer, Piecewise, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.live import computed
from toolkit.book.sheet import FirstView, Sheet
from toolkit.book.tables import Cell, Column, Table
from toolkit.book.values import Value
from toolkit.experiments.programme import NamedExperiment
from toolkit.experiments.results import Result
from toolkit.experiments.variant import Budget, Variant
from toolkit.pages.concepts.sheet_names import CONTENTS, RESULTS
from toolkit.pages.mnist.layout import TITLE_HEIGHT, column
from toolkit.symbols.ranges import largest, numbers_in, smallest, total
from toolkit.symbols.text import Text, fixed_text, grouped_text, joined

TABLE_ROW = 5
LOST = "no number"
BASELINE = "the baseline, of which all others change one thing"
ACCURACY, SECONDS = Symbol("accuracy"), Symbol("seconds")


@dataclass(frozen=True)
class Field:
    """A column, and the function that takes its value from a result."""

    heading: str
    take: Callable[[Result], Value]
    style: str
    width: float = 11


def key(fingerprint: str) -> str:
    """A fingerprint in a cell; the letter before it prevents its conversion into a number."""
    return f"k{fingerprint}"


def _largest(values: Sequence[float]) -> Value:
    return max(values) if values else LOST


def _first(values: Sequence[float]) -> Value:
    return values[0] if values else LOST


FIELDS = (
    Field("key", lambda result: key(result.fingerprint), "label", 17),
    Field("run", lambda result: result.variant, "label", 52),
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
)


def _cell(value: Value) -> Value:
    """The content of a cell; a number that is not finite becomes text."""
    return LOST if isinstance(value, float) and not isfinite(value) else value


def gradient_layers(results: Sequence[Result]) -> range:
    """The numbers of the layers with gradients, in the deepest of the networks."""
    return range(1, max((len(result.gradients) for result in results), default=0) + 1)


def gradient(layer: int) -> Field:
    """The norm of the gradient of layer number `layer`, counted from 1."""
    return Field(
        f"gradient, layer {layer}",
        lambda result: dict(enumerate(result.gradients, 1)).get(layer, "–"),
        "scientific",
        17,
    )


def table(results: Sequence[Result], names: Mapping[str, str]) -> Table:
    """One row for each run, in the order in which they ended.

    `names` maps fingerprints to names of setups. They replace the recorded names, which are unclear
    without their concept.
    """
    results = [replace(r, variant=names.get(r.fingerprint, r.variant)) for r in results]
    columns = (
        Column(
            field.heading, [_cell(field.take(r)) for r in results], field.style, width=field.width
        )
        for field in (*FIELDS, *map(gradient, gradient_layers(results)))
    )
    return Table(TABLE_ROW, 1, tuple(columns))


def names(experiments: Sequence[NamedExperiment], budget: Budget) -> dict[str, str]:
    """The names of setups by fingerprint: number of the first concept, and variant."""
    variant_names = {Variant(BASELINE).setup(budget).fingerprint: BASELINE}
    for concept in experiments:
        for variant in concept.experiment.variants:
            variant_names.setdefault(
                variant.setup(budget).fingerprint, f"{concept.number}: {variant.name}"
            )
    return variant_names


def known(result_table: Table, heading: str) -> Known:
    """One column of the table as a range."""
    return column(result_table, RESULTS, heading)


def of_runs(*pieces: Expr) -> Expr:
    """A sentence from its pieces, or that there are no runs; ACCURACY is their test accuracy."""
    return Piecewise((Text("No run is recorded yet."), Eq(COUNT, 0)), (joined(*pieces), True))


def sheet(result_table: Table, sentence: str) -> Sheet:
    """The sheet with the table below the finding and a `sentence` about the runs."""
    finding = {
        ACCURACY: known(result_table, "test accuracy"),
        SECONDS: known(result_table, "seconds"),
    }
    return Sheet(
        RESULTS,
        {
            (1, 1): Cell("Every run of every experiment", "title"),
            (1, 4): Cell(CONTENTS, "link", link=CONTENTS),
            (2, 1): Cell("How did each run of each experiment end?", "text"),
            (3, 1): computed(_FINDING, finding, "conclusion"),
            (4, 1): Cell(sentence, "muted"),
        },
        (result_table,),
        heights={1: TITLE_HEIGHT},
        freeze=(TABLE_ROW + 1, 1),
        filter=result_table.area,
        tab="7F7F7F",
        first_view=FirstView(
            question=Area.of(2, 1),
            effects=(Area.of(TABLE_ROW, 1, 2, 7),),
            finding=Area.of(3, 1),
        ),
    )


def _percent(accuracy: Expr) -> Expr:
    return joined(fixed_text(100 * accuracy, Integer(2)), Text(" %"))


COUNT = numbers_in(ACCURACY)
LOWEST, HIGHEST = _percent(smallest(ACCURACY)), _percent(largest(ACCURACY))
_FINDING = of_runs(
    COUNT,
    Text(" runs end at test accuracies from "),
    LOWEST,
    Text(" to "),
    HIGHEST,
    Text(". They took "),
    grouped_text(total(SECONDS)),
    Text(" seconds in all; compare seconds only where they differ widely."),
)
