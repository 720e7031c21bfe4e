"""The sheet of parameters, which the reader can change, with charts of the loss beside them."""

from dataclasses import replace
from math import ceil
from typing import Literal, cast

from sympy import Eq, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at, down
from toolkit.book.limits import MAX_CHOICES
from toolkit.book.live import computed
from toolkit.book.measure import ROW_POINTS
from toolkit.book.regions import open_areas
from toolkit.book.sheet import Chart, FirstView, Sheet, Validation
from toolkit.book.tables import Cell
from toolkit.network.derivation import LEARNING_RATE
from toolkit.network.forward import layer_name
from toolkit.network.optimizers import ALPHA, BETAS, MEANINGS, MOMENTUM
from toolkit.pages.backprop import layout
from toolkit.pages.backprop.layout import (
    BEFORE_COMPARED,
    OPTIMIZERS,
    PARAMETERS,
    LessonLayout,
    chosen_rate,
    own_symbol,
    parameter_values,
    rate_sheet,
    steering,
)
from toolkit.pages.backprop.table import Verdict
from toolkit.symbols.choices import if_number
from toolkit.symbols.equation import quantity
from toolkit.symbols.lookups import lookup
from toolkit.symbols.records import occurrences
from toolkit.symbols.text import Text, joined, number_in_brackets, number_text

QUESTION = "What do the inputs, the weights and the learning rate do to the loss?"
INSTRUCTIONS = (
    "Change a yellow cell and press Enter: every sheet follows, and Ctrl+Z brings the old value "
    "back. On any other sheet, press F2 on a number to see its formula."
)
EMPTY = "no number: an empty cell counts as 0"
HEADINGS = ("parameter", "value", "what it is", "rounded")
POINTS_A_CENTIMETRE = 72 / 2.54
Kind = Literal["number", "positive", "choice", "formula"]
LETTER, LETTERS, RATES_RANGE = (quantity(name) for name in ("letter", "letters", "rates"))
NUMBER = "A number, such as 0.25. All tables follow."
POSITIVE = "A number above 0, such as 0.5. The table and the curves of this rate follow."
SHARE = "A share from 0 to below 1, such as 0.9."
SMALL = "A number above 0, such as 1E-8."
CHOICE = (
    "The letter of a learning rate: the sheet Backprop shows its table, the last step its update."
)


def sheet(
    run: LessonLayout, chart: Chart, verdict: Verdict, of_optimizers: Chart | None = None
) -> Sheet:
    """The second sheet of the workbook, with a chart of the compared optimizers if any."""
    charts = (chart, _below(chart, of_optimizers)) if of_optimizers else (chart,)
    cells = {
        (1, 1): Cell(run.lesson.title, "title"),
        (2, 1): Cell(QUESTION, "muted"),
        (3, 1): _finding(run, verdict),
        (5, 1): Cell(INSTRUCTIONS, "muted"),
        (4, 1): Cell(layout.START, "link", link=layout.START),
        (4, 2): Cell(layout.BACKPROP, "link", link=layout.BACKPROP),
        (4, 3): Cell(layout.RATES, "link", link=layout.RATES),
        **_headings(),
        **_rows(run),
        **_choice(run),
        **_compared(run),
    }
    return Sheet(
        PARAMETERS,
        cells,
        charts=charts,
        widths={1: 13, 2: 14, 3: 42, 4: 11, 5: 2},
        heights={1: 26.0},
        freeze=(layout.FIRST_PARAMETER_ROW, 1),
        tab="E69F00",
        protected=True,
        validations=_validations(run),
        first_view=FirstView(Area.of(2, 1), open_areas(cells), (chart,), Area.of(3, 1)),
    )


def _finding(run: LessonLayout, verdict: Verdict) -> Cell:
    """The chosen learning rate, and the sentence about it."""
    words, known = verdict
    text = joined(Text("The chosen rate is η = "), number_text(LEARNING_RATE), Text(". "), words)
    return computed(text, known | {LEARNING_RATE: run.parameters[LEARNING_RATE]}, "bold")


def _headings() -> dict[tuple[int, int], Cell]:
    row = layout.FIRST_PARAMETER_ROW - 1
    return {(row, column): Cell(word, "heading") for column, word in enumerate(HEADINGS, 1)}


def _inputs(run: LessonLayout) -> list[tuple[Symbol, Known]]:
    """The parameters, the settings of the optimizer and the learning rates, in this order."""
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
        (row, 3): computed(if_number(symbol, Text(meaning), Text(EMPTY)), {symbol: known}, "note"),
        (row, 4): computed(number_in_brackets(symbol), {symbol: known}, "rounded"),
    }


def _choice(run: LessonLayout) -> dict[tuple[int, int], Cell]:
    """The drop-down list that selects a learning rate, and the rate that is selected."""
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
    """The learning rate whose letter is in that row.

    A single rate is read directly, since Gnumeric does not accept one cell as a range to search.
    """
    rates = _inputs(run)[-len(run.letters) :]
    if len(rates) == 1:
        return computed(rates[0][0], dict(rates), "formula")
    values = run.lesson.training.learning_rates
    known = _letter_cells(run, row) | {RATES_RANGE: down(PARAMETERS, row - len(rates), 2, values)}
    return computed(lookup(RATES_RANGE, LETTERS, rate_name(LETTER)), known, "formula")


def _compared(run: LessonLayout) -> dict[tuple[int, int], Cell]:
    """The learning rates and settings of the compared optimizers."""
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
    """The learning rate and the settings of each compared optimizer, in the order of the sheet."""
    trainings = [one.lesson.training for one in run.compared]
    return [(symbol, one.optimizer) for one in trainings for symbol in steering(one)]


def _first_compared(run: LessonLayout) -> int:
    return layout.FIRST_PARAMETER_ROW + len(_inputs(run)) + 1 + BEFORE_COMPARED


def _letter_cells(run: LessonLayout, row: int) -> dict[Symbol, Known]:
    """The cell in that row that selects a learning rate, and above it the names of all rates."""
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
    end, rates = first + len(inputs), len(run.letters)
    return (
        _rule(range(first, end - rates), "number", "A number", NUMBER),
        _rule(range(end - rates, end), "positive", "A learning rate", POSITIVE),
        *(
            _setting(row, symbol)
            for row, (symbol, _) in enumerate(_steering(run), _first_compared(run))
        ),
        _which_rate(run, end),
    )


def _rule(rows: range, kind: Kind, title: str, message: str) -> Validation:
    """What may be typed into the values of these rows."""
    return Validation(rows[0], 2, rows[-1], kind, title, message)


def _which_rate(run: LessonLayout, row: int) -> Validation:
    """The validation of the letter: a list or, if it would be too long, a rule."""
    letters = tuple(run.letters)
    if len(",".join(letters)) <= MAX_CHOICES:
        rule = _rule(range(row, row + 1), "choice", "Which rate", CHOICE)
        return replace(rule, choices=letters)
    one_of_them = Eq(occurrences(LETTERS, rate_name(LETTER)), 1)
    formula = str(computed(one_of_them, _letter_cells(run, row)).formula)
    rule = _rule(range(row, row + 1), "formula", "Which rate", CHOICE)
    return replace(rule, formula=formula)


def _setting(row: int, symbol: Symbol) -> Validation:
    """The validation of an optimizer's setting: a share in [0, 1), or a positive number."""
    rows = range(row, row + 1)
    if symbol in (MOMENTUM, ALPHA, *BETAS):
        return replace(_rule(rows, "number", "A share", SHARE), least=0, most=0.999999)
    message = POSITIVE if symbol == LEARNING_RATE else SMALL
    return _rule(rows, "positive", "A number above 0", message)


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
    """The quantity to whose sum a parameter contributes, found in the equations."""
    role = run.readers[parameter]
    return f"{layer_name(role.layer, len(run.lesson.network.layers))}{role.neuron}"


def _below(upper: Chart, chart: Chart) -> Chart:
    """A chart below another one, with the same width."""
    rows = ceil(upper.height * POINTS_A_CENTIMETRE / ROW_POINTS) + 1
    return replace(chart, row=upper.row + rows, column=upper.column, width=upper.width)
