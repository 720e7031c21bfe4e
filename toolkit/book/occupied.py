"""Overlapping cells, because of which Excel would report a file as damaged."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

from toolkit.book.address import Area, cell_name
from toolkit.book.sheet import Sheet


def overlaps(sheet: Sheet) -> Iterator[str]:
    """Messages about the cells, tables and grids that overlap on a sheet."""
    blocks = sorted(_blocks(sheet))
    for n, (area, what) in enumerate(blocks):
        for other, which in blocks[n + 1 :]:
            if other.row > area.last_row:
                break  # this block and all later ones begin below
            if other.column <= area.last_column and area.column <= other.last_column:
                yield (
                    f"the {which} in {other.relative} overlaps the {what} in {area.relative}; "
                    "move one of them"
                )
    columns: dict[int, list[int]] = defaultdict(list)
    for row, column in sorted(sheet.cells):
        columns[row].append(column)
    for area, what in blocks:
        for row, column in _inside(columns, area):
            cell = cell_name(row, column)
            yield f"the cell {cell} lies in the {what} in {area.relative}; move it"


def _blocks(sheet: Sheet) -> Iterator[tuple[Area, str]]:
    for table in sheet.tables:
        yield table.area, "table"
    for grid in sheet.grids:
        yield grid.area, "grid"


def _inside(columns: dict[int, list[int]], area: Area) -> Iterator[tuple[int, int]]:
    """The single cells within an area; `columns` lists the columns of each row in order."""
    rows = list(columns)
    for row in rows[bisect_left(rows, area.row) : bisect_left(rows, area.last_row + 1)]:
        occupied = columns[row]
        begin = bisect_left(occupied, area.column)
        end = bisect_left(occupied, area.last_column + 1)
        yield from ((row, column) for column in occupied[begin:end])
