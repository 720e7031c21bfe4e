"""The step of each optimizer in words and equations, for the sheet that compares them."""

from math import ceil

from sympy import Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.live import computed
from toolkit.book.page import PageBuilder
from toolkit.book.tables import Cell
from toolkit.network.derivation import LEARNING_RATE
from toolkit.network.lesson import Optimizer
from toolkit.network.optimizers import update
from toolkit.pages.backprop.layout import LessonLayout, own_symbol
from toolkit.pages.backprop.lines import LARGE, LINE_POINTS
from toolkit.symbols.text import Text, joined, number_text

LAST_COLUMN = 7
CHARACTERS = 120  # the length of a sentence on one line, in characters
SENTENCES: dict[Optimizer, str] = {
    "sgd": "Gradient descent as it is: the step is the gradient times η.",
    "momentum": "A share μ of the last step is kept. Steps in one direction add up, and roll on "
    "past the lowest point.",
    "nesterov": "Momentum that adds the kept share of this step too: it turns back sooner and "
    "swings less.",
    "adagrad": "The step is divided by the root of all squared gradients so far: η counts for "
    "less and less.",
    "rmsprop": "As adagrad, but with a running mean of the squares, so that old gradients are "
    "forgotten.",
    "adam": "A running mean of the gradient over the root of one of its square, both corrected for "
    "having begun at 0.",
}


def kind_of(run: LessonLayout) -> Optimizer:
    """The name of the run's optimizer, which is also the name of its sheet."""
    return run.lesson.training.optimizer


def write_step(page: PageBuilder, run: LessonLayout) -> None:
    """The step of an optimizer: name, sentence, settings, and equations for one weight."""
    kind = kind_of(run)
    words = SENTENCES[kind]
    page.cells[page.row, 1] = Cell(kind, "name")
    page.cells[page.row, 2] = Cell(words, "wrapped")
    page.merges.append(Area(page.row, 2, page.row, LAST_COLUMN))
    page.heights[page.row] = LINE_POINTS * ceil(len(words) / CHARACTERS)
    page.cells[page.row + 1, 2] = _settings(run)
    page.row += 2
    for equation in update(run.lesson.training, run.derived.weights[0]):
        page.typeset(equation, 2, LARGE)
    page.row += 1


def _settings(run: LessonLayout) -> Cell:
    """The settings as text, such as η = 0.2, β1 = 0.9, from the sheet Parameters."""
    known: dict[Symbol, Known] = _steering_cells(run)
    parts = [
        part
        for n, symbol in enumerate(known)
        for part in (Text(f"{', ' if n else ''}{symbol.name} = "), number_text(symbol))
    ]
    return computed(joined(*parts), known, "muted")


def _steering_cells(run: LessonLayout) -> dict[Symbol, Known]:
    """The cells of the learning rate and the settings; compared optimizers have their own."""
    own = {s: own_symbol(s, kind_of(run)) for s in (LEARNING_RATE, *run.derived.settings)}
    return {
        symbol: run.parameters[name if name in run.parameters else symbol]
        for symbol, name in own.items()
    }
