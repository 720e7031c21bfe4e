"""Statistics, gradient and steps are PyTorch's, on each of the three scales of pixels."""

import torch

from tests.concepts.conftest import Changed
from toolkit.pages.concepts import image_normalization
from toolkit.pages.concepts.material import digit

RATE, START, GOAL, TABLE, IMAGE, BELOW = "B16", "B17", "B18", 20, 27, 36


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


def near(value: object, wanted: torch.Tensor, tolerance: float = 1e-9) -> None:
    assert abs(float(str(value)) - float(wanted)) <= tolerance * max(1, abs(float(wanted)))
