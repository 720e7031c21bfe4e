"""Sizes are those of PyTorch's layers; what a cell sees is what its gradient reaches."""

import pytest
import torch
from torch import nn

from tests.concepts.blocks import number, numbers
from tests.concepts.conftest import Changed
from toolkit.pages.concepts import receptive_field

TOP, PICTURE = 7, 41  # the row of the image, and the first of the picture
VERDICT, LAST, LAST_FIELD = "A19", "E17", "G17"
STACK = ((5, 2, 2), None, (3, 1, 1), (2, 2, 0), (3, 1, 0), None, None, None, None, (3, 1, 1))
SIDE = 27


def test_sizes_and_what_is_seen(changed: Changed) -> None:
    changes: dict[str, object] = {f"E{TOP}": SIDE}
    for row, layer in enumerate(STACK, TOP + 1):
        changes |= dict(zip((f"B{row}", f"C{row}", f"D{row}"), layer or 3 * (None,), strict=True))
    actual = changed(receptive_field.CONCEPT, changes)
    picture = numbers(actual, "BCDEFGHIJKL", PICTURE, PICTURE + 27)
    layers = [nn.Conv2d(1, 1, *layer) if layer else nn.Identity() for layer in STACK]
    maps = [torch.zeros(1, 1, SIDE, SIDE, requires_grad=True)]
    for module in layers:
        for parameter in module.parameters():
            nn.init.ones_(parameter)
        maps.append(module(maps[-1]))
        maps[-1].retain_grad()
    middle = (maps[-1].shape[-1] - 1) // 2
    maps[-1][0, 0, middle, middle].backward()
    for n, made in enumerate(maps):
        assert number(actual, f"E{TOP + n}") == made.shape[-1]
        assert made.grad is not None
        seen = (made.grad[0, 0].abs().sum(0) > 0).tolist()
        column = picture[:, n]
        assert [cell == 1 for cell in column[: len(seen)]] == seen
        assert all(column[: len(seen)] > 0)
        assert not any(column[len(seen) :])
    # r = 1 + 4·1 + 2·2 + 1·2 + 2·4 + 2·4, and j = 4
    assert (number(actual, f"G{TOP + 10}"), number(actual, f"F{TOP + 10}")) == (27, 4)


@pytest.mark.parametrize(
    ("changes", "field", "size", "verdict"),
    [
        ({}, 22, 4, "22 x 22 pixels of the image: a digit"),
        ({"B10": 1, "C10": 1}, 13, 16, "13 x 13 pixels of the image: less than a digit"),
        ({"B8": 7}, 26, 2, "26 x 26 pixels of the image: a digit"),
        ({"C8": 2}, 41, 0, "the last map is empty."),
        ({"C8": 2} | {f"D{row}": 1 for row in (8, 9, 12, 13, 14, 15)}, 41, 7, "all of it."),
    ],
)
def test_what_the_tasks_expect(
    changed: Changed, changes: dict[str, object], field: int, size: int, verdict: str
) -> None:
    actual = changed(receptive_field.CONCEPT, changes)
    assert (number(actual, LAST_FIELD), number(actual, LAST)) == (field, size)
    assert verdict in str(actual[VERDICT])
    if "C8" in changes and size == 0:
        assert (number(actual, "E13"), number(actual, "E14")) == (1, 0)  # of layers 6 and 7
