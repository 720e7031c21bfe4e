"""The drawing part of a sheet, as XML: lines, pictures and charts above the cells.

The drawings of openpyxl support neither lines nor alternative texts.
"""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import quoteattr

from openpyxl.packaging.relationship import Relationship, RelationshipList

from toolkit.book.charts import bars, scatter
from toolkit.book.measure import CENTIMETRE, PIXEL, POINT, Measure
from toolkit.book.sheet import Chart, Corner, Line, Picture, Sheet

DRAWINGML = "http://schemas.openxmlformats.org/drawingml/2006"
REL_NS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DECORATIVE = (
    '<a:extLst><a:ext uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}"><adec:decorative '
    'xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/>'
    "</a:ext></a:extLst>"
)


class Drawing:
    """The drawing of a sheet, with the attributes that openpyxl's writer expects."""

    mime_type = "application/vnd.openxmlformats-officedocument.drawing+xml"

    def __init__(self, sheet: Sheet, number: int) -> None:
        self._sheet = sheet
        self.path = f"/xl/drawings/drawing{number}.xml"
        self.charts = [bars(chart) if chart.bars else scatter(chart) for chart in sheet.charts]
        # Each picture is stored once, however often the sheet shows it.
        self.pngs = list(dict.fromkeys(picture.png for picture in sheet.pictures))

    def __bool__(self) -> bool:
        return bool(self._sheet.lines or self._sheet.pictures or self._sheet.charts)

    def xml(self) -> str:
        """The XML of the part; earlier elements are drawn below later ones."""
        shapes = "".join(self._shapes())
        return (
            f'<xdr:wsDr xmlns:xdr="{DRAWINGML}/spreadsheetDrawing" xmlns:a="{DRAWINGML}/main" '
            f'xmlns:c="{DRAWINGML}/chart" xmlns:r="{REL_NS}">{shapes}</xdr:wsDr>'
        )

    def _shapes(self) -> Iterator[str]:
        sheet, number = self._sheet, 0
        measure = Measure(sheet)
        for number, line in enumerate(sheet.lines, 1):
            yield _connector(line, measure, f'id="{number}" name="Line {number}"')
        relations = {png: len(self.charts) + n for n, png in enumerate(self.pngs, 1)}
        for n, picture in enumerate(sheet.pictures, 1):
            about = f'id="{number + n}" name="Picture {n}" descr={quoteattr(picture.alt)}'
            yield _picture(picture, about, relations[picture.png])
        number += len(sheet.pictures)
        for n, chart in enumerate(sheet.charts, 1):
            about = f'id="{number + n}" name="Chart {n}" descr={quoteattr(chart.description)}'
            yield _frame(chart, about, n)


def relations(charts: Sequence[str], images: Sequence[str]) -> RelationshipList:
    """The relations rId1, rId2, … of a drawing: the paths of its charts, then of its images."""
    relationships = RelationshipList()
    for kind, paths in (("chart", charts), ("image", images)):
        for path in paths:
            relationships.append(Relationship(type=kind, Target=path))
    return relationships


def _marker(tag: str, column: int, across: int, row: int, down: int) -> str:
    """A point in a cell; the format counts columns and rows from 0."""
    return (
        f"<xdr:{tag}><xdr:col>{column - 1}</xdr:col><xdr:colOff>{across}</xdr:colOff>"
        f"<xdr:row>{row - 1}</xdr:row><xdr:rowOff>{down}</xdr:rowOff></xdr:{tag}>"
    )


def _sized(start: str, width: float, height: float, shape: str) -> str:
    """A shape that is anchored to a cell and keeps its size if cells change."""
    size = f'<xdr:ext cx="{round(width)}" cy="{round(height)}"/>'
    return f"<xdr:oneCellAnchor>{start}{size}{shape}<xdr:clientData/></xdr:oneCellAnchor>"


def _geometry(left: int, top: int, width: float, height: float, kind: str, flip: str = "") -> str:
    return (
        f'<a:xfrm{flip}><a:off x="{left}" y="{top}"/>'
        f'<a:ext cx="{round(width)}" cy="{round(height)}"/></a:xfrm>'
        f'<a:prstGeom prst="{kind}"><a:avLst/></a:prstGeom>'
    )


def _frame(chart: Chart, about: str, relation: int) -> str:
    shape = (
        f'<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr {about}/>'
        "<xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr>"
        '<xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm>'
        f'<a:graphic><a:graphicData uri="{DRAWINGML}/chart"><c:chart r:id="rId{relation}"/>'
        "</a:graphicData></a:graphic></xdr:graphicFrame>"
    )
    start = _marker("from", chart.column, 0, chart.row, 0)
    return _sized(start, chart.width * CENTIMETRE, chart.height * CENTIMETRE, shape)


def _picture(picture: Picture, about: str, relation: int) -> str:
    width, height = picture.width * PIXEL, picture.height * PIXEL
    across, down = round(picture.dx * PIXEL), round(picture.dy * PIXEL)
    shape = (
        f"<xdr:pic><xdr:nvPicPr><xdr:cNvPr {about}/>"
        '<xdr:cNvPicPr><a:picLocks noChangeAspect="1"/></xdr:cNvPicPr></xdr:nvPicPr>'
        f'<xdr:blipFill><a:blip r:embed="rId{relation}"/>'
        "<a:stretch><a:fillRect/></a:stretch></xdr:blipFill>"
        f"<xdr:spPr>{_geometry(0, 0, width, height, 'rect')}</xdr:spPr></xdr:pic>"
    )
    start = _marker("from", picture.column, across, picture.row, down)
    return _sized(start, width, height, shape)


def _connector(line: Line, measure: Measure, about: str) -> str:
    """A line shape, given in DrawingML by its bounding box and by whether it rises in that box."""
    ends = sorted((_settled(line.start), _settled(line.end)), key=measure.place)
    (left, first), (right, last) = map(measure.place, ends)
    flip = ' flipV="1"' if last < first else ""
    upper, lower = sorted(ends, key=lambda end: measure.place(end)[1])
    box = _geometry(
        left=left,
        top=min(first, last),
        width=right - left,
        height=abs(last - first),
        kind="line",
        flip=flip,
    )
    ink = f'<a:solidFill><a:srgbClr val="{line.ink}"/></a:solidFill>'
    return (
        "<xdr:twoCellAnchor>"
        + _marker("from", ends[0].column, measure.across(ends[0]), upper.row, measure.down(upper))
        + _marker("to", ends[1].column, measure.across(ends[1]), lower.row, measure.down(lower))
        + f'<xdr:cxnSp macro=""><xdr:nvCxnSpPr><xdr:cNvPr {about}>{DECORATIVE}</xdr:cNvPr>'
        "<xdr:cNvCxnSpPr/></xdr:nvCxnSpPr>"
        f'<xdr:spPr>{box}<a:ln w="{round(line.weight * POINT)}">{ink}</a:ln></xdr:spPr>'
        "</xdr:cxnSp><xdr:clientData/></xdr:twoCellAnchor>"
    )


def _settled(point: tuple[int, int, float, float]) -> Corner:
    """The same point, with the right or lower edge of a cell expressed as the start of the next
    cell.

    Such a point is exact for any font and width, but an offset within a cell is only exact for the
    widths from which it was computed.
    """
    row, column, right, down = point
    if right == 1:
        column, right = column + 1, 0
    if down == 1:
        row, down = row + 1, 0
    return Corner(row, column, right, down)
