"""Pictures of sheets as a laptop shows them: a LibreOffice window of 1366 x 768 pixels at 100 %.

    python -m tests.look BOOK.xlsx … [--out DIR] [--sheets 1,3]

writes DIR/BOOK/NN sheet name.png for each sheet, or for those whose numbers are given: the part of
the window from the cell A1 on that is the sheet's first view. `make look` does so for every
workbook that the commands write. This takes LibreOffice with its module uno, Xvfb, and the font
Carlito, which has the widths of Calibri.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from PIL import Image, ImageGrab

from tests.first_view import HEIGHT, WIDTH
from tests.recalculation import python_with_uno

WINDOW = (1366, 768)
SERVER = Path(__file__).with_name("look_window.py")
SETTLED = 0.15  # seconds between two equal pictures of a window that has finished drawing
LONGEST = 20.0  # seconds that a sheet may take to be drawn
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Common/Misc">
<prop oor:name="ShowTipOfTheDay" oor:op="fuse"><value>false</value></prop>
<prop oor:name="FirstRun" oor:op="fuse"><value>false</value></prop></item>
<item oor:path="/org.openoffice.Office.Linguistic/SpellChecking">
<prop oor:name="IsSpellAuto" oor:op="fuse"><value>false</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>1</value></prop></item>
</oor:items>
"""


def missing() -> list[str]:
    """What this machine lacks, each with the Debian package that brings it."""
    lacking = [
        f"{program} ({package})"
        for program, package in (("soffice", "libreoffice-calc"), ("Xvfb", "xvfb"))
        if not shutil.which(program)
    ]
    fonts = shutil.which("fc-list") and subprocess.check_output(["fc-list", "Carlito"], text=True)
    return lacking if fonts else [*lacking, "the font Carlito (fonts-crosextra-carlito)"]


@contextmanager
def screen() -> Iterator[str]:
    """The name of an X display of the window's size that nobody sees."""
    size = "x".join(map(str, WINDOW))
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", f"{size}x24", "-nolisten", "tcp"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout
        yield f":{server.stdout.readline().strip()}"
    finally:
        server.terminate()
        server.communicate()


class Window:
    """A LibreOffice window on a display; `close` ends it."""

    def __init__(self, display: str, profile: Path) -> None:
        user = profile / "user"
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(SETTINGS, encoding="utf-8")
        self._display, self._profile = display, profile
        self._server = subprocess.Popen(
            [python_with_uno(), str(SERVER), str(profile), *map(str, WINDOW)],
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"DISPLAY": display, "SAL_USE_VCLPLUGIN": "gen"},
            start_new_session=True,
        )

    def close(self) -> None:
        """End LibreOffice, with all processes that were started for it."""
        with suppress(ProcessLookupError):
            os.killpg(self._server.pid, signal.SIGKILL)
        self._server.communicate()

    def open(self, book: Path) -> list[str]:
        """Open a copy of a workbook, beside which no lock file is left; the names of its sheets."""
        copy = self._profile / f"{uuid4().hex}.xlsx"
        shutil.copy(book, copy)
        names: list[str] = self._ask("open", str(copy))
        return names

    def picture(self, number: int) -> Image.Image:
        """The first view of sheet `number`, counted from 0, once it has been drawn."""
        x, y = self._ask("show", number)
        return self._settled().crop((x, y, x + WIDTH, y + HEIGHT))

    def _settled(self) -> Image.Image:
        deadline = time.monotonic() + LONGEST
        before = ImageGrab.grab(xdisplay=self._display)
        while True:
            time.sleep(SETTLED)
            now = ImageGrab.grab(xdisplay=self._display)
            if now.tobytes() == before.tobytes() or time.monotonic() > deadline:
                return now
            before = now

    def _ask(self, name: str, argument: str | int) -> list[Any]:
        assert self._server.stdin and self._server.stdout
        self._server.stdin.write(json.dumps({name: argument}) + "\n")
        self._server.stdin.flush()
        line = self._server.stdout.readline()
        answer = json.loads(line) if line else {"error": "LibreOffice ended"}
        if isinstance(answer, dict):
            raise SystemExit(f"{name} {argument}: {answer['error']}")
        return list(answer)


def look(books: Sequence[Path], out: Path, sheets: Sequence[int] = ()) -> Iterator[Path]:
    """Write the pictures of all sheets, or of those numbered from 1 in `sheets`; their paths."""
    with screen() as display, tempfile.TemporaryDirectory() as folder:
        window = Window(display, Path(folder) / "profile")
        try:
            for book in books:
                names = window.open(book)
                (out / book.stem).mkdir(parents=True, exist_ok=True)
                for number, name in enumerate(names, 1):
                    if sheets and number not in sheets:
                        continue
                    safe = re.sub(r'[\\/:*?"<>|]', "_", name)
                    path = out / book.stem / f"{number:02} {safe}.png"
                    window.picture(number - 1).save(path)
                    yield path
        finally:
            window.close()


def _numbers(text: str) -> list[int]:
    numbers = text.split(",")
    if not all(number.isdecimal() and int(number) for number in numbers):
        raise argparse.ArgumentTypeError(f"{text!r}: not numbers of sheets, counted from 1")
    return list(map(int, numbers))


def main(arguments: Sequence[str]) -> None:
    """Read the command line and write the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.look")
    parser.add_argument("books", nargs="+", type=Path, metavar="BOOK.xlsx")
    parser.add_argument("--out", type=Path, default=Path("build/look"))
    parser.add_argument("--sheets", default=(), type=_numbers, help="their numbers, such as 1,3")
    options = parser.parse_args(arguments)
    if lacking := missing():
        raise SystemExit(f"To look at sheets, install {', '.join(lacking)}")
    for book in options.books:
        if not book.is_file():
            raise SystemExit(f"{book}: no such workbook")
    for path in look(options.books, options.out, options.sheets):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
