"""Files: whole, the same each time, and readable by everybody."""

import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lxml import etree
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit import OpenXmlValidator
from PIL import Image

from tests.lint import faults
from tests.recalculation import Office, cells
from toolkit.book.address import Area, letters
from toolkit.book.known import at, down
from toolkit.book.measure import Measure
from toolkit.book.sheet import (
    Book,
    Chart,
    Corner,
    Line,
    Picture,
    RowColour,
    Series,
    Sheet,
    Validation,
)
from toolkit.book.tables import Cell, Column, Table
from toolkit.book.theme import STYLES
from toolkit.book.writer import write
from toolkit.files.errors import ToolkitError
from toolkit.files.saving import check_workbook
from toolkit.network.derivation import LOSS
from toolkit.pages.backprop import backprop_book
from toolkit.pages.backprop.layout import LessonLayout

XDR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
DML = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
SMALL = Book("Small", (Sheet("One", {(1, 1): Cell("<é & ü>"), (2, 1): Cell(2.5)}),))


def png(ink: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), ink).save(out, "png")
    return out.getvalue()


def curve(y: list[float], name: str = "y", **options: object) -> Chart:
    xs = down("All", 5, 1, [0.0, 1.0, 2.0])
    series = Series(at("All", 4, 2, name), xs, down("All", 5, 2, y))
    chart = Chart(title="A curve", x_title="x", y_title="y", series=(series,), row=2, column=8)
    return replace(chart, **options)  # type: ignore[arg-type]


def everything() -> Sheet:
    """A sheet that uses all that a sheet can have."""
    columns = (
        Column("x", [0.0, 1.0, 2.0]),
        Column("y", [1.0, float("nan"), 3.0], outline=1),
        Column("z", [1.0, 2.0, 3.0], formula="=A\x01+1", outline=2, width=20),
    )
    red, blue = png("red"), png("blue")
    return Sheet(
        "All",
        cells={
            (1, 1): Cell("A title over three cells", "title"),
            (9, 1): Cell(0.5, "input"),
            (10, 1): Cell("b", "choice"),
            (9, 2): Cell("pass: within 1e-12"),
            (10, 2): Cell("fail: off by 0.1"),
            (9, 3): Cell(3.0, formula="=A7+1"),
            (11, 1): Cell("A sentence so long that it takes two lines of the cell.", "sentence"),
        },
        tables=(Table(4, 1, columns),),
        charts=(curve([1.0, float("nan"), 3.0]),),
        pictures=tuple(
            Picture(
                png=(red, blue)[n % 2],
                alt=f"A box & {n}",
                row=20 + n,
                column=2,
                width=30,
                height=15,
            )
            for n in range(64)
        ),
        lines=(
            Line(Corner(13, 1, 0, 0), Corner(16, 3, 1, 1), "D55E00", 2),
            Line((16, 1, 0.0, 1.0), (13, 3, 1.0, 0.0), weight=0.5),
            Line(Corner(14, 3), Corner(14, 1)),
            Line(Corner(15, 2, 0.5, 1), Corner(15, 2, 0.5, 0)),
        ),
        heights={1: 28.5, 11: 31.0, 18: 40.0},
        merges=(Area.of(1, 1, wide=3), Area.of(11, 1, wide=3)),
        protected=True,
        validations=(
            Validation(
                row=9,
                column=1,
                last_row=9,
                kind="number",
                title="A number",
                message="Any number.",
                error="Not a number.",
            ),
            Validation(
                row=5, column=1, last_row=7, kind="positive", title="A rate", message="More than 0."
            ),
            Validation(
                row=12,
                column=1,
                last_row=12,
                kind="positive",
                title="A rate",
                message="Up to 1.",
                most=1.0,
            ),
            Validation(
                row=13,
                column=1,
                last_row=13,
                kind="whole",
                title="A count",
                message="From 1 to 9.",
                least=1,
                most=9,
            ),
            Validation(
                row=10,
                column=1,
                last_row=10,
                kind="choice",
                title="A letter",
                message="Choose.",
                choices=("a", "b", 'the "c"'),
            ),
        ),
        verdicts=(Area(9, 2, 10, 3),),
    )


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("full") / "all.xlsx"
    write(Book("All", (everything(), replace(everything(), name="Again"))), path)
    return path


@pytest.fixture(scope="module")
def read(full: Path) -> Worksheet:
    return load_workbook(full)["All"]


def drawing(book: Path) -> etree._Element:
    with zipfile.ZipFile(book) as archive:
        return etree.fromstring(archive.read("xl/drawings/drawing1.xml"))


def about(shape: etree._Element) -> dict[str, str]:
    actual = next(shape.iter(f"{XDR}cNvPr"))
    return {str(name): str(value) for name, value in actual.attrib.items()}


@pytest.mark.no_cover
def test_the_same_book_gives_the_same_bytes(tmp_path: Path, worked: LessonLayout) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write(backprop_book(worked), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.no_cover
def test_all_that_a_sheet_can_have_gives_the_same_bytes(full: Path, tmp_path: Path) -> None:
    """In another process too, whose sets come in another order."""
    script = (
        "from pathlib import Path; from dataclasses import replace; from tests.test_book import *;"
        "write(Book('All', (everything(), replace(everything(), name='Again'))), Path('b.xlsx'))"
    )
    environment = {"PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parents[1])}
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "b.xlsx").read_bytes() == full.read_bytes()


def test_all_that_a_sheet_can_have_is_valid(full: Path) -> None:
    assert OpenXmlValidator().validate(full).errors == []
    broken = "All!B6: #NUM!", "Again!B6: #NUM!"  # the point that is not a number
    assert sorted(faults(full)) == sorted(broken)


def test_pictures_are_stored_once(full: Path) -> None:
    with zipfile.ZipFile(full) as archive:
        media = [name for name in archive.namelist() if name.startswith("xl/media/")]
        assert {archive.read(name) for name in media} == {png("red"), png("blue")}
    assert len(media) == 2
    pictures = [anchor for anchor in drawing(full) if anchor.find(f"{XDR}pic") is not None]
    assert len(pictures) == 64
    last = pictures[-1]
    assert about(last)["name"] == "Picture 64" and about(last)["descr"] == "A box & 63"
    extent = last.find(f"{XDR}ext")
    assert extent is not None
    assert (extent.get("cx"), extent.get("cy")) == (str(30 * 9525), str(15 * 9525))
    assert last.findtext(f"{XDR}from/{XDR}row") == "82"
    assert last.findtext(f"{XDR}from/{XDR}colOff") == str(4 * 9525)


def test_a_chart_says_what_it_shows(full: Path) -> None:
    frame = next(drawing(full).iter(f"{XDR}graphicFrame"))
    assert about(frame)["name"] == "Chart 1"
    assert about(frame)["descr"] == "Chart: A curve. y over x. Lines: y."
    assert curve([1.0], alt="It rises").description == "It rises"
    crowd = replace(curve([1.0]), series=curve([1.0]).series * 40)
    assert crowd.description == "Chart: A curve. y over x. 40 lines."


def test_lines_span_their_cells(full: Path) -> None:
    falls, rises, level, upright = drawing(full).findall(f"{XDR}twoCellAnchor")
    assert [
        a.get("flipV") for line in (falls, rises, level, upright) for a in line.iter(f"{DML}xfrm")
    ] == [None, "1", None, None]
    assert ends(falls) == ends(rises) == [0, 0, 12, 0, 3, 0, 16, 0]
    assert ends(level)[:2] == [0, 77 * 9525 // 2] and ends(level)[4] == 2
    assert ends(upright)[2:4] == [14, 0] and ends(upright)[6:] == [15, 0]
    pen = next(falls.iter(f"{DML}ln"))
    assert pen.get("w") == "25400" and next(pen.iter(f"{DML}srgbClr")).get("val") == "D55E00"


def ends(anchor: etree._Element) -> list[int]:
    return [int(str(part.text)) for marker in list(anchor)[:2] for part in marker]


def test_lines_know_widths_and_heights() -> None:
    measure = Measure(replace(everything(), widths={1: 4.0}))
    # Columns of 28, 77 and 140 pixels; a first row of 28.5 points and twelve of 15 but one of 31.
    assert measure.place(Corner(13, 4, 0.5, 0.5)) == (
        (28 + 77 + 140 + 32) * 9525,
        round((28.5 + 31 + 10 * 15 + 7.5) * 12700),
    )


def test_heights_and_merges(read: Worksheet) -> None:
    heights = {row: read.row_dimensions[row].height for row in (1, 2, 11, 18)}
    assert heights == {1: 28.5, 2: None, 11: 31.0, 18: 40.0}
    assert {str(area) for area in read.merged_cells.ranges} == {"A1:C1", "A11:C11"}


def test_only_inputs_can_be_changed(read: Worksheet) -> None:
    assert read.protection.sheet and not read.protection.password
    assert not read.protection.selectLockedCells and not read.protection.selectUnlockedCells
    free = {cell.coordinate for row in read for cell in row if not cell.protection.locked}
    assert free == {"A9", "A10"}


def test_validations(read: Worksheet) -> None:
    rules = {
        str(rule.sqref): (rule.type, rule.operator, rule.formula1, rule.formula2)
        for rule in read.data_validations.dataValidation
    }
    assert rules == {
        "A9": ("decimal", "between", "-1E+300", "1E+300"),
        "A5:A7": ("decimal", "greaterThan", "0", None),
        "A12": ("decimal", "between", "1E-300", "1.0"),
        "A13": ("whole", "between", "1", "9"),
        "A10": ("list", None, '"a,b,the ""c"""', None),
    }
    first, second, *_ = read.data_validations.dataValidation
    assert (first.promptTitle, first.prompt, first.error) == (
        "A number",
        "Any number.",
        "Not a number.",
    )
    assert first.showInputMessage and first.showErrorMessage and first.errorStyle == "stop"
    assert second.error == "More than 0."


def test_columns_fold_to_the_left(read: Worksheet, full: Path) -> None:
    levels = [read.column_dimensions[letter].outlineLevel for letter in "ABC"]
    assert levels == [0, 1, 2]
    assert read.sheet_format.outlineLevelCol == 2
    assert not read.sheet_properties.outlinePr.summaryRight


def test_verdicts_are_coloured(read: Worksheet) -> None:
    (actual,) = read.conditional_formatting
    assert str(actual.sqref) == "B9:C10"
    assert [rule.formula for rule in actual.rules] == [
        ['LEFT(B9,4)="pass"'],
        ['LEFT(B9,4)="fail"'],
    ]
    fills = [rule.dxf.fill.bgColor.rgb for rule in actual.rules]
    assert fills == ["00CDEBDF", "00F8C08A"]


def test_rows_are_coloured_by_the_text_in_them(tmp_path: Path) -> None:
    colours = (
        RowColour(Area(9, 2, 10, 3), 'a "b"', "9CCBEA"),
        RowColour(Area.of(4, 1), "c", "F3B98D"),
    )
    write(
        Book("Colours", (Sheet("s", {(9, 2): Cell("c")}, row_colours=colours),)),
        tmp_path / "t.xlsx",
    )
    first, second = load_workbook(tmp_path / "t.xlsx")["s"].conditional_formatting
    assert [str(each.sqref) for each in (first, second)] == ["B9:C10", "A4"]
    assert first.rules[0].formula == ['$B9="a ""b"""']
    assert first.rules[0].dxf.fill.bgColor.rgb == "009CCBEA"
    assert second.rules[0].formula == ['$A4="c"']


def test_charts_leave_out_what_is_no_number(full: Path, tmp_path: Path) -> None:
    assert points(full) == [("0", "1"), ("2", "3")]
    ended = replace(everything(), charts=(curve([1.0, float("inf"), 3.0], x_max=7.0),))
    write(Book("Ended", (ended,)), tmp_path / "e.xlsx")
    assert points(tmp_path / "e.xlsx") == [("0", "1"), ("2", "3")]
    with zipfile.ZipFile(tmp_path / "e.xlsx") as archive:
        assert b'<max val="7"/>' in archive.read("xl/charts/chart1.xml").replace(b"7.0", b"7")


def points(book: Path) -> list[tuple[str | None, str | None]]:
    with zipfile.ZipFile(book) as archive:
        root = etree.fromstring(archive.read("xl/charts/chart1.xml"))
    return [(p.get("idx"), p[0].text) for p in root.findall(".//{*}yVal//{*}pt")]


def test_libreoffice_keeps_it_all(full: Path, office: Office) -> None:
    again = office.recalculate(full)
    shapes = [
        (shape.tag, about(shape))
        for anchor in drawing(again)
        for shape in anchor
        if shape.find(f".//{XDR}cNvPr") is not None
    ]
    tags = [str(tag).removeprefix(XDR) for tag, _ in shapes]
    assert {tag: tags.count(tag) for tag in set(tags)} == {"pic": 64, "graphicFrame": 1, "cxnSp": 4}
    sheet = load_workbook(again)["All"]
    assert sheet.protection.sheet
    assert {str(rule.sqref) for rule in sheet.data_validations.dataValidation} == {
        "A9",
        "A5:A7",
        "A12",
        "A13",
        "A10",
    }
    assert sum(len(actual.rules) for actual in sheet.conditional_formatting) == 2
    assert cells(again)["All"]["C9"] == 3.0


LONG = "=" + "+".join(["A1"] * 2731)  # 8,193 characters
CURVE = curve([1.0])
RULE = Validation(row=1, column=1, last_row=1, kind="number", title="t", message="m")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "x" * 32}, "a name of 32 characters; use 1 to 31"),
        ({"name": "a/b"}, r"must not contain .* remove them"),
        (
            {"cells": {(2, 3): Cell(1.0, formula=LONG)}},
            "'All': the formula in C2 has 8,193 characters.* use smaller network.layers",
        ),
        ({"tables": (Table(1, 1, (Column("x", [1.0] * 8, formula=LONG[:-2] + "\x01"),)),)}, None),
        (
            {"tables": (Table(1, 1, (Column("x", [1.0] * 9, formula=LONG[:-2] + "\x01"),)),)},
            "formula in A10 has 8,193 characters",
        ),
        ({"charts": (replace(CURVE, series=CURVE.series * 256),)}, "256 lines.*smaller network"),
        (
            {"validations": (replace(RULE, kind="choice", choices=("x" * 99,) * 3),)},
            "choices for A1 have over 255 characters; list fewer",
        ),
        ({"validations": (replace(RULE, kind="choice", choices=("a,b",)),)}, "a comma in"),
        ({"validations": (replace(RULE, title="t" * 33),)}, "title .* over 32"),
        ({"validations": (replace(RULE, message="m" * 256),)}, "message .* over 255"),
    ],
)
def test_what_excel_refuses_is_not_written(
    change: dict[str, object], message: str | None, tmp_path: Path
) -> None:
    sheet = replace(Sheet("All"), **change)  # type: ignore[arg-type]
    if message is None:
        write(Book("All", (sheet,)), tmp_path / "a.xlsx")
        return
    with pytest.raises(ToolkitError, match=message):
        write(Book("All", (sheet,)), tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_two_sheets_of_one_name(tmp_path: Path) -> None:
    with pytest.raises(ToolkitError, match="two sheets are named 'One'"):
        write(Book("x", (Sheet("One"), Sheet("ONE"))), tmp_path / "x.xlsx")


@pytest.mark.parametrize(
    ("part", "damage", "fault"),
    [
        (
            "drawings/drawing1",
            lambda s: s.replace(' descr="A box &amp; 5"', ""),
            "xl/drawings/drawing1.xml: Picture 6 has no alternative text",
        ),
        (
            "drawings/drawing1",
            lambda s: s.replace('id="2"', 'id="1"'),
            "xl/drawings/drawing1.xml: two shapes of one number",
        ),
        (
            "worksheets/sheet1",
            lambda s: s.replace('prompt="Choose."', f'prompt="{"x" * 256}"'),
            "All!A10: prompt of over 255 characters",
        ),
        (
            "worksheets/sheet1",
            lambda s: s.replace('"a,b,', '"' + "x," * 140),
            "All!A10: a list of over 255 characters",
        ),
        ("worksheets/sheet1", lambda s: s.replace('ref="A11:C11"', 'ref="A1:C11"'), "overlaps"),
        (
            "worksheets/sheet1",
            lambda s: s.replace('ht="40.0"', 'ht="410.0"'),
            "All: row 18 higher than 409.5 points",
        ),
    ],
)
def test_our_lint_sees_what_the_schema_does_not(
    full: Path, tmp_path: Path, part: str, damage: Callable[[str], str], fault: str
) -> None:
    out = tmp_path / "damaged.xlsx"
    with zipfile.ZipFile(full) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == f"xl/{part}.xml":
                content = damage(content.decode()).encode()
                assert content != old.read(name)
            new.writestr(name, content)
    assert any(re.search(fault, actual) for actual in faults(out))


def test_every_formula_carries_its_value(class_book: Path) -> None:
    values, formulas = cells(class_book), cells(class_book, formulas=True)
    assert {name: set(sheet) for name, sheet in values.items()} == {
        name: set(sheet) for name, sheet in formulas.items()
    }
    count = sum(str(v).startswith("=") for sheet in formulas.values() for v in sheet.values())
    assert count > 19_000


def test_pandas_reads_the_table(class_book: Path, worked: LessonLayout) -> None:
    frame = pd.read_excel(class_book, sheet_name="Rate E", header=3)
    assert list(frame.columns[:4]) == ["epoch", "E_total", "w1", "w2"]
    np.testing.assert_array_equal(frame["E_total"], worked.trace.column(LOSS, 4))


@pytest.mark.no_cover
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
        "A1": "text",
        "B1": "flag",
        "C1": "broken",
        "A2": "a & b",
        "B2": True,
        "C2": "#NUM!",
        "B3": False,
        "C3": "#NUM!",
    }


def test_texts_survive(tmp_path: Path) -> None:
    write(SMALL, tmp_path / "s.xlsx")
    assert load_workbook(tmp_path / "s.xlsx")["One"]["A1"].value == "<é & ü>"


def test_a_table_beyond_the_format_says_what_to_reduce() -> None:
    with pytest.raises(ToolkitError, match=r"do not fit a sheet.*use fewer training.epochs"):
        Table(1, 1, (Column("x", np.zeros(1_048_576)),))


def test_column_letters() -> None:
    assert [letters(n) for n in (1, 26, 27, 702, 703, 16_384)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
        "XFD",
    ]


def test_where_a_workbook_may_go(tmp_path: Path) -> None:
    with pytest.raises(ToolkitError, match=r"give one that ends in \.xlsx"):
        check_workbook(tmp_path / "book.xls")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ToolkitError, match="choose another place"):
        check_workbook(tmp_path / "file" / "book.xlsx")
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(ToolkitError, match="this is a folder"):
        check_workbook(tmp_path / "folder.xlsx")


def test_formats_of_numbers_are_without_conditions() -> None:
    # LibreOffice leaves out the minus sign of a number that falls into the last of three sections.
    # A format that shows only words may have conditions.
    formats = {name: re.sub('"[^"]*"', "", each.number_format) for name, each in STYLES.items()}
    assert not [
        n for n, form in formats.items() if "[" in form and re.search("[0#?](?![^[]*])", form)
    ]
