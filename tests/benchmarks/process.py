"""Seconds that whole commands take, from the shell's point of view."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from rich.table import Table

from tests.benchmarks.measuring import in_turns, medians_of, seconds, table

RUNS, QUICK = 7, 1
# Of 1,250 parameters and their gradients, the columns are divided among several sheets.
MIDDLING, SMALL = (20, 30, 20), (4, 5, 3)
TEMPLATE = """
title = "A network for the benchmark"
[network]
layers = {layers}
activations = ["tanh", "identity"]
bias = true
loss = "half_squared_error"
[samples]
inputs = [{inputs}]
targets = [{targets}]
[start]
seed = 1
initializer = "xavier"
[training]
optimizer = "sgd"
learning_rates = [0.1]
epochs = 10
"""


def tables(*, quick: bool) -> Iterator[Table]:
    """One table of commands; the last two rows are what the others stand on."""
    runs = QUICK if quick else RUNS
    layers = SMALL if quick else MIDDLING
    with tempfile.TemporaryDirectory() as folder:
        template, out = Path(folder, "template.toml"), str(Path(folder, "backprop.xlsx"))
        template.write_text(_template(layers), encoding="utf-8")
        backprop = ["-m", "toolkit", "backprop", "--out", out]
        commands = {
            "toolkit backprop": backprop,
            f"toolkit backprop, layers {list(layers)}": [*backprop, str(template)],
            "toolkit --help": ["-m", "toolkit", "--help"],
            'python -c "import numpy, sympy, openpyxl"': ["-c", "import numpy, sympy, openpyxl"],
            'python -c ""': ["-c", ""],
        }
        works = [partial(seconds, partial(_command, words)) for words in commands.values()]
        medians = in_turns(works, runs)
    shown = table("Whole commands", f"{medians_of(runs)}.", "", "seconds")
    for name, took in zip(commands, medians, strict=True):
        shown.add_row(name, f"{took:.2f}")
    yield shown


def _template(layers: tuple[int, ...]) -> str:
    inputs, targets = [0.1] * layers[0], [1.0] * layers[-1]
    return TEMPLATE.format(layers=list(layers), inputs=inputs, targets=targets)


def _command(words: list[str]) -> None:
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
