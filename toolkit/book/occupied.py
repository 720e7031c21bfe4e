"""Cells that are given twice: Excel takes a file that holds one for damaged."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

from toolkit.book.address import Area, letters, reach
from toolkit.book.sheet import Sheet


def overlaps(sheet: Sheet) -> Iterator[str]:
    """What lies over each table and grid of a sheet: loose cells, or another table or grid."""
    blocks = sorted(_blocks(sheet))
    for n, (area, what) in enumerate(blocks):
        for other, which in blocks[n + 1 :]:
            if other[0] > area[2]:
                break  # this block and all further ones begin below
            if other[1] <= area[3] and area[1] <= other[3]:
                yield (
                    f"the {which} in {reach(other)} overlaps the {what} in {reach(area)}; "
                    "move one of them"
                )
    columns: dict[int, list[int]] = defaultdict(list)
    for row, column in sorted(sheet.cells):
        columns[row].append(column)
    for area, what in blocks:
        for row, column in _inside(columns, area):
            yield f"the cell {letters(column)}{row} lies in the {what} in {reach(area)}; move it"


def _blocks(sheet: Sheet) -> Iterator[tuple[Area, str]]:
    for table in sheet.tables:
        last = table.column + len(table.columns) - 1
        yield (table.row, table.column, table.last_row, last), "table"
    for grid in sheet.grids:
        yield (grid.row, grid.column, grid.last_row, grid.last_column), "grid"


def _inside(columns: dict[int, list[int]], area: Area) -> Iterator[tuple[int, int]]:
    """The loose cells within an area; `columns` lists those of each row, in order."""
    top, left, bottom, right = area
    rows = list(columns)
    for row in rows[bisect_left(rows, top) : bisect_left(rows, bottom + 1)]:
        held = columns[row]
        yield from ((row, n) for n in held[bisect_left(held, left) : bisect_left(held, right + 1)])
