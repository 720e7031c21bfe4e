"""Averages and logits are those of PyTorch's pooling and linear layers, of a moved map too."""

import numpy as np
import torch
from torch import nn

from tests.concepts.blocks import number, numbers
from tests.concepts.conftest import Changed
from toolkit.pages.concepts import average_or_dense as concept

TOP = 24  # the row above the maps
LOGITS = 19  # the row of the first class
CHANGES = {
    "B15": 1,
    "B16": -2,
    "C25": 4,
    "B31": "x",
    f"B{LOGITS}": 2.5,
    f"F{LOGITS + 1}": -1,
    "S25": 3,
    "B47": 5,
    "B48": 6,
    "B49": 7,
}


def test_a_moved_pattern(changed: Changed) -> None:
    actual = changed(concept.CONCEPT, CHANGES)
    maps = torch.tensor(concept.MAPS, dtype=torch.float64)
    maps[0, 0, 1] = 4
    maps[1, 1, 0] = 0
    moved = torch.zeros_like(maps)
    moved[:, 1:, :2] = maps[:, :3, 2:]
    few = torch.tensor(concept.FEW_WEIGHTS, dtype=torch.float64)
    few[0, 0] = 2.5
    many = torch.tensor(concept.many_weights())
    many[0, 0, 0, 0] = 3
    bias = torch.tensor([0.0, -1.0, 0.0], dtype=torch.float64)
    for n, (drawn, columns) in enumerate(((maps, "BCDE"), (moved, "GHIJ"))):
        means = nn.AdaptiveAvgPool2d(1)(drawn).flatten()
        logits = nn.functional.linear(means, few, bias)
        dense = nn.functional.linear(drawn.flatten(), many.flatten(1), bias)
        for channel in range(4):
            row = TOP + 1 + 5 * channel
            if n or channel != 1:  # a text stands there
                assert np.array_equal(numbers(actual, columns, row, row + 3), drawn[channel])
            assert abs(number(actual, f"{'LM'[n]}{row + 1}") - float(means[channel])) < 1e-12
        for column, expected in (("HI"[n], logits), ("LM"[n], dense)):
            values = numbers(actual, column, LOGITS, LOGITS + 2)[:, 0]
            assert np.allclose(values, expected.numpy(), atol=1e-12)
            assert actual[f"{column}{LOGITS + 3}"] == f"class {int(expected.argmax()) + 1}"
        again = [number(actual, f"{column}{TOP - 2 + n}") for column in ("U", "Z", "AE")]
        assert np.allclose(again, dense.numpy(), atol=1e-12)
    sizes = [nn.Linear(5, 7), nn.Linear(5 * 6 * 6, 7)]
    assert [number(actual, f"G{row}") for row in (47, 48)] == [
        sum(parameter.numel() for parameter in layer.parameters()) for layer in sizes
    ]
