"""The sheet Result: the fitted curve, or the answers, at an epoch that the reader chooses."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.lint import faults
from tests.recalculation import Office, cells, with_cell
from tests.shipped import shipped_book
from toolkit.book.writer import write
from toolkit.files.templates import shipped
from toolkit.network.derivation import LOSS
from toolkit.network.lesson import changed, load
from toolkit.pages.backprop import backprop_book, shallow, work_out
from toolkit.pages.backprop.layout import RESULT, SHALLOW, LessonLayout, chosen_rate
from toolkit.symbols.equation import quantity

EPOCH = "B4"
WITH_RESULT = {"diverge", "line", "softmax", "xor"}


def book(run: LessonLayout, folder: Path) -> Path:
    path = folder / "book.xlsx"
    write(backprop_book(run), path)
    assert not faults(path)
    return path


def at_epoch(book_path: Path, epoch: Any, office: Office, folder: Path) -> dict[str, Any]:
    """The sheet Result with another epoch, recalculated."""
    number = list(cells(book_path)).index(RESULT) + 1
    edited = with_cell(book_path, number, EPOCH, epoch, folder / "edited.xlsx")
    return dict(office.values(edited)[RESULT])


@pytest.mark.parametrize("name", shipped("lessons"))
def test_which_lessons_have_a_result(name: str) -> None:
    sheets = [sheet.name for sheet in shipped_book(name).sheets]
    assert (RESULT in sheets) == (name in WITH_RESULT)
    assert (SHALLOW in sheets) == (name == "xor")


@pytest.mark.no_cover
def test_the_line_follows_the_chosen_epoch(tmp_path: Path, office: Office) -> None:
    run = work_out(load("line"))
    rate, path = chosen_rate(run.lesson), book(run, tmp_path)
    for epoch in (0, 3):
        sheet = at_epoch(path, epoch, office, tmp_path)
        for row, (n, target) in enumerate(
            zip(range(1, 6), run.lesson.samples.targets, strict=True), 8
        ):
            output = run.trace.column(quantity(f"a_o1[{n}]"), rate)[epoch]
            assert sheet[f"E{row}"] == pytest.approx(output, rel=1e-12)
            assert sheet[f"F{row}"] == pytest.approx(target[0] - output, rel=1e-12)
        loss = run.trace.column(LOSS, rate)[epoch]
        assert f"At epoch {epoch} E_total = {loss:.6g}"[:24] in str(sheet["A3"])


@pytest.mark.parametrize("epoch", [-3, 1e9, "text"])
def test_an_epoch_that_does_not_exist_is_the_nearest_one(
    epoch: Any, tmp_path: Path, office: Office
) -> None:
    run = work_out(changed(load("line"), epochs=4))
    sheet = at_epoch(book(run, tmp_path), epoch, office, tmp_path)
    nearest = 4 if epoch == 1e9 else 0
    output = run.trace.column(quantity("a_o1[5]"), chosen_rate(run.lesson))[nearest]
    assert sheet["E12"] == pytest.approx(output, rel=1e-12)


def test_xor_needs_its_hidden_layer(tmp_path: Path) -> None:
    sheet = cells(book(work_out(load("xor")), tmp_path))[RESULT]
    found = re.fullmatch(
        r"Right answers: before training \d of 4; at the chosen epoch (\d) of 4; "
        r"the same without a hidden layer (\d) of 4\.",
        str(sheet["A3"]),
    )
    assert found is not None
    assert found[1] == "4"
    assert int(found[2]) < 4  # no line divides the plane as XOR does


def test_without_hidden_layers_it_starts_with_the_same_first_parameters() -> None:
    run = work_out(changed(load("xor"), epochs=1))
    small = shallow.lay_out(run)
    assert small.lesson.network.layers == (2, 1)
    for name in ("w1", "w2", "b1"):
        ours, theirs = (one.trace.column(quantity(name), 0)[0] for one in (small, run))
        assert ours == theirs == run.parameters[quantity(name)].value


def test_probabilities_of_each_sample_add_up_to_1(tmp_path: Path) -> None:
    sheet = cells(book(work_out(load("softmax")), tmp_path))[RESULT]
    for row in (8, 9):
        for columns in ("FGH", "LMN"):
            shares = [float(str(sheet[f"{c}{row}"])) for c in columns]
            assert sum(shares) == pytest.approx(1, rel=1e-12)
        assert sheet[f"O{row}"] == sheet[f"D{row}"]
