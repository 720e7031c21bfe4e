"""The sheets of pictures: mistakes, kernels, augmentation. Nothing is trained here."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from openpyxl import load_workbook
from openxml_audit import OpenXmlValidator
from PIL import Image

from tests.lint import faults
from tests.recalculation import Office, cells
from toolkit.book.sheet import Book, Picture
from toolkit.book.writer import write
from toolkit.convnet import outputs, template
from toolkit.convnet.digits import GARMENTS, Digits
from toolkit.convnet.history import DIGITS, Epoch, History, Pictures, Predictions
from toolkit.convnet.model import build
from toolkit.convnet.template import Augmentation
from toolkit.pages.mnist import mistakes, mnist_book
from toolkit.pages.mnist.augmentation import _settings

COUNT = 60


def images(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 28, 28), np.uint8)


def predictions(count: int, wrong: int) -> Predictions:
    """The last `wrong` images are taken for the next class, ever surer."""
    labels = np.arange(count) % 10
    said = labels.copy()
    said[count - wrong :] = (said[count - wrong :] + 1) % 10
    sure = np.linspace(0.4, 0.95, count)
    probabilities = np.repeat(((1 - sure) / 9)[:, None], 10, axis=1)
    probabilities[np.arange(count), said] = sure
    return Predictions.of(labels, probabilities)


def digits(count: int) -> Digits:
    labels = torch.arange(count) % 10
    return Digits(torch.from_numpy(images(count)), labels, torch.from_numpy(images(count)), labels)


def history(names: tuple[str, ...], count: int = COUNT) -> History:
    rows = (
        Epoch(
            number=1,
            train_loss=0.5,
            train_correct=50_000,
            test_loss=0.4,
            test_correct=count - 7,
            learning_rate=0.1,
            seconds=8.5,
        ),
    )
    model = template.load("default")[0]
    return History(
        model=model,
        seed=0,
        device="cpu",
        train_count=60_000,
        test_count=count,
        epochs=rows,
        names=names,
    )


def pictures(count: int = COUNT, how: Augmentation | None = None) -> Pictures:
    torch.manual_seed(0)
    model = template.load("default")[0]
    network = build(model.network)
    return outputs.pictures(network, digits(count), how or model.augmentation, 0)


def book(names: tuple[str, ...] = DIGITS, wrong: int = 7, count: int = COUNT) -> Book:
    said = predictions(count, wrong)
    return mnist_book(history(names, count), "toolkit mnist", None, said, pictures=pictures(count))


def sheet_of(made: Book, name: str) -> tuple[Picture, ...]:
    return next(sheet.pictures for sheet in made.sheets if sheet.name == name)


def pixels(picture: Picture) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(picture.png)))


@pytest.mark.parametrize("names", [DIGITS, GARMENTS])
def test_the_workbook_recalculates(tmp_path: Path, office: Office, names: tuple[str, ...]) -> None:
    path = tmp_path / "m.xlsx"
    write(book(names), path)
    formulas, cached = cells(path, formulas=True), cells(path)
    computed = office.values(path)
    checked = dict.fromkeys(("Mistakes", "Kernels"), 0)
    for sheet in checked:
        for place, formula in formulas[sheet].items():
            if str(formula).startswith("="):
                ours = cached[sheet][place]
                expected = ours if isinstance(ours, str) else pytest.approx(ours, rel=1e-12)
                assert computed[sheet][place] == expected, (sheet, place)
                checked[sheet] += 1
    assert checked == {"Mistakes": 2 + 3 * 7, "Kernels": 1}
    assert OpenXmlValidator().validate(path).errors == []
    assert faults(path) == []


def test_mistakes_are_the_wrong_images_the_surest_first(tmp_path: Path) -> None:
    write(book(), tmp_path / "m.xlsx")
    written = cells(tmp_path / "m.xlsx")["Mistakes"]
    assert [written[f"{letter}8"] for letter in "BCDEFGH"] == [60, 59, 58, 57, 56, 55, 54]
    assert [written[f"{letter}9"] for letter in "BCD"] == [9, 8, 7]
    assert [written[f"{letter}10"] for letter in "BCD"] == [0, 9, 8]
    sure = [float(str(written[place])) for place in ("B11", "C11")]
    assert sure[0] == pytest.approx(0.95) and sure[1] < 0.95
    assert written["B5"] == written["D5"] == 7 and "I8" not in written
    assert written["A3"] == (
        "7 of 60 test images are classified wrongly. The network is surest of image 60: it takes 9 "
        "for 0 with 95.0 % confidence."
    )
    shown = sheet_of(book(), "Mistakes")
    assert len(shown) == 7
    assert shown[0].alt == "Image 60: label 9, taken for 0"
    assert np.array_equal(pixels(shown[0])[::2, ::2], images(COUNT)[59])
    assert (shown[0].width, pixels(shown[0]).shape) == (56, (56, 56))


def test_too_many_mistakes_are_cut_with_a_note(tmp_path: Path) -> None:
    made = book(wrong=450, count=500)
    write(made, tmp_path / "m.xlsx")
    written = cells(tmp_path / "m.xlsx")["Mistakes"]
    assert (written["B5"], written["D5"]) == (450, 400)
    assert len(sheet_of(made, "Mistakes")) == mistakes.MOST_MISTAKES == 400
    assert faults(tmp_path / "m.xlsx") == []


def test_a_network_without_mistakes(tmp_path: Path) -> None:
    write(book(wrong=0), tmp_path / "m.xlsx")
    written = cells(tmp_path / "m.xlsx")["Mistakes"]
    assert written["A3"] == "No test image is classified wrongly."
    assert written["B5"] == 0
    assert OpenXmlValidator().validate(tmp_path / "m.xlsx").errors == []


def test_kernels_are_the_weights_with_a_two_sided_scale(tmp_path: Path) -> None:
    write(book(), tmp_path / "m.xlsx")
    written, shown = cells(tmp_path / "m.xlsx")["Kernels"], pictures().kernels
    assert [weights.shape for weights in shown] == [(8, 1, 3, 3), (16, 8, 3, 3)]
    # Kernel 2 of the first layer begins after three columns and a gap.
    block = [[float(str(written[f"{letter}{row}"])) for letter in "FGH"] for row in (8, 9, 10)]
    np.testing.assert_allclose(block, shown[0][1, 0], atol=5e-7)
    negative = int((shown[0] < 0).sum())
    assert str(written["A3"]).startswith(f"In layer 1, {negative} of 72 weights shown are negative")
    assert f"between {shown[0].min():.2f} and {shown[0].max():.2f}." in str(written["A3"])
    rules = load_workbook(tmp_path / "m.xlsx")["Kernels"].conditional_formatting
    ends = [[float(p.val) for p in rule.rules[0].colorScale.cfvo] for rule in rules]
    for (low, middle, high), weights in zip(ends, shown, strict=True):
        assert -low == high == pytest.approx(abs(weights).max())
        assert middle == 0


def test_large_layers_are_cut_with_a_note(tmp_path: Path) -> None:
    large = replace(pictures(), kernels=(np.ones((30, 20, 3, 3)), np.zeros((2, 30, 5, 5))))
    said = predictions(COUNT, 7)
    made = mnist_book(history(DIGITS), "toolkit mnist", None, said, pictures=large)
    write(made, tmp_path / "m.xlsx")
    written = cells(tmp_path / "m.xlsx")["Kernels"]
    assert str(written["A6"]).endswith("; the first 24 kernels and 16 channels are shown")
    assert OpenXmlValidator().validate(tmp_path / "m.xlsx").errors == []


def test_augmentation_shows_each_class_and_eight_draws(tmp_path: Path) -> None:
    made = book(GARMENTS)
    write(made, tmp_path / "m.xlsx")
    written = cells(tmp_path / "m.xlsx")["Augmentation"]
    settings = str(written["L7"]).split("\n")
    assert settings[0] == "turned by up to 10° to either side"
    assert settings[3] == "slanted by up to 5° to either side"
    assert [written[f"A{row}"] for row in (7, 16)] == ["T-shirt/top", "Ankle boot"]
    shown = sheet_of(made, "Augmentation")
    assert len(shown) == 10 * 9
    assert np.array_equal(pixels(shown[0])[::2, ::2], images(COUNT)[0])
    assert len({picture.png for picture in shown}) == 90
    assert shown[1].alt == "The same image, random change 1"


def test_what_part_is_changed_is_said() -> None:
    how = Augmentation(rotation=5.0, share=0.5, plain_epochs=2)
    assert _settings(how) == [
        "turned by up to 5° to either side",
        "changed in these ways for 50% of the images only",
        "not changed at all in the last 2 epochs",
    ]
    assert _settings(Augmentation(share=0.5, plain_epochs=2)) == []


def test_no_augmentation_is_said() -> None:
    plain = pictures(how=Augmentation())
    assert np.array_equal(plain.draws[3][5], plain.originals[3])
    without = history(DIGITS)
    model = without.model.model_copy(update={"augmentation": Augmentation()})
    made = mnist_book(replace(without, model=model), "toolkit mnist", pictures=plain)
    shown = next(sheet for sheet in made.sheets if sheet.name == "Augmentation")
    assert "asks for no augmentation" in str(shown.cells[3, 1].value)


def test_a_class_without_training_images_is_left_out() -> None:
    some = digits(COUNT)
    keep = some.train_labels != 4
    some = replace(some, train_images=some.train_images[keep], train_labels=some.train_labels[keep])
    network = build(template.load("default")[0].network)
    shown = outputs.pictures(network, some, Augmentation(), 0)
    assert shown.labels == (0, 1, 2, 3, 5, 6, 7, 8, 9)
    assert len(shown.originals) == len(shown.draws) == 9


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write(book(), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        media = [name for name in archive.namelist() if name.startswith("xl/media/")]
    assert len(media) >= 90
