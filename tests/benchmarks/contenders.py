"""The same table, written by us and by others. Run as a program, it writes one."""

import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.machine import peak_memory
from tests.benchmarks.measuring import say, seconds
from tests.benchmarks.reading import stored_values
from tests.benchmarks.task import (
    COLUMNS,
    Task,
    Values,
    columns,
    formulas,
    headings,
    numbers,
    patterns,
)
from toolkit.book.known import ROW
from toolkit.book.sheet import Book, Sheet
from toolkit.book.tables import Column, Table


def toolkit_table(values: list[Values], out: Path, task: Task) -> None:
    """One array for each column, and one pattern where it holds formulas."""
    from toolkit.book.writer import write

    texts = [None, *patterns()] if task == Task.formulas else [None] * COLUMNS
    parts = zip(headings(), values, texts, strict=True)
    table = Table(1, 1, tuple(Column(name, column, formula=f) for name, column, f in parts))
    write(Book("Table", (Sheet("Sheet1", tables=(table,)),)), out)


def openpyxl(values: list[Values], out: Path, task: Task, *, write_only: bool = False) -> None:
    """Row by row into a Workbook; the formulas without values."""
    from openpyxl import Workbook

    book = Workbook(write_only=write_only)
    sheet = book.create_sheet("Sheet1", 0)
    sheet.append(headings())
    for row in formulas(values) if task == Task.formulas else numbers(values):
        sheet.append(row)
    book.save(out)


def openpyxl_write_only(values: list[Values], out: Path, task: Task) -> None:
    """The same in openpyxl's mode for large books."""
    openpyxl(values, out, task, write_only=True)


def xlsxwriter(
    values: list[Values], out: Path, task: Task, *, constant_memory: bool = False
) -> None:
    """Cell by cell, the formulas with their values."""
    from xlsxwriter import Workbook

    book = Workbook(out, {"constant_memory": constant_memory})
    sheet = book.add_worksheet("Sheet1")
    sheet.write_row(0, 0, headings())
    if task == Task.numbers:
        for number, row in enumerate(numbers(values), 1):
            for column, value in enumerate(row):
                sheet.write_number(number, column, value)
    else:
        rows = zip(formulas(values), numbers(values), strict=True)
        for number, ((first, *texts), (_, *results)) in enumerate(rows, 1):
            sheet.write_number(number, 0, first)
            for column, (text, result) in enumerate(zip(texts, results, strict=True), 1):
                sheet.write_formula(number, column, text, None, result)
    book.close()


def xlsxwriter_constant(values: list[Values], out: Path, task: Task) -> None:
    """The same in XlsxWriter's mode for large books."""
    xlsxwriter(values, out, task, constant_memory=True)


def pyexcelerate(values: list[Values], out: Path, task: Task) -> None:
    """A list of rows; the formulas without values."""
    from pyexcelerate import Workbook

    rows = formulas(values) if task == Task.formulas else map(list, numbers(values))
    book = Workbook()
    book.new_sheet("Sheet1", data=[headings(), *rows])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its datetime.utcnow, from 3.12 on
        book.save(str(out))


def rustpy(values: list[Values], out: Path, task: Task) -> None:
    """A DataFrame, and a pattern for each column of formulas, which it writes without values."""
    from pandas import DataFrame
    from rustpy_xlsxwriter import FastExcel

    names = headings()
    filled_down = {}
    if task == Task.formulas:
        parts = zip(names[1:], patterns(), strict=True)
        filled_down = {name: text.replace(ROW, "{row}") for name, text in parts}
    given = len(names) - len(filled_down)
    frame = DataFrame(dict(zip(names[:given], values[:given], strict=True)))
    FastExcel(out).sheet("Sheet1", frame, formula_columns=filled_down or None).save()


CONTENDERS: dict[str, Callable[[list[Values], Path, Task], None]] = {
    "toolkit": toolkit_table,
    "openpyxl append": openpyxl,
    "openpyxl write-only": openpyxl_write_only,
    "XlsxWriter": xlsxwriter,
    "XlsxWriter constant_memory": xlsxwriter_constant,
    "PyExcelerate": pyexcelerate,
    "rustpy-xlsxwriter": rustpy,
}


def main(name: str, task: Task, cells: int) -> None:
    """Write `cells` cells as `name` does; say seconds, peak memory, and that before the start.

    A first, small file loads the libraries, which is not the question. The file is read back.
    """
    contender = CONTENDERS[name]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "table.xlsx")
        contender(columns(10 * COLUMNS), out, task)
        values = columns(cells)
        before, start = peak_memory(), time.process_time()
        took = seconds(lambda: contender(values, out, task))
        processor, peak = time.process_time() - start, peak_memory()
        size = out.stat().st_size / 1e6
        stored = stored_values(out, values, task)
    say(seconds=took, processor=processor, before=before, peak=peak, size=size, stored=stored)


if __name__ == "__main__":
    main(sys.argv[1], Task(sys.argv[2]), int(sys.argv[3]))
