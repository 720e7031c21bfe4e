"""The output maps are PyTorch's 1x1 convolution and ReLU; so are the counts of weights."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from tests.concepts.blocks import numbers
from tests.concepts.conftest import Changed
from toolkit.pages.concepts import one_by_one

SIDE, STEP, WEIGHTS, TOP, COSTS = 5, 6, 7, 9, 35
IN, BETWEEN, OUT = 24, 6, 40


def test_maps_and_weights_are_those_of_pytorch(changed: Changed) -> None:
    numbers = np.random.default_rng(0)
    maps = numbers.uniform(-3, 3, (3, SIDE, SIDE)).round(2)
    weights = numbers.uniform(-2, 2, (2, 4)).round(2)
    maps[1, 0, 0] = maps[2, 4, 4] = weights[0, 2] = 0.0
    changes: dict[str, object] = {
        f"{chr(66 + j)}{TOP + 1 + STEP * n + i}": float(x) for (n, i, j), x in np.ndenumerate(maps)
    }
    changes |= {f"{chr(66 + j)}{WEIGHTS + i}": float(w) for (i, j), w in np.ndenumerate(weights)}
    # Blank cells and text count as 0.
    changes |= {f"B{TOP + STEP + 1}": None, f"F{TOP + 2 * STEP + 5}": "text", f"D{WEIGHTS}": None}
    changes |= {f"B{COSTS + n}": x for n, x in enumerate((IN, BETWEEN, OUT, 10), 1)}
    actual = changed(one_by_one.CONCEPT, changes)
    kernel = torch.tensor(weights[:, :3])[:, :, None, None]
    expected = functional.conv2d(torch.tensor(maps), kernel, torch.tensor(weights[:, 3])).relu()
    for (n, i, j), value in np.ndenumerate(expected.numpy()):
        cell = actual[f"{chr(72 + j)}{TOP + 1 + STEP * n + i}"]
        assert abs(float(str(cell)) - value) < 1e-12
    layers = (
        nn.Conv2d(IN, BETWEEN, 1, bias=False),
        nn.Conv2d(BETWEEN, OUT, 3, bias=False),
        nn.Conv2d(IN, OUT, 3, bias=False),
    )
    narrow, wide, alone = (layer.weight.numel() for layer in layers)
    counts = (narrow, wide, narrow + wide, alone, alone - narrow - wide)
    for n, count in enumerate(counts, 1):
        assert actual[f"E{COSTS + n}"] == count
        assert actual[f"F{COSTS + n}"] == count * 100 / 1000


@pytest.mark.parametrize(
    ("changes", "answer", "first", "second"),
    [
        ({"B7": 0, "C7": 1, "D7": 1}, "y1 answers in 1 of 25 cells", {(2, 2): 1}, {}),
        ({"E7": -1}, "y1 answers in 9 of 25 cells", {(0, 2): 1, (2, 0): 1, (2, 2): 3}, {}),
        ({"B10": 2}, "y1 answers in 1 of 25 cells, y2 in 5.", {(0, 0): 0}, {(0, 0): 2, (0, 2): 2}),
    ],
)
def test_what_the_tasks_expect(
    changed: Changed,
    changes: dict[str, object],
    answer: str,
    first: dict[tuple[int, int], float],
    second: dict[tuple[int, int], float],
) -> None:
    actual = changed(one_by_one.CONCEPT, changes)
    for row, expected in ((TOP, first), (TOP + STEP, second)):
        cells = numbers(actual, "HIJKL", row + 1, row + SIDE)
        assert all(cells[place] == value for place, value in expected.items())
    assert str(actual[f"H{TOP + 2 * STEP + 1}"]).startswith(answer)
