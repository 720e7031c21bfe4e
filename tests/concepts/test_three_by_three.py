"""The map is that of PyTorch's conv2d, also with the reader's own kernel."""

import numpy as np
import torch

from tests.concepts.blocks import number, numbers
from tests.concepts.conftest import Changed
from toolkit.pages.concepts import three_by_three

OWN = np.array([[0.5, -2, 0], [1, 3, 0], [0, 0, 7]])
MAP = ("BCDEFG", 19, 24)


def test_a_map_of_the_readers_own_kernel(changed: Changed) -> None:
    own: dict[str, object] = {f"{'KLM'[a]}{14 + d}": float(OWN[d, a]) for d, a in np.ndindex(3, 3)}
    own |= {"B6": "your own", "B7": 4, "B8": "x", "L16": "x"}
    changes = own | {"D12": 9, "E11": None, "C14": "x", "B47": 4, "C47": 5}
    actual = changed(three_by_three.CONCEPT, changes)
    image = three_by_three.image()
    image[2, 2], image[1, 3], image[4, 1] = 9, 0, 0
    expected = torch.nn.functional.conv2d(
        torch.tensor(image)[None, None], torch.tensor(OWN)[None, None]
    )[0, 0].numpy()
    assert np.allclose(numbers(actual, *MAP), expected, atol=1e-12)
    # A text counts as 0; one for the column of the window as 1.
    assert np.allclose(numbers(actual, "IJK", 19, 21), image[3:6, :3])
    assert np.allclose(numbers(actual, "IJK", 23, 25), image[3:6, :3] * OWN)
    assert abs(number(actual, "M24") - expected[3, 0]) < 1e-12
    assert [actual[f"{c}47"] for c in "ADE"] == ["4 of 5x5", 17, 100]


def test_what_the_tasks_expect(changed: Changed) -> None:
    actual = changed(three_by_three.CONCEPT, {"B6": "horizontal edge"})
    assert "between -14.0 and 18.0" in str(actual["A19"])
    assert numbers(actual, *MAP)[3].max() == 3
    actual = changed(three_by_three.CONCEPT, {"B6": "blur"})
    assert "and 4.6. The weights of the kernel add up to 1.00." in str(actual["A19"])
    actual = changed(three_by_three.CONCEPT, {"B6": "your own"})
    assert (numbers(actual, *MAP) == three_by_three.image()[1:-1, 1:-1]).all()
    shifted = changed(three_by_three.CONCEPT, {"B6": "your own", "L15": 0, "K14": 1})
    assert (numbers(shifted, *MAP) == three_by_three.image()[:-2, :-2]).all()
