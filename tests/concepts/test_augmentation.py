"""The new image is that of affine_grid and grid_sample, as training in this toolkit uses them."""

import numpy as np
import pytest
import torch

from tests.concepts.conftest import Changed
from toolkit.convnet.augmentation import augment
from toolkit.convnet.template import Augmentation
from toolkit.pages.concepts import augmentation
from toolkit.pages.concepts.material import small_digit

BEFORE, AFTER, COLUMNS = 15, 36, "BCDEFGHIJKLM"


def test_the_new_image_is_that_of_training(
    changed: Changed, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = {"B28": 1.25, "B29": 1.25, "B30": 25, "B31": 1.2, "B32": 3, "B33": 5}
    actual = changed(augmentation.CONCEPT, {**cells, f"C{BEFORE + 4}": 200})
    old = torch.tensor(small_digit(1, 14)[1:13, 1:13].copy(), dtype=torch.float64)
    old[4, 1] = 200
    # Every draw at its most: the largest turn, shift and scale.
    monkeypatch.setattr(torch, "rand", lambda *size, **_: torch.ones(size, dtype=torch.float64))
    how = Augmentation(rotation=25, translation=1.25, scale=0.2)
    new = augment(old[None, None], how, torch.Generator())[0, 0].numpy()
    pixels = [[actual[f"{column}{AFTER + row}"] for column in COLUMNS] for row in range(12)]
    np.testing.assert_allclose(np.array(pixels, float), new, atol=1e-9)
    assert abs(new - old.numpy()).max() > 50
    # The pixel taken apart is the image's own.
    np.testing.assert_allclose(float(str(actual["L33"])), new[2, 4], atol=1e-9)
    assert new[2, 4] > 1


@pytest.mark.parametrize(("typed", "rows", "columns"), [((3, 0), 3, 0), ((0, 2), 0, 2)])
def test_a_move_alone_moves_what_is_seen(
    changed: Changed, typed: tuple[int, int], rows: int, columns: int
) -> None:
    actual = changed(augmentation.CONCEPT, {"B28": typed[1], "B29": typed[0], "B30": 0})
    old = small_digit(1, 14)[1:13, 1:13].astype(float)
    moved = np.zeros_like(old)
    moved[: 12 - rows, : 12 - columns] = old[rows:, columns:]
    pixels = [[actual[f"{column}{AFTER + row}"] for column in COLUMNS] for row in range(12)]
    np.testing.assert_allclose(np.array(pixels, float), moved, atol=1e-9)


def test_words_make_no_error(changed: Changed) -> None:
    actual = changed(augmentation.CONCEPT, {f"B{row}": "words" for row in range(28, 34)})
    assert not any(str(value).startswith("#") for value in actual.values())


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("left", "up", "angle", "shrink", "place"),
    [
        (0, 3, 0, 1, (4, 6)),
        (0, 3, 90, 1, (7, 4)),  # up, which is then to the left
        (0, 0, 90, 1, (7, 7)),
        (1.5, 0, 0, 0.5, (8, 2)),  # three new pixels further left than without a move
        (0, 0, 0, 0.5, (8, 5)),
    ],
)
def test_moves_come_before_the_turn(
    changed: Changed, left: float, up: int, angle: int, shrink: float, place: tuple[int, int]
) -> None:
    pixels = {f"{column}{BEFORE + row}": 0 for column in COLUMNS for row in range(12)}
    settings = {"B28": left, "B29": up, "B30": angle, "B31": shrink}
    actual = changed(augmentation.CONCEPT, {**pixels, f"G{BEFORE + 6}": 200, **settings})
    read = np.array([[actual[f"{c}{AFTER + row}"] for c in COLUMNS] for row in range(12)], float)
    row, column = place
    assert read[row - 1, column - 1] == pytest.approx(read.max()) and read.max() > 100
