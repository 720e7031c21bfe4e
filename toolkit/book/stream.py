"""Rows of cells straight into a sheet's XML, formulas with their present values.

openpyxl writes a formula without its value, so previews, pandas and Protected View show nothing
until something recalculates. Here each row of a table is one text template, filled in per row.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

from toolkit.book.sheet import ABOVE, ROW, Cell, Column, Sheet, Table, Value, letters

SHEET_MAIN_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@dataclass(frozen=True)
class Index:
    """The numbers under which a workbook keeps named styles and shared strings."""

    style: Callable[[str], int]
    text: Callable[[str], int]


def rows(sheet: Sheet, index: Index) -> Iterator[str]:
    """The `<row>` elements of a sheet in order, as text."""
    loose: dict[int, list[tuple[int, str]]] = {}
    for (row, column), cell in sheet.cells.items():
        loose.setdefault(row, []).append((column, _cell(row, column, cell, index)))
    tables = [
        (table, [_template(table, index, bracketed=b) for b in (False, True)])
        for table in sheet.tables
    ]
    ends = [*loose, *sheet.heights, *(table.last_row for table in sheet.tables)]
    last = max(ends, default=0)
    for row in range(1, last + 1):
        parts = [*loose.get(row, ())]
        for table, templates in tables:
            if table.row <= row <= table.last_row:
                template = templates[(row - table.row) % GROUP == 0]
                parts.append((table.column, _table_row(table, template, row, index)))
        if parts or row in sheet.heights:
            yield f"{_row_start(row, sheet)}{''.join(xml for _, xml in sorted(parts))}</row>"


def _row_start(row: int, sheet: Sheet) -> str:
    height = sheet.heights.get(row)
    custom = "" if height is None else f' ht="{height!r}" customHeight="1"'
    return f'<row r="{row}"{custom}>'


def dimension(sheet: Sheet) -> str:
    """The range in use."""
    ends = [*sheet.cells, *((t.last_row, t.column + len(t.columns) - 1) for t in sheet.tables)]
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


# LibreOffice computes equal formulas below each other as a group, in threads from 100 rows on, and
# then returns #VALUE! in some tables whose columns read each other's row above (seen in 7.4). An
# outer pair of brackets every so many rows keeps its groups shorter.
GROUP = 64


def _template(table: Table, index: Index, *, bracketed: bool) -> str:
    """One row of a table; each cell has two gaps: its type and its value."""
    cells = []
    for offset, column in enumerate(table.columns):
        start = f'<c r="{letters(table.column + offset)}{ROW}" s="{index.style(column.style)}"'
        text = _escaped(column.formula) if column.formula else ""
        text = f"({text})" if bracketed and text else text
        formula = f"<f>{text}</f>" if text else ""
        cells.append(f"{start}%s>{formula}%s</c>")
    return "".join(cells)


def _escaped(formula: str) -> str:
    return escape(formula[1:]).replace("%", "%%")


def _table_row(table: Table, template: str, row: int, index: Index) -> str:
    number = row - table.row - 1
    if number < 0:
        return "".join(_headings(table, index))
    if number == 0 and any(column.first for column in table.columns):
        return "".join(_first(table, index))
    filled = [part for column in table.columns for part in _entry(column, number, index)]
    return template.replace(ROW, str(row)).replace(ABOVE, str(row - 1)) % tuple(filled)


def _entry(column: Column, number: int, index: Index) -> tuple[str, str]:
    value = _item(column.values[number])
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
