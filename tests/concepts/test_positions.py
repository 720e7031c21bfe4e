"""Sizes and costs by formula against PyTorch's own layers."""

from pathlib import Path

import pytest
import torch
from torch import nn

from tests.concepts.conftest import Changed
from tests.recalculation import Office, with_cells
from toolkit.book.address import cell_name
from toolkit.book.writer import write
from toolkit.experiments.results import load, shipped
from toolkit.experiments.variant import Budget
from toolkit.pages.concepts import (
    CONCEPTS,
    one_by_one,
    pooling_position,
    transition,
    transition_position,
)
from toolkit.pages.concepts.book import concepts_book
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.positions import COUNT

CHANNELS = (4, 6, 5, 7, 8, 9)


POSITION_CELL, CHANNEL_ROW, ANSWER = "B6", 24, "A11"
LETTERS = "BCDEFG"  # of the six convolutions
Line = dict[str, list[float]]


def layers(position: int, narrow: int | None) -> list[nn.Module]:
    """Six convolutions of 3x3 with a pool of 2 before or after one, and perhaps a 1x1."""
    made: list[nn.Module] = [] if position else [nn.MaxPool2d(2)]
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


def counted(position: int, narrow: int | None) -> Line:
    """What PyTorch's layers weigh, multiply and put out: the 3x3 convolutions, then the 1x1."""
    x, threes, ones = torch.zeros(1, 1, 33, 33), list[list[float]](), list[list[float]]()
    for layer in layers(position, narrow):
        x = layer(x)
        if isinstance(layer, nn.Conv2d):
            weights, side = layer.weight.numel(), x.shape[-1]
            line = [side, weights, weights * side**2, x.numel()]
            (threes if layer.kernel_size == (3, 3) else ones).append(line)
    names = ("side", "weights", "products", "cells")
    return {name: [line[n] for line in threes + ones] for n, name in enumerate(names)}


def seen(position: int, count: int) -> int:
    """How many cells of a row one cell after `count` convolutions reads. With mean pools: their
    gradient reaches every cell of a window.
    """
    made: list[nn.Module] = [] if position else [nn.AvgPool1d(2)]
    for n in range(1, count + 1):
        made.append(nn.Conv1d(1, 1, 3, bias=False))
        nn.init.ones_(made[-1].weight)  # type: ignore[arg-type]
        if n == position and (n < count or count == COUNT):
            made.append(nn.AvgPool1d(2))
    cells = torch.zeros(1, 1, 256, requires_grad=True)
    row = nn.Sequential(*made)(cells).flatten()
    row[len(row) // 2].backward()
    assert cells.grad is not None
    return int((cells.grad != 0).sum())


def near(value: object, wanted: float) -> bool:
    return float(str(value)) == pytest.approx(wanted, rel=1e-12)


def below(actual: dict[str, object], heading: str) -> int:
    """The row below a heading in the column of labels."""
    (row,) = (int(a[1:]) for a, value in actual.items() if a[0] == "A" and value == heading)
    return row + 1


def settings(position: int, narrow: int | None) -> dict[str, object]:
    """What is typed: an image of side 33, the position, the channels, and those after the 1x1."""
    changes: dict[str, object] = {POSITION_CELL: position, "B8" if narrow else "B7": 33}
    changes |= {f"{a}{CHANNEL_ROW}": n for a, n in zip(LETTERS, CHANNELS, strict=True)}
    return changes | ({"B7": narrow} if narrow else {})


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("concept", "narrow", "position"),
    [(pooling_position.CONCEPT, None, 0), (transition_position.CONCEPT, 3, 4)],
)
def test_positions(concept: Concept, narrow: int | None, position: int, changed: Changed) -> None:
    actual = changed(concept, settings(position, narrow))
    positions = range(1 if narrow else 0, COUNT + 1)
    first = below(actual, "the transition stands" if narrow else "the pool stands")
    for row, each in enumerate(positions, first):
        expected = counted(each, narrow)
        assert [actual[f"{letter}{row}"] for letter in LETTERS] == expected["side"][:COUNT]
        assert near(actual[f"H{row}"], sum(expected["products"]) / 1e6)
        assert actual[f"I{row}"] == sum(expected["weights"])
        assert near(actual[f"J{row}"], sum(expected["cells"]) / 1e3)
        assert actual[f"K{row}"] == seen(each, COUNT)
        assert bool(actual.get(f"L{row}")) == (each == position)
        in_list = 14 + each - (1 if narrow else 0)
        assert str(actual[f"A{in_list}"]).endswith("yours") == (each == position)
        assert actual[f"B{in_list}"] == actual[f"H{row}"]
    _check_layers(actual, position, narrow)
    _check_blocks(actual, position, narrow)


def _check_layers(actual: dict[str, object], position: int, narrow: int | None) -> None:
    """The table of the layers one by one, and all together."""
    expected, last = counted(position, narrow), "I" if narrow else "H"
    for row, (name, unit) in enumerate(
        (("side", 1), ("weights", 1), ("products", 1e3), ("field", 1), ("cells", 1e3)),
        below(actual, "layer by layer: convolution") + 1,
    ):
        if name == "field":
            for n, letter in enumerate(LETTERS[: COUNT - 1], 1):
                assert actual[f"{letter}{row}"] == seen(position, n)
            assert actual[f"{last}{row}"] == seen(position, COUNT)
            continue
        for letter, number in zip(LETTERS + "H", expected[name], strict=False):
            assert near(actual[f"{letter}{row}"], number / unit)
        if name != "side":
            assert near(actual[f"{last}{row}"], sum(expected[name]) / unit)


def _check_blocks(actual: dict[str, object], position: int, narrow: int | None) -> None:
    """The blocks: their names, sides and maps, and cells in proportion to the sides."""
    x = torch.zeros(1, 1, 33, 33)
    convolution = 0
    for letter, layer in zip("EFGHIJKL", layers(position, narrow), strict=False):
        x = layer(x)
        pool = isinstance(layer, nn.MaxPool2d)
        one = isinstance(layer, nn.Conv2d) and layer.kernel_size == (1, 1)
        convolution += not (pool or one)
        name = "pool" if pool else "1x1" if one else f"conv {convolution}"
        assert actual[f"{letter}6"] == name
        assert [actual[f"{letter}{row}"] for row in (19, 20)] == [x.shape[-1], x.shape[1]]
        cells = [float(str(actual[f"{letter}{row}"])) for row in range(18, 6, -1)]
        kind = -1 if pool else -0.5 if one else 1
        filled = -(-x.shape[-1] * 12 // 33)  # rounded up
        assert cells == [kind] * filled + [0] * (12 - filled)
    assert convolution == COUNT


@pytest.mark.parametrize(
    ("concept", "changes", "words"),
    [
        (pooling_position.CONCEPT, {}, "1.31 million multiply-adds for one image, and 15,336 "),
        (pooling_position.CONCEPT, {"B6": 1}, "0.63 million "),
        (
            pooling_position.CONCEPT,
            {"B6": 6},
            "5.42 million multiply-adds for one image, and 15,336",
        ),
        (pooling_position.CONCEPT, {"B6": 4, "B7": 16}, "Too many"),
        (pooling_position.CONCEPT, {"B6": 5, "B7": 16}, "0.69 million"),
        (pooling_position.CONCEPT, {"B6": 6, "B7": 16}, "0.78 million"),
        (transition_position.CONCEPT, {}, "1.21 million "),
        (transition_position.CONCEPT, {"B6": 4}, "3.09 million "),
    ],
)
def test_what_the_tasks_expect(
    changed: Changed, concept: Concept, changes: dict[str, object], words: str
) -> None:
    assert str(changed(concept, changes)[ANSWER]).startswith(words)


def test_fewer_channels_after_the_transition(changed: Changed) -> None:
    weights = []
    for narrow in (8, 4):
        actual = changed(transition_position.CONCEPT, {"B7": narrow})
        row = below(actual, "layer by layer: convolution") + 2
        weights.append([actual[f"{letter}{row}"] for letter in LETTERS + "H"])
    changes = {n: pair for n, pair in enumerate(zip(*weights, strict=True)) if len({*pair}) > 1}
    assert changes == {2: (1152, 576), 6: (128, 64)}  # convolution 3, and the 1x1
    actual = changed(transition_position.CONCEPT, {"B6": 6})
    assert actual[f"I{below(actual, 'layer by layer: convolution') + 4}"] == 14


def test_nothing_typed_is_no_error(tmp_path: Path, office: Office) -> None:
    modules = (one_by_one, pooling_position, transition, transition_position)
    chosen = [module.CONCEPT for module in modules]
    made = concepts_book(chosen, CONCEPTS, load(shipped())[:1], Budget())
    book = tmp_path / "book.xlsx"
    write(made, book)
    for number, sheet in enumerate(made.sheets[1 : len(chosen) + 1], 2):
        yellow = [cell_name(*place) for place, cell in sheet.cells.items() if cell.style == "input"]
        assert yellow
        other = tmp_path / f"{number}.xlsx"
        with_cells(book, number, dict.fromkeys(yellow), other)
        book = other
    for name, actual in office.values(book).items():
        errors = {place: value for place, value in actual.items() if str(value).startswith("#")}
        assert not errors, name


def test_transition_costs(changed: Changed) -> None:
    actual = changed(
        transition.CONCEPT, {"B6": 20, "B7": 5, "B8": 12, "B9": 15, "B10": 2, "B11": 5}
    )
    ways: tuple[list[tuple[int, ...]], ...] = (
        [(20, 12, 5)],
        [(), (20, 12, 5)],
        [(20, 5, 1), (5, 12, 5)],
        [(), (20, 5, 1), (5, 12, 5)],
        [(20, 5, 1), (), (5, 12, 5)],
    )
    for row, way in enumerate(ways, 20):
        side, products = 15, 0
        for step in way:
            if not step:
                side //= 2
            else:
                into, out, kernel = step
                products += into * out * kernel**2 * side**2
        assert float(str(actual[f"F{row}"])) == pytest.approx(products / 1e6, rel=1e-12), way
        weights = sum(into * out * kernel**2 for into, out, kernel in filter(None, way))
        assert near(actual[f"H{row}"], 1 - weights / (20 * 12 * 25)), way
        assert near(actual[f"I{row}"], 1 - products / (20 * 12 * 25 * 15**2)), way


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("B10", 3, {"G21": 1 / 9, "H21": 0}),
        ("B7", 16, {"G22": 10 / 9}),
        ("B11", 1, {"G22": 1, "G21": 1 / 4, "G23": 1 / 4}),
    ],
)
def test_what_the_tasks_of_transition_expect(
    cell: str, value: int, expected: dict[str, float], changed: Changed
) -> None:
    actual = changed(transition.CONCEPT, {cell: value})
    for address, wanted in expected.items():
        assert near(actual[address], wanted), address
