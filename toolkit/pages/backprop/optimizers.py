"""The sheet that compares the optimizers, and one sheet for each of them.

The comparison shows results, losses at some epochs, a chart, and the step of each optimizer. The
table of each optimizer reads its own settings on the sheet Parameters.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from sympy import Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at
from toolkit.book.live import computed
from toolkit.book.page import PageBuilder
from toolkit.book.regions import open_areas
from toolkit.book.sheet import Chart, Sheet
from toolkit.book.tables import Cell, Table
from toolkit.network.derivation import LEARNING_RATE, LOSS
from toolkit.network.lesson import Optimizer
from toolkit.network.optimizers import update
from toolkit.pages.backprop import table
from toolkit.pages.backprop.layout import BACKPROP, OPTIMIZERS, START, LessonLayout, own_symbol
from toolkit.pages.backprop.lines import LARGE, LINE_POINTS
from toolkit.pages.backprop.loss_curves import WIDTHS, Curve, chosen, goal_cells, summaries
from toolkit.symbols.equation import Equation
from toolkit.symbols.text import Text, joined, number_text

HEADING_ROW = 6
LAST_COLUMN, CHART_ROWS = 8, 27
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


def own_sheet(one: LessonLayout, epochs: Table) -> Sheet:
    """The table of a compared optimizer as a sheet with a heading."""
    kind = kind_of(one)
    rate = {LEARNING_RATE: one.parameters[own_symbol(LEARNING_RATE, kind)]}
    cells = {
        (1, 1): computed(joined(Text(f"{kind}: η = "), number_text(LEARNING_RATE)), rate, "title"),
        (2, 1): Cell("back", "link", link=OPTIMIZERS),
        (2, 2): Cell(f"to the comparison. {table.ROWS_HINT}", "muted"),
    }
    return table.page(kind, cells, epochs)


def curves(run: LessonLayout, chosen: Table, tables: Sequence[Table]) -> list[Curve]:
    """The lesson's own optimizer at the selected learning rate, then the compared ones."""
    own = Curve(kind_of(run), BACKPROP, chosen, run.parameters[LEARNING_RATE])
    others = [
        Curve(kind, kind, own_rows, run.parameters[own_symbol(LEARNING_RATE, kind)])
        for kind, own_rows in zip(map(kind_of, run.compared), tables, strict=True)
    ]
    return [own, *others]


def _comparison(losses: Sequence[Curve], row: int) -> Chart:
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
        row=row,
        column=1,
        width=28,
        height=13,
        y_min=0,
    )


def sheet(run: LessonLayout, losses: Sequence[Curve]) -> Sheet:
    """The common features of the optimizers, and their differences."""
    below = HEADING_ROW + len(losses) + 2
    top = below + len(losses) + 3
    page = PageBuilder(
        OPTIMIZERS,
        row=top + CHART_ROWS,
        widths=dict(WIDTHS),
        tab="009E73",
        pages_high=1,
        portrait=True,
    )
    page.cells |= {
        (1, 1): Cell(OPTIMIZERS, "title"),
        (2, 1): Cell(
            "The same network, data and start; only what is made of the gradient differs.", "muted"
        ),
        (2, 6): Cell(START, "link", link=START),
        **goal_cells(run),
        (4, 1): Cell(_where(run), "muted"),
        **summaries(run, losses, OPTIMIZERS, HEADING_ROW, "optimizer"),
        **chosen(run, losses, OPTIMIZERS, below, "optimizer"),
    }
    page.charts.append(_comparison(losses, top))
    page.controls += open_areas(page.cells)
    page.effects += page.charts
    for one in (run, *run.compared):
        _step(page, one)
    return page.finish()


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
