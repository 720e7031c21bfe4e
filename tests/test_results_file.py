"""A file of results: what a line may hold, column by column."""

import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from toolkit.commands import experiments as command
from toolkit.commands.cli import app
from toolkit.experiments import results
from toolkit.experiments.variant import Budget
from toolkit.files.errors import ToolkitError
from toolkit.pages.concepts import CONCEPTS

RUN = CliRunner()
LINES = results.shipped().read_text(encoding="utf-8").split("\n")
LINE = 4  # of the file: the run of "7 convolutions" with seed 0


def spoilt(path: Path, change: Callable[[str], str]) -> Path:
    """The shipped results with one line changed."""
    lines = list(LINES)
    lines[LINE - 1] = change(lines[LINE - 1])
    path.write_text("\n".join(lines), encoding="utf-8", newline="")
    return path


def field(column: str, word: str) -> Callable[[str], str]:
    """Puts another word into a column of a line without quotation marks."""

    def change(line: str) -> str:
        words = line.split(",")
        words[results.HEADINGS.index(column)] = word
        return ",".join(words)

    return change


@pytest.mark.no_cover
def test_a_last_line_without_an_end_is_passed_over_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "cut.csv"
    path.write_text("\n".join(LINES[:LINE]), encoding="utf-8", newline="")
    assert len(results.load(path)) == LINE - 2
    done = RUN.invoke(app, ["concepts", "softmax", "--results", str(path), "--out", "c.xlsx"])
    assert done.exit_code == 0
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{path}: line {LINE} does not end with a line break and is skipped")
    told = RUN.invoke(app, ["experiments", "--list", "--results", str(path)])
    assert told.exit_code == 0


FAULTS: dict[str, tuple[Callable[[str], str], str]] = {
    "one accuracy": (field("test_accuracies", "0.9"), "test_accuracies: needs 4 entries or more"),
    "no accuracy": (field("test_accuracies", ""), "test_accuracies: needs 4 entries or more"),
    "five accuracies": (field("test_accuracies", "0 0 0 0 0"), "test_accuracies: needs 4 entries"),
    "negative accuracy": (field("train_accuracy", "-5"), "train_accuracy: should be greater than"),
    "accuracy above 1": (field("test_accuracies", "0 0 0 1.5"), "test_accuracies[4]: should be"),
    "accuracy nan": (field("train_accuracy", "nan"), "train_accuracy: must be a finite number"),
    "dead above 1": (field("dead", "0 2"), "dead[2]: should be less than or equal to 1"),
    "seconds nan": (field("seconds", "nan"), "seconds: must be a finite number, not 'nan'"),
    "seconds inf": (field("seconds", "inf"), "seconds: must be a finite number, not 'inf'"),
    "seconds of 5,000 nines": (field("seconds", "9" * 5000), "seconds: must be a number in digits"),
    "seconds of centuries": (field("seconds", "1e12"), "seconds: should be less than or equal to"),
    "negative loss": (
        field("test_loss", "-1"),
        "test_loss: must be a number from 0 to 1e+40, or nan",
    ),
    "loss beyond 32 bits": (
        field("test_loss", "1e300"),
        "test_loss: must be a number from 0 to 1e+40",
    ),
    "too many threads": (field("threads", "1" * 12), "threads: should be less than or equal to"),
    "parameters of 5,000 digits": (field("parameters", "9" * 5000), "parameters: must be a whole"),
    "Python's own spelling": (field("seed", "1_0"), "seed: must be a whole number in digits"),
    "Arabic digits": (field("parameters", "٣"), "parameters: must be a whole number in digits"),
    "control character": (field("variant", "a\x0bb"), "variant: must be one line of 1 to 200"),
    "no name": (field("variant", ""), "variant: must be one line of 1 to 200 printable"),
    "long name": (field("variant", "x" * 201), "variant: must be one line of 1 to 200 printable"),
    "longer than a field": (field("variant", "x" * 131_073), "characters, more than 100,000"),
    "fingerprint": (field("fingerprint", "F857024"), "fingerprint: must be 12 of the digits"),
    "quotation mark": (lambda line: '"' + line, "column fingerprint: an unmatched quotation mark"),
    "quotation mark within": (
        field("variant", '7" pipes'),
        "column variant: an unmatched quotation mark",
    ),
    "one column more": (lambda line: line + ",1", "17 columns, not 16"),
    "blank line": (lambda line: "", "0 columns, not 16"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_results_name_line_column_and_cure(fault: str, tmp_path: Path) -> None:
    change, said = FAULTS[fault]
    path = spoilt(tmp_path / "r.csv", change)
    for words in (
        ["concepts", "softmax", "--results", str(path), "--out", str(tmp_path / "c.xlsx")],
        ["experiments", "--list", "--results", str(path)],
    ):
        done = RUN.invoke(app, words)
        assert done.exit_code == 2
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"Error: {path}: line {LINE} is damaged (")
        assert said in line
        assert line.endswith("correct or remove the line, then run toolkit experiments again")
        assert not (tmp_path / "c.xlsx").exists()


def test_a_run_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    path = spoilt(tmp_path / "r.csv", lambda line: LINES[1])
    with pytest.raises(ToolkitError, match=r"line 4 records the same run as line 2 \(fingerprint "):
        results.load(path)


def test_runs_of_other_epochs_are_refused(tmp_path: Path) -> None:
    path = spoilt(tmp_path / "r.csv", field("epochs", "1"))
    with pytest.raises(ToolkitError, match="line 4, columns images and epochs: 12,000 images in"):
        results.load(path)


@pytest.mark.parametrize("words", [["concepts", "softmax"], ["experiments", "--list"]])
def test_runs_that_no_number_of_epochs_gives(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    some = [replace(run, images=7) for run in results.load(results.shipped())[:3]]
    results.save(tmp_path / "r.csv", some)
    done = RUN.invoke(app, [*words, "--results", str(tmp_path / "r.csv")])
    assert done.exit_code == 2
    assert "records runs of 28 images in all, which is not a multiple of 12,000" in done.stderr


def test_all_variants_see_as_many_images() -> None:
    for budget in (Budget(), Budget(epochs=1), Budget(epochs=7)):
        setups = [v.setup(budget) for each in CONCEPTS for v in each.experiment.variants]
        seen = {setup.images * setup.model.training.epochs for setup in setups}
        assert seen == {budget.images * budget.epochs}


def test_what_a_diverged_run_leaves_is_read(tmp_path: Path) -> None:
    first, *others = results.load(results.shipped())
    lost = replace(first, train_loss=math.inf, test_loss=math.inf, gradients=(math.inf, 1e38))
    results.save(tmp_path / "r.csv", (lost, *others))
    assert results.load(tmp_path / "r.csv") == (lost, *others)
    never = replace(lost, early_loss=math.nan, gradients=(math.nan,), dead=())
    results.save(tmp_path / "r.csv", (never,))
    (actual,) = results.load(tmp_path / "r.csv")
    assert math.isnan(actual.early_loss) and math.isnan(actual.gradients[0]) and actual.dead == ()


def test_the_shipped_results_come_back_as_they_lie_there(tmp_path: Path) -> None:
    begin = time.perf_counter()
    actual = results.load(results.shipped())
    assert time.perf_counter() - begin < 2  # 0.03 on a quiet machine
    results.save(tmp_path / "r.csv", actual)
    assert len(actual) == len(LINES) - 2
    assert (tmp_path / "r.csv").read_bytes() == results.shipped().read_bytes()
    windows = "\r\n".join(LINES)
    (tmp_path / "w.csv").write_text(windows, encoding="utf-8-sig", newline="")
    assert results.load(tmp_path / "w.csv") == actual


@pytest.mark.parametrize("name", ["epochs", "seeds", "workers"])
def test_more_than_anybody_waits_for(name: str, tmp_path: Path) -> None:
    many: dict[str, Any] = {name: 10**8}
    options = command.ExperimentsOptions(tmp_path / "r.csv", **many)
    with pytest.raises(ToolkitError, match=f"--{name} 100000000: must be at most "):
        options.check()
