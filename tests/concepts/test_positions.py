"""Sizes and costs by formula against PyTorch's own layers."""

from types import ModuleType

import pytest
import torch
from torch import nn

from tests.concepts.conftest import Changed
from toolkit.pages.concepts import pooling_position, transition, transition_position
from toolkit.pages.concepts.positions import COUNT

CHANNELS = (4, 6, 5, 7, 8, 9)


def layers(position: int, narrow: int | None) -> list[nn.Module]:
    """Six convolutions of 3x3 with a pool of 2 after one of them, and perhaps a 1x1."""
    made: list[nn.Module] = []
    into = 1
    for n, out in enumerate(CHANNELS, 1):
        made.append(nn.Conv2d(into, out, 3, bias=False))
        into = out
        if n == position:
            made.append(nn.MaxPool2d(2))
            if narrow:
                made.append(nn.Conv2d(into, narrow, 1, bias=False))
                into = narrow
    return made


@pytest.mark.parametrize(
    ("module", "narrow", "first", "row"),
    [(pooling_position, None, 17, 20), (transition_position, 3, 17, 20)],
)
def test_positions(
    module: ModuleType, narrow: int | None, first: int, row: int, changed: Changed
) -> None:
    side, channels = (
        f"B{first - 4 - (narrow is not None)}",
        dict(zip((f"{letter}{first}" for letter in "BCDEFG"), CHANNELS, strict=True)),
    )
    changes = {side: 33, **channels} | ({f"B{first - 2}": narrow} if narrow else {})
    found = changed(module, changes)
    for position in range(1, COUNT + 1):
        x, weights, products, sides = torch.zeros(1, 1, 33, 33), 0, 0, []
        for layer in layers(position, narrow):
            x = layer(x)
            if isinstance(layer, nn.Conv2d):
                weights += layer.weight.numel()
                products += layer.weight.numel() * x.shape[-1] ** 2
                sides += [x.shape[-1]] if layer.kernel_size == (3, 3) else []
        line = [found[f"{letter}{row + position - 1}"] for letter in "BCDEFGHI"]
        assert line[:6] == sides
        assert float(str(line[6])) == pytest.approx(products / 1e6, rel=1e-12)
        assert line[7] == weights


def test_receptive_field_of_each_position(changed: Changed) -> None:
    found = changed(pooling_position, {})
    for position in range(1, COUNT + 1):
        field = jump = 1
        for n in range(1, COUNT + 1):
            field += 2 * jump
            if n == position:
                field, jump = field + jump, 2 * jump
        assert found[f"K{19 + position}"] == field


def test_transition_costs(changed: Changed) -> None:
    found = changed(transition, {"B11": 20, "B12": 5, "B13": 12, "B14": 15, "B15": 2, "B16": 5})
    ways: tuple[list[tuple[int, ...]], ...] = (
        [(20, 12, 5)],
        [(), (20, 12, 5)],
        [(20, 5, 1), (5, 12, 5)],
        [(), (20, 5, 1), (5, 12, 5)],
        [(20, 5, 1), (), (5, 12, 5)],
    )
    for row, way in enumerate(ways, 19):
        side, products = 15, 0
        for step in way:
            if not step:
                side //= 2
            else:
                into, out, kernel = step
                products += into * out * kernel**2 * side**2
        assert float(str(found[f"F{row}"])) == pytest.approx(products / 1e6, rel=1e-12), way
