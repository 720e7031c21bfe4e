"""The names of the classes: from labels.txt, from Fashion-MNIST's checksum, else the digits."""

import json
from pathlib import Path

import pytest
from safetensors import safe_open

from tests.test_convnet import files
from tests.test_training import SMALL
from toolkit.commands.mnist import train_mnist
from toolkit.commands.mnist_options import MnistOptions
from toolkit.convnet import digits
from toolkit.convnet.history import DIGITS
from toolkit.files.errors import ToolkitError

DEBIAN = Path("/usr/share/datasets/fashion-mnist")
UNCOUNTABLE = ("st*r", "star?", "~star", "=star", "<star", "01", "1/2", "TRUE", "1.5")
SHAPES = "disc\nsquare\nstar\ncross\nring\nheart\nmoon\narrow\nwave\nknot\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small data set of noise, with ten labels."""
    for name, content in files().items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_the_digits_where_nothing_else_is_known(folder: Path) -> None:
    assert digits.load(folder).names == DIGITS == tuple("0123456789")
    assert digits.load(validation=True).names == DIGITS


@pytest.mark.parametrize("place", ["", "FashionMNIST/raw"])
def test_labels_txt(folder: Path, place: str) -> None:
    (folder / place).mkdir(parents=True, exist_ok=True)
    (folder / place / "labels.txt").write_text("\ufeff" + SHAPES + "\n\n", encoding="utf-8")
    for validation in (False, True):
        assert digits.load(folder, validation=validation).names == tuple(SHAPES.split())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("disc\nsquare\n", "2 lines for labels 0 to 9; give each class one line, at most 10"),
        (SHAPES + "more\n", "11 lines for labels 0 to 9"),
        (SHAPES.replace("star", ""), "line 3, '': must be a name of 1 to 30"),
        (SHAPES.replace("star", "disc"), "line 1, 'disc': must be a name .* no other line has"),
        (SHAPES.replace("star", "st\tar"), "line 3, .*printable"),
        (SHAPES.replace("star", "s" * 31), "line 3, "),
        (SHAPES.replace("star", "Disc"), "line 1, 'disc': must be a name .* no other line has"),
        *((SHAPES.replace("star", odd), "line 3, .*cannot count it") for odd in UNCOUNTABLE),
    ],
)
def test_labels_that_are_refused(folder: Path, text: str, message: str) -> None:
    (folder / "labels.txt").write_text(text, encoding="utf-8")
    with pytest.raises(ToolkitError, match=f"labels.txt: {message}"):
        digits.load(folder)


def test_a_name_that_a_later_digit_has_too_is_refused(folder: Path) -> None:
    """Fewer than ten lines are followed by digits, and two classes must not share a name."""
    for path in folder.glob("*labels*"):
        content = path.read_bytes()
        path.write_bytes(content[:8] + bytes(len(content) - 8))
    (folder / "labels.txt").write_text("7\n", encoding="utf-8")
    with pytest.raises(ToolkitError, match=r"labels.txt: '7' is also the name of class 7, which"):
        digits.load(folder)
    (folder / "labels.txt").write_text("1\n0\n", encoding="utf-8")
    assert digits.load(folder).names == tuple("1023456789")


def test_fashion_is_known_by_its_checksum(monkeypatch: pytest.MonkeyPatch) -> None:
    # The checksum is that of the whole file: MNIST's own is the one its authors give.
    labels = digits.load().train_labels
    assert digits._checksum(labels) == digits.CHECKSUMS["train-labels-idx1-ubyte"]
    monkeypatch.setattr(digits, "FASHION", digits.CHECKSUMS["train-labels-idx1-ubyte"])
    names = digits.class_names(None, labels)
    assert names[0] == "T-shirt/top" and names[9] == "Ankle boot" and len(names) == 10


@pytest.mark.skipif(not DEBIAN.is_dir(), reason="Debian's dataset-fashion-mnist is not installed")
def test_debians_fashion_has_its_names() -> None:
    assert digits.load(DEBIAN).names == digits.GARMENTS


def test_the_names_go_with_the_run_and_the_weights(folder: Path) -> None:
    (folder / "labels.txt").write_text(SHAPES, encoding="utf-8")
    (folder / "small.toml").write_text(SMALL, encoding="utf-8")
    out, model = folder / "m.xlsx", str(folder / "small.toml")
    train_mnist(MnistOptions(out, model, epochs=1, data_dir=folder, device="cpu", quiet=True))
    with safe_open(str(out.with_suffix(".safetensors")), "pt") as stored:
        assert json.loads(stored.metadata()["classes"]) == SHAPES.split()


def test_corrected_names_do_not_end_a_series(folder: Path) -> None:
    (folder / "small.toml").write_text(SMALL, encoding="utf-8")
    model = str(folder / "small.toml")
    asked = MnistOptions(
        folder / "m.xlsx", model, epochs=1, seeds=1, data_dir=folder, device="cpu", quiet=True
    )
    first = train_mnist(asked)
    (folder / "labels.txt").write_text(SHAPES, encoding="utf-8")
    assert train_mnist(asked).accuracy == first.accuracy
