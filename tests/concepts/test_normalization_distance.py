"""Sizes are those of activations in PyTorch, through layers that stretch by their gain."""

from collections.abc import Sequence

import pytest
import torch

from tests.concepts.conftest import Changed
from toolkit.pages.concepts import normalization_distance

FACTOR, CONTROLS, LAYERS, ALONE = "B6", 8, 38, 47  # rows: of headings, and of the first sizes
GAINS = (0.7, 2.0, 1.5, 0.5, 3.0, 0.9)


def test_sizes_are_those_of_activations(changed: Changed) -> None:
    norms = (False, True, False, True, False, False)
    cells: dict[str, object] = {FACTOR: 1.5}
    for n, (gain, norm) in enumerate(zip(GAINS, norms, strict=True), CONTROLS + 1):
        cells |= {f"B{n}": gain, f"C{n}": "yes" if norm else "no"}
    actual = changed(normalization_distance.CONCEPT, cells)
    for column, gains, where in (
        ("C", GAINS, norms),
        ("D", [1.5 * gain for gain in GAINS], norms),
        ("E", GAINS, [False] * 6),
    ):
        sizes = passed(gains, where)
        for n, size in enumerate(sizes):
            assert abs(float(str(actual[f"{column}{LAYERS + n}"])) - size) < 1e-9
    assert actual["B20"] == actual[f"C{LAYERS + 6}"]
    assert actual["B21"] == actual[f"D{LAYERS + 6}"]
    for n in range(7):
        single = [layer == 6 - n for layer in range(1, 7)]
        for column, factor in (("C", 1.0), ("D", 1.5)):
            size = passed([factor * gain for gain in GAINS], single)[-1]
            assert abs(float(str(actual[f"{column}{ALONE + n}"])) - size) < 1e-9


def passed(gains: Sequence[float], norms: Sequence[bool]) -> list[float]:
    """The root mean square of a batch behind each layer, the input's first."""
    torch.manual_seed(0)
    norm = torch.nn.BatchNorm1d(5, eps=1e-30, dtype=torch.float64)
    with torch.no_grad():
        x = norm(torch.randn(40, 5, dtype=torch.float64))
        sizes = [float(x.square().mean().sqrt())]
        for gain, normed in zip(gains, norms, strict=True):
            turned, _ = torch.linalg.qr(torch.randn(5, 5, dtype=torch.float64))
            x = gain * x @ turned
            x = norm(x) if normed else x
            sizes.append(float(x.square().mean().sqrt()))
    return sizes


@pytest.mark.parametrize(
    ("changes", "received", "factor"),
    [
        ({}, 3.84, "2.07"),
        ({f"C{CONTROLS + 4}": "yes"}, 1.96, "1.44"),
        ({f"C{CONTROLS + 6}": "yes"}, 1, "1.00"),
        ({f"B{CONTROLS + n}": 0.7 for n in range(3, 7)}, 0.24, "2.07"),
    ],
)
def test_what_the_tasks_expect(
    changed: Changed, changes: dict[str, object], received: float, factor: str
) -> None:
    actual = changed(normalization_distance.CONCEPT, changes)
    assert float(str(actual["B20"])) == pytest.approx(received, abs=0.005)
    assert str(actual["A16"]).endswith(f"by the factor {factor}.")
