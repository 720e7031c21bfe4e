"""The result of a lesson whose targets are 0 and 1: which answers are right, and how sure."""

from collections.abc import Mapping, Sequence

from sympy import Expr, Integer, Max, Piecewise, Rational, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, down
from toolkit.book.sheet import Scale, Sheet
from toolkit.book.tables import Cell, Table
from toolkit.network.lesson import Activation
from toolkit.pages.backprop.layout import RESULT, SHALLOW, LessonLayout
from toolkit.pages.backprop.result import (
    HEADING_ROW,
    ResultPage,
    fits,
    label,
    of_sample,
    samples,
)
from toolkit.symbols.choices import matching
from toolkit.symbols.equation import quantity
from toolkit.symbols.records import occurrences
from toolkit.symbols.text import Text, joined

KINDS: tuple[Activation, ...] = ("sigmoid", "softmax")
MOST_INPUTS, MOST_CLASSES = 4, 4  # columns in the first view
QUESTION = "Which answers does the network give, how sure is it, and which of them are right?"
WIDE, GAP = 10.0, 2.0
INK = "7FB3D9"
ANSWER, RIGHT = quantity("answer"), quantity("right answer")


def applies(run: LessonLayout) -> bool:
    """Whether all targets are 0 or 1, and the outputs are probabilities."""
    network = run.lesson.network
    binary = all(t in (0, 1) for row in run.lesson.samples.targets for t in row)
    small = network.layers[0] <= MOST_INPUTS and network.layers[-1] <= MOST_CLASSES
    return binary and small and network.activations[-1] in KINDS and fits(run)


def sheet(
    run: LessonLayout,
    by_sheet: Mapping[str, Table],
    shallow: tuple[LessonLayout, Table] | None = None,
) -> Sheet:
    """The answers before training and at the chosen epoch, one row for each sample.

    `shallow` adds those of the network without hidden layers, whose table is given too.
    """
    page = ResultPage(RESULT, run=run, by_sheet=by_sheet)
    page.begin(QUESTION)
    column = _questions(page)
    counts = []
    states: list[tuple[str, LessonLayout, Mapping[str, Table], int]] = [
        ("before training", run, by_sheet, 0),
        ("at the chosen epoch", run, by_sheet, -1),
    ]
    if shallow:
        states.append(("the same without a hidden layer", shallow[0], {SHALLOW: shallow[1]}, -1))
    for words, of, tables, epoch in states:
        page.widths[column] = GAP
        area = _answers(page, column + 1, words, of, tables, epoch)
        counts.append((words, area))
        column = area.last_column + 1
    page.effects = [area for _, area in counts]
    page.scales.append(Scale(tuple(_shares(run, area) for _, area in counts), INK))
    _finding(page, counts)
    return page.finish()


def _rows(run: LessonLayout) -> range:
    return range(HEADING_ROW + 1, HEADING_ROW + 1 + len(samples(run)))


def _shares(run: LessonLayout, area: Area) -> Area:
    """The columns of an area that hold probabilities."""
    width = run.lesson.network.layers[-1]
    return Area(area.row, area.column, area.last_row, area.column + width - 1)


def _questions(page: ResultPage) -> int:
    """The samples with their inputs and the right answers; returns the next column."""
    run = page.run
    width = run.lesson.network.layers[0]
    right = 2 + width
    names = [f"input {n}" for n in range(1, width + 1)]
    for column, words in enumerate(("sample", *names, _right(run)), 1):
        page.cells[HEADING_ROW, column] = Cell(words, "heading")
        page.widths[column] = WIDE
    page.widths |= {1: 14.0, right: 12.0}
    for sample, row in zip(samples(run), _rows(run), strict=True):
        inputs, targets, _ = of_sample(run, sample)
        page.cells[row, 1] = Cell(label(run, sample), "label")
        for column, symbol in enumerate(inputs, 2):
            page.compute((row, column), symbol, run.parameters, "short")
        page.compute((row, right), _expected(targets), run.parameters, "integer")
    return right + 1


def _right(run: LessonLayout) -> str:
    return "target" if run.lesson.network.layers[-1] == 1 else "right class"


def _expected(targets: Sequence[Symbol]) -> Expr:
    """The target of a single output, or the number of the class whose target is 1."""
    if len(targets) == 1:
        return targets[0]
    return sum((n * target for n, target in enumerate(targets, 1)), Integer(0))


def _answer(outputs: Sequence[Symbol]) -> Expr:
    """1 or 0 for a single output, or the number of the class with the largest output."""
    if len(outputs) == 1:
        return Piecewise((Integer(1), outputs[0] >= Rational(1, 2)), (Integer(0), True))
    first = [
        (Integer(n), output >= Max(*(o for o in outputs if o != output)))
        for n, output in enumerate(outputs[:-1], 1)
    ]
    return Piecewise(*first, (Integer(len(outputs)), True))


def _answers(
    page: ResultPage,
    column: int,
    words: str,
    of: LessonLayout,
    tables: Mapping[str, Table],
    epoch: int,
) -> Area:
    """The outputs of one network, its answers, and whether they are right."""
    run = page.run
    width = run.lesson.network.layers[-1]
    many = [f"class {n}" for n in range(1, width + 1)]
    headings = (*(many if width > 1 else ["output"]), "answer", "right?")
    page.cells[HEADING_ROW - 1, column] = Cell(words, "name")
    for place, heading in enumerate(headings, column):
        page.cells[HEADING_ROW, place] = Cell(heading, "heading")
        page.widths[place] = WIDE
    for sample, row in zip(samples(run), _rows(run), strict=True):
        _, _, outputs = of_sample(of, sample)
        known = {
            output: page.at_epoch((row, place), page.epochs(output, tables), "rate", epoch)
            for place, output in enumerate(outputs, column)
        }
        answer = page.compute((row, column + width), _answer(outputs), known, "middle")
        right = page.known((row, 2 + run.lesson.network.layers[0]))
        verdict = matching(ANSWER, RIGHT, Text("pass"), Text("fail"))
        known = {ANSWER: answer, RIGHT: right}
        page.compute((row, column + width + 1), verdict, known, "middle")
    rows = _rows(run)
    area = Area(rows[0], column, rows[-1], column + width + 1)
    page.verdicts.append(Area(rows[0], area.last_column, rows[-1], area.last_column))
    return area


def _finding(page: ResultPage, counts: Sequence[tuple[str, Area]]) -> None:
    known: dict[Symbol, Known] = {}
    pieces: list[Expr] = []
    total = len(_rows(page.run))
    for number, (words, area) in enumerate(counts):
        values = [page.cells[row, area.last_column].value for row in _rows(page.run)]
        checks = quantity(f"checks {number}")
        known[checks] = down(RESULT, area.row, area.last_column, values)
        pieces += [Text("; " if pieces else "Right answers: "), Text(f"{words} ")]
        pieces += [occurrences(checks, Text("pass")), Text(f" of {total}")]
    page.compute((3, 1), joined(*pieces, Text(".")), known, "bold")
