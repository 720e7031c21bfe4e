"""Convert the styles of the theme to openpyxl's."""

from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.styles.styleable import StyleableObject
from openpyxl.worksheet.worksheet import Worksheet

from toolkit.book.theme import EDGE, LINE, STYLES, Style


def style_index(ws: Worksheet, name: str) -> int:
    """The number of a style of the theme in the workbook."""
    style, cell = STYLES[name], StyleableObject(ws)
    cell.font = _font(style)
    if style.fill:
        cell.fill = PatternFill("solid", fgColor=style.fill)
    if style.framed:
        side = Side("thin", color=LINE)
        cell.border = Border(side, side, side, side)
    if style.edges:
        cell.border = Border(
            *(Side("thin", color=EDGE) if e in style.edges else Side() for e in "lrtb")
        )
    if not style.locked:
        cell.protection = Protection(locked=False)
    cell.alignment = _alignment(style)
    cell.number_format = style.number_format
    index: int = cell.style_id
    return index


def _font(style: Style) -> Font:
    return Font(
        name="Calibri",
        sz=style.size,
        b=style.bold or None,
        u="single" if style.underline else None,
        color=style.ink,
    )


def _alignment(style: Style) -> Alignment:
    return Alignment(
        horizontal=style.align,
        vertical="center" if style.centred else "top",
        wrap_text=style.wrap or None,
        indent=style.indent,
        shrink_to_fit=style.shrink or None,
    )
