"""The steps of each optimizer are those of torch.optim."""

import math

import pytest
import torch

from tests.concepts.conftest import Changed
from toolkit.pages.concepts import descent, optimizers

START, STEPS = 33, descent.STEPS
CHANGES = {
    "B19": 2.5,
    "B20": 7,
    "B21": 3,
    "B22": -1.5,
    "B23": 0.6,
    "B24": 0.8,
    "B25": 0.95,
    "B27": 0.11,
    "C27": 0.05,
    "D27": 0.3,
}


def path(kind: str, factors: list[float]) -> list[tuple[float, float, float]]:
    point = torch.tensor([3.0, -1.5], dtype=torch.float64, requires_grad=True)
    rate = {"sgd": 0.11, "momentum": 0.05, "adam": 0.3}[kind]
    optimizer: torch.optim.Optimizer = torch.optim.SGD([point], rate, 0.6 * (kind == "momentum"))
    if kind == "adam":
        optimizer = torch.optim.Adam([point], rate, betas=(0.8, 0.95))
    actual = []
    for factor in [*factors, 0.0]:
        loss = (2.5 * point[0] ** 2 + 7 * point[1] ** 2) / 2
        actual.append((*point.detach().tolist(), float(loss.detach())))
        optimizer.zero_grad()
        loss.backward()
        for group in optimizer.param_groups:
            group["lr"] = rate * factor
        optimizer.step()
    return actual


@pytest.mark.parametrize("schedule", ["constant", "one cycle"])
def test_paths(changed: Changed, schedule: str) -> None:
    actual = changed(optimizers.CONCEPT, CHANGES | {"B28": schedule})
    rows = range(START, START + STEPS)
    factors = [float(str(actual[f"B{row}"])) for row in rows]
    half = [(1 + math.cos(math.pi * (t - 6) / (STEPS - 6))) / 2 for t in range(7, STEPS + 1)]
    assert (
        factors == [1.0] * STEPS if schedule == "constant" else factors[6:] == pytest.approx(half)
    )
    for kind, letters in (("sgd", "CDE"), ("momentum", "FGH"), ("adam", "IJK")):
        for row, expected in enumerate(path(kind, factors), START - 1):
            values = [float(str(actual[f"{letter}{row}"])) for letter in letters]
            assert values == pytest.approx(expected, rel=1e-9, abs=1e-12), (kind, row)


@pytest.mark.parametrize("typed", [None, "words"])
def test_no_number_makes_no_error(changed: Changed, typed: object) -> None:
    yellow = [f"B{row}" for row in range(19, 29)] + ["C27", "D27"]
    actual = changed(optimizers.CONCEPT, dict.fromkeys(yellow, typed))
    assert not any(str(value).startswith("#") for value in actual.values())


def test_epsilon_of_nothing_where_the_gradient_is_nothing(changed: Changed) -> None:
    actual = changed(optimizers.CONCEPT, {"B21": 0, "B26": None})
    assert [actual[f"I{row}"] for row in range(START, START + STEPS)] == [0] * STEPS
    assert not any(str(value).startswith("#") for value in actual.values())
