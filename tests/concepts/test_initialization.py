"""Deviations and activations are PyTorch's; theory agrees with wide layers drawn at random."""

import math

import torch
from torch import nn

from tests.concepts.conftest import Changed
from toolkit.book.address import letters
from toolkit.pages.concepts import initialization, random_layers
from toolkit.pages.concepts.page import ASIDE, STAGE

STARTS, THEORY, PASS = 14, 40, 53  # rows of He's deviation, and of the two inputs


def test_sizes_are_those_of_pytorch(changed: Changed) -> None:
    width, deviation = 300, 0.11
    signal = [2.0, -1.0, 0.5, 1.0, -0.3, 0.8]
    inputs = {f"B{PASS + n}": value for n, value in enumerate(signal)}
    actual = changed(initialization.CONCEPT, {"B6": width, "B7": deviation, **inputs})

    def cell(address: str) -> float:
        return float(str(actual[address]))

    torch.manual_seed(0)
    layer = nn.Linear(width, width, bias=False)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    assert math.isclose(cell(f"B{STARTS}"), float(layer.weight.detach().std()), rel_tol=0.01)
    nn.init.xavier_normal_(layer.weight)
    assert math.isclose(cell(f"B{STARTS + 1}"), float(layer.weight.detach().std()), rel_tol=0.01)
    layer.reset_parameters()
    assert math.isclose(cell(f"B{STARTS + 2}"), float(layer.weight.detach().std()), rel_tol=0.01)
    relu, linear = torch.randn(4000, width), torch.randn(4000, width)
    with torch.no_grad():
        for row in range(THEORY + 1, THEORY + 4):
            relu = relu @ (torch.randn(width, width) * deviation)
            relu, linear = relu.relu(), linear @ (torch.randn(width, width) * deviation)
            for column, x in (("B", relu), ("E", linear)):
                assert math.isclose(
                    cell(f"{column}{row}"), float(x.square().mean().sqrt()), rel_tol=0.1
                )
    here = torch.tensor(signal, dtype=torch.float64)
    for n in range(random_layers.DEEP):
        top = STAGE + 1 + 7 * n
        normals = [[cell(f"{letters(ASIDE + j)}{top + i}") for j in range(6)] for i in range(6)]
        weight = torch.tensor(normals, dtype=torch.float64).T * deviation * math.sqrt(width / 6)
        here = nn.functional.linear(here, weight).relu()
        for row, value in enumerate(here.tolist(), PASS):
            assert math.isclose(cell(f"{letters(3 + n)}{row}"), value, rel_tol=1e-9, abs_tol=1e-12)
    assert float(here.max()) > 0


def test_what_the_tasks_expect(changed: Changed) -> None:
    for cells, factor, size, verdict in (
        ({}, 0.57, 0.0034, "The activations shrink"),
        ({"B7": 0.1768}, 1, 1, "The activations keep"),
        ({"B7": 0.25}, 1.41, 32, "The activations explode"),
        ({"B6": 200}, 1, 1, "The activations keep"),
    ):
        actual = changed(initialization.CONCEPT, cells)
        assert abs(float(str(actual["B12"])) - factor) < 0.005
        assert math.isclose(float(str(actual[f"B{THEORY + 10}"])), size, rel_tol=0.02)
        assert str(actual["A9"]).startswith(verdict)
