"""The sheet Board: one epoch's calculation on one page, for every shipped lesson."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from tests.recalculation import Cells, Office, cells, with_cells
from toolkit.book.address import cell_name
from toolkit.book.measure import CENTIMETRE, PIXEL, Measure
from toolkit.book.sheet import Book, Chart, Corner, FirstView, Picture, Sheet
from toolkit.book.tables import Table
from toolkit.book.theme import GROUPS, INPUT_FILL, PALETTE, STYLES, TINTS
from toolkit.book.writer import write
from toolkit.files.templates import shipped
from toolkit.network.derivation import EPOCH, LOSS
from toolkit.network.lesson import Lesson, changed, load
from toolkit.pages.backprop import backprop_book, samples, work_out
from toolkit.pages.backprop.board.finding import first_epoch
from toolkit.pages.backprop.board.frame import (
    BAND_ROW,
    CONTROL_ROW,
    FINDING_ROW,
    NOTE_ROW,
)
from toolkit.pages.backprop.chain import chain, product
from toolkit.pages.backprop.layout import BACKPROP, BOARD, PARAMETERS, START, LessonLayout
from toolkit.symbols.text import number_text

LESSONS = shipped("lessons")
WIDE, HIGH = 1300, 560  # pixels of the first view
LIBREOFFICE = 1266 / 7.86  # characters that its window of 1366 pixels shows, each 7.86 pixels wide
Box = tuple[float, float, float, float]


def network(layers: list[int]) -> LessonLayout:
    content = load("class").model_dump() | {"start": {"seed": 1, "initializer": "uniform"}}
    content["network"] |= {"layers": layers, "activations": ["sigmoid"] * (len(layers) - 1)}
    content["network"]["bias"] = True
    content["samples"] = {"inputs": [[0.5] * layers[0]], "targets": [[0.25] * layers[-1]]}
    content["training"] |= {"epochs": 12, "learning_rates": [1.0]}
    return work_out(Lesson.model_validate(content))


@cache
def run_of(name: str) -> LessonLayout:
    return network(SHAPES[name]) if name in SHAPES else work_out(load(name))


@cache
def book_of(name: str) -> Book:
    return backprop_book(run_of(name))


def board(book: Book) -> Sheet:
    return book.sheets[0]


def reduced(book: Book) -> Book:
    """The first sheet and those on which it depends, without their charts."""
    first, *others = book.sheets
    needed = [s for s in others if re.fullmatch(rf"{PARAMETERS}|{BACKPROP}|Sample \d+", s.name)]
    return replace(
        book, sheets=(first, *(replace(s, charts=(), first_view=FirstView()) for s in needed))
    )


def boxes(sheet: Sheet) -> Iterator[tuple[str, Box]]:
    """What lies over the cells, in pixels: left, top, right, bottom."""
    measure = Measure(sheet)
    things: list[Chart | Picture] = [*sheet.charts, *sheet.pictures]
    for thing in things:
        left, top = (n / PIXEL for n in measure.place(Corner(thing.row, thing.column, 0, 0)))
        width, height = size(thing)
        if isinstance(thing, Picture):
            left, top = left + thing.dx, top + thing.dy
        yield type(thing).__name__, (left, top, left + width, top + height)


def size(thing: Chart | Picture) -> tuple[float, float]:
    if isinstance(thing, Picture):
        return thing.width, thing.height
    return thing.width * CENTIMETRE / PIXEL, thing.height * CENTIMETRE / PIXEL


def cell_boxes(sheet: Sheet) -> Iterator[tuple[str, Box]]:
    """The written cells of the page; a text that is wider than its cell is not followed."""
    measure = Measure(sheet)
    for row, column in sheet.cells:
        left, top = (n / PIXEL for n in measure.place(Corner(row, column, 0, 0)))
        width, height = measure.width(column) / PIXEL, measure.height(row) / PIXEL
        yield cell_name(row, column), (left, top, left + width, top + height)


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] - 0.5 and b[0] < a[2] - 0.5 and a[1] < b[3] - 0.5 and b[1] < a[3] - 0.5


LARGEST = "far too large"
# Layers of networks that no lesson has.
SHAPES = {
    "many edges": [2, 5, 1],
    "wide": [1, 4, 2],
    "four outputs": [2, 2, 4],
    "too many edges": [5, 6, 2],
    "none hidden": [3, 2],
    LARGEST: [8, 6, 3],
}


@pytest.mark.no_cover
@pytest.mark.parametrize("name", [*LESSONS, *SHAPES])
def test_everything_lies_within_the_first_view(name: str) -> None:
    sheet = board(book_of(name))
    last = max(column for _, column in sheet.cells)
    assert sum(7 * sheet.widths[n] + 5 for n in range(1, last + 1)) <= WIDE
    assert sum(sheet.widths.values()) <= LIBREOFFICE
    over, under = list(boxes(sheet)), list(cell_boxes(sheet))
    assert max(box[3] for _, box in (*over, *under)) <= HIGH
    assert max(box[2] for _, box in over) <= 7 * sum(sheet.widths.values())
    assert not [(a, b) for a, b in combinations(over, 2) if overlap(a[1], b[1])]
    assert not [(a, b) for a in over for b in under if overlap(a[1], b[1])]
    assert (sheet.pages_wide, sheet.pages_high, sheet.portrait) == (1, 1, False)


@pytest.mark.parametrize("name", LESSONS)
def test_it_opens_the_book_and_says_what_may_be_changed(name: str) -> None:
    book, epochs = book_of(name), load(name).training.epochs
    assert [sheet.name for sheet in book.sheets[:3]] == [BOARD, START, PARAMETERS]
    assert BOARD in [c.value for c in book.sheets[1].cells.values() if c.link]
    sheet = board(book)
    (yellow,) = [p for p, c in sheet.cells.items() if STYLES[c.style].fill == INPUT_FILL]
    (rule,) = sheet.validations
    assert rule.area.places == [yellow]
    assert (rule.kind, rule.least, rule.most) == ("whole", 0, epochs)
    (link,) = [c for c in sheet.cells.values() if c.link == PARAMETERS]
    chosen = next(s for s in book.sheets if s.name == PARAMETERS).cells[link.spot]
    assert chosen.style == "choice"
    assert str(sheet.cells[FINDING_ROW, 1].value).startswith(
        f"After {first_epoch(load(name))} epochs"
    )


def entries(run: LessonLayout, sheet: Sheet) -> dict[str, tuple[int, int]]:
    """Where the number of each entry of the row stands, by its name."""
    top = next(row for (row, _), c in sheet.cells.items() if c.link == BACKPROP)
    names = {s.name for s in run.trace.values} | {EPOCH.name}
    return {
        str(cell.value): (row + 1, column)
        for (row, column), cell in sheet.cells.items()
        if row > top and cell.formula is None and cell.value in names
    }


def tables(run: LessonLayout) -> list[Table]:
    return list(samples.tables(run).values())


def row_of_table(run: LessonLayout, epoch: int) -> dict[str, str]:
    """Every number of the table's row as the sheet writes it."""
    values = {column.heading: column.values[epoch] for t in tables(run) for column in t.columns}
    texts = {name: number_text.compute(value) for name, value in values.items()}
    return {name: t if isinstance(t, str) else "–" for name, t in texts.items()}


@pytest.mark.parametrize("name", LESSONS)
def test_the_row_is_that_of_the_table(name: str) -> None:
    run, sheet = run_of(name), board(book_of(name))
    wanted, places = row_of_table(run, first_epoch(run.lesson)), entries(run, sheet)
    found = {entry: str(sheet.cells[place].value) for entry, place in places.items()}
    assert found == {entry: wanted[entry] for entry in places}
    shared = {p.name for p in run.derived.parameters} | {LOSS.name, EPOCH.name}
    assert shared <= places.keys()


DRAWN = [*(n for n in LESSONS if n != "deep"), "many edges", "wide", "four outputs", "none hidden"]


@pytest.mark.parametrize("name", DRAWN)
def test_the_drawing_shows_every_quantity_of_the_first_sample(name: str) -> None:
    run, sheet = run_of(name), board(book_of(name))
    wanted = row_of_table(run, first_epoch(run.lesson))
    drawn = {
        str(cell.value): place
        for place, cell in sheet.cells.items()
        if place[0] >= BAND_ROW and cell.style.startswith(("board node", "board edge"))
    }
    kinds = ("input", "weight", "bias", "sum", "activation", "target", "error", "loss")
    roles = run.derived.roles.items()
    shown = [s.name for s, role in roles if role.kind in kinds and role.sample == 1]
    assert sorted(drawn) == sorted(f"{n} = {wanted[n]}" for n in shown)
    for parameter in run.derived.parameters:
        row, column = drawn[f"{parameter.name} = {wanted[parameter.name]}"]
        assert sheet.cells[row, column + 1].value == wanted[f"∂E_total/∂{parameter.name}"]
    bias = run.lesson.network.bias
    layers = len(run.lesson.network.layers) - 1
    assert [c.value for c in sheet.cells.values()].count("bias: 1") == bias * layers
    assert len(sheet.lines) == 2 * len(run.derived.parameters)


def test_a_network_that_does_not_fit_is_not_cut() -> None:
    sheet = board(book_of("deep"))
    assert str(sheet.cells[BAND_ROW, 1].value).startswith("A network of 2-2-2-2-2 neurons")
    assert not sheet.lines
    assert not [c for c in sheet.cells.values() if c.style.startswith(("board node", "board edge"))]
    assert len(entries(run_of("deep"), sheet)) == 64
    assert len(sheet.charts) == 1
    cells_of = board(book_of("far too large")).cells.values()
    (title,) = [c for c in cells_of if c.link == BACKPROP]
    assert title.value == "Row 10 of the table Backprop, the first 64 of 184 columns"


@pytest.mark.parametrize("name", ["class", "xor", "line"])
def test_colour_follows_a_quantity(name: str) -> None:
    run, sheet = run_of(name), board(book_of(name))
    marked, places = chain(run), entries(run, sheet)
    tinted = {
        "weight": marked.weight,
        "operand": marked.operand,
        "sum": marked.sum,
        "activation": marked.activation,
        "loss": LOSS,
    }
    for tint, symbol in tinted.items():
        fill, place = TINTS[tint].fill, places[symbol.name]
        named = [c for c in sheet.cells.values() if str(c.value).startswith(f"{symbol.name} = ")]
        heading = sheet.cells[place[0] - 1, place[1]]
        cells_of = [heading, sheet.cells[place], *named]
        assert len(cells_of) == 3
        assert {STYLES[cell.style].fill for cell in cells_of} == {fill}
        assert any(bytes.fromhex(fill) in picture.png for picture in sheet.pictures)
    slope = places[f"∂E_total/∂{marked.weight.name}"]
    assert STYLES[sheet.cells[slope].style].fill == TINTS["weight"].fill
    assert {line.ink for line in sheet.lines} == {"616E7C", TINTS["weight"].fill}


def test_tints_are_told_apart_and_carry_ink() -> None:
    def light(colour: str) -> float:
        parts = (int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return float(sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True)))

    for tint in TINTS.values():
        low, high = sorted((light(tint.fill), light(tint.ink)))
        assert (high + 0.05) / (low + 0.05) > 4.5
    others = {*GROUPS.values(), INPUT_FILL, *PALETTE}
    assert not others & {tint.fill for tint in TINTS.values()}


def test_the_chain_of_the_class_network() -> None:
    run = run_of("class")
    marked = chain(run)
    names = [marked.weight, marked.operand, marked.sum, marked.activation]
    assert [s.name for s in names] == ["w5", "a_h1", "o1", "a_o1"]
    assert str(product(run, marked.weight)) == (
        "∂E_total/∂w5 = ∂E_total/∂E1 · ∂E1/∂a_o1 · ∂a_o1/∂o1 · ∂o1/∂w5"
    )
    texts = [c.value for c in board(book_of("class")).cells.values() if c.style == "board numbers"]
    assert texts == [
        "= 0.510718 · 0.163719 · (1 - 0.163719) · (0.163719 - 0.01) = 0.0107488",
        "= (-1.6085) - 1 · 0.0107488",
    ]
    alts = [picture.alt for picture in board(book_of("class")).pictures]
    assert alts == [
        "h1 = i1 · w1 + i2 · w2",
        "a_h1 = 1 / (1 + e^(-h1))",
        "o1 = a_h1 · w5 + a_h2 · w6",
        "a_o1 = 1 / (1 + e^(-o1))",
        "E1 = (t1 - a_o1)² / 2",
        "E_total = E1 + E2",
        "∂E_total/∂w5 = ∂E_total/∂E1 · ∂E1/∂a_o1 · ∂a_o1/∂o1 · ∂o1/∂w5",
        "∂E_total/∂w5 = a_h1 · a_o1 · (1 - a_o1) · (a_o1 - t1)",
        "w5 = previous w5 - η · previous ∂E_total/∂w5",
    ]


WHOLE = "whole number from 0 to 100 into the yellow cell; shown here is epoch "
TYPED: list[tuple[object, int, str]] = [
    (0, 0, "Change the yellow cell"),
    (1, 1, "Change the yellow cell"),
    (37, 37, "Change the yellow cell"),
    (100, 100, "Change the yellow cell"),
    (10**6, 100, f"There is no epoch 1000000: type a {WHOLE}100."),
    (-1, 0, f"There is no epoch -1: type a {WHOLE}0."),
    (3.75, 3, f"There is no epoch 3.75: type a {WHOLE}3."),
    ("ten", 0, f"Type a {WHOLE}0."),
    (None, 0, f"Type a {WHOLE}0."),
]


def at(found: Cells, place: tuple[int, int]) -> object:
    return found[BOARD].get(cell_name(*place))


@pytest.mark.no_cover
@pytest.mark.parametrize(("typed", "epoch", "note"), TYPED, ids=[str(t[0]) for t in TYPED])
def test_the_yellow_cell_chooses_the_row(
    typed: object, epoch: int, note: str, tmp_path: Path, office: Office
) -> None:
    run, book = run_of("class"), reduced(book_of("class"))
    write(book, tmp_path / "class.xlsx")
    sheet = board(book)
    yellow = cell_name(CONTROL_ROW, sheet.validations[0].column)
    edited = with_cells(tmp_path / "class.xlsx", 1, {yellow: typed}, tmp_path / "edited.xlsx")
    found, wanted = office.values(edited), row_of_table(run, epoch)
    texts = [str(value) for value in found[BOARD].values()]
    assert not [text for text in texts if text.startswith(("#", "Err:"))]
    for name, place in entries(run, sheet).items():
        value = at(found, place)
        assert value == (epoch if name == EPOCH.name else wanted[name]), name
        assert (
            name == EPOCH.name
            or any(text.endswith(f"= {wanted[name]}") for text in texts)
            or (wanted[name] in texts)
        )
    losses = {n: row_of_table(run, n)[LOSS.name] for n in (0, epoch)}
    assert str(at(found, (NOTE_ROW, 1))).startswith(note)
    words = "epoch" if epoch == 1 else "epochs"
    assert at(found, (FINDING_ROW, 1)) == (
        f"After {epoch} {words} at η = 1, E_total has fallen from {losses[0]} to {losses[epoch]}."
        if epoch
        else f"At the start E_total is {losses[0]}. Choose a later epoch to see it change."
    )


# A straight line through five points: a parabola, down which too large a step climbs.
FINDINGS = {
    "falls": (0.1, 20, "After 10 epochs at η = 0.1, E_total has fallen from 8.982 to "),
    "rises": (0.6, 20, "After 10 epochs at η = 0.6, E_total has risen from 8.982 to "),
    "diverges": (
        1e35,
        12,
        "After 10 epochs at η = 1·10^35, E_total is no longer a number: the training has diverged.",
    ),
    "stands": (1e-12, 12, "After 10 epochs at η = 1·10^-12, E_total is still 8.982."),
    "one epoch": (0.1, 1, "After 1 epoch at η = 0.1, E_total has fallen from 8.982 to "),
}


@pytest.mark.no_cover
@pytest.mark.parametrize("name", FINDINGS)
def test_the_finding_says_what_the_loss_did(name: str, tmp_path: Path, office: Office) -> None:
    rate, epochs, sentence = FINDINGS[name]
    run = work_out(changed(load("line"), epochs=epochs, learning_rates=[rate]))
    book = reduced(backprop_book(run))
    write(book, tmp_path / "line.xlsx")
    ours, theirs = cells(tmp_path / "line.xlsx"), office.values(tmp_path / "line.xlsx")
    assert str(at(ours, (FINDING_ROW, 1))).startswith(sentence)
    for place, value in ours[BOARD].items():
        wanted = value if isinstance(value, str) else pytest.approx(value, rel=1e-12)
        assert theirs[BOARD][place] == wanted, place
    assert not [v for v in ours[BOARD].values() if str(v).startswith(("#", "Err:"))]


@pytest.mark.no_cover
def test_each_lesson_prints_on_one_page(tmp_path: Path, office: Office) -> None:
    sheets = []
    for name in LESSONS:
        sheet = board(book_of(name))
        plain = {place: replace(c, formula=None, link=None) for place, c in sheet.cells.items()}
        bare = replace(sheet, first_view=FirstView(), validations=(), charts=())
        sheets.append(replace(bare, name=name, cells=plain))
    write(Book("Boards", tuple(sheets)), tmp_path / "boards.xlsx")
    assert office.printed(tmp_path / "boards.xlsx") == len(LESSONS)
    cut = replace(sheets[0], pages_high=None, widths=dict.fromkeys(range(1, 25), 40.0))
    heights = dict.fromkeys(range(1, 32), 400.0)
    write(Book("Cut", (replace(cut, heights=heights),)), tmp_path / "cut.xlsx")
    assert office.printed(tmp_path / "cut.xlsx") > 1
