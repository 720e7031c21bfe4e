"""The quantities of all samples but the first, line by line and without sentences."""

from toolkit.book.address import Area
from toolkit.book.known import at
from toolkit.book.live import computed
from toolkit.book.sheet import FirstView, Sheet
from toolkit.book.tables import Cell
from toolkit.pages.backprop.layout import OTHERS, START, LessonLayout
from toolkit.pages.backprop.lines import MOST_TERMS, QuantityCells
from toolkit.symbols.equation import Equation
from toolkit.symbols.long_sums import abridged, split_sums
from toolkit.symbols.plain import plain
from toolkit.symbols.text import number_in_brackets

FIRST_ROW = 5
HEADINGS = ("quantity", "equation", "value", "as text")
WIDTHS = {1: 20, 2: 90, 3: 16, 4: 14}
FIRST_LINES = 15  # seen without scrolling
QUESTION = "What do the same equations give for the samples after the first?"
FINDING = (
    "Every sample uses the same weights; only its inputs and its targets differ. The number in "
    "brackets is that of the sample."
)


def sheet(run: LessonLayout, quantities: QuantityCells) -> Sheet:
    """The quantities of these samples to which the steps refer.

    They are computed again instead of being read from the table, because LibreOffice (7.4) returns
    errors if sheets before a long table refer to single cells of its columns.
    """
    cells = {
        (1, 1): Cell("The other samples at the start", "title"),
        (2, 1): Cell(QUESTION, "text"),
        (3, 1): Cell(FINDING, "bold"),
        (1, 3): Cell(START, "link", link=START),
        **{(FIRST_ROW - 1, n): Cell(h, "heading") for n, h in enumerate(HEADINGS, 1)},
    }
    for row, equation in enumerate(split_sums(equations(run)), FIRST_ROW):
        value = computed(equation.expr, quantities.values, "value")
        cells[row, 1] = Cell(equation.symbol.name, "symbol")
        cells[row, 2] = Cell(plain(abridged(equation.expr, MOST_TERMS)), "equation")
        cells[row, 3] = value
        here = at(OTHERS, row, 3, value.value)
        rounded = computed(number_in_brackets(equation.symbol), {equation.symbol: here}, "rounded")
        cells[row, 4] = rounded
        quantities.values[equation.symbol] = here
        quantities.texts[equation.symbol] = at(OTHERS, row, 4, rounded.value)
    return Sheet(
        OTHERS,
        cells,
        widths=WIDTHS,
        heights={1: 26.0},
        freeze=(FIRST_ROW, 2),
        tab="CC79A7",
        portrait=True,
        hidden=(4,),
        first_view=FirstView(
            question=Area.of(2, 1),
            effects=(Area.of(FIRST_ROW, 3, min(FIRST_LINES, row - FIRST_ROW + 1)),),
            finding=Area.of(3, 1),
        ),
    )


def equations(run: LessonLayout) -> list[Equation]:
    """The equations of the forward pass and the inner gradients, for all samples but the first."""
    roles = run.derived.roles
    forward = [e for e in run.derived.forward if roles[e.symbol].sample > 1]
    inner = [
        e for e in run.derived.gradients if e.symbol.wrt in roles and roles[e.symbol.wrt].sample > 1
    ]
    return forward + inner
