"""A check whether the tables and charts of a lesson fit the format, before it is derived."""

from toolkit.book.limits import MAX_SERIES
from toolkit.book.tables import check_fits
from toolkit.files.errors import ToolkitError
from toolkit.network.comparison import compared
from toolkit.network.derivation import Derivation, has_inline_gradients
from toolkit.network.lesson import Lesson, Training, weight_count
from toolkit.network.optimizers import update
from toolkit.pages.backprop.table import CHART_HEADING_ROW
from toolkit.symbols.equation import quantity

# A spreadsheet program takes about 100 bytes for a formula and its value, so this is 10 GB.
MOST_CELLS = 100_000_000


def check_extent(lesson: Lesson) -> None:
    """Raise ToolkitError if the workbook would be too large to open.

    This is checked before equations are derived. The number of columns does not include partial
    sums, which `check_width` adds.
    """
    rates = len(lesson.training.learning_rates)
    if rates > MAX_SERIES:
        raise ToolkitError(
            f"training.learning_rates: {rates} given, but a chart draws {MAX_SERIES} lines; "
            f"give at most {MAX_SERIES}"
        )
    others = compared(lesson)
    rows = CHART_HEADING_ROW + 1 + lesson.training.epochs
    columns = max(map(least_columns, (lesson, *others)))
    check_fits(rows, columns)
    tables = rates + 1 + len(others)  # one for each learning rate, and one for the selected rate
    if rows * columns * tables > MOST_CELLS:
        raise ToolkitError(
            f"{tables} tables of {rows:,} rows by {columns:,} columns are more than the "
            f"{MOST_CELLS:,} cells that a spreadsheet program opens; use fewer training.epochs, "
            "fewer training.learning_rates or smaller network.layers"
        )


def check_width(lesson: Lesson, derived: Derivation) -> None:
    """Raise ToolkitError if a table would not fit a sheet.

    Unlike `check_extent`, this includes partial sums. It is checked before any epoch is run.
    """
    trained = derived.parameters if lesson.training.train_biases else derived.weights
    trainings = [lesson.training, *(one.training for one in compared(lesson))]
    states = max(map(_states, trainings)) * len(trained)
    columns = 1 + len(derived.leaves) + len(derived.table) + states
    check_fits(CHART_HEADING_ROW + 1 + lesson.training.epochs, columns)


def _states(training: Training) -> int:
    """The number of values that an optimizer stores for each parameter."""
    return len(update(training, quantity("w"))) - 1


def least_columns(lesson: Lesson) -> int:
    """The number of columns in the tables of a lesson, without partial sums.

    These are the epoch and the loss; each parameter with its gradient and its optimizer state; and
    the columns of each sample.
    """
    layers, training = lesson.network.layers, lesson.training
    weights, biases = weight_count(layers), sum(layers[1:]) * lesson.network.bias
    trained = weights + biases * training.train_biases
    samples = len(lesson.samples.inputs) * _columns_of_sample(lesson)
    return 2 + 2 * (weights + biases) + _states(training) * trained + samples


def _columns_of_sample(lesson: Lesson) -> int:
    """The number of columns for each sample.

    These are inputs, targets and errors; the sum of each neuron, its gradient and its activation;
    and for each softmax the maximum, the powers, their sum and the gradient of that sum.
    """
    layers = lesson.network.layers
    neurons, inner = sum(layers[1:]), not has_inline_gradients(lesson)
    kinds = zip(layers[1:], lesson.network.activations, strict=True)
    parts = sum(width + 3 for width, kind in kinds if kind == "softmax")
    return layers[0] + 2 * layers[-1] + (2 + inner) * neurons + parts
