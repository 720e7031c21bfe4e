"""Lessons, their equations and their values."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings

from tests import torch_reference
from tests.networks import lessons
from toolkit.files.errors import ToolkitError
from toolkit.files.templates import shipped, templates_folder
from toolkit.network.derivation import LOSS, derivation
from toolkit.network.lesson import SETTINGS, Lesson, changed, load
from toolkit.network.trace import Values, trace
from toolkit.symbols.equation import Gradient

CLASS_TEXT = (templates_folder() / "lessons" / "class.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "losses"),
    [
        (
            "class",
            {
                0: 0.242519857348,
                1: 0.228547765279,
                10: 0.132460780886,
                50: 0.028908896331,
                66: 0.020682938536,
            },
        ),
        (
            "class-half",
            {0: 0.014181377938, 10: 0.007789125608, 50: 0.000599190831, 66: 0.000210176805},
        ),
    ],
)
def test_published_losses_at_learning_rate_1(name: str, losses: dict[int, float]) -> None:
    lesson = load(name)
    run = trace(lesson, derivation(lesson))
    column = run.column(LOSS, lesson.training.learning_rates.index(1.0))
    for epoch, loss in losses.items():
        assert column[epoch] == pytest.approx(loss, abs=5e-13)


@pytest.mark.no_cover
@pytest.mark.parametrize("name", shipped("lessons"))
def test_shipped_lessons_agree_with_autograd(name: str) -> None:
    agree_with_autograd(load(name))


def agree_with_autograd(lesson: Lesson, tolerance: float = 1e-12) -> None:
    """Parameters, gradients and losses of all epochs, at every learning rate."""
    derived = derivation(lesson)
    run = trace(lesson, derived)
    slopes = [Gradient(LOSS, p) for p in derived.parameters]
    for rate, learning_rate in enumerate(run.learning_rates):
        theirs = torch_reference.run(lesson, learning_rate)
        for symbols, expected in zip((derived.parameters, slopes, [LOSS]), theirs, strict=True):
            ours = np.column_stack([run.column(symbol, rate) for symbol in symbols])
            close(ours, np.array(expected), tolerance)


def _on_a_kink(lesson: Lesson) -> bool:
    """Whether a relu is given what is 0 but for its rounding, and so may have the other slope."""
    derived = derivation(lesson)
    run = trace(lesson, derived)
    for symbol, role in derived.roles.items():
        if role.kind == "sum" and "relu" in lesson.network.activations[role.layer - 1]:
            sizes = np.abs(run.values[symbol])
            if ((sizes > 0) & (sizes < 1e-12)).any():
                return True
    return False


def close(ours: Values, theirs: Values, tolerance: float) -> None:
    """Equal, measured by the largest number of the column; lost only where theirs leaves, or all
    but leaves, float64's range.
    """
    finite = np.isfinite(ours)
    assert (finite | ~np.isfinite(theirs) | (np.abs(theirs) > 1e150)).all()
    size = np.maximum(1, np.abs(np.where(finite, theirs, 0)).max(axis=0))
    bound = tolerance * size * np.ones_like(ours)
    assert (np.abs(ours - theirs)[finite] <= bound[finite]).all()


@pytest.mark.parametrize("optimizer", SETTINGS)
def test_optimizers_with_their_defaults_agree_with_torch(optimizer: str) -> None:
    content = load("mazur").model_dump()
    content["training"] |= {"optimizer": optimizer, "train_biases": True, "epochs": 20}
    agree_with_autograd(Lesson.model_validate(content), 1e-9)


@pytest.mark.no_cover
@settings(max_examples=25, deadline=None)
@given(lessons())
def test_drawn_networks_agree_with_autograd(lesson: Lesson) -> None:
    assume(not _on_a_kink(lesson))
    agree_with_autograd(lesson, 1e-9)


@pytest.mark.full
@settings(max_examples=300, deadline=None)
@given(lessons())
def test_many_drawn_networks_agree_with_autograd(lesson: Lesson) -> None:
    assume(not _on_a_kink(lesson))
    agree_with_autograd(lesson, 1e-9)


@pytest.mark.no_cover
@settings(max_examples=25, deadline=None)
@given(lessons(far=True))
def test_saturated_huge_and_tiny_values_agree_with_autograd(lesson: Lesson) -> None:
    far_out(lesson)


@pytest.mark.full
@settings(max_examples=160, deadline=None)
@given(lessons(far=True))
def test_many_saturated_values_agree_with_autograd(lesson: Lesson) -> None:
    far_out(lesson)


def far_out(lesson: Lesson) -> None:
    one = lesson.training.model_copy(update={"epochs": 1})
    lesson = lesson.model_copy(update={"training": one})
    assume(not _on_a_kink(lesson))
    agree_with_autograd(lesson, 1e-9)


@pytest.mark.no_cover
@pytest.mark.parametrize("target", [0.0, 1.0, 0.25])
@pytest.mark.parametrize("weight", [-800.0, -40.0, -36.9, -5.0, 0.0, 5.0, 36.9, 40.0, 800.0])
def test_binary_cross_entropy_of_a_saturated_output(weight: float, target: float) -> None:
    content = load("class").model_dump()
    content["network"] |= {
        "layers": [1, 1],
        "activations": ["sigmoid"],
        "loss": "binary_cross_entropy",
    }
    content["samples"] = {"inputs": [[1.0]], "targets": [[target]]}
    content["start"] = {"weights": [weight]}
    agree_with_autograd(Lesson.model_validate(content), 1e-9)


def test_epochs_and_learning_rates_can_be_changed() -> None:
    lesson = changed(load("class"), epochs=3, learning_rates=[0.5])
    run = trace(lesson, derivation(lesson))
    assert run.epochs == 3
    assert run.learning_rates == (0.5,)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "epochs = 100",
            "epoch = 100",
            r"training.epoch: unknown key \(did you mean 'epochs'\?\)",
        ),
        ("epochs = 100", "epochs = 0", "training.epochs: .*greater than or equal to 1, not 0"),
        ("epochs = 100", "epochs = 2.5", "training.epochs: .*valid integer, not 2.5"),
        ("epochs = 100", "", "training.epochs: missing; add this key"),
        ("0.15, 0.20", "0.20", "start.weights: 7 given, but network.layers requires 8; give 8"),
        ("0.15, 0.20", '"x", 0.20', r"start.weights\[1\]: .*valid number, not 'x'"),
        ("0.15, 0.20", "nan, 0.20", r"start.weights\[1\]: .*finite number, not nan"),
        ("0.15, 0.20", "inf, 0.20", r"start.weights\[1\]: .*finite number, not inf"),
        ("0.1, 0.2,", "-0.1, 0.2,", r"training.learning_rates\[1\]: .*greater than 0, not -0.1"),
        ('"sigmoid", "sigmoid"', '"sigmoid"', "network.activations: 1 given, but network.layers"),
        ('"sigmoid", "sigmoid"', '"sigmoid", "swish"', r"network.activations\[2\]: .*not 'swish'"),
        (
            "[[0.05, 0.10]]",
            "[[0.05]]",
            r"samples.inputs\[1\]: 1 given, but network.layers requires",
        ),
        ("[[0.01, 0.99]]", "[]", "samples.targets: "),
        ("[2, 2, 2]", "[2]", "network.layers: "),
        ("bias = false", "bias = true", "start.biases: missing; give them, or start.seed"),
        ('"The class network"', r'"a\u0001b"', "title: must be one line of 1 to 200 printable"),
        ('"The class network"', f'"{"a" * 9000}"', "title: must be one line of 1 to 200"),
        ('"The class network"', "9" * 5000, "contains a number that is too long or brackets"),
        ('"The class network"', "[" * 5000 + "]" * 5000, "contains a number that is too long"),
        ("[0.1, 0.2, 0.3, 0.8, 1.0, 2.0]", "[]", "training.learning_rates: needs 1 entry or more"),
        ("[start]", "[start", "not valid TOML: .*line"),
    ],
)
def test_a_faulty_lesson_names_file_key_and_cure(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "my.toml"
    assert old in CLASS_TEXT
    path.write_text(CLASS_TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ToolkitError, match=f"^{path}: {message}") as caught:
        load(str(path))
    assert "\n" not in str(caught.value)


def test_a_number_where_a_section_belongs(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text('title = "x"\nnetwork = 3\n', encoding="utf-8")
    with pytest.raises(ToolkitError, match="network: must be a table of keys"):
        load(str(path))


def test_a_byte_order_mark_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text(CLASS_TEXT, encoding="utf-8-sig")
    assert load(str(path)) == load("class")


def test_a_lesson_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ToolkitError, match=r"no such template \(did you mean 'class'"):
        load("clas")
    with pytest.raises(ToolkitError, match="this is a folder"):
        load(str(tmp_path))
    binary = tmp_path / "b.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ToolkitError, match="not a UTF-8 text file"):
        load(str(binary))
