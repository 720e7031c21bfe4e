"""The sheet on which the reader plays: every parameter in one cell, the loss curves beside."""

from typing import cast

from sympy import Eq, Symbol

from toolkit.book.limits import MAX_CHOICES
from toolkit.book.live import computed
from toolkit.book.sheet import Cell, Chart, Known, Series, Sheet, Table, Validation, at, down
from toolkit.network.derivation import LEARNING_RATE, LOSS
from toolkit.network.optimizers import MEANINGS
from toolkit.pages.backprop import layout
from toolkit.pages.backprop.layout import PARAMETERS, Worked, chosen_rate, column_of, rate_sheet
from toolkit.pages.backprop.table import title
from toolkit.symbols.equation import quantity
from toolkit.symbols.functions import Text, joined, number_in_brackets, occurrences, where

HOW_TO = (
    "Change a yellow cell and press Enter: every step, table, gradient and chart in this book "
    "follows. Undo (Ctrl+Z) brings the old value back.",
    "Only the yellow cells of this sheet can be changed. The other sheets are open: press F2 on "
    "any number to see how it is made.",
)
HEADINGS = ("parameter", "value", "what it is", "rounded")
LETTER, LETTERS, RATES_RANGE = (quantity(name) for name in ("letter", "letters", "rates"))
NUMBER = "A number, such as 0.25. All tables follow."
POSITIVE = "A number above 0, such as 0.5. The table and the curves of this rate follow."
CHOICE = "The letter of a learning rate: the sheet Backprop shows its table, step 6 its step."


def sheet(worked: Worked, tables: list[Table]) -> Sheet:
    """The second sheet of the book."""
    cells = {
        (1, 1): Cell(worked.lesson.title, "title"),
        **{(2 + n, 1): Cell(line, "muted") for n, line in enumerate(HOW_TO)},
        (4, 1): Cell(layout.START, "link", link=layout.START),
        (4, 2): Cell(layout.BACKPROP, "link", link=layout.BACKPROP),
        (4, 3): Cell(layout.RATES, "link", link=layout.RATES),
        **{
            (layout.FIRST_PARAMETER_ROW - 1, n): Cell(h, "heading")
            for n, h in enumerate(HEADINGS, 1)
        },
        **_rows(worked),
        **_choice(worked),
    }
    return Sheet(
        PARAMETERS,
        cells,
        charts=(_comparison(worked, tables),),
        widths={1: 14, 2: 16, 3: 44, 4: 12, 5: 3},
        freeze=(layout.FIRST_PARAMETER_ROW, 1),
        tab="E69F00",
        protected=True,
        validations=_validations(worked),
    )


def _headings() -> dict[tuple[int, int], Cell]:
    row = layout.FIRST_PARAMETER_ROW - 1
    return {(row, column): Cell(word, "heading") for column, word in enumerate(HEADINGS, 1)}


def _given(worked: Worked) -> list[tuple[Symbol, Known]]:
    """Every parameter that is typed in, in the order of the sheet."""
    return [(s, known) for s, known in worked.parameters.items() if s != LEARNING_RATE]


def _rows(worked: Worked) -> dict[tuple[int, int], Cell]:
    cells = {}
    for row, (symbol, known) in enumerate(_given(worked), layout.FIRST_PARAMETER_ROW):
        cells[row, 1] = Cell(symbol.name, "symbol")
        cells[row, 2] = Cell(cast("float", known.value), "input")
        cells[row, 3] = Cell(_meaning(symbol, worked), "note")
        cells[row, 4] = computed(number_in_brackets(symbol), {symbol: known}, "rounded")
    return cells


def _choice(worked: Worked) -> dict[tuple[int, int], Cell]:
    """The drop-down that chooses a learning rate, and the rate that it chooses."""
    row = layout.FIRST_PARAMETER_ROW + len(_given(worked))
    letter = worked.letters[chosen_rate(worked.lesson)]
    first = row - len(worked.letters)
    known = {
        **_named(worked, row),
        RATES_RANGE: down(PARAMETERS, first, 2, worked.lesson.training.learning_rates),
    }
    rate = computed(where(RATES_RANGE, LETTERS, named_rate(LETTER)), known, "formula")
    return {
        (row, 1): Cell("chosen rate", "symbol"),
        (row, 2): Cell(letter, "choice"),
        (row, 3): Cell("the learning rate of the sheet Backprop and of step 6", "note"),
        (row + 1, 1): Cell("η", "symbol"),
        (row + 1, 2): rate,
        (row + 1, 3): Cell("its value", "note"),
        (row + 1, 4): computed(number_in_brackets(LEARNING_RATE), worked.parameters, "rounded"),
    }


def _named(worked: Worked, row: int) -> dict[Symbol, Known]:
    """The cell in that row that chooses a learning rate, and above it the names of all."""
    names = [f"η {letter}" for letter in worked.letters]
    letter = worked.letters[chosen_rate(worked.lesson)]
    return {
        LETTER: at(PARAMETERS, row, 2, letter),
        LETTERS: down(PARAMETERS, row - len(names), 1, names),
    }


def named_rate(letter: Symbol) -> Symbol:
    """The name of the learning rate with that letter, as a formula: η A."""
    return joined(Text("η "), letter)


def _validations(worked: Worked) -> tuple[Validation, ...]:
    first, given = layout.FIRST_PARAMETER_ROW, _given(worked)
    last, rates = first + len(given) - 1, len(worked.letters)
    found = [
        Validation(first, 2, last - rates, "number", "A number", NUMBER),
        Validation(last - rates + 1, 2, last, "positive", "A learning rate", POSITIVE),
    ]
    return (*found, _which_rate(worked, last + 1))


def _which_rate(worked: Worked, row: int) -> Validation:
    """A list to choose from or, with more letters than one holds, the rule that it be one."""
    letters = tuple(worked.letters)
    if len(",".join(letters)) <= MAX_CHOICES:
        return Validation(row, 2, row, "choice", "Which rate", CHOICE, letters)
    one_of_them = Eq(occurrences(LETTERS, named_rate(LETTER)), 1)
    formula = str(computed(one_of_them, _named(worked, row)).formula)
    return Validation(row, 2, row, "formula", "Which rate", CHOICE, formula=formula)


def _meaning(symbol: Symbol, worked: Worked) -> str:
    role = worked.derived.roles.get(symbol)
    if role and role.kind in ("input", "target"):
        labels = worked.lesson.samples.labels
        sample = f" of {labels[role.sample - 1]}" if labels else ""
        return f"input{sample}" if role.kind == "input" else f"target{sample}: the right output"
    if role and role.kind == "weight":
        return f"start weight, in {_reader(symbol, worked)}"
    if role and role.kind == "bias":
        held = "" if worked.lesson.training.train_biases else ", held fixed"
        return f"bias, in {_reader(symbol, worked)}{held}"
    if symbol in MEANINGS:
        return MEANINGS[symbol]
    letter = symbol.name.split()[-1]
    return f"learning rate of sheet {rate_sheet(letter)} (above 0)"


def _reader(parameter: Symbol, worked: Worked) -> str:
    """The quantity whose sum a parameter enters, found in the equations themselves."""
    return worked.readers[parameter].split("[")[0]


def _comparison(worked: Worked, tables: list[Table]) -> Chart:
    series = tuple(loss_line(worked, table, rate) for rate, table in enumerate(tables))
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


def loss_line(worked: Worked, table: Table, rate: int) -> Series:
    """The loss over the epochs at one learning rate, as a line of a chart."""
    name = rate_sheet(worked.letters[rate])
    return Series(
        at(name, 1, 1, title(worked, rate).value),
        table.known(name, 0),
        table.known(name, column_of(table, LOSS.name)),
    )
