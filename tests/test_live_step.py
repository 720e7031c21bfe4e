"""One step of learning in cells: every gradient and the loss after it, against PyTorch."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from openpyxl.utils import column_index_from_string, coordinate_to_tuple
from openxml_audit import OpenXmlValidator
from torch.nn import functional

from tests.recalculation import Cells, Office, cells, with_cells
from tests.test_live import LINEAR, ODD, assert_agrees, formula_count, trained
from toolkit.commands.live import write_live
from toolkit.convnet import stored
from toolkit.convnet.stages import DEVIATION, EPSILON, MEAN, stages
from toolkit.convnet.trained_network import load_network
from toolkit.files.errors import ToolkitError
from toolkit.pages.live import equations as eq
from toolkit.pages.live.forward import as_maps
from toolkit.pages.live.gallery import gallery
from toolkit.symbols.plain import plain

# Books of 160,000 cells: reading them back takes the time, and test_live traces what makes them.
pytestmark = pytest.mark.no_cover

CHOICE, RATE = "C5", "AH7"  # on the first sheet, and on the second
BEFORE, AFTER = "AH10", "AH12"
Sheets = dict[str, dict[tuple[int, int], object]]
Odd = tuple[Path, Path]


def sheets(book: Cells) -> Sheets:
    """Every cell by row and column."""
    return {
        name: {coordinate_to_tuple(address): value for address, value in found.items()}
        for name, found in book.items()
    }


def headings(sheet: dict[tuple[int, int], object], words: str) -> list[tuple[int, int]]:
    """Where a text stands, in reading order."""
    return sorted(place for place, value in sheet.items() if value == words)


def below(sheet: dict[tuple[int, int], object], words: str) -> np.ndarray:
    """The numbers below a text, in reading order."""
    return np.array([sheet[row + 1, column] for row, column in headings(sheet, words)], float)


def kernel_names(sheet: dict[tuple[int, int], object]) -> list[tuple[int, int]]:
    """Where the names of the kernels' gradients stand: output by output, input by input."""
    heads = dict.fromkeys(headings(sheet, "∂L/∂k"), True)
    blocks = heads | dict.fromkeys(headings(sheet, "kernels turned"), False)
    ((_, first), (_, second)) = headings(sheet, "∂L/∂k")[0], headings(sheet, "new k")[0]
    names = []
    for (row, column), value in sheet.items():
        if not re.fullmatch(r"(map )?\d+", str(value)) or not isinstance(value, str):
            continue
        above = [
            head for head in blocks if head[0] < row and 0 <= column - head[1] < second - first
        ]
        if above and heads.get(max(above)):
            names.append((max(above), int(value.split()[-1]), (row, column)))
    return [place for *_, place in sorted(names)]


def gradients(shown: Sheets, network: torch.nn.Sequential) -> dict[str, np.ndarray]:
    """Those in the workbook, by the names of PyTorch's parameters."""
    found: dict[str, np.ndarray] = {}
    backward = sorted(
        (name for name in shown if name.startswith("∂")), key=lambda n: int(n.split()[1])
    )
    parts = iter(
        [(n, m) for n, m in network.named_modules() if next(m.parameters(False), None) is not None]
    )
    for name in backward:
        sheet = shown[name]
        size = int(name.split()[-1].split("x")[0]) if "x" in name else 1
        if headings(sheet, "∂L/∂k"):
            module, part = next(parts)
            weight = part.weight
            assert isinstance(weight, torch.Tensor)
            values = [
                sheet[row + 1 + u, column + v]
                for row, column in kernel_names(sheet)
                for u, v in np.ndindex(size, size)
            ]
            found[f"{module}.weight"] = np.array(values, float).reshape(weight.shape)
            if part.bias is not None:
                found[f"{module}.bias"] = below(sheet, "∂L/∂b")
        if headings(sheet, "∂L/∂γ"):
            module, _ = next(parts)
            found[f"{module}.weight"] = below(sheet, "∂L/∂γ")
            found[f"{module}.bias"] = below(sheet, "∂L/∂β")
    assert next(parts, None) is None
    return found


def torch_step(
    weights: Path, number: int, rate: float, epsilon: float = EPSILON
) -> tuple[float, dict[str, np.ndarray], float]:
    """Loss, gradients, and the loss after a step, in evaluation mode and double precision."""
    found = stored.read(weights)
    digits = gallery(stages(found), found.names)
    network = load_network(weights).network.double().eval()
    norm = next((m for m in network if isinstance(m, torch.nn.BatchNorm2d)), None)
    if norm:
        norm.eps = epsilon
    image = torch.from_numpy(digits.images[number] / 255)[None, None]
    images, label = (image - MEAN) / DEVIATION, torch.tensor([int(str(digits.labels[number]))])
    loss = functional.cross_entropy(network(images), label)
    loss.backward()
    slopes = {name: np.asarray(p.grad) for name, p in network.named_parameters()}
    with torch.no_grad():
        for parameter in network.parameters():
            assert parameter.grad is not None
            parameter.sub_(rate * parameter.grad)
        after = functional.cross_entropy(network(images), label)
    return float(loss.detach()), slopes, float(after)


def test_the_gradient_by_the_image_is_torchs(book: Path) -> None:
    sheet = sheets(cells(book))["∂ 1 conv 3x3"]
    ((row, column),) = (p for p, value in sheet.items() if str(value).startswith("∂L/∂x 1:"))
    margin = 2  # of blank cells, for kernels of 3x3
    ours = [[sheet[row + 1 + margin + y, column + x] for x in range(28)] for y in range(28)]
    found = stored.read(stored.shipped())
    digits = gallery(stages(found), found.names)
    network = load_network(stored.shipped()).network.double().eval()
    image = (torch.from_numpy(digits.images[-1] / 255)[None, None] - MEAN) / DEVIATION
    image.requires_grad_()
    label = torch.tensor([int(str(digits.labels[-1]))])
    functional.cross_entropy(network(image), label).backward()
    assert image.grad is not None
    made, wanted = np.array(ours, float), image.grad[0, 0].numpy()
    # Windows of bare paper are equal, and which one a pool counts as the largest hangs on PyTorch's
    # rounding. Where there is ink every window that reads it differs; the sum is the same anyhow.
    inked = digits.images[-1] > 0
    assert inked.sum() > 50
    np.testing.assert_allclose(made[inked], wanted[inked], rtol=1e-9, atol=1e-12)
    assert made.sum() == pytest.approx(wanted.sum(), rel=1e-9)


def assert_is_torchs(
    book: Cells, weights: Path, number: int, rate: float, epsilon: float = EPSILON
) -> None:
    """`epsilon` is that of the first batch norm."""
    before, slopes, after = torch_step(weights, number, rate, epsilon)
    shown = sheets(book)
    ours_shown = [shown["Draw"][coordinate_to_tuple(place)] for place in (BEFORE, AFTER)]
    np.testing.assert_allclose(np.array(ours_shown, float), [before, after], rtol=1e-9)
    ours = gradients(shown, load_network(weights).network)
    assert ours.keys() == slopes.keys()
    for name, slope in slopes.items():
        # Against the largest of its tensor: single ones are sums that cancel.
        np.testing.assert_allclose(ours[name], slope, rtol=1e-9, atol=1e-9 * abs(slope).max())


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("step") / "step.xlsx"
    assert write_live(path, step=True).cells == formula_count(path)
    return path


@pytest.fixture(scope="module", params=ODD)
def odd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Odd:
    """The weights of a template, and its workbook."""
    folder = tmp_path_factory.mktemp("odd")
    weights = trained(ODD[request.param], folder / "odd.safetensors")
    write_live(folder / "odd.xlsx", weights, step=True)
    return weights, folder / "odd.xlsx"


def test_every_gradient_is_torchs(book: Path) -> None:
    assert_is_torchs(cells(book), stored.shipped(), -1, 0.001)
    draw = cells(book)["Draw"]
    assert float(str(draw[AFTER])) < float(str(draw[BEFORE]))
    assert book.stat().st_size < 10e6


def changed(book: Path, choice: object, rate: object) -> Path:
    """A copy with another choice of the digit and another learning rate."""
    out = with_cells(book, 1, {CHOICE: choice}, book.with_name("choice.xlsx"))
    return with_cells(out, 2, {RATE: rate}, book.with_name("rate.xlsx"))


def test_another_digit_and_learning_rate(book: Path, office: Office) -> None:
    found = stored.read(stored.shipped())
    name = gallery(stages(found), found.names).names[3]
    out = changed(book, name, 0.25)
    assert_is_torchs(office.values(out), stored.shipped(), 3, 0.25)


@pytest.mark.parametrize(
    ("choice", "rate"), [(None, "much"), pytest.param("nonsense", None, marks=pytest.mark.full)]
)
def test_what_is_no_digit_and_no_rate(
    choice: str | None, rate: str | None, book: Path, office: Office
) -> None:
    out = changed(book, choice, rate)
    shown = office.values(out)
    before, _, _ = torch_step(stored.shipped(), 0, 0)
    draw = shown["Draw"]
    assert math.isclose(float(str(draw[BEFORE])), before, rel_tol=1e-9)
    assert draw[AFTER] == draw[BEFORE]
    assert {"no such digit: 0 #1 is shown", "no number: 0 is read"} <= set(draw.values())
    for name, sheet in shown.items():
        assert not [v for v in sheet.values() if str(v).startswith("#")], name


@pytest.mark.full
def test_another_epsilon(book: Path, office: Office) -> None:
    formulas = cells(book, formulas=True)
    (number, name), *_ = [(n, name) for n, name in enumerate(formulas, 1) if name[:2] == "1 "]
    (place,) = [address for address, value in formulas[name].items() if value == EPSILON]
    out = with_cells(book, number, {place: 0.01}, book.with_name("epsilon.xlsx"))
    assert_is_torchs(office.values(out), stored.shipped(), -1, 0.001, 0.01)


def test_any_template(odd: Odd, office: Office) -> None:
    weights, book = odd
    assert_is_torchs(cells(book), weights, -1, 0.001)
    assert_agrees(book, office.values(book))


@pytest.mark.parametrize("odd", ["padding, stride, bias"], indirect=True)
def test_a_book_with_every_kind_of_sheet_is_valid(odd: Odd) -> None:
    assert OpenXmlValidator().validate(odd[1]).errors == []


@pytest.mark.full
def test_the_book_is_valid_and_recalculates(book: Path, office: Office) -> None:
    assert OpenXmlValidator().validate(book).errors == []
    assert_agrees(book, office.values(book))


def test_too_many_cells(tmp_path: Path) -> None:
    wide = '{ type = "convolution", channels = 250, kernel = 3 }, ' + LINEAR
    weights = trained(wide, tmp_path / "wide.safetensors")
    with pytest.raises(ToolkitError, match=r"more than 300,000; .* smaller model"):
        write_live(tmp_path / "wide.xlsx", weights, step=True)


def test_the_cells_are_where_the_sheet_says(book: Path) -> None:
    assert re.fullmatch(r"[A-Z]+\d+", CHOICE) and column_index_from_string("AH") == 34
    formulas = cells(book, formulas=True)["Draw"]
    assert formulas["AG10"] == "loss before the step" and formulas["AG12"] == "loss after the step"


def labelled(sheet: dict[tuple[int, int], object], letter: str) -> bool:
    """Whether a sheet has maps of that name."""
    letter = re.escape(letter)
    return any(re.match(rf"{letter} ?\d+(:|$)", str(value)) for value in sheet.values())


def test_sentences_name_what_the_sheet_has(odd: Odd) -> None:
    shown = sheets(cells(odd[1]))
    stages_shown = [title for title in shown if re.match(r"(∂ )?\d+ ", title)]
    assert len(stages_shown) > 2
    for title in stages_shown:
        sheet = shown[title]
        words = str(sheet[2, 2])
        for letter in ("∂L/∂z", "∂L/∂z spread", "∂L/∂x") if title.startswith("∂") else ("a",):
            assert bool(re.search(rf"(?<!\w){letter}[:,]", words)) == labelled(sheet, letter), title
        if title.startswith("∂"):
            has = headings(sheet, "∂L/∂k") or headings(sheet, "∂L/∂γ")
            finding = str(sheet[5, 2])
            assert ("Each parameter" in finding) == bool(has) == ("the step" in str(sheet[1, 2]))


def test_a_stage_in_two_equations() -> None:
    first, second, third, *_ = (eq.apart(as_maps(s)) for s in stages(stored.read(stored.shipped())))
    assert [plain(line.expr) for line in first] == ["x1 * k1", "max(0, s · z + t)"]
    assert [line.symbol.name for line in second] == ["z"]
    assert [line.symbol.name for line in third] == ["z", "a"]


def test_one_weight_of_every_layer(odd: Odd) -> None:
    shown = cells(odd[1])
    layers = [name for name, sheet in shown.items() if "∂L/∂k" in sheet.values()]
    assert list(shown["One cell"].values()).count("pass") == len(layers) > 0
    assert "fail" not in shown["One cell"].values()
