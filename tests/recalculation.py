"""Recalculate workbooks with LibreOffice and read what came out."""

import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree
from openpyxl import load_workbook

ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
Cells = dict[str, dict[str, object]]


@dataclass(frozen=True)
class Office:
    """LibreOffice with a profile of its own that recalculates every file it opens."""

    profile: Path

    @classmethod
    def at(cls, folder: Path) -> "Office":
        assert shutil.which("soffice"), "LibreOffice is missing: apt-get install libreoffice-calc"
        user = folder / "profile" / "user"
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(ALWAYS, encoding="utf-8")
        return cls(folder / "profile")

    def recalculate(self, book: Path) -> Path:
        """The workbook as LibreOffice saves it after computing every formula."""
        folder = book.parent / f"{book.stem}-recalculated"
        subprocess.run(
            ["soffice", f"-env:UserInstallation={self.profile.as_uri()}", "--headless",
             "--convert-to", "xlsx", "--outdir", str(folder), str(book)],
            check=True, capture_output=True, timeout=300,
        )  # fmt: skip
        return folder / book.name


def cells(book: Path, *, formulas: bool = False) -> Cells:
    """Every cell that is not empty: its value, or its formula where it has one."""
    loaded = load_workbook(book, data_only=not formulas)
    return {
        sheet.title: {
            cell.coordinate: cell.value for row in sheet for cell in row if cell.value is not None
        }
        for sheet in loaded
    }


def with_cell(book: Path, sheet_number: int, address: str, value: float, out: Path) -> Path:
    """A copy in which one plain number is another; all else stays, the old values included."""
    part = f"xl/worksheets/sheet{sheet_number}.xml"
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == part:
                pattern = rf'(<c r="{address}" s="\d+"><v>)[^<]*(</v>)'.encode()
                content, count = re.subn(pattern, rf"\g<1>{value!r}\g<2>".encode(), content)
                assert count == 1, f"{address} is not a plain number"
            new.writestr(name, content)
    return out


def with_cells(book: Path, sheet_number: int, changes: Mapping[str, object], out: Path) -> Path:
    """A copy in which cells hold other numbers or texts (None: nothing); all else stays."""
    part = f"xl/worksheets/sheet{sheet_number}.xml"
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == part:
                root = etree.fromstring(content)
                for cell in root.iter(f"{SHEET}c"):
                    if cell.get("r") in changes:
                        _put(cell, changes[str(cell.get("r"))])
                content = etree.tostring(root)
            new.writestr(name, content)
    return out


def _put(cell: etree._Element, value: object) -> None:
    for child in list(cell):
        cell.remove(child)
    cell.attrib.pop("t", "")
    if isinstance(value, str):
        cell.set("t", "inlineStr")
        etree.SubElement(etree.SubElement(cell, f"{SHEET}is"), f"{SHEET}t").text = value
    elif value is not None:
        etree.SubElement(cell, f"{SHEET}v").text = repr(value)


def chart_values(book: Path) -> list[tuple[str, list[tuple[str, list[float]]]]]:
    """Title, and name and y values of each series, of every chart: what a viewer draws."""
    charts = []
    with zipfile.ZipFile(book) as archive:
        names = [n for n in archive.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", n)]
        for name in sorted(names, key=lambda n: int(re.findall(r"\d+", n)[0])):
            root = etree.fromstring(archive.read(name))
            series = [_series(element) for element in root.iter(f"{CHART}ser")]
            heading = root.find(f"{CHART}chart/{CHART}title")
            assert heading is not None
            # A title that follows a cell holds its address and, in the cache, what it says.
            texts = heading.iter(f"{DRAWING}t", f"{CHART}v")
            title = "".join(text.text or "" for text in texts)
            charts.append((title, series))
    return charts


def _series(element: etree._Element) -> tuple[str, list[float]]:
    name = element.findtext(f"{CHART}tx//{CHART}v")
    values = element.findall(f"{CHART}yVal//{CHART}pt/{CHART}v")
    return str(name), [float(str(v.text)) for v in values]
