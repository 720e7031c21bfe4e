"""The formulas and values of a workbook, straight from its XML: many times as fast as openpyxl."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from tests.recalculation import SHEET, Cells

RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
Value = float | bool | str


def read(book: Path) -> tuple[Cells, Cells]:
    """The formulas, each with its "=", and the values of every sheet, by the cells' places."""
    formulas: Cells = {}
    values: Cells = {}
    with zipfile.ZipFile(book) as archive:
        texts = list(_texts(archive))
        for name, part in _parts(archive):
            formulas[name], values[name] = {}, {}
            with archive.open(part) as stream:
                for _, cell in etree.iterparse(stream, tag=f"{SHEET}c"):
                    place, formula = str(cell.get("r")), cell.find(f"{SHEET}f")
                    if formula is not None:
                        formulas[name][place] = f"={formula.text}"
                    value = _value(cell, texts)
                    if value is not None:
                        values[name][place] = value
                    cell.clear()
    return formulas, values


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The name of each sheet and its part of the archive."""
    relations = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): str(relation.get("Target")) for relation in relations}
    for sheet in etree.fromstring(archive.read("xl/workbook.xml")).iter(f"{SHEET}sheet"):
        target = targets[sheet.get(RELATION)]
        yield str(sheet.get("name")), target.lstrip("/") if target[0] == "/" else f"xl/{target}"


def _texts(archive: zipfile.ZipFile) -> Iterator[str]:
    """The texts that cells name by their number."""
    if "xl/sharedStrings.xml" in archive.namelist():
        for item in etree.fromstring(archive.read("xl/sharedStrings.xml")):
            yield "".join(text.text or "" for text in item.iter(f"{SHEET}t"))


def _value(cell: etree._Element, texts: list[str]) -> Value | None:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{SHEET}t"))
    written = cell.find(f"{SHEET}v")
    if written is None:
        return None
    text = written.text or ""
    if kind == "s":
        return texts[int(text)]
    if kind == "b":
        return text == "1"
    return text if kind in ("str", "e") or not text else float(text)
