"""The trained network in cells: against PyTorch, and recalculated by LibreOffice."""

import json
import math
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from openpyxl import load_workbook
from openpyxl.cell import MergedCell
from openpyxl.utils import coordinate_to_tuple, get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit import OpenXmlValidator
from safetensors import safe_open

from tests.recalculation import Cells, Office, cells, with_cells
from toolkit.book.measure import PIXEL, Measure
from toolkit.book.sheet import Corner
from toolkit.commands.live import write_live
from toolkit.convnet import digits, stored
from toolkit.convnet.model import build
from toolkit.convnet.stages import DEVIATION, EPSILON, MEAN, forward, stages
from toolkit.convnet.template import Model
from toolkit.convnet.trained_network import load_network
from toolkit.convnet.weights import save_weights
from toolkit.files.errors import ToolkitError
from toolkit.files.templates import parse
from toolkit.pages.live.book import network_book
from toolkit.pages.live.digits import FIRST_ROW, Gallery
from toolkit.pages.live.draw import IDLE
from toolkit.pages.live.gallery import HARD, PLAIN, gallery, gallery_of
from toolkit.pages.live.overview import PANEL
from toolkit.pages.live.rules import EDITABLE

SOFTMAX_ROW, LOGIT_COLUMN = 11, "C"
TABLE_HEADING_ROW = 10  # of the sheets of single numbers
CHOICE = "C5"  # on the first sheet; the canvas is on the second
LINEAR = '{ type = "global_average_pool" }, { type = "linear", features = 10 }'
# Everything that the shipped models do not do.
ODD = {
    "padding, stride, bias": '{ type = "convolution", channels = 3, kernel = 3, padding = 1, '
    'stride = 2, bias = true }, { type = "relu" }, { type = "batch_norm" }, '
    '{ type = "convolution", channels = 4, kernel = 5, padding = 2 }, { type = "batch_norm" }, '
    '{ type = "max_pool", size = 3 }, ' + LINEAR,
    "no average": '{ type = "max_pool", size = 4 }, { type = "relu" }, { type = "convolution", '
    'channels = 2, kernel = 3 }, { type = "linear", features = 12 }, { type = "batch_norm" }, '
    '{ type = "relu" }, { type = "dropout", rate = 0.5 }, { type = "linear", features = 10 }',
    "no linear": '{ type = "batch_norm" }, { type = "max_pool", size = 2 }, { type = "convolution",'
    ' channels = 10, kernel = 3, stride = 3 }, { type = "relu" }, { type = "global_average_pool" },'
    ' { type = "batch_norm" }',
    "flat from the start": '{ type = "max_pool", size = 7 }, { type = "linear", features = 10 }',
}


def trained(layers: str, path: Path, **metadata: str) -> Path:
    """Weights of a template, drawn from a seed; batch norm has seen something."""
    training = "epochs = 1\nbatch_size = 2\noptimizer = 'sgd'\nlearning_rate = 0.1\n"
    text = (
        f"title = 'Odd'\n[network]\ninput = [1, 28, 28]\nlayers = [{layers}]\n"
        f"[training]\n{training}schedule = 'constant'\n"
    )
    torch.manual_seed(0)
    network = build(parse(text, Model, "odd").network)
    for part in network.modules():
        if isinstance(part, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d):
            for values in (part.weight, part.bias, part.running_mean, part.running_var):
                assert values is not None
                torch.nn.init.uniform_(values, 0.2, 1.5)
    save_weights(network, {"template": text, **metadata}, path)
    return path


def changed(source: Path, name: str, number: float, out: Path) -> Path:
    """The same weights, the first number of one tensor another."""
    network = load_network(source).network
    with safe_open(source, "pt") as file:
        metadata = dict(file.metadata())
    network.state_dict()[name].view(-1)[0] = number
    save_weights(network, metadata, out)
    return out


def formula_count(book: Path) -> int:
    with zipfile.ZipFile(book) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        return sum(archive.read(name).count(b"<f>") for name in sheets)


def torch_logits(weights: Path, images: np.ndarray) -> np.ndarray:
    """PyTorch's, in evaluation mode and double precision."""
    pixels = torch.from_numpy(images / 255.0).unsqueeze(1)
    with torch.inference_mode():
        found: np.ndarray = load_network(weights).network.double()((pixels - MEAN) / DEVIATION)
    return np.asarray(found)


def shown_logits(book: Cells) -> np.ndarray:
    sheet = next(found for name, found in book.items() if name.endswith("softmax"))
    return np.array([sheet[f"{LOGIT_COLUMN}{SOFTMAX_ROW + n}"] for n in range(10)], float)


def assert_agrees(book: Path, after: Cells) -> None:
    """Every formula cell as LibreOffice computes it, and none an error."""
    before, formulas = cells(book), cells(book, formulas=True)
    count = 0
    for name, sheet in formulas.items():
        for address, formula in sheet.items():
            if str(formula).startswith("="):
                one, other = before[name].get(address), after[name].get(address)
                count += 1
                if isinstance(one, float | int):
                    assert isinstance(other, float | int), (name, address, other)
                    assert math.isclose(one, other, rel_tol=1e-10, abs_tol=1e-10), (name, address)
                else:
                    assert one == other, (name, address)
    assert count > 500


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("live") / "live.xlsx"
    assert write_live(path).cells == formula_count(path)
    return path


@pytest.fixture(scope="module")
def shown() -> Gallery:
    found = stored.read(stored.shipped())
    return gallery(stages(found), found.names)


def test_the_digits_to_choose_from(shown: Gallery) -> None:
    assert len(shown.names) == len(set(shown.names)) >= 20
    assert set(shown.labels) == set(range(10))
    real = digits.load()
    for image, label, number in zip(shown.images, shown.labels, shown.numbers, strict=True):
        assert np.array_equal(image, real.test_images[number - 1])
        assert label == real.test_labels[number - 1]
    wrong = torch_logits(stored.shipped(), shown.images).argmax(1) != np.array(shown.labels)
    assert wrong.sum() >= 3
    assert [name.endswith(" ✗") for name in shown.names] == wrong.tolist()


def test_which_digits_are_misread(book: Path, shown: Gallery) -> None:
    answers = torch_logits(stored.shipped(), shown.images).argmax(1)
    sheet = cells(book)["Digits"]
    for n, (answer, label) in enumerate(zip(answers, shown.labels, strict=True)):
        said = sheet[f"AI{FIRST_ROW + n}"], sheet.get(f"AJ{FIRST_ROW + n}")
        assert said == (answer, "misread" if answer != label else None)


def test_numpys_logits_are_torchs(shown: Gallery) -> None:
    steps = stages(stored.read(stored.shipped()))
    ours = np.stack([forward(steps, image) for image in shown.images])
    np.testing.assert_allclose(ours, torch_logits(stored.shipped(), shown.images), rtol=1e-9)


def test_the_book_recalculates(book: Path, office: Office, shown: Gallery) -> None:
    assert_agrees(book, office.values(book))
    expected = torch_logits(stored.shipped(), shown.images[:1])[0]
    np.testing.assert_allclose(shown_logits(cells(book)), expected, rtol=1e-9)
    assert OpenXmlValidator().validate(book).errors == []
    assert book.stat().st_size < 4e6


def chosen(
    book: Path, office: Office, choice: object, canvas: dict[str, object] | None = None
) -> Cells:
    out = with_cells(book, 1, {CHOICE: choice}, book.with_name("chosen.xlsx"))
    if canvas:
        out = with_cells(out, 2, canvas, book.with_name("painted.xlsx"))
    return office.values(out)


def assert_chosen(book: Path, office: Office, shown: Gallery, number: int) -> None:
    made = chosen(book, office, shown.names[number])
    expected = torch_logits(stored.shipped(), shown.images[number : number + 1])[0]
    np.testing.assert_allclose(shown_logits(made), expected, rtol=1e-9, err_msg=str(number))
    draw = made["Draw"]
    right = int(expected.argmax()) == shown.labels[number]
    assert {"right", "wrong"} & set(map(str, draw.values())) == {"right" if right else "wrong"}


@pytest.mark.parametrize("number", [7, 22])
def test_a_digit_chosen(book: Path, office: Office, shown: Gallery, number: int) -> None:
    assert_chosen(book, office, shown, number)


@pytest.mark.full
def test_every_digit_chosen(book: Path, office: Office, shown: Gallery) -> None:
    for number in range(len(shown.names)):
        assert_chosen(book, office, shown, number)


def painted(image: np.ndarray) -> dict[str, object]:
    """The changes that put an image on the canvas."""
    from toolkit.book.address import letters
    from toolkit.pages.live.draw import FIRST_ROW, PAINT_COLUMN

    return {
        f"{letters(PAINT_COLUMN + column)}{FIRST_ROW + row}": ink
        for (row, column), ink in np.ndenumerate(image)
    }


def test_a_painted_digit(book: Path, office: Office, shown: Gallery) -> None:
    image = shown.images[5]
    made = chosen(book, office, "canvas", painted(image.astype(int).astype(object)))
    expected = torch_logits(stored.shipped(), image[None])[0]
    np.testing.assert_allclose(shown_logits(made), expected, rtol=1e-9)
    assert "your own" in made["Draw"].values()


def test_what_is_no_pixel_is_no_error(book: Path, office: Office) -> None:
    image = np.full((28, 28), None, object)
    image[3, 4], image[5, 5], image[9, 9], image[10, 10] = -40, 1e9, "ink", 77.5
    made = chosen(book, office, "canvas", painted(image))
    meant = np.zeros((1, 28, 28))
    meant[0, 5, 5], meant[0, 10, 10] = 255, 77.5
    np.testing.assert_allclose(
        shown_logits(made), torch_logits(stored.shipped(), meant)[0], rtol=1e-9
    )
    for name, sheet in made.items():
        assert not [v for v in sheet.values() if str(v).startswith("#")], name


def test_a_blank_canvas_and_no_choice(book: Path, office: Office) -> None:
    blank = painted(np.full((28, 28), None, object))
    for choice in ("canvas", None, "nonsense"):
        made = chosen(book, office, choice, blank)
        expected = torch_logits(stored.shipped(), np.zeros((1, 28, 28)))[0]
        np.testing.assert_allclose(shown_logits(made), expected, rtol=1e-9)
        for name, sheet in made.items():
            assert not [v for v in sheet.values() if str(v).startswith("#")], name
        said = "no such digit: the canvas is read" in made["Draw"].values()
        assert said == (choice != "canvas")


def test_what_is_no_place_is_no_error(book: Path, office: Office) -> None:
    number = list(cells(book)).index("One cell") + 1
    typed: dict[str, object] = {"E8": None, "E9": "row", "E10": 99}
    made = office.values(with_cells(book, number, typed, book.with_name("places.xlsx")))
    shown = made["One cell"]
    assert [shown[f"F{row}"] for row in (8, 9, 10)] == [1, 1, 26]
    first = next(name for name in made if name.startswith("1 "))
    (heading,) = (a for a, v in made[first].items() if str(v).startswith("map 1:"))
    row, column = coordinate_to_tuple(heading)
    there = made[first][f"{get_column_letter(column + 25)}{row + 1}"]
    assert [v for v in shown.values() if v == there and there], "map 1, row 1, column 26"
    assert not [v for v in shown.values() if str(v).startswith("#")]


@pytest.mark.parametrize("name", ODD)
def test_any_template(name: str, tmp_path: Path, office: Office, shown: Gallery) -> None:
    weights = trained(ODD[name], tmp_path / "odd.safetensors")
    write_live(tmp_path / "odd.xlsx", weights)
    assert_agrees(tmp_path / "odd.xlsx", office.values(tmp_path / "odd.xlsx"))
    expected = torch_logits(weights, shown.images[:1])[0]
    np.testing.assert_allclose(shown_logits(cells(tmp_path / "odd.xlsx")), expected, rtol=1e-9)


def test_too_many_cells(tmp_path: Path) -> None:
    wide = '{ type = "convolution", channels = 200, kernel = 3 }, ' + LINEAR
    weights = trained(wide, tmp_path / "wide.safetensors")
    with pytest.raises(
        ToolkitError, match=r"about 136,978 cells, more than 100,000; .* smaller model"
    ):
        write_live(tmp_path / "wide.xlsx", weights)
    assert not (tmp_path / "wide.xlsx").exists()


def test_the_candidates_are_different_images() -> None:
    assert len({*PLAIN, *HARD}) == len(PLAIN) + len(HARD)


GARMENTS = (
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


@pytest.mark.parametrize("metadata", [{"classes": json.dumps(GARMENTS)}, {"data": "0" * 64}])
def test_a_network_of_other_data(
    metadata: dict[str, str], tmp_path: Path, office: Office, shown: Gallery
) -> None:
    weights, book = trained(LINEAR, tmp_path / "o.safetensors", **metadata), tmp_path / "o.xlsx"
    assert write_live(book, weights).cells == formula_count(book)
    made = chosen(book, office, "picture 2")
    expected = torch_logits(weights, shown.images[1:2])[0]
    np.testing.assert_allclose(shown_logits(made), expected, rtol=1e-9)
    draw = set(made["Draw"].values())
    assert {"–", "no label"} < draw and not {"right", "wrong"} & draw
    assert "The stored pictures are MNIST's, which this network was not trained on." in draw
    assert cells(book)["Digits"]["AF6"] == "picture 1" and cells(book)["Digits"]["AG6"] == "–"
    with pytest.raises(ToolkitError, match="--step needs digits that the network was trained on"):
        write_live(book, weights, step=True)


@pytest.mark.no_cover
def test_digits_of_mnist_under_other_names(tmp_path: Path) -> None:
    data, names = digits.load().fingerprint(), json.dumps([f"a long name {n}" for n in range(10)])
    weights = trained(LINEAR, tmp_path / "named.safetensors", data=data, classes=names)
    write_live(tmp_path / "named.xlsx", weights)
    shown = cells(tmp_path / "named.xlsx")["Digits"]
    assert str(shown["AF6"]).startswith("0 #1")
    assert shown["AG6"] == "a long name 0"


def test_misread_digits_are_marked() -> None:
    found = stored.read(stored.shipped())
    steps = stages(found)
    some = gallery(steps, found.names)
    for name, image, label in zip(some.names, some.images, some.labels, strict=True):
        assert name.endswith(" ✗") == (forward(steps, image).argmax() != label), name
    assert sum(name.endswith(" ✗") for name in some.names) >= 4


@pytest.mark.no_cover
def test_the_data_that_are_mnists() -> None:
    loaded = [digits.load(validation=part).fingerprint() for part in (False, True)]
    assert tuple(loaded) == stored.MNIST


def ruled(sheet: Worksheet) -> dict[str, DataValidation]:
    """Which rule a cell has."""
    found: dict[str, DataValidation] = {}
    for rule in sheet.data_validations.dataValidation:
        for area in rule.sqref.ranges:
            found |= {sheet.cell(*place).coordinate: rule for place in area.cells}
    return found


@pytest.mark.no_cover
@pytest.mark.parametrize("step", [pytest.param(False, marks=pytest.mark.full), True])
@pytest.mark.parametrize("name", ODD)
def test_what_may_be_typed(name: str, step: bool, tmp_path: Path) -> None:
    """Of every stage's sheet, that what is open has a rule, and that no formula is open."""
    write_live(tmp_path / "o.xlsx", trained(ODD[name], tmp_path / "o.safetensors"), step=step)
    for sheet in load_workbook(tmp_path / "o.xlsx"):
        assert sheet.protection.sheet == (sheet.title not in ("Digits", "Equations")), sheet.title
        own = (c for row in sheet for c in row if not isinstance(c, MergedCell))
        opened = {c.coordinate: c for c in own if not c.protection.locked}
        assert not [c for c in opened.values() if c.data_type == "f"], sheet.title
        if sheet.title in ("Overview", "Draw", "One cell"):
            continue
        rules = ruled(sheet)
        assert opened.keys() <= rules.keys(), sheet.title
        assert len(sheet.data_validations.dataValidation) <= 6
        said = [str(c.value) for row in sheet["A1:AZ6"] for c in row if c.value]
        assert bool(opened) == any(words.endswith(EDITABLE) for words in said), sheet.title
        for address, cell in opened.items():
            rule = rules[address]
            assert rule.type == "decimal" and isinstance(cell.value, float | int)
            above = str(sheet.cell(cell.row - 1, cell.column).value)
            if not above[
                :1
            ].isalpha():  # in the tables of single numbers one heading serves all rows
                above = str(sheet.cell(TABLE_HEADING_ROW, cell.column).value)
            least = "0" if above == "σ²" or cell.value in (EPSILON, DEVIATION) else "-1E+300"
            assert rule.formula1 == least, (sheet.title, address)


@pytest.mark.parametrize("step", [False, True])
def test_weights_that_no_workbook_can_hold(step: bool, tmp_path: Path) -> None:
    out, odd = tmp_path / "odd.xlsx", tmp_path / "odd.safetensors"
    faults = {
        "12 numbers, not one for each of its 10 classes; "
        "train one whose last layer has 10": trained(
            LINEAR.replace("10", "12"), tmp_path / "12.safetensors"
        ),
        "2 x 26 x 26 numbers, not one": trained(
            '{ type = "convolution", channels = 2, kernel = 3 }', tmp_path / "maps.safetensors"
        ),
        "10 numbers, not one for each of its 3 classes": trained(
            LINEAR, tmp_path / "3.safetensors", classes='["0", "1", "2"]'
        ),
        "this is a folder; give the .safetensors file": tmp_path,
        r"tiny: no such file; give a \.safetensors file": tmp_path / "tiny",
    }
    for message, weights in faults.items():
        with pytest.raises(ToolkitError, match=message):
            write_live(out, weights, step=step)
    norm = trained('{ type = "batch_norm" }, ' + LINEAR, tmp_path / "norm.safetensors")
    for name, number, message in (
        ("0.running_var", -1.0, "0.running_var hold negative variances; train the model again"),
        ("0.weight", math.nan, "0.weight hold numbers that are not finite; train the model again"),
        ("3.bias", math.inf, "3.bias hold numbers that are not finite; train the model again"),
    ):
        with pytest.raises(ToolkitError, match=message):
            write_live(out, changed(norm, name, number, odd), step=step)
    assert not out.exists()


def jumps(sheet: Worksheet) -> dict[str, tuple[str, str]]:
    """Of the linked cells, by what they say: the sheet and the cell that they lead to."""
    found = {}
    for cell in (cell for row in sheet for cell in row if cell.hyperlink):
        name, _, spot = str(cell.hyperlink.location).rpartition("!")
        found[str(cell.value)] = (name.strip("'"), spot)
    return found


@pytest.mark.no_cover
def test_links_lead_to_every_sheet(book: Path) -> None:
    loaded = load_workbook(book)
    first = loaded.worksheets[0]
    found = jumps(first)
    assert {name for name, _ in found.values()} == set(loaded.sheetnames)
    assert first[found["All sheets ↓"][1]].value == "All sheets"


def test_draw_says_whether_the_canvas_is_read(book: Path, office: Office) -> None:
    made = chosen(book, office, "canvas")
    assert IDLE in cells(book)["Draw"].values()
    assert IDLE not in made["Draw"].values()


def block(sheet: dict[str, object], heading: str, size: int) -> np.ndarray:
    """The cells below the first text that begins like this."""
    place = next(a for a, value in sheet.items() if str(value).startswith(heading))
    row, column = coordinate_to_tuple(place)
    names = [get_column_letter(column + n) for n in range(size)]
    return np.array([[sheet[f"{n}{row + 1 + y}"] for n in names] for y in range(size)], float)


def test_an_edited_kernel_changes_its_map_alone(
    book: Path, office: Office, shown: Gallery, tmp_path: Path
) -> None:
    """The overview shows the kernel and the map as their sheet does."""
    name = "1 conv 3x3"
    weight = float(stages(stored.read(stored.shipped()))[0].kernel[0, 0, 0, 0])
    (address,) = (a for a, value in cells(book)[name].items() if value == weight)
    number = list(cells(book)).index(name) + 1
    edited = with_cells(book, number, {address: 2.5}, book.with_name("edited.xlsx"))
    made = chosen(edited, office, shown.names[0])
    weights = changed(stored.shipped(), "0.weight", 2.5, tmp_path / "edited.safetensors")
    expected = torch_logits(weights, shown.images[:1])[0]
    np.testing.assert_allclose(shown_logits(made), expected, rtol=1e-9)
    before, after = cells(book), made
    assert not np.allclose(block(before[name], "map 1:", 26), block(after[name], "map 1:", 26))
    for n in range(2, 9):
        one, other = (block(each[name], f"map {n}:", 26) for each in (before, after))
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
    overview = after["Overview"]
    assert 2.5 in overview.values()
    copied = overview_map(overview, 26)
    np.testing.assert_allclose(copied, block(after[name], "map 1:", 26), rtol=1e-9)


def overview_map(overview: dict[str, object], size: int) -> np.ndarray:
    """The chosen map, cell by cell, below its heading and a column to the right."""
    place = next(a for a, v in overview.items() if v == "The chosen map, cell by cell")
    row = coordinate_to_tuple(place)[0] + 1
    names = [get_column_letter(3 + n) for n in range(size)]
    return np.array([[overview[f"{n}{row + y}"] for n in names] for y in range(size)], float)


def test_the_overview_shows_the_chosen_map(book: Path, office: Office) -> None:
    choices = (PANEL + 15, "2 conv 3x3"), (PANEL + 72, 7), (PANEL + 128, 3)
    typed: dict[str, object] = {f"{get_column_letter(c)}5": value for c, value in choices}
    made = office.values(with_cells(book, 1, typed, book.with_name("map.xlsx")))
    overview = made["Overview"]
    of_sheet = block(made["2 conv 3x3"], "map 7:", 24)
    np.testing.assert_allclose(overview_map(overview, 24), of_sheet, rtol=1e-9)
    kernel = stages(stored.read(stored.shipped()))[1].kernel[6, 2]
    numbers = [value for value in overview.values() if isinstance(value, float)]
    assert all(any(math.isclose(w, n, rel_tol=1e-12) for n in numbers) for w in kernel.flat)
    assert {"Map 7 of 2 conv 3x3", "Its kernel for map 3"} <= set(overview.values())


@pytest.mark.no_cover
@pytest.mark.parametrize("name", [None, *ODD])
def test_what_is_seen_at_once(name: str | None, tmp_path: Path) -> None:
    """The overview, and on each sheet of maps the first map with what stands beside it."""
    weights = trained(ODD[name], tmp_path / "odd.safetensors") if name else stored.shipped()
    network = stored.read(weights)
    for sheet in network_book(network, gallery_of(network)).sheets:
        measure = Measure(sheet)
        assert sheet.heights.get(1, 0) >= 26, sheet.name
        places = [(row, column) for row, column in sheet.cells if row == 5]
        if sheet.name == "Overview":
            places += [(g.last_row, g.last_column) for g in sheet.grids]
        elif re.match(r"\d+ (conv|pool|pointwise)", sheet.name) and sheet.grids:
            first = sheet.grids[0]
            places += [(min(first.last_row, first.row + 27), first.last_column)]
            places += [p for p in sheet.cells if p[0] < first.last_row and p[1] < first.column]
        for row, column in places:
            across, down = measure.place(Corner(row, column, 1, 1))
            assert across <= 1300 * PIXEL and down <= 560 * PIXEL, (sheet.name, row, column)


def test_one_cell_of_every_layer(book: Path) -> None:
    apart = cells(book)["One cell"]
    names = {str(v).split(":")[0] for v in apart.values() if str(v).endswith("of your choice")}
    layers = {name for name in cells(book) if re.match(r"\d+ (conv|pool)", name)}
    assert names == layers
    assert list(apart.values()).count("pass") == len(layers)
    assert "fail" not in apart.values()
