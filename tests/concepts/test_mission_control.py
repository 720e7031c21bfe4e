"""The rule on every run, against the same rule in Python; thresholds moved."""

import math
from pathlib import Path

from tests.recalculation import Office, cells, with_cells
from toolkit.book.writer import write
from toolkit.experiments.results import Result, load, shipped
from toolkit.experiments.variant import Budget
from toolkit.pages.concepts import mission_control
from toolkit.pages.concepts.book import concepts_book, sheet_name

SHARE, DEAD, FAILED = 0.5, 0.3, 0.97


def flagged(run: Result, share: float = SHARE, dead: float = DEAD) -> bool:
    fine = (
        run.first_loss <= 5 * math.log(10)
        and run.early_loss < share * math.log(10)
        and run.gradients[0] >= 1e-6
        and max(run.dead, default=0) <= dead
    )
    return not fine


def test_counts_follow_the_thresholds(tmp_path: Path, office: Office) -> None:
    runs = list(load(shipped()))
    # A loss that grew beyond all bounds has no number, and is flagged for it.
    runs[3] = Result(**{**vars(runs[3]), "early_loss": math.nan})
    book, other = tmp_path / "concept.xlsx", tmp_path / "changed.xlsx"
    write(concepts_book([mission_control], runs, Budget()), book)
    with_cells(book, 2, {"B14": SHARE, "B16": DEAD, "B17": FAILED, "B22": 1.1}, other)
    found = cells(office.recalculate(other))[sheet_name(mission_control)]
    (top,) = (int(a[1:]) for a, v in found.items() if v == "runs" and a[0] == "A")
    for row, some in (
        (top + 1, [r for r in runs if not r.seed]),
        (top + 2, [r for r in runs if r.seed]),
    ):
        bad = [r for r in some if r.test_accuracy < FAILED]
        good = [r for r in some if r.test_accuracy >= FAILED]
        hits, alarms = sum(map(flagged, bad)), sum(map(flagged, good))
        expected = [len(some), len(bad), hits, len(bad) - hits, len(good), alarms]
        assert [found[f"{letter}{row}"] for letter in "BCDEFG"] == expected
    assert found["C22"] == "fine"
    assert found["C25"] == "stop and look"
    assert not any(str(value).startswith("#") for value in found.values())
