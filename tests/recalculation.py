"""Recalculate workbooks with LibreOffice and read what came out."""

import json
import os
import re
import shutil
import signal
import subprocess
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path
from threading import Timer

from lxml import etree

from tests.oracles.reading import SHEET, read
from tests.oracles.reading import Cells as Cells

ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
SERVER = Path(__file__).parent / "office_server.py"
LONGEST = 300  # seconds for one workbook


class Office:
    """A running LibreOffice with a profile of its own that recalculates every file it opens.

    It starts once: to start takes some two seconds, many times what a small workbook needs.
    """

    def __init__(self, folder: Path) -> None:
        assert shutil.which("soffice"), "LibreOffice is missing: apt-get install libreoffice-calc"
        self._profile = folder / "profile"
        user = self._profile / "user"
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(ALWAYS, encoding="utf-8")
        self._server: subprocess.Popen[str] | None = None

    def start(self) -> subprocess.Popen[str]:
        """The server, started unless it runs already."""
        if self._server is None or self._server.poll() is not None:
            self._server = subprocess.Popen(
                [python_with_uno(), str(SERVER), str(self._profile)],
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
        return self._server

    @property
    def process_id(self) -> int | None:
        """That of the running server; None where none was started."""
        return self._server.pid if self._server else None

    def close(self) -> None:
        """End LibreOffice, with all processes that were started for it."""
        if self._server:
            self._kill()
            self._server.communicate()
            self._server = None

    def _kill(self) -> None:
        if self._server:
            with suppress(ProcessLookupError):
                os.killpg(self._server.pid, signal.SIGKILL)

    def recalculate(self, book: Path) -> Path:
        """The workbook as LibreOffice saves it after computing every formula."""
        out = book.parent / f"{book.stem}-recalculated" / book.name
        out.parent.mkdir(exist_ok=True)
        out.unlink(missing_ok=True)
        self._convert(book, out)
        return out

    def values(self, book: Path) -> Cells:
        """Every cell that is not empty after computing every formula; TRUE and FALSE are 1 and 0.

        What `cells` reads of a recalculated workbook, in half the time.
        """
        out = book.with_suffix(".json")
        self._convert(book, out)
        actual: Cells = json.loads(out.read_text(encoding="utf-8"))
        out.unlink()
        return actual

    def printed(self, book: Path) -> int:
        """On how many sheets of paper the workbook is printed."""
        out = book.with_suffix(".pdf")
        self._convert(book, out)
        return len(re.findall(rb"/Type\s*/Page\b", out.read_bytes()))

    def _convert(self, book: Path, out: Path) -> None:
        server = self.start()
        assert server.stdin and server.stdout
        server.stdin.write(json.dumps([str(book.resolve()), str(out.resolve())]) + "\n")
        server.stdin.flush()
        # A server that is killed answers with an empty line.
        alarm = Timer(LONGEST, self._kill)
        alarm.start()
        answer = server.stdout.readline()
        alarm.cancel()
        assert answer and not json.loads(answer), f"{book}: {answer or 'LibreOffice ended'}"


@cache
def python_with_uno() -> str:
    """A Python that can talk to LibreOffice: the system's, or the one that LibreOffice brings."""
    program = Path(str(shutil.which("soffice"))).resolve().parent
    candidates = ["/usr/bin/python3", program / "python", program.parent / "Resources" / "python"]
    for candidate in map(str, candidates):
        with suppress(OSError):
            if not subprocess.run([candidate, "-c", "import uno"], capture_output=True).returncode:
                return candidate
    raise AssertionError("no Python has the module uno: apt-get install python3-uno")


def cells(book: Path, *, formulas: bool = False) -> Cells:
    """Every cell that is not empty: its value, or its formula where it has one."""
    stat = book.stat()
    stored = _cells(book, stat.st_mtime_ns, stat.st_size)[formulas]
    return {sheet: dict(places) for sheet, places in stored.items()}


# Many tests read one workbook several times, and reading takes longer than most of them.
@lru_cache(maxsize=12)
def _cells(book: Path, changed: int, size: int) -> tuple[Cells, Cells]:
    """The values, and in another dictionary the formulas in the place of their values."""
    formulas, values = read(book)
    shown = {name: sheet | formulas[name] for name, sheet in values.items()}
    return _filled(values), _filled(shown)


def _filled(sheets: Cells) -> Cells:
    return {name: {p: v for p, v in sheet.items() if v != ""} for name, sheet in sheets.items()}


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
    """Title (empty if there is none), and name and y values of each series, of every chart: what a
    viewer draws.
    """
    charts = []
    with zipfile.ZipFile(book) as archive:
        names = [n for n in archive.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", n)]
        for name in sorted(names, key=lambda n: int(re.findall(r"\d+", n)[0])):
            root = etree.fromstring(archive.read(name))
            series = [_series(element) for element in root.iter(f"{CHART}ser")]
            heading = root.find(f"{CHART}chart/{CHART}title")
            # A title that follows a cell holds its address and, in the cache, what it says.
            texts = () if heading is None else heading.iter(f"{DRAWING}t", f"{CHART}v")
            title = "".join(text.text or "" for text in texts)
            charts.append((title, series))
    return charts


def _series(element: etree._Element) -> tuple[str, list[float]]:
    name = element.findtext(f"{CHART}tx//{CHART}v")
    values = element.findall(f"{CHART}yVal//{CHART}pt/{CHART}v")
    return str(name), [float(str(v.text)) for v in values]
