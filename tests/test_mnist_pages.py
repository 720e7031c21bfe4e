"""The sheets of the MNIST workbook, from a made-up history and made-up probabilities."""

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from openpyxl import load_workbook
from openxml_audit import OpenXmlValidator
from sympy import Symbol
from torch import nn

from tests.first_view import book_faults
from tests.lint import faults
from tests.recalculation import Cells, Office, cells, chart_values, with_cell, with_cells
from tests.test_convnet import networks
from toolkit.book.address import cell_name, letters
from toolkit.book.sheet import Book
from toolkit.book.writer import write
from toolkit.convnet import template
from toolkit.convnet.digits import Digits
from toolkit.convnet.history import Epoch, History, Predictions
from toolkit.convnet.layers import NetworkConfig
from toolkit.convnet.model import build
from toolkit.convnet.outputs import predictions
from toolkit.convnet.seeds import SeedRuns
from toolkit.convnet.shapes import layer_table
from toolkit.convnet.template import Augmentation
from toolkit.files.templates import templates_folder
from toolkit.pages.mnist import (
    layer_costs,
    layer_places,
    layer_rules,
    mnist_book,
    run,
    targets,
    words,
)
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
LONG = [f"{letter} class whose name is long enou" for letter in "abcdefghij"]
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
    assert digit["G7"] == pytest.approx(expected[0, 0] / expected[:, 0].sum())
    assert digit["H7"] == pytest.approx(expected[0, 0] / expected[0].sum())
    assert digit["I7"] == pytest.approx(2 / (1 / digit["G7"] + 1 / digit["H7"]))  # type: ignore[operator]
    assert digit["H16"] == "–", "no image of the last class"
    mistakes = expected - np.diag(np.diag(expected))
    names = sheet["B6"], *(sheet[f"{column}6"] for column in "CDEFGHIJK")
    for row, counts in enumerate(mistakes, 7):
        assert sheet[f"N{row}"] == counts.max()
        assert sheet[f"M{row}"] == (names[counts.argmax()] if counts.any() else "–")
    label, guess = np.unravel_index(mistakes.argmax(), mistakes.shape)
    pair = f"{names[label]} is taken for {names[guess]}"
    most = f"{pair} ({mistakes.max()} of {expected[label].sum()} images)"
    assert most in str(sheet["A3"]) and f"{right:,} of {IMAGES:,} images" in str(sheet["A3"])


def test_the_losses_are_torchs(book: Path) -> None:
    said, sheet = made_up(), cells(book)["Predictions"]
    losses = [float(str(sheet[f"F{row}"])) for row in range(8, 8 + IMAGES)]
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


def printed(network: NetworkConfig) -> list[tuple[str, str]]:
    """The name and the shape that torchsummary prints of each layer of a network that flattens
    its maps by `view`: its hooks see the same modules and outputs.
    """
    lines: list[tuple[str, str]] = []
    values = torch.zeros(1, *network.input)
    for module in build(network).eval():
        values = module(values)
        if not isinstance(module, nn.Flatten):
            name = f"{type(module).__name__}-{len(lines) + 1}"
            lines.append((name, str([-1, *values.shape[1:]])))
    return lines


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
        column = layer_places.COLUMN[symbol]
        return computed[cell_name(row, column)] if computed else made.cells[row, column].value

    sizes = (layer_rules.C, layer_rules.H, layer_rules.W)
    expected = shapes_of(network)
    assert len(expected) == len(rows)
    for row, (shape, parameters) in enumerate(expected, layer_places.FIRST_ROW):
        assert tuple(value(row, s) for s in sizes) == (*shape, 1, 1)[:3], row
        assert value(row, layer_rules.PARAMETERS) == parameters
        assert value(row, layer_rules.VALUES) == np.prod(shape)
        assert value(row, layer_rules.CHECK) == "pass"
    for row, line in enumerate(printed(network), layer_places.FIRST_ROW):
        assert (value(row, layer_rules.MODULE), value(row, layer_rules.SHAPE)) == line
    end = layer_places.FIRST_ROW + len(rows)
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
    row = layer_places.FIRST_ROW + 3
    kernel = cell_name(row, layer_places.COLUMN[layer_rules.KERNEL])
    changed = with_cell(path, number, kernel, 5, tmp_path / "changed.xlsx")
    network = history().model.network
    kernels = list(network.layers)
    kernels[3] = kernels[3].model_copy(update={"kernel": 5})
    other = network.model_copy(update={"layers": tuple(kernels)})
    computed = office.values(changed)["Layers"]
    check_table(other, computed)


MESSAGES = [
    (3, layer_rules.KERNEL, 29, "too large"),
    (3, layer_rules.KERNEL, 0, "no number"),
    (3, layer_rules.CHANNELS, 0, "no number"),
    (2, layer_rules.KIND, layer_rules.CONVOLUTION, "no number"),  # its settings are empty
    (4, layer_rules.PADDING, 2, "padding"),
    (7, layer_rules.KIND, layer_rules.AVERAGE_POOL, ""),  # the next convolution needs maps
]


@pytest.mark.parametrize(("layer", "symbol", "value", "message"), MESSAGES)
def test_nothing_is_printed_after_a_layer_that_is_impossible(
    tmp_path: Path, office: Office, layer: int, symbol: Symbol, value: str | int, message: str
) -> None:
    path = tmp_path / "m.xlsx"
    write(mnist_book(history(), "toolkit mnist"), path)
    number = load_workbook(path).sheetnames.index("Layers") + 1
    place = cell_name(layer_places.FIRST_ROW + layer, layer_places.COLUMN[symbol])
    computed = office.values(with_cells(path, number, {place: value}, tmp_path / "n.xlsx"))
    sheet, targets_sheet = computed["Layers"], computed["Targets"]

    def column(symbol: Symbol) -> list[object]:
        letter = letters(layer_places.COLUMN[symbol])
        entries = [sheet.get(f"{letter}{row}") for row in range(7, 7 + 25)]
        return ["" if entry is None else entry for entry in entries]

    failing = layer if message else 10
    expected = f"fail: {message or 'needs maps'}"
    checks = column(layer_rules.CHECK)
    assert checks == ["pass"] * failing + [expected] + [""] * (24 - failing)
    for computed_symbol in (layer_rules.MODULE, layer_rules.SHAPE, layer_rules.PARAMETERS):
        filled = [entry != "" for entry in column(computed_symbol)]
        assert filled == [True] * failing + [False] * (25 - failing)
    assert f"Layer {failing + 1} is impossible" in str(sheet["A3"])
    total = cell_name(layer_places.HEADING_ROW + 1, layer_places.SUMMARY_COLUMN + 1)
    assert not sheet.get(total)
    assert (targets_sheet["K7"], targets_sheet["L7"]) == ("–", "fail")
    errors = ("#DIV", "#N", "#REF", "#VALUE", "Err:")
    assert not [v for s in computed.values() for v in s.values() if str(v).startswith(errors)]


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
    end = layer_places.FIRST_ROW + len(rows)
    actual = made[end, layer_places.COLUMN[layer_rules.MULTIPLY_ADDS]].value
    assert actual == multiply_adds(network)
    kinds = [row.name for row in rows]
    before = layer_places.FIRST_ROW + kinds.index("Global average pool") - 1
    field = made[before, layer_places.COLUMN[layer_rules.FIELD]].value
    assert field == receptive_field(network)
    summary = {
        made[row, layer_places.SUMMARY_COLUMN].value: made[row, column].value
        for row in range(layer_places.HEADING_ROW + 1, layer_places.HEADING_ROW + 8)
        for column in [layer_places.SUMMARY_COLUMN + 1]
    }
    total = sum(p.numel() for p in build(network).parameters())
    outputs = sum(int(np.prod(shape)) for shape, _ in shapes_of(network))
    sizes = [28 * 28 * 4 / 2**20, 2 * outputs * 4 / 2**20, total * 4 / 2**20]
    assert list(summary.values()) == pytest.approx([total, total, 0, *sizes, sum(sizes)])


def test_charts_links_and_filters(tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    write(mnist_book(history(), "toolkit mnist", None, made_up()), path)
    assert [title for title, _ in chart_values(path)] == [
        "Test accuracy between 90 and 100 %",
        "Loss",
        "Accuracy",
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
    assert loaded["Predictions"].auto_filter.ref == f"A7:P{7 + IMAGES}"
    assert loaded["Predictions"].freeze_panes == "A8"
    for sheet in loaded.worksheets[1:]:
        assert sheet["A4"].hyperlink.location == "'Targets'!A1"
    linked = [
        cell.hyperlink.location for row in loaded["Targets"] for cell in row if cell.hyperlink
    ]
    assert linked == [f"'{name}'!A1" for name in loaded.sheetnames[1:]]
    written = cells(path)["Epochs"]
    assert [written[f"B{row}"] for row in (8, 9)] == [19, 10]
    assert written["C9"] == pytest.approx(1900 / IMAGES)
    assert written["A3"] == (
        "90.95 % of the test images are classified correctly after epoch 19, the last one; "
        "the best was epoch 10 with 95.00 %."
    )
    assert cells(path)["Curves"]["A3"] == (
        "The test accuracy ends at 90.95 %, below the target of 99.40 %, which is reached in 0 of "
        "19 epochs."
    )


def test_the_epochs_may_be_sorted_and_the_verdicts_have_colours(tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    write(mnist_book(history(), "toolkit mnist", None, made_up()), path)
    loaded, formulas = load_workbook(path), cells(path, formulas=True)
    assert loaded["Epochs"].auto_filter.ref == "A11:J30"
    assert "MAX(" in str(formulas["Targets"]["K6"]) and "MAX(" in str(formulas["Epochs"]["B8"])
    coloured = {str(actual.sqref) for actual in loaded["Targets"].conditional_formatting}
    assert coloured == {"L6:L11", "A6:C18", "E6:G18"}
    assert "Change the sheet Layers" in str(loaded["Targets"]["I12"].value)
    assert loaded["Per digit"].page_setup.fitToHeight == 1


def test_every_sheet_has_its_line_on_the_first(book: Path) -> None:
    first = load_workbook(book).worksheets[0]
    links = [cell for row in first.iter_rows() for cell in row if cell.hyperlink]
    lines = dict(str(cell.value).split(": ", 1) for cell in links)
    assert len(lines) == 7
    for name, line in lines.items():
        assert line == targets.SOURCES[name] and len(line) < 60


def test_the_first_sheet_shows_the_network_as_blocks(book: Path) -> None:
    first, network = cells(book)["Targets"], history().model.network
    actual = [
        tuple(first.get(f"{column}{row}") for column in columns)
        for columns in ("ABC", "EFG")
        for row in range(6, 19)
    ]
    assert actual[0][:2] == ("image", "1 × 28 × 28")
    for (kind, output, cost), row in zip(actual[1:], layer_table(network), strict=True):
        assert (kind, cost) == (row.name, row.parameters)
        sizes = " × ".join(map(str, row.output))
        assert output == (sizes if len(row.output) > 1 else f"{sizes} numbers")


def other_runs() -> dict[str, Book]:
    """Runs that are unlike the shipped one: in length, class names, held-out images, sheets."""
    said, ended, names = made_up(80), "training diverged in epoch 20", tuple(LONG)
    long, short = history(), replace(history(), epochs=history().epochs[:1])
    odd = replace(history(), held_out="validation", ended=ended, versions="0.1.0 " * 15)
    empty = SeedRuns(odd.model, "", odd.train_count, odd.test_count, "validation")
    series = empty.having(odd).having(replace(odd, seed=1))
    return {
        "names": mnist_book(long, "toolkit mnist", None, said, names),
        "one epoch": mnist_book(short, "toolkit mnist", empty.having(short), said),
        "validation": mnist_book(odd, "toolkit mnist", series, said),
        **{name: mnist_book(history(name), "toolkit mnist") for name in SHIPPED},
    }


def test_the_first_views_of_other_runs_have_no_fault() -> None:
    for name, made in other_runs().items():
        assert book_faults(made) == {}, name


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
        names = {place: cell for place, cell in made.items() if place[0] > 4 and place[1] in (1, 4)}
        return {cell.value: made[row, column + 1].value for (row, column), cell in names.items()}

    default, course = told("default"), told("course")
    assert "moving average of the weights" in str(default["training: ema"])
    assert "training: step factor" not in default and course["training: step factor"] == 0.1
    assert "augmentation: share" not in default and "augmentation: shear" not in course
    assert course["training: nesterov"] == "no" and "versions" not in course


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
