"""Every activation, loss, optimizer and initializer that a lesson may name has its texts and its
equations, so that no page fails on one that none of the shipped lessons uses.
"""

from collections.abc import Collection
from functools import cache
from typing import get_args

import pytest

from toolkit.book.sheet import Sheet
from toolkit.files.templates import shipped
from toolkit.network import optimizers as steps
from toolkit.network.initial_parameters import BOUNDS
from toolkit.network.lesson import SETTINGS, Activation, Initializer, Loss, Optimizer, changed, load
from toolkit.pages.backprop import (
    backprop_book,
    gradient_sizes,
    optimizer_steps,
    sentences,
    update,
    work_out,
)
from toolkit.pages.backprop.lines import NAME, SENTENCE, VALUE
from toolkit.pages.backprop.steps import SUMMARIES, StepKind
from toolkit.symbols.activations import ACTIVATIONS

# Equations of these are written elsewhere: the slope of one is a setting, the other reads a layer.
OF_LAYERS = ("leaky_relu", "softmax")
BY_LITERAL: list[tuple[object, dict[str, Collection[object]]]] = [
    (
        Activation,
        {
            "sentences": sentences.ACTIVATIONS,
            "slopes": gradient_sizes.SLOPE_WORDS,
            "equations": [*ACTIVATIONS, *OF_LAYERS],
        },
    ),
    (Loss, {"sentences": sentences.ERRORS}),
    (
        Optimizer,
        {
            "names": update.NAMES,
            "sentences": optimizer_steps.SENTENCES,
            "settings": SETTINGS,
            "states": steps.STATES,
            "equations": steps.STEPS,
        },
    ),
    (Initializer, {"bounds": BOUNDS}),
    (StepKind, {"summaries": SUMMARIES}),
    (steps.StateKind, {"letters": steps.STATE_KINDS, "sentences": sentences.UPDATES}),
]


@pytest.mark.parametrize(
    ("literal", "where", "keys"),
    [(literal, where, keys) for literal, by in BY_LITERAL for where, keys in by.items()],
)
def test_every_member_has_its_entry(literal: object, where: str, keys: Collection[object]) -> None:
    members = get_args(literal)
    assert len(members) > 1, where
    assert sorted(map(str, keys)) == sorted(members)


def test_every_setting_of_an_optimizer_has_a_symbol_and_a_meaning() -> None:
    names = {name for of_one in SETTINGS.values() for name in of_one}
    assert names <= set(steps.SYMBOLS)
    assert {symbol for name in names for symbol in steps.SYMBOLS[name]} <= set(steps.MEANINGS)


@cache
def sheets(lesson: str) -> dict[str, Sheet]:
    """The sheets of a shipped lesson by their names, after two epochs."""
    book = backprop_book(work_out(changed(load(lesson), epochs=2)), lesson)
    return {sheet.name: sheet for sheet in book.sheets}


def equations(sheet: Sheet) -> list[str]:
    """What the pictures of a sheet say, from top to bottom."""
    return [picture.alt for picture in sorted(sheet.pictures, key=lambda each: each.row)]


@pytest.mark.parametrize("lesson", shipped("lessons"))
def test_every_line_of_steps_1_and_the_last_has_a_sentence_of_its_own(lesson: str) -> None:
    named = sheets(lesson)
    first, last = (
        next(s for name, s in named.items() if name.endswith(end))
        for end in ("forward pass", "update")
    )
    for sheet in (first, last):
        words = [cell.value for (_, column), cell in sheet.cells.items() if column == SENTENCE]
        assert len(set(words)) == len(words) == len(sheet.pictures)


@pytest.mark.parametrize(
    ("lesson", "first", "last", "why"),
    [
        (
            "class",
            "∂E_total/∂w5 = ∂(E1 + E2)/∂w5 = ∂E1/∂w5 + 0",
            "∂E_total/∂w5 = (a_o1 - t1) · a_o1 · (1 - a_o1) · a_h1",
            "w5 enters o1, so it changes E1; it never enters o2, so E2 does not change with it.",
        ),
        (
            "line",
            "∂E_total/∂w1 = ∂(1/5 · (E1[1] + E1[2] + … + E1[5]))/∂w1 = "
            "1/5 · (∂E1[1]/∂w1 + ∂E1[2]/∂w1 + … + ∂E1[5]/∂w1)",
            "∂E_total/∂w1 = 1/5 · (2 · (a_o1[1] - t1[1]) · i1[1] + …)",
            "w1 enters o1 of every sample, so it changes E1 of every sample.",
        ),
        (
            "softmax",
            "∂E_total/∂w7 = ∂(1/2 · (E1[1] + E1[2] + … + E3[2]))/∂w7 = "
            "1/2 · (∂E1[1]/∂w7 + ∂E2[1]/∂w7 + … + ∂E3[2]/∂w7)",
            "∂E_total/∂w7 = 1/2 · ((a_o1[1] - t1[1]) · a_h1[1] + …)",
            "w7 enters o1 of every sample. A softmax divides by the sum over all outputs, so every "
            "share and every error changes with o1.",
        ),
    ],
)
def test_step_2_goes_from_the_whole_loss_to_the_written_product(
    lesson: str, first: str, last: str, why: str
) -> None:
    step = sheets(lesson)["Step 2, one weight"]
    shown = equations(step)
    assert (shown[0], shown[-1]) == (first, last)
    assert why in [cell.value for cell in step.cells.values()]


@pytest.mark.parametrize("lesson", shipped("lessons"))
def test_step_2_ends_with_the_gradient_of_the_table(lesson: str) -> None:
    run = work_out(changed(load(lesson), epochs=2))
    step = next(s for s in backprop_book(run).sheets if s.name == "Step 2, one weight")
    rows = {row: cell.value for (row, column), cell in step.cells.items() if column == NAME}
    row = max(row for row, name in rows.items() if str(name).startswith("∂E_total/∂w"))
    symbol = next(s for s in run.trace.values if s.name == rows[row])
    assert step.cells[row, VALUE].value == pytest.approx(run.trace.column(symbol, 0)[0], rel=1e-12)


@pytest.mark.parametrize("lesson", ["line", "xor"])
def test_a_mean_is_not_called_a_sum(lesson: str) -> None:
    words = [str(c.value) for c in sheets(lesson)["Step 2, one weight"].cells.values()]
    assert any("mean over all" in text for text in words)
    assert not any("adds up" in text or "add up" in text for text in words)


@pytest.mark.parametrize("lesson", shipped("lessons"))
def test_no_equation_of_a_lesson_shows_a_guard(lesson: str) -> None:
    shown = [text for sheet in sheets(lesson).values() for text in equations(sheet)]
    assert not [text for text in shown if "max(" in text and "max_" not in text]


def test_start_here_says_each_learning_rate() -> None:
    said = [cell.value for cell in sheets("class")["Start here"].cells.values()]
    wanted = [f"the table at η = {rate:g}" for rate in load("class").training.learning_rates]
    assert [words for words in said if str(words).startswith("the table at η")] == wanted


def test_the_loss_and_the_parameters_come_first_in_every_table() -> None:
    tables = [[c.heading for c in t.columns] for s in sheets("class").values() for t in s.tables]
    of_epochs = [headings for headings in tables if {"epoch", "w1"} <= {*headings}]
    assert len(of_epochs) == 1 + len(load("class").training.learning_rates)
    for headings in of_epochs:
        assert headings[:10] == ["epoch", "E_total", *(f"w{n}" for n in range(1, 9))]
