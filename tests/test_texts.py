"""Texts in a workbook: whole and unchanged for every reader, or refused by name."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook

from tests.lint import faults
from tests.parts import decoded, stored
from tests.recalculation import Office, cells
from toolkit.book.grid import Grid
from toolkit.book.known import at, down
from toolkit.book.sheet import Book, Chart, Picture, Series, Sheet, Validation
from toolkit.book.tables import Cell, Column, Table
from toolkit.book.texts import unambiguous, xstring
from toolkit.book.writer import write
from toolkit.files.errors import ToolkitError

FORBIDDEN = ["\x00", "\x08", "\x0b", "\x0c", "\x1f", "\ufffe", "\uffff", "\ud800", "\udfff"]
ALLOWED = "a\tb\x7f\x85\u2028\ufffd\U0001f600z"


def table(**changes: object) -> Sheet:
    column = replace(Column("x", [1.0, 2.0]), **changes)  # type: ignore[arg-type]
    return Sheet("S", tables=(Table(3, 2, (column,)),))


def chart(**changes: object) -> Sheet:
    line = Series(at("S", 1, 1, "name"), down("S", 1, 2, [1, 2]), down("S", 1, 3, [1, 2]))
    plain = Chart(title="title", x_title="x", y_title="y", series=(line,), row=5, column=5)
    return Sheet("S", charts=(replace(plain, **changes),))  # type: ignore[arg-type]


def rule(**changes: object) -> Sheet:
    plain = Validation(
        row=4, column=2, last_row=4, kind="choice", title="title", message="message", choices=("a",)
    )
    return Sheet("S", validations=(replace(plain, **changes),))  # type: ignore[arg-type]


def grid(**changes: object) -> Sheet:
    plain = Grid(4, 2, np.array([[1.0]]), "text")
    return Sheet("S", grids=(replace(plain, **changes),))  # type: ignore[arg-type]


PLACES: dict[str, tuple[Callable[[str], Sheet], str]] = {
    "cell": (lambda t: Sheet("S", {(2, 3): Cell(t)}), "the text in C2"),
    "computed text": (lambda t: Sheet("S", {(2, 3): Cell(t, formula='="a"')}), "the text in C2"),
    "formula": (lambda t: Sheet("S", {(2, 3): Cell("a", formula=f'="{t}"')}), "formula in C2"),
    "link": (lambda t: Sheet("S", {(2, 3): Cell("a", link=t)}), "the link in C2"),
    "heading": (lambda t: table(heading=t), "the heading in B3"),
    "column": (lambda t: table(values=["a", t]), "the text in B5"),
    "column's formula": (lambda t: table(formula=f'="{t}"'), "the formula in B5"),
    "first formula": (lambda t: table(first=f'="{t}"'), "the formula in B4"),
    "grid": (lambda t: grid(values=np.array([["a", t]], object)), "the text in C4"),
    "grid's formula": (lambda t: grid(formula=f'="{t}"'), "the formula of the grid at B4"),
    "turns": (lambda t: grid(turns=((f'="{t}"',),)), "the formula of the grid at B4"),
    "picture": (
        lambda t: Sheet(
            "S", pictures=(Picture(png=b"", alt=t, row=1, column=1, width=1, height=1),)
        ),
        "of a picture",
    ),
    "chart's title": (lambda t: chart(title=t), "of a chart"),
    "axis": (lambda t: chart(x_title=t, alt="curve"), "a title of a chart"),
    "chart's description": (lambda t: chart(alt=t), "the description of a chart"),
    "title of a message": (lambda t: rule(title=t), "the message at B4"),
    "message": (lambda t: rule(message=t), "the message at B4"),
    "refusal": (lambda t: rule(error=t), "the message at B4"),
    "choice": (lambda t: rule(choices=("a", t)), "the message at B4"),
    "rule": (lambda t: rule(kind="formula", formula=f'="{t}"'), "the message at B4"),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("character", FORBIDDEN, ids=lambda c: f"U+{ord(c):04X}")
def test_what_xml_forbids_is_refused_by_name(place: str, character: str, tmp_path: Path) -> None:
    if character == "\x00" and "formula" in place:
        character = "\x05"  # a null would do as well; the markers of rows are from 1 to 4
    sheet, named = PLACES[place]
    code = f"{ord(character):04X}"
    message = rf"^sheet 'S': .*{re.escape(named)} holds the character U\+{code} at .*; remove it$"
    with pytest.raises(ToolkitError, match=message):
        write(Book("b", (sheet(f"x{character}y"),)), tmp_path / "b.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("character", FORBIDDEN, ids=lambda c: f"U+{ord(c):04X}")
def test_titles_and_names_are_refused_too(character: str, tmp_path: Path) -> None:
    with pytest.raises(ToolkitError, match=r"^the workbook's title holds the character U"):
        write(Book(f"b{character}", (Sheet("S"),)), tmp_path / "b.xlsx")
    with pytest.raises(ToolkitError, match=r"^sheet .*: "):
        write(Book("b", (Sheet(f"S{character}"),)), tmp_path / "b.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a\nb", "a\tb", "a\rb", "_x0041_"])
def test_names_that_programs_read_differently(name: str, tmp_path: Path) -> None:
    with pytest.raises(ToolkitError, match=r"remove them|write it differently"):
        write(Book("b", (Sheet(name),)), tmp_path / "b.xlsx")


def test_a_choice_that_programs_read_differently(tmp_path: Path) -> None:
    with pytest.raises(
        ToolkitError, match=r"a choice for B4 holds _xHHHH_, .* write it differently"
    ):
        write(Book("b", (rule(choices=("_x0041_",)),)), tmp_path / "b.xlsx")


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("_x0041_", "_x005F_x0041_"),
        ("a_x00e9_b", "a_x005F_x00e9_b"),
        ("_x41_", "_x41_"),
        ("_xlfn.", "_xlfn."),
        ("_X0041_", "_X0041_"),
        ("a\rb\r\n", "a_x000D_b_x000D_\n"),
        ("_x005F_x0041_", "_x005F_x005F_x005F_x0041_"),
        ("_x0041_x0042_", "_x005F_x0041_x005F_x0042_"),
        ("__x000D_", "__x005F_x000D_"),
        ("plain", "plain"),
    ],
)
def test_escaped_strings(text: str, escaped: str) -> None:
    assert xstring(text) == escaped
    assert decoded(escaped) == text


@pytest.mark.parametrize(
    ("formula", "joined"),
    [
        ('="_x0041_"', '=("_"&"x0041_")'),
        (
            '=IF(A1="a_x0041_x0042_","""_x0043_",1)',
            '=IF(A1=("a_"&"x0041_"&"x0042_"),("""_"&"x0043_"),1)',
        ),
        ("='it''s \"_x0041_\"'!A1&\"_x0041_\"", '=\'it\'\'s "_x0041_"\'!A1&("_"&"x0041_")'),
        ("=_xlfn.STDEV.S(A1:A3)", "=_xlfn.STDEV.S(A1:A3)"),
        ('=A1&"_x"&"0041_"', '=A1&"_x"&"0041_"'),
    ],
)
def test_texts_in_formulas_never_look_like_escapes(formula: str, joined: str) -> None:
    assert unambiguous(formula) == joined


ODD = [
    "_x0041_",
    "_x005F_x0041_",
    "a\rb",
    "a\r\nb",
    "a\nb",
    "tab\there",
    "<&>\"'",
    ALLOWED,
    " edge ",
]


def length(text: str) -> int:
    """As LEN counts: in units of UTF-16."""
    return len(text.encode("utf-16-le")) // 2


@pytest.fixture(scope="module")
def odd_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each text as it stands, beside a formula, within one, and with lengths to tell."""
    made: dict[tuple[int, int], Cell] = {}
    for row, text in enumerate(ODD, 1):
        quoted = text.replace('"', '""')
        made |= {
            (row, 1): Cell(text),
            (row, 2): Cell(text, formula=f"=A{row}"),
            (row, 3): Cell(text, formula=f'="{quoted}"'),
            (row, 4): Cell(length(text), formula=f"=LEN(A{row})"),
            (row, 5): Cell(True, formula=f"=A{row}=C{row}"),
        }
    column = Column("texts", ODD, formula='="_x0041_"')
    blocks = Grid(1, 9, np.array([[text] for text in ODD]), "text")
    line = Series(
        at("Odd", 1, 1, ODD[0]), down("Odd", 1, 1, ODD), down("Odd", 1, 4, [length(ODD[0])])
    )
    charts = (
        Chart(
            title=at("Odd", 2, 1, ODD[1]),
            x_title="x",
            y_title="y",
            series=(line,),
            row=20,
            column=1,
            bars=True,
        ),
    )
    rules = (
        Validation(
            row=1,
            column=1,
            last_row=1,
            kind="number",
            title="_x0041_",
            message="say _x0041_",
            error="_x0042_",
        ),
    )
    sheet = Sheet(
        "Odd", made, (Table(1, 7, (column,)),), charts, grids=(blocks,), validations=rules
    )
    path = tmp_path_factory.mktemp("odd") / "odd.xlsx"
    write(Book("_x0041_ & é", (sheet,)), path)
    return path


def test_odd_texts_are_stored_whole(odd_book: Path) -> None:
    parts, damaged = stored(odd_book)
    assert damaged == []
    for row, text in enumerate(ODD, 1):
        held = [parts.sheets["Odd"][f"{letter}{row}"] for letter in "ABCI"]
        assert held == [text] * 4, text
        assert parts.sheets["Odd"][f"G{row + 1}"] == text
    assert [fault for fault in faults(odd_book) if "$D$1" not in fault] == []


def test_openpyxl_reads_odd_texts(odd_book: Path) -> None:
    # openpyxl takes away the escape of an underscore, wherever it stands, and knows no other.
    read = {text: text.replace("\r", "_x000D_").replace("x005F_", "") for text in ODD}
    book = load_workbook(odd_book)
    assert {text: book["Odd"].cell(row, 1).value for row, text in enumerate(ODD, 1)} == read
    assert book.properties.title == "_x0041_ & é"
    (validation,) = book["Odd"].data_validations.dataValidation
    assert validation.prompt == "say _x005F_x0041_"


def test_libreoffice_reads_odd_texts(odd_book: Path, office: Office) -> None:
    actual = cells(office.recalculate(odd_book))["Odd"]
    for row, text in enumerate(ODD, 1):
        # LibreOffice keeps a carriage return and a line feed in a cell as one end of a line, and
        # counts characters where Excel counts halves of surrogate pairs.
        kept = text.replace("\r\n", "\n")
        assert actual[f"D{row}"] == len(kept), text
        assert actual[f"E{row}"] is (kept == text), text
