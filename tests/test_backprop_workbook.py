"""The backprop workbook, recalculated by LibreOffice."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook
from sympy import Add, Expr, Mul, Symbol

from tests.lint import faults
from tests.oracles.comparison import SHARE
from tests.recalculation import Cells, Office, cells, chart_values, with_cell
from toolkit.book.address import letters
from toolkit.book.writer import write
from toolkit.files.templates import shipped
from toolkit.network.derivation import LOSS, derivation
from toolkit.network.lesson import Lesson, changed, load
from toolkit.network.trace import Values, trace
from toolkit.pages.backprop import backprop_book, work_out
from toolkit.pages.backprop.layout import BOARD, PARAMETERS, LessonLayout, rate_sheet
from toolkit.pages.backprop.loss_results import CHOSEN_EPOCHS
from toolkit.pages.backprop.table import HEADING_ROW, table
from toolkit.symbols.numeric import value

BOUND = 1e-12


def magnitude(expr: Expr, known: dict[Symbol, Values]) -> Values:
    """|expr| as it would be if nothing cancelled: the size of the terms that are subtracted."""
    if isinstance(expr, Add):
        return sum([magnitude(term, known) for term in expr.args], np.zeros(1))
    if isinstance(expr, Mul):
        return math.prod([magnitude(part, known) for part in expr.args], start=np.ones(1))
    if expr.is_Pow:
        return magnitude(expr.base, known) ** int(expr.exp)
    if expr.is_Symbol:
        return np.abs(known[expr])
    if expr.is_number:
        return np.full(next(iter(known.values())).shape, abs(float(expr)))
    return np.abs(
        [
            value(expr, {s: known[s][n] for s in expr.free_symbols})
            for n in range(len(next(iter(known.values()))))
        ]
    )


def sizes(worked: LessonLayout, rate: int) -> dict[str, Values]:
    """For every column of a table, what its differences are held against."""
    columns = {s: worked.trace.column(s, rate) for s in worked.trace.values}
    actual = {s.name: np.abs(v) for s, v in columns.items()}
    for equation in worked.derived.table:
        actual[equation.symbol.name] = np.maximum(
            actual[equation.symbol.name], magnitude(equation.expr, columns)
        )
    return actual


def tables_of(sheets: Cells, worked: LessonLayout) -> list[dict[str, Values]]:
    """Every table as columns by heading."""
    actual = []
    for rate, letter in enumerate(worked.letters):
        sheet, made = sheets[rate_sheet(letter)], table(worked, rate)
        columns = {}
        for n, column in enumerate(made.columns):
            place = [_address(HEADING_ROW + 1 + r, n + 1) for r in range(worked.trace.epochs + 1)]
            columns[column.heading] = np.array([sheet[p] for p in place], dtype=float)
        actual.append(columns)
    return actual


def _address(row: int, column: int) -> str:
    return f"{letters(column)}{row}"


def agree(actual: list[dict[str, Values]], worked: LessonLayout, bound: float = BOUND) -> None:
    for rate, columns in enumerate(actual):
        size = sizes(worked, rate)
        for heading, values in columns.items():
            if heading == "epoch":
                assert values.tolist() == list(range(worked.trace.epochs + 1))
                continue
            symbol = next(s for s in worked.trace.values if s.name == heading)
            difference = np.abs(values - worked.trace.column(symbol, rate))
            assert (difference <= bound * size[heading]).all(), (heading, rate, difference.max())


def test_headings(class_book: Path) -> None:
    sheet = cells(class_book)["Rate A"]
    row = [v for a, v in sheet.items() if re.fullmatch(rf"[A-Z]+{HEADING_ROW}", a)]
    weights = [f"w{n}" for n in range(1, 9)]
    forward = [
        "h1",
        "h2",
        "a_h1",
        "a_h2",
        "o1",
        "o2",
        "a_o1",
        "a_o2",
        "t1",
        "t2",
        "E1",
        "E2",
    ]
    gradients = [f"∂E_total/∂{w}" for w in weights]
    assert row == ["epoch", "E_total", *weights, "i1", "i2", *forward, *gradients]


@pytest.mark.no_cover
def test_every_formula_recalculates_to_its_value(
    class_book: Path, worked: LessonLayout, office: Office
) -> None:
    computed = office.values(class_book)
    agree(tables_of(computed, worked), worked)
    formulas, cached = cells(class_book, formulas=True), cells(class_book)
    for sheet in set(formulas) - {rate_sheet(letter) for letter in worked.letters}:
        for place, formula in formulas[sheet].items():
            if str(formula).startswith("="):
                ours, theirs = cached[sheet][place], computed[sheet][place]
                # All quantities of this lesson are sums of terms of size 1 and below.
                expected = (
                    ours if isinstance(ours, str) else pytest.approx(ours, rel=BOUND, abs=BOUND)
                )
                assert theirs == expected, (sheet, place)


def test_only_parameters_are_plain_numbers(class_book: Path, worked: LessonLayout) -> None:
    # Beside the parameters (without η, which is chosen) a reader may set which epoch is shown and
    # which losses are listed, and how far and how strictly gradients are checked.
    free = {
        BOARD: 1,
        PARAMETERS: len(worked.parameters) - 1,
        "Learning rates": 2 + len(CHOSEN_EPOCHS),
        "Gradient check": 2 + 2 * len(worked.derived.parameters),
    }
    for name, sheet in cells(class_book, formulas=True).items():
        numbers = [place for place, v in sheet.items() if isinstance(v, int | float)]
        assert len(numbers) == free.get(name, 0), name


CHANGES = {
    "i1": ("samples", "inputs", [[0.9, 0.10]], 0.9),
    "t2": ("samples", "targets", [[0.01, 0.25]], 0.25),
    "w3": ("start", "weights", [0.15, 0.20, -1.5, 0.30, 0.40, 0.45, 0.50, 0.55], -1.5),
    "η C": ("training", "learning_rates", [0.1, 0.2, 5.0, 0.8, 1.0, 2.0], 5.0),
}


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("i1", marks=pytest.mark.full),
        pytest.param("t2", marks=pytest.mark.full),
        "w3",
        "η C",
    ],
)
def test_a_changed_cell_gives_what_a_fresh_run_gives(
    name: str, tmp_path: Path, class_book: Path, worked: LessonLayout, office: Office
) -> None:
    section, key, new, number = CHANGES[name]
    symbol = next(s for s in worked.parameters if s.name == name)
    place = worked.parameters[symbol].address.split("!")[1].replace("$", "")
    sheet = list(cells(class_book)).index(PARAMETERS) + 1
    edited = office.recalculate(with_cell(class_book, sheet, place, number, tmp_path / "e.xlsx"))
    content = load("class").model_dump()
    content[section][key] = new
    fresh = work_out(Lesson.model_validate(content))
    agree(tables_of(cells(edited), fresh), fresh)
    write(backprop_book(fresh), tmp_path / "fresh.xlsx")
    same_charts(edited, tmp_path / "fresh.xlsx")


def same_charts(edited: Path, fresh: Path) -> None:
    drawn, wanted = chart_values(edited), chart_values(fresh)
    assert len(drawn) == len(wanted) == 9
    for (_, series), (_, expected) in zip(drawn, wanted, strict=True):
        assert [name for name, _ in series] == [name for name, _ in expected]
        for (_, ours), (_, theirs) in zip(series, expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_chart_caches_hold_the_losses(class_book: Path, worked: LessonLayout) -> None:
    board, comparison, chosen, *each = chart_values(class_book)
    (curve, losses), (marker, dot) = board[1]
    assert (curve, losses, marker) == ("E_total", chosen[1][0][1], "Epoch")
    assert dot == [float(f"{losses[66]:.6g}")]  # the loss as the cell beside it shows it
    assert chosen[0] == "The loss after each epoch"
    assert chosen[1][0][0] == "E_total"
    assert chosen[1][0][1] == comparison[1][4][1]
    assert comparison[0] == "Loss for each learning rate"
    assert comparison[1][0][0] == "η = 0.1"
    for rate, (name, losses) in enumerate(comparison[1]):
        *grey, (own, line), (mark, dot) = each[rate][1]
        assert (own, line) == (name, losses)
        assert (mark, dot) == ("loss at epoch 66", [losses[66]])
        assert grey == comparison[1][:rate] + comparison[1][rate + 1 :]
        np.testing.assert_allclose(losses, worked.trace.column(LOSS, rate), rtol=1e-15)


DEEP = {
    "title": "Two hidden layers, a batch of two",
    "network": {
        "layers": [2, 3, 2, 1],
        "activations": ["tanh", "relu", "identity"],
        "bias": False,
        "loss": "half_squared_error",
    },
    "samples": {"inputs": [[0.5, -1.0], [1.0, 0.25]], "targets": [[0.3], [-0.8]]},
    "start": {"weights": [0.1 * n - 0.6 for n in range(14)]},
    "training": {"optimizer": "sgd", "learning_rates": [0.05, 0.2], "epochs": 20},
}


@pytest.mark.no_cover
def test_a_deeper_network_recalculates_too(tmp_path: Path, office: Office) -> None:
    deep = work_out(Lesson.model_validate(DEEP))
    write(backprop_book(deep), tmp_path / "deep.xlsx")
    agree(tables_of(office.values(tmp_path / "deep.xlsx"), deep), deep)


def test_a_run_that_leaves_the_range_of_numbers_is_shown_as_such(
    tmp_path: Path, office: Office
) -> None:
    content = load("class").model_dump()
    content["network"]["activations"] = ["identity", "identity"]
    content["training"] |= {"learning_rates": [1e60], "epochs": 12}
    wild = work_out(Lesson.model_validate(content))
    write(backprop_book(wild), tmp_path / "wild.xlsx")
    ours, theirs = cells(tmp_path / "wild.xlsx"), office.values(tmp_path / "wild.xlsx")
    broken = [place for place, v in ours["Rate A"].items() if v == "#NUM!"]
    assert broken
    assert [place for place, v in theirs["Rate A"].items() if v == "#NUM!"] == broken


MAGNITUDES = [
    1e-320,
    1e-300,
    3.5e-17,
    1e-9,
    1e-5,
    9.9999996e-5,
    0.0001,
    0.00123456789,
    0.1234565,
    0.30000000000000004,
    1.0,
    99999.95,
    1234567.5,
    999999999.0,
    1e9,
    1e15,
    2.5e20,
    7e307,
]


@pytest.mark.no_cover
def test_numbers_in_titles_read_alike_everywhere(tmp_path: Path, office: Office) -> None:
    content = load("class").model_dump()
    content["training"] |= {"learning_rates": MAGNITUDES, "epochs": 1}
    many = work_out(Lesson.model_validate(content))
    write(backprop_book(many), tmp_path / "many.xlsx")
    ours, theirs = cells(tmp_path / "many.xlsx"), office.values(tmp_path / "many.xlsx")
    for letter in many.letters:
        assert theirs[rate_sheet(letter)]["B1"] == ours[rate_sheet(letter)]["B1"]


def test_updates_shown_are_those_of_the_first_epoch(class_book: Path, worked: LessonLayout) -> None:
    sheet = cells(class_book)["Step 5, update"]
    shown = {sheet[f"A{n}"]: sheet[f"E{n}"] for n in range(6, 14)}
    for weight in worked.derived.weights:
        assert shown[weight.name] == worked.trace.column(weight, 4)[1]


# The others are recalculated by IronCalc in every run, and by both engines among the large counts.
LESSONS = [
    name if name in ("line", "mazur", "softmax") else pytest.param(name, marks=pytest.mark.full)
    for name in shipped("lessons")
    if name != "class"
]


@pytest.mark.no_cover
@pytest.mark.parametrize("name", LESSONS)
def test_every_formula_of_every_lesson_recalculates(
    name: str, tmp_path: Path, office: Office
) -> None:
    book = tmp_path / f"{name}.xlsx"
    write(backprop_book(work_out(load(name))), book)
    assert not faults(book)
    formulas, ours, theirs = (
        cells(book, formulas=True),
        cells(book),
        office.values(book),
    )
    for sheet, places in formulas.items():
        for place, formula in places.items():
            if str(formula).startswith("="):
                expected = ours[sheet][place]
                # Quantities of these lessons are sums of terms of about size 1.
                if not isinstance(expected, str):
                    slack = 1e-7 if SHARE.search(str(formula)) else 1e-10
                    expected = pytest.approx(expected, rel=1e-10, abs=slack)
                assert theirs[sheet][place] == expected, (sheet, place, formula)


def test_mazur() -> None:
    lesson = changed(load("mazur"), epochs=10_000)
    losses = trace(lesson, derivation(lesson)).column(LOSS, 0)
    assert losses[0] == pytest.approx(0.298371109, abs=5e-10)
    assert losses[1] == pytest.approx(0.291027774, abs=5e-10)
    assert losses[10_000] == pytest.approx(0.0000351019, abs=5e-11)


def test_all_gradients_pass_their_check(class_book: Path, worked: LessonLayout) -> None:
    sheet = cells(class_book)["Gradient check"]
    assert [sheet[f"G{n}"] for n in range(8, 16)] == ["pass"] * len(worked.derived.parameters)
    assert str(cells(class_book)["Start here"]["B7"]).startswith("pass: all 8 gradients")


def test_a_gradient_check_can_fail(tmp_path: Path, class_book: Path, office: Office) -> None:
    number = list(cells(class_book)).index("Gradient check") + 1
    strict = with_cell(class_book, number, "B5", 1e-16, tmp_path / "strict.xlsx")
    actual = office.values(strict)
    assert "fail" in [actual["Gradient check"][f"G{n}"] for n in range(8, 16)]
    assert str(actual["Start here"]["B7"]).startswith("fail: ")


def test_another_rate_can_be_chosen(
    tmp_path: Path, class_book: Path, worked: LessonLayout, office: Office
) -> None:
    book = load_workbook(class_book)
    book["Parameters"]["B25"] = "B"
    book.save(tmp_path / "chosen.xlsx")
    actual = office.values(tmp_path / "chosen.xlsx")
    assert actual["Backprop"]["B1"] == "Backprop, epoch by epoch: η = 0.2"
    assert actual["Step 5, update"]["E6"] == pytest.approx(
        worked.trace.column(worked.derived.weights[0], 1)[1]
    )
