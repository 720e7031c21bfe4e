"""Weights from elsewhere: the tensors of their template, names for cells, or one line."""

import json
import math
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from PIL import Image
from safetensors.numpy import save_file
from typer.testing import CliRunner

from tests.test_convnet import networks
from tests.test_live import LINEAR, trained
from tests.test_training import SMALL
from toolkit.commands.cli import app
from toolkit.commands.live import write_live
from toolkit.convnet import stored
from toolkit.convnet.history import DIGITS
from toolkit.convnet.layers import NetworkConfig
from toolkit.convnet.model import build
from toolkit.convnet.pictures import like_mnist
from toolkit.convnet.prediction import predict
from toolkit.convnet.shapes import tensor_shapes
from toolkit.convnet.stages import reach, stages
from toolkit.convnet.template import Model
from toolkit.convnet.weights import load_weights
from toolkit.files.errors import ToolkitError
from toolkit.files.templates import parse

RUN = CliRunner()


def kept(source: Path, out: Path, change: Callable[[dict[str, np.ndarray]], None]) -> Path:
    """The weights with their tensors changed, the metadata as it was."""
    actual = stored.read(source)
    values = dict(actual.tensors)
    change(values)
    save_file(values, out, {k: v for k, v in actual.metadata.model_dump().items() if v is not None})
    return out


NORM = '{ type = "batch_norm" }, ' + LINEAR
MISFIT = "its weights do not fit its template: "
LARGE = "its weights are too large to compute with; train the model again, with a lower"
TENSORS: dict[str, tuple[Callable[[dict[str, np.ndarray]], object], str]] = {
    "whole numbers": (
        lambda t: t.update({"3.weight": t["3.weight"].astype(np.int32)}),
        f"{MISFIT}3.weight is of type I32, not F32; train the model again",
    ),
    "64 bits": (
        lambda t: t.update({"3.weight": t["3.weight"].astype(np.float64)}),
        f"{MISFIT}3.weight is of type F64, not F32; train the model again",
    ),
    "one more": (
        lambda t: t.update({"9.weight": t["3.weight"]}),
        f"{MISFIT}'9.weight' has no place in it",
    ),
    "one less": (lambda t: t.pop("3.bias"), f"{MISFIT}3.bias is missing; train the model again"),
    "another shape": (
        lambda t: t.update({"3.weight": t["3.weight"].T.copy()}),
        f"{MISFIT}3.weight has the shape [",
    ),
    "nan": (lambda t: t["3.bias"].__setitem__(0, math.nan), "3.bias hold numbers that are not"),
    "inf": (lambda t: t["0.weight"].__setitem__(0, math.inf), "0.weight hold numbers that are"),
    "variance": (lambda t: t["0.running_var"].__setitem__(0, -1), "0.running_var hold negative"),
}


@pytest.mark.parametrize("fault", TENSORS)
def test_weights_hold_the_tensors_of_their_template(fault: str, tmp_path: Path) -> None:
    change, said = TENSORS[fault]
    good = trained(NORM, tmp_path / "good.safetensors")
    bad = kept(good, tmp_path / "bad.safetensors", lambda t: (change(t), None)[1])
    refused_by_both(bad, said, tmp_path)


def refused_by_both(weights: Path, said: str, folder: Path) -> None:
    """One line, and no workbook, from `predict` and from `live`."""
    picture = folder / "p.png"
    Image.fromarray(np.pad(np.full((20, 4), 200, np.uint8), 12)).save(picture)
    for words in (["predict", str(picture)], ["live", "--out", str(folder / "l.xlsx")]):
        done = RUN.invoke(app, [*words, "--model", str(weights)])
        assert (done.exit_code, done.stdout) == (2, ""), done.exception
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"Error: {weights}: ")
        assert said in line
        assert len(line) < 400
        assert not (folder / "l.xlsx").exists()


@pytest.mark.parametrize("fault", TENSORS)
def test_a_series_takes_no_damaged_weights(fault: str, tmp_path: Path) -> None:
    good = trained(NORM, tmp_path / "good.safetensors", seed="0")
    network = build(stored.read(good).model.network)
    assert load_weights(network, {"seed": "0"}, good)
    assert not load_weights(network, {"seed": "1"}, good)
    change, _ = TENSORS[fault]
    kept(good, tmp_path / "bad.safetensors", lambda t: (change(t), None)[1])
    assert not load_weights(network, {"seed": "0"}, tmp_path / "bad.safetensors")


DEEP = '{ type = "convolution", channels = 2, kernel = 3 }, ' * 9 + LINEAR


@pytest.mark.parametrize("size", [3.4e38, 1e33])
def test_weights_that_overflow_are_refused(size: float, tmp_path: Path) -> None:
    def fill(actual: dict[str, np.ndarray]) -> None:
        for name in actual:
            actual[name] = np.full_like(actual[name], size)

    large = kept(trained(DEEP, tmp_path / "g.safetensors"), tmp_path / "l.safetensors", fill)
    refused_by_both(large, LARGE, tmp_path)


@pytest.mark.no_cover
def test_a_step_that_overflows_is_refused(tmp_path: Path) -> None:
    def grow(actual: dict[str, np.ndarray]) -> None:
        for values in actual.values():
            values *= np.float32(1e25)

    large = kept(trained(DEEP, tmp_path / "g.safetensors"), tmp_path / "l.safetensors", grow)
    write_live(tmp_path / "forward.xlsx", large)
    with pytest.raises(ToolkitError, match="a step from its weights comes to numbers that no cell"):
        write_live(tmp_path / "step.xlsx", large, step=True)
    assert not (tmp_path / "step.xlsx").exists()


@given(networks())
def test_the_tensors_of_drawn_networks_are_torchs(network: NetworkConfig) -> None:
    state = build(network).state_dict()
    assert tensor_shapes(network) == {name: tuple(part.shape) for name, part in state.items()}


def test_no_image_goes_beyond_the_reach(tmp_path: Path) -> None:
    actual = stages(stored.read(stored.shipped()))
    assert 1 < reach(actual) < 1e12
    assert reach(stages(stored.read(trained(DEEP, tmp_path / "d.safetensors")))) < reach(actual)


METADATA: dict[str, tuple[dict[str, str], str]] = {
    "control character": ({"classes": '["a\\u0001"]'}, "classes): [1]: must begin with a letter"),
    "400 nines": ({"classes": json.dumps(["9" * 400])}, "classes): [1]: must begin with a letter"),
    "40,000 characters": ({"classes": json.dumps(["x" * 40_000])}, "classes): [1]: must begin"),
    "what cells count otherwise": ({"classes": '["=1+1"]'}, "classes): [1]: must begin with a"),
    "no classes": ({"classes": "[]"}, "(the names of its classes): needs 1 entry or more"),
    "too many classes": (
        {"classes": json.dumps([f"c{n}" for n in range(11)])},
        "classes): needs 10 entries at most",
    ),
    "numbers": ({"classes": "[1, 2]"}, "classes): [1]: should be a valid string, not 1"),
    "no JSON": ({"classes": "["}, "damaged (the names of its classes): not valid JSON; train"),
    "deep JSON": ({"classes": "[" * 100_000}, "(the names of its classes): not valid JSON; train"),
    "epochs": ({"epochs": "many"}, "its metadata: epochs: "),
    "seed": ({"seed": "9" * 400}, "its metadata: seed: "),
    "held out": ({"held_out": "nothing"}, "its metadata: held_out: should be 'test' or 'valid"),
    "data": ({"data": "\x1b[31m"}, "its metadata: data: "),
    "an unknown key": ({"clases": "[]"}, "metadata: clases: unknown key (did you mean 'classes'"),
    "template": ({"template": "title = 3"}, "its template: title: should be a valid string, not 3"),
    "no template": ({"template": "\x01"}, "its template: not valid TOML: "),
    "deep template": (
        {"template": "a = " + "[" * 5000},
        "its template: contains a number that is too long",
    ),
    "wrong layers": (
        {"template": "title = 'a'\n[network]\nlayers = 3\n[training]\n" + "x = 1\n"},
        "its template: ",
    ),
}


@pytest.mark.parametrize("fault", METADATA)
def test_metadata_of_weights(fault: str, tmp_path: Path) -> None:
    metadata, said = METADATA[fault]
    actual = stored.read(trained(LINEAR, tmp_path / "good.safetensors"))
    bad = tmp_path / "bad.safetensors"
    save_file(actual.tensors, bad, {"template": actual.metadata.template} | metadata)
    refused_by_both(bad, said, tmp_path)


def test_a_header_of_gigabytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes((20_000_000).to_bytes(8, "little") + b"{" + b" " * 20_000_000 + b"}")
    refused_by_both(path, "damaged, or not a safetensors file; give weights that toolkit", tmp_path)


def test_live_tells_all_classes_apart(tmp_path: Path) -> None:
    names = json.dumps(["disc", "Disc", *DIGITS[2:]])
    weights = trained(LINEAR, tmp_path / "w.safetensors", classes=names)
    with pytest.raises(ToolkitError, match="two of its classes are called 'disc', which cells"):
        write_live(tmp_path / "l.xlsx", weights)


def test_predict_wants_an_output_for_each_class(tmp_path: Path) -> None:
    few = trained(LINEAR.replace("10", "9"), tmp_path / "w.safetensors", classes=json.dumps(DIGITS))
    Image.fromarray(np.pad(np.full((20, 4), 200, np.uint8), 12)).save(tmp_path / "p.png")
    with pytest.raises(ToolkitError, match="has 9 outputs for 10 classes"):
        predict([tmp_path / "p.png"], few)


def test_odd_metadata_of_a_picture_is_no_matter(tmp_path: Path) -> None:
    picture = Image.fromarray(np.pad(np.full((20, 4), 200, np.uint8), 12))
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(tmp_path / "p.jpg", exif=exif)
    content = (tmp_path / "p.jpg").read_bytes()
    place = content.index(b"Exif")
    # The tag that says which way is up, as long as a file of gigabytes.
    spoilt = content[: place + 20] + b"\x7f\xff\xff\xff" + content[place + 24 :]
    (tmp_path / "p.jpg").write_bytes(spoilt)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert like_mnist(tmp_path / "p.jpg").max() > 200


@pytest.mark.parametrize("key", ["y" * 40_000, "a\x1bb", "ü"])
def test_an_unknown_key_is_told_in_brief(key: str) -> None:
    with pytest.raises(ToolkitError) as error:
        parse(SMALL + f"\n[training.{json.dumps(key)}]\n", Model, "my.toml")
    assert len(str(error.value)) < 200
    assert str(error.value).isprintable()


@pytest.mark.parametrize("key", ["channels = 4", "kernel = 3", "epochs = 4", "batch_size = 64"])
def test_a_number_beyond_all_measure(key: str) -> None:
    name = key.split()[0]
    with pytest.raises(ToolkitError, match=f"{name}: should be less than or equal to 1000000, not"):
        parse(SMALL.replace(key, f"{name} = {'9' * 400}"), Model, "my.toml")
