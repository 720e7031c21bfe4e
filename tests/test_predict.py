"""Pictures of digits made like MNIST's, and what a network says of them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file
from typer.testing import CliRunner

from toolkit.commands.cli import app
from toolkit.commands.predict import table
from toolkit.convnet import digits, prediction
from toolkit.convnet.dataset import normalize
from toolkit.convnet.digits import Digits
from toolkit.convnet.model import build
from toolkit.convnet.pictures import like_mnist
from toolkit.convnet.stages import stages
from toolkit.convnet.stored import read
from toolkit.convnet.template import Model
from toolkit.convnet.trained_network import load_network
from toolkit.convnet.weights import save_weights
from toolkit.files.templates import parse

RUN = CliRunner()
LINEAR = """title = "Linear"
[network]
input = [1, 28, 28]
layers = [{ type = "linear", features = 10 }]
[training]
epochs = 1
batch_size = 64
optimizer = "sgd"
learning_rate = 0.1
schedule = "constant"
"""
COUNT = 40
Grey = NDArray[np.uint8]
SMOOTH = Image.Resampling.BICUBIC


@pytest.fixture(scope="module")
def real() -> Digits:
    return digits.load()


@pytest.fixture(scope="module")
def originals(real: Digits) -> Grey:
    actual: Grey = real.test_images[:COUNT].numpy()
    return actual


@pytest.fixture(scope="module")
def weights(real: Digits, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network made by hand: how near an image is to the mean image of each class."""
    network = build(parse(LINEAR, Model, "linear").network)
    images = normalize(real.train_images.unsqueeze(1).float() / 255).flatten(1)
    means = torch.stack([images[real.train_labels == digit].mean(0) for digit in range(10)])
    last = network[-1]
    assert isinstance(last, torch.nn.Linear)
    with torch.no_grad():
        # Scaled, else every probability would be 0 or 1.
        last.weight.copy_(means / 50)
        last.bias.copy_(-(means**2).sum(1) / 100)
    out = tmp_path_factory.mktemp("weights") / "linear.safetensors"
    save_weights(network, {"template": LINEAR}, out)
    return out


def large(image: Grey, side: int = 280) -> Image.Image:
    return Image.fromarray(image).resize((side, side), SMOOTH)


def pasted(image: Grey) -> Image.Image:
    """Dark and small, away from the middle of a sheet of paper."""
    paper = Image.new("L", (500, 380), 250)
    paper.paste(Image.fromarray((250 - image * 0.8).astype(np.uint8)).resize((112, 112)), (330, 40))
    return paper


def shaded(image: Grey) -> Image.Image:
    """Like a photo: noise, and light that falls from one side."""
    ink = np.asarray(large(image), np.float64) * 0.6
    rows, columns = np.mgrid[0:280, 0:280]
    noise = np.random.default_rng(0).normal(0, 4, ink.shape)
    return Image.fromarray(
        (210 - ink - 0.2 * columns + 0.1 * rows + noise).clip(0, 255).astype("B")
    )


def clear(image: Grey, ink: int) -> Image.Image:
    """Ink on nothing."""
    pixels = np.full((28, 28, 4), ink, np.uint8)
    pixels[..., 3] = image
    return Image.fromarray(pixels).resize((140, 140), SMOOTH)


def coloured(image: Grey) -> Image.Image:
    """Blue on yellow."""
    paper, ink = np.array([255, 240, 120]), np.array([10, 30, 160])
    share = image[..., None] / 255
    return Image.fromarray((paper + (ink - paper) * share).astype(np.uint8)).resize(
        (84, 84), SMOOTH
    )


def deep(image: Grey) -> Image.Image:
    """16 bits a pixel."""
    return Image.fromarray((255 - image).astype(np.uint16) * 257)


WAYS: dict[str, tuple[Callable[[Grey], Image.Image], str]] = {
    "as it is": (Image.fromarray, "png"),
    "inverted": (lambda image: Image.fromarray(255 - image), "png"),
    "large": (large, "png"),
    "large and inverted": (lambda image: large(255 - image, 700), "png"),
    "small": (lambda image: large(255 - image, 16), "png"),
    "jpeg": (lambda image: large(255 - image, 200).convert("RGB"), "jpg"),
    "on paper": (pasted, "jpeg"),
    "photo": (shaded, "jpg"),
    "black on nothing": (lambda image: clear(image, 0), "png"),
    "white on nothing": (lambda image: clear(image, 255), "png"),
    "coloured": (coloured, "png"),
    "palette": (lambda image: large(255 - image, 100).convert("P"), "png"),
    "black and white": (lambda image: large(255 - image).convert("1"), "png"),
    "16 bits": (deep, "png"),
}
EXACT = ("as it is", "inverted", "16 bits")


def made(folder: Path, way: str, images: Grey) -> list[Path]:
    """The images as files."""
    change, ending = WAYS[way]
    paths = [folder / f"{number}.{ending}" for number in range(len(images))]
    for path, image in zip(paths, images, strict=True):
        change(image).save(path)
    return paths


def nearest(ours: Grey, original: Grey) -> float:
    """The mean difference per pixel, where the digit may lie one pixel beside."""
    shifts = [np.roll(ours, (a, b), (0, 1)) for a in (-1, 0, 1) for b in (-1, 0, 1)]
    return float(min(abs(shift - original.astype(float)).mean() for shift in shifts))


@pytest.mark.parametrize("way", WAYS)
def test_pictures_are_made_like_mnist(
    tmp_path: Path, way: str, originals: Grey, weights: Path
) -> None:
    paths = made(tmp_path, way, originals)
    images = np.stack([like_mnist(path) for path in paths])
    apart = [nearest(ours, theirs) for ours, theirs in zip(images, originals, strict=True)]
    # An empty image is 29 away.
    assert np.mean(apart) < (1 if way in EXACT else 15 if way == "small" else 7.5)
    trained = stages(read(weights))
    expected = prediction.probabilities(trained, originals).argmax(1)
    actual = prediction.probabilities(trained, images).argmax(1)
    assert (actual == expected).mean() >= 0.8  # a network so simple leans on single pixels


def test_proportions_and_centre(tmp_path: Path) -> None:
    bar = np.full((300, 200), 255, np.uint8)
    bar[20:220, 30:50] = 0
    Image.fromarray(bar).save(tmp_path / "bar.png")
    made = like_mnist(tmp_path / "bar.png")
    rows, columns = np.flatnonzero(made.any(1)), np.flatnonzero(made.any(0))
    assert (rows.tolist(), columns.tolist()) == (list(range(4, 24)), [13, 14])
    assert made[rows[0], columns[0]] == 255


def test_a_picture_on_its_side_is_turned(tmp_path: Path, originals: Grey) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned to the right
    turned = large(255 - originals[0]).convert("RGB").rotate(90)
    turned.save(tmp_path / "turned.jpg", exif=exif)
    assert nearest(like_mnist(tmp_path / "turned.jpg"), originals[0]) < 10


def test_the_network_is_asked_right(tmp_path: Path, weights: Path, real: Digits) -> None:
    """As training sees images: the same figures as torch's own on the original."""
    path = tmp_path / "seven.png"
    Image.fromarray(255 - real.test_images[0].numpy()).save(path)
    (actual,) = prediction.predict([path], weights)
    image = torch.from_numpy(like_mnist(path))[None, None].float() / 255
    logits = load_network(weights).network(normalize(image))
    expected = logits.softmax(1)[0].tolist()
    assert list(actual.probabilities.values()) == pytest.approx(expected, rel=1e-5)
    assert sum(actual.probabilities.values()) == pytest.approx(1)
    assert actual.prediction == "7" and actual.confidence == max(actual.probabilities.values())


def test_the_command(tmp_path: Path, weights: Path, originals: Grey) -> None:
    paths = [str(path) for path in made(tmp_path, "jpeg", originals[:3])]
    words = [sys.executable, "-m", "toolkit", "predict", *paths, "--model", str(weights)]
    piped = subprocess.run(words, capture_output=True, text=True, check=True)
    assert piped.stderr == ""
    headings, *lines = [line.split("\t") for line in piped.stdout.splitlines()]
    assert headings == ["file", "prediction", "confidence", *"0123456789"]
    assert all(len(field) == len("0.123456") for line in lines for field in line[2:])
    asked = subprocess.run([*words, "--json"], capture_output=True, text=True, check=True)
    for line, actual in zip(lines, json.loads(asked.stdout), strict=True):
        assert line[0] == actual["file"] and line[1] == actual["prediction"]
        assert [float(field) for field in line[3:]] == list(actual["probabilities"].values())
        assert float(line[2]) == actual["confidence"] == max(actual["probabilities"].values())


def test_on_a_screen_it_is_a_table(weights: Path, tmp_path: Path, originals: Grey) -> None:
    text = table(prediction.predict(made(tmp_path, "large", originals[:2]), weights), True)
    headings, *lines = text.splitlines()
    assert len({len(line) for line in (headings, *lines)}) == 1
    assert all("%" in line for line in lines)


def test_less_than_certain_is_never_told_as_certain() -> None:
    shares = {"0": 0.99996, "1": 0.00004}
    sure = prediction.Prediction("a.png", "0", 0.99996, shares)
    fields = table([sure], True).splitlines()[1].split()
    assert fields == ["a.png", "0", ">99.99%", ">99.99%", "0.00%"]
    certain = prediction.Prediction("a.png", "0", 1.0, {"0": 1.0, "1": 0.0})
    assert table([certain], True).splitlines()[1].split()[2] == "100.00%"
    assert sure.as_dict()["probabilities"] == {"0": 0.99996, "1": 0.00004}


def refused(words: list[str], message: str) -> None:
    done = RUN.invoke(app, ["predict", *words])
    assert (done.exit_code, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert message in line


def test_what_is_no_picture_of_a_digit(
    tmp_path: Path, weights: Path, originals: Grey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    good = made(tmp_path, "large", originals[:1])[0]
    Path("text.png").write_text("no picture at all")
    Path("none.png").touch()
    Path("cut.png").write_bytes(good.read_bytes()[:-60])
    large(originals[0]).save("digit.bmp")
    Image.new("L", (90, 60), 255).save("blank.png")
    Image.new("RGBA", (90, 60)).save("clear.png")
    Image.new("L", (1, 1)).save("dot.png")
    faint = np.random.default_rng(0).normal(200, 3, (90, 90)).astype(np.uint8)
    Image.fromarray(faint).save("noise.jpg")
    Path("folder.png").mkdir()
    for name, message in {
        "text.png": "text.png: not a PNG or JPEG picture; save it as one of these",
        "none.png": "none.png: not a PNG or JPEG picture",
        "digit.bmp": "digit.bmp: not a PNG or JPEG picture",
        "cut.png": "cut.png: cannot be read: damaged; save the picture again",
        "blank.png": "blank.png: shows no digit",
        "clear.png": "clear.png: shows no digit",
        "dot.png": "dot.png: shows no digit",
        "noise.jpg": "noise.jpg: shows no digit",
        "missing.png": "missing.png: no such file",
        "folder.png": "folder.png: this is a folder",
    }.items():
        refused([str(good), name, "--model", str(weights)], message)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    refused([str(good), "--model", str(weights)], "too many pixels; make the picture smaller")
    refused([], "Missing argument")


def test_weights_that_do_not_fit(
    tmp_path: Path, weights: Path, originals: Grey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (picture,) = made(tmp_path, "large", originals[:1])
    network = load_network(weights).network
    Path("cut.safetensors").write_bytes(weights.read_bytes()[:-9])
    Path("text.safetensors").write_text("no weights at all")
    save_file(network.state_dict(), "bare.safetensors")
    other = LINEAR.replace("features = 10", "features = 9")
    save_weights(network, {"template": other}, Path("other.safetensors"))
    save_weights(network, {"template": "title = 3"}, Path("odd.safetensors"))
    wide = LINEAR.replace("[1, 28, 28]", "[1, 14, 56]")
    save_weights(network, {"template": wide}, Path("wide.safetensors"))
    save_weights(network, {"template": LINEAR, "classes": "3"}, Path("names.safetensors"))
    for name, message in {
        "missing": "missing.safetensors: no such file",
        "cut": "cut.safetensors: damaged, or not a safetensors file",
        "text": "text.safetensors: damaged, or not a safetensors file",
        "bare": "bare.safetensors: contains no template; give weights that toolkit mnist wrote",
        "other": "other.safetensors: its weights do not fit its template",
        "odd": "odd.safetensors: its template: title: should be a valid string, not 3",
        "wide": "wide.safetensors: its network does not accept images of 28x28 pixels",
        "names": "names.safetensors: damaged (the names of its classes)",
    }.items():
        refused([str(picture), "--model", f"{name}.safetensors"], message)


def test_names_of_classes(tmp_path: Path, weights: Path, originals: Grey) -> None:
    names = json.dumps([f"class {n}" for n in range(8)])
    save_weights(
        load_network(weights).network,
        {"template": LINEAR, "classes": names},
        tmp_path / "named.safetensors",
    )
    path = made(tmp_path, "large", originals[:1])
    (actual,) = prediction.predict(path, tmp_path / "named.safetensors")
    assert list(actual.probabilities)[6:] == ["class 6", "class 7", "8", "9"]
    assert actual.prediction == "class 7"


def test_two_classes_of_one_name_are_kept_apart(
    tmp_path: Path, weights: Path, originals: Grey
) -> None:
    names = json.dumps(["7", *"123456", "7", *"89"])
    save_weights(
        load_network(weights).network,
        {"template": LINEAR, "classes": names},
        tmp_path / "twice.safetensors",
    )
    path = made(tmp_path, "large", originals[:1])
    (actual,) = prediction.predict(path, tmp_path / "twice.safetensors")
    assert list(actual.probabilities)[:2] == ["7 (class 0)", "1"]
    assert actual.prediction == "7 (class 7)"
    assert sum(actual.probabilities.values()) == pytest.approx(1)
    assert len(json.loads(json.dumps(actual.as_dict()))["probabilities"]) == 10
    headings, line = table([actual], False).splitlines()
    assert len(headings.split("\t")) == len(line.split("\t")) == 13


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "b", "a"], ["a (class 0)", "b", "a (class 2)"]),
        # A name that looks like what keeps the others apart.
        (
            ["a", "a", "a (class 0)"],
            ["a (class 0) (class 0)", "a (class 1)", "a (class 0) (class 2)"],
        ),
        (["", ""], [" (class 0)", " (class 1)"]),
    ],
)
def test_names_are_made_distinct(names: list[str], wanted: list[str]) -> None:
    assert prediction.distinct(names) == wanted


def test_the_shipped_weights_read_digits_without_torch(tmp_path: Path, originals: Grey) -> None:
    paths = made(tmp_path, "large", originals[:3])
    block = "import sys; sys.modules['torch'] = None; from toolkit.commands.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", block, "predict", *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line.split()[1] for line in done.stdout.splitlines()[1:]] == ["7", "2", "1"]
