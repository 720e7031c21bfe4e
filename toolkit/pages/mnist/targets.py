"""The sheet of targets: the results compared with the requirements of the course."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sympy import Expr, Piecewise, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at
from toolkit.book.live import computed
from toolkit.book.sheet import FirstView, Sheet
from toolkit.book.tables import Cell, Table
from toolkit.pages.mnist import layer_costs, layer_rules
from toolkit.pages.mnist.layout import (
    AUGMENTATION,
    CONFUSION,
    CURVES,
    EPOCHS,
    KERNELS,
    LAYERS,
    MISTAKES,
    PER_CLASS,
    PER_DIGIT,
    PREDICTIONS,
    RUN,
    SEEDS,
    TARGETS,
    MnistRun,
    column,
    opening,
)
from toolkit.symbols.equation import quantity
from toolkit.symbols.lookups import lookup
from toolkit.symbols.ranges import largest, total
from toolkit.symbols.records import occurrences
from toolkit.symbols.text import Text

HEADINGS = ("what is asked", "target", "reached", "verdict")
FIRST_ROW = 5
# The descriptions of the other sheets.
SOURCES = {
    EPOCHS: "One row for each epoch: accuracy, loss, learning rate, seconds.",
    CURVES: "The epochs as charts.",
    LAYERS: "Every layer: its size, receptive field, parameters and cost, by columns to be edited.",
    CONFUSION: "What each class was taken for, counted.",
    PER_DIGIT: "Precision, recall and F1 of each digit, with a chart of the mistakes.",
    PER_CLASS: "Precision, recall and F1 of each class, with a chart of the mistakes.",
    PREDICTIONS: "What the network says of every image that was held out.",
    MISTAKES: "Every image taken for another class, as a picture.",
    KERNELS: "The first convolutions' weights, coloured by their sign and size.",
    AUGMENTATION: "Training images beside random changes of them.",
    SEEDS: "The same training from several random starts, and how far they lie apart.",
    RUN: "The command, the versions and the recipe that made these figures.",
}
REACHED, TARGET = quantity("reached"), quantity("target")
ACCURACIES, NUMBERS, PARAMETERS, NAMES, BEST = (
    quantity(n) for n in ("accuracies", "epochs", "parameters", "names", "best")
)


@dataclass(frozen=True)
class Demand:
    """A requirement: its words, the required value, and the cell with the value reached."""

    words: str
    target: float
    reached: Expr
    holds: Callable[[Symbol, Symbol], Expr]
    style: str


def _at_least(reached: Symbol, target: Symbol) -> Expr:
    return reached >= target


def _below(reached: Symbol, target: Symbol) -> Expr:
    return reached < target


# The last epoch is looked up by its number, because the reader may have sorted the rows.
DEMANDS = (
    Demand(
        "{held_out} accuracy after the last epoch, at least",
        0.994,
        lookup(ACCURACIES, NUMBERS, largest(NUMBERS)),
        _at_least,
        "percent",
    ),
    Demand("Parameters, fewer than", 20_000, total(PARAMETERS), _below, "count"),
    Demand("Epochs, fewer than", 20, largest(NUMBERS), _below, "count"),
    Demand(
        "Batch normalization layers, at least",
        1,
        occurrences(NAMES, Text(layer_rules.BATCH_NORM)),
        _at_least,
        "count",
    ),
    Demand(
        "Dropout layers, at least",
        1,
        occurrences(NAMES, Text(layer_rules.DROPOUT)),
        _at_least,
        "count",
    ),
    Demand(
        "Global average pooling layers, at least",
        1,
        occurrences(NAMES, Text(layer_rules.AVERAGE_POOL)),
        _at_least,
        "count",
    ),
)


def sheet(result: MnistRun, epochs: Table, layer_sheet: Sheet, others: Sequence[Sheet]) -> Sheet:
    """The first sheet: the requirements, the best epoch for comparison, and a list of sheets."""
    held_out, count = result.history.held_out, len(result.layers)
    known = {
        ACCURACIES: column(epochs, EPOCHS, f"{held_out} accuracy"),
        NUMBERS: column(epochs, EPOCHS, "epoch"),
        PARAMETERS: layer_costs.column(layer_sheet.cells, layer_rules.PARAMETERS, count),
        NAMES: layer_costs.column(layer_sheet.cells, layer_rules.KIND, count),
    }
    cells = {
        **opening(result.history.model.title, "The network against what the course asks of it."),
        **{(FIRST_ROW - 1, n): Cell(h, "heading") for n, h in enumerate(HEADINGS, 1)},
    }
    for row, demand in enumerate(DEMANDS, FIRST_ROW):
        cells |= _line(demand, row, held_out, known)
    row = FIRST_ROW + len(DEMANDS)
    note = "Parameters and layers are those of the sheet Layers as it stands: edit it and see."
    cells[row, 1] = Cell(note, "muted")
    cells |= _summary(row + 2, held_out, known)
    cells |= _contents(row + 5, others)
    widths = {1: 46, 2: 14, 3: 14, 4: 14}
    verdicts = (Area.of(FIRST_ROW, 4, len(DEMANDS)),)
    return Sheet(
        TARGETS,
        cells,
        widths=widths,
        tab="E69F00",
        verdicts=verdicts,
        first_view=FirstView(effects=verdicts),
    )


def _contents(row: int, others: Sequence[Sheet]) -> dict[tuple[int, int], Cell]:
    """A list of the other sheets with their descriptions."""
    cells = {(row, 1): Cell("Sheets", "subtitle")}
    for number, sheet in enumerate(others, row + 1):
        cells[number, 1] = Cell(sheet.name, "link", link=sheet.name)
        cells[number, 2] = Cell(SOURCES[sheet.name], "muted")
    return cells


def _line(
    demand: Demand, row: int, held_out: str, known: dict[Symbol, Known]
) -> dict[tuple[int, int], Cell]:
    reached = computed(demand.reached, known, demand.style)
    compared = {
        TARGET: at(TARGETS, row, 2, demand.target),
        REACHED: at(TARGETS, row, 3, reached.value),
    }
    verdict = Piecewise((Text("pass"), demand.holds(REACHED, TARGET)), (Text("fail"), True))
    return {
        (row, 1): Cell(demand.words.format(held_out=held_out.capitalize()), "text"),
        (row, 2): Cell(demand.target, demand.style),
        (row, 3): reached,
        (row, 4): computed(verdict, compared, "verdict"),
    }


def _summary(row: int, held_out: str, known: dict[Symbol, Known]) -> dict[tuple[int, int], Cell]:
    """The best epoch, which is not compared with a target because the test set selected it."""
    best = computed(largest(ACCURACIES), known, "percent")
    known = known | {BEST: at(TARGETS, row, 3, best.value)}
    return {
        (row, 1): Cell(f"For comparison only: best {held_out} accuracy of any epoch", "muted"),
        (row, 3): best,
        (row + 1, 1): Cell("reached in epoch", "muted"),
        (row + 1, 3): computed(lookup(NUMBERS, ACCURACIES, BEST), known, "count"),
    }
