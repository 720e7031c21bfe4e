"""Training that can be trusted: recipes, checkpoints, series of seeds, the validation split."""

import contextlib
import json
import math
import os
import signal
import subprocess
import sys
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from tests.lint import faults
from tests.recalculation import Office, cells
from tests.test_convnet import files, idx
from toolkit.book.writer import write
from toolkit.commands.cli import app
from toolkit.commands.mnist import train_mnist
from toolkit.commands.mnist_options import MnistOptions
from toolkit.convnet import checkpoint, digits, loop, recipe, seeds, template, training
from toolkit.convnet.digits import Digits
from toolkit.convnet.history import Epoch, History
from toolkit.convnet.loop import TrainingStep
from toolkit.convnet.machine import versions
from toolkit.convnet.model import build
from toolkit.convnet.shapes import activation_count, parameter_count
from toolkit.convnet.template import Model, TrainingConfig
from toolkit.convnet.training import Watcher, train
from toolkit.files.errors import ToolkitError
from toolkit.files.templates import parse, shipped
from toolkit.pages.mnist import mnist_book

CPU = torch.device("cpu")
SMALL = """title = "Small"
[network]
input = [1, 28, 28]
layers = [
    { type = "convolution", channels = 4, kernel = 3, stride = 2 },
    { type = "batch_norm" },
    { type = "relu" },
    { type = "dropout", rate = 0.1 },
    { type = "global_average_pool" },
    { type = "linear", features = 10 },
]
[training]
epochs = 4
batch_size = 64
optimizer = "sgd"
learning_rate = 0.1
schedule = "one_cycle"
momentum = 0.9
ema = 0.9
[augmentation]
rotation = 10.0
translation = 1.0
"""
RUN = CliRunner()


@pytest.fixture(scope="module")
def few() -> Digits:
    real = digits.load(validation=True)
    return Digits(
        real.train_images[:512],
        real.train_labels[:512],
        real.test_images[:500],
        real.test_labels[:500],
    )


@pytest.fixture
def small() -> Model:
    return parse(SMALL, Model, "small")


def small_set(folder: Path) -> Path:
    """`folder`, with a small data set and the small model in it."""
    for name, content in files().items():
        (folder / name).write_bytes(content)
    (folder / "small.toml").write_text(SMALL, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_set(tmp_path)


def options(folder: Path, **more: Any) -> MnistOptions:
    asked = MnistOptions(
        folder / "m.xlsx", str(folder / "small.toml"), data_dir=folder, device="cpu", quiet=True
    )
    return replace(asked, **more)


def figures(history: History) -> list[tuple[float, ...]]:
    """Every figure but the seconds."""
    return [astuple(epoch)[:-1] for epoch in history.epochs]


def stop_after(epochs: int, batch: int = 3) -> Watcher:
    """Ctrl-C in a batch of the epoch that follows `epochs`."""

    def on_step(step: TrainingStep) -> None:
        if step.epoch == epochs + 1 and step.batch == batch:
            raise KeyboardInterrupt

    return Watcher(on_step)


MOST = {"default": 14_896, "tiny": 4_999, "sprint": 19_999, "course": 19_999}


@pytest.mark.parametrize("name", shipped("models"))
def test_the_shipped_models_keep_their_limits(name: str) -> None:
    model, _ = template.load(name)
    assert parameter_count(model.network) <= MOST[name]
    assert model.training.epochs < 20
    if name == "default":
        assert activation_count(model.network) <= 30_000
    built = build(model.network)
    assert sum(p.numel() for p in built.parameters()) == parameter_count(model.network)
    assert built.eval()(torch.zeros(1, *model.network.input)).shape == (1, 10)


def test_activations_are_what_is_not_changed_in_place(small: Model) -> None:
    assert activation_count(small.network) == 4 * 13 * 13 + 4 + 10


def how(**more: object) -> TrainingConfig:
    arguments = {"epochs": 7, "batch_size": 8, "optimizer": "sgd", "learning_rate": 0.2}
    return TrainingConfig.model_validate(arguments | more)


def torchs(schedule: str, optimizer: torch.optim.Optimizer) -> torch.optim.lr_scheduler.LRScheduler:
    if schedule == "step":
        return torch.optim.lr_scheduler.StepLR(optimizer, 3 * 2, 0.1)
    return torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 0.2, total_steps=7 * 3, cycle_momentum=False
    )


@pytest.mark.parametrize(
    "training", [how(schedule="one_cycle"), how(schedule="step", step_epochs=2)]
)
def test_learning_rates_are_those_of_torchs_schedulers(training: TrainingConfig) -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], 0.2)
    scheduler = torchs(training.schedule, optimizer)
    for step in range(7 * 3):
        rate = optimizer.param_groups[0]["lr"]
        assert recipe.learning_rate(training, step, 3) == pytest.approx(rate, rel=1e-9), step
        optimizer.step()
        scheduler.step()


def test_the_average_is_of_weights_and_statistics(small: Model) -> None:
    network = build(small.network)
    average = recipe.Average(network, 0.9)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    with torch.no_grad():
        for tensor in network.state_dict().values():
            tensor.add_(1)
    average.update(10**6)
    for name, tensor in average.network.state_dict().items():
        moved = 0.1 if tensor.is_floating_point() else 0
        assert torch.allclose(tensor, before[name] + moved, atol=1e-6), name


@pytest.mark.parametrize("stopped", [1, 3])
def test_resumed_equals_uninterrupted(
    tmp_path: Path, few: Digits, small: Model, stopped: int
) -> None:
    network, whole = train(small, few, 5, CPU)
    keep = tmp_path / "m.checkpoint"
    _, part = train(small, few, 5, CPU, stop_after(stopped), keep)
    assert figures(part) == figures(whole)[:stopped]
    torch.manual_seed(99)  # whatever happens in between
    notes: list[str] = []
    watcher = Watcher(on_note=notes.append)
    again, resumed = train(small, few, 5, CPU, watcher, keep, resume=True)
    assert notes == [f"{keep}: continuing after epoch {stopped} of 4"]
    assert figures(resumed) == figures(whole)
    for ours, theirs in zip(
        again.state_dict().values(), network.state_dict().values(), strict=True
    ):
        assert torch.equal(ours, theirs)


def test_a_missing_checkpoint_is_not_resumed(folder: Path) -> None:
    refused(
        folder,
        "m.checkpoint: no such checkpoint; leave out --resume to begin, or give the "
        "--out of the run that was stopped",
        "--resume",
    )


def test_what_is_stopped_comes_back_as_the_last_epoch_left_it(few: Digits, small: Model) -> None:
    left, _ = train(small, few, 5, CPU, stop_after(2))
    exact, _ = train(small, few, 5, CPU, stop_after(2, batch=1))
    for ours, theirs in zip(left.state_dict().values(), exact.state_dict().values(), strict=True):
        assert torch.equal(ours, theirs)
    with pytest.raises(KeyboardInterrupt):
        train(small, few, 5, CPU, stop_after(0))


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path, few: Digits, small: Model) -> None:
    keep = tmp_path / "m.checkpoint"
    train(small, few, 5, CPU, stop_after(1), keep)
    cut = replace(few, train_images=few.train_images.flip(0))
    for other, data, seed, words in (
        (template.with_epochs(small, 9), few, 5, "another model template or number of epochs"),
        (small, cut, 5, "another data set"),
        (small, replace(few, held_out="validation"), 5, "another choice of --validation"),
        (small, few, 6, "seed 5"),
    ):
        with pytest.raises(ToolkitError, match=f"^{keep}: belongs to .*{words}"):
            train(other, data, seed, CPU, None, keep, resume=True)
    keep.write_bytes(keep.read_bytes()[:-100])
    with pytest.raises(ToolkitError, match=f"^{keep}: damaged, or not a checkpoint"):
        train(small, few, 5, CPU, None, keep, resume=True)


@pytest.mark.parametrize("where", ["batch", "test"])
def test_a_training_that_diverges_keeps_its_finished_epochs(
    folder: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """In the third epoch: in its second batch, or where it is tested after the last."""
    steps, tests = [0], [0]
    step, tested = loop._step, loop.evaluate

    def infinite(*words: Any) -> tuple[float, int]:
        steps[0] += 1
        loss, right = step(*words)
        return (math.nan if where == "batch" and steps[0] == 10 else loss), right

    def lost(*words: Any) -> tuple[float, int]:
        tests[0] += 1
        loss, right = tested(*words)
        return (math.inf if where == "test" and tests[0] == 3 else loss), right

    monkeypatch.setattr(loop, "_step", infinite)
    monkeypatch.setattr("toolkit.convnet.training.evaluate", lost)
    arguments = ["--out", "m.xlsx", "--model", "small.toml", "--data-dir", ".", "--device", "cpu"]
    with contextlib.chdir(folder):
        done = RUN.invoke(app, ["mnist", *arguments])
    batch = 2 if where == "batch" else 4
    reason = f"training diverged in epoch 3, batch {batch}: the loss is no finite number"
    assert done.exit_code == 1 and f"small.toml: {reason}" in done.stderr
    written = cells(folder / "m.xlsx")
    assert written["Epochs"]["A13"] == 2 and "A14" not in written["Epochs"]
    assert any(reason in str(value) for value in written["Run"].values())
    assert (folder / "m.safetensors").is_file() and not list(folder.glob("*.checkpoint"))


def test_a_seed_that_diverges_is_not_recorded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps, real = [0], loop._step

    def infinite(*words: Any) -> tuple[float, int]:
        steps[0] += 1
        loss, right = real(*words)
        return (math.inf if steps[0] == 14 else loss), right

    train_mnist(options(folder, seeds=1, epochs=2))
    monkeypatch.setattr(loop, "_step", infinite)
    with pytest.raises(ToolkitError, match=r"seed 2: training diverged in epoch 2, batch 2"):
        train_mnist(options(folder, seeds=3, epochs=2))
    record = json.loads((folder / "m.seeds.json").read_text(encoding="utf-8"))
    assert [run["seed"] for run in record["runs"]] == [0, 1]
    assert not list(folder.glob("*.checkpoint"))


def test_a_workbook_that_cannot_be_written_is_written_by_resuming(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*words: object) -> None:
        raise ToolkitError("m.xlsx: cannot be written: No space left on device; make room")

    with monkeypatch.context() as patch:
        patch.setattr("toolkit.book.writer.write", full)
        with pytest.raises(ToolkitError, match="make room; --resume then writes it without repeat"):
            train_mnist(options(folder, epochs=1))
        with pytest.raises(ToolkitError, match="make room; the same command then writes it"):
            train_mnist(options(folder, epochs=1, seeds=1, out=folder / "s.xlsx"))
    monkeypatch.setattr(training, "_epoch", None)
    for more in ({"resume": True}, {"seeds": 1, "out": folder / "s.xlsx"}):
        assert train_mnist(options(folder, epochs=1, **more)).epochs == 1


def test_threads_are_those_asked_for_and_recorded(folder: Path) -> None:
    before = torch.get_num_threads()
    result = train_mnist(options(folder, epochs=1, threads=2, device="auto"))
    assert result.threads == 2 and torch.get_num_threads() == before
    run = cells(folder / "m.xlsx")["Run"]
    said = {run[f"A{row}"]: run[f"B{row}"] for row in range(6, 17) if f"A{row}" in run}
    assert str(said["command"]).endswith(
        "--epochs 1 --data-dir " + folder.as_posix() + f" --device {result.device} --threads 2"
    )
    assert said["versions"] == versions()
    fingerprint = digits.load(folder).fingerprint()
    assert said["data, fingerprint"] == fingerprint[:12]


def test_a_full_disk_loses_no_finished_epoch(
    tmp_path: Path, few: Digits, small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = tmp_path / "m.checkpoint"
    notes: list[str] = []
    finished: list[Epoch] = []
    real = checkpoint.save

    def full(*words: object) -> None:
        if len(finished) in (1, 2):
            raise ToolkitError("m.checkpoint: cannot be written: No space left on device")
        real(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(checkpoint, "save", full)
    watcher = Watcher(on_epoch=finished.append, on_note=notes.append)
    _, history = train(small, few, 5, CPU, watcher, keep)
    assert len(history.epochs) == 4
    assert notes == ["Warning: m.checkpoint: cannot be written: No space left on device"] * 2
    _, again = train(small, few, 5, CPU, None, keep, resume=True)
    assert again.epochs == history.epochs


def test_validation_never_reads_the_test_set(folder: Path) -> None:
    for name in list(digits.CHECKSUMS)[2:]:
        (folder / name).unlink()
    split = digits.load(folder, validation=True)
    whole = np.frombuffer(files()["train-images-idx3-ubyte"][16:], np.uint8).reshape(-1, 28, 28)
    assert np.array_equal(split.train_images.numpy(), whole[:275])
    assert np.array_equal(split.test_images.numpy(), whole[275:])
    result = train_mnist(options(folder, validation=True))
    plain = result.as_dict()
    assert "validation_accuracy" in plain and "test_accuracy" not in plain
    written = cells(folder / "m.xlsx")
    assert written["Epochs"]["G11"] == "validation accuracy"
    assert written["Epochs"]["D5"] == 25 and written["Epochs"]["C5"] == "validation images"
    assert "Validation accuracy after" in str(written["Targets"]["I6"])


def test_the_real_split_is_55_000_and_5_000() -> None:
    split = digits.load(validation=True)
    assert len(split.train_images) == 55_000 and len(split.test_images) == 5_000
    assert split.train_labels[0] == 5 and split.test_labels[-1] == 8


def test_a_set_of_one_image_cannot_be_split(tmp_path: Path) -> None:
    names = list(digits.CHECKSUMS)
    (tmp_path / names[0]).write_bytes(idx(np.zeros((1, 28, 28))))
    (tmp_path / names[1]).write_bytes(idx(np.zeros(1)))
    with pytest.raises(ToolkitError, match="--validation: one image cannot be split"):
        digits.load(tmp_path, validation=True)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '{ type = "linear"',
            '{ type = "convolution", channels = 4, kernel = 3 },\n{ type = "linear"',
            r"network.layers[6] (convolution): needs maps",
        ),
        (
            "stride = 2 },",
            'stride = 2 },\n{ type = "convolution", channels = 4, kernel = 14 },',
            "network.layers[2] (convolution): its 14x14 window does not fit the 13x13 maps",
        ),
        ("ema = 0.9", "ema = 1.0", "training.ema: should be less than 1"),
        ('"one_cycle"', '"step"', 'training: schedule = "step" and step_epochs belong together'),
        ("ema = 0.9", "step_epochs = 2", "belong together; give both or neither"),
        ('"sgd"', '"adam"', "training.optimizer: should be 'sgd' or 'adamw', not 'adam'"),
        ("ema =", "emma =", "training.emma: unknown key (did you mean 'ema'?)"),
        (
            "[1, 28, 28]",
            "[3, 32, 32]",
            "small.toml: network.input: must be [1, 28, 28], not [3, 32, 32]",
        ),
        (
            "features = 10",
            "features = 12",
            "small.toml: network.layers[6] (linear): the last layer gives 12 numbers, but must "
            'give 10, one per class; make it { type = "linear", features = 10 }',
        ),
        (
            '    { type = "linear", features = 10 },\n',
            "",
            "small.toml: network.layers[5] (global average pool): the last layer gives 4 numbers, "
            'but must give 10, one per class; put { type = "linear", features = 10 } after it',
        ),
        (
            "batch_size = 64",
            "batch_size = 301",
            "small.toml: training.batch_size: must be at most 300, the number of training images",
        ),
        (
            "learning_rate = 0.1",
            "learning_rate = 1000000.0\nweight_decay = 0.9",
            "small.toml: training diverged in epoch 1, batch",
        ),
    ],
)
def test_a_bad_template_is_one_line_before_any_training(
    folder: Path, old: str, new: str, message: str
) -> None:
    assert old in SMALL
    (folder / "small.toml").write_text(SMALL.replace(old, new, 1), encoding="utf-8")
    refused(folder, message)


def refused(folder: Path, message: str, *words: str) -> None:
    """The command says `message` in one line and makes no file."""
    before = sorted(folder.iterdir())
    arguments = ["--out", "m.xlsx", "--model", "small.toml", "--data-dir", "."]
    with contextlib.chdir(folder):
        done = RUN.invoke(app, ["mnist", *arguments, *words])
    assert done.exit_code == 2
    (line,) = done.stderr.splitlines()
    assert message in line
    assert sorted(folder.iterdir()) == before


def test_no_layers(folder: Path) -> None:
    start, end = SMALL.index("layers"), SMALL.index("[training]")
    text = SMALL[:start] + "layers = []\n" + SMALL[end:]
    (folder / "small.toml").write_text(text, encoding="utf-8")
    refused(folder, "network.layers: needs 1 entry or more")


def test_options_that_are_refused(folder: Path) -> None:
    refused(
        folder,
        "small.toml: 94 parameters, more than --max-params 93; network.layers[6] "
        "(linear) has the most, 50: give it or the layer before it fewer channels",
        "--max-params",
        "93",
    )
    refused(
        folder,
        "--seed and --seeds cannot be used together; give one of them",
        "--seed",
        "1",
        "--seeds",
        "2",
    )
    refused(folder, "--seeds 0: must be at least 1", "--seeds", "0")
    refused(folder, "--threads 0: must be 1 to 1024", "--threads", "0")


def test_the_checkpoint_goes_when_all_is_written(folder: Path) -> None:
    result = train_mnist(options(folder, max_params=94))
    assert result.stopped is False and result.epochs == 4
    made = {path.name for path in folder.iterdir()} - set(files())
    assert made == {"small.toml", "m.xlsx", "m.safetensors"}


COMMAND = """
import os, signal, sys
from toolkit.convnet import loop
from toolkit.commands.cli import main

def step(session, *rest, real=loop._step, count=[0]):
    count[0] += 1
    if count[0] == 11:  # the third batch of the third epoch
        os.kill(os.getpid(), getattr(signal, os.environ["SENT"]))
    return real(session, *rest)

loop._step = step
signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs of a shell ignore it
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # and nohup this one
main()
"""


WORDS = [
    "mnist",
    "--model",
    "small.toml",
    "--data-dir",
    ".",
    "--device",
    "cpu",
    "--threads",
    "1",
    "--seed",
    "2",
]
Result = tuple[list[object], bytes]


def result(folder: Path, *words: str) -> Result:
    """The epochs and the weights that the command leaves as `k.xlsx` and `k.safetensors`."""
    with contextlib.chdir(folder):
        done = RUN.invoke(app, [*WORDS, "--out", "k.xlsx", "--json", *words])
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["epochs"] == 4
    assert not list(folder.glob("*.checkpoint"))
    written = cells(folder / "k.xlsx")["Epochs"]
    epochs = [value for place, value in written.items() if place[0] in "ABCDEFGHI"]
    return epochs, (folder / "k.safetensors").read_bytes()


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return result(small_set(tmp_path_factory.mktemp("uninterrupted")))


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
@pytest.mark.parametrize(
    "sent",
    [
        "SIGKILL",
        "SIGTERM",
        *(pytest.param(s, marks=pytest.mark.full) for s in ("SIGINT", "SIGHUP")),
    ],
)
def test_killed_within_an_epoch_then_resumed(
    folder: Path, sent: str, uninterrupted: Result
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", COMMAND, *WORDS, "--out", "k.xlsx"],
        cwd=folder,
        env=os.environ | {"SENT": sent},
        check=False,
        capture_output=True,
        text=True,
    )
    number = getattr(signal, sent)
    assert killed.returncode == (-number if sent == "SIGKILL" else 128 + number)
    assert "Traceback" not in killed.stderr
    assert (folder / "k.checkpoint").is_file()
    assert (folder / "k.xlsx").exists() == (sent != "SIGKILL")
    if sent != "SIGKILL":
        assert "Stopped; everything finished is kept, and --resume continues" in killed.stderr
        written = cells(folder / "k.xlsx")["Epochs"]
        assert written["A13"] == 2 and "A14" not in written
    torch.manual_seed(99)  # whatever happens in between
    assert result(folder, "--resume") == uninterrupted


def test_a_series_goes_on_where_it_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = train_mnist(options(folder, seeds=2, epochs=2))
    assert first.seeds and first.seeds.count == 2
    assert first.seeds.standard_deviation is not None and first.seeds.standard_deviation >= 0
    trained: list[int] = []
    real = train

    def watched(model: Model, data: Digits, seed: int, *rest: object, **more: object) -> object:
        trained.append(seed)
        if len(trained) == 2:
            raise KeyboardInterrupt
        return real(model, data, seed, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("toolkit.convnet.training.train", watched)
    stopped = train_mnist(options(folder, seeds=4, epochs=2))
    assert trained == [2, 3] and stopped.stopped is True
    assert stopped.seeds and stopped.seeds.count == 3
    whole = train_mnist(options(folder, seeds=4, epochs=2))
    assert trained == [2, 3, 3] and whole.stopped is False
    single = train_mnist(options(folder, seed=2, epochs=2, out=folder / "single.xlsx"))
    assert "Predictions" in cells(folder / "m.xlsx")
    record = json.loads((folder / "m.seeds.json").read_text(encoding="utf-8"))
    assert [run["seed"] for run in record["runs"]] == [0, 1, 2, 3]
    last = record["runs"][2]["epochs"][-1]["test_correct"]
    assert last / record["test_count"] == single.accuracy
    assert not list(folder.glob("*.checkpoint"))
    fewer = train_mnist(options(folder, seeds=1, epochs=2))
    right = list(cells(folder / "m.xlsx")["Predictions"].values()).count("right")
    assert right == record["runs"][0]["epochs"][-1]["test_correct"]
    train_mnist(options(folder, seed=1, epochs=2))  # its weights take the place of seed 0's
    train_mnist(options(folder, seeds=1, epochs=2))
    assert "Predictions" not in cells(folder / "m.xlsx")
    (folder / "m.safetensors").unlink()
    with contextlib.chdir(folder):
        done = RUN.invoke(
            app,
            [
                "mnist",
                "--out",
                "m.xlsx",
                "--model",
                "small.toml",
                "--data-dir",
                ".",
                "--epochs",
                "2",
                "--seeds",
                "1",
            ],
        )
    assert "m.safetensors: not there, so the workbook has no sheets of its pred" in done.stderr
    assert "remove m.seeds.json to train the series" in done.stderr
    assert [line for line in done.stdout.splitlines() if "Wrote" in line] == ["Wrote m.xlsx"]
    assert fewer.seeds and fewer.seeds.count == 1 and fewer.seeds.standard_deviation is None


def test_a_record_of_another_series_is_refused(folder: Path) -> None:
    train_mnist(options(folder, seeds=1, epochs=1))
    with pytest.raises(ToolkitError, match=r"m.seeds.json: records another model, number of ep"):
        train_mnist(options(folder, seeds=2, epochs=2))
    (folder / "m.seeds.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ToolkitError, match=r"m.seeds.json: damaged, or not a record of seeds"):
        train_mnist(options(folder, seeds=2, epochs=1))


def test_a_series_that_never_began_is_not_resumed(folder: Path) -> None:
    with pytest.raises(ToolkitError, match=r"m.seeds.json: no such record, .*leave out --resume"):
        train_mnist(options(folder, seeds=2, epochs=1, resume=True))
    assert not list(folder.glob("m.*"))
    train_mnist(options(folder, seeds=1, epochs=1))
    actual = train_mnist(options(folder, seeds=2, epochs=1, resume=True))
    assert actual.seeds and actual.seeds.count == 2


def test_torch_leaves_no_folder_among_the_temporary_files(folder: Path) -> None:
    """Its compiler makes one as soon as an optimizer or torchvision is imported."""
    temporary = folder / "temporary"
    temporary.mkdir()
    environment = os.environ | {"TMPDIR": str(temporary), "TEMP": str(temporary)}
    environment.pop("TORCHINDUCTOR_CACHE_DIR", None)  # torch sets it in the tests' own process
    words = [
        "mnist",
        "--model",
        "small.toml",
        "--data-dir",
        ".",
        "--epochs",
        "1",
        "--out",
        "t.xlsx",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "toolkit", *words],
        cwd=folder,
        env=environment,
        check=False,
        capture_output=True,
    )
    assert done.returncode == 0
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_a_killed_series_goes_on_within_its_seed(folder: Path) -> None:
    words = ["mnist", "--out", "k.xlsx", "--model", "small.toml", "--data-dir", ".", "--seeds", "1"]
    environment = os.environ | {"SENT": "SIGKILL", "OMP_NUM_THREADS": "1"}
    subprocess.run(
        [sys.executable, "-c", COMMAND, *words], cwd=folder, env=environment, check=False
    )
    assert (folder / "k.seed0.checkpoint").is_file()
    with contextlib.chdir(folder):
        done = RUN.invoke(app, words)
    assert done.exit_code == 0
    assert "k.seed0.checkpoint: continuing after epoch 2 of 4" in done.stderr
    assert done.stdout.count("Test set: ") == 2
    assert "1 seed: mean" in done.stdout


def series(count: int) -> seeds.SeedRuns:
    model = template.load("tiny")[0]
    runs = tuple(
        seeds.SeedRun(n, "cpu", 1, (Epoch(19, 0.05, 59_000, 0.02, 9_940 + 3 * n, 1e-5, 9.5),))
        for n in range(count)
    )
    return seeds.SeedRuns(model, "", 60_000, 10_000, "test", runs)


@pytest.mark.parametrize("count", [1, 5])
def test_the_sheet_of_seeds_recalculates(tmp_path: Path, office: Office, count: int) -> None:
    path = tmp_path / "s.xlsx"
    made = series(count)
    write(mnist_book(made.history(0), "toolkit mnist --seeds 5", made), path)
    written, formulas = cells(path)["Seeds"], cells(path, formulas=True)["Seeds"]
    computed = office.values(path)["Seeds"]
    checked = [place for place, formula in formulas.items() if str(formula).startswith("=")]
    assert len(checked) == count + 5 + 1 + 2 + 2 * 2  # a sentence, and the ends of two lines
    for place in checked:
        if isinstance(written[place], str):
            assert computed[place] == written[place]
        else:
            assert computed[place] == pytest.approx(written[place], rel=1e-12)
    assert written["C6"] == pytest.approx(0.994 + 0.00015 * (count - 1))
    assert written["C7"] == (
        "–" if count == 1 else pytest.approx(seeds.summary(made).standard_deviation)
    )
    assert faults(path) == []
