"""Depth as PyTorch counts and shrinks it; two linear layers, with ReLU between and without."""

import numpy as np
import pytest
import torch
from torch import nn

from tests.concepts.blocks import number, numbers
from tests.concepts.conftest import Changed
from toolkit.experiments import notation
from toolkit.pages.concepts import blocks, layers

IMAGE, STRIP, LAST = 39, 22, 51  # the rows of the image, of the drawing, and of the last block
ANSWER = "A12"
ROW = 57  # of the matrices
CHANGES = {
    "B6": 4,
    "B7": 3,
    "B8": 5,
    "B9": 8,
    "B10": 41,
    "B57": 2,
    "B58": -1.5,
    "D57": 3,
    "E57": "x",
    "G58": -1,
    "H58": 4,
    "G57": -2,
}


def test_depth_and_collapse(changed: Changed) -> None:
    actual = changed(layers.CONCEPT, CHANGES)
    convolutions = [nn.Conv2d(8 if n else 1, 8, 5, bias=False) for n in range(4)]
    stack = nn.Sequential(*convolutions[:3], nn.MaxPool2d(2), convolutions[3])
    sides = [stack[: n + 1](torch.zeros(1, 1, 41, 41)).shape[-1] for n in range(len(stack))]
    weights = [sum(each.numel() for each in layer.parameters()) for layer in stack]
    assert numbers(actual, "C", IMAGE, IMAGE + 5)[:, 0].tolist() == [41, *sides]
    assert numbers(actual, "F", IMAGE + 1, IMAGE + 5)[:, 0].tolist() == weights
    assert number(actual, f"E{LAST}") == _pixels_seen(stack)
    assert [actual[f"{column}{STRIP}"] for column in "BCDEF"] == [
        *3 * ["conv 8"],
        "pool",
        "conv 8",
    ]
    assert numbers(actual, "BCDEF", STRIP + 1, STRIP + 1).tolist() == [[1, 1, 1, -1, 1]]
    assert f"G{STRIP}" not in actual and number(actual, f"G{STRIP + 1}") == 0
    x, first, second = (
        np.array([2, -1.5]),
        np.array([[3, 0], [-2, 1]]),
        np.array([[-2, 2], [-1, 4]]),
    )
    hidden = first @ x
    assert np.allclose(numbers(actual, "JK", ROW, ROW + 1), second @ first)
    without, with_relu = second @ hidden, second @ np.maximum(0, hidden)
    assert np.allclose(
        numbers(actual, "DEF", ROW + 4, ROW + 5), np.transpose([without, without, 0 * x])
    )
    assert np.allclose(
        numbers(actual, "DEF", ROW + 6, ROW + 7),
        np.transpose([with_relu, without, with_relu - without]),
    )
    assert [actual[f"G{ROW + 4 + n}"] for n in range(4)] == ["yes", "yes", "no", "no"]
    both = with_relu + second @ np.maximum(0, -hidden)
    assert np.allclose(numbers(actual, "I", ROW + 6, ROW + 7)[:, 0], both)


def _pixels_seen(stack: nn.Sequential) -> int:
    """How many pixels of a row have a gradient from the middle of the last map."""
    image = torch.zeros(1, 1, 41, 41).requires_grad_()
    smooth = [nn.AvgPool2d(2) if isinstance(layer, nn.MaxPool2d) else layer for layer in stack]
    for weight in stack.parameters():
        nn.init.ones_(weight)
    made = nn.Sequential(*smooth)(image)[0, 0]
    made[made.shape[0] // 2, made.shape[1] // 2].backward()
    assert image.grad is not None
    return int((image.grad[0, 0].sum(0) != 0).sum())


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({}, "The last layer sees 22 x 22 pixels, its maps have 4 x 4 cells"),
        ({"B7": 0}, "The last layer sees 13 x 13 pixels, its maps have 16 x 16 cells"),
        ({"B6": 7}, "The last layer sees 26 x 26 pixels, its maps have 2 x 2 cells"),
        ({"B6": 8}, "The maps are used up"),
        ({"B6": 11, "B7": 0}, "The last layer sees 23 x 23 pixels, its maps have 6 x 6 cells"),
        ({"B7": "x"}, "The last layer sees 13 x 13 pixels"),
        ({"B6": None}, "The last layer sees 3 x 3 pixels"),
    ],
)
def test_what_the_tasks_expect(changed: Changed, changes: dict[str, object], answer: str) -> None:
    actual = changed(layers.CONCEPT, changes)
    assert str(actual[ANSWER]).startswith(answer)
    if changes == {"B6": 11, "B7": 0}:
        assert str(actual[ANSWER]).endswith("all kernels together have 23,184 weights.")


def test_networks_are_drawn_block_by_block() -> None:
    network = layers.CONCEPT.experiment.variants[2].layers
    names, kinds = zip(*blocks.described(notation.layers(network, "")), strict=True)
    assert names[:5] == ("3x3: 8", "3x3: 16", "pool", "1x1: 8", "3x3: 16")
    assert names[-2:] == ("average", "linear: 10")
    assert kinds[2:4] == (blocks.POOL, blocks.ONE_BY_ONE)
