"""Statistics, gradient and steps are PyTorch's, on each of the three scales of pixels."""

import pytest
import torch

from tests.concepts.blocks import number
from tests.concepts.conftest import Changed
from toolkit.pages.concepts import image_normalization
from toolkit.pages.concepts.material import digit

RATE, START, GOAL, TABLE, IMAGE, BELOW = "B6", "B7", "B8", 11, 39, 48
FATE, DISTANCE = 16, 17


def test_the_scales_and_what_they_do(changed: Changed) -> None:
    actual = changed(
        image_normalization.CONCEPT, {RATE: 0.7, START: 2.0, GOAL: -1.5, f"C{IMAGE + 3}": 99}
    )
    pixels = torch.tensor(digit(0)[7:15, 10:18].copy(), dtype=torch.float64)
    pixels[3, 1] = 99
    normalized = (pixels - pixels.mean()) / pixels.std(unbiased=False)
    for row in range(8):
        for place in range(8):
            near(actual[f"{'BCDEFGHI'[place]}{BELOW + row}"], normalized[row, place])
    for column, way, x in zip("BCD", "LMN", (pixels, pixels / 255, normalized), strict=True):
        near(actual[f"{column}{TABLE}"], x.mean())
        near(actual[f"{column}{TABLE + 1}"], x.std(unbiased=False))
        weight = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.SGD([weight], lr=0.7)
        for step in range(image_normalization.STEPS + 1):
            optimizer.zero_grad()
            ((weight * x + 1.5 * x).square() / 2).mean().backward()
            assert weight.grad is not None
            if step == 0:
                near(actual[f"{column}{TABLE + 3}"], weight.grad)
            distance = abs(weight.detach() + 1.5).clamp(1e-6, 1e6)
            near(actual[f"{way}{IMAGE + step}"], distance, 1e-7)
            optimizer.step()
        near(actual[f"{column}{DISTANCE}"], distance, 1e-7)


def near(value: object, wanted: torch.Tensor, tolerance: float = 1e-9) -> None:
    assert abs(float(str(value)) - float(wanted)) <= tolerance * max(1, abs(float(wanted)))


def test_what_the_tasks_expect(changed: Changed) -> None:
    def scales(changes: dict[str, object]) -> tuple[list[str], list[float]]:
        actual = changed(image_normalization.CONCEPT, changes)
        fates = [str(actual[f"{column}{FATE}"]) for column in "BCD"]
        return fates, [number(actual, f"{column}{DISTANCE}") for column in "BCD"]

    assert scales({})[0] == ["diverges", "converges", "converges"]
    fates, _ = scales({RATE: 2.5})
    assert fates == ["diverges", "converges", "diverges"]
    largest = number(changed(image_normalization.CONCEPT, {}), "C15")
    assert largest == pytest.approx(9.08, abs=0.005)
    fates, distances = scales({RATE: 0.00002})
    assert fates == ["converges"] * 3 and distances[0] == pytest.approx(0.017, abs=0.0005)
    assert min(distances[1:]) > 0.999
    actual = changed(image_normalization.CONCEPT, {START: 0.9})
    first = number(actual, f"L{IMAGE + 1}") / number(actual, f"L{IMAGE}")
    assert actual[f"B{FATE}"] == "diverges" and first == pytest.approx(7158, abs=1)
