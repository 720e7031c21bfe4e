"""The limits of the format: refused before anything is computed, or kept by dividing."""

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sympy import Add, Expr, Mul, Symbol
from typer.testing import CliRunner

from tests.lint import faults, formula_faults
from tests.oracles.ironcalc import values as ironcalc_values
from tests.recalculation import Office, cells
from tests.test_networks_workbook import drawn
from tests.test_second_oracle import NOT_COMPUTED, formulas_of, same
from toolkit.book import limits, tables
from toolkit.book.address import Operand
from toolkit.book.known import Known
from toolkit.book.sheet import Book, Sheet
from toolkit.book.tables import MAX_COLUMNS, MAX_ROWS, Cell
from toolkit.book.values import Value
from toolkit.book.writer import write
from toolkit.commands.cli import app
from toolkit.files.errors import ToolkitError
from toolkit.files.templates import LONGEST_TITLE, shipped
from toolkit.network.derivation import derivation
from toolkit.network.lesson import Lesson, load
from toolkit.pages import backprop
from toolkit.pages.backprop import backprop_book, work_out
from toolkit.pages.backprop.extent import MOST_CELLS, check_extent, least_columns
from toolkit.pages.backprop.layout import PARAMETERS
from toolkit.pages.backprop.lines import NUMBERS, EquationPage, QuantityCells
from toolkit.pages.backprop.table import CHART_HEADING_ROW
from toolkit.symbols.activations import peak
from toolkit.symbols.equation import Equation, quantity
from toolkit.symbols.excel import excel
from toolkit.symbols.long_sums import LONGEST, LONGEST_ADDRESS, abridged, split_sums
from toolkit.symbols.numeric import function
from toolkit.symbols.plain import plain

RUN = CliRunner()


def lesson(
    layers: list[int],
    *,
    samples: int = 1,
    kinds: list[str] | None = None,
    loss: str = "half_squared_error",
    title: str = "wide",
    labels: list[str] | None = None,
    **training: Any,
) -> Lesson:
    """A network of these widths, its start drawn."""
    last = "softmax" if loss == "cross_entropy" else "identity"
    inputs = [[0.1 * ((n + s) % 7) for n in range(layers[0])] for s in range(samples)]
    return Lesson.model_validate(
        {
            "title": title,
            "network": {
                "layers": layers,
                "activations": kinds or ["tanh"] * (len(layers) - 2) + [last],
                "bias": True,
                "loss": loss,
            },
            "samples": {
                "inputs": inputs,
                "targets": [[1.0] + [0.0] * (layers[-1] - 1)] * samples,
                "labels": labels,
            },
            "start": {"seed": 1, "initializer": "xavier"},
            "training": {"optimizer": "sgd", "learning_rates": [0.1], "epochs": 3} | training,
        }
    )


def toml(layers: list[int], samples: int, rates: int, epochs: int, optimizer: str) -> str:
    """A template with these sizes, its numbers as short as can be."""
    kinds = ["tanh"] * (len(layers) - 1)
    return f"""
title = "too large"
[network]
layers = {layers}
activations = {kinds}
bias = true
loss = "half_squared_error"
[samples]
inputs = {[[1.0] * layers[0]] * samples}
targets = {[[1.0] * layers[-1]] * samples}
[start]
seed = 1
initializer = "xavier"
[training]
optimizer = "{optimizer}"
learning_rates = {[n / 100 for n in range(1, rates + 1)]}
epochs = {epochs}
"""


def never(*_: object, **__: object) -> Any:
    raise AssertionError("something was computed")


LAYERS = "use smaller network.layers or fewer samples.inputs"
TOO_LARGE = {
    "rows": (([2, 2, 2], 1, 1, 2_000_000, "sgd"), "rows by", "use fewer training.epochs"),
    "inputs": (([5000, 3], 1, 1, 3, "sgd"), "35,020 columns do not fit", LAYERS),
    "depth": (([30] * 17, 1, 1, 3, "sgd"), "columns do not fit", LAYERS),
    "samples": (([2, 2, 2], 2000, 1, 3, "sgd"), "columns do not fit", LAYERS),
    "optimizer": (([1000, 5], 1, 1, 3, "adam"), "columns do not fit", LAYERS),
    "rates": (([2, 2, 2], 1, 256, 3, "sgd"), "training.learning_rates: 256 given", "at most 255"),
    "cells": (
        ([2, 2, 2], 1, 6, 1_000_000, "sgd"),
        "7 tables of 1,000,017 rows",
        "use fewer training.epochs, fewer training.learning_rates or smaller network.layers",
    ),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_too_large_is_one_line_before_anything_is_computed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes, what, cure = TOO_LARGE[name]
    (tmp_path / "large.toml").write_text(toml(*sizes), encoding="utf-8")
    for computing in ("derivation", "run_lesson"):
        monkeypatch.setattr(backprop, computing, never)
    monkeypatch.chdir(tmp_path)
    done = RUN.invoke(app, ["backprop", "large.toml", "--out", "large.xlsx"])
    assert done.exit_code == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: large.toml: ")
    assert what in line
    assert cure in line
    assert not (tmp_path / "large.xlsx").exists()


@pytest.mark.parametrize(
    ("fits", "not_any_more"),
    [
        ({"epochs": MAX_ROWS - CHART_HEADING_ROW - 1}, {"epochs": MAX_ROWS - CHART_HEADING_ROW}),
        ({"learning_rates": [0.1] * 255}, {"learning_rates": [0.1] * 256}),
    ],
)
def test_up_to_the_limit(fits: dict[str, Any], not_any_more: dict[str, Any]) -> None:
    check_extent(lesson([2, 2], **fits))
    with pytest.raises(ToolkitError, match=r"training\."):
        check_extent(lesson([2, 2], **not_any_more))


def test_columns_and_cells_up_to_the_limit() -> None:
    width = least_columns(lesson([2, 2], samples=2))
    each = least_columns(lesson([2, 2], samples=3)) - width
    most = 2 + (MAX_COLUMNS - width) // each
    check_extent(lesson([2, 2], samples=most))
    with pytest.raises(ToolkitError, match=r"network\.layers"):
        check_extent(lesson([2, 2], samples=most + 1))
    width = least_columns(lesson([9, 9]))
    most = MOST_CELLS // (2 * width) - CHART_HEADING_ROW - 1
    check_extent(lesson([9, 9], epochs=most))
    with pytest.raises(ToolkitError, match=r"training\.epochs"):
        check_extent(lesson([9, 9], epochs=most + 1))


@pytest.mark.parametrize("name", shipped("lessons"))
def test_columns_of_a_lesson_are_known_beforehand(name: str) -> None:
    assert least_columns(load(name)) == columns(load(name))


@pytest.mark.no_cover
@pytest.mark.parametrize("far", [False, True])
def test_columns_of_drawn_networks_are_known_beforehand(far: bool) -> None:
    for one in drawn(25, far=far):
        assert least_columns(one) == columns(one), one


def columns(one: Lesson) -> int:
    derived = derivation(one)
    return 1 + len(derived.leaves) + len(derived.table) + len(derived.states)


def test_partial_sums_count_before_anything_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = lesson([200, 1])
    least = least_columns(wide)
    assert columns(wide) > least
    monkeypatch.setattr(tables, "MAX_COLUMNS", least)
    monkeypatch.setattr(backprop, "run_lesson", never)
    with pytest.raises(ToolkitError, match=r"do not fit a sheet.*network\.layers"):
        work_out(wide)


WIDE_SOFTMAX = lesson([1, 210], loss="cross_entropy")


@pytest.mark.no_cover
def test_a_wide_softmax_is_divided() -> None:
    named = {e.symbol.name for e in derivation(WIDE_SOFTMAX).table}
    assert {"max_o (1)", "s_o (1)", "E_total (1)", "∂E_total/∂s_o (1)"} <= named


@pytest.mark.full
def test_a_wide_softmax_agrees(tmp_path: Path, office: Office) -> None:
    valid(backprop_book(work_out(WIDE_SOFTMAX)), tmp_path / "wide.xlsx", office)


@pytest.mark.no_cover
def test_many_samples_and_inputs_are_divided_and_agree(tmp_path: Path, office: Office) -> None:
    many = lesson([95, 1], samples=2, kinds=["sigmoid"], loss="binary_cross_entropy")
    valid(backprop_book(work_out(many)), tmp_path / "inputs.xlsx", office)


def valid(book: Book, out: Path, office: Office | None) -> None:
    """No fault, and no formula that IronCalc or, where there is one, an office reads otherwise."""
    write(book, out)
    assert not faults(out)
    formulas, ours = formulas_of(out), cells(out)
    engines = [(office.values(out), "")] if office else []
    engines.append((ironcalc_values(out, formulas), NOT_COMPUTED))
    for theirs, left_out in engines:
        compared = 0
        for name, places in formulas.items():
            if name == left_out:
                continue
            for place, formula in places.items():
                expected, found = ours[name][place], theirs[name][place]
                # A difference of nearly equal losses, divided by a small step.
                slack = 1e-7 if name == "Gradient check" else 1e-10
                agreed = same(expected, found, slack) or alike(expected, found)
                assert agreed, (name, place, expected, found, formula)
                compared += 1
        assert compared > 10_000


NUMBER = re.compile(r"(\d+(?:\.\d+)?(?:·10\^-?\d+)?)")
NEGATIVE = re.compile(rf"\(-{NUMBER.pattern}\)")


def alike(wanted: object, actual: object) -> bool:
    """Whether two texts differ but in how numbers are rounded: those that end on a 5, as 0.5000025,
    fall either way, and IronCalc takes those within 2.2e-16 for 0.
    """
    if not (isinstance(wanted, str) and isinstance(actual, str)):
        return False
    ours, theirs = (NUMBER.split(NEGATIVE.sub(r"\1", text)) for text in (wanted, actual))
    if ours[::2] != theirs[::2]:
        return False
    pairs = zip(ours[1::2], theirs[1::2], strict=True)
    numbers = ([float(text.replace("·10^", "e")) for text in pair] for pair in pairs)
    return all(math.isclose(*pair, rel_tol=1.1e-5, abs_tol=2.3e-16) for pair in numbers)


LARGE: dict[str, Callable[[], Lesson]] = {
    "softmax of 300": lambda: lesson([2, 300], loss="cross_entropy"),
    "hidden softmax of 300": lambda: lesson([2, 300, 2], kinds=["softmax", "identity"]),
    "binary cross-entropy of 300": lambda: lesson(
        [2, 300], kinds=["sigmoid"], loss="binary_cross_entropy"
    ),
    "1000 inputs": lambda: lesson([1000, 2]),
    "400 hidden": lambda: lesson([2, 400, 2]),
    "three of 40": lambda: lesson([2, 40, 40, 40, 2]),
    "softmax upon softmax": lambda: lesson(
        [5, 30, 30, 5], kinds=["softmax"] * 3, loss="cross_entropy"
    ),
    "500 samples": lambda: lesson([2, 2, 2], samples=500),
    "gelu and softplus": lambda: lesson([20, 30, 20], kinds=["gelu", "softplus"], samples=2),
    "16 layers of 10": lambda: lesson([10] * 17),
    "200 layers": lambda: lesson([1] * 200),
    "adam on 1000": lambda: lesson([250, 4], optimizer="adam"),
}


@pytest.mark.full
@pytest.mark.parametrize("name", LARGE)
def test_large_networks_make_valid_workbooks(name: str, tmp_path: Path, office: Office) -> None:
    valid(backprop_book(work_out(LARGE[name]())), tmp_path / "large.xlsx", office)


@pytest.mark.full
def test_as_many_rates_as_a_chart_has_lines(tmp_path: Path) -> None:
    many = lesson([2, 2], learning_rates=[n / 1000 for n in range(1, 256)])
    # LibreOffice draws all 256 charts of a book that it recalculates, for minutes.
    valid(backprop_book(work_out(many)), tmp_path / "rates.xlsx", None)


def test_long_titles_and_labels(tmp_path: Path) -> None:
    odd = ("\"&<'>=%" * LONGEST_TITLE)[:LONGEST_TITLE]
    book = backprop_book(work_out(lesson([2, 2], samples=2, title=odd, labels=[odd, "x" * 200])))
    write(book, tmp_path / "odd.xlsx")
    assert not faults(tmp_path / "odd.xlsx")
    actual = cells(tmp_path / "odd.xlsx")[PARAMETERS]
    assert actual["A1"] == odd
    assert actual["C7"] == f"input of {odd}"
    assert max(len(one.name) for one in book.sheets) <= limits.MAX_NAME


def parameters_of(book: Book) -> Sheet:
    return next(sheet for sheet in book.sheets if sheet.name == PARAMETERS)


@pytest.mark.no_cover
@pytest.mark.parametrize(("rates", "kind"), [(26, "choice"), (94, "choice"), (95, "formula")])
def test_a_drop_down_or_a_rule(rates: int, kind: str) -> None:
    worked = work_out(lesson([1, 1], learning_rates=[0.1] * rates))
    (rule,) = parameters_of(backprop_book(worked)).validations[-1:]
    assert rule.kind == kind
    assert len(",".join(rule.choices)) <= limits.MAX_CHOICES
    assert len(rule.formula) <= limits.MAX_CHOICES


@pytest.mark.no_cover
def test_the_rule_knows_the_letters(tmp_path: Path) -> None:
    worked = work_out(lesson([1, 1], learning_rates=[0.1] * 95))
    book = backprop_book(worked)
    sheet = parameters_of(book)
    rule, parameters = sheet.validations[-1], dict(sheet.cells)
    asked: dict[int, Value] = {1: "B", 2: "CQ", 3: "CR", 4: "*", 5: 0.5}
    for number, typed in asked.items():
        parameters[rule.row, 2] = Cell(typed, "choice")
        parameters[1, 10] = Cell(False, formula=rule.formula)
        write(Book("asked", (Sheet(PARAMETERS, parameters),)), tmp_path / "asked.xlsx")
        actual = ironcalc_values(tmp_path / "asked.xlsx", {PARAMETERS: {"J1": None}})
        assert actual[PARAMETERS]["J1"] is (number < 3), typed


A = [quantity(f"a{n}") for n in range(1, 401)]
B = [quantity(f"b{n}") for n in range(1, 401)]
WHOLE = quantity("whole")
LONG = {
    "a sum": Add(*A),
    "products": Add(*(a * b for a, b in zip(A, B, strict=True))),
    "squares": Add(*((a - b) ** 2 for a, b in zip(A, B, strict=True))),
    "a maximum": peak(*A),
    "sums in a sum": Add(*(a * Add(*(a + b for b in B[:50])) for a in A[:30])),
    "sums in products": Mul(Add(*A), Add(*B), evaluate=False),
    "one long term": A[0] * Add(*B) + A[1],
}


@pytest.mark.no_cover
@pytest.mark.parametrize("name", LONG)
def test_pieces_are_short_and_mean_the_same(name: str) -> None:
    pieces = split_sums([Equation(WHOLE, LONG[name])])
    assert len(pieces) > 1
    assert len({piece.symbol for piece in pieces}) == len(pieces)
    assert pieces[-1].symbol == WHOLE
    lengths = [len(excel(piece.expr, lambda _: LONGEST_ADDRESS)) for piece in pieces]
    assert max(lengths) <= LONGEST < limits.MAX_FORMULA
    given = np.random.default_rng(1).normal(size=len(A) + len(B))
    (whole,) = function([*A, *B], [Equation(WHOLE, LONG[name])])(*given)
    assert function([*A, *B], pieces)(*given)[-1] == pytest.approx(whole, rel=1e-12)


def test_a_short_sum_stays_as_it_is() -> None:
    short = Equation(WHOLE, Add(*A[:100]))
    assert split_sums([short]) == (short,)


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (Add(*A[:4]), "a1 + a2 + a3 + a4"),
        (Add(*A[:9]), "a1 + a2 + … + a9"),
        (Add(*(-a for a in A[:9])), "-a1 - a2 - … - a9"),
        (peak(*A[:9]), "max(a1, a2, …, a9)"),
        (Mul(*A[:5]), "a1 · a2 · a3 · a4 · a5"),
    ],
)
def test_long_sums_are_abridged(expr: Expr, text: str) -> None:
    assert plain(abridged(expr, 4)) == text


def page(*symbols: Symbol) -> EquationPage:
    """A page that knows these values, as numbers in cells far away, none of them as text."""
    known = {s: Known(Operand(LONGEST_ADDRESS), 0.125) for s in symbols}
    return EquationPage("Step", QuantityCells(known))


def test_numbers_are_shown_as_far_as_a_formula_holds_them() -> None:
    made = page(*A)
    made.line(Equation(WHOLE, Add(*A[:150])), "words")
    (shown,) = (cell for (_, column), cell in made.cells.items() if column == NUMBERS)
    assert str(shown.value).startswith("0.125 + 0.125")
    assert str(shown.value).endswith("… + 0.125")
    assert 0 < len(str(shown.formula)) <= limits.MAX_FORMULA
    made = page(*A)
    made.line(Equation(WHOLE, Mul(*A[:30])), "words")
    (shown,) = (cell for (_, column), cell in made.cells.items() if column == NUMBERS)
    assert (shown.value, shown.formula) == ("too long to be shown", None)


FAULTS = {
    "characters": "=" + "+".join(["A1"] * 3000),
    "arguments": f"=MAX({','.join(['A1'] * 256)})",
    "brackets within each other": "=" + "ABS(" * 65 + "1" + ")" * 65,
    "a text of": f'="{"x" * 256}"',
}
FAULTLESS = [
    "=" + "+".join(["A1"] * 2730),
    f"=MAX({','.join(['A1'] * 255)})",
    "=" + "ABS(" * 64 + "1" + ")" * 64,
    f'="{"x" * 253}"""&"{"y" * 255}"',
    "=MAX(" + ",".join(["'Step 1, forward (pass)'!A1"] * 200) + ")",
]


@pytest.mark.parametrize("name", FAULTS)
def test_what_excel_does_not_read_is_never_written(name: str, tmp_path: Path) -> None:
    faulty = Book("faulty", (Sheet("S", {(1, 2): Cell(1.0, formula=FAULTS[name])}),))
    with pytest.raises(ToolkitError, match=rf"'S': the formula in B1 has .*{name}.*network\."):
        write(faulty, tmp_path / "faulty.xlsx")
    assert formula_faults(FAULTS[name][1:])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("formula", FAULTLESS)
def test_what_excel_just_reads_is_written(formula: str, tmp_path: Path) -> None:
    write(Book("b", (Sheet("S", {(1, 1): Cell(1.0, formula=formula)}),)), tmp_path / "b.xlsx")
    assert not faults(tmp_path / "b.xlsx")


def test_a_text_too_long_for_a_cell(tmp_path: Path) -> None:
    long = Book("long", (Sheet("S", {(2, 1): Cell("x" * 32_768)}),))
    with pytest.raises(ToolkitError, match=r"the text in A2 has 32,768 characters"):
        write(long, tmp_path / "long.xlsx")
