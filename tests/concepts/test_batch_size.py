"""The gradient of a batch is what PyTorch makes of its mean loss."""

import numpy as np
import pytest
import torch

from tests.concepts.blocks import number
from tests.concepts.conftest import Changed
from toolkit.convnet.loop import whole_batches
from toolkit.experiments.variant import Budget
from toolkit.pages.concepts import batch_gradients, batch_size

ALL, BATCH, OFF, USUAL, MANY, STEPS = "B11", "B12", "B13", "B15", "B16", "B17"
TABLE = 60  # the row of batches of 1


def gradient(weight: float, numbers: list[int]) -> float:
    x, t = (torch.tensor(values.ravel()[numbers]) for values in batch_gradients._stored())
    w = torch.tensor(weight, dtype=torch.float64, requires_grad=True)
    ((w * x - t).square() / 2).mean().backward()
    assert w.grad is not None
    return float(w.grad)


def test_a_batch_that_goes_round_the_end(changed: Changed) -> None:
    actual = changed(batch_size.CONCEPT, {"B6": -1.25, "B7": 12, "B8": 60})
    numbers = [n % 64 for n in range(60, 72)]
    assert float(str(actual[BATCH])) == pytest.approx(gradient(-1.25, numbers), rel=1e-12)
    assert float(str(actual[ALL])) == pytest.approx(gradient(-1.25, list(range(64))), rel=1e-12)
    each = np.array([gradient(-1.25, [n]) for n in range(64)])
    usual = each.std() / np.sqrt(12) * np.sqrt((64 - 12) / 63)
    assert float(str(actual[USUAL])) == pytest.approx(usual, rel=1e-12)
    for row, size in enumerate(batch_gradients.SIZES, TABLE):
        draws = [drawn(actual, row, size) for row in range(8, 72)]
        off = [gradient(-1.25, draw) - each.mean() for draw in draws]
        assert number(actual, f"D{row}") == pytest.approx(rms(off), rel=1e-10, abs=1e-12)
        for column, count in (("C", 64), ("E", 12_000)):
            theory = each.std() / np.sqrt(size) * np.sqrt((count - size) / (count - 1))
            assert number(actual, f"{column}{row}") == pytest.approx(theory, rel=1e-12)


def drawn(actual: dict[str, object], row: int, size: int) -> list[int]:
    """The samples of a stored draw: each some fixed way on from the one before, as on a ring."""
    start, factor = (int(number(actual, f"{column}{row}")) for column in "XY")
    return [(start + n * pow(factor, -1, 64)) % 64 for n in range(size)]


def rms(values: list[float]) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


@pytest.mark.no_cover
@pytest.mark.parametrize("weight", [0.5, 2, -3])
def test_four_times_as_large_is_off_by_about_half(changed: Changed, weight: float) -> None:
    actual = changed(batch_size.CONCEPT, {"B6": weight})
    measured, theory = ([number(actual, f"{c}{TABLE + n}") for n in range(7)] for c in "DE")
    for small, large in ((0, 2), (2, 4)):
        assert measured[large] / measured[small] == pytest.approx(0.5, abs=0.09)
        assert theory[large] / theory[small] == pytest.approx(0.5, abs=0.001)


def test_what_an_epoch_leaves_out() -> None:
    said = batch_size._omitted_images()
    assert len(said) <= 175  # what a laptop shows
    for variant in batch_size.EXPERIMENT.variants:
        setup = variant.setup(Budget())
        size = setup.model.training.batch_size
        seen = sum(map(len, whole_batches(torch.arange(setup.images), size)))
        assert f" {seen:,} (n = {size:,})" in said


@pytest.mark.parametrize(
    ("changes", "address", "expected"),
    [
        ({"B7": 4}, MANY, 1.10),
        ({"B7": 4}, STEPS, 3000),
        ({"B7": 16}, MANY, 0.55),
        ({"B7": 16}, STEPS, 750),
        ({}, OFF, -0.57),
        ({"B8": 16}, OFF, 0.35),
        ({"B8": 24}, OFF, -1.24),
        ({"B7": 64}, OFF, 0),
        ({"B7": 64}, USUAL, 0),
        ({"B7": 64}, MANY, 0.27),
    ],
)
def test_what_the_tasks_expect(
    changed: Changed, changes: dict[str, object], address: str, expected: float
) -> None:
    actual = changed(batch_size.CONCEPT, changes)
    assert number(actual, address) == pytest.approx(expected, abs=0.005)
    assert {number(actual, f"V{row}") for row in (11, 12, 13)} == {changes.get("B7", 8)}
    assert number(actual, "W11") == 0.01
    dots = [number(actual, f"W{row}") for row in (12, 13)]
    errors = [abs(number(actual, address)) for address in (MANY, OFF)]
    assert dots == pytest.approx([max(0.01, error) for error in errors])
