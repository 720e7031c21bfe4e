"""Experiments: variants as data, the programme, runs, results, the command."""

import json
import math
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from toolkit.commands import experiments as command
from toolkit.commands.cli import app
from toolkit.convnet import digits
from toolkit.convnet.shapes import layer_table
from toolkit.experiments import programme, results
from toolkit.experiments.notation import layers
from toolkit.experiments.single_run import objective_of, run
from toolkit.experiments.variant import Budget, Variant
from toolkit.files.errors import ToolkitError
from toolkit.pages.concepts import CONCEPTS

TINY = Budget(images=256, epochs=1)
SMALL = Variant("small", layers="4/2 P G F10", training={"batch_size": 64})


def kinds(line: str, after: str = "B R") -> list[str]:
    return [layer["type"] for layer in layers(line, after)]


def test_a_line_of_words_becomes_layers() -> None:
    assert kinds("8 P G F10") == [
        "convolution",
        "batch_norm",
        "relu",
        "max_pool",
        "global_average_pool",
        "linear",
    ]
    (only,) = layers("16:5/2+1()")
    assert only == {
        "type": "convolution",
        "channels": 16,
        "kernel": 5,
        "stride": 2,
        "padding": 1,
        "bias": True,
    }
    assert kinds("8(R B) D0.1", after="R") == ["convolution", "relu", "batch_norm", "dropout"]
    assert [layer["bias"] for layer in layers("8 8(R)") if "bias" in layer] == [False, True]


def test_an_unknown_word_is_named() -> None:
    with pytest.raises(ToolkitError, match="Q3: not a layer"):
        layers("8 Q3")


@pytest.mark.parametrize(
    "other",
    [
        Variant("a", training={"learning_rate": 0.1}),
        Variant("a", layers="8 16 P 8:1 16 16 24 G F10"),
        Variant("a", pixels="bytes"),
        Variant("a", start="he"),
        Variant("a", labels="shuffled"),
        Variant("a", loss="squared_error"),
        Variant("a", images=1000),
        Variant("a", augmentation={"rotation": 5.0}),
    ],
)
def test_every_change_makes_another_fingerprint(other: Variant) -> None:
    same, plain = Variant("another name"), Variant("a")
    assert same.setup(Budget()).fingerprint == plain.setup(Budget()).fingerprint
    assert other.setup(Budget()).fingerprint != plain.setup(Budget()).fingerprint
    assert plain.setup(Budget(epochs=1)).fingerprint != plain.setup(Budget()).fingerprint


def test_fewer_images_are_seen_more_often() -> None:
    setup = Variant("few", images=1000).setup(Budget())
    assert setup.model.training.epochs == 48


def test_a_wrong_variant_says_which() -> None:
    with pytest.raises(ToolkitError, match="variant odd"):
        Variant("odd", training={"learning_rat": 1}).setup(Budget())


def test_the_programme_has_all_concepts_with_valid_variants() -> None:
    actual = CONCEPTS
    assert len(actual) >= 24
    assert [each.number for each in actual] == list(range(1, len(actual) + 1))
    for each in actual:
        assert len(each.experiment.variants) >= 3
        setups = [variant.setup(Budget()) for variant in each.experiment.variants]
        assert len({setup.fingerprint for setup in setups}) == len(setups), each.name
        for setup in setups:
            assert math.prod(layer_table(setup.model.network)[-1].output) == 10


def test_shared_runs_are_made_once_and_seed_by_seed() -> None:
    expected = programme.runs(programme.select(CONCEPTS, ["dropout", "7"]), Budget(), 2)
    keys = [run.key for run in expected]
    assert len(set(keys)) == len(keys) == 2 * (5 + 6 - 1)  # both have the baseline
    assert [run.seed for run in expected] == sorted(run.seed for run in expected)


def test_the_shipped_results_are_complete() -> None:
    actual = results.load(results.shipped())
    expected = programme.runs(CONCEPTS, Budget(), 3)
    assert not programme.missing(expected, actual)
    assert {result.threads for result in actual} == {1}


def test_a_run_is_the_same_again() -> None:
    data = digits.load()
    setup = SMALL.setup(TINY)
    one, again, other = (run(setup, seed, data) for seed in (0, 0, 1))
    assert replace(one, seconds=0) == replace(again, seconds=0)
    assert one.test_accuracies != other.test_accuracies
    assert len(one.test_accuracies) == 4
    assert 2 < one.first_loss < 3
    assert math.isfinite(one.early_loss)
    assert len(one.gradients) == 2
    assert all(norm > 0 for norm in one.gradients)


@pytest.mark.parametrize(
    ("pixels", "low", "high"),
    [("unit", 0, 1), ("symmetric", -1, 1), ("bytes", 0, 255), ("standardized", -0.4242, 2.8215)],
)
def test_pixels(pixels: str, low: float, high: float) -> None:
    setup = replace_pixels(pixels).setup(TINY)
    images = digits.load().train_images[:4].unsqueeze(1).float() / 255
    actual = objective_of(setup).prepare(images)
    assert float(actual.min()) == pytest.approx(low, abs=1e-4)
    assert float(actual.max()) == pytest.approx(high, abs=1e-3)


def replace_pixels(pixels: str) -> Variant:
    return replace(SMALL, pixels=pixels)  # type: ignore[arg-type]


def shipped_part(path: Path, count: int = 3) -> Path:
    results.save(path, results.load(results.shipped())[:count])
    return path


def test_results_come_back_as_they_were(tmp_path: Path) -> None:
    some = results.load(results.shipped())[:5]
    lost = replace(some[0], test_loss=math.inf)
    results.save(tmp_path / "r.csv", (lost, *some[1:]))
    assert results.load(tmp_path / "r.csv") == (lost, *some[1:])


def test_a_line_without_an_end_is_passed_over(tmp_path: Path) -> None:
    path = shipped_part(tmp_path / "r.csv")
    path.write_text(path.read_text()[:-20])
    assert len(results.load(path)) == 2


@pytest.mark.parametrize(
    ("spoil", "messages"),
    [
        (lambda text: "x" + text, "not a results file"),
        (lambda text: text.replace(",0,12000,", ",zero,12000,", 1), "line 2 is damaged"),
        (lambda text: text.replace(",12000,", ",0,", 1), "line 2 is damaged"),
        (lambda text: text.rstrip("\n") + ",1\n", "line 4 is damaged"),
        (lambda text: "", "not a results file"),
    ],
)
def test_damaged_results_name_the_line(
    spoil: Callable[[str], str], messages: str, tmp_path: Path
) -> None:
    path = shipped_part(tmp_path / "r.csv")
    path.write_text(spoil(path.read_text()))
    with pytest.raises(ToolkitError, match=messages) as error:
        results.load(path)
    assert str(error.value).startswith(f"{path}: ")


@pytest.mark.parametrize(
    ("words", "messages"),
    [
        (["--only", "dropuot"], "did you mean 'dropout'"),
        (["--epochs", "0"], "--epochs 0: must be at least 1"),
        (["--workers", "0"], "--workers 0"),
        (["--epochs", "2", "--results", "r.csv"], "records runs of 4 epochs; use --epochs 4"),
    ],
)
def test_bad_input_is_one_line(
    words: list[str], messages: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shipped_part(tmp_path / "r.csv")
    done = CliRunner().invoke(app, ["experiments", *words])
    assert done.exit_code == 2
    assert messages in done.stderr
    assert done.stderr.count("\n") == 1


def test_list_says_what_is_recorded(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["experiments", "--list", "--only", "7"])
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == 6
    assert all(line.endswith("5 seeds") for line in done.stdout.splitlines())


def test_a_list_mentions_a_line_that_it_skips(tmp_path: Path) -> None:
    shipped_part(tmp_path / "r.csv")
    with (tmp_path / "r.csv").open("a", encoding="utf-8") as file:
        file.write("half of a li")
    words = ["experiments", "--list", "--only", "7", "--json", "--results", str(tmp_path / "r.csv")]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0
    assert "does not end with a line break and is skipped" in done.stderr
    assert len(json.loads(done.stdout)) == 6


def test_runs_are_recorded_as_they_end_and_a_stop_keeps_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = results.load(results.shipped())
    path = tmp_path / "r.csv"

    def stopped(todo: object, workers: int) -> object:
        yield replace(made[0], epochs=1, fingerprint="0" * 12)
        assert len(results.load(path)) == 1
        raise KeyboardInterrupt

    monkeypatch.setattr("toolkit.experiments.parallel_runs.results_of", stopped)
    options = command.ExperimentsOptions(path, ("dropout",), epochs=1, seeds=1, quiet=True)
    with pytest.raises(KeyboardInterrupt):
        command.run_experiments(options, lambda line: None)
    assert [result.fingerprint for result in results.load(path)] == ["0" * 12]


def test_a_whole_small_programme_runs_in_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    todo = tuple(programme.Run(SMALL.setup(TINY), seed) for seed in range(2))
    monkeypatch.setattr(programme, "runs", lambda *rest: todo)
    options = command.ExperimentsOptions(
        tmp_path / "r.csv", epochs=1, seeds=2, workers=2, quiet=True
    )
    messages: list[str] = []
    actual = command.run_experiments(options, messages.append)
    assert actual.new == 2
    assert messages[0].startswith("2 runs, 2 at a time: about ")
    assert {result.seed for result in results.load(tmp_path / "r.csv")} == {0, 1}


def test_a_list_takes_no_nonsense_and_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    for name in ("seeds", "epochs", "workers"):
        done = CliRunner().invoke(
            app, ["experiments", "--list", "--results", str(file), f"--{name}", "-1"]
        )
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr == f"Error: --{name} -1: must be at least 1\n"
    # What is only read may lie where nothing can be written.
    words = ["experiments", "--list", "--only", "dropout", "--results", "/proc/r.csv"]
    assert CliRunner().invoke(app, words).exit_code == 0


def test_two_programs_on_one_file_keep_each_others_runs(tmp_path: Path) -> None:
    one, two, three = results.load(results.shipped())[:3]
    path = tmp_path / "r.csv"
    results.add(path, [one])
    results.add(path, [two])
    results.add(path, [two, three])
    assert results.load(path) == (one, two, three)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
@pytest.mark.parametrize(
    "sent", [signal.SIGTERM, pytest.param(signal.SIGKILL, marks=pytest.mark.full)]
)
def test_a_program_that_is_stopped_leaves_its_runs_and_no_process(
    tmp_path: Path, sent: signal.Signals
) -> None:
    words = [
        "experiments",
        "--only",
        "layers",
        "--epochs",
        "1",
        "--workers",
        "1",
        "--results",
        "r.csv",
    ]
    running = subprocess.Popen(
        [sys.executable, "-m", "toolkit", *words], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    # On a machine with other work, importing torch alone may take a minute.
    recorded = tmp_path / "r.csv"
    until(lambda: recorded.exists() and len(results.load(recorded)) > 0, seconds=300)
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
    workers = [int(pid) for pid in children.read_text().split()] if children.exists() else []
    running.send_signal(sent)
    _, said = running.communicate(timeout=60)
    assert running.returncode == (128 + sent if sent == signal.SIGTERM else -sent)
    assert "Traceback" not in said
    assert len(results.load(tmp_path / "r.csv")) >= 1
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))


def until(done: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for it."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.1)
