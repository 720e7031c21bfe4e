"""The positions of cells, from which drawings are anchored to points inside cells.

DrawingML measures in EMU, with 9,525 EMU per pixel and 12,700 per point. The width of a column in a
file is measured in characters of 7 pixels and includes 5 pixels of padding, which Excel's dialog
leaves out (ECMA-376, 18.3.1.13), so the width in pixels is 7 times the stored number.
"""

from toolkit.book.sheet import Corner, Sheet

PIXEL, POINT, CENTIMETRE = 9525, 12_700, 360_000  # EMU
CHARACTER = 7  # pixels of a digit in Calibri 11
COLUMN_PIXELS, ROW_POINTS = 64, 15.0  # by default
POINTS_PER_PIXEL = PIXEL / POINT  # 0.75, because an inch has 96 pixels and 72 points


def points(pixels: float) -> float:
    """Convert pixels at 100 % zoom to points."""
    return pixels * POINTS_PER_PIXEL


def widths(sheet: Sheet) -> dict[int, float]:
    """The widths of columns that are set; the sheet's own widths override those of its tables."""
    tables = {
        table.column + offset: column.width
        for table in sheet.tables
        for offset, column in enumerate(table.columns)
    }
    return tables | dict(sheet.widths)


class Measure:
    """The sizes of the cells of a sheet, in EMU."""

    def __init__(self, sheet: Sheet) -> None:
        self._widths, self._heights = widths(sheet), sheet.heights

    def width(self, column: int) -> int:
        """The width of a column."""
        if column in self._widths:
            return round(self._widths[column] * CHARACTER) * PIXEL
        return COLUMN_PIXELS * PIXEL

    def height(self, row: int) -> int:
        """The height of a row."""
        return round(self._heights.get(row, ROW_POINTS) * POINT)

    def across(self, corner: Corner) -> int:
        """The distance of a point from the left edge of its cell."""
        return round(self.width(corner.column) * corner.right)

    def down(self, corner: Corner) -> int:
        """The distance of a point from the top edge of its cell."""
        return round(self.height(corner.row) * corner.down)

    def place(self, corner: Corner) -> tuple[int, int]:
        """The distances of a point from the left and top edges of the sheet."""
        left = sum(map(self.width, range(1, corner.column)))
        top = sum(map(self.height, range(1, corner.row)))
        return left + self.across(corner), top + self.down(corner)
