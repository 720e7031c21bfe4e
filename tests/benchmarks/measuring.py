"""Running contenders in turns, each in a process of its own, and showing what came out."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from statistics import median
from typing import Any

from rich.table import Table

Run = dict[str, Any]  # figures, and words that describe them


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def medians_of(runs: int) -> str:
    """How the numbers of a table were measured, as its first words."""
    return "One run" if runs == 1 else f"Medians of {runs} runs"


def in_turns(works: Sequence[Callable[[], float]], runs: int) -> list[float]:
    """The median of what each returns over `runs` rounds."""
    rounds = [[work() for work in works] for _ in range(runs)]
    return [median(column) for column in zip(*rounds, strict=True)]


def child(module: str, *words: object, limit: float | None = None) -> Run | None:
    """What `python -m module words…` prints, as JSON; None if it is not done within `limit`."""
    command = [sys.executable, "-m", module, *map(str, words)]
    with suppress(subprocess.TimeoutExpired):
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=limit)
        result: Run = json.loads(done.stdout)
        return result
    return None


def say(**result: Any) -> None:
    """The other end of `child`."""
    sys.stdout.write(json.dumps(result))


def table(title: str, caption: str, *headings: str) -> Table:
    """An empty table, its first column texts and the others numbers."""
    made = Table(title=title, caption=caption, title_justify="left", caption_justify="left")
    for number, heading in enumerate(headings):
        made.add_column(heading, justify="right" if number else "left")
    return made


def times(ratio: float) -> str:
    """A ratio to two or three digits."""
    return f"{ratio:.1f} ×" if ratio < 100 else f"{ratio:,.0f} ×"
