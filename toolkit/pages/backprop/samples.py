"""One sheet per sample, for lessons whose table of all samples would be too wide to read."""

from sympy import Symbol

from toolkit.book.sheet import Sheet
from toolkit.book.tables import Cell, Table
from toolkit.network.derivation import LEARNING_RATE
from toolkit.network.forward import Kind
from toolkit.network.optimizers import STATE_KINDS
from toolkit.pages.backprop import backprop, table
from toolkit.pages.backprop.layout import BACKPROP, LessonLayout, chosen_rate, column_of
from toolkit.symbols.equation import Gradient
from toolkit.symbols.lookups import last
from toolkit.symbols.text import Text, joined, number_text

READABLE = 60  # columns
MOST_SHEETS = 40
# The groups of columns that belong to all samples together.
SHARED: tuple[Kind, ...] = ("weight", "bias", "loss", *STATE_KINDS)
MOST_OUTPUTS = 4  # in the chart and in the sentence
TWO = 2  # operands of the first output: its activation and its target
QUESTION = "What does the network answer for this sample, and which gradients does it contribute?"
HINT = f"Each row is the epoch of the same row on {BACKPROP}, which holds the weights."


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
        table.CHART_HEADING_ROW,
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


def sheets(run: LessonLayout, by_sheet: dict[str, Table]) -> list[Sheet]:
    """The sheets of the samples that have one, in order; `by_sheet` are all tables."""
    numbers = range(1, len(run.lesson.samples.inputs) + 1)
    return [sheet(run, n, by_sheet[name(n)]) for n in numbers if name(n) in by_sheet]


def sheet(run: LessonLayout, number: int, epochs: Table) -> Sheet:
    """One sample from its inputs to its errors, and its gradients, below a chart of its outputs."""
    sheet_name = name(number)
    outputs = [str(symbol.name) for symbol in _outputs(run, number)]
    title = f"{sheet_name} of {len(run.lesson.samples.inputs)}, epoch by epoch"
    answer = _answer(run, number, epochs)
    cells = {
        **table.heading(Cell(title, "title"), BACKPROP, QUESTION, answer),
        (table.QUESTION_ROW, table.HINT_COLUMN): Cell(HINT, "muted"),
    }
    chart = backprop.chart_above(sheet_name, epochs, "The outputs after each epoch", outputs)
    return table.page(sheet_name, cells, epochs, (chart,), tab="000000", effects=(chart,))


def _outputs(run: LessonLayout, sample: int) -> list[Symbol]:
    """The activations of the last layer for one sample."""
    last = len(run.lesson.network.layers) - 1
    return [
        symbol
        for role, symbol in run.derived.quantities.items()
        if (role.kind, role.layer, role.sample) == ("activation", last, sample)
    ][:MOST_OUTPUTS]


def _answer(run: LessonLayout, sample: int, epochs: Table) -> table.Verdict:
    """A sentence with the last outputs of a sample and their targets, and the cells it reads."""
    pieces, known = [Text(f"After {epochs.last_row - epochs.row - 1} epochs ")], {}
    width = run.lesson.network.layers[-1]
    targets = run.derived.targets[(sample - 1) * width :]
    for output, target in zip(_outputs(run, sample), targets, strict=False):
        column = column_of(epochs, str(output.name))
        known[output] = epochs.known(name(sample), column)
        known[target] = run.parameters[target]
        comma = ", " if len(known) > TWO else ""
        pieces += [Text(f"{comma}{output.name} = "), number_text(last(output))]
        pieces += [Text(" (target "), number_text(target), Text(")")]
    return joined(*pieces, Text(".")), known
