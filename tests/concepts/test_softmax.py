"""Probabilities, losses and gradients are PyTorch's, at another temperature and label."""

import math

import pytest
import torch
from torch.nn import functional

from tests.concepts.conftest import Changed
from toolkit.pages.concepts import softmax
from toolkit.pages.concepts.softmax_steps import COUNT

TEMPERATURE, LABEL = 0.4, 2
STAGE, TOP, VERDICT = 10, 39, "A21"  # the rows of digit 0: yellow, and in the calculation
LOGITS = [3.0, -30.0, 2.5, 0.0, -1.5, 0.0, 2.2, 30.0, -0.7, 29.5]  # "" and text count as 0


def test_values_and_gradients_are_those_of_pytorch(changed: Changed) -> None:
    changes: dict[str, object] = {f"B{STAGE + n}": logit for n, logit in enumerate(LOGITS)}
    changes |= {f"B{STAGE + 3}": None, f"B{STAGE + 5}": "none", "B6": TEMPERATURE, "B7": "digit 2"}
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
        for n in range(COUNT):
            assert _near(actual[f"{losses}{TOP + n}"], float(given[0, n].detach()))
            assert _near(actual[f"{column}{TOP + n}"], float(logits.grad[0, n]))
            if not twice:
                assert _near(actual[f"C{STAGE + n}"], float(given[0, n].detach()))
                assert actual[f"D{STAGE + n}"] == int(n == LABEL)
                assert _near(actual[f"E{STAGE + n}"], float(logits.grad[0, n]))
    sure = torch.eye(COUNT, dtype=torch.float64)[:1]
    least = functional.cross_entropy(sure, torch.tensor([0]))
    assert _near(actual[f"I{TOP + 12}"], float(least))


def _near(value: object, wanted: float) -> bool:
    return math.isclose(float(str(value)), wanted, rel_tol=1e-9, abs_tol=1e-14)


def test_what_the_tasks_expect(changed: Changed) -> None:
    def shares(cells: dict[str, object]) -> tuple[list[float], list[float], str]:
        actual = changed(softmax.CONCEPT, cells)
        p, gradients = (
            [float(str(actual[f"{column}{STAGE + n}"])) for n in range(COUNT)] for column in "CE"
        )
        return p, gradients, str(actual[VERDICT])

    assert [shares({"B6": heat})[0][7] for heat in (1, 5, 0.3)] == pytest.approx(
        [0.669, 0.190, 0.990], abs=0.0005
    )
    p, gradients, verdict = shares({"B7": "digit 2"})
    assert p[2] == pytest.approx(0.165, abs=0.0005) and "the loss is 1.80." in verdict
    assert gradients[2] == pytest.approx(-0.835, abs=0.0005)
    assert [n for n, gradient in enumerate(gradients) if gradient < 0] == [2]
    verdict = shares({f"B{STAGE + 7}": 30})[2]
    assert "the loss is 0.00." in verdict and verdict.endswith("and 1.46.")
