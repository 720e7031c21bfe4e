"""Sheets that no spreadsheet reads as they are meant: refused, with the place and the cure."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel, ValidationError
from typer.testing import CliRunner

from toolkit.book.grid import Grid
from toolkit.book.sheet import Book, Sheet
from toolkit.book.tables import Cell, Column, Table
from toolkit.book.writer import write
from toolkit.commands.cli import app
from toolkit.convnet import template as models
from toolkit.experiments import results
from toolkit.files.errors import ToolkitError
from toolkit.files.templates import find, shipped
from toolkit.network.lesson import changed, load

TABLE = Table(2, 2, (Column("a", [1.0, 2.0]), Column("b", [3.0, 4.0])))  # B2:C4
GRID = Grid(6, 2, np.array([[1.0, np.nan], [3.0, 4.0]]), "number")  # B6:C7
LOW = Table(7, 3, (Column("c", [1.0]),))  # C7:C8


def sheet(*cells: tuple[int, int], **parts: Any) -> Sheet:
    return Sheet("S", dict.fromkeys(cells, Cell("x")), **parts)


@pytest.mark.parametrize(
    ("faulty", "message"),
    [
        (sheet((2, 2), tables=(TABLE,)), "the cell B2 lies in the table in B2:C4; move it"),
        (sheet((1, 1), (4, 3), tables=(TABLE,)), "the cell C4 lies in the table in B2:C4"),
        (sheet((7, 2), grids=(GRID,)), "the cell B7 lies in the grid in B6:C7; move it"),
        # A cell that the grid leaves out would stand in the wrong order.
        (sheet((6, 3), grids=(GRID,)), "the cell C6 lies in the grid in B6:C7"),
        (
            sheet(tables=(LOW,), grids=(GRID,)),
            "the table in C7:C8 overlaps the grid in B6:C7; move one of them",
        ),
        (sheet(tables=(TABLE, TABLE)), "the table in B2:C4 overlaps the table in B2:C4"),
        (
            sheet(grids=(GRID, Grid(5, 1, np.ones((2, 2)), "number"))),
            "the grid in B6:C7 overlaps the grid in A5:B6",
        ),
    ],
)
def test_no_cell_is_given_twice(faulty: Sheet, message: str, tmp_path: Path) -> None:
    with pytest.raises(ToolkitError, match=f"^sheet 'S': {message}"):
        write(Book("b", (faulty,)), tmp_path / "b.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_neighbours_are_no_overlap(tmp_path: Path) -> None:
    around = [(r, c) for r in range(1, 9) for c in range(1, 5)]
    free = [p for p in around if not (2 <= p[0] <= 4 or 6 <= p[0] <= 7) or p[1] in (1, 4)]
    right = Grid(6, 5, np.ones((2, 2)), "number")
    write(Book("b", (sheet(*free, tables=(TABLE,), grids=(GRID, right)),)), tmp_path / "b.xlsx")


FORMULAS: list[Callable[[str], object]] = [
    lambda f: Cell(1.0, formula=f),
    lambda f: Column("x", [1.0], formula=f),
    lambda f: Column("x", [1.0], first=f),
    lambda f: Grid(1, 1, np.ones((1, 1)), "number", f),
    lambda f: Grid(1, 1, np.ones((1, 1)), "number", turns=((f,),)),
]


@pytest.mark.parametrize("place", FORMULAS)
@pytest.mark.parametrize("formula", ["A1+1", " =A1", "=", ""])
def test_a_formula_begins_with_an_equals_sign(place: Callable[[str], object], formula: str) -> None:
    with pytest.raises(ToolkitError, match="does not begin with =; put it before it"):
        place(formula)
    place("=A1")


def test_a_result_whose_name_no_workbook_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = results.shipped().read_text(encoding="utf-8")
    _, _, *values = text.splitlines()[1].split(",")
    text += ",".join(["0123456789ab", "a\x0bb", *values]) + "\n"
    (tmp_path / "odd.csv").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["concepts", "--results", "odd.csv", "--out", "c.xlsx"])
    assert done.exit_code == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    assert not (tmp_path / "c.xlsx").exists()


TEMPLATES: dict[str, BaseModel] = {
    **{name: load(name) for name in shipped("lessons")},
    **{name: models.load(name)[0] for name in shipped("models")},
}


def held(value: object) -> list[object]:
    """A value and all that it holds, however deep."""
    if isinstance(value, BaseModel):
        parts = [getattr(value, name) for name in type(value).model_fields]
    else:
        parts = list(value) if isinstance(value, tuple | list | set | dict) else []
    return [value, *(one for part in parts for one in held(part))]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_cannot_be_changed(name: str) -> None:
    actual = held(TEMPLATES[name])
    assert [one for one in actual if isinstance(one, list | dict | set)] == []
    for part in actual:
        if isinstance(part, BaseModel):
            with pytest.raises(ValidationError):
                setattr(part, next(iter(type(part).model_fields)), None)
    hash(TEMPLATES[name])


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_read_back_from_what_it_says(name: str) -> None:
    template = TEMPLATES[name]
    assert type(template).model_validate(template.model_dump()) == template
    text = template.model_dump_json(warnings=False)
    assert '"layers":[' in text
    assert type(template).model_validate_json(text) == template


def test_other_rates_are_frozen_as_well() -> None:
    assert changed(load("class"), learning_rates=[0.1, 0.2]).training.learning_rates == (0.1, 0.2)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("layers", 3, "network.layers: should be a valid list, not 3"),
        ("layers", "232", "network.layers: should be a valid list, not '232'"),
        ("layers", [2], "network.layers: needs 2 entries or more"),
        ("layers", [2, 2.0], "network.layers[2]: should be a valid integer, not 2.0"),
    ],
)
def test_arrays_are_still_checked_strictly(
    key: str, value: object, message: str, tmp_path: Path
) -> None:
    text = find("lessons", "class").read_text(encoding="utf-8")
    assert "layers = [2, 2, 2]" in text
    path = tmp_path / "odd.toml"
    path.write_text(text.replace("layers = [2, 2, 2]", f"layers = {value!r}"), encoding="utf-8")
    with pytest.raises(ToolkitError) as error:
        load(str(path))
    assert message in str(error.value)


def test_an_array_too_long_is_said_before_its_items() -> None:
    content = models.load("default")[0].model_dump()
    content["network"]["input"] = [1, 28, 28, "x"]
    with pytest.raises(ValidationError, match="at most 3 items") as error:
        models.Model.model_validate(content)
    assert error.value.error_count() == 1
