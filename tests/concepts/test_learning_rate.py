"""The steps down the parabola are those of PyTorch's SGD."""

import torch

from tests.concepts.conftest import Changed
from toolkit.pages.concepts import learning_rate


def test_the_path_is_that_of_sgd(changed: Changed) -> None:
    actual = changed(learning_rate.CONCEPT, {"B12": 1.9, "B13": 1.5, "B14": -3.5})
    weight = torch.tensor(-3.5, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=1.9)
    for row in range(17, 17 + learning_rate.STEPS + 1):
        loss = 1.5 * weight.square() / 2
        optimizer.zero_grad()
        loss.backward()
        assert weight.grad is not None
        values = (actual[f"{column}{row}"] for column in "BCD")
        expected = (float(weight.detach()), float(loss.detach()), float(weight.grad))
        for value, wanted in zip(values, expected, strict=True):
            assert abs(float(str(value)) - wanted) <= 1e-12 * max(1.0, abs(wanted))
        optimizer.step()
