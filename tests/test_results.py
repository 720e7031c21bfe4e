"""The README shows what the records say; the shipped weights are those of seed 0."""

from importlib import resources
from pathlib import Path

import pytest

from tests.experiments import results
from toolkit.convnet import digits, outputs, template
from toolkit.convnet.seeds import SERIES, SeedRuns
from toolkit.convnet.shapes import parameter_count
from toolkit.convnet.trained_network import load_network

SHIPPED = Path(str(resources.files("toolkit") / "weights" / "default.safetensors"))


def record(name: str) -> SeedRuns:
    return SERIES.validate_json((results.RECORDS / f"{name}.seeds.json").read_bytes())


def test_the_readme_shows_the_records() -> None:
    readme = results.README.read_text(encoding="utf-8")
    assert results.updated(readme) == readme
    assert results.MARKED.search(readme)


@pytest.mark.parametrize("name", results.RUNS)
def test_a_record_is_of_the_shipped_template_on_the_real_digits(name: str) -> None:
    actual = record(name)
    assert actual.model == template.load(name)[0]
    assert actual.held_out == "test" and actual.data == digits.load().fingerprint()
    assert [run.seed for run in actual.runs] == list(range(results.RUNS[name]))
    assert all(len(run.epochs) == actual.model.training.epochs for run in actual.runs)
    assert len({(run.device, run.threads, run.versions) for run in actual.runs}) == 1


def test_make_results_runs_the_commands_of_the_table() -> None:
    rules = (results.ROOT / "Makefile").read_text(encoding="utf-8")
    for name in results.RUNS:
        assert f"\t$(BIN)/{results.command(name, record(name))}\n" in rules


def test_the_shipped_weights_are_those_of_the_first_seed() -> None:
    trained = load_network(SHIPPED)
    assert trained.model == template.load("default")[0]
    said = outputs.predictions(trained.network, digits.load())
    right = int((said.predicted == said.labels).sum())
    # Another machine may round an image that hangs in the balance the other way.
    assert abs(right - record("default").runs[0].epochs[-1].test_correct) <= 2
    assert parameter_count(trained.model.network) <= 14_896
