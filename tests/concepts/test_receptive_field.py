"""Sizes are those of PyTorch's layers; what a cell sees is what its gradient reaches."""

import torch
from torch import nn

from tests.concepts.blocks import number, numbers
from tests.concepts.conftest import Changed
from toolkit.pages.concepts import receptive_field

TOP = 15  # the image's row
STACK = ((5, 2, 2), None, (3, 1, 1), (2, 2, 0), (3, 1, 0), None, None, None, None, (3, 1, 1))
SIDE = 27


def test_sizes_and_what_is_seen(changed: Changed) -> None:
    changes: dict[str, object] = {f"E{TOP}": SIDE}
    for row, layer in enumerate(STACK, TOP + 1):
        changes |= dict(zip((f"B{row}", f"C{row}", f"D{row}"), layer or 3 * (None,), strict=True))
    actual = changed(receptive_field.CONCEPT, changes)
    picture = numbers(actual, "BCDEFGHIJKL", TOP + 14, TOP + 41)
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
