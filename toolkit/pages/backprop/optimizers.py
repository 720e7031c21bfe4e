"""The optimizers side by side: results, losses at some epochs, a chart, how each makes a step.

And the sheet of each: its table, read from cells of its own on the sheet of parameters.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from sympy import Symbol

from toolkit.book.address import Area
from toolkit.book.live import computed
from toolkit.book.sheet import Cell, Chart, Known, Picture, Sheet, Table, at
from toolkit.book.typesetting import draw
from toolkit.network.derivation import LEARNING_RATE, LOSS
from toolkit.network.optimizers import update
from toolkit.pages.backprop import table
from toolkit.pages.backprop.curves import WIDTHS, Cells, Curve, chosen, goal_cells, summaries
from toolkit.pages.backprop.layout import BACKPROP, OPTIMIZERS, START, Worked, own_symbol
from toolkit.pages.backprop.lines import LARGE, LINE_POINTS, PADDING
from toolkit.symbols.equation import Equation
from toolkit.symbols.plain import plain
from toolkit.symbols.text import Text, joined, number_text
from toolkit.symbols.typeset import typeset_equation

HEADING_ROW = 6
LAST_COLUMN, CHART_ROWS = 8, 27
CHARACTERS = 120  # of a sentence on one line
TITLE = "Optimizers"
SENTENCES = {
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


def kind_of(worked: Worked) -> str:
    """The name of its optimizer, which is also that of its sheet where it is compared."""
    return worked.lesson.training.optimizer


def own_table(one: Worked) -> Table:
    """The table of an optimizer that is compared, which reads settings of its own."""
    kind = kind_of(one)
    own = {symbol: own_symbol(symbol, kind) for symbol in one.derived.settings}
    updates = tuple(Equation(e.symbol, e.expr.xreplace(own)) for e in one.derived.updates)
    named = replace(one, derived=replace(one.derived, updates=updates))
    return table.table(named, 0, own_symbol(LEARNING_RATE, kind))


def own_sheet(one: Worked, made: Table) -> Sheet:
    """That table with its heading."""
    kind = kind_of(one)
    rate = {LEARNING_RATE: one.parameters[own_symbol(LEARNING_RATE, kind)]}
    cells = {
        (1, 1): computed(joined(Text(f"{kind}: η = "), number_text(LEARNING_RATE)), rate, "title"),
        (2, 1): Cell("back", "link", link=OPTIMIZERS),
        (2, 2): Cell(f"to the comparison. {table.ROWS_HINT}", "muted"),
    }
    return table.page(kind, cells, made)


def curves(worked: Worked, chosen: Table, tables: Sequence[Table]) -> list[Curve]:
    """The lesson's own optimizer at the learning rate that is chosen, then those compared."""
    own = Curve(kind_of(worked), BACKPROP, chosen, worked.parameters[LEARNING_RATE])
    others = [
        Curve(kind, kind, made, worked.parameters[own_symbol(LEARNING_RATE, kind)])
        for kind, made in zip(map(kind_of, worked.compared), tables, strict=True)
    ]
    return [own, *others]


def _comparison(found: Sequence[Curve], row: int) -> Chart:
    """The losses of all of them over the epochs."""
    series = tuple(
        curve.line(at(OPTIMIZERS, below, 1, curve.name))
        for below, curve in enumerate(found, HEADING_ROW + 1)
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


def sheet(worked: Worked, found: Sequence[Curve]) -> Sheet:
    """What the optimizers have in common and in which they differ."""
    below = HEADING_ROW + len(found) + 2
    top = below + len(found) + 3
    page = _Steps(top + CHART_ROWS)
    page.block(worked)
    for one in worked.compared:
        page.block(one)
    cells = {
        (1, 1): Cell(OPTIMIZERS, "title"),
        (2, 1): Cell(
            "The same network, data and start; only what is made of the gradient differs.", "muted"
        ),
        (2, 6): Cell(START, "link", link=START),
        **goal_cells(worked),
        (4, 1): Cell(_where(worked), "muted"),
        **summaries(worked, found, OPTIMIZERS, HEADING_ROW, "optimizer"),
        **chosen(worked, found, OPTIMIZERS, below, "optimizer"),
    }
    return Sheet(
        OPTIMIZERS,
        cells | page.cells,
        charts=(_comparison(found, top),),
        widths=WIDTHS,
        heights=page.heights,
        pictures=tuple(page.pictures),
        merges=tuple(page.merges),
        tab="009E73",
        pages_high=1,
        portrait=True,
    )


def _where(worked: Worked) -> str:
    return (
        f"{kind_of(worked)} has the learning rate that is chosen on Parameters; each of the others "
        "has cells of its own there."
    )


@dataclass
class _Steps:
    """How each optimizer makes a step, while it is being written down."""

    row: int
    cells: Cells = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)
    merges: list[Area] = field(default_factory=list)

    def block(self, worked: Worked) -> None:
        """Its name, a sentence, its settings, the equations of the first weight."""
        kind = kind_of(worked)
        words = SENTENCES[kind]
        self.cells[self.row, 1] = Cell(kind, "name")
        self.cells[self.row, 2] = Cell(words, "wrapped")
        self.merges.append(Area(self.row, 2, self.row, LAST_COLUMN))
        self.heights[self.row] = LINE_POINTS * ceil(len(words) / CHARACTERS)
        self.cells[self.row + 1, 2] = _settings(worked)
        self.row += 2
        for equation in update(worked.lesson.training, worked.derived.weights[0]):
            self._equation(equation)
        self.row += 1

    def _equation(self, equation: Equation) -> None:
        drawn = draw(typeset_equation(equation.symbol, equation.expr), LARGE)
        alt = f"{equation.symbol.name} = {plain(equation.expr)}"
        self.pictures.append(Picture(drawn.png, alt, self.row, 2, drawn.width, drawn.height))
        self.heights[self.row] = round(drawn.height * 0.75 + PADDING, 2)
        self.row += 1


def _settings(worked: Worked) -> Cell:
    """η = 0.2, β1 = 0.9, …, as they stand on the sheet of parameters."""
    known: dict[Symbol, Known] = _steering_cells(worked)
    parts = [
        part
        for n, symbol in enumerate(known)
        for part in (Text(f"{', ' if n else ''}{symbol.name} = "), number_text(symbol))
    ]
    return computed(joined(*parts), known, "muted")


def _steering_cells(worked: Worked) -> dict[Symbol, Known]:
    """The cells of its learning rate and its settings, where it is compared its own."""
    own = {s: own_symbol(s, kind_of(worked)) for s in (LEARNING_RATE, *worked.derived.settings)}
    return {
        symbol: worked.parameters[name if name in worked.parameters else symbol]
        for symbol, name in own.items()
    }
