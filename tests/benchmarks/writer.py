"""Seconds and memory to write tables, ours beside those of openpyxl and the other writers."""

from collections.abc import Iterator
from statistics import median

from rich.table import Table

from tests.benchmarks.contenders import CONTENDERS
from tests.benchmarks.measuring import Run, child, medians_of, table, times
from tests.benchmarks.task import COLUMNS, Task

RUNS = {10_000: 7, 100_000: 5, 1_000_000: 3}
QUICK = {10_000: 3, 100_000: 3}
NOTES = {
    Task.formulas: "openpyxl and PyExcelerate store formulas without values; rustpy-xlsxwriter "
    "stores an empty text as the value of each, so that no reader shows a number before it "
    "recalculates. These three are spared the digits of the values.",
    Task.numbers: "PyExcelerate prints 15 digits, openpyxl and XlsxWriter 16; a float64 may need "
    "17.",
}
FASTER = (
    "{names} took less processor time than the toolkit: it writes and compresses in compiled code "
    "(Rust and zlib-rs). The toolkit spends more than half of its time in zlib, whose output it "
    "keeps, so that workbooks stay the same byte for byte."
)


def tables(*, quick: bool) -> Iterator[Table]:
    """One table for each task and number of cells."""
    for task in Task:
        for cells, runs in (QUICK if quick else RUNS).items():
            yield _table(task, cells, runs)


def _table(task: Task, cells: int, runs: int) -> Table:
    rounds = [_round(task, cells, number) for number in range(runs)]
    medians = {name: _median([each[name] for each in rounds]) for name in CONTENDERS}
    shown = table(
        f"Writing {cells:,} cells in {COLUMNS} columns: {task}",
        _caption(task, runs, medians),
        "",
        "seconds",
        "× ours",
        "processor",
        "× ours",
        "peak MB",
        "file MB",
        "values",
    )
    ours = medians["toolkit"]
    for name, run in medians.items():
        shown.add_row(name, *_entries(run, ours))
    return shown


def _round(task: Task, cells: int, number: int) -> dict[str, Run]:
    """Each contender once, another one first each time, so that none always follows the same."""
    names = list(CONTENDERS)
    start = number % len(names)
    return {name: _run(name, task, cells) for name in names[start:] + names[:start]}


def _run(name: str, task: Task, cells: int) -> Run:
    result = child("tests.benchmarks.contenders", name, task, cells)
    assert result is not None
    return result


def _median(runs: list[Run]) -> Run:
    """The median of every figure; what is no figure is the same in all runs."""
    first = runs[0]
    return {
        key: median(run[key] for run in runs) if isinstance(value, float) else value
        for key, value in first.items()
    }


def _entries(run: Run, ours: Run) -> list[str]:
    took, processor, peak = run["seconds"], run["processor"], run["peak"]
    return [
        f"{took:.3f}",
        times(took / ours["seconds"]),
        f"{processor:.3f}",
        times(processor / ours["processor"]),
        f"{peak:.0f} (+{peak - run['before']:.0f})",
        f"{run['size']:.1f}",
        run["stored"],
    ]


def _caption(task: Task, runs: int, medians: dict[str, Run]) -> str:
    ours = medians["toolkit"]["processor"]
    faster = [name for name, run in medians.items() if run["processor"] < ours]
    lines = [
        f"{medians_of(runs)}. Processor: seconds of processor time, which other programs "
        "disturb less. Memory is that of the whole process at its peak, and in brackets how much "
        "of it came while writing. Values: how exactly the file holds them. The seconds of those "
        "that write cell by cell include putting row numbers into the formulas, as ours do.",
        NOTES[task],
    ]
    if faster:
        lines.append(FASTER.format(names=" and ".join(faster)))
    return "\n".join(lines)
