"""The pooled cells and the winners are those of PyTorch, ties, text and blank cells included."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from tests.concepts.blocks import number, numbers
from tests.concepts.conftest import Changed
from toolkit.pages.concepts import max_pooling

SIDE, FIRST, WINNERS = max_pooling.SIDE, 7, 15
COLUMNS, BESIDE = "BCDEFG", "IJK"
LARGEST, MEAN, STRIDE = 7, 12, 17  # the first rows of the small maps


def maps(actual: dict[str, object]) -> list[NDArray[np.float64]]:
    """The map of the largest cells, of the means, and of the first cells."""
    return [numbers(actual, BESIDE, row, row + 2) for row in (LARGEST, MEAN, STRIDE)]


def test_the_pools_are_those_of_pytorch(changed: Changed) -> None:
    image = np.random.default_rng(0).integers(0, 4, (SIDE, SIDE)).astype(float)  # many ties
    image[0, 0] = image[5, 5] = 0.0
    changes: dict[str, object] = {
        f"{COLUMNS[j]}{FIRST + i}": float(x) for (i, j), x in np.ndenumerate(image)
    }
    # What is blank counts as 0; so does text, but for the stride, which picks it as it is.
    actual = changed(max_pooling.CONCEPT, changes | {"B7": None, "G12": "dark"})
    tensor = torch.tensor(image)[None, None].requires_grad_()
    pooled = functional.max_pool2d(tensor, 2)
    pooled.sum().backward()
    assert tensor.grad is not None
    means = functional.avg_pool2d(tensor, 2).detach().numpy()
    largest, mean, stride = maps(actual)
    assert (largest == pooled.detach().numpy()).all()
    assert np.allclose(mean, means, atol=1e-12)
    assert (stride == image[::2, ::2]).all()
    kept = numbers(actual, COLUMNS, WINNERS, WINNERS + SIDE - 1)
    assert (kept == tensor.grad[0, 0].numpy()).all()


def test_what_the_tasks_expect(changed: Changed) -> None:
    before = maps(changed(max_pooling.CONCEPT, {}))
    actual = changed(max_pooling.CONCEPT, {"B8": 249, "C8": 43})
    assert all((one == other).all() for one, other in zip(before, maps(actual), strict=True))
    assert (before[0][0, 0], before[1][0, 0]) == (249, 93.5)
    assert (number(actual, "B16"), number(actual, "C16")) == (1, 0)
    corner = maps(changed(max_pooling.CONCEPT, {"G7": 255}))
    assert [each[0, 2] for each in (*before, *corner)] == [30, 7.5, 0, 255, 71.25, 0]
    actual = changed(max_pooling.CONCEPT, dict.fromkeys(("F7", "G7", "F8", "G8"), 100))
    assert [each[0, 2] for each in maps(actual)] == [100, 100, 100]
    assert numbers(actual, "FG", WINNERS, WINNERS + 1).tolist() == [[1, 0], [0, 0]]
