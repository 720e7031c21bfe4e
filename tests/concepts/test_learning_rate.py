"""The steps down the parabola are those of PyTorch's SGD."""

import pytest
import torch

from tests.concepts.conftest import Changed
from toolkit.pages.concepts import learning_rate

PATH = 39  # the row of the start
VERDICT, FACTOR, LAST_LOSS = "A11", "B13", "B15"


def test_the_path_is_that_of_sgd(changed: Changed) -> None:
    actual = changed(learning_rate.CONCEPT, {"B6": 1.9, "B7": 1.5, "B8": -3.5})
    weight = torch.tensor(-3.5, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=1.9)
    for row in range(PATH, PATH + learning_rate.STEPS + 1):
        loss = 1.5 * weight.square() / 2
        optimizer.zero_grad()
        loss.backward()
        assert weight.grad is not None
        values = (actual[f"{column}{row}"] for column in "BCD")
        expected = (float(weight.detach()), float(loss.detach()), float(weight.grad))
        for value, wanted in zip(values, expected, strict=True):
            assert abs(float(str(value)) - wanted) <= 1e-12 * max(1.0, abs(wanted))
        optimizer.step()


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("rate", "curvature", "start", "word"),
    [
        (0.1, 1, 4, "Converges: the weight slides"),
        (1, 1, 4, "Arrives"),
        (1.9, 1, 4, "Converges: each step jumps"),
        (2, 1, 4, "Oscillates"),
        (2.1, 1, 4, "Diverges"),
        (0.9, 2, 4, "Converges: each step jumps"),
        (1.1, 2, 4, "Diverges"),
        (0, 1, 4, "Stands still"),
        ("words", 1, 4, "Stands still"),
        (2.1, 1, 0, "Stays"),
    ],
)
def test_the_verdict(
    changed: Changed, rate: object, curvature: float, start: float, word: str
) -> None:
    actual = changed(learning_rate.CONCEPT, {"B6": rate, "B7": curvature, "B8": start})
    assert str(actual[VERDICT]).startswith(word)
    number = rate if isinstance(rate, int | float) else 0
    assert float(str(actual[FACTOR])) == pytest.approx(1 - number * curvature)


def test_a_third_of_the_rate_leaves_most_of_the_way(changed: Changed) -> None:
    for rate, loss in ((0.3, 0.0001), (0.1, 0.27)):  # as the first task says
        actual = changed(learning_rate.CONCEPT, {"B6": rate})
        assert float(str(actual[LAST_LOSS])) == pytest.approx(loss, rel=0.15)
