"""The workbook of concepts: words, conclusions, results by reference."""

import math
import re
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openxml_audit import OpenXmlValidator
from typer.testing import CliRunner

from tests.lint import faults
from tests.recalculation import Office, cells, with_cells
from toolkit.book.writer import write
from toolkit.commands.cli import app
from toolkit.experiments.results import Result, load, save, shipped
from toolkit.experiments.variant import Budget
from toolkit.pages import concepts
from toolkit.pages.concepts import CONCEPTS
from toolkit.pages.concepts.book import concepts_book
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.conclusion import FIGURES, GAP, JUDGED
from toolkit.pages.concepts.sheet_names import CONTENTS, RESULTS
from toolkit.symbols.records import comparison

WIDEST = 175  # characters that a laptop shows side by side
FINDING = "A4"  # whose row holds two lines


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("concepts") / "concepts.xlsx"
    write(concepts_book(CONCEPTS, CONCEPTS, load(shipped()), Budget()), path)
    return path


def _of_contributing() -> Concept:
    """The concept that CONTRIBUTING shows."""
    text = Path(__file__).parents[1].joinpath("CONTRIBUTING.md").read_text(encoding="utf-8")
    module: dict[str, object] = {}
    exec(text.split("```python\n")[1].split("```")[0], module)
    concept = module["CONCEPT"]
    assert isinstance(concept, Concept)
    return concept


def test_the_concept_of_contributing_makes_a_sheet(tmp_path: Path) -> None:
    made, (one, *others) = _of_contributing(), load(shipped())
    keys = [v.setup(Budget()).fingerprint for v in made.experiment.variants]
    runs = [replace(one, fingerprint=key, seed=seed) for key in keys for seed in range(3)]
    write(
        concepts_book([made], CONCEPTS, [*runs, *others], Budget()),
        tmp_path / "new.xlsx",
    )
    actual = cells(tmp_path / "new.xlsx")["25 weight decay"]
    assert (actual["B6"], actual["B7"]) == (2, 4)
    assert any("below 90 %: 0 of 3" in str(value) for value in actual.values())


@pytest.mark.parametrize("concept", [*CONCEPTS, _of_contributing()], ids=lambda each: each.name)
def test_words(concept: Concept) -> None:
    assert 2 <= len(concept.idea) <= 4
    assert all(len(line) <= 145 for line in concept.idea)
    assert 2 <= len(concept.conclusion) <= 4
    for sentence in filter(None, (concept.finding, concept.summary, *concept.conclusion)):
        gaps = list(GAP.finditer(sentence))
        assert gaps, sentence
        for gap in gaps:
            assert int(gap[1]) < len(concept.experiment.variants)
            assert gap[4] in {*FIGURES, *JUDGED, "name", "failed", "others"}, gap[0]
            assert (gap[2] == "~") or gap[4] not in JUDGED
        rest = GAP.sub("", sentence)
        assert "{" not in rest, rest
        # What was measured is never typed; 90 % is the bound below which a run counts as failed.
        assert not re.findall(r"\d+\.\d+ ?%|\b(?!90)\d\d ?%", rest), rest


def test_every_file_with_a_concept_is_listed() -> None:
    folder = Path(concepts.__file__).parent
    files = [
        path for path in folder.glob("*.py") if "\nCONCEPT = Concept(" in path.read_text("utf-8")
    ]
    names = [path.stem.replace("_", "-") for path in files]
    assert sorted(names) == sorted(concept.name for concept in CONCEPTS)


def patchy(results: tuple[Result, ...]) -> list[Result]:
    """Some runs missing, and some whose losses or gradients grew beyond all numbers."""
    random = Random(1)
    kept = [result for result in results if random.random() < 0.7]
    return [
        replace(each, early_loss=math.inf, test_loss=math.nan, gradients=(math.nan,) * 3)
        if random.random() < 0.1
        else each
        for each in kept
    ]


@pytest.mark.no_cover
@pytest.mark.full
def test_patchy_results_recalculate_to_their_values(tmp_path: Path, office: Office) -> None:
    made = tmp_path / "patchy.xlsx"
    write(concepts_book(CONCEPTS, CONCEPTS, patchy(load(shipped())), Budget()), made)
    test_every_cell_recalculates_to_its_value(made, office)


@pytest.mark.no_cover
def test_every_cell_recalculates_to_its_value(book: Path, office: Office) -> None:
    before, after = cells(book), office.values(book)
    formulas = cells(book, formulas=True)
    count = 0
    for sheet, content in formulas.items():
        for place, text in content.items():
            if not str(text).startswith("="):
                continue
            count += 1
            old, new = before[sheet].get(place), after[sheet].get(place)  # none: an empty text
            if not isinstance(old, int | float) or not isinstance(new, int | float):
                assert old == new, (sheet, place)
            else:
                assert abs(float(str(old)) - float(str(new))) <= 1e-10 * max(
                    1, abs(float(str(old)))
                )
    assert count > 8000


@pytest.mark.no_cover
def test_the_book_is_valid_and_small(book: Path) -> None:
    assert OpenXmlValidator().validate(book).errors == []
    assert faults(book) == []
    assert book.stat().st_size < 6e6
    names = [concept.sheet_name for concept in CONCEPTS]
    assert list(cells(book)) == [CONTENTS, *names, RESULTS]


def test_conclusions_fit_the_screen(book: Path) -> None:
    actual = cells(book)
    formulas = cells(book, formulas=True)
    for concept in CONCEPTS:
        sheet = concept.sheet_name
        sentences = {
            place: str(actual[sheet][place])
            for place, text in formulas[sheet].items()
            if place.startswith("A") and "FIXED(" in str(text)
        }
        assert len(sentences) >= 2, sheet
        for place, sentence in sentences.items():
            lines = 2 if place == FINDING else 1
            assert len(sentence) <= lines * WIDEST, (sheet, sentence)


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        ([0.98, 0.98, 0.98], [0.97, 0.97, 0.97], "more"),
        ([0.97, 0.98, 0.99], [0.96, 0.98, 0.99], "same"),
        # Two runs that learned nothing make the means' errors huge, but every run is the lower.
        ([0.11, 0.11, 0.97, 0.97, 0.96], [0.98, 0.99, 0.98, 0.99, 0.98], "less"),
        ([0.11, 0.11, 0.97, 0.97, 0.985], [0.98, 0.99, 0.98, 0.99, 0.98], "same"),
        ([0.11, 0.97, 0.97], [0.98, 0.99, 0.98], "same"),
    ],
)
def test_what_clearly_means(a: list[float], b: list[float], said: str) -> None:
    assert comparison.compute(a, b, "more", "less", "same") == said
    other = {"more": "less", "less": "more", "same": "same"}[said]
    assert comparison.compute(b, a, "more", "less", "same") == other


def test_each_sheet_tells_its_budget(book: Path) -> None:
    actual = {name: list(map(str, sheet.values())) for name, sheet in cells(book).items()}
    usual = "Every run: 12,000 training images of MNIST, each seen 4 times, tested on all"
    assert any(line.startswith(usual) for line in actual["1 layers"])
    told = "each seen 4 times, or 1,000, each seen 48 times, tested on all"
    assert all(any(told in line for line in actual[n]) for n in ("15 overfitting", RESULTS))


@pytest.mark.no_cover
def test_missing_results_are_said_and_make_no_error(tmp_path: Path, office: Office) -> None:
    some = tmp_path / "some.csv"
    save(some, load(shipped())[:40])
    out = tmp_path / "c.xlsx"
    words = ["concepts", "--results", str(some), "--out", str(out)]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert faults(out) == []
    actual = office.values(out)
    said = [value for sheet in actual.values() for value in sheet.values()]
    assert sum("Not all of it is measured yet" in str(value) for value in said) > 10
    assert not [value for value in said if str(value).startswith(("#", "Err:"))]


@pytest.mark.no_cover
@pytest.mark.parametrize("count", [0, pytest.param(1, marks=pytest.mark.full)])
def test_hardly_any_results_make_a_book(count: int, tmp_path: Path) -> None:
    some, out = tmp_path / "some.csv", tmp_path / "c.xlsx"
    save(some, load(shipped())[:count])
    words = ["concepts", "--results", str(some), "--out", str(out)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.stderr
    assert faults(out) == []


def test_some_concepts_by_name_and_number(tmp_path: Path) -> None:
    out = tmp_path / "c.xlsx"
    done = CliRunner().invoke(app, ["concepts", "softmax", "7", "--out", str(out)])
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == f"Wrote {out}"
    assert list(cells(out)) == [CONTENTS, "6 softmax", "7 learning rate", RESULTS]


def test_an_unknown_concept_is_one_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["concepts", "sofmax", "--out", str(tmp_path / "c.xlsx")])
    assert done.exit_code == 2
    assert "did you mean 'softmax'" in done.stderr


def _typed(validation: DataValidation, how: str) -> object:
    """What is typed into a yellow cell: nothing, or what lies at an end of what it takes."""
    if how == "nothing":
        return None
    if validation.type == "list":
        choices = validation.formula1.strip('"').split(",")
        return choices[0 if how == "least" else -1]
    return float(validation.formula1 if how == "least" else validation.formula2)


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "how",
    [
        pytest.param("nothing", marks=pytest.mark.full),
        pytest.param("least", marks=pytest.mark.full),
        "most",
    ],
)
def test_no_yellow_cell_makes_an_error(
    book: Path, office: Office, tmp_path: Path, how: str
) -> None:
    changed, asked = book, 0
    for number, sheet in enumerate(load_workbook(book), 1):
        changes = {
            cell.coordinate: _typed(validation, how)
            for validation in sheet.data_validations.dataValidation
            for area in validation.sqref.ranges
            for row in sheet[area.coord if ":" in area.coord else f"{area.coord}:{area.coord}"]
            for cell in row
        }
        if changes:
            asked += len(changes)
            changed = with_cells(changed, number, changes, tmp_path / f"{number}.xlsx")
    assert asked > 500
    for name, content in office.values(changed).items():
        faulty = [(a, v) for a, v in content.items() if str(v).startswith("#")]
        assert not faulty, (name, faulty[:5])
