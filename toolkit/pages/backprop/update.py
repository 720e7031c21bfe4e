"""The last step: the optimizer updates every parameter once."""

from sympy import Expr, Integer, Symbol

from toolkit.book.sheet import Sheet
from toolkit.book.tables import Cell
from toolkit.network.derivation import EPOCH
from toolkit.network.lesson import Optimizer
from toolkit.pages.backprop.layout import LessonLayout
from toolkit.pages.backprop.lines import FINDING_ROW, NAME, EquationPage, QuantityCells
from toolkit.pages.backprop.sentences import of_update
from toolkit.pages.backprop.steps import Link, Step
from toolkit.symbols.equation import Equation, Previous

NAMES: dict[Optimizer, str] = {
    "sgd": "SGD",
    "momentum": "momentum",
    "nesterov": "Nesterov's momentum",
    "adagrad": "Adagrad",
    "rmsprop": "RMSprop",
    "adam": "Adam",
}
QUESTION = "How does the optimizer change every parameter?"
FINDING = (
    "Every parameter moves against its gradient. The results are row 1 of the sheet Backprop, and "
    "the next epoch begins with Step 1 again."
)
NOTE = "η is the learning rate chosen on the sheet Parameters."


def sheet(run: LessonLayout, step: Step, cells: QuantityCells, following: Link) -> Sheet:
    """One line for each parameter, preceded by the lines of the optimizer's state."""
    page = EquationPage(step.sheet_name, _before(cells))
    page.note(NOTE)
    page.block(f"One step of {NAMES[run.lesson.training.optimizer]}")
    first = first_step(run)
    for update in run.derived.updates:
        page.line(
            Equation(update.symbol, update.expr.xreplace(first)), of_update(update.symbol, run)
        )
    page.cells[FINDING_ROW, NAME] = Cell(FINDING, "bold")
    page.finding = FINDING_ROW, NAME
    return page.sheet(f"{step.title}: the update", QUESTION, following)


def _before(cells: QuantityCells) -> QuantityCells:
    """The known cells, by the names that refer to the row above."""
    values = {Previous(s): k for s, k in cells.values.items()}
    texts = {Previous(s): k for s, k in cells.texts.items()}
    return QuantityCells(cells.values | values, cells.texts | texts)


def first_step(run: LessonLayout) -> dict[Symbol, Expr]:
    """The initial epoch and optimizer state, which replace Previous in epoch 1."""
    remembered = {Previous(state): Integer(0) for state in run.derived.states}
    return {EPOCH: Integer(1), **remembered}
