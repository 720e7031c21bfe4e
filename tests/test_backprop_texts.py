"""Every activation, loss, optimizer and initializer that a lesson may name has its texts and its
equations, so that no page fails on one that none of the shipped lessons uses.
"""

from collections.abc import Collection
from typing import get_args

import pytest

from toolkit.network import optimizers as steps
from toolkit.network.initial_parameters import BOUNDS
from toolkit.network.lesson import SETTINGS, Activation, Initializer, Loss, Optimizer
from toolkit.pages.backprop import gradient_sizes, optimizers, sentences, update
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
            "sentences": optimizers.SENTENCES,
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
