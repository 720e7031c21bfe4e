"""Convert a Chart to openpyxl's classes, with all settings that Excel and LibreOffice need."""

from openpyxl.chart import BarChart, ScatterChart
from openpyxl.chart.axis import ChartLines, NumericAxis, TextAxis
from openpyxl.chart.data_source import (
    AxDataSource,
    NumData,
    NumDataSource,
    NumRef,
    NumVal,
    StrData,
    StrRef,
    StrVal,
)
from openpyxl.chart.series import Series as OpenpyxlSeries
from openpyxl.chart.series import SeriesLabel, XYSeries
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import (
    CharacterProperties,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
)

from toolkit.book.known import Known
from toolkit.book.sheet import Chart, Series
from toolkit.book.texts import xstring
from toolkit.book.theme import INK, LINE, MUTED, PALETTE
from toolkit.book.values import general, is_number

LINE_WIDTH = 19050  # EMU: 1.5 points
DOT = 6  # points
TITLE_SIZE, AXIS_TITLE_SIZE, LABEL_SIZE = 1300, 1000, 900  # hundredths of a point


def scatter(chart: Chart) -> ScatterChart:
    """A chart of straight lines with visible axes, cached points and a legend below."""
    plot = ScatterChart(scatterStyle="lineMarker")
    _dress(plot, chart)
    if not chart.x_free:
        plot.x_axis.scaling.min = chart.x_min
        plot.x_axis.scaling.max = _end(chart) if chart.x_max is None else chart.x_max
    plot.x_axis.scaling.logBase = 10 if chart.x_log else None
    plot.series = [_series(series, n) for n, series in enumerate(chart.series)]
    return plot


def bars(chart: Chart) -> BarChart:
    """A chart of vertical bars in named groups, with cached points."""
    plot = BarChart(gapWidth=60)
    _dress(plot, chart)
    plot.series = [_bars(series, n) for n, series in enumerate(chart.series)]
    return plot


def _dress(plot: ScatterChart | BarChart, chart: Chart) -> None:
    """Set the titles, the axes and the legend."""
    plot.roundedCorners = False
    plot.title = _title(chart.title, TITLE_SIZE, bold=True) if chart.title else None
    plot.x_axis = _axis(plot.x_axis, chart.x_title, chart.x_format, gridlines=False)
    plot.y_axis = _axis(plot.y_axis, chart.y_title, chart.y_format, gridlines=True)
    plot.y_axis.scaling.min, plot.y_axis.scaling.max = chart.y_min, chart.y_max
    plot.y_axis.scaling.logBase = 10 if chart.y_log else None
    if chart.legend and len(chart.series) > 1:
        plot.legend.position, plot.legend.overlay = "b", False
    else:
        plot.legend = None


def _end(chart: Chart) -> float:
    """The largest x of all lines."""
    return max((x for series in chart.series for x in _numbers(series.x).values()), default=1.0)


def _series(series: Series, number: int) -> XYSeries:
    colour = series.ink or PALETTE[number % len(PALETTE)]
    line = LineProperties(solidFill=colour, w=LINE_WIDTH)
    element = XYSeries(
        idx=number,
        order=number,
        tx=SeriesLabel(strRef=_text_reference(series.name)),
        spPr=GraphicalProperties(ln=line if series.line else LineProperties(noFill=True)),
        xVal=AxDataSource(numRef=_numbers_reference(series.x)),
        yVal=NumDataSource(numRef=_numbers_reference(series.y)),
        smooth=False,
    )
    element.marker.symbol = "circle" if series.dots else "none"
    if series.dots:
        element.marker.size = DOT
        element.marker.spPr = GraphicalProperties(solidFill=colour, ln=line)
    return element


def _bars(series: Series, number: int) -> OpenpyxlSeries:
    return OpenpyxlSeries(
        idx=number,
        order=number,
        tx=SeriesLabel(strRef=_text_reference(series.name)),
        spPr=GraphicalProperties(solidFill=PALETTE[number % len(PALETTE)]),
        invertIfNegative=False,
        cat=AxDataSource(strRef=_text_reference(series.x)),
        val=NumDataSource(numRef=_numbers_reference(series.y)),
    )


def _numbers(known: Known) -> dict[int, float]:
    """The numbers in the values of a range, by their positions."""
    return {place: float(x) for place, x in enumerate(known.values) if is_number(x)}


def _numbers_reference(known: Known) -> NumRef:
    points = [NumVal(idx=place, v=repr(number)) for place, number in _numbers(known).items()]
    cache = NumData(formatCode="General", ptCount=len(known.values), pt=points)
    return NumRef(f=known.address, numCache=cache)


def _text_reference(known: Known) -> StrRef:
    points = [
        StrVal(idx=place, v=xstring(general(value)))
        for place, value in enumerate(known.values)
        if isinstance(value, str) or is_number(value)
    ]
    cache = StrData(ptCount=len(known.values), pt=points)
    return StrRef(f=known.address, strCache=cache)


def _characters(size: int, *, bold: bool, ink: str) -> CharacterProperties:
    return CharacterProperties(sz=size, b=bold, solidFill=ink)


def _title(title: Known | str, size: int, *, bold: bool) -> Title:
    ink = INK if bold else MUTED
    properties = ParagraphProperties(defRPr=_characters(size, bold=bold, ink=ink))
    if isinstance(title, Known):
        body = RichText(p=[Paragraph(pPr=properties)])
        return Title(tx=Text(strRef=_text_reference(title)), txPr=body, overlay=False)
    run = RegularTextRun(rPr=_characters(size, bold=bold, ink=ink), t=title)
    rich = RichText(p=[Paragraph(pPr=properties, r=[run])])
    return Title(tx=Text(rich=rich), overlay=False)


def _axis(
    axis: NumericAxis | TextAxis, title: str, number_format: str, *, gridlines: bool
) -> NumericAxis | TextAxis:
    grey = LineProperties(solidFill=LINE, w=9525)
    axis.delete = False
    axis.title = _title(title, AXIS_TITLE_SIZE, bold=False)
    axis.number_format = number_format
    axis.numFmt.sourceLinked = False
    axis.tickLblPos = "low"
    axis.majorTickMark = "out"
    axis.crosses = "min"
    axis.spPr = GraphicalProperties(ln=grey)
    axis.majorGridlines = ChartLines(spPr=GraphicalProperties(ln=grey)) if gridlines else None
    label = ParagraphProperties(defRPr=_characters(LABEL_SIZE, bold=False, ink=INK))
    axis.txPr = RichText(p=[Paragraph(pPr=label, endParaRPr=CharacterProperties())])
    return axis
