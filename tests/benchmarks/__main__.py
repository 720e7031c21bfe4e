"""`python -m tests.benchmarks`: all parts, or one of them."""

from enum import StrEnum
from importlib import import_module
from typing import Annotated

import typer
from rich.console import Console

from tests.benchmarks.machine import machine

# Piped into a file, a table shall be as wide as on a screen.
console = Console(width=None if Console().is_terminal else 110)


class Part(StrEnum):
    """The modules beside this one that measure something."""

    writer = "writer"
    derivation = "derivation"
    trace = "trace"
    process = "process"
    mnist = "mnist"
    live = "live"


def main(
    quick: Annotated[bool, typer.Option(help="Small sizes and few runs only.")] = False,
    only: Annotated[Part | None, typer.Option(help="One part instead of all.")] = None,
) -> None:
    """Measure the toolkit beside what one would use instead."""
    console.print(machine(), highlight=False)
    for part in [only] if only else list(Part):
        for table in import_module(f"tests.benchmarks.{part}").tables(quick=quick):
            console.print(table, end="\n\n")


if __name__ == "__main__":
    typer.run(main)
