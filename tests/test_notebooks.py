"""What a notebook shows: traces, trainings and results; and templates that are built in Python."""

import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import toolkit
from tests.conftest import needs_torch
from toolkit.commands.concepts import ConceptsResult
from toolkit.files.html import link, table
from toolkit.files.templates import parse, shipped

LESSON = toolkit.load_lesson("class")
DERIVED = toolkit.derivation(LESSON)
TRACE = toolkit.trace(LESSON, DERIVED)
TITLES = st.text(min_size=1, max_size=200).filter(lambda t: t.isprintable() and t.strip() != "")


def test_a_trace_by_names() -> None:
    assert TRACE.arrays.keys() == {symbol.name for symbol in TRACE.values}
    losses = TRACE.arrays["E_total"]
    assert losses.shape == (101, 6)
    assert losses[0] == pytest.approx([0.242519857] * 6)
    assert losses[50, 4] == pytest.approx(0.028908896)


def test_a_trace_as_a_frame() -> None:
    frame = TRACE.frame()
    assert list(frame.index.names) == ["learning_rate", "epoch"]
    assert list(frame.columns) == list(TRACE.arrays)
    for n, rate in enumerate(TRACE.learning_rates):
        for name in ("E_total", "w5", "i1", "∂E_total/∂w5"):
            assert np.array_equal(frame.loc[rate][name], TRACE.arrays[name][:, n])


def test_a_frame_without_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(toolkit.ToolkitError, match="needs pandas; install it with: pip install"):
        TRACE.frame()


def test_a_trace_as_a_table() -> None:
    html = TRACE._repr_html_()
    assert html.startswith("<table><tr><th>E_total after epoch</th><th>η = 0.1</th>")
    rows = html.split("<tr>")[2:]
    assert [row.split("</td>")[0] for row in rows] == [f"<td>{n}" for n in (0, 1, 10, 100)]
    assert "<td>0.132460781</td>" in rows[2]


def test_equations_by_names() -> None:
    assert str(DERIVED.equations["h1"]) == "h1 = i1 · w1 + i2 · w2"
    assert str(DERIVED.equations["∂E_total/∂w5"]) == "∂E_total/∂w5 = ∂E_total/∂o1 · a_h1"
    assert len(DERIVED.equations) == len(DERIVED.forward) + len(DERIVED.gradients)


def test_html_is_escaped(tmp_path: Path) -> None:
    assert table(["<a>"], [["b & c"]]) == (
        "<table><tr><th>&lt;a&gt;</th></tr><tr><td>b &amp; c</td></tr></table>"
    )
    assert (
        link(Path("my books/a&b.xlsx"))
        == '<a href="my%20books/a%26b.xlsx">my books/a&amp;b.xlsx</a>'
    )
    assert link(tmp_path / "a.xlsx").startswith('<a href="file:///')


def test_a_result_as_text_and_as_a_link() -> None:
    result = ConceptsResult(Path("a.xlsx"), 1, 5)
    assert str(result) == "1 concept, 5 runs\nWrote a.xlsx"
    assert (
        result._repr_html_() == '1 concept, 5 runs<br>Wrote a.xlsx<br><a href="a.xlsx">a.xlsx</a>'
    )


@pytest.mark.parametrize("name", shipped("lessons"))
def test_a_lesson_as_toml(name: str) -> None:
    lesson = toolkit.load_lesson(name)
    assert parse(lesson.toml(), toolkit.Lesson, "text") == lesson


@pytest.mark.parametrize("name", shipped("models"))
def test_a_model_as_toml(name: str) -> None:
    model = toolkit.load_model(name)
    assert parse(model.toml(), toolkit.Model, "text") == model


@given(TITLES, st.floats(min_value=1e-300, allow_infinity=False))
def test_titles_and_numbers_survive_toml(title: str, rate: float) -> None:
    training = LESSON.training.model_copy(update={"learning_rates": (rate,)})
    lesson = LESSON.model_copy(update={"title": title, "training": training})
    assert tomllib.loads(lesson.toml())["title"] == title
    assert parse(lesson.toml(), toolkit.Lesson, "text") == lesson


@pytest.mark.no_cover
def test_a_lesson_that_was_built_writes_the_same_workbook(tmp_path: Path) -> None:
    for name, lesson in (("a", "xor"), ("b", toolkit.load_lesson("xor"))):
        toolkit.write_backprop(lesson, str(tmp_path / f"{name}.xlsx"), epochs=2)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_lesson_that_does_not_fit_is_named_by_its_title(tmp_path: Path) -> None:
    with pytest.raises(toolkit.ToolkitError, match=r"^The class network: 2,000,"):
        toolkit.write_backprop(LESSON, tmp_path / "a.xlsx", epochs=2_000_000)


@needs_torch
def test_a_network_is_trained_measured_saved_and_read(tmp_path: Path) -> None:
    whole, model = toolkit.load_digits(), toolkit.load_model("tiny")
    few = replace(
        whole,
        train_images=whole.train_images[:256],
        train_labels=whole.train_labels[:256],
        test_images=whole.test_images[:50],
        test_labels=whole.test_labels[:50],
    )
    epochs: list[toolkit.Epoch] = []
    network = toolkit.train(
        model, few, epochs=2, device="cpu", thread_count=1, on_epoch=epochs.append
    )
    assert network.history and list(network.history.epochs) == epochs
    assert [epoch.number for epoch in epochs] == [1, 2]

    actual = network.evaluate(few)
    assert actual.images == 50
    assert actual.loss == pytest.approx(epochs[-1].test_loss)
    assert actual.accuracy == epochs[-1].test_correct / 50
    assert f"<td>2</td><td>{epochs[-1].train_loss:.4f}</td>" in network._repr_html_()

    path = network.save(str(tmp_path / "tiny.safetensors"))
    again = toolkit.load_network(path)
    assert again.history is None and "Tiny CNN" in again._repr_html_()
    assert (again.model, again.names, again.metadata) == (model, network.names, network.metadata)
    images = few.test_images.numpy()
    # The two lie differently in memory, so the last digits of their sums may differ.
    ours, theirs = network.probabilities(images), again.probabilities(images)
    assert theirs == pytest.approx(ours, rel=1e-12)
    assert network.probabilities(images).sum(1) == pytest.approx(np.ones(50))
    again.save(tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == path.read_bytes()

    by_name = toolkit.train("tiny", few, epochs=2, device="cpu", thread_count=1)
    assert by_name.evaluate(few) == actual


@needs_torch
def test_trainings_that_cannot_be() -> None:
    digits = toolkit.load_digits()
    few = replace(
        digits, train_images=digits.train_images[:9], train_labels=digits.train_labels[:9]
    )
    with pytest.raises(
        toolkit.ToolkitError, match=r"Tiny CNN: training\.batch_size: must be at most 9"
    ):
        toolkit.train("tiny", few)
    with pytest.raises(toolkit.ToolkitError, match="nosuch: no such template"):
        toolkit.train("nosuch", few)
