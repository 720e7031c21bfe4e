"""The sheet of targets: the results compared with the requirements of the course."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sympy import Eq, Expr, Piecewise, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at, down
from toolkit.book.sheet import Sheet
from toolkit.book.tables import Cell, Table
from toolkit.pages.mnist import blocks, layer_places, layer_rules, layout
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
    MnistPage,
    MnistRun,
    column,
    percent,
    sentence,
)
from toolkit.symbols.choices import if_number, matching
from toolkit.symbols.equation import quantity
from toolkit.symbols.lookups import lookup
from toolkit.symbols.ranges import largest, length, total
from toolkit.symbols.records import occurrences
from toolkit.symbols.text import Text, grouped_text

HEADINGS = ("what is asked", "target", "reached", "verdict")
HEADING_ROW = 5
FIRST_DEMAND = HEADING_ROW + 1
ASKED, TARGET_COLUMN, REACHED_COLUMN, VERDICT_COLUMN = range(9, 13)
WIDTHS = {8: 3, ASKED: 42, TARGET_COLUMN: 10, REACHED_COLUMN: 10, VERDICT_COLUMN: 10}
# The descriptions of the other sheets.
SOURCES = {
    EPOCHS: "the last and the best epoch, and one row for each",
    CURVES: "accuracy, loss and learning rate as charts",
    LAYERS: "what comes out of each layer, and its cost; change it",
    CONFUSION: "which class is taken for which",
    PER_DIGIT: "precision, recall and F1 of each digit",
    PER_CLASS: "precision, recall and F1 of each class",
    PREDICTIONS: "the probabilities of each image that was held out",
    MISTAKES: "the images that are classified wrongly, as pictures",
    KERNELS: "the weights of the first convolutions in colours",
    AUGMENTATION: "training images and random changes of them",
    SEEDS: "the same training from several random starts",
    RUN: "the command, the versions and the recipe of this run",
}
REACHED, TARGET = quantity("reached"), quantity("target")
ACCURACIES, NUMBERS, PARAMETERS, NAMES, CHECKS, VERDICTS = (
    quantity(n) for n in ("accuracies", "epochs", "parameters", "names", "checks", "verdicts")
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


# A network with an impossible layer has no number of parameters; a text is below no number.
ALL_PARAMETERS = matching(
    occurrences(CHECKS, layer_rules.FITS), length(CHECKS), total(PARAMETERS), Text("–")
)
# The last epoch is looked up by its number, because the reader may have sorted the rows.
DEMANDS = (
    Demand(
        "{held_out} accuracy after the last epoch, at least",
        0.994,
        lookup(ACCURACIES, NUMBERS, largest(NUMBERS)),
        _at_least,
        "percent",
    ),
    Demand("Parameters, fewer than", 20_000, ALL_PARAMETERS, _below, "count"),
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
    """The first sheet: the network as blocks, its verdicts beside them, and a list of sheets."""
    held_out, count = result.history.held_out, len(result.layers)
    cells = layer_sheet.cells
    known = {
        ACCURACIES: column(epochs, EPOCHS, f"{held_out} accuracy"),
        NUMBERS: column(epochs, EPOCHS, "epoch"),
        PARAMETERS: layer_places.column(cells, layer_rules.PARAMETERS, count),
        NAMES: layer_places.column(cells, layer_rules.KIND, count),
        CHECKS: layer_places.column(cells, layer_rules.CHECK, count),
    }
    network = "an MNIST classifier" if result.digits else "a classifier"
    page = layout.page(
        TARGETS,
        f"{result.history.model.title}: {network}",
        f"Does this network meet what the course asks of {network}?",
        "E69F00",
    )
    page.widths |= blocks.WIDTHS | WIDTHS
    blocks.write(page, HEADING_ROW, layer_sheet, count)
    for place, heading in enumerate(HEADINGS, ASKED):
        page.cells[HEADING_ROW, place] = Cell(heading, "heading")
    for row, demand in enumerate(DEMANDS, FIRST_DEMAND):
        _write_demand(page, demand, row, held_out, known)
    row = FIRST_DEMAND + len(DEMANDS)
    note = "Change the sheet Layers, and the blocks, parameters and layers here change with it."
    page.cells[row, ASKED] = Cell(note, "muted")
    _write_best(page, row + 1, held_out, known)
    _write_contents(page, row + 4, others)
    page.verdicts.append(Area.of(FIRST_DEMAND, VERDICT_COLUMN, len(DEMANDS)))
    page.effects += page.verdicts
    page.state(_finding(held_out), _findings(page))
    return page.finish()


def accuracy_target() -> Known:
    """The cell with the accuracy that is asked for."""
    return at(TARGETS, FIRST_DEMAND, TARGET_COLUMN, DEMANDS[0].target)


def _findings(page: MnistPage) -> dict[Symbol, Known]:
    verdicts = [
        page.cells[row, VERDICT_COLUMN].value
        for row in range(FIRST_DEMAND, FIRST_DEMAND + len(DEMANDS))
    ]
    return {
        VERDICTS: down(TARGETS, FIRST_DEMAND, VERDICT_COLUMN, verdicts),
        REACHED: page.known((FIRST_DEMAND, REACHED_COLUMN)),
        PARAMETERS: page.known((FIRST_DEMAND + 1, REACHED_COLUMN)),
    }


def _finding(held_out: str) -> Expr:
    passes = occurrences(VERDICTS, Text("pass"))
    all_pass = Eq(passes, len(DEMANDS))
    return sentence(
        Piecewise((Text("Yes: it"), all_pass), (Text("Not yet: it"), True)),
        " meets ",
        passes,
        f" of {len(DEMANDS)} requirements. It classifies ",
        percent(REACHED),
        f" of the {held_out} images correctly and has ",
        if_number(PARAMETERS, grouped_text(PARAMETERS), Text("–")),
        " parameters.",
    )


def _write_demand(
    page: MnistPage, demand: Demand, row: int, held_out: str, known: dict[Symbol, Known]
) -> None:
    page.cells[row, ASKED] = Cell(demand.words.format(held_out=held_out.capitalize()), "text")
    page.cells[row, TARGET_COLUMN] = Cell(demand.target, demand.style)
    reached = page.compute((row, REACHED_COLUMN), demand.reached, known, demand.style)
    compared = {TARGET: page.known((row, TARGET_COLUMN)), REACHED: reached}
    verdict = Piecewise((Text("pass"), demand.holds(REACHED, TARGET)), (Text("fail"), True))
    page.compute((row, VERDICT_COLUMN), verdict, compared, "verdict")


def _write_best(page: MnistPage, row: int, held_out: str, known: dict[Symbol, Known]) -> None:
    """The best epoch, which is not compared with a target because the test set selected it."""
    best = largest(ACCURACIES)
    words = sentence(
        f"For comparison only: the best {held_out} accuracy of any epoch is ",
        percent(best),
        ", in epoch ",
        lookup(NUMBERS, ACCURACIES, best),
        ".",
    )
    page.compute((row, ASKED), words, known, "muted")


def _write_contents(page: MnistPage, row: int, others: Sequence[Sheet]) -> None:
    """A list of the other sheets with their descriptions."""
    page.cells[row - 1, ASKED] = Cell("Sheets", "subtitle")
    for number, sheet in enumerate(others, row):
        text = f"{sheet.name}: {SOURCES[sheet.name]}"
        page.cells[number, ASKED] = Cell(text, "link", link=sheet.name)
