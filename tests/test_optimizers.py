"""The optimizers that a lesson compares: their tables, their sheet, their keys."""

from math import isclose
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook

from tests import torch_reference
from tests.lint import faults
from tests.parts import ERROR
from tests.recalculation import Cells, Office, cells, chart_values, with_cell
from tests.test_network import close
from toolkit.book.address import letters
from toolkit.book.writer import write
from toolkit.files.errors import ToolkitError
from toolkit.files.templates import templates_folder
from toolkit.network.derivation import LOSS
from toolkit.network.lesson import Lesson, Optimizer, Training, load
from toolkit.network.trace import Values
from toolkit.pages.backprop import backprop_book, samples, work_out
from toolkit.pages.backprop.layout import BACKPROP, OPTIMIZERS, PARAMETERS, START, LessonLayout
from toolkit.pages.backprop.optimizers import HEADING_ROW as OPTIMIZERS_ROW
from toolkit.pages.backprop.optimizers import own_table
from toolkit.pages.backprop.table import HEADING_ROW
from toolkit.symbols.activations import as_one, fading
from toolkit.symbols.equation import Equation, quantity
from toolkit.symbols.excel import excel
from toolkit.symbols.numeric import function, value
from toolkit.symbols.plain import plain
from toolkit.symbols.typeset import typeset

LINE_TEXT = (templates_folder() / "lessons" / "line.toml").read_text(encoding="utf-8")
KINDS = ["momentum", "nesterov", "adagrad", "rmsprop", "adam"]


@pytest.fixture(scope="module")
def line() -> LessonLayout:
    return work_out(load("line"))


@pytest.fixture(scope="module")
def line_book(tmp_path_factory: pytest.TempPathFactory, line: LessonLayout) -> Path:
    path = tmp_path_factory.mktemp("line") / "line.xlsx"
    write(backprop_book(line), path)
    return path


def place_of(worked: LessonLayout, name: str) -> str:
    """The cell on the sheet Parameters that holds a parameter."""
    known = worked.parameters[quantity(name)]
    return known.address.split("!")[1].replace("$", "")


def columns(sheets: Cells, worked: LessonLayout, one: LessonLayout) -> dict[str, Values]:
    """The table of an optimizer by headings, as the values lie in the file."""
    sheet, rows = sheets[one.lesson.training.optimizer], worked.trace.epochs + 1
    return {
        column.heading: np.array(
            [sheet[f"{letters(n)}{HEADING_ROW + row}"] for row in range(1, rows + 1)], dtype=float
        )
        for n, column in enumerate(own_table(one).columns, 1)
    }


def as_torch(actual: dict[str, Values], worked: LessonLayout, lesson: Lesson) -> None:
    """Parameters, gradients and losses are those of PyTorch's own optimizer."""
    names = [p.name for p in worked.derived.parameters]
    slopes = [f"∂E_total/∂{name}" for name in names]
    theirs = torch_reference.run(lesson, lesson.training.learning_rates[0])
    for headings, expected in zip((names, slopes, [LOSS.name]), theirs, strict=True):
        ours = np.column_stack([actual[heading] for heading in headings])
        close(ours, np.array(expected), 1e-9)


def same(ours: Cells, theirs: Cells, sheets: list[str]) -> None:
    """Every cell of these sheets; their numbers are sums of terms of about size 1."""
    for sheet in sheets:
        assert ours[sheet].keys() == theirs[sheet].keys(), sheet
        for place, expected in ours[sheet].items():
            actual = theirs[sheet][place]
            if isinstance(expected, int | float) and isinstance(actual, int | float):
                assert isclose(actual, expected, rel_tol=1e-10, abs_tol=1e-10), (sheet, place)
            else:
                assert actual == expected, (sheet, place)


def test_each_table_is_what_torch_does(line: LessonLayout, line_book: Path) -> None:
    assert [one.lesson.training.optimizer for one in line.compared] == KINDS
    actual = cells(line_book)
    for one in line.compared:
        as_torch(columns(actual, line, one), line, one.lesson)


def test_each_remembers_in_columns_of_its_own(line: LessonLayout) -> None:
    states = [[s.name for s in one.derived.states] for one in line.compared]
    v, s = ["v_w1", "v_b1"], ["s_w1", "s_b1"]
    assert states == [v, v, s, s, ["m_w1", "s_w1", "m_b1", "s_b1"]]
    for one, names in zip(line.compared, states, strict=True):
        assert [c.heading for c in own_table(one).columns][-len(names) :] == names


@pytest.mark.no_cover
def test_all_sheets_recalculate_and_are_listed(line_book: Path, office: Office) -> None:
    ours = cells(line_book)
    same(ours, office.values(line_book), list(ours))
    assert not faults(line_book)
    listed = [v for place, v in ours[START].items() if place.startswith("A")]
    assert [name for name in listed if name in (OPTIMIZERS, *KINDS)] == [OPTIMIZERS, *KINDS]


def test_settings_of_one_optimizer_change_only_its_table_and_the_comparison(
    tmp_path: Path, line: LessonLayout, line_book: Path, office: Office
) -> None:
    number = list(cells(line_book)).index(PARAMETERS) + 1
    book = line_book
    for name, new in {"η adam": 0.7, "β1 adam": 0.5, "β2 adam": 0.9, "ε adam": 1e-3}.items():
        target = tmp_path / f"{name.replace(' ', '-')}.xlsx"
        book = with_cell(book, number, place_of(line, name), new, target)
    before, after = cells(line_book), office.values(book)
    same(before, after, [s for s in before if s not in (PARAMETERS, OPTIMIZERS, "adam")])
    adam = line.compared[-1]
    training = adam.lesson.training.model_copy(
        update={"learning_rates": (0.7,), "betas": (0.5, 0.9), "epsilon": 1e-3}
    )
    actual = columns(after, line, adam)
    as_torch(actual, line, adam.lesson.model_copy(update={"training": training}))
    rows = [place[1:] for place, v in after[OPTIMIZERS].items() if v == "adam"]
    assert after[OPTIMIZERS][f"B{rows[0]}"] == 0.7
    assert after[OPTIMIZERS][f"D{rows[0]}"] == pytest.approx(actual[LOSS.name][-1], rel=1e-12)
    # Its results, its losses at chosen epochs, and below its name the settings.
    changed = {place[1:] for place in after[OPTIMIZERS] if differs(before, after, place)}
    assert changed == {rows[0], rows[1], str(int(rows[2]) + 1)}


def differs(before: Cells, after: Cells, place: str) -> bool:
    old, new = before[OPTIMIZERS][place], after[OPTIMIZERS][place]
    if isinstance(old, int | float) and isinstance(new, int | float):
        return not isclose(old, new, rel_tol=1e-10, abs_tol=1e-10)
    return old != new


def test_the_own_optimizer_follows_the_chosen_rate(
    tmp_path: Path, line: LessonLayout, line_book: Path, office: Office
) -> None:
    book = load_workbook(line_book)
    places = {cell.value: cell.row for cell in book[PARAMETERS]["A"]}
    book[PARAMETERS][f"B{places['chosen rate']}"] = "A"
    book.save(tmp_path / "chosen.xlsx")
    actual = office.values(tmp_path / "chosen.xlsx")[OPTIMIZERS]
    row = OPTIMIZERS_ROW + 1
    assert (actual[f"A{row}"], actual[f"B{row}"]) == ("sgd", 0.01)
    assert actual[f"D{row}"] == pytest.approx(line.trace.column(LOSS, 0)[-1], rel=1e-12)


def test_the_finding_names_the_rates_at_which_sgd_is_not_ahead(
    line: LessonLayout, line_book: Path
) -> None:
    best = min(one.trace.column(LOSS, 0)[-1] for one in line.compared)
    ends = [line.trace.column(LOSS, rate)[-1] for rate in range(4)]
    behind = sum(end >= best for end in ends)
    said = cells(line_book)[OPTIMIZERS]["A3"]
    assert min(ends) < best
    assert said == (
        f"At epoch 50 sgd has the lowest loss, but only at its present η: at {behind} of its 4 "
        "learning rates it is not ahead of the best of the others. Tune every η alike before you "
        "rank optimizers."
    )


@pytest.mark.no_cover
def test_a_rate_at_which_another_optimizer_leads(
    tmp_path: Path, line_book: Path, office: Office
) -> None:
    book = load_workbook(line_book)
    book[OPTIMIZERS]["C4"] = 3
    places = {cell.value: cell.row for cell in book[PARAMETERS]["A"]}
    book[PARAMETERS][f"B{places['chosen rate']}"] = "A"
    book.save(tmp_path / "chosen.xlsx")
    actual = office.values(tmp_path / "chosen.xlsx")[OPTIMIZERS]
    first = OPTIMIZERS_ROW + 1
    at_3 = {actual[f"A{row}"]: actual[f"M{row}"] for row in range(first, first + 6)}
    best = min(at_3, key=lambda kind: float(str(at_3[kind])))
    assert best != "sgd"
    assert str(actual["A3"]).startswith(f"At epoch 3 {best} has the lowest loss; sgd would be")


def test_the_comparison_draws_every_loss(line: LessonLayout, line_book: Path) -> None:
    drawn = [
        series for title, series in chart_values(line_book) if title == "Loss for each optimizer"
    ]
    assert len(drawn) == 2
    assert drawn[0] == drawn[1]
    assert [name for name, _ in drawn[0]] == ["sgd", *KINDS]
    runs = [line.trace.column(LOSS, 3), *(one.trace.column(LOSS, 0) for one in line.compared)]
    for (_, losses), expected in zip(drawn[0], runs, strict=True):
        np.testing.assert_allclose(losses, expected, rtol=1e-14)


def test_every_loss_is_small_in_the_end(line: LessonLayout) -> None:
    # As the comments of the lesson say.
    for one in line.compared:
        assert one.trace.column(LOSS, 0)[-1] < 0.0214 + 0.006


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"adam"]', '"adamw"]', r"training.compare\[5\]: .*'rmsprop' or 'adam', not 'adamw'"),
        ('"adam"]', '"sgd"]', "training.compare: sgd is training.optimizer already; remove it"),
        ('"adam"]', '"momentum"]', "training.compare: momentum is listed twice; list each .* once"),
        (
            ', "adam"]',
            "]",
            "training.compare_learning_rates: 5 given, but training.compare requires 4; give 4",
        ),
        ("0.2, ", "0.0, ", r"training.compare_learning_rates\[5\]: .*greater than 0, not 0.0"),
        ("compare =", "compared =", r"training.compared: unknown key \(did you mean 'compare'\?\)"),
        (
            "compare = [",
            "# [",
            "training.compare_learning_rates: also requires training.compare; add",
        ),
        (
            'compare = ["momentum", "nesterov", "adagrad", "rmsprop", "adam"]',
            "compare = []",
            "training.compare: needs 1 entry or more",
        ),
    ],
)
def test_a_faulty_comparison_names_key_and_cure(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "my.toml"
    assert old in LINE_TEXT
    path.write_text(LINE_TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ToolkitError, match=f"^{path}: {message}"):
        load(str(path))


def test_a_comparison_needs_learning_rates(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text(LINE_TEXT.split("compare_learning_rates")[0], encoding="utf-8")
    with pytest.raises(ToolkitError, match=r"training\.compare: also requires training\.compare_l"):
        load(str(path))


def test_a_comparison_that_does_not_fit_is_refused(
    line: LessonLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    widest = len(own_table(line.compared[-1]).columns)
    monkeypatch.setattr("toolkit.book.tables.MAX_COLUMNS", widest)
    assert work_out(load("line")).compared
    monkeypatch.setattr("toolkit.book.tables.MAX_COLUMNS", widest - 1)
    with pytest.raises(ToolkitError, match="do not fit a sheet"):
        work_out(load("line"))


LONG: dict[str, Any] = {
    "title": "Adam for long",
    "network": {
        "layers": [1, 1],
        "activations": ["tanh"],
        "bias": False,
        "loss": "mean_squared_error",
    },
    "samples": {"inputs": [[1.0]], "targets": [[0.5]]},
    "start": {"weights": [-1.0]},
    "training": {"optimizer": "adam", "learning_rates": [0.0003], "epochs": 8000},
}


@pytest.mark.parametrize("epochs", [1000, pytest.param(8000, marks=pytest.mark.full)])
def test_adam_for_many_epochs(epochs: int, tmp_path: Path, office: Office) -> None:
    long = LONG | {"training": LONG["training"] | {"epochs": epochs}}
    worked = work_out(Lesson.model_validate(long))
    book = tmp_path / "long.xlsx"
    write(backprop_book(worked), book)
    ours, theirs = cells(book), office.values(book)
    assert not [v for sheet in theirs.values() for v in sheet.values() if ERROR.fullmatch(str(v))]
    same(ours, theirs, list(ours))
    (weight,) = worked.derived.weights
    steps, _, losses = torch_reference.run(worked.lesson, 0.0003)
    close(worked.trace.column(weight, 0)[:, None], np.array(steps), 1e-9)
    close(worked.trace.column(LOSS, 0)[:, None], np.array(losses), 1e-9)


B, N = quantity("β1"), quantity("epoch")


def test_a_fading_power_reads_as_a_power() -> None:
    assert plain(1 - fading(B, N)) == "1 - β1^epoch"
    assert typeset(fading(B, N)) == typeset(B**N)
    assert fading(B, 1) == B
    assert excel(fading(B, N), lambda s: {B: "B2", N: "A9"}[s]) == (
        "IF(A9*LN(MAX(10^-300,ABS(B2)))<-700,0,B2^A9)"
    )
    assert value(fading(B, N), {B: 0.9, N: 3}) == 0.9**3
    assert value(fading(B, N), {B: 0.9, N: 8000}) == 0.9**8000 == 0
    assert value(fading(B, N), {B: 0.0, N: 1}) == 0
    (many,) = function([B, N], [Equation(quantity("y"), fading(B, N))])(np.array([0.0, 0.5]), 2)
    assert many.tolist() == [0, 0.25]


def test_what_stays_together_is_not_taken_apart() -> None:
    kept = N / (as_one(B / (1 - N)) + 1)
    assert plain(kept) == "epoch / (1 + (β1 / (1 - epoch)))"
    assert value(kept, {B: 4.0, N: 3.0}) == 3 / (4 / -2 + 1)


@pytest.mark.parametrize("optimizer", ["momentum", "adagrad", "adam"])
def test_what_an_optimizer_remembers_stays_beside_the_weights(optimizer: Optimizer) -> None:
    """Where each sample has a sheet of its own, all samples share the optimizer's columns."""
    lesson = load("xor")
    training = Training(optimizer=optimizer, learning_rates=(0.1,), epochs=2)
    run = work_out(lesson.model_copy(update={"training": training}))
    by_sheet = samples.tables(run)
    states = {symbol.name for symbol in run.derived.states}
    shown = {name: {column.heading for column in one.columns} for name, one in by_sheet.items()}
    assert len(by_sheet) == 1 + len(lesson.samples.inputs)
    assert states and states <= shown.pop(BACKPROP)
    assert not any(states & headings for headings in shown.values())
