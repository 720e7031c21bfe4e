"""The pooled cells and the winners are those of PyTorch, ties, text and blank cells included."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from tests.concepts.conftest import Changed
from toolkit.pages.concepts import max_pooling

SIDE, FIRST, WINNERS = max_pooling.SIDE, 14, 24


def block(actual: dict[str, object], column: str, row: int, side: int) -> NDArray[np.float64]:
    """A square of numbers on the sheet."""
    letters = [chr(ord(column) + n) for n in range(side)]
    return np.array([[float(str(actual[f"{c}{row + n}"])) for c in letters] for n in range(side)])


def test_the_pools_are_those_of_pytorch(changed: Changed) -> None:
    image = np.random.default_rng(0).integers(0, 4, (SIDE, SIDE)).astype(float)  # many ties
    image[0, 0] = image[5, 6] = 0.0
    changes: dict[str, object] = {
        f"{chr(66 + j)}{FIRST + i}": float(x) for (i, j), x in np.ndenumerate(image)
    }
    # What is blank counts as 0; so does text, but for the stride, which picks it as it is.
    actual = changed(max_pooling.CONCEPT, changes | {"B14": None, "H19": "dark"})
    maps = torch.tensor(image)[None, None].requires_grad_()
    pooled = functional.max_pool2d(maps, 2)
    pooled.sum().backward()
    assert maps.grad is not None
    means = functional.avg_pool2d(maps, 2).detach().numpy()
    assert (block(actual, "K", FIRST, 4) == pooled.detach().numpy()).all()
    assert np.allclose(block(actual, "K", FIRST + 6, 4), means, atol=1e-12)
    assert (block(actual, "K", FIRST + 12, 4) == image[::2, ::2]).all()
    assert (block(actual, "B", WINNERS, SIDE) == maps.grad[0, 0].numpy()).all()
