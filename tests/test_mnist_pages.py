"""The sheets of the MNIST workbook, from a made-up history and made-up probabilities."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from openpyxl import load_workbook
from openxml_audit import OpenXmlValidator
from torch import nn

from tests.lint import faults
from tests.recalculation import Cells, Office, cells, chart_values, with_cell
from tests.test_convnet import networks
from toolkit.book.writer import write
from toolkit.convnet import template
from toolkit.convnet.digits import Digits
from toolkit.convnet.history import Epoch, History, Predictions
from toolkit.convnet.layers import NetworkConfig
from toolkit.convnet.model import build
from toolkit.convnet.outputs import predictions
from toolkit.convnet.shapes import layer_table
from toolkit.convnet.template import Augmentation
from toolkit.files.templates import templates_folder
from toolkit.pages.mnist import layer_costs, layer_rules, mnist_book, run, targets, words
from toolkit.pages.mnist.layout import MnistRun

FASHION = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
SHIPPED = sorted(path.stem for path in (templates_folder() / "models").glob("*.toml"))
IMAGES = 2000


def history(model: str = "default") -> History:
    rows = tuple(
        Epoch(
            number=n,
            train_loss=1 / n,
            train_correct=40_000 + 1000 * n,
            test_loss=0.5 / n,
            test_correct=1_800 + n * (20 - n),
            learning_rate=0.1 / n,
            seconds=8.5,
        )
        for n in range(1, 20)
    )
    return History(
        model=template.load(model)[0],
        seed=0,
        device="cpu",
        train_count=60_000,
        test_count=IMAGES,
        epochs=rows,
    )


def made_up(count: int = IMAGES) -> Predictions:
    """Some right, some wrong, some as good as certain; no image of the last class."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 9, count)
    logits = 2 * random.normal(size=(count, 10))
    logits[np.arange(count), labels] += 20 * random.random(count)
    powers = np.exp(logits)
    return Predictions.of(labels, powers / powers.sum(1, keepdims=True))


@pytest.fixture(scope="module", params=["digits", "fashion"])
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp(request.param) / "m.xlsx"
    names = FASHION if request.param == "fashion" else None
    write(mnist_book(history(), "toolkit mnist", None, made_up(), names), path)
    return path


def agree(book: Path, office: Office) -> tuple[Cells, int]:
    """What LibreOffice computes, once it is what the book says; and how many formulas there are."""
    formulas, cached = cells(book, formulas=True), cells(book)
    computed, checked = office.values(book), 0
    for sheet, places in formulas.items():
        for place, formula in places.items():
            if str(formula).startswith("="):
                ours = cached[sheet][place]
                same = ours if isinstance(ours, str) else pytest.approx(ours, rel=1e-12, abs=1e-15)
                assert computed[sheet][place] == same, (sheet, place)
                checked += 1
    return computed, checked


@pytest.mark.no_cover
def test_all_sheets_recalculate(book: Path, office: Office) -> None:
    _, checked = agree(book, office)
    assert checked > 4 * IMAGES + 121 + 80 + 29 * 13
    assert OpenXmlValidator().validate(book).errors == []
    assert faults(book) == []


def test_the_matrix_is_numpys(book: Path) -> None:
    said, written = made_up(), cells(book)
    expected = np.zeros((10, 10), int)
    np.add.at(expected, (said.labels, said.predicted), 1)
    sheet = written["Confusion"]
    actual = [[sheet[f"{column}{row}"] for column in "BCDEFGHIJK"] for row in range(7, 17)]
    assert actual == expected.tolist()
    assert sheet["L17"] == IMAGES
    right = int(np.trace(expected))
    assert list(written["Predictions"].values()).count("right") == right
    assert sheet["B20"] == IMAGES and sheet["B19"] == right
    digit = written["Per digit" if "Per digit" in written else "Per class"]
    assert digit["G6"] == pytest.approx(expected[0, 0] / expected[:, 0].sum())
    assert digit["H6"] == pytest.approx(expected[0, 0] / expected[0].sum())
    assert digit["I6"] == pytest.approx(2 / (1 / digit["G6"] + 1 / digit["H6"]))  # type: ignore[operator]
    assert digit["H15"] == "–", "no image of the last class"


def test_the_losses_are_torchs(book: Path) -> None:
    said, sheet = made_up(), cells(book)["Predictions"]
    losses = [float(str(sheet[f"F{row}"])) for row in range(6, 6 + IMAGES)]
    held = torch.tensor(said.probabilities).clamp_min(1e-6).log()
    expected = nn.functional.nll_loss(held, torch.tensor(said.labels), reduction="none")
    assert losses == pytest.approx(expected.tolist(), abs=1e-12)
    assert min(losses) >= 0 and np.signbit(losses).sum() == 0


def test_rounding_changes_no_prediction() -> None:
    close = np.array([[0.3, 0.3499999, 0.3500001], [0.5, 0.5, 0.0]])
    said = Predictions.of(np.array([2, 0]), close)
    assert said.predicted.tolist() == [2, 0]
    assert np.array_equal(said.probabilities, said.probabilities.round(6))
    assert np.abs(said.probabilities - close).max() < 1.1e-6


def test_what_the_network_says() -> None:
    torch.manual_seed(0)
    network = build(template.load("tiny")[0].network)
    images = torch.randint(0, 256, (1500, 28, 28), dtype=torch.uint8)
    labels = torch.arange(1500) % 10
    said = predictions(network, Digits(images[:1], labels[:1], images, labels))
    pixels = ((images.unsqueeze(1).float() / 255) - 0.1307) / 0.3081
    with torch.inference_mode():
        expected = network.eval()(pixels).softmax(1)
    assert np.allclose(said.probabilities, expected.numpy(), atol=2e-6)
    assert said.labels.tolist() == labels.tolist()


def shapes_of(network: NetworkConfig) -> list[tuple[tuple[int, ...], int]]:
    """What each layer of PyTorch's puts out for one image, and its parameters; pooling and
    flattening count as one.
    """
    actual: list[tuple[tuple[int, ...], int]] = []
    built = build(network).eval()
    values = torch.zeros(1, *network.input)
    for module in built:
        values = module(values)
        parameters = sum(p.numel() for p in module.parameters())
        actual.append((tuple(values.shape[1:]), parameters))
        if isinstance(module, nn.Flatten):
            actual.pop()
    return actual


def check_table(network: NetworkConfig, computed: dict[str, object] | None = None) -> None:
    """The sheet's values, or those that were computed from its formulas, against PyTorch."""
    rows = tuple(layer_table(network))
    model = history().model.model_copy(update={"network": network})
    made = layer_costs.sheet(
        MnistRun(
            History(
                model=model,
                seed=0,
                device="cpu",
                train_count=1,
                test_count=1,
                epochs=history().epochs,
            ),
            rows,
            "",
        )
    )

    def value(row: int, symbol: object) -> object:
        column = layer_costs.COLUMN[symbol]
        letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column - 1]
        return computed[f"{letter}{row}"] if computed else made.cells[row, column].value

    sizes = (layer_rules.C, layer_rules.H, layer_rules.W)
    expected = shapes_of(network)
    assert len(expected) == len(rows)
    for row, (shape, parameters) in enumerate(expected, layer_costs.FIRST_ROW):
        assert tuple(value(row, s) for s in sizes) == (*shape, 1, 1)[:3], row
        assert value(row, layer_rules.PARAMETERS) == parameters
        assert value(row, layer_rules.VALUES) == np.prod(shape)
        assert value(row, layer_rules.CHECK) == "pass"
    end = layer_costs.FIRST_ROW + len(rows)
    total = sum(p.numel() for p in build(network).parameters())
    assert value(end, layer_rules.PARAMETERS) == total


@settings(max_examples=25, deadline=None)
@given(networks())
def test_the_layer_table_of_drawn_networks_is_torchs(network: NetworkConfig) -> None:
    check_table(network)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_layer_table_of_shipped_models_is_torchs(
    tmp_path: Path, office: Office, name: str
) -> None:
    path = tmp_path / "m.xlsx"
    write(mnist_book(history(name), "toolkit mnist"), path)
    computed, _ = agree(path, office)
    check_table(history(name).model.network, computed["Layers"])


def test_a_changed_kernel_changes_all_that_follows(tmp_path: Path, office: Office) -> None:
    """The second convolution of the default model with a kernel of 5 instead of 3."""
    path = tmp_path / "m.xlsx"
    write(mnist_book(history(), "toolkit mnist"), path)
    number = load_workbook(path).sheetnames.index("Layers") + 1
    row = layer_costs.FIRST_ROW + 3
    changed = with_cell(path, number, f"D{row}", 5, tmp_path / "changed.xlsx")
    network = history().model.network
    kernels = list(network.layers)
    kernels[3] = kernels[3].model_copy(update={"kernel": 5})
    other = network.model_copy(update={"layers": tuple(kernels)})
    computed = office.values(changed)["Layers"]
    check_table(other, computed)
    too_large = with_cell(path, number, f"D{row}", 29, tmp_path / "large.xlsx")
    assert "fail: too large" in office.values(too_large)["Layers"].values()


def multiply_adds(network: NetworkConfig) -> int:
    """Counted on PyTorch's own layers: weights times the places at which they are used."""
    count, values = 0, torch.zeros(1, *network.input)
    for module in build(network).eval():
        values = module(values)
        if isinstance(module, nn.Conv2d | nn.Linear):
            places = values.shape[2] * values.shape[3] if values.dim() == 4 else 1
            count += module.weight.numel() * places
    return count


def receptive_field(network: NetworkConfig) -> int:
    """How many rows of the image one value before the global pooling depends on, by gradients."""
    side = 101
    image = torch.zeros(1, 1, side, side, requires_grad=True)
    values = image
    for module in build(network):
        if isinstance(module, nn.AdaptiveAvgPool2d):
            break
        if isinstance(module, nn.Conv2d):
            nn.init.constant_(module.weight, 1.0)
        if isinstance(module, nn.MaxPool2d):  # the largest alone would pass gradients on
            module = nn.AvgPool2d(module.kernel_size)
        if isinstance(module, nn.Conv2d | nn.AvgPool2d):
            values = module(values)
    middle = values.shape[2] // 2
    (slope,) = torch.autograd.grad(values[0, 0, middle, middle], image)
    return int((slope[0, 0].abs().sum(1) > 0).sum())


@pytest.mark.parametrize("name", SHIPPED)
def test_costs_and_receptive_fields(name: str) -> None:
    network = history(name).model.network
    rows = tuple(layer_table(network))
    made = layer_costs.sheet(MnistRun(history(name), rows, "")).cells
    end = layer_costs.FIRST_ROW + len(rows)
    actual = made[end, layer_costs.COLUMN[layer_rules.MULTIPLY_ADDS]].value
    assert actual == multiply_adds(network)
    kinds = [row.name for row in rows]
    before = layer_costs.FIRST_ROW + kinds.index("Global average pool") - 1
    field = made[before, layer_costs.COLUMN[layer_rules.FIELD]].value
    assert field == receptive_field(network)
    summary = {
        cell.value: made[row, layer_costs.SUMMARY_COLUMN].value
        for (row, column), cell in made.items()
        if column == 2 and row > end + 1 and (row, layer_costs.SUMMARY_COLUMN) in made
    }
    total = sum(p.numel() for p in build(network).parameters())
    outputs = sum(int(np.prod(shape)) for shape, _ in shapes_of(network))
    sizes = [28 * 28 * 4 / 2**20, 2 * outputs * 4 / 2**20, total * 4 / 2**20]
    assert list(summary.values()) == pytest.approx([total, total, 0, *sizes, sum(sizes)])


def test_charts_links_and_filters(tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    write(mnist_book(history(), "toolkit mnist", None, made_up()), path)
    assert [title for title, _ in chart_values(path)] == [
        "Accuracy, epoch by epoch",
        "Loss, epoch by epoch",
        "Train accuracy less test accuracy",
        "Learning rate at the end of each epoch",
        "Mistakes by class",
    ]
    loaded = load_workbook(path)
    assert loaded.sheetnames == [
        "Targets",
        "Epochs",
        "Curves",
        "Layers",
        "Confusion",
        "Per digit",
        "Predictions",
        "Run",
    ]
    assert loaded["Predictions"].auto_filter.ref == f"A5:P{5 + IMAGES}"
    assert loaded["Predictions"].freeze_panes == "D6"
    for sheet in loaded.worksheets[1:]:
        assert sheet["A3"].hyperlink.location == "'Targets'!A1"
        room = sum(sheet.column_dimensions[letter].width for letter in "BC")
        assert sheet["C3"].value is None and len(str(sheet["B3"].value)) < room
    linked = [
        cell.hyperlink.location for row in loaded["Targets"] for cell in row if cell.hyperlink
    ]
    assert linked == [f"'{name}'!A1" for name in loaded.sheetnames[1:]]
    written = cells(path)["Epochs"]
    assert [written[f"M{row}"] for row in (7, 8)] == [19, 10]
    assert written["N8"] == pytest.approx(1900 / IMAGES)


def test_the_epochs_may_be_sorted_and_the_verdicts_have_colours(tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    write(mnist_book(history(), "toolkit mnist", None, made_up()), path)
    loaded, formulas = load_workbook(path), cells(path, formulas=True)
    assert loaded["Epochs"].auto_filter.ref == "A6:J25"
    assert "MAX(" in str(formulas["Targets"]["C5"]) and "MAX(" in str(formulas["Epochs"]["M7"])
    (coloured,) = {str(actual.sqref) for actual in loaded["Targets"].conditional_formatting}
    assert coloured == "D5:D10"
    assert "sheet Layers as it stands" in str(loaded["Targets"]["A11"].value)
    assert loaded["Per digit"].page_setup.fitToHeight == 1


def test_every_sheet_has_its_line_on_the_first(book: Path) -> None:
    first = load_workbook(book).worksheets[0]
    lines = {row[0].value: row[1].value for row in first.iter_rows(min_row=16) if row[0].hyperlink}
    assert len(lines) == 7
    for name, line in lines.items():
        assert line == targets.SOURCES[name] and line[-1] == "." and len(line) < 100


@pytest.mark.parametrize("name", SHIPPED)
def test_the_words_hold_for_the_model(name: str) -> None:
    model = template.load(name)[0]
    told = words.train_figures(model) + words.behind(model, "test")
    after = words.held_out_figures(model, "test")
    assert told.count("dropout") == (2 if name in ("default", "course") else 0)
    assert told.count("changed at random") == 2
    plain = {"default": "last 2 epochs", "tiny": "last 2 epochs", "sprint": "the last epoch)"}
    assert plain.get(name, "at random, with dropout.") in told
    assert ("moving average" in after) == (name in ("default", "tiny"))
    still = model.model_copy(update={"augmentation": Augmentation()})
    assert "random" not in words.train_figures(still) + words.behind(still, "test")


def test_the_sheet_run_leaves_out_what_says_nothing() -> None:
    def told(name: str) -> dict[object, object]:
        made = run.sheet(MnistRun(history(name), (), "toolkit mnist")).cells
        assert {cell.style for (row, column), cell in made.items() if row > 4} == {"name", "label"}
        return {made[row, 1].value: made[row, 2].value for row, column in made if row > 4}

    default, course = told("default"), told("course")
    assert "moving average of the weights" in str(default["training: ema"])
    assert "training: step factor" not in default and course["training: step factor"] == 0.1
    assert "augmentation: share" not in default and "augmentation: shear" not in course
    assert course["training: nesterov"] == "no" and "made with" not in course


def test_the_colours_of_the_matrix(tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    write(mnist_book(history(), "toolkit mnist", None, made_up()), path)
    formats = load_workbook(path)["Confusion"].conditional_formatting
    diagonal, others = (format_.sqref for format_ in formats)
    inside = {cell for area in diagonal.ranges for cell in area.cells}
    outside = {cell for area in others.ranges for cell in area.cells}
    assert len(inside) == 10 and len(outside) == 90 and not inside & outside


@pytest.mark.no_cover
def test_the_whole_book_is_small(tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    write(mnist_book(history(), "toolkit mnist", None, made_up(10_000)), path)
    assert path.stat().st_size < 3_000_000
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
