"""The sheet that compares the optimizers, and one sheet for each of them.

The comparison shows results, losses at some epochs, a chart, and the step of each optimizer. The
table of each optimizer reads its own settings on the sheet Parameters.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from sympy import And, Eq, Expr, Integer, Piecewise, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at, down
from toolkit.book.live import computed
from toolkit.book.page import PageBuilder
from toolkit.book.regions import open_areas
from toolkit.book.sheet import Chart, Sheet
from toolkit.book.tables import Cell, Table
from toolkit.network.derivation import LEARNING_RATE, LOSS
from toolkit.network.lesson import Optimizer
from toolkit.network.optimizers import update
from toolkit.pages.backprop import table
from toolkit.pages.backprop.curves import Curve, curve_of
from toolkit.pages.backprop.layout import BACKPROP, OPTIMIZERS, START, LessonLayout, own_symbol
from toolkit.pages.backprop.lines import LARGE, LINE_POINTS
from toolkit.pages.backprop.loss_curves import (
    CHOSEN_COLUMN,
    EPOCH,
    WORDS_COLUMN,
    Settings,
    chosen,
    loss_at_epoch,
    rules,
    settings,
    summaries,
)
from toolkit.symbols.bounds import held
from toolkit.symbols.equation import Equation, quantity
from toolkit.symbols.lookups import lookup
from toolkit.symbols.ranges import numbers_in, rank_from_below, smallest
from toolkit.symbols.text import Text, joined, number_text

SETTINGS_ROW, FIRST_CHART_ROW, HEADING_ROW = 4, 5, 24
LAST_COLUMN = 7
QUESTION = (
    "Does another optimizer reach a low loss in fewer epochs? Network, data and start are the "
    "same; only the use of the gradient differs."
)
TUNED = Text("Tune every η alike before you rank optimizers.")
WORDS = quantity("sentence")
KINDS, LOSSES_THERE, OTHERS, OWN, AT_RATES = (
    quantity(n)
    for n in (
        "optimizers",
        "losses at the epoch",
        "losses of the others",
        "own",
        "own at all rates",
    )
)
CHARACTERS = 120  # the length of a sentence on one line, in characters
SENTENCES: dict[Optimizer, str] = {
    "sgd": "Gradient descent as it is: the step is the gradient times η.",
    "momentum": "A share μ of the last step is kept. Steps in one direction add up, and roll on "
    "past the lowest point.",
    "nesterov": "Momentum that adds the kept share of this step too: it turns back sooner and "
    "swings less.",
    "adagrad": "The step is divided by the root of all squared gradients so far: η counts for "
    "less and less.",
    "rmsprop": "As adagrad, but with a running mean of the squares, so that old gradients are "
    "forgotten.",
    "adam": "A running mean of the gradient over the root of one of its square, both corrected for "
    "having begun at 0.",
}


def kind_of(run: LessonLayout) -> Optimizer:
    """The name of the run's optimizer, which is also the name of its sheet."""
    return run.lesson.training.optimizer


def own_table(one: LessonLayout) -> Table:
    """The table of a compared optimizer, which reads settings of its own."""
    kind = kind_of(one)
    own = {symbol: own_symbol(symbol, kind) for symbol in one.derived.settings}
    updates = tuple(Equation(e.symbol, e.expr.xreplace(own)) for e in one.derived.updates)
    renamed = replace(one, derived=replace(one.derived, updates=updates))
    return table.table(renamed, 0, own_symbol(LEARNING_RATE, kind))


def own_sheet(one: LessonLayout, epochs: Table, page: Sheet, place: int) -> Sheet:
    """The table of a compared optimizer as a sheet with a heading.

    Its result is in row `place` (from 0) of those on `page`, the comparison.
    """
    row = HEADING_ROW + 1 + place
    kind = kind_of(one)
    rate = {LEARNING_RATE: one.parameters[own_symbol(LEARNING_RATE, kind)]}
    title = computed(joined(Text(f"{kind}: η = "), number_text(LEARNING_RATE)), rate, "title")
    words = at(OPTIMIZERS, row, WORDS_COLUMN, page.cells[row, WORDS_COLUMN].value)
    cells = table.heading(title, OPTIMIZERS, table.QUESTION, (WORDS, {WORDS: words}))
    return table.page(kind, cells, epochs, effects=(table.FINDING,))


def curves(run: LessonLayout, chosen: Table, tables: Sequence[Table]) -> list[Curve]:
    """The lesson's own optimizer at the selected learning rate, then the compared ones."""
    own = curve_of(run, kind_of(run), BACKPROP, chosen, run.parameters[LEARNING_RATE])
    others = [
        curve_of(one, kind, kind, own_rows, run.parameters[own_symbol(LEARNING_RATE, kind)])
        for one, own_rows in zip(run.compared, tables, strict=True)
        for kind in (kind_of(one),)
    ]
    return [own, *others]


def _comparison(losses: Sequence[Curve]) -> Chart:
    """A chart of the losses of all optimizers over the epochs."""
    series = tuple(
        curve.line(at(OPTIMIZERS, below, 1, curve.name))
        for below, curve in enumerate(losses, HEADING_ROW + 1)
    )
    return Chart(
        "Loss for each optimizer",
        "epoch",
        LOSS.name,
        series,
        row=FIRST_CHART_ROW,
        column=1,
        width=28,
        height=8.5,
        y_min=0,
    )


def sheet(run: LessonLayout, losses: Sequence[Curve], rates: Sequence[Curve]) -> Sheet:
    """The results of the optimizers, their common features, and their differences.

    `losses` are the curves that are compared, and `rates` those of the lesson's own optimizer at
    all its learning rates.
    """
    below = HEADING_ROW + len(losses) + 2
    tuned = below + len(losses) + 3
    page = PageBuilder(
        OPTIMIZERS,
        row=tuned + len(rates) + 2,
        widths=dict.fromkeys(range(1, WORDS_COLUMN), 18.0),
        heights={1: 26.0, HEADING_ROW: 3 * LINE_POINTS},
        tab="009E73",
        pages_high=1,
        portrait=True,
    )
    yellow, cells = settings(run, OPTIMIZERS, SETTINGS_ROW)
    page.cells |= {
        (1, 1): Cell(OPTIMIZERS, "title"),
        (2, 1): Cell(QUESTION, "muted"),
        (1, 7): Cell(START, "link", link=START),
        (HEADING_ROW - 1, 1): Cell(_where(run), "muted"),
        **cells,
        **summaries(losses, OPTIMIZERS, HEADING_ROW, "optimizer", yellow),
        **chosen(run, losses, OPTIMIZERS, below, "optimizer"),
        **_own_rates(run, rates, tuned, yellow),
    }
    page.charts.append(_comparison(losses))
    page.question, page.finding = (2, 1), (3, 1)
    page.compute(page.finding, *_finding(page, run, len(losses), tuned, yellow), "bold")
    page.validations += rules(run, SETTINGS_ROW)
    page.controls += open_areas(cells)
    page.effects += page.charts
    for one in (run, *run.compared):
        _step(page, one)
    return page.finish()


def _own_rates(
    run: LessonLayout, rates: Sequence[Curve], row: int, yellow: Settings
) -> dict[tuple[int, int], Cell]:
    """The lesson's own optimizer at each of its learning rates, at the chosen epoch."""
    words = f"{kind_of(run)} at each of its learning rates: the loss at the chosen epoch"
    cells = {(row, 1): Cell(words, "subtitle")}
    for below, curve in enumerate(rates, row + 1):
        known = curve.known() | {EPOCH: yellow.epoch}
        cells |= {
            (below, 1): curve.link,
            (below, 2): computed(LEARNING_RATE, {LEARNING_RATE: curve.rate}, "text"),
            (below, 3): computed(loss_at_epoch(), known, "fit"),
        }
    return cells


def _finding(
    page: PageBuilder, run: LessonLayout, count: int, tuned: int, yellow: Settings
) -> tuple[Expr, dict[Symbol, Known]]:
    """A sentence about the lowest loss, and about the learning rates behind it."""
    first, rates = HEADING_ROW + 1, len(run.letters)

    def column(row: int, column: int, length: int) -> Known:
        values = [page.cells[row + n, column].value for n in range(length)]
        return down(OPTIMIZERS, row, column, values)

    known = {
        EPOCH: yellow.epoch,
        KINDS: column(first, 1, count),
        LOSSES_THERE: column(first, CHOSEN_COLUMN, count),
        OTHERS: column(first + 1, CHOSEN_COLUMN, count - 1),
        OWN: at(OPTIMIZERS, first, CHOSEN_COLUMN, page.cells[first, CHOSEN_COLUMN].value),
        AT_RATES: column(tuned + 1, 3, rates),
    }
    own = kind_of(run)
    ahead = rank_from_below(smallest(OTHERS), AT_RATES) - 1
    begin = joined(Text("At epoch "), held(EPOCH, Integer(0), Integer(run.trace.epochs)), Text(" "))
    ours = joined(
        begin,
        Text(f"{own} has the lowest loss, but only at its present η: at "),
        rates - ahead,
        Text(f" of its {rates} learning rates it is not ahead of the best of the others. "),
        TUNED,
    )
    always = joined(
        begin,
        Text(f"{own} has the lowest loss at all its {rates} learning rates; each of the others "),
        Text("runs at one η only. "),
        TUNED,
    )
    theirs = joined(
        begin,
        lookup(KINDS, LOSSES_THERE, smallest(LOSSES_THERE)),
        Text(f" has the lowest loss; {own} would be ahead of it at "),
        ahead,
        Text(f" of its {rates} learning rates. "),
        TUNED,
    )
    lost = joined(begin, Text("no run of the others has a loss within the range of numbers."))
    leads = smallest(OTHERS) >= OWN
    sentence = Piecewise(
        (lost, Eq(numbers_in(OTHERS), 0)),
        (always, And(leads, ahead >= rates)),
        (ours, leads),
        (theirs, True),
    )
    return sentence, known


def _where(run: LessonLayout) -> str:
    return (
        f"{kind_of(run)} has the learning rate that is chosen on Parameters; each of the others "
        "has cells of its own there."
    )


def _step(page: PageBuilder, run: LessonLayout) -> None:
    """The step of an optimizer: name, sentence, settings, and equations for one weight."""
    kind = kind_of(run)
    words = SENTENCES[kind]
    page.cells[page.row, 1] = Cell(kind, "name")
    page.cells[page.row, 2] = Cell(words, "wrapped")
    page.merges.append(Area(page.row, 2, page.row, LAST_COLUMN))
    page.heights[page.row] = LINE_POINTS * ceil(len(words) / CHARACTERS)
    page.cells[page.row + 1, 2] = _settings(run)
    page.row += 2
    for equation in update(run.lesson.training, run.derived.weights[0]):
        page.typeset(equation, 2, LARGE)
    page.row += 1


def _settings(run: LessonLayout) -> Cell:
    """The settings as text, such as η = 0.2, β1 = 0.9, from the sheet Parameters."""
    known: dict[Symbol, Known] = _steering_cells(run)
    parts = [
        part
        for n, symbol in enumerate(known)
        for part in (Text(f"{', ' if n else ''}{symbol.name} = "), number_text(symbol))
    ]
    return computed(joined(*parts), known, "muted")


def _steering_cells(run: LessonLayout) -> dict[Symbol, Known]:
    """The cells of the learning rate and the settings; compared optimizers have their own."""
    own = {s: own_symbol(s, kind_of(run)) for s in (LEARNING_RATE, *run.derived.settings)}
    return {
        symbol: run.parameters[name if name in run.parameters else symbol]
        for symbol, name in own.items()
    }
