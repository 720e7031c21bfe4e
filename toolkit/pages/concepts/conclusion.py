"""The conclusion of a concept: sentences with gaps, which formulas over its figures fill.

{0.accuracy} is the mean test accuracy of variant number 0 (as the experiment counts them), and
{1~0.more?A|B|C} says A where variant 1 has clearly more of it than variant 0, B where clearly less,
C where neither is clear; {1~0.more} and {1~0.than} alone say what JUDGED holds for them. {0.failed}
says how many of its runs ended below FAILED, and {0.others} between which accuracies the others
ended. FIGURES lists what else can be asked for. So a conclusion follows its figures, and no number
in it is typed.
"""

import re
from collections.abc import Sequence

from sympy import Expr, Integer, Piecewise, Rational, Symbol

from toolkit.book.known import Known
from toolkit.book.live import computed
from toolkit.pages.concepts.measured import VariantFigures
from toolkit.pages.concepts.page import LABEL, SUMMARY, Place
from toolkit.pages.concepts.skeleton import reserve_finding
from toolkit.symbols.ranges import largest, numbers_in, smallest_at
from toolkit.symbols.records import comparison, count_below
from toolkit.symbols.text import Text, fixed_text, grouped_text, joined

# Figures of a variant that a conclusion may name: the heading they stand under, and how they read.
FIGURES = {
    "accuracy": "mean",
    "spread": "standard deviation",
    "train": "train accuracy",
    "loss": "test loss",
    "quarter": "after a quarter",
    "seconds": "seconds",
    "parameters": "parameters",
    "wrong": "wrong of 10,000",
}
SHARES = ("accuracy", "spread", "train", "quarter")
DECIMALS = {"loss": 3, "seconds": 1, "parameters": 0, "wrong": 0}
GAP = re.compile(r"\{(\d+)(?:([~-])(\d+))?\.(?P<figure>\w+)(?:\?([^|}]*)\|([^|}]*)\|([^}]*))?\}")
FAILED = Rational(9, 10)  # of accuracy: a run that ends below it has learned little
JUDGED = {
    "more": ("clearly better", "clearly worse", "not clearly different"),
    "than": ("clearly better than", "clearly worse than", "not clearly different from"),
}
LONGEST_TEXT = 250  # of one text within a formula: 255 is Excel's limit


def find(figures: VariantFigures, sentence: str) -> None:
    """Write the finding, a sentence with its gaps filled by formulas, into its place at the top."""
    _write(figures, reserve_finding(figures.page), sentence, "finding")


def conclude(figures: VariantFigures, sentences: Sequence[str]) -> None:
    """Write the sentences with their gaps filled by formulas, each in a row of its own."""
    for sentence in sentences:
        _write(figures, (figures.page.row, LABEL), sentence, "conclusion")
        figures.page.row += 1


def summarize(figures: VariantFigures, sentence: str) -> None:
    """Fill the gaps of a sentence by formulas, for the cell in the table of contents."""
    known: dict[Symbol, Known] = {}
    pieces = _pieces(sentence, figures, known)
    figures.page.summary = computed(joined(*pieces, Text("")), known, SUMMARY)


def _write(figures: VariantFigures, place: Place, sentence: str, style: str) -> None:
    known: dict[Symbol, Known] = {}
    pieces = list(_pieces(sentence, figures, known))
    figures.page.compute(place, joined(*pieces, Text("")), known, style)


def compares(sentence: str) -> bool:
    """Whether a sentence says that one variant is clearly better than another, or not."""
    return any(gap.group("figure") in JUDGED for gap in GAP.finditer(sentence))


def _pieces(sentence: str, figures: VariantFigures, known: dict[Symbol, Known]) -> list[Expr]:
    pieces: list[Expr] = []
    place = 0
    for gap in GAP.finditer(sentence):
        pieces += _texts(sentence[place : gap.start()])
        pieces.append(_gap(gap, figures, known))
        place = gap.end()
    return pieces + _texts(sentence[place:])


def _texts(words: str) -> list[Expr]:
    return [Text(words[n : n + LONGEST_TEXT]) for n in range(0, len(words), LONGEST_TEXT)]


def _gap(gap: re.Match[str], figures: VariantFigures, known: dict[Symbol, Known]) -> Expr:
    """The expression for one placeholder; the cells to which it refers are added to `known`."""
    variant, sign, other, figure, *answers = gap.groups()
    if figure == "name":
        cell = figures.page.known((figures.top + 1 + int(variant), LABEL))
        return _symbol(f"name {variant}", cell, known)
    if figure in JUDGED:
        a, b = (_symbol(f"runs {n}", figures.runs(int(n)), known) for n in (variant, other))
        phrases = JUDGED[figure] if answers[0] is None else answers
        return comparison(a, b, *map(Text, phrases))
    if figure in ("failed", "others"):
        runs = _symbol(f"runs {variant}", figures.runs(int(variant)), known)
        return _failed(runs) if figure == "failed" else _others(runs)
    value = _figure(variant, figure, figures, known)
    if sign == "-":
        value -= _figure(other, figure, figures, known)
    if sign == "~":
        value /= _figure(other, figure, figures, known)
        return fixed_text(value, Integer(1))
    if figure in SHARES:
        return joined(fixed_text(100 * value, Integer(2)), Text(" %"))
    if not DECIMALS[figure]:
        return grouped_text(value)
    return fixed_text(value, Integer(DECIMALS[figure]))


def _failed(runs: Symbol) -> Expr:
    """How many of the runs ended below FAILED: "3 of 5"."""
    return joined(count_below(runs, FAILED), Text(" of "), numbers_in(runs))


def _others(runs: Symbol) -> Expr:
    """The lowest and the highest accuracy of the runs that did not fail: "92.07 to 95.39 %"."""
    lowest = smallest_at(runs, count_below(runs, FAILED) + 1)
    ends = (fixed_text(100 * accuracy, Integer(2)) for accuracy in (lowest, largest(runs)))
    text = joined(next(ends), Text(" to "), next(ends), Text(" %"))
    return Piecewise((Text("none"), largest(runs) < FAILED), (text, True))


def _figure(variant: str, figure: str, figures: VariantFigures, known: dict[Symbol, Known]) -> Expr:
    heading = FIGURES[figure]
    return _symbol(f"{heading} {variant}", figures.figure(int(variant), heading), known)


def _symbol(name: str, cell: Known, known: dict[Symbol, Known]) -> Symbol:
    symbol = Symbol(name)
    known[symbol] = cell
    return symbol
