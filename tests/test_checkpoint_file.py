"""Checkpoints and records of seeds from elsewhere: whole, of this run, and without code."""

import json
import math
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.test_fuzzing import small_data
from tests.test_training import CPU, SMALL
from toolkit.convnet import seeds
from toolkit.convnet.template import Model
from toolkit.convnet.training import train
from toolkit.files.errors import ToolkitError
from toolkit.files.templates import parse

RECORDS = Path(__file__).parent / "experiments" / "records"


def without(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda content: content["state"].pop(name)


def put(value: object, *keys: Any) -> Callable[[dict[str, Any]], None]:
    """Puts a value into a checkpoint."""

    def change(content: dict[str, Any]) -> None:
        for key in keys[:-1]:
            content = content[key]
        content[keys[-1]] = value

    return change


def epochs_with(**values: Any) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        (epoch,) = json.loads(content["epochs"])
        content["epochs"] = json.dumps([epoch | values])

    return change


CHECKPOINTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "no weights": without("network"),
    "no optimizer": without("optimizer"),
    "no random state": without("random"),
    "something more": put(1, "state", "more"),
    "other state": put(3, "state"),
    "other shape": put(torch.zeros(3), "state", "network", "0.weight"),
    "other type": put(torch.zeros(4, 1, 3, 3, dtype=torch.float64), "state", "network", "0.weight"),
    "nan": put(torch.full((4, 1, 3, 3), math.nan), "state", "network", "0.weight"),
    "average": put(None, "state", "average"),
    "optimizer's momentum": put("much", "state", "optimizer", "param_groups", 0, "momentum"),
    "optimizer's rate": put(math.inf, "state", "optimizer", "param_groups", 0, "lr"),
    "optimizer's groups": put([], "state", "optimizer", "param_groups"),
    "optimizer's state": put({}, "state", "optimizer", "state"),
    "optimizer's parameter": put({}, "state", "optimizer", "state", 0),
    "random state": put(torch.zeros(5056, dtype=torch.uint8), "state", "random"),
    "dropout state": put(torch.zeros(16, dtype=torch.uint8), "state", "dropout"),
    "seed": put("5", "origin", "seed"),
    "origin": put(3, "origin"),
    "no epochs": put("[]", "epochs"),
    "an epoch too late": epochs_with(number=2),
    "an epoch of nan": epochs_with(train_loss=math.nan),
    "a negative time": epochs_with(seconds=-1.0),
    "more right than there are": epochs_with(test_correct=65),
    "a number as text": epochs_with(test_correct="3"),
    "an unknown key": epochs_with(more=1),
}


@pytest.fixture(scope="module")
def small() -> Model:
    return parse(SMALL.replace("epochs = 4", "epochs = 1"), Model, "small")


@pytest.fixture(scope="module")
def finished(small: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint after the only epoch."""
    path = tmp_path_factory.mktemp("run") / "m.checkpoint"
    train(small, small_data(), 5, CPU, None, path)
    return path


@pytest.mark.parametrize("fault", CHECKPOINTS)
def test_a_damaged_checkpoint_is_one_line(
    fault: str, small: Model, finished: Path, tmp_path: Path
) -> None:
    content = torch.load(finished, weights_only=True)
    CHECKPOINTS[fault](content)
    path = tmp_path / "m.checkpoint"
    torch.save(content, path)
    with pytest.raises(ToolkitError, match=f"^{path}: damaged, or not a checkpoint"):
        train(small, small_data(), 5, CPU, None, path, resume=True)


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
@pytest.mark.parametrize("change", ["", "momentum = 0.9\n", "ema = 0.9\n"])
def test_every_optimizers_checkpoint_is_taken(optimizer: str, change: str, tmp_path: Path) -> None:
    text = SMALL.replace("epochs = 4", "epochs = 1").replace('"sgd"', f'"{optimizer}"')
    model, path = parse(text.replace(change, ""), Model, "small"), tmp_path / "m.checkpoint"
    _, first = train(model, small_data(), 5, CPU, None, path)
    _, again = train(model, small_data(), 5, CPU, None, path, resume=True)
    assert again.epochs == first.epochs


class Runs:
    """What code in a pickle would do."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_a_checkpoint_runs_no_code(small: Model, finished: Path, tmp_path: Path) -> None:
    content = torch.load(finished, weights_only=True)
    content["state"]["more"] = Runs(tmp_path / "ran")
    path = tmp_path / "m.checkpoint"
    torch.save(content, path)
    with pytest.raises(ToolkitError, match="damaged, or not a checkpoint"):
        train(small, small_data(), 5, CPU, None, path, resume=True)
    assert not (tmp_path / "ran").exists()


def test_a_long_name_in_a_checkpoint_takes_no_minutes(
    small: Model, finished: Path, tmp_path: Path
) -> None:
    path = tmp_path / "m.checkpoint"
    with zipfile.ZipFile(finished) as source, zipfile.ZipFile(path, "w") as out:
        for name in source.namelist():
            content = source.read(name)
            out.writestr(
                name, content.replace(b"ctorch\nF", b"ctorch\n" + b"x" * 100_000 + b"F", 1)
            )
    begin = time.perf_counter()
    with pytest.raises(ToolkitError, match="damaged, or not a checkpoint"):
        train(small, small_data(), 5, CPU, None, path, resume=True)
    assert time.perf_counter() - begin < 10


def test_a_packed_checkpoint_is_not_unpacked(small: Model, finished: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.checkpoint"
    with (
        zipfile.ZipFile(finished) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        for name in source.namelist():
            out.writestr(name, source.read(name))
    with pytest.raises(ToolkitError, match="damaged, or not a checkpoint"):
        train(small, small_data(), 5, CPU, None, path, resume=True)


RUNS, EPOCH = ("runs", 1), ("runs", 1, "epochs", 3)
RECORDED: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "no epochs": (put([], *RUNS, "epochs"), "runs[2]: not a complete run of seed 1"),
    "an epoch less": (
        lambda r: r["runs"][1]["epochs"].pop(),
        "runs[2]: not a complete run of seed 1",
    ),
    "another order": (lambda r: r["runs"].reverse(), "runs[1]: not a complete run of seed 0"),
    "an epoch twice": (put(3, *EPOCH, "number"), "runs[2]: not a complete run of seed 1"),
    "more right": (
        put(10_001, *EPOCH, "test_correct"),
        "or with more correct images than there are",
    ),
    "nan": (put(math.nan, *EPOCH, "test_loss"), "runs[2].epochs[4].test_loss: should be a finite"),
    "inf": (put(math.inf, *EPOCH, "seconds"), "runs[2].epochs[4].seconds: should be a finite"),
    "negative": (put(-1, *EPOCH, "test_correct"), "runs[2].epochs[4].test_correct: should be gre"),
    "huge": (put(10**400, *EPOCH, "test_correct"), "runs[2].epochs[4].test_correct: should be"),
    "text": (put("9", *EPOCH, "test_correct"), "runs[2].epochs[4].test_correct: should be a valid"),
    "an unknown key": (put(1, *EPOCH, "more"), "runs[2].epochs[4].more: unknown key"),
    "device": (put("c\x01u", *RUNS, "device"), "runs[2].device: must be one line of 1 to 200"),
    "versions": (put("a\nb", *RUNS, "versions"), "runs[2].versions: must be printable"),
    "threads": (put(-1, *RUNS, "threads"), "runs[2].threads: should be greater"),
}


@pytest.mark.parametrize("fault", RECORDED)
def test_a_damaged_record_names_what_is_wrong(fault: str, tmp_path: Path) -> None:
    written = (RECORDS / "sprint.seeds.json").read_bytes()
    begun = seeds.SERIES.validate_json(written).first(0)
    content = json.loads(written)
    change, said = RECORDED[fault]
    change(content)
    path = tmp_path / "m.seeds.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ToolkitError) as error:
        seeds.load(path, begun)
    message = str(error.value)
    assert message.startswith(f"{path}: damaged, or not a record of seeds (")
    assert said in message
    assert message.endswith("; remove it to begin the series again")


@pytest.mark.parametrize("name", ["default", "tiny", "sprint", "course"])
def test_the_committed_records_are_read(name: str) -> None:
    path = RECORDS / f"{name}.seeds.json"
    actual = seeds.SERIES.validate_json(path.read_bytes())
    assert seeds.load(path, actual.first(0)) == actual
