"""Pictures, lines and charts on a sheet, each with a text for readers who do not see them."""

import io
from typing import Any

from lxml import etree
from openpyxl.drawing.image import Image
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor, SpreadsheetDrawing
from openpyxl.drawing.xdr import XDRPositiveSize2D
from openpyxl.utils.units import pixels_to_EMU

from toolkit.book.sheet import Chart, Corner, Known, Line, Picture, Sheet
from toolkit.book.theme import MUTED

DML = "http://schemas.openxmlformats.org/drawingml/2006/main"
LINE_WIDTH = 12700  # EMU: one point
COLUMN_WIDTH, ROW_HEIGHT = 8.43, 15.0  # Excel's own, in characters and points
EMU_A_POINT = 12700


def image(picture: Picture) -> Image:
    """Openpyxl's image of a picture, tied to one cell and of fixed size."""
    made = Image(io.BytesIO(picture.png))
    corner = AnchorMarker(
        col=picture.column - 1,
        colOff=pixels_to_EMU(picture.dx),
        row=picture.row - 1,
        rowOff=pixels_to_EMU(picture.dy),
    )
    size = XDRPositiveSize2D(pixels_to_EMU(picture.width), pixels_to_EMU(picture.height))
    made.anchor = OneCellAnchor(_from=corner, ext=size)
    return made


class Drawing(SpreadsheetDrawing):  # type: ignore[misc]
    """openpyxl's drawing with the texts that it leaves out, and with lines."""

    # openpyxl's metaclass notes what to write in each class anew.
    __elements__ = SpreadsheetDrawing.__elements__

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self._sheet = sheet

    def _write(self) -> Any:
        root = super()._write()
        texts = [*map(_chart_text, self._sheet.charts), *(p.alt for p in self._sheet.pictures)]
        for number, (place, text) in enumerate(zip(root.iter("cNvPr"), texts, strict=True)):
            place.set("descr", text)
            place.set("id", str(number + 1))
        for number, line in enumerate(self._sheet.lines, len(texts) + 1):
            root.append(_connector(line, number, self._sheet))
        return root

    def __bool__(self) -> bool:
        return super().__bool__() or bool(self._sheet.lines)


def _chart_text(chart: Chart) -> str:
    title = chart.title.value if isinstance(chart.title, Known) else chart.title
    names = ", ".join(str(series.name.value) for series in chart.series)
    return f"Chart: {title}. {chart.y_title} over {chart.x_title}. Lines: {names}."


def _connector(line: Line, number: int, sheet: Sheet) -> etree._Element:
    """A line shape between two points; DrawingML wants its box, and whether it rises."""
    ends = [_offsets(corner, sheet) for corner in (line.start, line.end)]
    (_, _, top, low), (_, _, other, lower) = ends
    rises = (other, lower) < (top, low)
    (col, off, _, _), (to_col, to_off, _, _) = ends
    rows = sorted(((top, low), (other, lower)))
    flip = ' flipV="1"' if rises else ""
    # openpyxl leaves the drawing's own namespace to an attribute of the root.
    return etree.fromstring(
        f'<twoCellAnchor xmlns:a="{DML}">'
        f"<from><col>{col}</col><colOff>{off}</colOff>"
        f"<row>{rows[0][0]}</row><rowOff>{rows[0][1]}</rowOff></from>"
        f"<to><col>{to_col}</col><colOff>{to_off}</colOff>"
        f"<row>{rows[1][0]}</row><rowOff>{rows[1][1]}</rowOff></to>"
        f'<cxnSp macro=""><nvCxnSpPr><cNvPr id="{number}" name="Line {number}" '
        f'descr="A connection of the network"/><cNvCxnSpPr/></nvCxnSpPr>'
        f'<spPr><a:xfrm{flip}><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></a:xfrm>'
        f'<a:prstGeom prst="line"><a:avLst/></a:prstGeom>'
        f'<a:ln w="{LINE_WIDTH}"><a:solidFill><a:srgbClr val="{MUTED}"/></a:solidFill></a:ln>'
        f"</spPr></cxnSp><clientData/></twoCellAnchor>"
    )


def _offsets(corner: Corner, sheet: Sheet) -> tuple[int, int, int, int]:
    """Column, offset in it, row, offset in it; counted from 0, offsets in EMU."""
    width = sheet.widths.get(corner.column, COLUMN_WIDTH) * 7 + 5
    height = sheet.heights.get(corner.row, ROW_HEIGHT)
    right, down = pixels_to_EMU(width * corner.right), int(height * corner.down * EMU_A_POINT)
    return corner.column - 1, int(right), corner.row - 1, down
