"""Probabilities, losses and gradients are PyTorch's, at another temperature and label."""

import math

import torch
from torch.nn import functional

from tests.concepts.conftest import Changed
from toolkit.pages.concepts import softmax

TEMPERATURE, LABEL, TOP = 0.4, 2, 17
LOGITS = [3.0, -30.0, 2.5, 0.0, -1.5, 0.0, 2.2, 30.0, -0.7, 29.5]  # "" and text count as 0


def test_values_and_gradients_are_those_of_pytorch(changed: Changed) -> None:
    changes: dict[str, object] = {f"B{TOP + n}": logit for n, logit in enumerate(LOGITS)}
    changes |= {f"B{TOP + 3}": None, f"B{TOP + 5}": "none", "B13": TEMPERATURE, "B14": "digit 2"}
    actual = changed(softmax.CONCEPT, changes)
    for losses, column, twice in (("D", "F", False), ("G", "I", True)):
        logits = torch.tensor([LOGITS], dtype=torch.float64, requires_grad=True)
        given = shares = functional.softmax(logits / TEMPERATURE, 1)
        if twice:
            given = functional.softmax(shares, 1)
        loss = -given[0, LABEL].log()
        loss.backward()
        assert logits.grad is not None
        assert _near(actual[f"{losses}{TOP + 12}"], float(loss.detach()))
        for n in range(softmax.COUNT):
            assert _near(actual[f"{losses}{TOP + n}"], float(given[0, n].detach()))
            assert _near(actual[f"{column}{TOP + n}"], float(logits.grad[0, n]))
    sure = torch.eye(softmax.COUNT, dtype=torch.float64)[:1]
    least = functional.cross_entropy(sure, torch.tensor([0]))
    assert _near(actual[f"I{TOP + 12}"], float(least))


def _near(value: object, wanted: float) -> bool:
    return math.isclose(float(str(value)), wanted, rel_tol=1e-9, abs_tol=1e-14)
