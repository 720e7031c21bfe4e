"""Whether a lesson's tables and charts fit the format, from the lesson alone."""

from toolkit.book.limits import MAX_SERIES
from toolkit.book.tables import check_fits
from toolkit.files.errors import ToolkitError
from toolkit.network.comparison import compared
from toolkit.network.derivation import Derivation, has_inline_gradients
from toolkit.network.lesson import Lesson, Training, weight_count
from toolkit.network.optimizers import update
from toolkit.pages.backprop.table import HEADING_ROW
from toolkit.symbols.equation import quantity

# A spreadsheet program holds a formula and its value in some 100 bytes, so 10 GB.
MOST_CELLS = 100_000_000


def check_extent(lesson: Lesson) -> None:
    """Raise ToolkitError, before anything is derived, where the workbook could not be opened.

    Columns are counted without partial sums, which `check_width` adds.
    """
    rates = len(lesson.training.learning_rates)
    if rates > MAX_SERIES:
        raise ToolkitError(
            f"training.learning_rates: {rates} given, but a chart draws {MAX_SERIES} lines; "
            f"give at most {MAX_SERIES}"
        )
    others = compared(lesson)
    rows = HEADING_ROW + 1 + lesson.training.epochs
    columns = max(map(least_columns, (lesson, *others)))
    check_fits(rows, columns)
    tables = rates + 1 + len(others)  # one for each, and one for the rate that is chosen
    if rows * columns * tables > MOST_CELLS:
        raise ToolkitError(
            f"{tables} tables of {rows:,} rows by {columns:,} columns are more than the "
            f"{MOST_CELLS:,} cells that a spreadsheet program opens; use fewer training.epochs, "
            "fewer training.learning_rates or smaller network.layers"
        )


def check_width(lesson: Lesson, derived: Derivation) -> None:
    """Raise ToolkitError, before anything is run, where a table would not fit a sheet: as
    `check_extent`, but with the partial sums.
    """
    trained = derived.parameters if lesson.training.train_biases else derived.weights
    trainings = [lesson.training, *(one.training for one in compared(lesson))]
    states = max(map(_states, trainings)) * len(trained)
    columns = 1 + len(derived.given) + len(derived.table) + states
    check_fits(HEADING_ROW + 1 + lesson.training.epochs, columns)


def _states(training: Training) -> int:
    """How many numbers an optimizer keeps for each parameter."""
    return len(update(training, quantity("w"))) - 1


def least_columns(lesson: Lesson) -> int:
    """How many columns a lesson's tables have, but for partial sums: the epoch and the loss; each
    parameter, its gradient and what the optimizer remembers of it; and those of each sample.
    """
    layers, training = lesson.network.layers, lesson.training
    weights, biases = weight_count(layers), sum(layers[1:]) * lesson.network.bias
    trained = weights + biases * training.train_biases
    samples = len(lesson.samples.inputs) * _columns_of_sample(lesson)
    return 2 + 2 * (weights + biases) + _states(training) * trained + samples


def _columns_of_sample(lesson: Lesson) -> int:
    """Inputs, targets and errors; of each neuron its sum, the gradient of that and its activation;
    of each softmax the largest sum, the powers, what they add up to and the gradient of that.
    """
    layers = lesson.network.layers
    neurons, inner = sum(layers[1:]), not has_inline_gradients(lesson)
    kinds = zip(layers[1:], lesson.network.activations, strict=True)
    parts = sum(width + 3 for width, kind in kinds if kind == "softmax")
    return layers[0] + 2 * layers[-1] + (2 + inner) * neurons + parts
