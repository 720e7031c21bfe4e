"""Rows as the stream writes them, held against a plain reading of what they should say."""

import math
import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest
from lxml import etree

from toolkit.book import stream
from toolkit.book.address import letters
from toolkit.book.known import ABOVE, ROW
from toolkit.book.sheet import Sheet
from toolkit.book.stream import Index, rows
from toolkit.book.tables import Cell, Column, Table
from toolkit.book.values import Value

Read = dict[str, tuple[str | None, str | None, str | None]]


class Texts(dict[str, int]):
    """Shared strings in the order in which they came."""

    def number(self, text: str) -> int:
        return self.setdefault(text, len(self))


def read(sheet: Sheet) -> Read:
    """Type, formula and value of every written cell, texts looked up, by address."""
    texts = Texts()
    written = "".join(rows(sheet, Index(len, texts.number)))
    shared = list(texts)
    actual: Read = {}
    last = 0
    for row in etree.fromstring(f"<rows>{written}</rows>"):
        assert int(row.get("r", "0")) > last
        last = int(row.get("r", "0"))
        for cell in row:
            kind, value = cell.get("t"), cell.findtext("v")
            if kind == "s" and value is not None:
                value = shared[int(value)]
            place = str(cell.get("r"))
            assert place not in actual
            assert place.endswith(str(last))
            if kind or value or cell.find("f") is not None:
                actual[place] = (kind, cell.findtext("f"), value)
    return actual


def expected(sheet: Sheet) -> Read:
    """The same, one cell at a time."""
    actual = {}
    for (row, number), cell in sheet.cells.items():
        actual[f"{letters(number)}{row}"] = _cell(cell.formula, cell.value)
    for table in sheet.tables:
        for offset, column in enumerate(table.columns):
            letter = letters(table.column + offset)
            actual[f"{letter}{table.row}"] = _cell(None, column.heading)
            for number, value in enumerate(column.values):
                row = table.row + 1 + number
                formula = column.first if column.first and not number else column.formula
                if formula:
                    formula = formula.replace(ROW, str(row)).replace(ABOVE, str(row - 1))
                    every = (row - table.row) % stream.GROUP == 0
                    formula = f"=({formula[1:]})" if every else formula
                actual[f"{letter}{row}"] = _cell(formula, value)
    return {place: cell for place, cell in actual.items() if any(cell)}


def _cell(formula: str | None, value: object) -> tuple[str | None, str | None, str | None]:
    text = formula[1:] if formula else None
    if value is None and formula is None:
        return None, None, None
    if isinstance(value, str):
        return "str" if formula else "s", text, value
    if isinstance(value, bool | np.bool):
        return "b", text, "1" if value else "0"
    if isinstance(value, int | np.integer):
        return None, text, str(int(value))
    if isinstance(value, float) and math.isfinite(value):
        return None, text, repr(float(value))
    return "e", text, "#NUM!"


MIXED: list[Value] = [
    0.1,
    7,
    True,
    None,
    "a < b & 100 %s",
    math.nan,
    math.inf,
    -math.inf,
    -0.0,
    5e-324,
    1.7976931348623157e308,
    2**53,
    False,
    "",
    1e16,
    1 / 3,
]
PATTERN = f'=IF(A{ROW}<A{ABOVE}&"%d %s",1,B{ABOVE})'


@pytest.mark.parametrize("formula", [None, PATTERN])
@pytest.mark.parametrize("first", [None, "=1<2"])
def test_values_of_every_kind(formula: str | None, first: str | None) -> None:
    columns = (
        Column("mixed", MIXED, formula=formula, first=first),
        Column("floats", np.linspace(-1, 1, len(MIXED)), formula=formula),
        Column("whole", np.arange(len(MIXED)), formula=formula, first=first),
        Column("flags", np.arange(len(MIXED)) % 3 == 0, formula=formula),
        Column("numpy's own", [np.float64(n) / 3 for n in range(len(MIXED))], formula=formula),
        Column("broken", np.log(np.arange(len(MIXED)) + 1.0) / 0.5, formula=formula),
        Column("range", range(len(MIXED)), formula=formula),
    )
    sheet = Sheet("Kinds", tables=(Table(2, 3, columns),))
    assert read(sheet) == expected(sheet)


def test_a_single_value_out_of_range_is_an_error_cell_among_numbers() -> None:
    values = np.arange(3000.0)
    values[[0, 1499, 2999]] = math.nan, math.inf, -math.inf
    sheet = Sheet("One", tables=(Table(1, 1, (Column("x", values, formula="=1"),)),))
    actual = read(sheet)
    assert actual == expected(sheet)
    assert [p for p, (kind, _, _) in actual.items() if kind == "e"] == ["A2", "A1501", "A3001"]


def _tables() -> Iterator[Table]:
    """Side by side and one below another, of different heights."""
    chance = np.random.default_rng(0)
    for row, column, width, height in (
        (1, 1, 3, 3000),
        (5, 6, 20, 2999),
        (2, 40, 1, 7),
        (12, 40, 2, 1),
        (2500, 28, 2, 1000),
    ):
        yield Table(
            row,
            column,
            tuple(
                Column(
                    f"x{n}",
                    chance.standard_normal(height),
                    formula=f"=A{ABOVE}*{ROW}+{n}" if n % 2 else None,
                    first="=0" if column == 6 and n == 1 else None,
                )
                for n in range(width)
            ),
        )


@pytest.mark.no_cover
@pytest.mark.parametrize("block", [1, 60, 64, 16_384, 10**6])
def test_tables_side_by_side_over_the_borders_of_blocks(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "BLOCK", block)
    loose = {(1, 5): Cell("note"), (3, 5): Cell(2.5, formula='=A1&"<"'), (4000, 1): Cell(True)}
    sheet = Sheet("Many", loose, tuple(_tables()))
    assert read(sheet) == expected(sheet)


def test_cells_of_a_row_stand_in_the_order_of_columns() -> None:
    cells = {(2, 4): Cell(4), (2, 1): Cell(1)}
    table = Table(1, 2, (Column("b", [2]), Column("c", [3])))
    (_, row) = rows(Sheet("Order", cells, (table,)), Index(len, len))
    assert [cell.get("r") for cell in etree.fromstring(row)] == ["A2", "B2", "C2", "D2"]


def test_nothing_but_headings() -> None:
    sheet = Sheet("Empty", tables=(Table(3, 1, (Column("x", [], first="=1", formula="=2"),)),))
    assert read(sheet) == {"A3": ("s", None, "x")} == expected(sheet)
    assert list(rows(Sheet("Bare"), Index(len, len))) == []


def test_a_long_table_takes_little_memory() -> None:
    height, width = 10_000, 20
    values = np.random.default_rng(0).standard_normal((width, height))
    columns = tuple(Column("x", v, formula=f"=A{ABOVE}+A{ROW}") for v in values)
    sheet = Sheet("Long", tables=(Table(1, 1, columns),))
    tracemalloc.start()
    written = sum(len(row) for row in rows(sheet, Index(len, len)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert written > 10_000_000
    assert peak < 5_000_000
