"""The gradient of a batch is what PyTorch makes of its mean loss."""

import numpy as np
import pytest
import torch

from tests.concepts.conftest import Changed
from toolkit.pages.concepts import batch_size

ALL, BATCH, USUAL, TABLE = "B19", "B20", "B23", 47


def gradient(weight: float, numbers: list[int]) -> float:
    x, t = (torch.tensor(values.ravel()[numbers]) for values in batch_size._stored())
    w = torch.tensor(weight, dtype=torch.float64, requires_grad=True)
    ((w * x - t).square() / 2).mean().backward()
    assert w.grad is not None
    return float(w.grad)


def test_a_batch_that_goes_round_the_end(changed: Changed) -> None:
    found = changed(batch_size, {"B14": -1.25, "B15": 12, "B16": 60})
    numbers = [n % 64 for n in range(60, 72)]
    assert float(str(found[BATCH])) == pytest.approx(gradient(-1.25, numbers), rel=1e-12)
    assert float(str(found[ALL])) == pytest.approx(gradient(-1.25, list(range(64))), rel=1e-12)
    each = np.array([gradient(-1.25, [n]) for n in range(64)])
    usual = each.std() / np.sqrt(12) * np.sqrt((64 - 12) / 63)
    assert float(str(found[USUAL])) == pytest.approx(usual, rel=1e-12)
    for row, size in enumerate(batch_size.SIZES[:-1], TABLE):
        off = each.reshape(-1, size).mean(1) - each.mean()
        assert float(str(found[f"D{row}"])) == pytest.approx(np.sqrt((off**2).mean()), rel=1e-10)
        theory = each.std() / np.sqrt(size) * np.sqrt((64 - size) / 63)
        assert float(str(found[f"C{row}"])) == pytest.approx(theory, rel=1e-12)
