"""The rule on every run, against the same rule in Python; thresholds moved."""

import math
from collections.abc import Callable
from itertools import product
from pathlib import Path

from tests.recalculation import Office, cells, with_cells
from toolkit.book.writer import write
from toolkit.experiments.results import Result, load, shipped
from toolkit.experiments.variant import Budget
from toolkit.pages.concepts import mission_control, signals
from toolkit.pages.concepts.book import concepts_book, sheet_name

SHARE, FIRST, LAST, DEAD, FAILED, QUARTER = 0.5, 0.8, 0.6, 0.3, 0.96, 0.85
# Thresholds, and a reader's own signals: a first loss that is no number, an early one that is fine.
CHANGES = {"B14": FAILED, "D18": SHARE, "D19": FIRST, "D20": LAST, "D21": DEAD, "C23": QUARTER,
           "B17": "no number", "B18": 1.1, "B23": 0.9}  # fmt: skip


def flagged(
    run: Result, share: float = SHARE, most: tuple[float, float] = (FIRST, LAST), dead: float = DEAD
) -> bool:
    fine = (
        run.first_loss <= 5 * math.log(10)
        and run.early_loss <= share * math.log(10)
        and 1e-6 <= run.gradients[0] <= most[0]
        and 1e-6 <= run.gradients[-1] <= most[1]
        and max(run.dead, default=0) <= dead
    )
    return not fine


def late(run: Result, quarter: float = QUARTER) -> bool:
    return run.test_accuracies[0] < quarter


def test_the_thresholds_are_the_best_on_seed_0() -> None:
    runs = [run for run in load(shipped()) if not run.seed]
    bad = [run for run in runs if run.test_accuracy < 0.97]
    good = [run for run in runs if run.test_accuracy >= 0.97]

    def gain(share: float, most: float, dead: float) -> float:
        hits, alarms = (
            sum(flagged(r, share, (most, most), dead) for r in some) for some in (bad, good)
        )
        return hits / len(bad) - alarms / len(good)

    early, gradient, units = (signals.SIGNALS[n].most for n in (1, 2, 4))
    assert (early, gradient, units) == (0.6, 100, 0.9)
    best = gain(0.6, 100, 0.9)
    others = product((n / 20 for n in range(4, 20)), (1, 10, 100), (0.25, 0.5, 0.75, 0.9))
    assert best == max(gain(*each) for each in others)

    def later(quarter: float) -> float:
        hits, alarms = (sum(late(run, quarter) for run in some) for some in (bad, good))
        return hits / len(bad) - alarms / len(good)

    bound = signals.LATER.least
    assert bound is not None
    assert later(bound) == max(later(n / 20) for n in range(1, 20))


def test_counts_follow_the_thresholds(tmp_path: Path, office: Office) -> None:
    runs = list(load(shipped()))
    # A loss that grew beyond all bounds has no number, and is flagged for it.
    runs[3] = Result(**{**vars(runs[3]), "early_loss": math.nan})
    book, other = tmp_path / "concept.xlsx", tmp_path / "changed.xlsx"
    write(concepts_book([mission_control], runs, Budget()), book)
    with_cells(book, 2, CHANGES, other)
    found = cells(office.recalculate(other))[sheet_name(mission_control)]
    (top,) = (int(a[1:]) for a, v in found.items() if v == "how well it tells")
    first, others = [r for r in runs if not r.seed], [r for r in runs if r.seed]
    groups: list[tuple[list[Result], Callable[[Result], bool]]] = [
        (first, flagged), (others, flagged), (first, late), (others, late),
    ]  # fmt: skip
    for row, (part, rule) in enumerate(groups, top + 1):
        bad = [r for r in part if r.test_accuracy < FAILED]
        good = [r for r in part if r.test_accuracy >= FAILED]
        hits, alarms = (sum(rule(r) for r in some) for some in (bad, good))
        expected = [len(part), len(bad), hits, len(bad) - hits, len(good), alarms]
        assert [found[f"{letter}{row}"] for letter in "BCDEFG"] == expected
    verdicts = [found[f"E{row}"] for row in range(17, 22)]
    assert verdicts == ["look here", "fine", "fine", "fine", "look here"]
    assert (found["D22"], found["E23"]) == ("stop and look", "fine")
    assert not any(str(value).startswith("#") for value in found.values())
