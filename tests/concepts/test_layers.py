"""Depth as PyTorch counts and shrinks it; two linear layers, with ReLU between and without."""

import numpy as np
import torch
from torch import nn

from tests.concepts.blocks import number, numbers
from tests.concepts.conftest import Changed
from toolkit.pages.concepts import layers

ROW = 27  # of the matrices
CHANGES = {
    "B12": 5,
    "B13": 8,
    "B14": 28,
    "B16": None,
    "B17": 5,
    "B18": 8,
    "B27": 2,
    "B28": -1.5,
    "D27": 3,
    "E27": "x",
    "G28": -1,
    "H28": 4,
    "G27": -2,
}


def test_depth_and_collapse(changed: Changed) -> None:
    actual = changed(layers.CONCEPT, CHANGES)
    stack = nn.Sequential(*(nn.Conv2d(8 if n else 1, 8, 5, bias=False) for n in range(5)))
    weights = sum(parameter.numel() for parameter in stack.parameters())
    left = stack(torch.zeros(1, 1, 28, 28)).shape[-1]
    assert (number(actual, "D17"), number(actual, "E17")) == (left, weights)
    assert number(actual, "C17") == _pixels_seen(stack)
    assert number(actual, "D18") == 0  # no map is left
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
    image = torch.zeros(1, 1, 41, 41, requires_grad=True)
    for weight in stack.parameters():
        nn.init.ones_(weight)
    made = stack(image)[0, 0]
    made[made.shape[0] // 2, made.shape[1] // 2].backward()
    assert image.grad is not None
    return int((image.grad[0, 0].sum(0) != 0).sum())
