"""LibreOffice runs once for many workbooks, and is started again where it has died."""

import time
from pathlib import Path

from tests.recalculation import Office, cells
from toolkit.book.sheet import Book, Sheet
from toolkit.book.tables import Cell
from toolkit.book.values import Value
from toolkit.book.writer import write


def planted(out: Path) -> Path:
    """A workbook with a wrong value in B1, which is 6 once it is computed."""
    wrong = {(1, 1): Cell(2.0), (1, 2): Cell(99.0, formula="=A1*3")}
    write(Book("Canary", (Sheet("Canary", wrong),)), out)
    return out


def test_one_process_recalculates_one_workbook_after_another(
    office: Office, tmp_path: Path
) -> None:
    before = office.process_id
    for name in ("a.xlsx", "b.xlsx"):
        assert cells(office.recalculate(planted(tmp_path / name)))["Canary"]["B1"] == 6
    assert office.process_id == before


def test_a_libreoffice_that_died_is_started_again(office: Office, tmp_path: Path) -> None:
    before = office.process_id
    office.close()
    assert cells(office.recalculate(planted(tmp_path / "c.xlsx")))["Canary"]["B1"] == 6
    assert office.process_id not in (None, before)


def test_a_recalculated_workbook_of_an_earlier_call_is_not_taken_for_a_new_one(
    office: Office, tmp_path: Path
) -> None:
    first = office.recalculate(planted(tmp_path / "d.xlsx")).stat().st_mtime_ns
    time.sleep(0.01)
    assert office.recalculate(tmp_path / "d.xlsx").stat().st_mtime_ns > first


def test_values_are_what_a_recalculated_workbook_holds(office: Office, tmp_path: Path) -> None:
    formulas: dict[str, Value] = {
        "=1/0": "#DIV/0!",
        '="é"&"<"': "é<",
        "=1/3": 1 / 3,
        "=1<2": True,
        '=""': "",
        "=NA()": "#N/A",
        "=1E308*10": "#NUM!",
        '="x"+1': "#VALUE!",
    }
    held = {
        (3, 27 + n): Cell(value, formula=formula)
        for n, (formula, value) in enumerate(formulas.items())
    }
    book = tmp_path / "every.xlsx"
    write(Book("Every", (Sheet("It's", held), Sheet("Blank", {(1, 1): Cell("")}))), book)
    actual, saved = office.values(book), cells(office.recalculate(book))
    assert actual == cells(book)
    # LibreOffice saves fifteen digits.
    assert actual["It's"].pop("AC3") == 1 / 3
    assert saved["It's"].pop("AC3") != 1 / 3
    assert actual == saved
    assert not list(tmp_path.glob("*.json"))
