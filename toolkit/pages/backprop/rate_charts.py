"""Charts of the losses at all learning rates, on the same axes whatever the parameters are."""

from collections.abc import Sequence

from sympy import Expr, Integer, Min

from toolkit.book.known import ABOVE, Known, in_row
from toolkit.book.live import computed
from toolkit.book.sheet import Chart, Series
from toolkit.book.tables import Cell, Column, Table
from toolkit.book.theme import PALETTE
from toolkit.network.derivation import EPOCH, LOSS
from toolkit.pages.backprop.curves import Curve
from toolkit.pages.backprop.layout import RATES
from toolkit.pages.backprop.trends import BEGIN, GROWTH, LOSSES
from toolkit.symbols.choices import if_number
from toolkit.symbols.equation import Equation, Previous, quantity
from toolkit.symbols.lookups import element
from toolkit.symbols.numeric import function

GREY = "C4CCD4"
MOST_BESIDE = 12  # with more rates, a chart shows its own rate only
CEILING, A_LOSS = quantity("ceiling"), quantity("a loss")
# Without a ceiling, one run that diverges would make all others look like 0.
BELOW_CEILING: Expr = if_number(A_LOSS, Min(A_LOSS, CEILING), CEILING)
CEILING_WORDS = (
    "The curves as the charts draw them: a loss above twice the initial loss is drawn at this limit"
)


def ceiling(curve: Curve) -> Cell:
    """Twice the initial loss, at which the curves are cut off."""
    return computed(if_number(BEGIN, GROWTH * BEGIN, Integer(1)), curve.known(), "fit")


def curve_table(curves: Sequence[Curve], row: int, limit: Known) -> Table:
    """The losses of all rates, one column each, as the charts draw them."""
    epochs = range(len(curves[0].table.columns[0].values))
    epoch = Column(
        EPOCH.name,
        list(epochs),
        style="integer",
        formula=_formula(Previous(EPOCH) + 1, {}),
        first=_formula(Integer(0), {}),
    )
    return Table(row, 1, (epoch, *(_column(curve, limit) for curve in curves)))


def _column(curve: Curve, limit: Known) -> Column:
    losses = curve.known()[LOSSES]
    (below,) = (function([A_LOSS, CEILING], [Equation(quantity("y"), BELOW_CEILING)], single=True),)
    values = [below(loss, limit.value)[0] for loss in losses.values]
    present = element(LOSSES, EPOCH + 1)
    formula = _formula(BELOW_CEILING.xreplace({A_LOSS: present}), {LOSSES: losses, CEILING: limit})
    return Column(curve.name, values, style="fit", formula=formula)


def _formula(expr: Expr, known: dict[object, Known]) -> str:
    """A formula of the table, whose first column holds the epochs."""
    epochs = {EPOCH: in_row(1), Previous(EPOCH): in_row(1, row=ABOVE)}
    return Equation(quantity("y"), expr).formula(
        lambda symbol: epochs[symbol] if symbol in epochs else known[symbol].address
    )


def all_rates(names: Sequence[Known], lines: Table) -> Chart:
    """A chart with the losses of all learning rates, for the sheet Parameters."""
    series = tuple(_line(name, lines, n) for n, name in enumerate(names))
    return Chart(
        "Loss for each learning rate",
        "epoch",
        LOSS.name,
        series,
        row=7,
        column=6,
        width=15.5,
        height=11 + 0.5 * max(0, len(series) // 3 - 2),  # the legend takes three names a line
        y_min=0,
    )


def _line(name: Known, lines: Table, rate: int, ink: str | None = None) -> Series:
    return Series(name, lines.known(RATES, 0), lines.known(RATES, rate + 1), ink=ink)


def small_chart(
    names: Sequence[Known], lines: Table, rate: int, mark: Series, place: tuple[int, int]
) -> Chart:
    """The loss at one rate in colour, the others in grey, and the chosen epoch as a dot.

    Each chart draws all lines, so all have the same axes, even after a change of the parameters.
    """
    others = [n for n in range(len(names)) if n != rate] if len(names) <= MOST_BESIDE else []
    ink = PALETTE[rate % len(PALETTE)]
    grey = tuple(_line(names[n], lines, n, GREY) for n in others)
    return Chart(
        "",
        "epoch",
        LOSS.name,
        (*grey, _line(names[rate], lines, rate, ink), mark),
        row=place[0],
        column=place[1],
        width=9.8,
        height=3.6,
        y_min=0,
        legend=False,
        alt=f"Chart: {LOSS.name} over epochs at {names[rate].value}; grey: the other rates.",
    )


def mark(name: Known, epoch: Known, loss: Known, rate: int) -> Series:
    """A dot at the chosen epoch."""
    return Series(name, epoch, loss, dots=True, line=False, ink=PALETTE[rate % len(PALETTE)])
