"""Sizes and weights are those of PyTorch's layers; a 3x3 that does not fit is said to."""

import pytest
import torch
from torch import nn

from tests.concepts.blocks import number
from tests.concepts.conftest import Changed
from toolkit.pages.concepts import when_to_stop

SIDE, CHANNELS, CLASSES = 31, 6, 7
TOP, WAYS = 39, 55  # the rows of the image and of the first way to finish


def test_sizes_and_ways_to_finish(changed: Changed) -> None:
    changes = {"B6": SIDE, "B7": 3, "B8": 2, "B9": CHANNELS, "B10": CLASSES}
    actual = changed(when_to_stop.CONCEPT, changes)
    kinds = ["3x3", "3x3", "3x3", "pool 2x2", "3x3", "3x3"]
    made = torch.zeros(1, 1, SIDE, SIDE)
    for row, kind in enumerate(kinds, TOP + 1):
        made = nn.Conv2d(1, 1, 3)(made) if kind == "3x3" else nn.MaxPool2d(2)(made)
        assert (actual[f"C{row}"], number(actual, f"D{row}")) == (kind, made.shape[-1])
        assert (actual[f"K{row}"], number(actual, f"L{row}")) == (kind[:4].strip(), made.shape[-1])
    assert not number(actual, f"L{TOP + len(kinds) + 1}")
    left = made.shape[-1]
    assert actual["A12"] == f"A map of {left}x{left} is left."
    linear, large = nn.Linear(CHANNELS, CLASSES), nn.Conv2d(CHANNELS, CLASSES, left)
    more = [nn.Conv2d(CHANNELS, CHANNELS, 3, bias=False) for _ in range(3)]
    ways = ([linear], [large], [*more, linear])
    assert [number(actual, f"D{row}") for row in range(WAYS, WAYS + 3)] == [
        sum(p.numel() for layer in way for p in layer.parameters()) for way in ways
    ]
    assert (number(actual, f"B{WAYS + 2}"), number(actual, f"C{WAYS + 2}")) == (3, left - 6)


def test_what_does_not_fit_any_more(changed: Changed) -> None:
    actual = changed(when_to_stop.CONCEPT, {"B8": 7, "B9": None, "B10": "x"})
    notes = [actual.get(f"F{row}") for row in range(TOP + 1, TOP + 12)]
    # 28 26 24 12 10 8 6 4 2, and then two that find no room.
    assert notes == [*(8 * [None]), *(2 * ["a 3x3 does not fit any more: stop"]), None]
    assert not any(str(value).startswith("#") for value in actual.values())


@pytest.mark.parametrize(
    ("before", "after", "answer", "weights"),
    [
        (2, 5, "A map of 2x2 is left.", (290, 1130)),
        (2, 6, "Too many: at least one 3x3 is larger than its map.", None),
        (2, 2, "A map of 8x8 is left.", (290, 17_930)),
        (2, 0, "A map of 12x12 is left.", (290, 40_330)),
        (5, 4, "A map of 1x1 is left.", (290, 290)),
        (5, 5, "Too many: at least one 3x3 is larger than its map.", None),
    ],
)
def test_what_the_tasks_expect(
    changed: Changed, before: int, after: int, answer: str, weights: tuple[int, int] | None
) -> None:
    actual = changed(when_to_stop.CONCEPT, {"B7": before, "B8": after})
    assert actual["A12"] == answer
    notes = [actual.get(f"F{row}") for row in range(TOP + 1, TOP + 14)]
    assert any(notes) == answer.startswith("Too many")
    if weights:
        assert (number(actual, "B16"), number(actual, "B17")) == weights
