"""Each kernel's map is that of PyTorch's conv2d; weights and products are those of a layer."""

import numpy as np
import torch

from tests.concepts.blocks import number, numbers
from tests.concepts.conftest import Changed
from toolkit.pages.concepts import kernels, material
from toolkit.pages.concepts.three_by_three import image

MAPS = (("BCDEFG", 27), ("IJKLMN", 27), ("BCDEFG", 38), ("IJKLMN", 38))


def test_maps_and_costs(changed: Changed) -> None:
    costs = {"B47": 3, "B48": 5, "B49": 5, "B50": 7}
    actual = changed(kernels.CONCEPT, {"B12": 1, "C16": 9, "J24": 2.5, **costs})
    pixels, weights = image(), np.round(material.learned_kernels()[list(kernels.EXAMPLES)], 2)
    pixels[2, 1], weights[1, 0, 1, 1] = 9, 2.5
    maps = torch.relu(
        torch.nn.functional.conv2d(torch.tensor(pixels)[None, None], torch.tensor(weights))
    )[0].numpy()
    for (columns, row), expected in zip(MAPS, maps, strict=True):
        assert np.allclose(numbers(actual, columns, row, row + 5), expected, atol=1e-12)
    for row, (into, out, side) in enumerate(((3, 5, 7), (3, 10, 7), (6, 10, 7), (6, 10, 3)), 48):
        layer = torch.nn.Conv2d(into, out, 5, bias=False)
        work = layer.weight.numel() * side**2
        assert number(actual, f"J{row}") == layer.weight.numel()
        assert abs(number(actual, f"K{row}") - work / 1e6) < 1e-12
        assert abs(number(actual, f"L{row}") - work / (3 * 5 * 25 * 49)) < 1e-12
