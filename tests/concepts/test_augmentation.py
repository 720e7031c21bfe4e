"""The new image is that of affine_grid and grid_sample, as training in this toolkit uses them."""

import numpy as np
import pytest
import torch

from tests.concepts.conftest import Changed
from toolkit.convnet.augmentation import augment
from toolkit.convnet.template import Augmentation
from toolkit.pages.concepts import augmentation
from toolkit.pages.concepts.material import small_digit

BEFORE, AFTER, COLUMNS = 22, 35, "BCDEFGHIJKLM"


def test_the_new_image_is_that_of_training(
    changed: Changed, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = {"B14": 25, "B15": 1.25, "B16": 1.25, "B17": 1.2, "B18": 3, "B19": 5}
    found = changed(augmentation, {**cells, f"C{BEFORE + 4}": 200})
    old = torch.tensor(small_digit(1, 14)[1:13, 1:13].copy(), dtype=torch.float64)
    old[4, 1] = 200
    # Every draw at its most: the largest turn, shift and scale.
    monkeypatch.setattr(torch, "rand", lambda *size, **_: torch.ones(size, dtype=torch.float64))
    how = Augmentation(rotation=25, translation=1.25, scale=0.2)
    new = augment(old[None, None], how, torch.Generator())[0, 0].numpy()
    read = [[found[f"{column}{AFTER + row}"] for column in COLUMNS] for row in range(12)]
    np.testing.assert_allclose(np.array(read, float), new, atol=1e-9)
    assert abs(new - old.numpy()).max() > 50
    # The pixel taken apart is the image's own.
    np.testing.assert_allclose(float(str(found["L19"])), new[2, 4], atol=1e-9)
    assert new[2, 4] > 1
