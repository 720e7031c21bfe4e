"""Seconds that whole commands take, from the shell's point of view."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from rich.table import Table

from tests.benchmarks.measuring import in_turns, seconds, table

RUNS, QUICK = 7, 3


def tables(*, quick: bool) -> Iterator[Table]:
    """One table of commands; the last two rows are what the others stand on."""
    runs = QUICK if quick else RUNS
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder, "backprop.xlsx"))
        commands = {
            "toolkit backprop": ["-m", "toolkit", "backprop", "--out", out],
            "toolkit --help": ["-m", "toolkit", "--help"],
            'python -c "import numpy, sympy, openpyxl"': ["-c", "import numpy, sympy, openpyxl"],
            'python -c ""': ["-c", ""],
        }
        works = [partial(seconds, partial(_command, words)) for words in commands.values()]
        medians = in_turns(works, runs)
    shown = table("Whole commands", f"Medians of {runs} runs.", "", "seconds")
    for name, took in zip(commands, medians, strict=True):
        shown.add_row(name, f"{took:.2f}")
    yield shown


def _command(words: list[str]) -> None:
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
