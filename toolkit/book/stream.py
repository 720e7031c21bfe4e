"""Write rows of cells as XML, with both formulas and values.

openpyxl writes a formula without its value, so previews, pandas and Protected View show nothing
until a program recalculates it. In this module a row of a table is a single text with placeholders,
which `%` fills once per row, so that a million cells take little longer than formatting their
values.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeGuard
from xml.sax.saxutils import escape

from toolkit.book.address import cell_name, letters
from toolkit.book.cell_xml import content
from toolkit.book.grid import grid_rows
from toolkit.book.known import ABOVE, ROW
from toolkit.book.numerals import digits
from toolkit.book.sheet import Sheet
from toolkit.book.tables import Cell, Table
from toolkit.book.texts import formula_text, xstring
from toolkit.book.values import Value, listed

# Values leave NumPy in blocks of about this many: enough to be quick, few enough to stay small.
BLOCK = 16_384
SHEET_MAIN_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@dataclass(frozen=True)
class Index:
    """The numbers under which the workbook stores named styles and shared strings."""

    style: Callable[[str], int]
    text: Callable[[str], int]


def rows(sheet: Sheet, index: Index) -> Iterator[str]:
    """The `<row>` elements of a sheet, in order."""
    loose: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for (row, column), cell in sheet.cells.items():
        loose[row].append((column, _cell(row, column, cell, index)))
    tables = [(table, _table_rows(table, index)) for table in sheet.tables]
    grids = [(grid, grid_rows(grid, index.style, index.text)) for grid in sheet.grids]
    ends = [*loose, *sheet.heights, *(table.last_row for table in sheet.tables)]
    ends += [grid.last_row for grid in sheet.grids]
    last = max(ends, default=0)
    for row in range(1, last + 1):
        parts = loose.pop(row, [])
        for table, texts in tables:
            if table.row <= row <= table.last_row:
                parts.append((table.column, next(texts)))
        for grid, texts in grids:
            if grid.row <= row <= grid.last_row:
                parts.append((grid.column, next(texts)))
        if parts or row in sheet.heights:
            yield f"{_row_start(row, sheet)}{''.join(xml for _, xml in sorted(parts))}</row>"


def _row_start(row: int, sheet: Sheet) -> str:
    height = sheet.heights.get(row)
    custom = "" if height is None else f' ht="{height!r}" customHeight="1"'
    return f'<row r="{row}"{custom}>'


def dimension(sheet: Sheet) -> str:
    """The range that contains all cells of a sheet."""
    areas = [table.area for table in sheet.tables] + [grid.area for grid in sheet.grids]
    ends = [*sheet.cells, *((area.last_row, area.last_column) for area in areas)]
    bottom = max((row for row, _ in ends), default=1)
    right = max((column for _, column in ends), default=1)
    return f"A1:{cell_name(bottom, right)}"


def _cell(row: int, column: int, cell: Cell, index: Index) -> str:
    start = f'<c r="{cell_name(row, column)}" s="{index.style(cell.style)}"'
    kind, element = content(cell.value, cell.formula is not None, index.text)
    if cell.formula is not None:
        return f"{start}{kind}><f>{formula_text(cell.formula)}</f>{element}</c>"
    return f"{start}{kind}>{element}</c>" if element else f"{start}/>"


def _table_rows(table: Table, index: Index) -> Iterator[str]:
    """The XML of the cells of each row of a table, beginning with its headings."""
    yield "".join(_headings(table, index))
    size = max(1, BLOCK // len(table.columns))
    begin = 0
    if any(column.first for column in table.columns) and table.last_row > table.row:
        yield "".join(_first(table, index))
        begin = 1
    for start in range(begin, table.last_row - table.row, size):
        yield from _block(table, start, start + size, index)


def _block(table: Table, start: int, stop: int, index: Index) -> Iterator[str]:
    """The rows from `start` to `stop` (from 0, below the headings) of a table."""
    pattern = ""
    gaps: list[Sequence[str]] = []
    for offset, column in enumerate(table.columns):
        before = f'<c r="{letters(table.column + offset)}{ROW}" s="{index.style(column.style)}"'
        formula = _marked(column.formula) if column.formula else ""
        values = listed(column.values[start:stop])
        if _all_numbers(values):
            pattern += f"{before}>{formula}<v>%s</v></c>"
            gaps.append(digits(values))
        else:
            pattern += f"{before}%s>{formula}%s</c>"
            computed = column.formula is not None
            kinds = (content(value, computed, index.text) for value in values)
            gaps.extend(zip(*kinds, strict=True))
    plain, bracketed = _patterns(pattern)
    for row, filling in enumerate(zip(*gaps, strict=True), table.row + 1 + start):
        chosen = plain if (row - table.row) % GROUP else bracketed
        yield chosen.replace(ROW, str(row)).replace(ABOVE, str(row - 1)) % filling


# LibreOffice computes equal formulas in consecutive rows as a group. From 100 rows on it uses
# threads, and then returns #VALUE! in some tables whose columns refer to each other's row above
# (seen in 7.4). A pair of outer brackets in every 64th row keeps the groups shorter.
GROUP = 64
OPENING, CLOSING = "\0(", "\0)"


def _marked(formula: str) -> str:
    """The XML of a formula, with marks where brackets can be inserted."""
    return f"<f>{OPENING}{formula_text(formula).replace('%', '%%')}{CLOSING}</f>"


def _patterns(marked: str) -> tuple[str, str]:
    """The patterns of a row without and with outer brackets around its formulas."""
    plain = marked.replace(OPENING, "").replace(CLOSING, "")
    return plain, marked.replace(OPENING, "(").replace(CLOSING, ")")


def _all_numbers(values: Sequence[Value]) -> TypeGuard[Sequence[float]]:
    """Whether all values are finite numbers, so that their cells need no type attribute."""
    try:
        return {int, float}.issuperset(map(type, values)) and all(map(math.isfinite, values))  # type: ignore[arg-type]
    except OverflowError:  # an integer beyond the largest double
        return False


def _headings(table: Table, index: Index) -> Iterator[str]:
    for offset, column in enumerate(table.columns):
        cell = Cell(column.heading, column.heading_style)
        yield _cell(table.row, table.column + offset, cell, index)


def _first(table: Table, index: Index) -> Iterator[str]:
    row = table.row + 1
    for offset, column in enumerate(table.columns):
        formula = column.first or column.formula
        if formula:
            formula = formula.replace(ROW, str(row)).replace(ABOVE, str(row - 1))
        cell = Cell(listed(column.values[:1])[0], column.style, formula)
        yield _cell(row, table.column + offset, cell, index)


def strings(texts: Iterable[str]) -> str:
    """The part with all shared strings, in the order of their numbers."""
    items = "".join(
        f'<si><t xml:space="preserve">{escape(xstring(text))}</t></si>' for text in texts
    )
    return f'<sst xmlns="{SHEET_MAIN_NS}">{items}</sst>'
