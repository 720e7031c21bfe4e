"""Where each quantity of a lesson stands: the one place that ties symbols to cells."""

from dataclasses import dataclass

from sympy import Symbol

from toolkit.book.sheet import Known, Table, at, letters
from toolkit.network.derivation import Derivation
from toolkit.network.lesson import Lesson
from toolkit.network.trace import Trace, start_values
from toolkit.symbols.equation import quantity

PARAMETERS, EQUATIONS, RATES = "Parameters", "Equations", "Learning rates"
FIRST_PARAMETER_ROW = 7
SYMBOL_COLUMN, VALUE_COLUMN = 1, 2


@dataclass(frozen=True)
class Worked:
    """A lesson worked out: what it says, its equations, its values, its parameters' cells."""

    lesson: Lesson
    derived: Derivation
    trace: Trace
    parameters: dict[Symbol, Known]

    @property
    def letters(self) -> list[str]:
        """One letter for each learning rate. Sheets are named by these and not by the rate, which
        the reader may change in its cell.
        """
        return [letters(n + 1) for n in range(len(self.trace.learning_rates))]


def rate_symbol(letter: str) -> Symbol:
    """The learning rate that a letter stands for: η A."""
    return quantity(f"η {letter}")


def rate_sheet(letter: str) -> str:
    """The sheet that holds the table of one learning rate."""
    return f"Rate {letter}"


def parameter_values(lesson: Lesson, derived: Derivation) -> dict[Symbol, float]:
    """Every parameter of a lesson with its value, in the order of the sheet."""
    values = start_values(lesson, derived)
    rates = enumerate(lesson.training.learning_rates, 1)
    return values | {rate_symbol(letters(n)): rate for n, rate in rates}


def parameter_cells(lesson: Lesson, derived: Derivation) -> dict[Symbol, Known]:
    """The one cell of each parameter."""
    return {
        symbol: at(PARAMETERS, FIRST_PARAMETER_ROW + n, VALUE_COLUMN, value)
        for n, (symbol, value) in enumerate(parameter_values(lesson, derived).items())
    }


def column_of(table: Table, heading: str) -> int:
    """The index (from 0) of the column with that heading."""
    return [column.heading for column in table.columns].index(heading)
