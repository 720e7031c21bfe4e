"""Pools, the places that they cannot tell apart, and receptive fields as PyTorch shows them."""

import torch
from torch import nn
from torch.nn import functional

from tests.concepts.conftest import Changed
from toolkit.pages.concepts import pooling_distance
from toolkit.pages.concepts.pooling_distance import CELLS, DEEPEST, POOLS

PEAK_CELL, ANSWER = "B6", "D6"
TOP, JUMPS, PEAK = 10, 38, 11


def pooled(place: int, pools: int) -> torch.Tensor:
    """A row with a peak at `place`, from 1, pooled so many times."""
    cells = torch.zeros(1, 1, CELLS)
    cells[..., place - 1] = 1
    for _ in range(pools):
        cells = functional.max_pool1d(cells, 2)
    return cells.flatten()


def seen(layers: list[nn.Module], side: int = 256) -> int:
    """How many cells of a row one cell in the middle of the last map reads."""
    for layer in layers:
        if isinstance(layer, nn.Conv1d):
            nn.init.ones_(layer.weight)
    cells = torch.zeros(1, 1, side, requires_grad=True)
    row = nn.Sequential(*layers)(cells).flatten()
    row[len(row) // 2].backward()
    assert cells.grad is not None
    return int((cells.grad != 0).sum())


def test_pools_and_receptive_fields(changed: Changed) -> None:
    actual = changed(pooling_distance.CONCEPT, {PEAK_CELL: PEAK})
    for pools in range(POOLS + 1):
        now, size = pooled(PEAK, pools), 2**pools
        same = [bool((pooled(n, pools) == now).all()) for n in range(1, CELLS + 1)]
        for n in range(CELLS):
            assert actual[f"{'BCDE'[pools]}{TOP + n}"] == now[n // size]
            assert actual[f"{'HIJK'[pools]}{TOP + n}"] == same[n]
        assert actual[f"{'HIJK'[pools]}{TOP + CELLS}"] == sum(same)
        for n in range(DEEPEST + 1):
            # Mean pools: their gradient reaches every cell of a window.
            layers: list[nn.Module] = [nn.AvgPool1d(2) for _ in range(pools)]
            layers += [nn.Conv1d(1, 1, 3, bias=False) for _ in range(n)]
            assert actual[f"{'BCDE'[pools]}{JUMPS + n}"] == seen(layers)
    for row, after in enumerate((None, 3, 2, 1, 0, None)):  # the last: the baseline
        layers = [nn.Conv1d(1, 1, 3, bias=False) for _ in range(6)]
        if after is not None:
            layers.insert(6 - after, nn.AvgPool1d(2))
        layers.insert(2, nn.AvgPool1d(2))
        assert actual[f"H{JUMPS + row}"] == seen(layers)


def test_what_the_tasks_expect(changed: Changed) -> None:
    columns: dict[int, list[list[object]]] = {}
    for peak in (1, 5, 6, 8, 9, 13):
        actual = changed(pooling_distance.CONCEPT, {PEAK_CELL: peak})
        columns[peak] = [[actual[f"{c}{TOP + n}"] for n in range(CELLS)] for c in "BCDE"]
        first = 1 if peak <= 8 else 9
        assert actual[ANSWER] == (
            f"After 3 pools, a peak in any of the cells {first} to {first + 7} looks the same."
        )
    assert [a == b for a, b in zip(columns[6], columns[5], strict=True)] == [False, *3 * [True]]
    assert not any(a == b for a, b in zip(columns[8], columns[9], strict=True))
    results = [len({str(columns[peak][pools]) for peak in (1, 5, 9, 13)}) for pools in (2, 3)]
    assert results == [4, 2]
