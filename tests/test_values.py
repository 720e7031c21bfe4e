"""Values of every type into cells, columns, grids, ranges and charts, and back again."""

import datetime
import enum
import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sympy import Symbol

from tests.lint import faults
from tests.parts import stored
from tests.recalculation import Office, cells
from toolkit.book.address import Area
from toolkit.book.grid import Grid, moving
from toolkit.book.known import ROW, Known, at, down
from toolkit.book.live import computed, count_formulas
from toolkit.book.sheet import Book, Chart, Series, Sheet
from toolkit.book.tables import Cell, Column, Table
from toolkit.book.values import general, listed, plain, plain_array, plain_values
from toolkit.book.writer import write


class Colour(enum.StrEnum):
    RED = "red"


NAMES = (
    "float16",
    "float32",
    "float64",
    "longdouble",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "intc",
    "longlong",
    "ulonglong",
)
SCALARS: dict[str, Any] = {
    **{name: getattr(np, name)(n + 1) for n, name in enumerate(NAMES)},
    "float32 of a tenth": np.float32(0.1),
    "longdouble of a third": np.longdouble(1) / 3,
    "true": np.bool_(True),
    "false": np.bool_(False),
    "str_": np.str_("a & b"),
    "array of a number": np.array(0.75),
    "array of a truth value": np.array(True),
    "array of a text": np.array("text"),
    "own float": 2.5,
    "own integer": 7,
    "own truth value": True,
    "own text": "<own>",
    "enumeration": Colour.RED,
}
EQUAL: dict[str, Any] = {
    **{name: n + 1 for n, name in enumerate(NAMES)},
    "float32 of a tenth": 0.10000000149011612,
    "longdouble of a third": 1 / 3,
    "true": True,
    "false": False,
    "str_": "a & b",
    "array of a number": 0.75,
    "array of a truth value": True,
    "array of a text": "text",
    "own float": 2.5,
    "own integer": 7,
    "own truth value": True,
    "own text": "<own>",
    "enumeration": "red",
}
OWN = {float, int, bool, str}


@pytest.mark.parametrize("name", SCALARS)
def test_every_scalar_becomes_pythons_own(name: str) -> None:
    actual = plain(SCALARS[name])
    assert actual == EQUAL[name]
    assert type(actual) in OWN
    assert isinstance(actual, bool) == isinstance(EQUAL[name], bool)


NO_VALUES: list[Any] = [
    datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC),
    datetime.timedelta(1),
    np.datetime64("2025-01-01"),
    np.timedelta64(1, "D"),
    1j,
    np.complex64(1),
    [1.0],
    (1,),
    {},
    {1},
    b"x",
    np.bytes_(b"x"),
    np.array([1.0]),
    np.array([[1]]),
    Decimal(1),
    Fraction(1, 2),
    object,
    Symbol("x"),
    np.void(b"x"),
    iter([1]),
]


@pytest.mark.parametrize("value", NO_VALUES, ids=lambda value: type(value).__name__)
def test_what_no_cell_holds_is_refused_at_once(value: Any) -> None:
    with pytest.raises(TypeError, match="a cell holds a number, a text, True, False or None, not "):
        Cell(value)
    with pytest.raises(TypeError):
        Column("x", [1.0, value])
    with pytest.raises(TypeError):
        Known(Area.of(1, 1, 2, sheet="S").absolute, [1.0, value])
    with pytest.raises(TypeError):
        mixed = np.empty((1, 2), object)
        mixed[0, 1] = value
        Grid(1, 1, mixed, "number")


NO_RANGES: list[Any] = ["abc", b"abc", {1, 2}, {1: 2}, np.ones((2, 2)), np.array(1.0)]


@pytest.mark.parametrize("values", NO_RANGES, ids=lambda value: type(value).__name__)
def test_what_is_no_column_is_refused_at_once(values: Any) -> None:
    with pytest.raises(TypeError):
        Column("x", values)


@pytest.mark.parametrize("values", [[[1.0]], np.ones(2), np.ones((1, 1, 1))])
def test_what_is_no_rectangle_is_refused_at_once(values: Any) -> None:
    with pytest.raises(TypeError, match="two-dimensional"):
        Grid(1, 1, values, "number")


ITERATORS: dict[str, Callable[[], Any]] = {
    "generator": lambda: (n for n in (1.0, 2.0)),
    "map": lambda: map(float, (1, 2)),
    "range": lambda: range(1, 3),
    "dictionary's values": lambda: {"a": 1, "b": 2}.values(),
    "array": lambda: np.array([1, 2], np.int8),
    "array of objects": lambda: np.array([1, np.int64(2)], object),
    "masked array": lambda: np.ma.masked_array([1.0, 2.0], [False, False]),
}


@pytest.mark.parametrize("name", ITERATORS)
def test_ranges_are_read_once_and_kept(name: str) -> None:
    for held in (
        Known(Area.of(1, 1, 2, sheet="S").absolute, ITERATORS[name]()).value,
        Column("x", ITERATORS[name]()).values,
    ):
        for _ in range(2):
            assert listed(held) == [1, 2]
            assert {float, int}.issuperset(map(type, listed(held)))


def test_a_range_is_as_wide_as_cells_compute() -> None:
    assert (
        np.asarray(Known(Area.of(1, 1, 2).relative, np.array([100, 100], np.int8)).value).dtype
        == np.int64
    )
    assert (
        np.asarray(Known(Area.of(1, 1, 2).relative, np.array([1, 2], np.float16)).value).dtype
        == np.float64
    )
    assert (
        np.asarray(Known(Area.of(1, 1, 2).relative, np.array([1, 2**63], np.uint64)).value).dtype
        == np.float64
    )
    texts = Known(Area.of(1, 1, wide=2).relative, np.array([["a", "b"]])).value
    assert isinstance(texts, np.ndarray) and texts.shape == (1, 2)
    assert Known(Area.of(1, 1, wide=2).relative, np.array([["a", "b"]])).values == ["a", "b"]


def test_what_is_plain_stays_as_it_is() -> None:
    numbers, words = np.linspace(0, 1, 3), ["a", None, 1.5, True]
    assert plain_array(numbers) is numbers
    assert plain_values(words) is words
    assert plain_values(range(3)) == range(3)


@pytest.mark.parametrize(
    "nan", [math.nan, np.float16("nan"), np.float32("nan"), np.longdouble("nan")]
)
def test_a_lost_number_is_an_error_and_no_text(nan: Any) -> None:
    x = Symbol("x")
    cell = computed(x + 1, {x: Known(Area.of(1, 1).relative, nan)})
    assert isinstance(cell.value, float) and math.isnan(cell.value)


def test_how_a_value_is_shown_in_a_name() -> None:
    shown = {None: "", True: "TRUE", False: "FALSE", 3: "3", 0.5: "0.5", "a": "a", 1e300: "1e+300"}
    assert {value: general(value) for value in shown} == shown
    assert general(5.0) == "5"


def the_book() -> Book:
    """A sheet in which each scalar stands in a cell, a column, a grid, and in charts."""
    values = list(SCALARS.values())
    count = len(values)
    objects = np.empty((2, count), object)
    for n, value in enumerate(values):
        objects[0, n] = objects[1, n] = value
    cells = {(n, 1): Cell(value) for n, value in enumerate(values, 1)}
    cells |= {(n, 2): Cell(value, formula=f"=A{n}") for n, value in enumerate(values, 1)}
    table = Table(
        1,
        4,
        (
            Column("plain", values),
            Column("computed", values, formula=f"=D{ROW}"),
            Column("iterated", iter(values)),  # type: ignore[arg-type]
            Column("flags", np.arange(count) % 2 == 0),
            Column("flags too", np.arange(count) % 2 == 0, formula=f"=G{ROW}"),
            Column("texts", np.array([f"t{n}" for n in range(count)])),
            Column("large", [10**400, -(10**400), *range(2, count)]),
        ),
    )
    first = 40
    grids = (
        Grid(first, 1, objects, "text"),
        Grid(first + 3, 1, objects, "text", f"={moving(Area.of(first, 1))}"),
        Grid(first + 6, 1, np.array([[True, False]]), "text"),
        Grid(first + 7, 1, np.array([[True, False]]), "text", f"={moving(Area.of(first + 6, 1))}"),
        Grid(first + 8, 1, np.array([["a", "b"]]), "text"),
        Grid(
            first + 9,
            1,
            np.array([[2, 2]], np.uint8),
            "text",
            f"={moving(Area.of(first + 10, 1))}*2",
        ),
        *(
            Grid(first + 10 + n, 1, np.full((1, 2), n + 1, getattr(np, name)), "text")
            for n, name in enumerate(NAMES)
        ),
    )
    y = down("Types", 1, 1, values)
    x = Known(Area.of(46, 1, wide=2, sheet="Types").absolute, iter([True, False]))  # type: ignore[arg-type]
    lines = (Series(at("Types", 1, 4, "plain"), y, y), Series(at("Types", 1, 5, "computed"), x, x))
    names = Series(at("Types", 5, 1, values[4]), y, y)
    charts = (
        Chart(
            title=at("Types", 1, 1, values[0]),
            x_title="x",
            y_title="y",
            series=lines,
            row=1,
            column=20,
        ),
        Chart(
            title="Bars", x_title="x", y_title="y", series=(names,), row=20, column=20, bars=True
        ),
    )
    return Book("Types", (Sheet("Types", cells, (table,), charts, grids=grids),))


@pytest.fixture(scope="module")
def types_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("types") / "types.xlsx"
    write(the_book(), path)
    return path


def wanted() -> dict[str, object]:
    """What the cells of each area of the sheet hold, by their addresses."""
    from openpyxl.utils.cell import get_column_letter as letter

    actual: dict[str, object] = {}
    for n, value in enumerate(EQUAL.values(), 1):
        actual |= {f"A{n}": value, f"B{n}": value}
        actual |= {f"{column}{n + 1}": value for column in "DEF"}
        actual |= {f"G{n + 1}": n % 2 == 1, f"H{n + 1}": n % 2 == 1, f"I{n + 1}": f"t{n - 1}"}
        actual |= {f"J{n + 1}": "#NUM!" if n < 3 else n - 1}
        actual |= {f"{letter(n)}{row}": value for row in (40, 41, 43, 44)}
    headings = ["plain", "computed", "iterated", "flags", "flags too", "texts", "large"]
    actual |= {f"{column}1": text for column, text in zip("DEFGHIJ", headings, strict=True)}
    actual |= {"A46": True, "B46": False, "A47": True, "B47": False, "A48": "a", "B48": "b"}
    actual |= {"A49": 2, "B49": 2}
    actual |= {f"{c}{50 + n}": n + 1 for n in range(len(NAMES)) for c in "AB"}
    return actual


def test_a_book_of_every_type_is_well_formed(types_book: Path) -> None:
    assert [f for f in faults(types_book) if "#NUM!" not in f] == []
    parts, damaged = stored(types_book)
    assert damaged == []
    assert {root.tag for root in parts.roots.values()}  # each part was parsed


def test_openpyxl_reads_the_same_values(types_book: Path) -> None:
    actual, expected = cells(types_book)["Types"], wanted()
    assert actual == expected
    assert {p for p, v in actual.items() if isinstance(v, bool)} == {
        p for p, v in expected.items() if isinstance(v, bool)
    }


def test_libreoffice_computes_the_same_values(types_book: Path, office: Office) -> None:
    actual, expected = cells(office.recalculate(types_book))["Types"], wanted()
    expected = {place: value for place, value in expected.items() if not place.startswith("J")}
    for place, value in expected.items():
        close = pytest.approx(value, rel=1e-14) if isinstance(value, float) else value
        assert actual[place] == close, place


def test_charts_store_a_point_for_every_number(types_book: Path) -> None:
    root = stored(types_book)[0].roots["xl/charts/chart1.xml"]
    values = next(root.iter("{*}yVal"))
    points = {int(str(p.get("idx"))): float(str(p[0].text)) for p in values.iter("{*}pt")}
    numbers = {n: float(v) for n, v in enumerate(EQUAL.values()) if not isinstance(v, str)}
    assert points == pytest.approx(numbers, rel=1e-15)
    names = next(stored(types_book)[0].roots["xl/charts/chart2.xml"].iter("{*}cat"))
    assert [p[0].text for p in names.iter("{*}pt")][-4:] == ["7", "TRUE", "<own>", "red"]


def test_formulas_of_every_type_are_counted() -> None:
    count = len(SCALARS)
    assert count_formulas(the_book()) == count + 2 * count + 2 * count + 2 + 2
