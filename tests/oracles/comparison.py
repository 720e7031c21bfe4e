"""Cells in which an engine differs from a workbook's cached values, and what they read."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from openpyxl.utils.cell import column_index_from_string, coordinate_to_tuple

from tests.recalculation import Cells

BOUND = 1e-10
TEXT = re.compile(r'"(?:[^"]|"")*"')
ADDRESS = r"\$?([A-Z]{1,3})\$?(\d+)"
READ = re.compile(rf"(?:'((?:[^']|'')+)'!)?(?<![\w.$]){ADDRESS}(?::{ADDRESS})?(?![\w(])")
# What is divided by a number of 0.001 and more is as much less exact: symbols.relative_error.
SHARE = re.compile(r",0\.001\)$")
Place = tuple[str, str]  # sheet and cell
Area = tuple[str, int, int, int, int]


class Difference(NamedTuple):
    """A cell with the value that the workbook holds and the one that an engine finds."""

    sheet: str
    place: str
    formula: str
    expected: object
    found: object

    @property
    def is_error(self) -> bool:
        """Whether the engine finds no value, but an error."""
        return isinstance(self.found, str) and self.found.startswith("#")


def same(expected: object, actual: object, slack: float) -> bool:
    """Whether two values agree: numbers up to rounding, everything else exactly."""
    if isinstance(expected, int | float) and isinstance(actual, int | float):
        return math.isclose(expected, actual, rel_tol=BOUND, abs_tol=slack)
    return expected == actual or (expected == "" and actual is None)


def differences(
    formulas: Cells, expected: Cells, actual: Cells, sizes: Mapping[Place, float]
) -> list[Difference]:
    """The cells with a formula whose value an engine finds otherwise; `sizes` are those of the
    terms that a formula adds and subtracts, where they are not about 1.
    """
    different = []
    for sheet, places in formulas.items():
        for place, formula in places.items():
            value, other = expected[sheet].get(place, ""), actual[sheet].get(place)
            size = sizes.get((sheet, place), 1.0) * (1000 if SHARE.search(str(formula)) else 1)
            if not same(value, other, BOUND * size):
                different.append(Difference(sheet, place, str(formula), value, other))
    return different


def roots(different: Iterable[Difference]) -> list[Difference]:
    """Those that read no other cell that differs: where a difference begins."""
    each = list(different)
    marked: dict[str, set[tuple[int, int]]] = {}
    for one in each:
        marked.setdefault(one.sheet, set()).add(coordinate_to_tuple(one.place))
    return [one for one in each if not any(_holds(area, marked) for area in areas(one))]


def areas(cell: Difference) -> Iterator[Area]:
    """The cells and ranges that a formula reads: sheet, rows and columns from first to last."""
    for sheet, letter, row, last_letter, last_row in READ.findall(TEXT.sub("", cell.formula)):
        first, top = column_index_from_string(letter), int(row)
        last = column_index_from_string(last_letter) if last_letter else first
        bottom = int(last_row) if last_row else top
        yield sheet.replace("''", "'") or cell.sheet, top, bottom, first, last


def _holds(area: Area, marked: Mapping[str, set[tuple[int, int]]]) -> bool:
    sheet, top, bottom, first, last = area
    cells = marked.get(sheet, set())
    if (bottom - top + 1) * (last - first + 1) < len(cells):
        rows, columns = range(top, bottom + 1), range(first, last + 1)
        return any((row, column) in cells for row in rows for column in columns)
    return any(top <= row <= bottom and first <= column <= last for row, column in cells)
