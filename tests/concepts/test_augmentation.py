"""The new image is that of affine_grid and grid_sample, as training in this toolkit uses them."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.concepts.conftest import Changed
from toolkit.convnet.augmentation import augment
from toolkit.convnet.template import Augmentation
from toolkit.pages.concepts import augmentation
from toolkit.pages.concepts.material import small_digit

BEFORE, AFTER, COLUMNS, SIDE = 7, 18, "DEFGHIJKLM", augmentation.SIDE


def test_the_new_image_is_that_of_training(
    changed: Changed, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = {"B7": 1.25, "B8": 1.25, "B9": 25, "B10": 1.2, "B38": 3, "B39": 5}
    actual = changed(augmentation.CONCEPT, {**cells, f"E{BEFORE + 4}": 200})
    old = torch.tensor(small_digit(1, SIDE), dtype=torch.float64)
    old[4, 1] = 200
    # Every draw at its most: the largest turn, shift and scale.
    monkeypatch.setattr(torch, "rand", lambda *size, **_: torch.ones(size, dtype=torch.float64))
    how = Augmentation(rotation=25, translation=1.25, scale=0.2)
    new = augment(old[None, None], how, torch.Generator())[0, 0].numpy()
    pixels = [[actual[f"{column}{AFTER + row}"] for column in COLUMNS] for row in range(SIDE)]
    np.testing.assert_allclose(np.array(pixels, float), new, atol=1e-9)
    assert abs(new - old.numpy()).max() > 50
    # The pixel taken apart is the image's own.
    np.testing.assert_allclose(float(str(actual["L43"])), new[2, 4], atol=1e-9)
    assert new[2, 4] > 1


@pytest.mark.parametrize(("typed", "rows", "columns"), [((3, 0), 3, 0), ((0, 2), 0, 2)])
def test_a_move_alone_moves_what_is_seen(
    changed: Changed, typed: tuple[int, int], rows: int, columns: int
) -> None:
    actual = changed(augmentation.CONCEPT, {"B7": typed[1], "B8": typed[0], "B9": 0})
    old = small_digit(1, SIDE).astype(float)
    moved = np.zeros_like(old)
    moved[: SIDE - rows, : SIDE - columns] = old[rows:, columns:]
    pixels = [[actual[f"{column}{AFTER + row}"] for column in COLUMNS] for row in range(SIDE)]
    np.testing.assert_allclose(np.array(pixels, float), moved, atol=1e-9)


def test_words_make_no_error(changed: Changed) -> None:
    actual = changed(augmentation.CONCEPT, {f"B{row}": "words" for row in (7, 8, 9, 10, 38, 39)})
    assert not any(str(value).startswith("#") for value in actual.values())


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("left", "up", "angle", "shrink", "place"),
    [
        (0, 3, 0, 1, (3, 5)),
        (0, 3, 90, 1, (6, 3)),  # up, which is then to the left
        (0, 0, 90, 1, (6, 6)),
        (1.5, 0, 0, 0.5, (7, 1)),  # three new pixels further left than without a move
        (0, 0, 0, 0.5, (7, 4)),
    ],
)
def test_moves_come_before_the_turn(
    changed: Changed, left: float, up: int, angle: int, shrink: float, place: tuple[int, int]
) -> None:
    pixels = {f"{column}{BEFORE + row}": 0 for column in COLUMNS for row in range(SIDE)}
    settings = {"B7": left, "B8": up, "B9": angle, "B10": shrink}
    actual = changed(augmentation.CONCEPT, {**pixels, f"H{BEFORE + 5}": 200, **settings})
    read = np.array([[actual[f"{c}{AFTER + row}"] for c in COLUMNS] for row in range(SIDE)], float)
    row, column = place
    assert read[row - 1, column - 1] == pytest.approx(read.max()) and read.max() > 100


def after(actual: dict[str, object]) -> NDArray[np.float64]:
    return np.array([[actual[f"{c}{AFTER + row}"] for c in COLUMNS] for row in range(SIDE)], float)


def test_what_the_tasks_expect(changed: Changed) -> None:
    old = small_digit(1, SIDE)
    empty = np.zeros((SIDE, 2))
    blurred = after(changed(augmentation.CONCEPT, {"B7": 1.5, "B8": 0, "B9": 0}))
    wide = np.hstack([old, empty])
    np.testing.assert_allclose(blurred, (wide[:, 1:-1] + wide[:, 2:]) / 2, atol=1e-9)
    turned = after(changed(augmentation.CONCEPT, {"B7": 0, "B8": 0, "B9": 180}))
    np.testing.assert_allclose(turned, old[::-1, ::-1], atol=1e-6)
    moved = after(changed(augmentation.CONCEPT, {"B7": 5, "B8": 0, "B9": 0}))
    np.testing.assert_allclose(moved, np.hstack([old[:, 5:], np.zeros((SIDE, 5))]), atol=1e-9)
