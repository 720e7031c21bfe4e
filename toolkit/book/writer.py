"""Books to .xlsx files: the same book gives the same bytes, and a failure leaves the old file."""

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
    """Write `book` to `out`: first under a temporary name beside it, then moved into place.

    Raises ToolkitError where that cannot be, or where Excel would not open the file; the previous
    file is then untouched.
    """
    check(book)
    with replacing(out) as temporary, zipfile_of(temporary) as archive:
        _Writer(book, archive).write_data()


class _Writer(ExcelWriter):
    """openpyxl's writer, with each sheet's rows streamed from our own data."""

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
        """Openpyxl's XML around the rows, our own rows in between."""
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
        """The part over a sheet's cells; what it shows follows when all sheets are written."""
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
        """Where a picture is kept: once, however many sheets show it."""
        return f"xl/media/image{self._pngs.setdefault(png, len(self._pngs) + 1)}.png"

    def _style(self, name: str) -> int:
        return style_index(self.workbook.worksheets[0], name)

    def _text(self, text: str) -> int:
        return self._texts.setdefault(text, len(self._texts))


@dataclass(frozen=True)
class _Part:
    """What openpyxl's manifest wants to know of a part."""

    path: str
    mime_type: str


def _write_rows(part: IO[bytes], rows: Iterable[str], size: int = 1 << 16) -> None:
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
        ws._hyperlinks = links(sheet)

    def write_dimensions(self) -> None:
        """The range that our rows will fill."""
        self.xf.send(etree.Element("dimension", ref=stream.dimension(self._sheet)))

    def write_rows(self) -> None:
        """Only the place where our rows go."""
        xf = self.xf.send(True)
        with xf.element("sheetData"):
            xf.write("")
        self.xf.send(None)

    def write_merged_cells(self) -> None:
        """In our own order: openpyxl keeps them in a set, which differs from run to run."""
        if self._sheet.merges:
            self.xf.send(merged(self._sheet).to_tree())

    def write_drawings(self) -> None:
        """Only the place of the drawing part, which is written afterwards."""
        if self.ws._drawing:
            relation = Relationship(type="drawing", Target="")
            self._rels.append(relation)
            self.xf.send(Related(id=relation.Id).to_tree("drawing"))
