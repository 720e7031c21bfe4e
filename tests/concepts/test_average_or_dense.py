"""Averages and logits are those of PyTorch's pooling and linear layers, of a moved map too."""

import numpy as np
import pytest
import torch
from torch import nn

from tests.concepts.blocks import number, numbers
from tests.concepts.conftest import Changed
from toolkit.pages.concepts import average_or_dense, moved_maps

TOP, FEW, COSTS = 42, 65, 71  # the rows above the maps, and of the first weights and costs
LOGITS = 19  # the row of the first class
PLACES = ("D7", "I7", "D12", "I12")  # the first cells of the moved maps
CHANGES = {
    "B6": 1,
    "B7": -2,
    "C43": 4,
    "B49": "x",
    f"B{FEW}": 2.5,
    f"F{FEW + 1}": -1,
    "S43": 3,
    f"B{COSTS}": 5,
    f"B{COSTS + 1}": 6,
    f"B{COSTS + 2}": 7,
}


def _place(channel: int) -> tuple[str, int]:
    """The columns and the first row of a moved map."""
    letter, row = PLACES[channel][0], int(PLACES[channel][1:])
    return ("DEFG" if letter == "D" else "IJKL"), row


def test_a_moved_pattern(changed: Changed) -> None:
    actual = changed(average_or_dense.CONCEPT, CHANGES)
    maps = torch.tensor(moved_maps.MAPS, dtype=torch.float64)
    maps[0, 0, 1] = 4
    maps[1, 1, 0] = 0
    moved = torch.zeros_like(maps)
    moved[:, 1:, :2] = maps[:, :3, 2:]
    few = torch.tensor(moved_maps.FEW_WEIGHTS, dtype=torch.float64)
    few[0, 0] = 2.5
    many = torch.tensor(moved_maps.many_weights())
    many[0, 0, 0, 0] = 3
    bias = torch.tensor([0.0, -1.0, 0.0], dtype=torch.float64)
    for n, drawn in enumerate((maps, moved)):
        means = nn.AdaptiveAvgPool2d(1)(drawn).flatten()
        logits = nn.functional.linear(means, few, bias)
        dense = nn.functional.linear(drawn.flatten(), many.flatten(1), bias)
        for channel in range(4):
            row = TOP + 1 + 5 * channel
            columns, first = ("BCDE", row) if not n else _place(channel)
            if n or channel != 1:  # a text stands there
                assert np.array_equal(numbers(actual, columns, first, first + 3), drawn[channel])
            assert abs(number(actual, f"{'GH'[n]}{row + 1}") - float(means[channel])) < 1e-12
        for column, expected in (("BC"[n], logits), ("FG"[n], dense)):
            values = numbers(actual, column, LOGITS, LOGITS + 2)[:, 0]
            assert np.allclose(values, expected.numpy(), atol=1e-12)
            assert actual[f"{column}{LOGITS + 3}"] == f"class {int(expected.argmax()) + 1}"
        again = [number(actual, f"{column}{TOP - 2 + n}") for column in ("U", "Z", "AE")]
        assert np.allclose(again, dense.numpy(), atol=1e-12)
    sizes = [nn.Linear(5, 7), nn.Linear(5 * 6 * 6, 7)]
    assert [number(actual, f"G{row}") for row in (COSTS, COSTS + 1)] == [
        sum(parameter.numel() for parameter in layer.parameters()) for layer in sizes
    ]


@pytest.mark.parametrize(
    ("changes", "second", "mean"),
    [({}, 13.12, 1.5), ({"B6": 1}, 8.59, 1.5), ({"B7": 3}, 2.51, 0.5)],
)
def test_what_the_tasks_expect(
    changed: Changed, changes: dict[str, object], second: float, mean: float
) -> None:
    actual = changed(average_or_dense.CONCEPT, changes)
    assert number(actual, f"H{LOGITS + 1}") == pytest.approx(second, abs=1e-9)
    assert actual["I6"] == f"channel 2: average {mean:.4f}"
    changes_of_averages = [number(actual, f"D{LOGITS + n}") for n in range(3)]
    assert (changes_of_averages == [0, 0, 0]) == (mean == 1.5)
    stays = actual[f"B{LOGITS + 3}"] == actual[f"C{LOGITS + 3}"]
    assert ("averages the answer stays" in str(actual["A9"])) == stays


def test_the_costs_of_larger_maps(changed: Changed) -> None:
    actual = changed(average_or_dense.CONCEPT, {f"B{COSTS + 1}": 8})
    assert [number(actual, f"G{COSTS + n}") for n in range(2)] == [290, 17_930]
