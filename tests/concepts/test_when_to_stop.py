"""Sizes and weights are those of PyTorch's layers; a 3x3 that does not fit is said to."""

import torch
from torch import nn

from tests.concepts.blocks import number
from tests.concepts.conftest import Changed
from toolkit.pages.concepts import when_to_stop

SIDE, CHANNELS, CLASSES = 31, 6, 7
TOP = 17  # the image's row


def test_sizes_and_ways_to_finish(changed: Changed) -> None:
    changes = {"B10": SIDE, "B11": 3, "B12": 2, "B13": CHANNELS, "B14": CLASSES}
    actual = changed(when_to_stop.CONCEPT, changes)
    kinds = ["3x3", "3x3", "3x3", "pool 2x2", "3x3", "3x3"]
    made = torch.zeros(1, 1, SIDE, SIDE)
    for row, kind in enumerate(kinds, TOP + 1):
        made = nn.Conv2d(1, 1, 3)(made) if kind == "3x3" else nn.MaxPool2d(2)(made)
        assert (actual[f"C{row}"], number(actual, f"D{row}")) == (kind, made.shape[-1])
    left = made.shape[-1]
    assert actual["A32"] == f"Left: a map of {left}x{left}. Three ways to finish:"
    linear, large = nn.Linear(CHANNELS, CLASSES), nn.Conv2d(CHANNELS, CLASSES, left)
    more = [nn.Conv2d(CHANNELS, CHANNELS, 3, bias=False) for _ in range(3)]
    ways = ([linear], [large], [*more, linear])
    assert [number(actual, f"D{row}") for row in (38, 39, 40)] == [
        sum(p.numel() for layer in way for p in layer.parameters()) for way in ways
    ]
    assert (number(actual, "B40"), number(actual, "C40")) == (3, left - 6)


def test_what_does_not_fit_any_more(changed: Changed) -> None:
    actual = changed(when_to_stop.CONCEPT, {"B12": 7, "B13": None, "B14": "x"})
    notes = [actual.get(f"F{row}") for row in range(TOP + 1, TOP + 12)]
    # 28 26 24 12 10 8 6 4 2, and then two that find no room.
    assert notes == [*(8 * [None]), *(2 * ["a 3x3 does not fit any more: stop"]), None]
    assert not any(str(value).startswith("#") for value in actual.values())
