"""What a contender's file holds, as openpyxl reads it."""

import warnings
import zipfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from openpyxl import load_workbook

from tests.benchmarks.task import Task, Values, formulas, headings, numbers

# Rows that are read back: reading a million cells takes longer than writing them, and the toolkit
# puts the formulas of every 64th row in another pair of brackets.
SAMPLE = 50
Row = Sequence[object]


def stored_values(out: Path, values: list[Values], task: Task) -> str:
    """How exactly the file at `out` holds the values of its cells, in a word for a table.

    Raises ValueError where a row is missing, or where a cell of the first rows holds another
    formula, or a value that is not that of `values` to 15 digits.
    """
    if (count := _row_count(out)) != len(values[0]) + 1:
        raise ValueError(f"{out.name} has {count} rows instead of {len(values[0]) + 1}")
    first, *cells = _rows(out, data_only=False)
    if list(first) != headings():
        raise ValueError(f"{out.name} begins with {first}")
    if task == Task.formulas:
        _check_formulas(cells, values)
    return _exactness(_rows(out, data_only=True)[1:], values, task)


def _row_count(out: Path) -> int:
    with zipfile.ZipFile(out) as archive:
        return archive.read("xl/worksheets/sheet1.xml").count(b"<row ")


def _rows(out: Path, *, data_only: bool) -> list[Row]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Workbook contains no stylesheet")  # PyExcelerate's
        book = load_workbook(out, read_only=True, data_only=data_only)
    try:
        return list(islice(book["Sheet1"].iter_rows(values_only=True), SAMPLE + 1))
    finally:
        book.close()


def _check_formulas(cells: list[Row], values: list[Values]) -> None:
    for read, (_, *texts) in zip(cells, formulas(values), strict=False):
        if list(read[1:]) != texts:
            raise ValueError(f"{texts} became {read[1:]}")


def _exactness(cells: list[Row], values: list[Values], task: Task) -> str:
    """`exact`, `16 digits`, `15 digits`, or `none` where no formula has a value."""
    empty = task == Task.formulas and all(set(row[1:]) == {None} for row in cells)
    pairs = [
        (read, true)
        for row, expected in zip(cells, numbers(values), strict=False)
        for read, true in zip(row, expected, strict=True)
        if not (empty and read is None)
    ]
    for digits, exactness in ((17, "exact"), (16, "16 digits"), (15, "15 digits")):
        if all(read in (true, float(f"{true:.{digits}g}")) for read, true in pairs):
            return "none" if empty else exactness
    raise ValueError(f"{pairs[:3]} differ in their first 15 digits")
