"""Where the cells of a sheet lie, so that a drawing can be tied to a point inside a cell.

DrawingML counts in EMU, 9,525 to a pixel and 12,700 to a point. A column's width in a file is
in characters of 7 pixels and includes the 5 pixels of padding that Excel's own dialog leaves
out (ECMA-376, 18.3.1.13), so pixels are 7 times the width.
"""

from toolkit.book.sheet import Corner, Sheet

PIXEL, POINT, CENTIMETRE = 9525, 12_700, 360_000  # EMU
CHARACTER = 7  # pixels: a digit in Calibri 11
COLUMN_PIXELS, ROW_POINTS = 64, 15.0  # where nothing else is said
POINTS_PER_PIXEL = PIXEL / POINT  # 0.75: 96 pixels and 72 points to the inch


def points(pixels: float) -> float:
    """Pixels at 100 % zoom, in points."""
    return pixels * POINTS_PER_PIXEL


def widths(sheet: Sheet) -> dict[int, float]:
    """The widths that are set, by column: a table's unless the sheet's own says otherwise."""
    tables = {
        table.column + offset: column.width
        for table in sheet.tables
        for offset, column in enumerate(table.columns)
    }
    return tables | dict(sheet.widths)


class Measure:
    """The sizes of a sheet's cells in EMU."""

    def __init__(self, sheet: Sheet) -> None:
        self._widths, self._heights = widths(sheet), sheet.heights

    def width(self, column: int) -> int:
        """How wide a column is."""
        if column in self._widths:
            return round(self._widths[column] * CHARACTER) * PIXEL
        return COLUMN_PIXELS * PIXEL

    def height(self, row: int) -> int:
        """How high a row is."""
        return round(self._heights.get(row, ROW_POINTS) * POINT)

    def across(self, corner: Corner) -> int:
        """From the left edge of the corner's cell."""
        return round(self.width(corner.column) * corner.right)

    def down(self, corner: Corner) -> int:
        """From the top of the corner's cell."""
        return round(self.height(corner.row) * corner.down)

    def place(self, corner: Corner) -> tuple[int, int]:
        """From the left and the top of the sheet."""
        left = sum(map(self.width, range(1, corner.column)))
        top = sum(map(self.height, range(1, corner.row)))
        return left + self.across(corner), top + self.down(corner)
