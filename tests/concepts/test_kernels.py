"""Each kernel's map is that of PyTorch's conv2d; weights and products are those of a layer."""

import numpy as np
import pytest
import torch

from tests.concepts.blocks import number, numbers
from tests.concepts.conftest import Changed
from toolkit.pages.concepts import kernels, material
from toolkit.pages.concepts.three_by_three import image

MAPS = (("BCDEFG", 53), ("IJKLMN", 53), ("BCDEFG", 64), ("IJKLMN", 64))
COSTS = 20  # the first row of the table


def test_maps_and_costs(changed: Changed) -> None:
    costs = {"B6": 3, "B7": 5, "B8": 5, "B9": 7}
    actual = changed(kernels.CONCEPT, {"B38": 1, "C42": 9, "J50": 2.5, **costs})
    pixels, weights = image(), np.round(material.learned_kernels()[list(kernels.EXAMPLES)], 2)
    pixels[2, 1], weights[1, 0, 1, 1] = 9, 2.5
    maps = torch.relu(
        torch.nn.functional.conv2d(torch.tensor(pixels)[None, None], torch.tensor(weights))
    )[0].numpy()
    for (columns, row), expected in zip(MAPS, maps, strict=True):
        assert np.allclose(numbers(actual, columns, row, row + 5), expected, atol=1e-12)
    sizes = ((3, 5, 7), (3, 10, 7), (6, 10, 7), (6, 10, 3))
    for row, (into, out, side) in enumerate(sizes, COSTS):
        layer = torch.nn.Conv2d(into, out, 5, bias=False)
        work = layer.weight.numel() * side**2
        assert number(actual, f"E{row}") == layer.weight.numel()
        assert abs(number(actual, f"F{row}") - work / 1e6) < 1e-12
        assert abs(number(actual, f"G{row}") - work / (3 * 5 * 25 * 49)) < 1e-12


def test_what_the_tasks_expect(changed: Changed) -> None:
    before, after = changed(kernels.CONCEPT, {}), changed(kernels.CONCEPT, {"B8": 5})
    costs = "2,304 weights and needs 1.33", "6,400 weights and needs 3.69"
    for actual, words in zip((before, after), costs, strict=True):
        assert words in str(actual["A11"])
        assert numbers(actual, "G", COSTS, COSTS + 3)[:, 0].tolist() == [1, 2, 4, 1]
    ratio = number(after, f"E{COSTS}") / number(before, f"E{COSTS}")
    assert ratio == pytest.approx(25 / 9) and f"{ratio:.1f}" == "2.8"
    assert number(changed(kernels.CONCEPT, {"B6": 1}), f"E{COSTS}") == 144 == 2304 / 16
    odd = number(changed(kernels.CONCEPT, {"B9": 25}), f"G{COSTS + 3}")
    assert odd == pytest.approx(0.92, abs=0.005)
