"""One sheet per sample, for lessons whose table of all samples would be too wide to read."""

from sympy import Symbol

from toolkit.book.sheet import Sheet
from toolkit.book.tables import Cell, Table
from toolkit.network.derivation import LEARNING_RATE
from toolkit.network.forward import Kind
from toolkit.network.optimizers import STATE_KINDS
from toolkit.pages.backprop import table
from toolkit.pages.backprop.layout import BACKPROP, LessonLayout, chosen_rate
from toolkit.symbols.equation import Gradient

READABLE = 60  # columns
MOST_SHEETS = 40
# The groups of columns that belong to all samples together.
SHARED: tuple[Kind, ...] = ("weight", "bias", "loss", *STATE_KINDS)
QUESTION = (
    f"How do the outputs and errors of this sample change? {BACKPROP} holds weights and loss."
)


def tables(run: LessonLayout) -> dict[str, Table]:
    """The tables at the selected learning rate, by the names of their sheets.

    There is only Backprop, unless the columns of single samples are moved to sheets of their own.
    """
    derived, samples = run.derived, len(run.lesson.samples.inputs)
    wide = 1 + len(derived.leaves) + len(derived.table) + len(derived.states) > READABLE
    apart = wide and 1 < samples <= MOST_SHEETS
    by_sheet = table.parts(
        run,
        chosen_rate(run.lesson),
        LEARNING_RATE,
        lambda symbol: _home(run, symbol) if apart else BACKPROP,
    )
    return {BACKPROP: by_sheet.pop(BACKPROP)} | by_sheet


def _home(run: LessonLayout, symbol: Symbol) -> str:
    of = symbol.wrt if isinstance(symbol, Gradient) else symbol
    role = run.derived.roles.get(of)
    if role is None or role.kind in SHARED:
        return BACKPROP
    return name(role.sample)


def name(sample: int) -> str:
    """The name of the sheet of one sample."""
    return f"Sample {sample}"


def sheet(run: LessonLayout, name: str, epochs: Table) -> Sheet:
    """One sample from its inputs to its errors, and its gradients."""
    title = Cell(f"{name} of {len(run.lesson.samples.inputs)}, epoch by epoch", "title")
    cells = table.heading(title, BACKPROP, QUESTION)
    return table.page(name, cells, epochs, tab="000000")
