"""Write books to .xlsx files atomically and reproducibly."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from lxml import etree
from openpyxl import Workbook
from openpyxl.packaging.relationship import Relationship, get_rels_path
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.related import Related
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.constants import ARC_SHARED_STRINGS, SHARED_STRINGS
from openpyxl.xml.functions import tostring

from toolkit.book import stream
from toolkit.book.archive import MOMENT, Archive, entry, zipfile_of
from toolkit.book.drawing import Drawing, relations
from toolkit.book.furniture import furnish, links, merged
from toolkit.book.limits import check
from toolkit.book.sheet import Book, Sheet
from toolkit.book.styling import style_index
from toolkit.files.saving import replacing


def write(book: Book, out: Path) -> None:
    """Write `book` to `out`: first to a temporary file beside it, which is then renamed.

    Equal books give equal bytes. Raises ToolkitError if the file cannot be written or if Excel
    would not open it; a previous file is then left unchanged.
    """
    check(book)
    with replacing(out) as temporary, zipfile_of(temporary) as archive:
        _Writer(book, archive).write_data()


class _Writer(ExcelWriter):
    """openpyxl's writer, with the rows of each sheet streamed from our own data."""

    def __init__(self, book: Book, archive: Archive) -> None:
        workbook = Workbook()
        workbook.remove(workbook.active)
        workbook.properties.creator = "toolkit"
        workbook.properties.title = book.title
        workbook.properties.created = workbook.properties.modified = MOMENT
        super().__init__(workbook, archive)
        self._sheets = {sheet.name: sheet for sheet in book.sheets}
        self._texts: dict[str, int] = {}
        self._pngs: dict[bytes, int] = {}
        self._index = stream.Index(cache(self._style), self._text)
        for sheet in book.sheets:
            furnish(workbook.create_sheet(sheet.name), sheet)

    def write_worksheet(self, ws: Worksheet) -> None:
        """Write openpyxl's XML of a sheet with our own rows inserted."""
        sheet = self._sheets[ws.title]
        ws._drawing = Drawing(sheet, len(self._drawings) + 1)
        shell = _Shell(ws, sheet)
        shell.write()
        ws._rels = shell._rels
        before, after = shell.out.getvalue().split(b"<sheetData></sheetData>")
        with self._archive.open(entry(ws.path[1:]), "w") as part:
            part.write(before + b"<sheetData>")
            _write_rows(part, stream.rows(sheet, self._index))
            part.write(b"</sheetData>" + after)
        self.manifest.append(ws)

    def _write_worksheets(self) -> None:
        super()._write_worksheets()
        self._archive.writestr(ARC_SHARED_STRINGS, stream.strings(self._texts))
        self.manifest.append(_Part("/" + ARC_SHARED_STRINGS, SHARED_STRINGS))

    def _write_drawing(self, drawing: Drawing) -> None:
        """Write the drawing part of a sheet; pictures and charts are written after all sheets."""
        self._drawings.append(drawing)
        for chart in drawing.charts:
            self._charts.append(chart)
            chart._id = len(self._charts)
        charts = [chart.path for chart in drawing.charts]
        related = relations(charts, [f"/{self._media(png)}" for png in drawing.pngs])
        self._archive.writestr(drawing.path[1:], drawing.xml())
        self._archive.writestr(get_rels_path(drawing.path)[1:], tostring(related.to_tree()))
        self.manifest.append(drawing)

    def _write_images(self) -> None:
        for png in self._pngs:
            self._archive.writestr(self._media(png), png)

    def _media(self, png: bytes) -> str:
        """The path of a picture, which is stored once even if several sheets show it."""
        return f"xl/media/image{self._pngs.setdefault(png, len(self._pngs) + 1)}.png"

    def _style(self, name: str) -> int:
        return style_index(self.workbook.worksheets[0], name)

    def _text(self, text: str) -> int:
        return self._texts.setdefault(text, len(self._texts))


@dataclass(frozen=True)
class _Part:
    """The attributes that openpyxl's manifest needs for a part."""

    path: str
    mime_type: str


def _write_rows(part: IO[bytes], rows: Iterable[str], size: int = 1 << 16) -> None:
    """Write text in pieces of about `size` characters; many small writes to a zip are slow."""
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
    """The XML of a sheet around its rows."""

    def __init__(self, ws: Worksheet, sheet: Sheet) -> None:
        self._sheet = sheet
        super().__init__(ws, io.BytesIO())
        ws._hyperlinks = links(sheet)

    def write_dimensions(self) -> None:
        """Write the range that the rows will fill."""
        self.xf.send(etree.Element("dimension", ref=stream.dimension(self._sheet)))

    def write_rows(self) -> None:
        """Write an empty element, which the rows will replace."""
        xf = self.xf.send(True)
        with xf.element("sheetData"):
            xf.write("")
        self.xf.send(None)

    def write_merged_cells(self) -> None:
        """Write merged cells in a fixed order; openpyxl keeps them in a set, whose order varies."""
        if self._sheet.merges:
            self.xf.send(merged(self._sheet).to_tree())

    def write_drawings(self) -> None:
        """Write a reference to the drawing part, which is created afterwards."""
        if self.ws._drawing:
            relation = Relationship(type="drawing", Target="")
            self._rels.append(relation)
            self.xf.send(Related(id=relation.Id).to_tree("drawing"))
