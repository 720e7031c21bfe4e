"""The map is that of PyTorch's conv2d, also with the reader's own kernel."""

import numpy as np
import torch

from tests.concepts.blocks import number, numbers
from tests.concepts.conftest import Changed
from toolkit.pages.concepts import three_by_three

OWN = np.array([[0.5, -2, 0], [1, 3, 0], [0, 0, 7]])


def test_a_map_of_the_readers_own_kernel(changed: Changed) -> None:
    own: dict[str, object] = {f"{'LMN'[a]}{32 + d}": float(OWN[d, a]) for d, a in np.ndindex(3, 3)}
    own |= {"B12": "your own", "B13": 4, "B14": "x", "M34": "x"}
    changes = own | {"D19": 9, "E18": None, "C21": "x", "B45": 4, "C45": 5}
    actual = changed(three_by_three.CONCEPT, changes)
    image = three_by_three.image()
    image[2, 2], image[1, 3], image[4, 1] = 9, 0, 0
    expected = torch.nn.functional.conv2d(
        torch.tensor(image)[None, None], torch.tensor(OWN)[None, None]
    )[0, 0].numpy()
    assert np.allclose(numbers(actual, "KLMNOP", 17, 22), expected, atol=1e-12)
    # A text counts as 0; one for the column of the window as 1.
    assert np.allclose(numbers(actual, "BCD", 27, 29), image[3:6, :3])
    assert np.allclose(numbers(actual, "JKL", 27, 29), image[3:6, :3] * OWN)
    assert abs(number(actual, "N28") - expected[3, 0]) < 1e-12
    assert [actual[f"{c}45"] for c in "ADE"] == ["4 of 5x5", 17, 100]
