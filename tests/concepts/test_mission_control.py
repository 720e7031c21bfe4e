"""The rule on every run, against the same rule in Python; bounds moved, words and blanks typed."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.concepts.conftest import Changed
from tests.recalculation import Office, with_cells
from toolkit.book.writer import write
from toolkit.experiments.results import Result, load, shipped
from toolkit.experiments.variant import Budget
from toolkit.pages.concepts import CONCEPTS, mission_control, mission_tables, signals
from toolkit.pages.concepts.book import concepts_book

FAILED, SHARE, DEAD, QUARTER = 0.96, 0.5, 0.3, 0.85
GRADIENT = (0.05, 0.8)
# Bounds, a number of classes that is not these runs', and a reader's own signals.
CHANGES = {
    "B6": 100,
    "B8": FAILED,
    "D12": SHARE,
    "C13": GRADIENT[0],
    "D13": GRADIENT[1],
    "D15": DEAD,
    "C17": QUARTER,
    "B11": "no number",
    "B12": 1.1,
    "B17": 0.9,
}
OTHER_LOSS = ("softmax twice", "squared error of the probabilities")
FEW_BATCHES = ("1,024", "1,024, learning rate 0.6")


def flagged(
    run: Result,
    share: float = SHARE,
    first: tuple[float, float] = GRADIENT,
    dead: float = DEAD,
) -> bool:
    fine = (
        run.first_loss <= 2 * math.log(10)
        and run.early_loss <= share * math.log(10)
        and first[0] <= run.gradients[0] <= first[1]
        and 0.01 <= run.gradients[-1] <= 10
        and max(run.dead, default=0) <= dead
    )
    return not fine


def as_shipped(run: Result, share: float = 0.6) -> bool:
    return flagged(run, share, (0.001, 10), 0.1)


def grouped(runs: list[Result]) -> list[list[Result]]:
    """Those of seed 0, of other seeds, new ones, and those left out."""
    out = [run for run in runs if run.variant in OTHER_LOSS + FEW_BATCHES]
    new = [run for run in runs if run.variant.startswith("new")]
    rest = [run for run in runs if run not in out and run not in new]
    return [[r for r in rest if not r.seed], [r for r in rest if r.seed], new, out]


def test_the_bounds_are_as_the_sheet_says() -> None:
    runs = grouped(list(load(shipped())))[0]
    bad = [run for run in runs if run.test_accuracy < 0.97]
    good = [run for run in runs if run.test_accuracy >= 0.97]

    def gain(share: float) -> float:
        hits, alarms = (
            sum(run.early_loss > share * math.log(10) for run in some) for some in (bad, good)
        )
        return hits / len(bad) - alarms / len(good)

    assert max(mission_tables.SHARES, key=gain) == signals.SIGNALS[1].most == 0.6
    reach = {
        "first loss": [run.first_loss / math.log(10) for run in good],
        "first gradient": [run.gradients[0] for run in good],
        "last gradient": [run.gradients[-1] for run in good],
        "dead units": [max(run.dead) for run in good],
    }
    for signal in signals.SIGNALS:
        if signal.name in reach:
            assert max(reach[signal.name]) <= (signal.most or 0) <= 4 * max(reach[signal.name])
            assert (signal.least or 0) <= min(reach[signal.name]) <= 4 * (signal.least or 1)


@pytest.fixture
def recalculated(tmp_path: Path, office: Office) -> Callable[..., dict[str, object]]:
    def made(runs: list[Result], changes: dict[str, object]) -> dict[str, object]:
        book, other = tmp_path / "concept.xlsx", tmp_path / "changed.xlsx"
        write(concepts_book([mission_control.CONCEPT], CONCEPTS, runs, Budget()), book)
        with_cells(book, 2, changes, other)
        return office.values(other)[mission_control.CONCEPT.sheet_name]

    return made


def below(actual: dict[str, object], heading: str) -> int:
    (row,) = (int(a[1:]) for a, v in actual.items() if v == heading)
    return row + 1


@pytest.mark.no_cover
def test_counts_follow_the_bounds(recalculated: Callable[..., dict[str, object]]) -> None:
    runs = list(load(shipped()))
    # A loss that grew beyond all bounds has no number, and is flagged for it.
    runs[3] = Result(**{**vars(runs[3]), "early_loss": math.nan})
    actual = recalculated(runs, CHANGES)
    for row, part in enumerate(grouped(runs), below(actual, "how well the rule works")):
        bad = [r for r in part if r.test_accuracy < FAILED]
        good = [r for r in part if r.test_accuracy >= FAILED]
        hits, alarms = (sum(map(flagged, some)) for some in (bad, good))
        expected = [len(part), len(bad), hits, len(bad) - hits, len(good), alarms]
        assert [actual[f"{letter}{row}"] for letter in "BCDEFG"] == expected
    verdicts = [actual[f"E{row}"] for row in range(11, 16)]
    assert verdicts == ["–", "fine", "look here", "fine", "look here"]
    assert (actual["D16"], actual["E17"]) == ("–", "fine")
    assert not any(str(value).startswith("#") for value in actual.values())


@pytest.mark.no_cover
def test_each_signal_alone_and_other_bounds(
    recalculated: Callable[..., dict[str, object]],
) -> None:
    runs = list(load(shipped()))
    actual = recalculated(runs, {})
    parts = [
        [r for r in part if (r.test_accuracy < 0.97) == bad]
        for part in grouped(runs)[:3]
        for bad in (True, False)
    ]
    row = below(actual, "flagged by one signal alone")
    late = [sum(r.test_accuracies[0] < 0.7 for r in part) for part in parts]
    assert [actual[f"{letter}{row + 5}"] for letter in "BCDEFG"] == late
    dead = [sum(max(r.dead, default=0) > 0.1 for r in part) for part in parts]
    assert [actual[f"{letter}{row + 4}"] for letter in "BCDEFG"] == dead
    row = below(actual, "flagged by the mean loss alone, with its bound")
    for n, share in enumerate(mission_tables.SHARES):
        over = [sum(r.early_loss > share * math.log(10) for r in part) for part in parts]
        assert [actual[f"{letter}{row + n}"] for letter in "BCDEFG"] == over
    row = below(actual, "of this concept's networks")
    for n, variant in enumerate(mission_control.EXPERIMENT.variants):
        key = variant.setup(Budget()).fingerprint
        mine = [r for r in runs if r.fingerprint == key]
        assert actual[f"D{row + n}"] == sum(map(as_shipped, mine))
        mean = sum(r.gradients[2] for r in mine) / len(mine)
        signals_row = below(actual, "means; layers: norms of their gradients") + n
        assert actual[f"F{signals_row}"] == pytest.approx(mean, rel=1e-12)


@pytest.mark.no_cover
@pytest.mark.parametrize("typed", [None, "words"])
def test_no_number_is_no_verdict_and_no_error(changed: Changed, typed: object) -> None:
    yellow = [f"B{row}" for row in (6, 8, *range(11, 16), 17)]
    bounds = ["D11", "D12", "C13", "D13", "C14", "D14", "D15", "C17"]
    actual = changed(mission_control.CONCEPT, dict.fromkeys(yellow + bounds, typed))
    assert [actual[a] for a in ("E11", "E15", "D16", "E17")] == ["–"] * 4
    assert not any(str(value).startswith("#") for value in actual.values())


LOSS, MEAN_LOSS, GRADIENT_CELL, DEAD_CELL = "B11", "B12", "B13", "B15"


@pytest.mark.parametrize(
    ("changes", "verdicts"),
    [
        ({MEAN_LOSS: 1.4}, {"E12": "look here", "D16": "stop and look"}),
        ({MEAN_LOSS: 1.3}, {"E12": "fine", "D16": "stop and look"}),
        ({MEAN_LOSS: 1.3, GRADIENT_CELL: 0.01, DEAD_CELL: 0.05}, {"D16": "goes well"}),
        ({LOSS: 5}, {"E11": "look here"}),
        ({LOSS: 5, "B6": 100}, {"E11": "fine"}),
    ],
)
def test_what_the_tasks_expect(
    changed: Changed, changes: dict[str, object], verdicts: dict[str, str]
) -> None:
    actual = changed(mission_control.CONCEPT, changes)
    assert {address: actual[address] for address in verdicts} == verdicts


def test_the_finding_counts_the_runs() -> None:
    runs = list(load(shipped()))
    sheet = concepts_book([mission_control.CONCEPT], CONCEPTS, runs, Budget()).sheets[1]
    shares = []
    for part in grouped(runs)[1:3]:
        for bad in (True, False):
            some = [run for run in part if (run.test_accuracy < 0.97) == bad]
            shares.append(f"{sum(map(as_shipped, some))} of {len(some)}")
    finding = str(sheet.cells[4, 1].value)
    again_bad, again_good, new_bad, new_good = shares
    assert f"{again_bad} runs that end badly and {again_good} that end well" in finding
    assert finding.endswith(f"{new_bad} and {new_good}.")
