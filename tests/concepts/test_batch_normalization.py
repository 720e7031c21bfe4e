"""Normalized activations and running statistics are those of PyTorch's BatchNorm1d."""

import pytest
import torch

from tests.concepts.blocks import number, numbers
from tests.concepts.conftest import Changed
from toolkit.pages.concepts import batch_normalization

SETTINGS, STATISTICS, BATCH = 6, 41, 13  # rows of γ, of the mean, of the first activation
MEAN, DEVIATION, ANSWER = "C21", "C22", "A23"


def test_both_modes_are_those_of_batchnorm(changed: Changed) -> None:
    batch = [3.5, -20.0, 0.25, 7.0, 100.0, 41.0, -3.0, 8.0]
    settings = [2.5, -1.5, 3, 0.2, 0.01]
    cells: dict[str, object] = {f"B{SETTINGS + n}": value for n, value in enumerate(settings)}
    cells |= {f"B{BATCH + n}": value for n, value in enumerate(batch)}
    cells |= {f"D{STATISTICS}": 4.0, f"D{STATISTICS + 1}": 9.0}
    actual = changed(batch_normalization.CONCEPT, cells)
    layer = torch.nn.BatchNorm1d(1, eps=0.01, momentum=0.2, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.fill_(2.5)
        layer.bias.fill_(-1.5)
        assert layer.running_mean is not None
        assert layer.running_var is not None
        layer.running_mean.fill_(4.0)
        layer.running_var.fill_(9.0)
        x = torch.tensor(batch, dtype=torch.float64)[:, None]
        for _ in range(3):
            training = layer(x)
        layer.eval()
        evaluation = layer(x)
    expected = {f"E{STATISTICS}": layer.running_mean, f"E{STATISTICS + 1}": layer.running_var}
    expected |= {f"C{BATCH + n}": value for n, value in enumerate(training[:, 0])}
    expected |= {f"D{BATCH + n}": value for n, value in enumerate(evaluation[:, 0])}
    for address, wanted in expected.items():
        assert abs(float(str(actual[address])) - float(wanted)) <= 1e-9 * max(1, abs(float(wanted)))


def test_what_the_tasks_expect(changed: Changed) -> None:
    actual = changed(batch_normalization.CONCEPT, {f"B{BATCH}": 100})
    others = numbers(actual, "C", BATCH + 1, BATCH + 7)
    assert (others.min(), others.max()) == pytest.approx((-0.56, -0.18), abs=0.005)
    assert number(actual, MEAN) == pytest.approx(0, abs=1e-12)
    actual = changed(batch_normalization.CONCEPT, {"B6": 3, "B7": 5})
    assert [number(actual, a) for a in (MEAN, DEVIATION)] == pytest.approx([5, 3], abs=1e-5)
    actual = changed(batch_normalization.CONCEPT, {"B8": 50})
    assert "99.5 % of the statistics for evaluation" in str(actual[ANSWER])
    rows = numbers(actual, "CD", BATCH, BATCH + 7)
    assert abs(rows[:, 0] - rows[:, 1]).max() < 0.14
