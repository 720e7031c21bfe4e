"""Given the same mask, what is dropped and scaled is what torch.nn.functional.dropout makes."""

import numpy as np
import pytest
import torch

from tests.concepts.conftest import Changed
from toolkit.pages.concepts import dropout

RATE, DRAW, TOP, DRAWS = "B6", "B7", 10, 39  # the rows of headings
NEURONS, NUMBERS = "BCDEFGHI", "OPQRSTUV"
MASKS = 18  # the headings above the masks of several draws


def test_the_output_is_that_of_pytorch(changed: Changed) -> None:
    x = torch.tensor([3.0, -1.5, 0.25, 10.0, 4.0, 2.0, -6.0, 0.5], dtype=torch.float64)
    torch.manual_seed(1)
    masked = [torch.nn.functional.dropout(x, 0.3) for _ in range(dropout.DRAWS)]
    cells: dict[str, object] = {RATE: 0.3, DRAW: 5}
    cells |= {f"{column}{TOP + 1}": float(value) for column, value in zip(NEURONS, x, strict=True)}
    for n, output in enumerate(masked, DRAWS + 1):
        # 0.3 itself is kept, 0.2999 dropped.
        numbers = [0.2999 if value == 0 else 0.3 for value in output]
        cells |= {f"{column}{n}": u for column, u in zip(NUMBERS, numbers, strict=True)}
    actual = changed(dropout.CONCEPT, cells)
    for column, value, before in zip(NEURONS, masked[4], x, strict=True):
        assert np.isclose(float(str(actual[f"{column}{TOP + 4}"])), float(value))
        assert np.isclose(float(str(actual[f"{column}{TOP + 5}"])), float(before))  # expected
        assert float(str(actual[f"{column}{TOP + 6}"])) == float(before)
    for n, output in enumerate(masked[: dropout.SHOWN], MASKS + 1):
        shown = [actual[f"{column}{n}"] for column in NEURONS]
        assert shown == (output != 0).int().tolist()
        assert np.isclose(float(str(actual[f"J{n}"])), float(output.mean()))
    means = [float(output.mean()) for output in masked]
    for n, mean in enumerate(means):
        assert np.isclose(float(str(actual[f"B{DRAWS + 1 + n}"])), mean)
        assert np.isclose(float(str(actual[f"C{DRAWS + 1 + n}"])), np.mean(means[: n + 1]))


@pytest.mark.no_cover
def test_the_stored_draws_come_near_the_expected_mean(changed: Changed) -> None:
    for rate in (0.2, 0.5, 0.9):
        actual = changed(dropout.CONCEPT, {RATE: rate})
        mean, wanted = (float(str(actual[f"{c}{DRAWS + dropout.DRAWS}"])) for c in "CD")
        assert abs(mean - wanted) < 0.2 * wanted
