"""Books to .xlsx files: the same book gives the same bytes, and a failure leaves the old file."""

import datetime
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from lxml import etree
from openpyxl import Workbook
from openpyxl.packaging.relationship import Relationship
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.styles.styleable import StyleableObject
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.related import Related
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.constants import (
    ARC_SHARED_STRINGS,
    ARC_STYLE,
    ARC_WORKBOOK_RELS,
    REL_NS,
    SHARED_STRINGS,
    SHEET_MAIN_NS,
)

from toolkit.book import stream
from toolkit.book.drawing import Drawing
from toolkit.book.furniture import furnish
from toolkit.book.saving import replacing
from toolkit.book.sheet import Book, Sheet, letters, quoted
from toolkit.book.theme import LINE, STYLES

# Nothing in a workbook may depend on when it was made.
MOMENT = datetime.datetime(2025, 1, 1)  # noqa: DTZ001  # openpyxl wants it without a zone
FONT_ORDER = (
    "b i strike condense extend outline shadow u vertAlign sz color name family charset scheme"
)


def write(book: Book, out: Path) -> None:
    """Write `book` to `out`: first under a temporary name beside it, then moved into place.

    Raises ToolkitError where that cannot be; the previous file is then untouched.
    """
    with replacing(out) as temporary, zipfile_of(temporary) as archive:
        _Writer(book, archive).write_data()


class _Archive(zipfile.ZipFile):
    """A zip whose entries carry no time, and whose style sheet is in the schema's order."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *args: Any, **options: Any) -> None:
        """As ZipFile's, with everything but name and data fixed."""
        amend = AMENDED.get(zinfo_or_arcname)
        content = amend(data) if amend else data
        super().writestr(_entry(str(zinfo_or_arcname)), content, *args, **options)


def zipfile_of(path: Path) -> _Archive:
    """A fresh archive at `path`."""
    return _Archive(path, "w", zipfile.ZIP_DEFLATED)


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, MOMENT.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    info.create_system = 3
    return info


def _fonts_in_order(data: str | bytes) -> bytes:
    """Openpyxl writes the children of <font> out of the schema's order."""
    root = etree.fromstring(data if isinstance(data, bytes) else data.encode())
    rank = {f"{{{SHEET_MAIN_NS}}}{name}": n for n, name in enumerate(FONT_ORDER.split())}
    for font in root.iter(f"{{{SHEET_MAIN_NS}}}font"):
        font[:] = sorted(font, key=lambda child: rank[child.tag])
    return etree.tostring(root)


class _Writer(ExcelWriter):
    """openpyxl's writer, with each sheet's rows streamed from our own data."""

    def __init__(self, book: Book, archive: _Archive) -> None:
        workbook = Workbook()
        workbook.remove(workbook.active)
        workbook.properties.creator = "toolkit"
        workbook.properties.title = book.title
        workbook.properties.created = workbook.properties.modified = MOMENT
        super().__init__(workbook, archive)
        self._sheets = {sheet.name: sheet for sheet in book.sheets}
        self._texts: dict[str, int] = {}
        self._index = stream.Index(cache(self._style), self._text)
        for sheet in book.sheets:
            furnish(workbook.create_sheet(sheet.name), sheet)

    def write_worksheet(self, ws: Worksheet) -> None:
        """Openpyxl's XML around the rows, our own rows in between."""
        sheet = self._sheets[ws.title]
        ws._drawing = Drawing(sheet)
        ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
        shell = _Shell(ws, sheet)
        shell.write()
        ws._rels = shell._rels
        before, after = shell.out.getvalue().split(b"<sheetData></sheetData>")
        with self._archive.open(_entry(ws.path[1:]), "w") as part:
            part.write(before + b"<sheetData>")
            _put(part, stream.rows(sheet, self._index))
            part.write(b"</sheetData>" + after)
        self.manifest.append(ws)

    def _write_worksheets(self) -> None:
        super()._write_worksheets()
        self._archive.writestr(ARC_SHARED_STRINGS, stream.strings(self._texts))
        self.manifest.append(_Part("/" + ARC_SHARED_STRINGS, SHARED_STRINGS))

    def _style(self, name: str) -> int:
        return _style_index(self.workbook.worksheets[0], name)

    def _text(self, text: str) -> int:
        return self._texts.setdefault(text, len(self._texts))


def _with_strings(rels: str | bytes) -> bytes:
    """Openpyxl writes texts into their cells, and so does not announce a part of shared strings."""
    root = etree.fromstring(rels if isinstance(rels, bytes) else rels.encode())
    namespace = etree.QName(root).namespace
    target = {"Id": "strings", "Type": f"{REL_NS}/sharedStrings", "Target": "sharedStrings.xml"}
    etree.SubElement(root, f"{{{namespace}}}Relationship", target)
    return etree.tostring(root)


AMENDED = {ARC_STYLE: _fonts_in_order, ARC_WORKBOOK_RELS: _with_strings}


@dataclass(frozen=True)
class _Part:
    """What openpyxl's manifest wants to know of a part."""

    path: str
    mime_type: str


def _put(part: IO[bytes], rows: Iterable[str], size: int = 1 << 16) -> None:
    """Write text in pieces of about `size` characters: many small writes to a zip are slow."""
    buffer: list[str] = []
    length = 0
    for row in rows:
        buffer.append(row)
        length += len(row)
        if length > size:
            part.write("".join(buffer).encode())
            buffer, length = [], 0
    part.write("".join(buffer).encode())


class _Shell(WorksheetWriter):
    """A sheet's XML around its rows."""

    def __init__(self, ws: Worksheet, sheet: Sheet) -> None:
        self._sheet = sheet
        super().__init__(ws, io.BytesIO())
        ws._hyperlinks = _links(sheet)

    def write_dimensions(self) -> None:
        """The range that our rows will fill."""
        self.xf.send(etree.Element("dimension", ref=stream.dimension(self._sheet)))

    def write_drawings(self) -> None:
        """Openpyxl's, which knows nothing of lines."""
        if self._sheet.lines and not (self.ws._charts or self.ws._images):
            rel = Relationship(type="drawing", Target="")
            self._rels.append(rel)
            drawing = Related()
            drawing.id = rel.id
            self.xf.send(drawing.to_tree("drawing"))
        else:
            super().write_drawings()

    def write_rows(self) -> None:
        """Only the place where our rows go."""
        xf = self.xf.send(True)
        with xf.element("sheetData"):
            xf.write("")
        self.xf.send(None)


def _links(sheet: Sheet) -> list[Hyperlink]:
    return [
        Hyperlink(ref=f"{letters(column)}{row}", location=f"{quoted(cell.link)}!A1")
        for (row, column), cell in sorted(sheet.cells.items())
        if cell.link
    ]


def _style_index(ws: Worksheet, name: str) -> int:
    """The number under which the workbook knows a style of the theme."""
    style, cell = STYLES[name], StyleableObject(ws)
    cell.font = Font(
        name="Calibri",
        sz=style.size,
        b=style.bold or None,
        u="single" if style.underline else None,
        color=style.ink,
    )
    if style.fill:
        cell.fill = PatternFill("solid", fgColor=style.fill)
    if style.framed:
        side = Side("thin", color=LINE)
        cell.border = Border(side, side, side, side)
    cell.protection = Protection(locked=style.locked)
    top = "center" if style.centred else "top"
    cell.alignment = Alignment(
        horizontal=style.align,
        vertical=top,
        wrap_text=style.wrap or None,
        indent=style.indent,
    )
    cell.number_format = style.number_format
    index: int = cell.style_id
    return index
