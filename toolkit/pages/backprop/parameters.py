"""The sheet on which the reader plays: every parameter in one cell, the loss curves beside."""

from dataclasses import replace
from math import ceil
from typing import cast

from sympy import Eq, Symbol

from toolkit.book.limits import MAX_CHOICES
from toolkit.book.live import computed
from toolkit.book.measure import ROW_POINTS
from toolkit.book.regions import open_areas
from toolkit.book.sheet import (
    Cell,
    Chart,
    FirstView,
    Known,
    Series,
    Sheet,
    Table,
    Validation,
    at,
    down,
)
from toolkit.network.derivation import LEARNING_RATE, LOSS
from toolkit.network.forward import layer_name
from toolkit.network.optimizers import ALPHA, BETAS, MEANINGS, MOMENTUM
from toolkit.pages.backprop import layout
from toolkit.pages.backprop.layout import (
    BEFORE_COMPARED,
    OPTIMIZERS,
    PARAMETERS,
    LessonLayout,
    chosen_rate,
    column_of,
    own_symbol,
    parameter_values,
    rate_sheet,
    steering,
)
from toolkit.pages.backprop.table import title
from toolkit.symbols.equation import quantity
from toolkit.symbols.lookups import lookup
from toolkit.symbols.records import occurrences
from toolkit.symbols.text import Text, joined, number_in_brackets

INSTRUCTIONS = (
    "Change a yellow cell and press Enter: every step, table, gradient and chart in this book "
    "follows. Undo (Ctrl+Z) brings the old value back.",
    "Only the yellow cells of this sheet can be changed. The other sheets are open: press F2 on "
    "any number to see how it is made.",
)
HEADINGS = ("parameter", "value", "what it is", "rounded")
POINTS_A_CENTIMETRE = 72 / 2.54
LETTER, LETTERS, RATES_RANGE = (quantity(name) for name in ("letter", "letters", "rates"))
NUMBER = "A number, such as 0.25. All tables follow."
POSITIVE = "A number above 0, such as 0.5. The table and the curves of this rate follow."
SHARE = "A share from 0 to below 1, such as 0.9."
SMALL = "A number above 0, such as 1E-8."
CHOICE = (
    "The letter of a learning rate: the sheet Backprop shows its table, the last step its update."
)


def sheet(run: LessonLayout, tables: list[Table], of_optimizers: Chart | None = None) -> Sheet:
    """The second sheet of the book; where optimizers are compared, with their chart too."""
    chart = comparison(run, tables)
    charts = (chart, _below(chart, of_optimizers)) if of_optimizers else (chart,)
    cells = {
        (1, 1): Cell(run.lesson.title, "title"),
        **{(2 + n, 1): Cell(line, "muted") for n, line in enumerate(INSTRUCTIONS)},
        (4, 1): Cell(layout.START, "link", link=layout.START),
        (4, 2): Cell(layout.BACKPROP, "link", link=layout.BACKPROP),
        (4, 3): Cell(layout.RATES, "link", link=layout.RATES),
        **{
            (layout.FIRST_PARAMETER_ROW - 1, n): Cell(h, "heading")
            for n, h in enumerate(HEADINGS, 1)
        },
        **_rows(run),
        **_choice(run),
        **_compared(run),
    }
    return Sheet(
        PARAMETERS,
        cells,
        charts=charts,
        widths={1: 14, 2: 16, 3: 44, 4: 12, 5: 3},
        freeze=(layout.FIRST_PARAMETER_ROW, 1),
        tab="E69F00",
        protected=True,
        validations=_validations(run),
        first_view=FirstView(controls=open_areas(cells), effects=charts),
    )


def _headings() -> dict[tuple[int, int], Cell]:
    row = layout.FIRST_PARAMETER_ROW - 1
    return {(row, column): Cell(word, "heading") for column, word in enumerate(HEADINGS, 1)}


def _inputs(run: LessonLayout) -> list[tuple[Symbol, Known]]:
    """The network's parameters, the optimizer's settings and the learning rates, in their order."""
    return [(s, run.parameters[s]) for s in parameter_values(run.lesson, run.derived)]


def _rows(run: LessonLayout) -> dict[tuple[int, int], Cell]:
    cells: dict[tuple[int, int], Cell] = {}
    for row, (symbol, known) in enumerate(_inputs(run), layout.FIRST_PARAMETER_ROW):
        cells |= _row(row, symbol, known, _meaning(symbol, run))
    return cells


def _row(row: int, symbol: Symbol, known: Known, meaning: str) -> dict[tuple[int, int], Cell]:
    return {
        (row, 1): Cell(symbol.name, "symbol"),
        (row, 2): Cell(cast("float", known.value), "input"),
        (row, 3): Cell(meaning, "note"),
        (row, 4): computed(number_in_brackets(symbol), {symbol: known}, "rounded"),
    }


def _choice(run: LessonLayout) -> dict[tuple[int, int], Cell]:
    """The drop-down that chooses a learning rate, and the rate that it chooses."""
    row = layout.FIRST_PARAMETER_ROW + len(_inputs(run))
    letter = run.letters[chosen_rate(run.lesson)]
    return {
        (row, 1): Cell("chosen rate", "symbol"),
        (row, 2): Cell(letter, "choice"),
        (row, 3): Cell("the learning rate of the sheet Backprop and of the update", "note"),
        (row + 1, 1): Cell("η", "symbol"),
        (row + 1, 2): _chosen(run, row),
        (row + 1, 3): Cell("its value", "note"),
        (row + 1, 4): computed(number_in_brackets(LEARNING_RATE), run.parameters, "rounded"),
    }


def _chosen(run: LessonLayout, row: int) -> Cell:
    """The learning rate whose letter stands in that row; a single one is read as it is, since
    Gnumeric does not take one cell for a range to look it up in.
    """
    rates = _inputs(run)[-len(run.letters) :]
    if len(rates) == 1:
        return computed(rates[0][0], dict(rates), "formula")
    values = run.lesson.training.learning_rates
    known = _letter_cells(run, row) | {RATES_RANGE: down(PARAMETERS, row - len(rates), 2, values)}
    return computed(lookup(RATES_RANGE, LETTERS, rate_name(LETTER)), known, "formula")


def _compared(run: LessonLayout) -> dict[tuple[int, int], Cell]:
    """The learning rates and settings of the optimizers that are compared."""
    if not run.compared:
        return {}
    first = _first_compared(run)
    cells = {
        (4, 4): Cell(OPTIMIZERS, "link", link=OPTIMIZERS),
        (first - 1, 1): Cell("Other optimizers", "subtitle"),
    }
    for row, (symbol, kind) in enumerate(_steering(run), first):
        own = own_symbol(symbol, kind)
        rate = f"learning rate of sheet {kind} (above 0)"
        meaning = rate if symbol == LEARNING_RATE else MEANINGS[symbol]
        cells |= _row(row, own, run.parameters[own], meaning)
    return cells


def _steering(run: LessonLayout) -> list[tuple[Symbol, str]]:
    """What steers each optimizer that is compared, in the order of the sheet."""
    trainings = [one.lesson.training for one in run.compared]
    return [(symbol, one.optimizer) for one in trainings for symbol in steering(one)]


def _first_compared(run: LessonLayout) -> int:
    return layout.FIRST_PARAMETER_ROW + len(_inputs(run)) + 1 + BEFORE_COMPARED


def _letter_cells(run: LessonLayout, row: int) -> dict[Symbol, Known]:
    """The cell in that row that chooses a learning rate, and above it the names of all."""
    names = [f"η {letter}" for letter in run.letters]
    letter = run.letters[chosen_rate(run.lesson)]
    return {
        LETTER: at(PARAMETERS, row, 2, letter),
        LETTERS: down(PARAMETERS, row - len(names), 1, names),
    }


def rate_name(letter: Symbol) -> Symbol:
    """The name of the learning rate with that letter, as a formula: η A."""
    return joined(Text("η "), letter)


def _validations(run: LessonLayout) -> tuple[Validation, ...]:
    first, inputs = layout.FIRST_PARAMETER_ROW, _inputs(run)
    last, rates = first + len(inputs) - 1, len(run.letters)
    rules = [
        Validation(
            row=first,
            column=2,
            last_row=last - rates,
            kind="number",
            title="A number",
            message=NUMBER,
        ),
        Validation(
            row=last - rates + 1,
            column=2,
            last_row=last,
            kind="positive",
            title="A learning rate",
            message=POSITIVE,
        ),
    ]
    rules += [
        _setting(row, symbol)
        for row, (symbol, _) in enumerate(_steering(run), _first_compared(run))
    ]
    return (*rules, _which_rate(run, last + 1))


def _which_rate(run: LessonLayout, row: int) -> Validation:
    """A list to choose from or, with more letters than one holds, the rule that it be one."""
    letters = tuple(run.letters)
    if len(",".join(letters)) <= MAX_CHOICES:
        return Validation(
            row=row,
            column=2,
            last_row=row,
            kind="choice",
            title="Which rate",
            message=CHOICE,
            choices=letters,
        )
    one_of_them = Eq(occurrences(LETTERS, rate_name(LETTER)), 1)
    formula = str(computed(one_of_them, _letter_cells(run, row)).formula)
    return Validation(
        row=row,
        column=2,
        last_row=row,
        kind="formula",
        title="Which rate",
        message=CHOICE,
        formula=formula,
    )


def _setting(row: int, symbol: Symbol) -> Validation:
    """What an optimizer's setting may be: a share from 0 to below 1, or a number above 0."""
    if symbol in (MOMENTUM, ALPHA, *BETAS):
        return Validation(
            row=row,
            column=2,
            last_row=row,
            kind="number",
            title="A share",
            message=SHARE,
            least=0,
            most=0.999999,
        )
    message = POSITIVE if symbol == LEARNING_RATE else SMALL
    return Validation(
        row=row, column=2, last_row=row, kind="positive", title="A number above 0", message=message
    )


def _meaning(symbol: Symbol, run: LessonLayout) -> str:
    role = run.derived.roles.get(symbol)
    if role and role.kind in ("input", "target"):
        labels = run.lesson.samples.labels
        sample = f" of {labels[role.sample - 1]}" if labels else ""
        return f"input{sample}" if role.kind == "input" else f"target{sample}: the right output"
    if role and role.kind == "weight":
        return f"start weight, in {_reader(symbol, run)}"
    if role and role.kind == "bias":
        suffix = "" if run.lesson.training.train_biases else ", held fixed"
        return f"bias, in {_reader(symbol, run)}{suffix}"
    if symbol in MEANINGS:
        return MEANINGS[symbol]
    letter = next(letter for letter in run.letters if layout.rate_symbol(letter) == symbol)
    return f"learning rate of sheet {rate_sheet(letter)} (above 0)"


def _reader(parameter: Symbol, run: LessonLayout) -> str:
    """The quantity whose sum a parameter enters, found in the equations themselves."""
    role = run.readers[parameter]
    return f"{layer_name(role.layer, len(run.lesson.network.layers))}{role.neuron}"


def comparison(run: LessonLayout, tables: list[Table]) -> Chart:
    """The losses of all learning rates in one chart."""
    series = tuple(loss_line(run, table, rate) for rate, table in enumerate(tables))
    return Chart(
        "Loss for each learning rate",
        "epoch",
        LOSS.name,
        series,
        row=6,
        column=6,
        width=20,
        height=11 + 0.5 * max(0, len(series) // 3 - 2),  # the legend takes three names a line
        y_min=0,
    )


def _below(upper: Chart, chart: Chart) -> Chart:
    """A chart under another, as wide as that."""
    rows = ceil(upper.height * POINTS_A_CENTIMETRE / ROW_POINTS) + 1
    return replace(chart, row=upper.row + rows, column=upper.column, width=upper.width)


def loss_line(run: LessonLayout, table: Table, rate: int) -> Series:
    """The loss over the epochs at one learning rate, as a line of a chart."""
    name = rate_sheet(run.letters[rate])
    return Series(
        at(name, 1, 1, title(run, rate).value),
        table.known(name, 0),
        table.known(name, column_of(table, LOSS.name)),
    )
