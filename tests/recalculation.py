"""Recalculate workbooks with LibreOffice and read what came out."""

import os
import re
import shutil
import signal
import subprocess
import time
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from lxml import etree
from openpyxl import Workbook, load_workbook

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


class Office:
    """A running LibreOffice with a profile of its own that recalculates every file it opens.

    It starts once and keeps a document open, so that it does not end after a conversion: a second
    `soffice` with the same profile hands its request over to it. Starting takes some two seconds,
    many times what a small workbook needs.
    """

    def __init__(self, folder: Path) -> None:
        assert shutil.which("soffice"), "LibreOffice is missing: apt-get install libreoffice-calc"
        self._profile = folder / "profile"
        user = self._profile / "user"
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(ALWAYS, encoding="utf-8")
        self._held = folder / "held.xlsx"
        Workbook().save(self._held)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start LibreOffice and wait until it has opened its document."""
        self._process = subprocess.Popen(
            [*self._command, "--norestore", str(self._held)], start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        # LibreOffice puts this file beside a document while it is open.
        lock = self._held.with_name(f".~lock.{self._held.name}#")
        for _ in range(600):
            if lock.exists():
                return
            time.sleep(0.1)
        raise TimeoutError("LibreOffice did not open a workbook within a minute")

    def close(self) -> None:
        """End LibreOffice, with all processes that it has started."""
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(60)
            self._process = None

    @property
    def process_id(self) -> int | None:
        """That of the running LibreOffice; None where none was started."""
        return self._process.pid if self._process else None

    def recalculate(self, book: Path) -> Path:
        """The workbook as LibreOffice saves it after computing every formula."""
        out = book.parent / f"{book.stem}-recalculated" / book.name
        out.unlink(missing_ok=True)
        if self._process is None or self._process.poll() is not None:
            self.start()
        convert = ["--convert-to", "xlsx", "--outdir", str(out.parent), str(book)]
        try:
            subprocess.run([*self._command, *convert], check=True, capture_output=True, timeout=300)
        except subprocess.TimeoutExpired:
            self.close()
            raise
        assert out.exists(), f"LibreOffice wrote nothing for {book}"
        return out

    @property
    def _command(self) -> list[str]:
        return ["soffice", f"-env:UserInstallation={self._profile.as_uri()}", "--headless"]


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
