"""Where the cells, texts and drawings of a sheet lie on a laptop's screen.

All lengths are in pixels at 100 % zoom from the top left corner of the cell A1, with columns as
Excel draws them for Calibri 11 and rows of 96 pixels to 72 points.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from tests.lettering import letter_height, line_count, line_height, text_width
from toolkit.book.address import Area
from toolkit.book.measure import CENTIMETRE, CHARACTER, COLUMN_PIXELS, PIXEL, points, widths
from toolkit.book.sheet import Chart, Effect, Picture, Sheet
from toolkit.book.tables import Cell
from toolkit.book.theme import STYLES, Style

ROW_PIXELS = 20
LEAST_SHRUNK = 0.75  # of the size of a text that shrinks to fit its cell: smaller is illegible
PADDING = 5  # pixels of a cell that its text leaves free on the left and the right together
INDENT = 9  # pixels: three spaces


class Rectangle(NamedTuple):
    """A part of the screen; `right` and `bottom` are the first pixels outside."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: "Rectangle") -> float:
        """How far two rectangles would have to move apart, in pixels; 0 where they are apart."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, min(across, down))


class Ink(NamedTuple):
    """The text of a cell: the room that it takes, and the room that it would need.

    `blocked` names what takes the missing room: the neighbour's `column` or the `row`; it is empty
    where the whole text is seen.
    """

    seen: Rectangle
    whole: Rectangle
    blocked: str


class Screen:
    """A sheet as a program draws it before anyone scrolls."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._merges = {(area.row, area.column): area for area in sheet.merges}
        self._written = _Written(sheet)
        self.last_row, self.last_column = _extent(sheet)
        own = widths(sheet)
        columns = range(1, self.last_column + 1)
        pixels = [0 if n in sheet.hidden else _column_pixels(own.get(n)) for n in columns]
        self._lefts = [0, *accumulate(pixels)]
        self._tops = [0, *accumulate(map(self._row_pixels, range(1, self.last_row + 1)))]

    def left(self, column: int) -> int:
        """The left edge of a column."""
        beyond = max(0, column - 1 - self.last_column)
        return self._lefts[column - 1 - beyond] + beyond * COLUMN_PIXELS

    def top(self, row: int) -> int:
        """The upper edge of a row."""
        beyond = max(0, row - 1 - self.last_row)
        return self._tops[row - 1 - beyond] + beyond * ROW_PIXELS

    def area(self, area: Area) -> Rectangle:
        """The rectangle of an area of cells."""
        return Rectangle(
            self.left(area.column),
            self.top(area.row),
            self.left(area.last_column + 1),
            self.top(area.last_row + 1),
        )

    def effect(self, effect: Effect) -> Rectangle:
        """The rectangle of an area, a chart or a picture."""
        if isinstance(effect, Area):
            return self.area(effect)
        left, top = self.left(effect.column), self.top(effect.row)
        if isinstance(effect, Chart):
            width, height = (
                length * CENTIMETRE / PIXEL for length in (effect.width, effect.height)
            )
            return Rectangle(left, top, left + width, top + height)
        left, top = left + round(effect.dx), top + round(effect.dy)
        return Rectangle(left, top, left + effect.width, top + effect.height)

    @property
    def drawings(self) -> list[Chart | Picture]:
        """All charts and pictures of the sheet."""
        return [*self.sheet.charts, *self.sheet.pictures]

    def texts(self) -> Iterator[tuple[tuple[int, int], Ink]]:
        """The texts in loose cells and in the headings of tables, by the places of their cells."""
        for place, cell in sorted(self.sheet.cells.items()):
            if isinstance(cell.value, str) and cell.value and place[1] not in self.sheet.hidden:
                yield place, self.ink(place, cell)
        for table in self.sheet.tables:
            for column, each in enumerate(table.columns, table.column):
                cell = Cell(each.heading, each.heading_style)
                yield (table.row, column), self.ink((table.row, column), cell)

    def ink(self, place: tuple[int, int], cell: Cell) -> Ink:
        """The text of a cell, with the empty neighbours into which it runs."""
        style, text = STYLES[cell.style], str(cell.value)
        merge = self._merges.get(place)
        frame = self.area(merge or Area.of(*place))
        if style.wrap:
            return _wrapped_ink(text, style, frame)
        need = text_width(text, style) + style.indent * INDENT + PADDING
        if style.shrink:
            need = max(min(need, frame.right - frame.left), LEAST_SHRUNK * need)
        whole = _aligned(need, style.align, frame)
        room = frame if merge else self._room(place, frame)
        seen = Rectangle(
            max(whole.left, room.left),
            frame.top,
            min(whole.right, room.right),
            frame.bottom,
        )
        # A hidden pixel or two is the space beside a letter, and the estimate is no better.
        cut = max(seen.left - whole.left, whole.right - seen.right) > 2
        low = letter_height(style) > frame.bottom - frame.top + 2
        return Ink(seen, whole, "column" if cut else "row" if low else "")

    def covered(self, rectangle: Rectangle) -> list[tuple[int, int]]:
        """The written cells that a rectangle covers by more than two pixels."""
        first, last = self._row(rectangle.top), self._row(rectangle.bottom)
        found = []
        for row in range(first, last + 1):
            for column in self._written.columns(row):
                cell = self.sheet.cells.get((row, column))
                if isinstance(cell, Cell) and isinstance(cell.value, str):
                    room = self.ink((row, column), cell).seen
                else:
                    room = self.area(self._merges.get((row, column)) or Area.of(row, column))
                if room.overlap(rectangle) > 2:
                    found.append((row, column))
        return found

    def _row(self, y: float) -> int:
        """The row in which a height lies."""
        beyond = max(0, int(y - self._tops[-1]) // ROW_PIXELS)
        return bisect_right(self._tops, y) + beyond

    def _room(self, place: tuple[int, int], frame: Rectangle) -> Rectangle:
        """A cell's frame, with the empty cells to its left and its right."""
        before, after = self._written.neighbours(*place)
        left = self.left(before + 1) if before else 0
        right = self.left(after) if after else float("inf")
        return Rectangle(left, frame.top, right, frame.bottom)

    def _row_pixels(self, row: int) -> int:
        """What the sheet sets. Without that Excel makes room for large and wrapped texts, but
        LibreOffice does not: it cuts them.
        """
        high = self.sheet.heights.get(row)
        return ROW_PIXELS if high is None else round(high / points(1))


class _Written:
    """Which cells of each row hold something."""

    def __init__(self, sheet: Sheet) -> None:
        held: dict[int, set[int]] = defaultdict(set)
        for (row, column), cell in sheet.cells.items():
            if cell.value is not None or cell.formula is not None:
                held[row].add(column)
        for area in [t.area for t in sheet.tables] + [g.area for g in sheet.grids]:
            for row in range(area.row, area.last_row + 1):
                held[row].update(range(area.column, area.last_column + 1))
        for merge in sheet.merges:  # whatever its cells hold, no text runs into a merged cell
            for row in range(merge.row, merge.last_row + 1):
                held[row].update(range(merge.column, merge.last_column + 1))
        self._columns = {row: sorted(columns) for row, columns in held.items()}

    def columns(self, row: int) -> list[int]:
        """In order."""
        return self._columns.get(row, [])

    def neighbours(self, row: int, column: int) -> tuple[int | None, int | None]:
        """The nearest written cells to the left and to the right."""
        columns = self.columns(row)
        before = bisect_left(columns, column)
        after = bisect_right(columns, column)
        return (
            columns[before - 1] if before else None,
            columns[after] if after < len(columns) else None,
        )


def _extent(sheet: Sheet) -> tuple[int, int]:
    """The last row and column of which the sheet says anything."""
    areas = [table.area for table in sheet.tables] + [grid.area for grid in sheet.grids]
    areas += sheet.merges
    rows = [*(row for row, _ in sheet.cells), *sheet.heights, *(area.last_row for area in areas)]
    columns = [
        *(column for _, column in sheet.cells),
        *widths(sheet),
        *(area.last_column for area in areas),
    ]
    return max(rows, default=1), max(columns, default=1)


def _column_pixels(width: float | None) -> int:
    return COLUMN_PIXELS if width is None else round(width * CHARACTER)


def _aligned(need: float, align: str | None, frame: Rectangle) -> Rectangle:
    """Where a text of this width comes to lie; it may reach beyond its cell."""
    left = {
        "center": (frame.left + frame.right - need) / 2,
        "right": frame.right - need,
    }.get(align or "left", frame.left)
    return Rectangle(left, frame.top, left + need, frame.bottom)


def _wrapped_ink(text: str, style: Style, frame: Rectangle) -> Ink:
    width = frame.right - frame.left - PADDING - style.indent * INDENT
    lines = line_count(text, style, width)
    need = (lines - 1) * (line_height(style) - 2) + letter_height(style)
    broken = max((text_width(word, style) for word in text.split()), default=0) > width + 2
    low = need > frame.bottom - frame.top + 2
    whole = Rectangle(frame.left, frame.top, frame.right, max(frame.bottom, frame.top + need))
    return Ink(frame, whole, "row" if low else "column" if broken else "")
