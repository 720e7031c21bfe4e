"""What LibreOffice, IronCalc, Gnumeric and HyperFormula make of every workbook: tests/engines.md.

    python -m tests.engines

writes that table anew, which takes some ten minutes.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests import books
from tests.oracles import gnumeric, hyperformula, ironcalc, libreoffice
from tests.oracles.comparison import Difference, Place, differences, roots
from tests.oracles.limits import LIMITS, explanation
from tests.oracles.planted import without_values
from tests.oracles.reading import read
from tests.recalculation import Cells
from tests.test_second_oracle import terms
from toolkit.network.lesson import load
from toolkit.pages.backprop import work_out

TABLE = Path(__file__).with_suffix(".md")
ENGINES: dict[str, Callable[[Path, Cells], Cells]] = {
    "LibreOffice": libreoffice.values,
    "IronCalc": ironcalc.values,
    "Gnumeric": gnumeric.values,
    "HyperFormula": hyperformula.values,
}
BOOKS = (
    "backprop",
    *(name for name in books.LESSONS if name != "class"),
    "live",
    "live-step",
    "concepts",
    "mnist",
    "tiny",
)
READS = "reads such a cell"
INTRODUCTION = f"""\
# What four engines make of the workbooks

`python -m tests.engines` writes this file, and `make test-full` fails where it is not what the code
gives. Every cached value was replaced by 0 before an engine computed the formulas; numbers count as
equal up to {1e-10:g} of their size, or of the terms that a formula subtracts, and texts where every
letter is the same. What an engine does not do is listed in `tests/oracles/limits.py`; what one of
the last three does not compute, another of them does. The counts are those of LibreOffice 7.4,
IronCalc 0.9.1, Gnumeric 1.12.55 and HyperFormula 3.5.0.
"""
SUMMARY = "## Errors and disagreements"
REASONS = "## Reasons"


@dataclass(frozen=True)
class Findings:
    """What the engines make of one workbook: its number of formulas and, for each engine, the cells
    that differ, how many of them each reason explains, and those that nothing explains.
    """

    book: str
    formulas: int
    different: dict[str, list[Difference]] = field(default_factory=dict)
    reasons: dict[str, Counter[str]] = field(default_factory=dict)
    unexplained: list[tuple[str, Difference]] = field(default_factory=list)


def examine(name: str, folder: Path) -> Findings:
    """Write the workbook called `name` into `folder` and have every engine compute it."""
    books.write(folder, [name])
    book, planted = folder / "exports" / f"{name}.xlsx", folder / f"{name}.xlsx"
    formulas, values = read(book)
    count = sum(map(len, formulas.values()))
    assert without_values(book, planted) == count > 0, "a cached value was left as it was"
    findings = Findings(name, count)
    for engine, compute in ENGINES.items():
        actual = compute(planted, formulas)
        _judge(findings, engine, differences(formulas, values, actual, sizes(name)))
    return findings


def only_by_libreoffice(findings: Findings) -> set[Place]:
    """The cells that none of the other engines computes."""
    others = [each for engine, each in findings.different.items() if engine != "LibreOffice"]
    return set.intersection(*({(one.sheet, one.place) for one in each} for each in others))


def sizes(name: str) -> Mapping[Place, float]:
    """The sizes of the terms in the tables of a lesson; nothing for other workbooks."""
    lesson = "class" if name == "backprop" else name
    return terms(work_out(load(lesson))) if lesson in books.LESSONS else {}


def _judge(findings: Findings, engine: str, different: list[Difference]) -> None:
    first, reasons = roots(different), Counter[str]()
    for difference in first:
        sentence = explanation(difference, engine)
        if sentence is None:
            findings.unexplained.append((engine, difference))
        else:
            reasons[sentence] += 1
    if len(different) > len(first):
        reasons[READS] = len(different) - len(first)
    findings.different[engine], findings.reasons[engine] = different, reasons


def rows(findings: Findings) -> list[str]:
    """The lines of the file that tell of one workbook: that of the summary, then the reasons."""
    counts = [_counted(findings.different[engine]) for engine in ENGINES]
    lines = [_row(findings.book, f"{findings.formulas:,}", *counts)]
    for engine in ENGINES:
        order = {limit.sentence: number for number, limit in enumerate(LIMITS)}
        for sentence, count in sorted(
            findings.reasons[engine].items(), key=lambda item: order.get(item[0], len(LIMITS))
        ):
            lines.append(_row(findings.book, engine, f"{count:,}", sentence))
    return lines


def _counted(different: list[Difference]) -> str:
    errors = sum(difference.is_error for difference in different)
    others = len(different) - errors
    words = [f"{errors:,} error{'s' * (errors != 1)}"] * bool(errors)
    words += [f"{others:,} other{'s' * (others != 1)}"] * bool(others)
    return ", ".join(words) or "0"


def _row(*words: str) -> str:
    return f"| {' | '.join(words)} |"


def document(lines: Iterable[list[str]]) -> str:
    """The whole file, from the rows of every workbook."""
    each = list(lines)
    summary = [_row("workbook", "formulas", *ENGINES), _row("---", *["---:"] * (len(ENGINES) + 1))]
    reasons = [_row("workbook", "engine", "cells", "reason"), _row("---", "---", "---:", "---")]
    return "\n".join(
        [
            INTRODUCTION,
            SUMMARY,
            "",
            *summary,
            *(first for first, *_ in each),
            "",
            REASONS,
            "",
            *reasons,
            *(line for _, *others in each for line in others),
            "",
        ]
    )


def rows_in(text: str, name: str) -> list[str]:
    """The lines of a file that tell of one workbook."""
    return [line for line in text.splitlines() if line.startswith(f"| {name} |")]


def main() -> int:
    """Write the table; the exit code is 1 where nothing on the list explains a difference."""
    actual = []
    for name in BOOKS:
        with tempfile.TemporaryDirectory() as folder:
            actual.append(examine(name, Path(folder)))
        sys.stderr.write("\n".join([*rows(actual[-1]), ""]))
    TABLE.write_text(document(map(rows, actual)), encoding="utf-8")
    unexplained = [one for findings in actual for one in findings.unexplained]
    for engine, difference in unexplained:
        sys.stderr.write(f"{engine}: {difference}\n")
    return bool(unexplained)


if __name__ == "__main__":
    sys.exit(main())
