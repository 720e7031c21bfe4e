"""Every sheet of every shipped workbook against the rule of the first view, and the rule's own
tests: each kind of fault is planted and seen.
"""

from dataclasses import replace

import pytest

from tests.conftest import needs_torch
from tests.first_view import book_faults, differences, faults, listed
from tests.lettering import line_count, text_width
from tests.screen import Rectangle, Screen
from tests.shipped import BOOKS, NEEDS_TORCH, shipped_book
from toolkit.book.address import Area
from toolkit.book.page import PageBuilder
from toolkit.book.regions import around, of_style, open_areas
from toolkit.book.sheet import Chart, FirstView, Picture, Sheet
from toolkit.book.tables import Cell, Column, Table
from toolkit.book.theme import STYLES

NAMES = [pytest.param(n, marks=[needs_torch] if n in NEEDS_TORCH else []) for n in BOOKS]
CHART = Chart("c", "x", "y", (), row=5, column=3, width=8, height=6)  # 302 by 227 pixels
PICTURE = Picture(b"", "p", row=5, column=10, width=100, height=30)
CELLS = {
    (1, 1): Cell("A title", "title"),
    (2, 1): Cell("What is asked?"),
    (3, 1): Cell(0.5, "input"),
    (4, 1): Cell("What was found."),
}
VIEW = FirstView(Area.of(2, 1), (Area.of(3, 1),), (CHART,), Area.of(4, 1))
SOUND = Sheet("s", CELLS, charts=(CHART,), pictures=(PICTURE,), heights={1: 26.0}, first_view=VIEW)


@pytest.mark.no_cover
@pytest.mark.parametrize("name", NAMES)
def test_first_views_have_the_listed_faults_and_no_others(name: str) -> None:
    lines = differences(name, book_faults(shipped_book(name)), listed())
    assert not lines, "\n".join(
        [
            "",
            *lines,
            "Mend what is new. Where a sheet is still to be mended, or has been, write the list "
            f"anew: python -m tests.first_view {name}",
        ]
    )


def test_every_listed_sheet_exists() -> None:
    for book, sheets in listed().items():
        if book in BOOKS and book not in NEEDS_TORCH:
            assert sheets.keys() <= {sheet.name for sheet in shipped_book(book).sheets}
        else:
            assert book in BOOKS


def test_a_sound_sheet_has_no_fault() -> None:
    assert faults(SOUND) == []


def names(sheet: Sheet) -> list[str]:
    return [fault.name for fault in faults(sheet)]


def having(**cells: Cell) -> Sheet:
    """The sound sheet with further cells, by the address of each."""
    return SOUND.with_cells({(int(a[1:]), ord(a[0]) - 64): cell for a, cell in cells.items()})


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (FirstView(), ["declares nothing"]),
        (replace(VIEW, question=None), ["declares no question"]),
        (replace(VIEW, controls=()), ["declares no control"]),
        (replace(VIEW, effects=()), ["declares no effect"]),
        (replace(VIEW, finding=None), ["declares no finding"]),
        (
            replace(VIEW, controls=(Area.of(20, 1, 10),)),
            ["the control A20:A29 lies outside the first view"],
        ),
        (
            replace(VIEW, effects=(Area.of(1, 19, 1, 3),)),
            ["the effect S1:U1 lies outside the first view"],
        ),
    ],
)
def test_declarations(view: FirstView, expected: list[str]) -> None:
    assert names(replace(SOUND, first_view=view)) == expected


def test_a_sheet_without_open_cells_needs_no_control() -> None:
    sheet = SOUND.with_cells({(3, 1): Cell(0.5)})
    assert names(replace(sheet, first_view=replace(VIEW, controls=()))) == []


def test_an_effect_is_a_drawing_of_its_own_sheet() -> None:
    with pytest.raises(ValueError, match="s: an effect of the first view is a Chart that does not"):
        replace(SOUND, charts=(replace(CHART, row=6),))


def test_charts_and_texts_outside_the_first_view() -> None:
    low = replace(CHART, row=25)
    found = faults(replace(SOUND, charts=(low,), first_view=replace(VIEW, effects=(low,))))
    assert [str(fault) for fault in found] == [
        "the effect chart at C25 lies outside the first view (reaches 430 x 722 pixels)"
    ]
    long = having(A4=Cell("x " * 150))
    assert names(long) == ["the finding A4 lies outside the first view"]


def test_overlaps() -> None:
    near = replace(PICTURE, column=7, row=6)
    assert names(replace(SOUND, pictures=(near,))) == ["chart at C5 overlaps picture at G6"]
    written = having(D7=Cell(1.0), E9=Cell(2.0))
    assert names(written) == ["chart at C5 covers cells in D7:E9"]
    run = having(A6=Cell("a text that runs from its cell under the chart"))
    assert names(run) == ["chart at C5 covers cells in A6"]
    assert names(having(A6=Cell("a short text"), C4=Cell(1.0))) == []


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (
            {"A20": Cell("a text longer than its cell"), "B20": Cell(1.0)},
            "A20 is cut by the column",
        ),
        ({"B20": Cell("a text longer than its cell", "right"), "A20": Cell(1.0)}, "B20"),
        ({"A20": Cell("some words in a narrow cell", "wrapped")}, "A20 is cut by the row"),
        ({"A20": Cell("Incomprehensibilities", "wrapped")}, "A20 is cut by the column"),
        ({"A20": Cell("Large", "title")}, "A20 is cut by the row"),
    ],
)
def test_cut_texts(cells: dict[str, Cell], expected: str) -> None:
    (name,) = names(having(**cells))
    assert name.startswith(f"the text in {expected}")


def test_texts_that_are_not_cut() -> None:
    assert names(having(A20=Cell("a text longer than its cell"), F20=Cell(1.0))) == []
    merged = having(A20=Cell("some words in a merged cell", "wrapped"))
    assert names(replace(merged, merges=(Area.of(20, 1, 1, 4),))) == []
    tall = having(A20=Cell("some words in a cell", "wrapped"))
    assert names(replace(tall, heights={1: 26.0, 20: 60.0})) == []


def test_headings_of_tables_are_texts() -> None:
    columns = Column("a rather long heading", [1.0]), Column("b", [2.0])
    table = Table(20, 1, columns)
    assert names(replace(SOUND, tables=(table,))) == ["the text in A20 is cut by the column"]


def test_the_edge_of_frozen_panes() -> None:
    wide = having(A20=Cell("a text longer than its cell"), Z30=Cell(1.0))
    assert names(wide) == []
    assert names(replace(wide, freeze=(2, 2))) == [
        "the text in A2 is cut by the edge of the frozen columns",
        "the text in A4 is cut by the edge of the frozen columns",
        "the text in A20 is cut by the edge of the frozen columns",
    ]
    assert names(replace(SOUND, freeze=(2, 2))) == []  # nobody has to scroll to the right
    frozen = replace(SOUND, freeze=(7, 4))
    assert names(frozen) == [
        "chart at C5 is cut by the edge of the frozen columns",
        "chart at C5 is cut by the edge of the frozen rows",
    ]


def test_places_on_the_screen() -> None:
    sheet = Sheet("s", widths={1: 42.0, 3: 10.0}, heights={2: 26.0})
    screen = Screen(sheet)
    assert [screen.left(column) for column in (1, 2, 3, 4, 6)] == [0, 294, 358, 428, 556]
    assert [screen.top(row) for row in (1, 2, 3, 10)] == [0, 20, 55, 195]
    assert screen.area(Area.of(2, 2, 1, 2)) == Rectangle(294, 20, 428, 55)
    left, top, right, bottom = screen.effect(replace(PICTURE, row=2, column=2))
    assert (left, top, right - left, bottom - top) == (298, 23, 100, 30)
    left, top, right, bottom = screen.effect(replace(CHART, width=2.54, height=25.4))
    assert (right - left, bottom - top) == (96, 960)


def test_widths_of_texts() -> None:
    assert text_width("0" * 100, STYLES["text"]) == pytest.approx(743, abs=1)
    assert text_width("x", STYLES["bold"]) > text_width("x", STYLES["text"])
    assert text_width("a\nlong line", STYLES["text"]) == text_width("long line", STYLES["text"])
    assert line_count("one two three", STYLES["wrapped"], 1000) == 1
    assert line_count("one two three", STYLES["wrapped"], 30) == 3
    assert line_count("one\ntwo", STYLES["wrapped"], 1000) == 2


def test_a_page_hands_its_declarations_to_the_sheet() -> None:
    page = PageBuilder("p")
    page.charts.append(CHART)
    page.question, page.finding = (2, 1), (4, 1)
    page.controls.append(Area.of(3, 1))
    page.effects.append(CHART)
    assert page.finish().first_view == VIEW


def test_areas_of_cells() -> None:
    cells = {
        place: Cell(1.0, "input") for place in [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (5, 1)]
    }
    cells |= {(1, 3): Cell(1.0), (9, 4): Cell("x", "title")}
    found = ["A1:B2", "A3", "A5"]
    assert [area.relative for area in open_areas(cells)] == found
    assert around(cells) == Area(1, 1, 9, 4)
    assert of_style(cells, "title", "bold") == (Area.of(9, 4),)
    assert of_style(cells, "bold") == ()
