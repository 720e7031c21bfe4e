"""What the commands answer: each result's JSON, key by key, and its lines for the console."""

import json
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pytest

from toolkit.commands.backprop import BackpropResult
from toolkit.commands.concepts import ConceptsResult
from toolkit.commands.console import CommandResult, say
from toolkit.commands.experiments import ExperimentsResult, VariantRecord
from toolkit.commands.live import LiveResult
from toolkit.commands.mnist import MnistResult
from toolkit.commands.predict import table
from toolkit.commands.templates import LessonTemplate, ModelTemplate, TemplateCopy, TemplateText
from toolkit.convnet.prediction import Prediction
from toolkit.convnet.seeds import SeedSummary

BOOK = Path("a.xlsx")
TRAINING = MnistResult(
    workbook=BOOK,
    weights=Path("a.safetensors"),
    parameters=94,
    held_out="test",
    accuracy=0.5,
    epochs=2,
    stopped=False,
    ended=None,
    seconds=1.5,
    device="cpu",
    threads=1,
    seed=0,
)
FIGURES: dict[str, Any] = {
    "workbook": "a.xlsx",
    "weights": "a.safetensors",
    "parameters": 94,
    "test_accuracy": 0.5,
    "epochs": 2,
    "stopped": False,
    "ended": None,
    "seconds": 1.5,
    "device": "cpu",
    "threads": 1,
    "seed": 0,
}
SUMMARY = SeedSummary(0.994, 0.001, 0.993, 0.995, 2)
SERIES: dict[str, Any] = {
    "record": "a.seeds.json",
    "seeds": {
        "mean": 0.994,
        "standard_deviation": 0.001,
        "minimum": 0.993,
        "maximum": 0.995,
        "count": 2,
    },
}
SEEDS = "2 seeds: mean 99.400%, standard deviation 0.100%, minimum 99.30%, maximum 99.50%\n"
ONE = replace(SUMMARY, standard_deviation=None, count=1)
ONE_SEED = "1 seed: mean 99.400%, standard deviation –, minimum 99.30%, maximum 99.50%\n"
RESULTS: list[tuple[CommandResult, dict[str, Any], str]] = [
    (
        BackpropResult(BOOK, "A lesson", 3, (0.5, 2.0), (0.25, None)),
        {
            "workbook": "a.xlsx",
            "title": "A lesson",
            "epochs": 3,
            "learning_rates": [0.5, 2.0],
            "final_loss": [0.25, None],
        },
        "Wrote a.xlsx",
    ),
    (TRAINING, FIGURES, "Wrote a.safetensors\nWrote a.xlsx"),
    (
        replace(TRAINING, weights=None, held_out="validation", ended="the loss is nan"),
        {key.replace("test_", "validation_"): value for key, value in FIGURES.items()}
        | {"weights": None, "ended": "the loss is nan"},
        "Wrote a.xlsx",
    ),
    (
        replace(TRAINING, record=Path("a.seeds.json"), seeds=SUMMARY),
        FIGURES | SERIES,
        f"{SEEDS}Wrote a.safetensors\nWrote a.xlsx",
    ),
    (
        replace(TRAINING, weights=None, record=Path("a.seeds.json"), seeds=ONE),
        FIGURES
        | {
            "weights": None,
            "record": "a.seeds.json",
            "seeds": SERIES["seeds"] | {"standard_deviation": None, "count": 1},
        },
        f"{ONE_SEED}Wrote a.xlsx",
    ),
    (
        Prediction("7.png", "7", 0.75000049, {"7": 0.75000049, "1": 0.24999951}),
        {
            "file": "7.png",
            "prediction": "7",
            "confidence": 0.75,
            "probabilities": {"7": 0.75, "1": 0.25},
        },
        "7.png\t7\t0.750000\t0.750000\t0.250000",
    ),
    (
        LiveResult(BOOK, Path("w.safetensors"), 12345, 26),
        {"workbook": "a.xlsx", "weights": "w.safetensors", "cells": 12345, "digits": 26},
        "12,345 cells, 26 digits\nWrote a.xlsx",
    ),
    (
        ConceptsResult(BOOK, 24, 605),
        {"workbook": "a.xlsx", "concepts": 24, "runs": 605},
        "24 concepts, 605 runs\nWrote a.xlsx",
    ),
    (
        ExperimentsResult(Path("r.csv"), 5, 2, 9.5),
        {"results": "r.csv", "runs": 5, "new": 2, "seconds": 9.5},
        "2 new runs, 5 requested\nWrote r.csv",
    ),
    (
        VariantRecord("learning-rate", 7, "Learning rate", "0.001", 5),
        {
            "concept": "learning-rate",
            "number": 7,
            "title": "Learning rate",
            "variant": "0.001",
            "seeds": 5,
        },
        f"{' 7 learning-rate':<28} {'0.001':<46} 5 seeds",
    ),
    (
        LessonTemplate("xor", "Exclusive or", (2, 2, 1), 6),
        {
            "name": "xor",
            "kind": "lesson",
            "title": "Exclusive or",
            "layers": [2, 2, 1],
            "weights": 6,
        },
        "lesson  xor         2-2-1           6 weights     Exclusive or",
    ),
    (
        ModelTemplate("tiny", "A tiny network", 10, 3952),
        {
            "name": "tiny",
            "kind": "model",
            "title": "A tiny network",
            "epochs": 10,
            "parameters": 3952,
        },
        "model   tiny        10 epochs   3,952 parameters  A tiny network",
    ),
    (
        TemplateText("tiny", "model", "title = 1\n"),
        {"name": "tiny", "kind": "model", "text": "title = 1\n"},
        "title = 1",
    ),
    (TemplateCopy(Path("my.toml")), {"template": "my.toml"}, "Wrote my.toml"),
]


@pytest.mark.parametrize(("result", "plain", "text"), RESULTS)
def test_what_a_result_says(
    result: CommandResult, plain: dict[str, Any], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    say(result, as_json=True)
    assert capsys.readouterr().out == json.dumps(plain, indent=2) + "\n"
    say(result, as_json=False)
    assert capsys.readouterr().out == f"{text}\n"


@pytest.mark.parametrize(("result", "plain", "text"), RESULTS)
def test_a_result_is_frozen(result: CommandResult, plain: dict[str, Any], text: str) -> None:
    name = next(iter(vars(result)))
    with pytest.raises(FrozenInstanceError):
        setattr(result, name, None)


def test_several_results_are_a_list_or_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    several = [Prediction("a.png", "1", 1.0, {"1": 1.0}), Prediction("b.png", "1", 1.0, {"1": 1.0})]
    say(several, as_json=True)
    assert [each["file"] for each in json.loads(capsys.readouterr().out)] == ["a.png", "b.png"]
    say(several, as_json=False)
    lines = "a.png\t1\t1.000000\t1.000000\nb.png\t1\t1.000000\t1.000000\n"
    assert capsys.readouterr().out == lines
    say(several, as_json=False, table=table(several, on_screen=False))
    assert capsys.readouterr().out == f"file\tprediction\tconfidence\t1\n{lines}"
