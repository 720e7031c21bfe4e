"""Every workbook, recalculated by four engines that share no code."""

from pathlib import Path

import pytest

from tests.engines import (
    BOOKS,
    ENGINES,
    TABLE,
    document,
    examine,
    only_by_libreoffice,
    rows,
    rows_in,
)
from tests.oracles.comparison import Difference, differences, roots
from tests.oracles.limits import LIMITS, Limit, explanation
from tests.oracles.planted import without_values
from tests.oracles.reading import read
from tests.recalculation import Cells, Office, cells
from toolkit.book.known import Known, at, down
from toolkit.book.live import computed
from toolkit.book.sheet import Book, Sheet
from toolkit.book.tables import Cell
from toolkit.book.writer import write
from toolkit.symbols.bounds import divisor
from toolkit.symbols.equation import quantity
from toolkit.symbols.excel import excel
from toolkit.symbols.lookups import first_at_most, lookup_across
from toolkit.symbols.numeric import value
from toolkit.symbols.records import mean_of_records

A, B, C = (quantity(name) for name in "ABC")


@pytest.mark.full
@pytest.mark.parametrize("name", BOOKS)
def test_every_engine_agrees_or_is_known_not_to(name: str, tmp_path: Path) -> None:
    findings = examine(name, tmp_path)
    assert not findings.unexplained
    assert not only_by_libreoffice(findings)
    assert rows(findings) == rows_in(TABLE.read_text(encoding="utf-8"), name), (
        "tests/engines.md is not what the code gives: python -m tests.engines"
    )


@pytest.mark.full
@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_does_not_believe_a_planted_value(engine: str, tmp_path: Path) -> None:
    planted = {(1, 1): Cell(2.0), (1, 2): Cell(99.0, formula="=A1*3"), (1, 3): Cell("=A1")}
    write(Book("Canary", (Sheet("Canary", planted),)), tmp_path / "canary.xlsx")
    formulas, values = read(tmp_path / "canary.xlsx")
    assert values["Canary"] == {"A1": 2, "B1": 99, "C1": "=A1"}
    assert ENGINES[engine](tmp_path / "canary.xlsx", formulas) == {"Canary": {"B1": 6}}
    assert without_values(tmp_path / "canary.xlsx", tmp_path / "planted.xlsx") == 1
    assert ENGINES[engine](tmp_path / "planted.xlsx", formulas) == {"Canary": {"B1": 6}}


def test_the_table_tells_of_every_workbook_and_of_every_limit() -> None:
    text = TABLE.read_text(encoding="utf-8")
    assert document(rows_in(text, name) for name in BOOKS) == text
    reasons = [line.strip("| ").split(" | ") for line in text.splitlines()]
    told = {(engine, reason) for _, engine, _, reason in (r for r in reasons if len(r) == 4)}
    unused = [limit for limit in LIMITS if (limit.engine, limit.sentence) not in told]
    assert not unused, "these explain no cell any more: remove them from tests/oracles/limits.py"


def test_the_reader_finds_what_openpyxl_finds(class_book: Path) -> None:
    formulas, values = read(class_book)
    assert {s: {p: v for p, v in c.items() if v != ""} for s, c in values.items()} == cells(
        class_book
    )
    theirs = cells(class_book, formulas=True)
    assert formulas == {
        sheet: {p: text for p, text in places.items() if str(text).startswith("=")}
        for sheet, places in theirs.items()
    }


def test_a_difference_begins_in_the_cell_that_reads_no_other() -> None:
    formulas: Cells = {
        "S": {"A1": "=LOG10(5)", "A2": "='T'!$B$3*2", "A3": '=SUM(A$1:A2)&"A4"'},
        "T": {"B3": "=7", "AZ1": "=B4"},
    }
    expected: Cells = {"S": {"A1": 1.0, "A2": 2.0, "A3": "3"}, "T": {"B3": 1.0, "AZ1": 0.0}}
    actual: Cells = {"S": {"A1": 1.0, "A2": 2.5, "A3": "#VALUE!"}, "T": {"B3": 1.25, "AZ1": 1e-11}}
    different = differences(formulas, expected, actual, {})
    assert [(d.sheet, d.place) for d in different] == [("S", "A2"), ("S", "A3"), ("T", "B3")]
    assert [d.place for d in roots(different)] == ["B3"]
    assert [d.is_error for d in different] == [False, True, False]
    assert differences(formulas, expected, actual, {("T", "B3"): 1e10})[-1].place == "A3"


@pytest.mark.parametrize(
    ("formula", "actual", "sentence"),
    [
        ("=SUM(FIXED(A1,2))", "#NAME?", "no FIXED"),
        ("=SUM(FIXED(A1,2))", 3.0, None),
        ('="FIXED("&A1', "#NAME?", None),
        ("=SUM(A1)", "#NAME?", None),
    ],
)
def test_a_limit_explains_no_other_formula_and_no_other_answer(
    formula: str, actual: object, sentence: str | None
) -> None:
    limits = [Limit("One", "no FIXED", r"\bFIXED\(", r"#NAME\?")]
    difference = Difference("S", "A1", formula, 0.0, actual)
    assert explanation(difference, "One", limits) == sentence
    assert explanation(difference, "Other", limits) is None


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (lookup_across(A, B, C), "INDEX(A,1,MATCH(C,B,0))"),
        (first_at_most(A, B), "SUMPRODUCT(MATCH(1,--(A<=B),0))-1"),
        (divisor(A), "MAX(10^-12,A)"),
    ],
)
def test_a_formula_that_every_engine_reads(formula: object, text: str) -> None:
    assert excel(formula, lambda symbol: symbol.name) == text


def test_the_mean_of_records_needs_no_averageifs() -> None:
    assert "AVERAGEIF(B,C,A)" in excel(mean_of_records(A, B, C), lambda symbol: symbol.name)


def test_no_formula_of_a_lesson_counts_its_rows_in_an_array(class_book: Path) -> None:
    formulas = [text for places in read(class_book)[0].values() for text in places.values()]
    assert not [text for text in formulas if "SUMPRODUCT(MIN(" in str(text) or "ROW(" in str(text)]


LOSSES = {
    "falls": [5.0, 2.0, 0.9, 0.5],
    "falls and rises": [5.0, 0.9, 2.0, 0.5, 7.0],
    "at the start": [0.1, 2.0],
    "at the bound": [3.0, 1.0, 0.5],
    "at the end": [3.0, 2.0, 1.5, 1.0],
    "just above": [3.0, 1.0000001, 0.5],
}


def test_the_first_loss_at_most_a_bound(tmp_path: Path, office: Office) -> None:
    sheets = []
    for name, losses in LOSSES.items():
        given = {(row, 1): Cell(loss) for row, loss in enumerate(losses, 1)} | {(1, 2): Cell(1.0)}
        known: dict[object, Known] = {A: down(name, 1, 1, losses), B: at(name, 1, 2, 1.0)}
        answer = computed(first_at_most(A, B), known, "integer")
        assert answer.value == next(n for n, loss in enumerate(losses) if loss <= 1)
        sheets.append(Sheet(name, given | {(1, 3): answer}))
    write(Book("Losses", tuple(sheets)), tmp_path / "losses.xlsx")
    ours = cells(tmp_path / "losses.xlsx")
    assert office.values(tmp_path / "losses.xlsx") == ours


def test_no_loss_at_most_a_bound_is_no_number() -> None:
    assert str(value(first_at_most(A, B), {A: [3.0, 2.0], B: 1.0})) == "nan"
