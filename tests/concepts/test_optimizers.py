"""The steps of each optimizer are those of torch.optim."""

import math

import pytest
import torch

from tests.concepts.conftest import Changed
from toolkit.pages.concepts import descent, optimizers

START, STEPS = 44, descent.STEPS
CHANGES = {
    "B9": 2.5,
    "B10": 7,
    "B11": 3,
    "B12": -1.5,
    "B13": 0.6,
    "B14": 0.8,
    "B15": 0.95,
    "B7": 0.11,
    "C7": 0.05,
    "D7": 0.3,
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
    actual = changed(optimizers.CONCEPT, CHANGES | {"B8": schedule})
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


@pytest.mark.no_cover
@pytest.mark.parametrize("typed", [None, "words"])
def test_no_number_makes_no_error(changed: Changed, typed: object) -> None:
    yellow = [f"B{row}" for row in range(7, 17)] + ["C7", "D7"]
    actual = changed(optimizers.CONCEPT, dict.fromkeys(yellow, typed))
    assert not any(str(value).startswith("#") for value in actual.values())


def test_epsilon_of_nothing_where_the_gradient_is_nothing(changed: Changed) -> None:
    actual = changed(optimizers.CONCEPT, {"B11": 0, "B16": None})
    assert [actual[f"I{row}"] for row in range(START, START + STEPS)] == [0] * STEPS
    assert not any(str(value).startswith("#") for value in actual.values())


@pytest.mark.no_cover
def test_what_the_tasks_expect(changed: Changed) -> None:
    def losses(cells: dict[str, object]) -> list[float]:
        actual = changed(optimizers.CONCEPT, cells)
        assert [actual[f"{c}18"] for c in "BCD"] == [
            actual[f"{c}{START + STEPS - 1}"] for c in "EHK"
        ]
        return [float(str(actual[f"{c}{START + n}"])) for c in "IJ" for n in range(STEPS)]

    steep, round_valley = losses({}), losses({"B10": 1})
    assert steep == pytest.approx(round_valley, rel=1e-5)  # the path of Adam
    diverging = changed(optimizers.CONCEPT, {"B10": 23})
    held = changed(optimizers.CONCEPT, {"B10": 23, "B8": "one cycle"})
    assert float(str(diverging["B18"])) == pytest.approx(690, rel=0.01)
    assert float(str(held["B18"])) == pytest.approx(5, rel=0.05)
