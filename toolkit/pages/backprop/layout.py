"""The cells of all quantities of a lesson; only this module assigns addresses to symbols."""

from dataclasses import dataclass

from sympy import Symbol

from toolkit.book.address import letters
from toolkit.book.known import Known, at
from toolkit.book.tables import Table
from toolkit.network.comparison import compared
from toolkit.network.derivation import LEARNING_RATE, Derivation
from toolkit.network.lesson import Lesson, Training
from toolkit.network.lesson_run import LessonRun
from toolkit.network.optimizers import settings
from toolkit.network.trace import start_values
from toolkit.symbols.equation import quantity
from toolkit.symbols.numeric import value
from toolkit.symbols.text import number_in_brackets

BOARD, START, PARAMETERS, RATES = "Board", "Start here", "Parameters", "Learning rates"
OPTIMIZERS, BACKPROP, CHECK = "Optimizers", "Backprop", "Gradient check"
PUBLISHED, SIZES, OTHERS = "Published figures", "Gradient sizes", "Other samples"
FIRST_PARAMETER_ROW = 7
VALUE_COLUMN, TEXT_COLUMN = 2, 4
BEFORE_COMPARED = 3  # number of rows from η to the first setting of a compared optimizer


@dataclass(frozen=True)
class LessonLayout(LessonRun):
    """A run of a lesson and the cells of its parameters, as numbers and as rounded text."""

    compared: "tuple[LessonLayout, ...]"
    parameters: dict[Symbol, Known]
    texts: dict[Symbol, Known]

    @property
    def letters(self) -> list[str]:
        """One letter for each learning rate.

        Sheets are named by letters instead of rates, because the reader may change a rate in its
        cell.
        """
        return [letters(n + 1) for n in range(len(self.trace.learning_rates))]


def lay_out(run: LessonRun) -> LessonLayout:
    """Assign a cell to each parameter of a run; the runs of compared optimizers share the cells."""
    cells = cells_of_parameters(run.lesson, run.derived)
    others = tuple(
        LessonLayout(one.lesson, one.derived, one.trace, (), *cells) for one in run.compared
    )
    return LessonLayout(run.lesson, run.derived, run.trace, others, *cells)


def rate_symbol(letter: str) -> Symbol:
    """The symbol of the learning rate with this letter, such as η A."""
    return quantity(f"η {letter}")


def own_symbol(symbol: Symbol, optimizer: str) -> Symbol:
    """The symbol for a setting of a compared optimizer, such as η adam."""
    return quantity(f"{symbol.name} {optimizer}")


def rate_sheet(letter: str) -> str:
    """The name of the sheet with the table of one learning rate."""
    return f"Rate {letter}"


def parameter_values(lesson: Lesson, derived: Derivation) -> dict[Symbol, float]:
    """All parameters of a lesson with their values, in the order of the sheet."""
    values = start_values(lesson, derived)
    rates = enumerate(lesson.training.learning_rates, 1)
    return values | {rate_symbol(letters(n)): rate for n, rate in rates}


def compared_values(lesson: Lesson) -> dict[Symbol, float]:
    """All settings of the compared optimizers with their values, such as η adam and β1 adam."""
    values: dict[Symbol, float] = {}
    for one in compared(lesson):
        kind = one.training.optimizer
        values |= {own_symbol(symbol, kind): v for symbol, v in steering(one.training).items()}
    return values


def steering(training: Training) -> dict[Symbol, float]:
    """The learning rate and the settings of an optimizer."""
    return {LEARNING_RATE: training.learning_rates[0], **settings(training)}


def chosen_rate(lesson: Lesson) -> int:
    """The index of the learning rate that is selected initially: the one nearest to 1."""
    rates = lesson.training.learning_rates
    return min(range(len(rates)), key=lambda index: abs(rates[index] - 1))


def cells_of_parameters(
    lesson: Lesson, derived: Derivation
) -> tuple[dict[Symbol, Known], dict[Symbol, Known]]:
    """The cell of each parameter, and the cell that holds its value as text.

    η is the learning rate that is selected.
    """
    values = parameter_values(lesson, derived)
    rows = {symbol: row for row, symbol in enumerate(values, FIRST_PARAMETER_ROW)}
    rate_row = FIRST_PARAMETER_ROW + len(values) + 1
    rows[LEARNING_RATE] = rate_row
    values[LEARNING_RATE] = lesson.training.learning_rates[chosen_rate(lesson)]
    own = compared_values(lesson)
    rows |= {symbol: row for row, symbol in enumerate(own, rate_row + BEFORE_COMPARED)}
    values |= own
    numbers = {s: at(PARAMETERS, row, VALUE_COLUMN, values[s]) for s, row in rows.items()}
    texts = {
        symbol: at(
            PARAMETERS,
            rows[symbol],
            TEXT_COLUMN,
            value(number_in_brackets(symbol), {symbol: known.value}),
        )
        for symbol, known in numbers.items()
    }
    return numbers, texts


def letter_cell(run: LessonLayout) -> Known:
    """The cell on the sheet Parameters with the letter of the chosen learning rate."""
    row = FIRST_PARAMETER_ROW + len(parameter_values(run.lesson, run.derived))
    return at(PARAMETERS, row, VALUE_COLUMN, run.letters[chosen_rate(run.lesson)])


def column_of(table: Table, heading: str) -> int:
    """The index (from 0) of the column with this heading."""
    return [column.heading for column in table.columns].index(heading)
