"""The live network: seconds to write it, its size, and LibreOffice's seconds to follow a change."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from rich.table import Table

from tests.benchmarks.measuring import medians_of, seconds, table
from tests.recalculation import with_cells

RUNS, QUICK = 5, 1
SYSTEM_PYTHON = "/usr/bin/python3"  # that of LibreOffice's uno
CHOICE, CANVAS, DIGITS = "C5", "canvas", ("4 #1", "7 #2")
PIXEL, INKS = "J20", ("255", "0", "120")


@dataclass(frozen=True)
class Way:
    """What is written, and which cell is then changed in an open document."""

    name: str
    options: tuple[str, ...]
    cell: str
    values: tuple[str, ...]
    painted: bool = False

    @property
    def sheet(self) -> str:
        """The sheet of that cell."""
        return "Draw" if self.painted else "Overview"


WAYS = (
    Way("toolkit live, another digit", (), CHOICE, DIGITS),
    Way("toolkit live, one pixel of the canvas", (), PIXEL, INKS, painted=True),
    Way("toolkit live --step, another digit", ("--step",), CHOICE, DIGITS),
)


def tables(*, quick: bool) -> Iterator[Table]:
    """One line a way."""
    runs = QUICK if quick else RUNS
    shown = table(
        "The trained network in cells",
        f"{medians_of(runs)}. Opened: LibreOffice loads the file and computes every cell. "
        "Followed: the change of a cell in the open document, through LibreOffice's uno "
        "(Debian: python3-uno).",
        "",
        "seconds to write",
        "MB",
        "opened",
        "followed",
    )
    for way in WAYS:
        shown.add_row(way.name, *_measured(way, runs))
    yield shown


def _measured(way: Way, runs: int) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder, "live.xlsx")
        command = [sys.executable, "-m", "toolkit", "live", *way.options, "--out", str(book)]
        run = partial(subprocess.run, command, check=True, stdout=subprocess.DEVNULL)
        written = median(seconds(run) for _ in range(runs))
        size = book.stat().st_size / 1e6
        if way.painted:
            book = with_cells(book, 1, {CHOICE: CANVAS}, Path(folder, "canvas.xlsx"))
        return [f"{written:.1f}", f"{size:.1f}", *_followed(book, way)]


def _followed(book: Path, way: Way) -> tuple[str, str]:
    script = Path(__file__).with_name("office.py")
    command = [SYSTEM_PYTHON, str(script), str(book), way.sheet, way.cell, *way.values]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        return "no uno here", ""
    actual = json.loads(done.stdout)
    return f"{actual['load'] + actual['compute']:.1f}", f"{actual['follow']:.2f}"
