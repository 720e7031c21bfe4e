"""Every function that cells know: its NumPy reading against what two spreadsheets compute.

LibreOffice has no type for booleans: TRUE is the number 1 to it, as OpenFormula (part 2 of ODF 1.2,
section 4.5) allows. So its cells are compared with the reading over cells that hold 1 in place of
TRUE. What Excel makes of TRUE, IronCalc has: booleans of their own, which ranges skip.
"""

import math
from collections.abc import Callable
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, NamedTuple

import numpy as np
import pytest
from sympy import Symbol

from tests.oracles.ironcalc import values
from tests.oracles.planted import without_values
from tests.reading_cases import CASES, Case, cases
from tests.recalculation import Office, cells
from toolkit import symbols
from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.live import computed
from toolkit.book.sheet import Book, Sheet
from toolkit.book.tables import Cell
from toolkit.book.writer import write
from toolkit.symbols.cell_function import CellFunction
from toolkit.symbols.excel import NAMES
from toolkit.symbols.numeric import value

SHEET = "Cells"
PREFIX = f"{symbols.__name__}."
CRITERIA_IN = {
    "row_count",
    "up_to",
    "occurrences",
    "lookup",
    "lookup_across",
    "place_or",
    "record",
    "mean_of_records",
    "deviation_of_records",
    "count_below",
}


class Difference(NamedTuple):
    """Where a program is known to differ from Excel, and in what."""

    what: str
    covers: Callable[[Case], bool]


def _asks(case: Case, wanted: Any) -> bool:
    return case.function in CRITERIA_IN and wanted in case.scalars


def _asks_for_errors(case: Case) -> bool:
    return case.function in CRITERIA_IN and any(map(_is_nan, case.scalars))


def _is_nan(content: Any) -> bool:
    return isinstance(content, float) and math.isnan(content)


LIBREOFFICE = (
    Difference("its wildcards match numbers as well, in Excel only text", lambda c: _asks(c, "?")),
    Difference("it has no booleans, and so finds 1 for TRUE", lambda c: _asks(c, "TRUE")),
    Difference(
        "COUNTIF does not count text that spells the number asked for",
        lambda c: _asks(c, 3) and "3" in c.cells,
    ),
    Difference("MATCH finds numbers for text that spells them", lambda c: _asks(c, "3")),
    Difference("an error as a criterion is passed on, not counted", _asks_for_errors),
)
IRONCALC = (
    Difference(
        "0.9.1: ABS and MOD take no range within SUMPRODUCT",
        lambda c: c.function in {"absolute_sum", "mean_of_batch"},
    ),
    Difference("0.9.1: a lone ~ matches nothing", lambda c: _asks(c, "~")),
    Difference("0.9.1: <> matches only text", lambda c: _asks(c, "<>a")),
    Difference(
        "0.9.1: FIXED keeps the sign of what it rounds to 0",
        lambda c: c.function == "fixed_text" and -0.001 in c.scalars,
    ),
)


class Computed(NamedTuple):
    """A case in the workbook: its cell, and the value over cells that hold 1 for TRUE."""

    case: Case
    formula: str
    as_one: Any


class Compared(NamedTuple):
    """Every case by its cell, and what three readers find there."""

    cases: dict[str, Computed]
    ours: dict[str, Any]
    libreoffice: dict[str, Any]
    ironcalc: dict[str, Any]


@pytest.fixture(scope="module")
def compared(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Compared:
    """All cases in one workbook, recalculated."""
    book = tmp_path_factory.mktemp("readings") / "readings.xlsx"
    laid: dict[tuple[int, int], Cell] = {}
    actual, row = {}, 1
    for case in cases():
        known, below = _placed(case, row, laid)
        laid[row, 1] = cell = computed(case.expr, known)
        # Not from `known`, where numbers are Python's own.
        ones = {symbol: _with_ones(content) for symbol, content in case.known.items()}
        as_one = value(case.expr, ones)
        actual[f"A{row}"] = Computed(case, str(cell.formula), as_one)
        row = below
    write(Book("Readings", (Sheet(SHEET, laid),)), book)
    assert without_values(book, book.with_stem("planted")) > len(actual) / 2  # the rest: texts
    theirs = values(book.with_stem("planted"), {SHEET: dict.fromkeys(actual)})
    return Compared(
        actual, cells(book)[SHEET], cells(office.recalculate(book))[SHEET], theirs[SHEET]
    )


def _placed(
    case: Case, row: int, laid: dict[tuple[int, int], Cell]
) -> tuple[dict[Symbol, Known], int]:
    """What is known of the cells that a case reads, and the row after them. They stand below and
    beside the formula: it must not meet the row or column that INDEX(range,0) returns.
    """
    known, row, left, high = {}, row + 1, 3, 1
    for symbol, content in case.known.items():
        table = np.array(content, dtype=object)
        table = table.reshape(-1, 1) if table.ndim < 2 else table
        for (down, across), cell in np.ndenumerate(table):
            if cell is not None:
                item = cell.item() if isinstance(cell, np.generic) else cell
                laid[row + down, left + across] = Cell(item)
        height, width = table.shape
        area = Area.of(row, left, height, width, SHEET)
        known[symbol] = Known(area.absolute, content)
        left, high = left + width + 1, max(high, height)
    return known, row + high + 1


def _with_ones(content: Any) -> Any:
    if isinstance(content, np.ndarray) and content.dtype != object:
        return content
    if isinstance(content, np.ndarray):
        return np.reshape(np.array([_with_ones(c) for c in content.flat], object), content.shape)
    if isinstance(content, list | tuple):
        return [_with_ones(cell) for cell in content]
    return int(content) if isinstance(content, bool | np.bool_) else content


def _same(ours: Any, theirs: Any) -> bool:
    """Whether two cells show the same. An error is an error, and a boolean is not a number."""
    if isinstance(ours, str) and isinstance(theirs, str):
        return ours == theirs or ours[:1] == theirs[:1] == "#"
    kinds = {type(cell) if isinstance(cell, bool | str) else float for cell in (ours, theirs)}
    if None in (ours, theirs) or len(kinds) > 1:
        return ours is theirs
    # IronCalc's NORMSDIST has ten digits.
    return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-12)


def _shown(cell: Any) -> Any:
    """A value as LibreOffice shows it: an error, or a number in place of a boolean."""
    if isinstance(cell, float) and not math.isfinite(cell):
        return "#NUM!"
    return _with_ones(cell)


def test_every_function_that_cells_know_has_cases() -> None:
    modules = [import_module(each.name) for each in walk_packages(symbols.__path__, PREFIX)]
    classes = {
        each
        for module in modules
        for each in vars(module).values()
        if isinstance(each, type) and hasattr(each, "_excel") and each is not CellFunction
    }
    names = [*(each.__name__ for each in classes), *NAMES, "Max", "Min"]
    assert sorted(names) == sorted(CASES)


@pytest.mark.parametrize("function", CASES)
def test_reading_is_what_spreadsheets_compute(function: str, compared: Compared) -> None:
    faults, count = [], 0
    for place, (case, formula, as_one) in compared.cases.items():
        if case.function != function:
            continue
        sides = [
            (LIBREOFFICE, _shown(as_one), _shown(compared.libreoffice.get(place))),
            (IRONCALC, compared.ours.get(place), compared.ironcalc[place]),
        ]
        asked = [side[1:] for side in sides if not any(d.covers(case) for d in side[0])]
        assert asked, (case, "is compared with no spreadsheet")
        count += len(asked)
        if not all(_same(*pair) for pair in asked):
            faults.append((formula, list(case.known.values()), asked))
    assert not faults
    assert count > 5


@pytest.mark.parametrize("difference", [*LIBREOFFICE, *IRONCALC], ids=lambda each: each.what)
def test_a_known_difference_is_one(difference: Difference, compared: Compared) -> None:
    for place, (case, _, as_one) in compared.cases.items():
        ours, theirs = compared.ours.get(place), compared.ironcalc[place]
        if difference in LIBREOFFICE:
            ours, theirs = _shown(as_one), _shown(compared.libreoffice.get(place))
        if difference.covers(case) and not _same(ours, theirs):
            return
    pytest.fail("no case shows it")
