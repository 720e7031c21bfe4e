"""Files: whole, the same each time, and readable by everybody."""

import stat
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook
from openxml_audit import OpenXmlValidator

from tests.lint import faults
from tests.recalculation import cells
from toolkit.book.saving import check_workbook, replacing
from toolkit.book.sheet import Book, Cell, Column, Sheet, Table, letters
from toolkit.book.writer import write
from toolkit.errors import ToolkitError
from toolkit.network.derivation import LOSS
from toolkit.pages.backprop import backprop_book
from toolkit.pages.backprop.layout import Worked

SMALL = Book("Small", (Sheet("One", {(1, 1): Cell("<é & ü>"), (2, 1): Cell(2.5)}),))


def test_the_same_book_gives_the_same_bytes(tmp_path: Path, worked: Worked) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write(backprop_book(worked), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_every_formula_carries_its_value(class_book: Path) -> None:
    values, formulas = cells(class_book), cells(class_book, formulas=True)
    assert {name: set(sheet) for name, sheet in values.items()} == {
        name: set(sheet) for name, sheet in formulas.items()
    }
    count = sum(str(v).startswith("=") for sheet in formulas.values() for v in sheet.values())
    assert count > 19_000


def test_pandas_reads_the_table(class_book: Path, worked: Worked) -> None:
    frame = pd.read_excel(class_book, sheet_name="Rate E", header=2)
    assert list(frame.columns[:4]) == ["epoch", "i1", "i2", "w1"]
    np.testing.assert_array_equal(frame["E_total"], worked.trace.column(LOSS, 4))


def test_openxml_audit_finds_nothing(class_book: Path) -> None:
    assert OpenXmlValidator().validate(class_book).errors == []


def test_our_own_lint_finds_nothing(class_book: Path) -> None:
    assert faults(class_book) == []


def test_values_of_all_kinds(tmp_path: Path) -> None:
    columns = (
        Column("text", ["a & b", None]),
        Column("flag", [True, False]),
        Column("broken", [float("nan"), float("inf")], formula="=1/0"),
    )
    write(Book("Kinds", (Sheet("Kinds", tables=(Table(1, 1, columns),)),)), tmp_path / "k.xlsx")
    assert cells(tmp_path / "k.xlsx")["Kinds"] == {
        "A1": "text", "B1": "flag", "C1": "broken",
        "A2": "a & b", "B2": True, "C2": "#NUM!", "B3": False, "C3": "#NUM!",
    }  # fmt: skip


def test_texts_survive(tmp_path: Path) -> None:
    write(SMALL, tmp_path / "s.xlsx")
    assert load_workbook(tmp_path / "s.xlsx")["One"]["A1"].value == "<é & ü>"


def test_a_table_beyond_the_format_says_what_to_reduce() -> None:
    with pytest.raises(ToolkitError, match=r"do not fit a sheet.*use fewer training.epochs"):
        Table(1, 1, (Column("x", np.zeros(1_048_576)),))


def test_column_letters() -> None:
    assert [letters(n) for n in (1, 26, 27, 702, 703, 16_384)] == [
        "A", "Z", "AA", "ZZ", "AAA", "XFD",
    ]  # fmt: skip


def test_a_failure_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    out = tmp_path / "old.xlsx"
    out.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), replacing(out) as temporary:
        temporary.write_bytes(b"half")
        raise KeyboardInterrupt
    with pytest.raises(ToolkitError, match="written: No space left"), replacing(out):
        raise OSError(28, "No space left on device")
    assert out.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [out]


def test_a_workbook_in_use_keeps_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows refuses to replace a file that Excel holds open."""
    out = tmp_path / "open.xlsx"
    out.write_bytes(b"old")
    original = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target == out:
            raise PermissionError(13, "in use")
        return original(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(ToolkitError, match=r"in use .* is .*open \(new\)\.xlsx: close"):
        write(SMALL, out)
    assert out.read_bytes() == b"old"
    assert load_workbook(tmp_path / "open (new).xlsx")["One"]["A2"].value == 2.5


def test_where_a_workbook_may_go(tmp_path: Path) -> None:
    with pytest.raises(ToolkitError, match=r"give one that ends in \.xlsx"):
        check_workbook(tmp_path / "book.xls")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ToolkitError, match="choose another place"):
        check_workbook(tmp_path / "file" / "book.xlsx")
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(ToolkitError, match="this is a folder"):
        check_workbook(tmp_path / "folder.xlsx")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_a_workbook_is_readable_like_any_file(tmp_path: Path) -> None:
    write(SMALL, tmp_path / "s.xlsx")
    (tmp_path / "plain").touch()
    assert stat.S_IMODE((tmp_path / "s.xlsx").stat().st_mode) == stat.S_IMODE(
        (tmp_path / "plain").stat().st_mode
    )
