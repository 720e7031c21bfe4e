"""Pictures of first views: what is missing is said in one line, and a picture shows the sheet."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from tests import look
from tests.first_view import HEIGHT, WIDTH
from toolkit.book.sheet import Book, Sheet
from toolkit.book.tables import Cell
from toolkit.book.theme import INPUT_FILL
from toolkit.book.writer import write


def test_what_is_missing_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    book = tmp_path / "book.xlsx"
    book.touch()
    monkeypatch.setattr(shutil, "which", lambda program: None)
    with pytest.raises(SystemExit) as caught:
        look.main([str(book)])
    assert caught.value.code == (
        "To look at sheets, install soffice (libreoffice-calc), Xvfb (xvfb), "
        "the font Carlito (fonts-crosextra-carlito)"
    )


def test_a_missing_workbook_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(look, "missing", list)
    path = tmp_path / "none.xlsx"
    with pytest.raises(SystemExit, match=f"^{path}: no such workbook$"):
        look.main([str(path)])


@pytest.mark.parametrize("number", ["x", "1,,x", "0", "-1"])
def test_faulty_numbers_of_sheets(
    number: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit):
        look.main([str(tmp_path / "book.xlsx"), f"--sheets={number}"])
    assert "numbers of sheets, counted from 1" in capsys.readouterr().err


@pytest.mark.full
@pytest.mark.parametrize("freeze", [None, (4, 2)])
def test_a_picture_begins_at_the_first_cell(freeze: tuple[int, int] | None, tmp_path: Path) -> None:
    yellow = {(row, 1): Cell(1, "input") for row in (1, 2, 3)}
    plain = Sheet("plain", {(1, 1): Cell("text")})
    book = Book("b", (plain, Sheet("yellow", yellow, freeze=freeze)))
    write(book, tmp_path / "book.xlsx")
    (path,) = look.look([tmp_path / "book.xlsx"], tmp_path / "out", [2])
    assert path == tmp_path / "out" / "book" / "02 yellow.png"
    with Image.open(path) as picture:
        assert picture.size == (WIDTH, HEIGHT)
        fill = tuple(bytes.fromhex(INPUT_FILL))
        assert picture.getpixel((8, 8)) == picture.getpixel((8, 48)) == fill
        assert picture.getpixel((8, 70)) == picture.getpixel((200, 8)) == (255, 255, 255)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.xlsx", "out"]
