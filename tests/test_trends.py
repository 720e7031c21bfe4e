"""The verdicts on the losses of a run: one word each, and a sentence."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook
from sympy import Symbol

from tests.parts import ERROR
from tests.recalculation import Office, cells
from toolkit.book.writer import write
from toolkit.network.derivation import LOSS
from toolkit.network.lesson import changed, load
from toolkit.pages.backprop import backprop_book, work_out
from toolkit.pages.backprop.layout import PARAMETERS, RATES
from toolkit.pages.backprop.trends import (
    BEGIN,
    END,
    HALF,
    LOSSES,
    RISES,
    RULES,
    SLOPE,
    STATUS,
    STEEPEST,
    sentence,
    status,
)
from toolkit.symbols.numeric import value

FALLING = {BEGIN: 1.0, END: 0.25, RISES: 0, HALF: 3, STEEPEST: 0.1, SLOPE: 0.5}
ELEVEN = np.linspace(1.0, 0.25, 11)


@pytest.mark.parametrize(
    ("measures", "word", "said"),
    [
        ({}, "slows down", "Falls more and more slowly: half of the decrease is done by epoch 3."),
        (
            {HALF: 4},
            "falls steadily",
            "Falls steadily: the first half of the decrease takes 4 of 10 epochs.",
        ),
        (
            {RISES: 1},
            "slows down",
            "Falls more and more slowly: half of the decrease is done by epoch 3",
        ),
        ({RISES: 2}, "oscillates", "Oscillates: the loss rises in 2 of 10 epochs."),
        ({END: 1.0}, "does not move", "Does not move: the loss stays at 1."),
        ({END: 1.5, RISES: 10}, "rises", "Rises: the loss ends at 1.5, above the initial loss."),
        ({END: 2.5}, "diverges", "Diverges: the loss grows from 1 to 2.5."),
        ({END: 2.5, STEEPEST: "–"}, "diverges", "Diverges: the loss grows from 1 to 2.5."),
        (
            {STEEPEST: 1e-7},
            "settled",
            "Settled at a loss of 0.25: all gradients are almost 0, so the weights hardly move.",
        ),
        (
            {STEEPEST: 0.0, SLOPE: 0.0},
            "stuck",
            "Stuck at a loss of 0.25: a layer is saturated, so all gradients are almost 0.",
        ),
        ({STEEPEST: 0.0, SLOPE: "–"}, "settled", "Settled at a loss of 0.25"),
        ({STEEPEST: 0.0, SLOPE: 0.0, END: 1e-7}, "settled", "Settled at a loss of 1·10^-7"),
        ({STEEPEST: 0.0, SLOPE: 0.0, END: 9.0}, "stuck", "Stuck at a loss of 9"),
    ],
)
def test_a_word_and_a_sentence(measures: dict[Symbol, Any], word: str, said: str) -> None:
    known = {LOSSES: ELEVEN, **FALLING, **measures}
    assert value(status(), known) == word
    assert str(value(sentence(), known | {STATUS: word})).startswith(said)


def test_losses_that_are_no_numbers() -> None:
    known = {LOSSES: np.array([1.0, 4.0, np.nan, np.nan]), **FALLING, END: "–", RISES: "–"}
    assert value(status(), known) == "diverges"
    said = value(sentence(), known | {STATUS: "diverges"})
    assert said == "Diverges: the loss leaves the range of numbers at epoch 2."


def test_each_word_is_defined() -> None:
    words = [word for word, _ in RULES]
    assert len(words) == len(set(words)) == 8
    assert all(meaning.endswith(".") for _, meaning in RULES)


def results(book: Path, office: Office | None = None) -> list[tuple[str, str]]:
    """Status and sentence of each rate, as they lie in the file or as LibreOffice computes them."""
    sheet = (office.values(book) if office else cells(book))[RATES]
    rows = [a[1:] for a, v in sheet.items() if a[0] == "A" and str(v).startswith("Rate ")]
    return [(str(sheet[f"H{r}"]), str(sheet[f"N{r}"])) for r in rows if f"N{r}" in sheet]


@pytest.mark.no_cover
def test_a_rate_beyond_twice_the_inverse_curvature_diverges(tmp_path: Path) -> None:
    worked = work_out(load("diverge"))
    curvature = np.mean(np.square(worked.lesson.samples.inputs))
    for rate, eta in enumerate(worked.lesson.training.learning_rates):
        losses = worked.trace.column(LOSS, rate)
        assert (losses[1:] > losses[:-1]).all() == (eta > 2 / curvature)
    assert worked.trace.column(LOSS, 5)[-1] > 1e50
    write(backprop_book(worked, "diverge"), tmp_path / "d.xlsx")
    words = [word for word, _ in results(tmp_path / "d.xlsx")]
    assert words == ["slows down", "settled", "settled", "slows down", "diverges", "diverges"]
    assert "highest at η = 0.6" in str(cells(tmp_path / "d.xlsx")[RATES]["A3"])


def test_a_rate_that_saturates_the_network_does_not_win_unnoticed(tmp_path: Path) -> None:
    worked = work_out(changed(load("class"), learning_rates=[0.1, 1000.0, 1e6]))
    write(backprop_book(worked), tmp_path / "s.xlsx")
    assert [word for word, _ in results(tmp_path / "s.xlsx")] == [
        "falls steadily",
        "stuck",
        "stuck",
    ]
    said = str(cells(tmp_path / "s.xlsx")[RATES]["A3"])
    assert said.startswith("At epoch 66 the loss is lowest at η = 1000 (loss 0.0001)")
    assert said.endswith("but that run is stuck: its gradients are almost 0, so it learns no more.")


def test_losses_that_differ_by_rounding_count_as_equal(tmp_path: Path) -> None:
    """Their order would depend on the last digits, in which programs differ."""
    worked = work_out(changed(load("diverge"), learning_rates=[0.08, 0.09, 0.1], epochs=100))
    ends = [worked.trace.column(LOSS, rate)[66] for rate in range(3)]
    assert len(set(ends)) == 3 and ends == pytest.approx(ends[:1] * 3, rel=1e-12)
    write(backprop_book(worked, "diverge"), tmp_path / "d.xlsx")
    sheet = cells(tmp_path / "d.xlsx")[RATES]
    said = [str(text) for text in sheet.values()]
    assert said.count("the lowest of all") == 3
    assert "At epoch 66 the loss is the same at every learning rate: 0." in str(sheet["A3"])


@pytest.mark.no_cover
def test_any_rate_has_a_verdict_and_no_error(
    tmp_path: Path, class_book: Path, office: Office
) -> None:
    book = load_workbook(class_book)
    for row, rate in enumerate([0, -0.1, 1000, 1e6, None, 1e300], 19):
        book[PARAMETERS][f"B{row}"] = rate
    book[RATES]["C4"] = 1000
    book.save(tmp_path / "wild.xlsx")
    actual = office.values(tmp_path / "wild.xlsx")
    words = [word for word, _ in results(tmp_path / "wild.xlsx", office)]
    assert words == ["does not move", "rises", "stuck", "stuck", "does not move", "stuck"]
    assert not [v for v in actual[RATES].values() if ERROR.fullmatch(str(v))]
    assert str(actual[RATES]["A3"]).startswith("At epoch 100 the loss is lowest at η = 1000")
    assert actual[PARAMETERS]["C23"] == "no number: an empty cell counts as 0"
    assert str(actual[PARAMETERS]["C22"]).startswith("learning rate of sheet")
