"""Seconds and memory to write formulas, ours with their values, beside openpyxl and XlsxWriter."""

from collections.abc import Iterator
from statistics import median

from rich.table import Table

from tests.benchmarks.contenders import COLUMNS, CONTENDERS
from tests.benchmarks.measuring import Run, child, table, times

RUNS = {10_000: 7, 100_000: 5, 1_000_000: 3}
QUICK = {10_000: 3, 100_000: 3}


def tables(*, quick: bool) -> Iterator[Table]:
    """One table for each number of cells."""
    for cells, runs in (QUICK if quick else RUNS).items():
        yield _table(cells, runs)


def _table(cells: int, runs: int) -> Table:
    rounds = [{name: _run(name, cells) for name in CONTENDERS} for _ in range(runs)]
    shown = table(
        f"Writing {cells:,} formula cells in {COLUMNS} columns",
        f"Medians of {runs} runs. Memory is that of the whole process at its peak, and in brackets "
        "how much of it came while writing. openpyxl stores no values. The others' seconds include "
        "putting row numbers into the formulas, as ours do.",
        "",
        "seconds",
        "× ours",
        "peak MB",
        "file MB",
    )
    ours = _median(rounds, "toolkit", "seconds")
    for name in CONTENDERS:
        took, peak, before, size = (
            _median(rounds, name, key) for key in ("seconds", "peak", "before", "size")
        )
        memory = f"{peak:.0f} (+{peak - before:.0f})"
        shown.add_row(name, f"{took:.3f}", times(took / ours), memory, f"{size:.1f}")
    return shown


def _run(name: str, cells: int) -> Run:
    result = child("tests.benchmarks.contenders", name, cells)
    assert result is not None
    return result


def _median(rounds: list[dict[str, Run]], name: str, key: str) -> float:
    return median(each[name][key] for each in rounds)
