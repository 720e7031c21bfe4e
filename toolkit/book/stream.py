"""Rows of cells straight into a sheet's XML, formulas with their present values.

openpyxl writes a formula without its value, so previews, pandas and Protected View show nothing
until something recalculates. Here a table's row is one text with gaps, filled by `%` once per row:
a million cells take little longer than the digits of their values.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeGuard
from xml.sax.saxutils import escape

import numpy as np

from toolkit.book.digits import digits
from toolkit.book.grid import grid_rows
from toolkit.book.sheet import ABOVE, ROW, Cell, Column, Sheet, Table, Value, Values, letters

# Values leave NumPy in blocks of about this many: enough to be quick, few enough to stay small.
BLOCK = 16_384
SHEET_MAIN_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@dataclass(frozen=True)
class Index:
    """The numbers under which a workbook keeps named styles and shared strings."""

    style: Callable[[str], int]
    text: Callable[[str], int]


def rows(sheet: Sheet, index: Index) -> Iterator[str]:
    """The `<row>` elements of a sheet in order, as text."""
    loose: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for (row, column), cell in sheet.cells.items():
        loose[row].append((column, _cell(row, column, cell, index)))
    tables = [(table, _table_rows(table, index)) for table in sheet.tables]
    grids = [(grid, grid_rows(grid, index.style(grid.style))) for grid in sheet.grids]
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
    """The range in use."""
    ends = [*sheet.cells, *((t.last_row, t.column + len(t.columns) - 1) for t in sheet.tables)]
    ends += [(grid.last_row, grid.last_column) for grid in sheet.grids]
    bottom = max((row for row, _ in ends), default=1)
    right = max((column for _, column in ends), default=1)
    return f"A1:{letters(right)}{bottom}"


def _cell(row: int, column: int, cell: Cell, index: Index) -> str:
    start = f'<c r="{letters(column)}{row}" s="{index.style(cell.style)}"'
    if cell.formula is None:
        return start + _plain(cell.value, index)
    return start + _formula(cell.formula, cell.value)


def _plain(value: Value, index: Index) -> str:
    """The rest of a cell that holds a value."""
    if value is None:
        return "/>"
    if isinstance(value, str):
        return f' t="s"><v>{index.text(value)}</v></c>'
    kind, shown = _typed(value)
    return f"{kind}><v>{shown}</v></c>"


def _formula(formula: str, value: Value) -> str:
    """The rest of a cell that holds a formula and its present value."""
    kind, shown = _typed(value)
    return f"{kind}><f>{escape(formula[1:])}</f><v>{escape(shown)}</v></c>"


def _typed(value: Value) -> tuple[str, str]:
    """The type attribute and the text of a value; what is not a finite number is an error cell,
    since readers fail on nan and inf.
    """
    if isinstance(value, str):
        return ' t="str"', value
    if isinstance(value, bool):
        return ' t="b"', str(int(value))
    if value is None or not math.isfinite(value):
        return ' t="e"', "#NUM!"
    return "", repr(value)


def _table_rows(table: Table, index: Index) -> Iterator[str]:
    """The cells of each row of a table, from its headings down."""
    yield "".join(_headings(table, index))
    size = max(1, BLOCK // len(table.columns))
    begin = 0
    if any(column.first for column in table.columns) and table.last_row > table.row:
        yield "".join(_first(table, index))
        begin = 1
    for start in range(begin, table.last_row - table.row, size):
        yield from _block(table, start, start + size, index)


def _block(table: Table, start: int, stop: int, index: Index) -> Iterator[str]:
    """The rows number `start` to `stop` (from 0) below the headings of a table."""
    pattern = ""
    gaps: list[Sequence[str]] = []
    for offset, column in enumerate(table.columns):
        before = f'<c r="{letters(table.column + offset)}{ROW}" s="{index.style(column.style)}"'
        formula = _marked(column.formula) if column.formula else ""
        values = _items(column.values[start:stop])
        if _all_finite(values):
            pattern += f"{before}>{formula}<v>%s</v></c>"
            gaps.append(digits(values))
        else:
            pattern += f"{before}%s>{formula}%s</c>"
            gaps.extend(zip(*(_entry(value, column, index) for value in values), strict=True))
    plain, bracketed = _patterns(pattern)
    for row, filling in enumerate(zip(*gaps, strict=True), table.row + 1 + start):
        chosen = plain if (row - table.row) % GROUP else bracketed
        yield chosen.replace(ROW, str(row)).replace(ABOVE, str(row - 1)) % filling


# LibreOffice computes equal formulas below each other as a group, in threads from 100 rows on, and
# then returns #VALUE! in some tables whose columns read each other's row above (seen in 7.4). An
# outer pair of brackets every so many rows keeps its groups shorter.
GROUP = 64
OPENING, CLOSING = "\0(", "\0)"


def _marked(formula: str) -> str:
    """A formula as an element, with marks where brackets may come."""
    return f"<f>{OPENING}{escape(formula[1:]).replace('%', '%%')}{CLOSING}</f>"


def _patterns(marked: str) -> tuple[str, str]:
    """The text of a row without and with outer brackets around its formulas."""
    plain = marked.replace(OPENING, "").replace(CLOSING, "")
    return plain, marked.replace(OPENING, "(").replace(CLOSING, ")")


def _items(values: Values) -> Sequence[Value]:
    """Python's own numbers, whose digits print faster than NumPy's."""
    if isinstance(values, np.ndarray):
        listed: list[Value] = values.tolist()
        return listed
    return [_item(value) for value in values]


def _all_finite(values: Sequence[Value]) -> TypeGuard[Sequence[float]]:
    """Whether all are numbers that a cell can hold, so that none needs a type of its own."""
    return {int, float}.issuperset(map(type, values)) and all(map(math.isfinite, values))  # type: ignore[arg-type]


def _entry(value: Value, column: Column, index: Index) -> tuple[str, str]:
    if value is None and not column.formula:
        return "", ""
    if isinstance(value, str) and not column.formula:
        return ' t="s"', f"<v>{index.text(value)}</v>"
    kind, shown = _typed(value)
    return kind, f"<v>{escape(shown)}</v>"


def _item(value: object) -> Value:
    item: Value = value.item() if hasattr(value, "item") else value  # type: ignore[assignment]
    return item


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
        cell = Cell(_item(column.values[0]), column.style, formula)
        yield _cell(row, table.column + offset, cell, index)


def strings(texts: Iterable[str]) -> str:
    """The part that holds all shared strings, in the order of their numbers."""
    items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
    return f'<sst xmlns="{SHEET_MAIN_NS}">{items}</sst>'
