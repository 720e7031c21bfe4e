"""The same table of formulas, written by us and by others. Run as a program, it writes one.

Every column is a logistic map, pulled by its neighbour on the left, so that each value has all its
digits. We and XlsxWriter store the values too; openpyxl cannot.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.machine import peak_memory
from tests.benchmarks.measuring import say, seconds
from toolkit.book.sheet import ABOVE, ROW, Book, Column, Sheet, Table, letters

COLUMNS = 20
Values = NDArray[np.float64]


def starts() -> list[float]:
    """The value of each column's first row."""
    return [round(0.2 + 0.03 * n, 2) for n in range(COLUMNS)]


def patterns() -> list[str]:
    """The formula of each column, with ROW and ABOVE."""
    own = [f"{letters(n + 1)}{ABOVE}" for n in range(COLUMNS)]
    rate = ["3.9", *(f"(3.8+0.1*{letters(n)}{ROW})" for n in range(1, COLUMNS))]
    return [f"={r}*{x}*(1-{x})" for r, x in zip(rate, own, strict=True)]


def columns(cells: int) -> list[Values]:
    """The values of every column, as the formulas give them."""
    table = np.empty((COLUMNS, cells // COLUMNS))
    table[:, 0] = row = starts()
    for number in range(1, cells // COLUMNS):
        for n, x in enumerate(row):
            row[n] = (3.8 + 0.1 * row[n - 1] if n else 3.9) * x * (1 - x)
        table[:, number] = row
    return list(table)


def headings() -> list[str]:
    """The first row."""
    return [f"x{n + 1}" for n in range(COLUMNS)]


def formulas(cells: int) -> Iterator[list[str]]:
    """The formulas of each row, as one makes them for a library that takes them one by one."""
    yield [f"={start!r}" for start in starts()]
    filled_down = patterns()
    for row in range(3, cells // COLUMNS + 2):
        here, above = str(row), str(row - 1)
        yield [text.replace(ROW, here).replace(ABOVE, above) for text in filled_down]


def ours(values: list[Values], out: Path) -> None:
    """One pattern and one array for each column."""
    from toolkit.book.writer import write

    parts = zip(headings(), values, patterns(), starts(), strict=True)
    made = (Column(name, v, formula=f, first=f"={s!r}") for name, v, f, s in parts)
    write(Book("Formulas", (Sheet("Sheet1", tables=(Table(1, 1, tuple(made)),)),)), out)


def openpyxl_append(values: list[Values], out: Path, *, write_only: bool = False) -> None:
    """Row by row into a Workbook; the formulas without values."""
    from openpyxl import Workbook

    book = Workbook(write_only=write_only)
    sheet = book.create_sheet("Sheet1", 0)
    sheet.append(headings())
    for row in formulas(len(values[0]) * COLUMNS):
        sheet.append(row)
    book.save(out)


def openpyxl_write_only(values: list[Values], out: Path) -> None:
    """The same in openpyxl's mode for large books."""
    openpyxl_append(values, out, write_only=True)


def xlsxwriter(values: list[Values], out: Path, *, constant_memory: bool = False) -> None:
    """Cell by cell, with values."""
    from xlsxwriter import Workbook

    book = Workbook(out, {"constant_memory": constant_memory})
    sheet = book.add_worksheet("Sheet1")
    sheet.write_row(0, 0, headings())
    made = zip(formulas(len(values[0]) * COLUMNS), zip(*values, strict=True), strict=True)
    for row, (texts, results) in enumerate(made, 1):
        for column, (text, result) in enumerate(zip(texts, results, strict=True)):
            sheet.write_formula(row, column, text, None, result)
    book.close()


def xlsxwriter_constant(values: list[Values], out: Path) -> None:
    """The same in XlsxWriter's mode for large books."""
    xlsxwriter(values, out, constant_memory=True)


CONTENDERS: dict[str, Callable[[list[Values], Path], None]] = {
    "toolkit": ours,
    "openpyxl append": openpyxl_append,
    "openpyxl write-only": openpyxl_write_only,
    "XlsxWriter": xlsxwriter,
    "XlsxWriter constant_memory": xlsxwriter_constant,
}


def main(name: str, cells: int) -> None:
    """Write `cells` formulas as `name` does; say seconds, peak memory, and that before the start.

    A first, small file brings in the libraries, which is not what we ask about.
    """
    contender = CONTENDERS[name]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "formulas.xlsx")
        contender(columns(10 * COLUMNS), out)
        values = columns(cells)
        before = peak_memory()
        took = seconds(lambda: contender(values, out))
        size = out.stat().st_size / 1e6
        say(seconds=took, before=before, peak=peak_memory(), size=size)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
