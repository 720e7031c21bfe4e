"""The sheets that only some lessons have: published figures, and gradient sizes."""

import re
from dataclasses import replace
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook

from tests.lint import faults
from tests.recalculation import Office, cells, chart_values, with_cell
from toolkit.book.writer import write
from toolkit.commands.backprop import write_backprop
from toolkit.files.errors import ToolkitError
from toolkit.files.templates import find_shipped
from toolkit.network.derivation import LOSS
from toolkit.network.lesson import Lesson, changed, load
from toolkit.pages.backprop import backprop_book, work_out
from toolkit.pages.backprop.layout import PUBLISHED, SIZES, LessonLayout, chosen_rate
from toolkit.pages.backprop.table import CHART_HEADING_ROW
from toolkit.symbols.equation import Gradient

FIRST_ROW = 5  # of the published figures
MAZUR_TEXT = find_shipped("mazur", "lessons").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def mazur() -> LessonLayout:
    return work_out(load("mazur"))


@pytest.fixture(scope="module")
def mazur_book(mazur: LessonLayout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mazur") / "mazur.xlsx"
    write(backprop_book(mazur, "mazur"), path)
    return path


@pytest.fixture(scope="module")
def deep() -> LessonLayout:
    return work_out(load("deep"))


@pytest.fixture(scope="module")
def deep_book(deep: LessonLayout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("deep") / "deep.xlsx"
    write(backprop_book(deep, "deep"), path)
    return path


def figures(book: Path) -> list[tuple[Any, ...]]:
    """The rows of published figures: quantity, epoch, as printed, ours, …, agreement."""
    sheet = load_workbook(book, data_only=True)[PUBLISHED]
    rows = (tuple(c.value for c in row[:7]) for row in sheet.iter_rows(min_row=FIRST_ROW))
    return list(takewhile(lambda row: row[1] is not None, rows))


def place_of(worked: LessonLayout, name: str) -> str:
    symbol = next(s for s in worked.parameters if s.name == name)
    return worked.parameters[symbol].address.split("!")[1].replace("$", "")


def agree(office: Office, book: Path, wanted: Path, sheet: str) -> None:
    """Each cell of one sheet, recalculated, as it lies in another book."""
    ours, theirs = cells(wanted)[sheet], office.values(book)[sheet]
    assert ours.keys() == theirs.keys()
    for place, value in ours.items():
        known = value if isinstance(value, str) else pytest.approx(value, rel=1e-10, abs=1e-14)
        assert theirs[place] == known, place


def lesson_from(name: str, **sections: dict[str, Any]) -> Lesson:
    content = load(name).model_dump()
    for section, keys in sections.items():
        content[section] |= keys
    return Lesson.model_validate(content)


def test_mazurs_figures_are_ours_as_far_as_he_prints(mazur: LessonLayout, mazur_book: Path) -> None:
    shown = figures(mazur_book)
    assert len(shown) == 23
    for name, epoch, printed, ours, off, share, words in shown[:20]:
        symbol = next(s for s in mazur.trace.values if s.name == name)
        assert ours == mazur.trace.column(symbol, 0)[epoch]
        assert off == ours - printed
        assert share == pytest.approx(abs(off) / abs(printed), rel=1e-12)
        exact = (name, epoch) != (LOSS.name, 1)
        assert words == ("all printed digits" if exact else "to 6 digits")
    for _, epoch, _, *rest in shown[20:]:
        assert epoch == 10_000
        assert rest == ["run: toolkit backprop mazur --epochs 10000", None, None, None]


def test_printed_digits_are_shown_to_the_last_zero(mazur_book: Path) -> None:
    sheet = load_workbook(mazur_book)[PUBLISHED]
    row = next(n for n in range(FIRST_ROW, 40) if sheet.cell(n, 1).value == "w7")
    assert {sheet.cell(row, column).number_format for column in (3, 4)} == {"0.000000000"}


@pytest.mark.no_cover
def test_mazurs_ten_thousand_epochs(tmp_path: Path) -> None:
    long = work_out(changed(load("mazur"), epochs=10_000))
    whole = backprop_book(long, "mazur")
    write(
        replace(whole, sheets=tuple(s for s in whole.sheets if s.name == PUBLISHED)),
        tmp_path / "long.xlsx",
    )
    by_name = {row[0]: row for row in figures(tmp_path / "long.xlsx")[20:]}
    assert f"{by_name['E_total'][3]:.10f}" == "0.0000351019"
    assert by_name["E_total"][6] == "to 3 digits"
    assert by_name["a_o1"][6] == "to 4 digits"
    assert by_name["a_o2"][6] == "to 5 digits"


def test_the_note_on_mazurs_figures_is_true() -> None:
    """His later losses do not follow from the weights and the outputs that he prints."""
    published = load("mazur").published
    assert published is not None and published.note is not None
    printed = {(f.quantity, f.epoch): float(f.printed) for f in published.figures}
    weights = [printed[f"w{n}", 1] for n in range(1, 9)]
    again = work_out(lesson_from("mazur", start={"weights": weights}))
    first = again.trace.column(LOSS, 0)[0]
    outputs = (printed["a_o1", 10_000], printed["a_o2", 10_000])
    last = sum((t - a) ** 2 / 2 for t, a in zip((0.01, 0.99), outputs, strict=True))
    assert re.findall(r"0\.\d+", published.note) == [f"{first:.9f}", f"{last:.10f}"]
    assert abs(first - printed["E_total", 1]) > 1e-7
    assert abs(last - printed["E_total", 10_000]) > 1e-8


def test_published_figures_follow_a_changed_weight(
    tmp_path: Path, mazur: LessonLayout, mazur_book: Path, office: Office
) -> None:
    edited = with_cell(mazur_book, 3, place_of(mazur, "w3"), -1.5, tmp_path / "edited.xlsx")
    weights = [0.15, 0.20, -1.5, 0.30, 0.40, 0.45, 0.50, 0.55]
    fresh = work_out(lesson_from("mazur", start={"weights": weights}))
    write(backprop_book(fresh, "mazur"), tmp_path / "fresh.xlsx")
    agree(office, edited, tmp_path / "fresh.xlsx", PUBLISHED)
    words = [row[6] for row in figures(tmp_path / "fresh.xlsx")[:20]]
    assert words.count("all printed digits") == 2  # h1 and a_h1 do not read w3
    assert "differs" in words


@pytest.mark.no_cover
@pytest.mark.parametrize(("learning_rates", "there"), [([0.3], False), ([0.3, 0.5], True)])
def test_without_their_learning_rate_they_are_left_out(
    learning_rates: list[float], there: bool, tmp_path: Path
) -> None:
    write_backprop("mazur", tmp_path / "b.xlsx", epochs=2, learning_rates=learning_rates)
    book = cells(tmp_path / "b.xlsx")
    assert (PUBLISHED in book) == there == (PUBLISHED in book["Start here"].values())
    if there:
        assert "Rate B" in book[PUBLISHED].values()
        assert book[PUBLISHED][f"G{FIRST_ROW}"] == "all printed digits"


def test_figures_without_agreement_are_no_error(tmp_path: Path, office: Office) -> None:
    published = {
        "source": "x",
        "learning_rate": 1e60,
        "figures": [("i1", 0, "0.00"), ("E_total", 0, "1.0"), ("w1", 3, "2")],
    }
    content = load("mazur").model_dump() | {"published": published}
    content["network"]["activations"] = ["identity", "identity"]
    content["training"] |= {"learning_rates": [1e60], "epochs": 12}
    path = tmp_path / "wild.xlsx"
    write(backprop_book(work_out(Lesson.model_validate(content))), path)
    zero, *lost = figures(path)
    assert zero[3:] == (0.05, 0.05, "–", "differs")
    assert {value for row in lost for value in row[3:]} == {"–"}
    agree(office, path, path, PUBLISHED)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '["h1", 0,',
            '["h9", 0,',
            r"published.figures\[1\]: no quantity 'h9'; use one of i1, i2, w1, .*∂E_total/∂b4$",
        ),
        (
            '"∂E_total/∂w1"',
            '"dE_total/dw1"',
            r"published.figures\[11\]: no quantity 'dE_total/dw1' "
            r"\(did you mean '∂E_total/∂w1'\?\)",
        ),
        (
            "learning_rate = 0.5",
            "learning_rate = 0.3",
            r"published.learning_rate: 0.3 is not one of training.learning_rates \(0.5\); give one",
        ),
        ("learning_rate = 0.5", "", "published.learning_rate: missing; add this key"),
        ('"0.3775"', "0.3775", r'published.figures\[1\]: must be \[quantity, epoch, "value as'),
        ('"0.3775"', '"0.37x"', r"published.figures\[1\]: value '0.37x': must be a number"),
        ('"0.3775"', '"nan"', r"published.figures\[1\]: value 'nan': must be a number as printed"),
        ('"0.3775"', '"1e-999999999"', r"published.figures\[1\]: value .* at most 30 decimals"),
        ('["h1", 0,', '["h1", -1,', r"published.figures\[1\]: epoch -1: must be 0 \(the start\)"),
        ('["h1", 0,', '["h1", true,', r"published.figures\[1\]: must be \[quantity, epoch"),
        ('["h1", 0, "0.3775"]', '["h1", 0]', r"published.figures\[1\]: must be \[quantity, epoch"),
        ("source = ", "sauce = ", "published.sauce: unknown key; remove or correct it"),
    ],
)
def test_faulty_figures_name_file_key_and_cure(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "my.toml"
    at = MAZUR_TEXT.index("[published]")
    text = MAZUR_TEXT[:at] + MAZUR_TEXT[at:].replace(old, new, 1)
    assert text != MAZUR_TEXT
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ToolkitError, match=f"^{path}: {message}") as caught:
        write_backprop(str(path), tmp_path / "b.xlsx")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "b.xlsx").exists()


def mean_sizes(worked: LessonLayout) -> np.ndarray:
    """Shape (layers, epochs + 1), straight from the trace."""
    rate, layers, weights = chosen_rate(worked.lesson), [], iter(worked.derived.weights)
    widths = worked.lesson.network.layers
    for before, after in pairwise(widths):
        own = [next(weights) for _ in range(before * after)]
        columns = [worked.trace.column(Gradient(LOSS, w), rate) for w in own]
        layers.append(np.abs(columns).mean(axis=0))
    return np.array(layers)


def test_gradient_sizes_are_means_over_each_layer(deep: LessonLayout, deep_book: Path) -> None:
    sheet, wanted = cells(deep_book)[SIZES], mean_sizes(deep)
    assert [sheet[f"{c}{CHART_HEADING_ROW}"] for c in "ABCDEF"] == [
        "epoch",
        "layer 1",
        "layer 2",
        "layer 3",
        "layer 4",
        "layer 1 / layer 4",
    ]
    for epoch in range(deep.trace.epochs + 1):
        row = [sheet[f"{c}{CHART_HEADING_ROW + 1 + epoch}"] for c in "ABCDEF"]
        sizes = wanted[:, epoch]
        assert row == pytest.approx([epoch, *sizes, sizes[0] / sizes[-1]], rel=1e-13)


def test_the_gradient_vanishes_in_the_lesson_deep(deep: LessonLayout, deep_book: Path) -> None:
    start = mean_sizes(deep)[:, 0]
    assert (start[1:] / start[:-1] > 4).all()
    assert start[-1] / start[0] > 500
    words = " ".join(str(value) for value in cells(deep_book)[SIZES].values())
    assert "sigmoid: at most 1/4" in words
    actual = re.search(r"layer 4 are about (\d+) times as large as those of layer 1", words)
    assert actual is not None
    assert float(actual[1]) == float(f"{start[-1] / start[0]:.1e}")


@pytest.mark.no_cover
def test_gradient_sizes_follow_a_changed_target(
    tmp_path: Path, deep: LessonLayout, deep_book: Path, office: Office
) -> None:
    edited = with_cell(deep_book, 3, place_of(deep, "t2"), 0.2, tmp_path / "edited.xlsx")
    fresh = work_out(lesson_from("deep", samples={"targets": [[0.01, 0.2]]}))
    write(backprop_book(fresh), tmp_path / "fresh.xlsx")
    agree(office, edited, tmp_path / "fresh.xlsx", SIZES)
    assert mean_sizes(fresh)[3, 0] != pytest.approx(mean_sizes(deep)[3, 0], rel=0.1)


def test_the_chart_of_gradient_sizes(deep: LessonLayout, deep_book: Path) -> None:
    sheet = next(s for s in backprop_book(deep).sheets if s.name == SIZES)
    (chart,) = sheet.charts
    assert chart.y_log
    assert "Lines: layer 1, layer 2, layer 3, layer 4." in chart.description
    drawn = dict(chart_values(deep_book))["The size of the gradients in each layer"]
    assert [name for name, _ in drawn] == [f"layer {n}" for n in range(1, 5)]
    np.testing.assert_allclose([values for _, values in drawn], mean_sizes(deep), rtol=1e-13)


def network(
    layers: list[int], activations: list[str], samples: int, *, negative: bool = False
) -> Lesson:
    random, content = np.random.default_rng(1), load("deep").model_dump()
    content["network"] |= {"layers": layers, "activations": activations}
    content["samples"] = {
        "inputs": random.uniform(0.1, 1, (samples, layers[0])).tolist(),
        "targets": random.uniform(0, 1, (samples, layers[-1])).tolist(),
    }
    count = sum(a * b for a, b in pairwise(layers))
    content["start"] = {"weights": random.uniform(-1, -0.5 if negative else 1, count).tolist()}
    content["training"] |= {"learning_rates": [0.5], "epochs": 2}
    return Lesson.model_validate(content)


NETWORKS = {
    # Gradients that are sums over more samples than one formula adds up stand apart.
    "partial sums": network([2, 1, 1, 1], ["tanh", "softplus", "leaky_relu"], 121),
    "softmax within": network([2, 3, 3, 2], ["gelu", "softmax", "identity"], 2),
    "wide": network([2, 20, 3, 3, 1], ["gelu", "softplus", "relu", "sigmoid"], 1),
    "no gradient": network([1, 1, 1, 1], ["relu", "relu", "relu"], 1, negative=True),
}


LARGE = pytest.param("partial sums", marks=pytest.mark.full)


@pytest.mark.no_cover
@pytest.mark.parametrize("name", [LARGE, *(name for name in NETWORKS if name != "partial sums")])
def test_gradient_sizes_of_other_networks(name: str, tmp_path: Path, office: Office) -> None:
    worked, path = work_out(NETWORKS[name]), tmp_path / "other.xlsx"
    book, needed = (
        backprop_book(worked),
        ("Parameters", "Backprop", "Learning rates", SIZES, "Rate A"),
    )
    sheets = tuple(s for s in book.sheets if s.name in needed or s.name.startswith("Sample "))
    write(replace(book, sheets=sheets), path)
    assert not faults(path)
    agree(office, path, path, SIZES)
    sheet, wanted = cells(path)[SIZES], mean_sizes(worked)
    for layer, sizes in enumerate(wanted):
        actual = [sheet[f"{'BCDE'[layer]}{CHART_HEADING_ROW + 1 + epoch}"] for epoch in range(3)]
        assert actual == pytest.approx(sizes.tolist(), rel=1e-13)
    if name == "partial sums":
        formula = cells(path, formulas=True)[SIZES][f"B{CHART_HEADING_ROW + 1}"]
        assert str(formula).count("SUMPRODUCT") == 2
    if name == "no gradient":
        assert not wanted.any()
        assert "No gradient reaches layer 1 at the start." in sheet.values()


@pytest.mark.no_cover
@pytest.mark.parametrize("name", ["class", "class-half", "diverge", "line", "softmax", "xor"])
def test_other_lessons_have_neither_sheet(name: str) -> None:
    names = [sheet.name for sheet in backprop_book(work_out(changed(load(name), epochs=1))).sheets]
    assert not {PUBLISHED, SIZES} & set(names)


@pytest.mark.parametrize(("name", "sheet"), [("mazur", PUBLISHED), ("deep", SIZES)])
def test_where_the_sheets_stand(name: str, sheet: str, mazur_book: Path, deep_book: Path) -> None:
    book = load_workbook({"mazur": mazur_book, "deep": deep_book}[name])
    names = book.sheetnames
    assert names[names.index(sheet) - 1] == "Learning rates"
    assert names[names.index(sheet) + 1] == "Gradient check"
    links = {c.value for row in book[sheet] for c in row if c.hyperlink}
    assert "Start here" in links
    # Below the diagram of a deep network, the contents have their words further to the right.
    start = {row[0].value: row[1].value or row[4].value for row in book["Start here"]}
    assert start[sheet]
