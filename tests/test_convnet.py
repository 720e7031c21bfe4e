"""The CNN: its template, its shapes, its data, its training and its workbook."""

import gzip
import json
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from openxml_audit import OpenXmlValidator
from safetensors import safe_open

from tests.lint import faults
from tests.recalculation import Office, cells, chart_values
from toolkit.book.writer import write
from toolkit.commands.mnist import train_mnist
from toolkit.commands.mnist_options import MnistOptions
from toolkit.convnet import digits, loop, template
from toolkit.convnet.augmentation import augment
from toolkit.convnet.history import Epoch, History
from toolkit.convnet.layers import NetworkConfig
from toolkit.convnet.loop import TrainingStep
from toolkit.convnet.machine import choose_device
from toolkit.convnet.model import build
from toolkit.convnet.shapes import layer_table, parameter_count
from toolkit.convnet.template import Augmentation
from toolkit.convnet.training import Watcher, train
from toolkit.files.errors import ToolkitError
from toolkit.files.templates import templates_folder
from toolkit.pages.mnist import mnist_book

DEFAULT_TEXT = (templates_folder() / "models" / "default.toml").read_text(encoding="utf-8")
NAMES = list(digits.CHECKSUMS)


@pytest.fixture(scope="module")
def real() -> digits.Digits:
    return digits.load()


@pytest.fixture(scope="module")
def few(real: digits.Digits) -> digits.Digits:
    return digits.Digits(
        real.train_images[:640],
        real.train_labels[:640],
        real.test_images[:500],
        real.test_labels[:500],
    )


def test_the_default_model_keeps_to_the_course() -> None:
    model, _ = template.load("default")
    kinds = {layer.type for layer in model.network.layers}
    assert {"batch_norm", "dropout", "global_average_pool"} <= kinds
    assert parameter_count(model.network) <= 14_896
    assert model.training.epochs < 20


def agree_with_torch(network: NetworkConfig) -> None:
    built = build(network).eval()
    rows = layer_table(network)
    assert sum(row.parameters for row in rows) == sum(p.numel() for p in built.parameters())
    images = torch.zeros(2, *network.input)
    assert built(images).flatten(1).shape[1] == np.prod(rows[-1].output)


def test_shapes_of_the_default_model_are_torchs() -> None:
    agree_with_torch(template.load("default")[0].network)


@st.composite
def networks(draw: st.DrawFn) -> NetworkConfig:
    # Three convolutions and pools, each halving the maps, leave at least one pixel of these.
    layers: list[dict[str, object]] = []
    for _ in range(draw(st.integers(1, 3))):
        size = st.integers(1, 3)
        layers.append(
            {
                "type": "convolution",
                "channels": draw(size),
                "kernel": draw(size),
                "stride": draw(st.integers(1, 2)),
                "padding": draw(st.integers(0, 2)),
                "bias": draw(st.booleans()),
            }
        )
        layers += draw(
            st.sampled_from(
                [
                    [],
                    [{"type": "batch_norm"}, {"type": "relu"}],
                    [{"type": "dropout", "rate": 0.1}],
                    [{"type": "max_pool", "size": 2}],
                ]
            )
        )
    layers += draw(st.sampled_from([[], [{"type": "global_average_pool"}]]))
    layers += [{"type": "linear", "features": 5}, {"type": "batch_norm"}]
    return NetworkConfig.model_validate({"input": [2, 120, 117], "layers": layers})


@settings(max_examples=40, deadline=None)
@given(networks())
def test_shapes_of_drawn_networks_are_torchs(network: NetworkConfig) -> None:
    agree_with_torch(network)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "channels = 8, kernel = 3",
            "channels = 8, kernel = 29",
            r"network.layers\[1\] \(convolution\): its 29x29 window does not fit the 28x28 maps",
        ),
        (
            "channels = 8, kernel = 3",
            'channels = "8", kernel = 3',
            r"network.layers\[1\].channels: .*valid integer, not '8'",
        ),
        ("channels = 8, kernel = 3", "channel = 8, kernel = 3", r"network.layers\[1\].channel"),
        ('"global_average_pool"', '"gap"', r"network.layers\[24\]: type must be one of conv"),
        (
            '{ type = "relu" },',
            '{ type = "global_average_pool" },',
            r"network.layers\[4\] \(convolution\): needs maps",
        ),
        ("rate = 0.02", "rate = 1.5", r"network.layers\[23\].rate: .*less than 1, not 1.5"),
        ("batch_size = 64", "batch_size = 1", "training.batch_size: .*equal to 2, not 1"),
    ],
)
def test_a_faulty_model_names_layer_and_cure(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "m.toml"
    assert old in DEFAULT_TEXT
    path.write_text(DEFAULT_TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ToolkitError, match=f"^{path}: {message}"):
        template.load(str(path))


def test_the_real_digits(real: digits.Digits) -> None:
    assert real.train_images.shape == (60_000, 28, 28)
    assert real.test_images.shape == (10_000, 28, 28)
    assert real.train_labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert torch.bincount(real.test_labels).tolist() == [
        980,
        1135,
        1032,
        1010,
        982,
        892,
        958,
        1028,
        974,
        1009,
    ]


def idx(array: np.ndarray) -> bytes:
    head = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(np.uint8).tobytes()


def files() -> dict[str, bytes]:
    """A small data set: 300 images to learn from, 60 to test on."""
    random = np.random.default_rng(0)
    content = {}
    for kind, count in (("train", 300), ("t10k", 60)):
        images = random.integers(0, 256, (count, 28, 28))
        content[f"{kind}-images-idx3-ubyte"] = idx(images)
        content[f"{kind}-labels-idx1-ubyte"] = idx(np.arange(count) % 10)
    return content


@pytest.mark.parametrize("place", ["", "MNIST/raw", "FashionMNIST/raw"])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_data_folder(tmp_path: Path, place: str, zipped: bool) -> None:
    folder = tmp_path / place
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        if zipped:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)
    loaded = digits.load(tmp_path)
    assert len(loaded.train_images) == 300
    assert loaded.test_labels.tolist() == [n % 10 for n in range(60)]


DAMAGES = {
    "truncated": (NAMES[0], lambda c: c[:-1], "truncated or not an IDX file of images"),
    "empty": (NAMES[1], lambda c: b"", "truncated or not an IDX file of labels"),
    "text": (NAMES[2], lambda c: b"not idx at all", "truncated or not an IDX file"),
    "too few labels": (NAMES[3], lambda c: idx(np.zeros(59)), "59 labels for 60 images"),
    "wrong size": (NAMES[2], lambda c: idx(np.zeros((60, 20, 20))), "no 28x28 images"),
    "wrong label": (NAMES[3], lambda c: idx(np.full(60, 12)), "label 12; labels must be 0 to 9"),
    "images as labels": (NAMES[1], lambda c: idx(np.zeros((3, 3, 3))), "truncated or not"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_named(tmp_path: Path, damage: str) -> None:
    name, change, message = DAMAGES[damage]
    for other, content in files().items():
        (tmp_path / other).write_bytes(change(content) if other == name else content)
    with pytest.raises(ToolkitError, match=f"{name}: .*{message}"):
        digits.load(tmp_path)


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    for name, content in files().items():
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
    for wrong in (b"junk", gzip.compress(files()[NAMES[0]])[:-20]):
        (tmp_path / f"{NAMES[0]}.gz").write_bytes(wrong)
        with pytest.raises(ToolkitError, match=rf"{NAMES[0]}\.gz: damaged"):
            digits.load(tmp_path)
    (tmp_path / f"{NAMES[0]}.gz").unlink()
    with pytest.raises(ToolkitError, match=f"the file {NAMES[0]} .* is missing"):
        digits.load(tmp_path)


def test_the_shipped_files_are_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(digits.CHECKSUMS, NAMES[0], "0" * 32)
    with pytest.raises(ToolkitError, match="checksum differs from the original"):
        digits.load()


def test_each_image_of_a_batch_gets_a_draw_of_its_own(real: digits.Digits) -> None:
    one = real.train_images[:1].unsqueeze(1).float() / 255
    same = one.repeat(8, 1, 1, 1)
    how = Augmentation(rotation=12.0, translation=2.0, scale=0.1, shear=8.0)
    changed = augment(same, how, torch.Generator().manual_seed(0))
    assert len({tuple(image.flatten().tolist()) for image in changed}) == 8
    assert changed.min() >= 0 and changed.max() <= 1 + 1e-6
    # What is lost at the borders is little: the ink stays about the same.
    assert torch.allclose(changed.sum((1, 2, 3)), one.sum(), rtol=0.4)


def test_augmentation_of_nothing_changes_nothing(real: digits.Digits) -> None:
    images = real.train_images[:4].unsqueeze(1).float() / 255
    assert augment(images, Augmentation(share=0.5), torch.Generator()) is images
    small = Augmentation(translation=1e-12)
    moved = augment(images, small, torch.Generator().manual_seed(0))
    assert torch.allclose(moved, images, atol=1e-5)


def test_a_share_of_the_images_is_changed() -> None:
    images = torch.rand(400, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    how = Augmentation(rotation=12.0, share=0.7)
    changed = augment(images, how, torch.Generator().manual_seed(0))
    left = (changed - images).flatten(1).abs().amax(1) < 1e-4
    assert 80 < int(left.sum()) < 160


def test_the_last_epochs_see_plain_images(
    few: digits.Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Augmentation] = []

    def spy(images: torch.Tensor, how: Augmentation, random: torch.Generator) -> torch.Tensor:
        seen.append(how)
        return augment(images, how, random)

    monkeypatch.setattr(loop, "augment", spy)
    model = template.with_epochs(template.load("default")[0], 3)
    how = Augmentation(rotation=12.0, plain_epochs=1)
    train(model.model_copy(update={"augmentation": how}), few, 0, torch.device("cpu"))
    third = len(seen) // 3
    assert seen == [how] * 2 * third + [Augmentation()] * third


def test_translation_is_in_pixels() -> None:
    images = torch.zeros(500, 1, 28, 28)
    images[:, :, 14, 14] = 1
    moved = augment(images, Augmentation(translation=2.0), torch.Generator().manual_seed(0))
    rows = torch.arange(28.0)
    centre = (moved.sum(3).squeeze(1) * rows).sum(1)
    assert (centre - 14).abs().max() <= 2.001
    assert (centre - 14).abs().max() > 1.9


def test_training_learns_and_repeats_itself(few: digits.Digits) -> None:
    model = template.with_epochs(template.load("default")[0], 4)
    steps: list[TrainingStep] = []
    seen: list[Epoch] = []
    watcher = Watcher(steps.append, seen.append)
    _, first = train(model, few, 1, torch.device("cpu"), watcher)
    _, again = train(model, few, 1, torch.device("cpu"))
    _, other = train(model, few, 2, torch.device("cpu"))
    assert figures(first) == figures(again) != figures(other)
    assert first.epochs[-1].test_correct > 250
    assert first.epochs[-1].train_loss < first.epochs[0].train_loss
    assert len(steps) == 4 * 10 and tuple(seen) == first.epochs


def figures(history: History) -> list[tuple[float, ...]]:
    return [(e.train_loss, e.train_correct, e.test_loss, e.test_correct) for e in history.epochs]


def test_a_device_that_is_not_there() -> None:
    with pytest.raises(ToolkitError, match="--device tpu: not on this machine; use auto or one of"):
        choose_device("tpu")
    assert choose_device("cpu").type == "cpu"


def history() -> History:
    rows = tuple(
        Epoch(n, 1 / n, 40_000 + 1000 * n, 0.5 / n, 9_000 + 50 * n, 0.1, 8.5) for n in range(1, 20)
    )
    return History(template.load("default")[0], 0, "cpu", 60_000, 10_000, rows)


def test_the_workbook_recalculates(tmp_path: Path, office: Office) -> None:
    path = tmp_path / "mnist.xlsx"
    write(mnist_book(history(), "toolkit mnist"), path)
    formulas, cached = cells(path, formulas=True), cells(path)
    computed = office.values(path)
    checked = 0
    for sheet, places in formulas.items():
        for place, formula in places.items():
            if str(formula).startswith("="):
                ours = cached[sheet][place]
                expected = ours if isinstance(ours, str) else pytest.approx(ours, rel=1e-12)
                assert computed[sheet][place] == expected, (sheet, place)
                checked += 1
    epochs, curves, layers = 3 * 19 + 2 * 4, 4, 25 * 16 + 6 + 3 + 6
    targets, findings = 2 * 6 + 1 + 2 + 25 * 3, 5
    assert checked == epochs + curves + layers + targets + findings
    first = cached["Targets"]
    assert [first[f"L{row}"] for row in range(6, 12)] == ["pass"] * 6
    assert first["K6"] == 0.995 and first["K7"] == 14_834
    assert [title for title, _ in chart_values(path)] == [
        "Test accuracy between 98.5 and 100 %",
        "Loss",
        "Accuracy",
        "Train accuracy less test accuracy",
        "Learning rate at the end of each epoch",
    ]
    assert OpenXmlValidator().validate(path).errors == []
    assert faults(path) == []


def test_verdicts_can_fail(tmp_path: Path) -> None:
    worse = History(history().model, 0, "cpu", 60_000, 10_000, history().epochs[:3])
    write(mnist_book(worse, "toolkit mnist"), tmp_path / "m.xlsx")
    assert cells(tmp_path / "m.xlsx")["Targets"]["L6"] == "fail"


def test_the_whole_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, content in files().items():
        (tmp_path / name).write_bytes(content)
    out = tmp_path / "made" / "m.xlsx"
    result = train_mnist(MnistOptions(out, epochs=2, seed=3, data_dir=tmp_path, device="cpu"))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("Test set: Average loss: ") and "/60 (" in lines[0]
    plain = json.loads(json.dumps(result.as_dict()))
    assert plain["epochs"] == 2 and plain["test_accuracy"] == result.accuracy
    with safe_open(str(out.with_suffix(".safetensors")), "pt") as stored:
        assert stored.metadata()["template"] == DEFAULT_TEXT
        assert stored.metadata()["seed"] == "3"
        build(template.load("default")[0].network).load_state_dict(
            {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
        )
    assert "--epochs 2" in str(cells(out)["Run"]["B6"])
    assert list(cells(out)["Predictions"].values()).count("right") == round(60 * result.accuracy)
