"""Sizes are those of activations in PyTorch, through layers that stretch by their gain."""

from collections.abc import Sequence

import torch

from tests.concepts.conftest import Changed
from toolkit.pages.concepts import normalization_distance

FACTOR, LAYERS, ALONE = "B14", 17, 28  # the rows of the input, of the norm behind the last layer
GAINS = (0.7, 2.0, 1.5, 0.5, 3.0, 0.9)


def test_sizes_are_those_of_activations(changed: Changed) -> None:
    norms = (False, True, False, True, False, False)
    cells: dict[str, object] = {FACTOR: 1.5}
    for n, (gain, norm) in enumerate(zip(GAINS, norms, strict=True), LAYERS + 1):
        cells |= {f"C{n}": gain, f"D{n}": "yes" if norm else "no"}
    actual = changed(normalization_distance.CONCEPT, cells)
    for column, gains, where in (
        ("E", GAINS, norms),
        ("F", [1.5 * gain for gain in GAINS], norms),
        ("G", GAINS, [False] * 6),
    ):
        sizes = passed(gains, where)
        for n, size in enumerate(sizes):
            assert abs(float(str(actual[f"{column}{LAYERS + n}"])) - size) < 1e-9
        assert actual[f"{column}{LAYERS + 7}"] == actual[f"{column}{LAYERS + 6}"]
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
