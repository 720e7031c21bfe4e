"""The lint itself: it sees each fault that was planted, and none in what the commands write."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests import books
from tests.lint import faults
from toolkit.book.grid import Grid
from toolkit.book.known import at, down
from toolkit.book.sheet import Book, Chart, Series, Sheet
from toolkit.book.tables import Cell, Column, Table
from toolkit.book.values import Value
from toolkit.book.writer import write

Damage = Callable[[str], str]
X: list[Value] = [0.5, 1.5, None, 4.0]
Y: list[Value] = [2, "text", 3, 4]
NAMES: list[Value] = ["a", "b", None, "d"]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sheet of numbers, texts, blanks and truth values, and a chart of each kind."""
    columns = (
        Column("x", X),
        Column("y", Y),
        Column("group", NAMES),
        Column("z", [0.1] * 4, formula="=A2"),
    )
    x, y = down("It's", 2, 1, X), down("It's", 2, 2, Y)
    name, groups = at("It's", 1, 2, "y"), down("It's", 2, 3, NAMES)
    charts = (
        Chart(
            title=at("It's", 8, 1, "title"),
            x_title="x",
            y_title="y",
            series=(Series(name, x, y),),
            row=10,
            column=1,
        ),
        Chart(
            title="Bars",
            x_title="x",
            y_title="y",
            series=(Series(name, groups, y),),
            row=30,
            column=1,
            bars=True,
        ),
    )
    cells = {(8, 1): Cell("title"), (8, 2): Cell(True), (8, 3): Cell("t", formula='="t"')}
    grids = (Grid(9, 1, np.array([[1, 2]]), "number"),)
    sheet = Sheet("It's", cells, (Table(1, 1, columns),), charts, grids=grids)
    path = tmp_path_factory.mktemp("lint") / "sound.xlsx"
    write(Book("b", (sheet,)), path)
    return path


def test_a_sound_book_has_no_fault(sound: Path) -> None:
    assert faults(sound) == []


def once(old: str, new: str) -> Damage:
    def damage(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, 1)

    return damage


def emptied(cache: str) -> Damage:
    """The first cache of a kind without its points."""

    def damage(text: str) -> str:
        first = re.search(rf"<{cache}>.*?</{cache}>", text, re.S)
        assert first
        return text.replace(first[0], re.sub(r"<pt .*?</pt>", "", first[0], flags=re.S), 1)

    return damage


CHART, BARS, CELLS = "xl/charts/chart1.xml", "xl/charts/chart2.xml", "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
DAMAGES: dict[str, tuple[str, Damage, str]] = {
    "no points": (CHART, emptied("numCache"), r"\$2:\$A\$5: point 0 is None, the cell holds 0.5"),
    "no title": (CHART, emptied("strCache"), r"\$A\$8: point 0 is None, the cell holds 'title'"),
    "no groups": (BARS, emptied("strCache"), r"point 0 is None, the cell holds 'y'"),
    "another number": (CHART, once("<v>1.5</v>", "<v>1.25</v>"), "point 1 is '1.25'"),
    "another name": (CHART, once("<v>y</v>", "<v>z</v>"), "point 0 is 'z', the cell holds 'y'"),
    "another group": (BARS, once("<v>d</v>", "<v>e</v>"), "point 3 is 'e', the cell holds 'd'"),
    "a point for a blank": (CHART, once('<pt idx="1">', '<pt idx="2">'), "point 1 is None"),
    "a number too few": (CHART, once('ptCount val="4"', 'ptCount val="3"'), "3 points counted"),
    "points beyond": (CHART, once('<pt idx="3">', '<pt idx="4">'), "more points than cells"),
    "points in disorder": (CHART, once('<pt idx="0"><v>0.5', '<pt idx="3"><v>0.5'), "out of order"),
    "another sheet": (CHART, once("$A$2:$A$5", "A:A"), "no range of a sheet in this workbook"),
    "no such sheet": (CHART, once("'It''s'!$A$2", "'Its'!$A$2"), "no range of a sheet"),
    "no cache": (
        CHART,
        lambda t: re.sub("<numCache>.*?</numCache>", "", t, count=1, flags=re.S),
        "no stored points",
    ),
    "broken XML": (STRINGS, once("<t ", "<t"), "not well-formed"),
    "a control character": (STRINGS, once(">title<", ">ti\x0btle<"), "not well-formed"),
    "a missing string": (CELLS, once('t="s"><v>0<', 't="s"><v>99<'), "'99' as type 's'"),
    "no index": (CELLS, once('t="s"><v>0<', 't="s"><v>-1<'), "'-1' as type 's'"),
    "numpy": (CELLS, once("<v>0.5<", "<v>np.float64(0.5)<"), r"A2: holds 'np.float64\(0.5\)'"),
    "nan": (CELLS, once("<v>0.5<", "<v>nan<"), "A2: holds 'nan'"),
    "infinity": (CELLS, once("<v>0.5<", "<v>1e999<"), "A2: holds '1e999'"),
    "a word for a truth value": (CELLS, once('t="b"><v>1<', 't="b"><v>True<'), "B8: holds 'True'"),
    "a loose text": (CELLS, once('t="b"><v>1<', 't="str"><v>1<'), "B8: holds '1' as type 'str'"),
    "an unknown error": (CELLS, once('t="b"><v>1<', 't="e"><v>#OOPS<'), "B8: holds '#OOPS'"),
    "no value": (CELLS, once("</f><v>0.1</v>", "</f>"), "D2: a formula without a value"),
    "a cell twice": (CELLS, once('r="B2"', 'r="A2"'), "A2: not right of the cell before it"),
    "a cell of another row": (CELLS, once('r="B3"', 'r="B7"'), "B7: in row 3"),
    "rows in disorder": (CELLS, once('<row r="3"', '<row r="2"'), "row 2: after row 2"),
    "a missing part": (
        "xl/_rels/workbook.xml.rels",
        once("sharedStrings.xml", "texts.xml"),
        "xl/texts.xml is missing",
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_each_planted_fault_is_seen(name: str, sound: Path, tmp_path: Path) -> None:
    part, damage, fault = DAMAGES[name]
    out = tmp_path / "damaged.xlsx"
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.namelist():
            text = old.read(entry)
            new.writestr(entry, damage(text.decode()) if entry == part else text)
    assert any(re.search(fault, actual) for actual in faults(out)), faults(out)


def test_an_entry_given_twice_is_seen(sound: Path, tmp_path: Path) -> None:
    out = tmp_path / "twice.xlsx"
    out.write_bytes(sound.read_bytes())
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(STRINGS, "<sst/>")
    assert f"{STRINGS}: twice in the file" in faults(out)


# The others take many seconds to write or to read.
ALL = [
    name if name == "mazur" else pytest.param(name, marks=pytest.mark.full)
    for name in books.commands()
]


@pytest.mark.no_cover
@pytest.mark.parametrize("name", ALL)
def test_what_the_commands_write_has_no_fault(name: str, tmp_path: Path) -> None:
    books.write(tmp_path, [name])
    assert faults(tmp_path / "exports" / f"{name}.xlsx") == []
