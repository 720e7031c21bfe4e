"""The backprop workbook, one file a sheet."""

from toolkit.book.sheet import Book, check_fits
from toolkit.network.derivation import derivation
from toolkit.network.lesson import Lesson
from toolkit.network.trace import trace
from toolkit.pages.backprop import equations, parameters, rates, table
from toolkit.pages.backprop.layout import Worked, parameter_cells


def work_out(lesson: Lesson) -> Worked:
    """Derive the lesson's equations and run all its epochs.

    Raises ToolkitError, before anything is run, where its tables would not fit a sheet.
    """
    derived = derivation(lesson)
    check_fits(
        table.HEADING_ROW + 1 + lesson.training.epochs,
        1 + len(derived.given) + len(derived.table) + len(derived.states),
    )
    return Worked(lesson, derived, trace(lesson, derived), parameter_cells(lesson, derived))


def backprop_book(worked: Worked) -> Book:
    """All sheets in reading order."""
    rates_range = range(len(worked.letters))
    sheets = [table.sheet(worked, rate) for rate in rates_range]
    tables = [sheet.tables[0] for sheet in sheets]
    return Book(
        worked.lesson.title,
        (
            parameters.sheet(worked, tables),
            equations.sheet(worked),
            rates.sheet(worked, tables),
            *sheets,
        ),
    )
