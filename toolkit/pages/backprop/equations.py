"""Every equation behind the tables, with its value at the start."""

from collections.abc import Iterable

from sympy import Expr, Integer, Symbol

from toolkit.book.live import computed
from toolkit.book.sheet import Cell, Known, Sheet, at
from toolkit.network.derivation import EPOCH, LEARNING_RATE
from toolkit.pages.backprop.layout import EQUATIONS, PARAMETERS, Worked, rate_symbol
from toolkit.symbols.equation import Equation, Previous
from toolkit.symbols.plain import plain

WIDTHS = {1: 18, 2: 3, 3: 60, 4: 22}
ROWS_A_PAGE = 60
VALUE_COLUMN = 4


def sheet(worked: Worked) -> Sheet:
    """Forward pass, chain rule and updates, one line each; the values are live."""
    cells = {
        (1, 1): Cell("Equations", "title"),
        (2, 1): Cell("Each line is read as shown, as a formula and as a number.", "muted"),
        (2, VALUE_COLUMN): Cell(PARAMETERS, "link", link=PARAMETERS),
    }
    known = dict(worked.parameters)
    row = 4
    for heading, equations in _sections(worked):
        cells |= _section(heading, row)
        cells |= _lines(equations, row + 1, known)
        row += len(equations) + 2
    cells |= _section("Update, from one epoch to the next", row, "after epoch 1, rate A")
    cells |= _updates(worked, row + 1, known)
    pages = 1 if row + len(worked.derived.updates) <= ROWS_A_PAGE else None
    return Sheet(
        EQUATIONS,
        cells,
        widths=WIDTHS,
        freeze=(4, 1),
        tab="CC79A7",
        pages_high=pages,
        portrait=True,
    )


def _sections(worked: Worked) -> Iterable[tuple[str, tuple[Equation, ...]]]:
    yield "Forward pass", worked.derived.forward
    yield "Backward pass: the chain rule, from the loss to the weights", worked.derived.gradients


def _section(
    heading: str, row: int, values: str = "value at the start"
) -> dict[tuple[int, int], Cell]:
    value = Cell(values, "heading")
    return {(row, 1): Cell(heading, "subtitle"), (row, VALUE_COLUMN): value}


def _lines(
    equations: Iterable[Equation], row: int, known: dict[Symbol, Known]
) -> dict[tuple[int, int], Cell]:
    """One line an equation. Each reads the cells of the lines above it, which join `known`."""
    cells: dict[tuple[int, int], Cell] = {}
    for line, equation in enumerate(equations, row):
        cell = computed(equation.expr, known)
        known[equation.symbol] = at(EQUATIONS, line, VALUE_COLUMN, cell.value)
        cells |= _shown(equation, line)
        cells[line, VALUE_COLUMN] = cell
    return cells


def _shown(equation: Equation, row: int) -> dict[tuple[int, int], Cell]:
    return {
        (row, 1): Cell(equation.symbol.name, "symbol"),
        (row, 2): Cell("=", "text"),
        (row, 3): Cell(plain(equation.expr), "equation"),
    }


def _updates(worked: Worked, row: int, known: dict[Symbol, Known]) -> dict[tuple[int, int], Cell]:
    """One line an update, with its value after the first step at the first learning rate."""
    cells: dict[tuple[int, int], Cell] = {}
    before = known | {Previous(symbol): cell for symbol, cell in known.items()}
    before[LEARNING_RATE] = known[rate_symbol(worked.letters[0])]
    for line, update in enumerate(worked.derived.updates, row):
        cells |= _shown(update, line)
        cell = computed(update.expr.xreplace(first_step(worked)), before)
        cells[line, VALUE_COLUMN] = cell
        before[update.symbol] = at(EQUATIONS, line, VALUE_COLUMN, cell.value)
    return cells


def first_step(worked: Worked) -> dict[Symbol, Expr]:
    """What stands in for the counter and for what the optimizer remembers, in the first epoch."""
    remembered = {Previous(state): Integer(0) for state in worked.derived.states}
    return {EPOCH: Integer(1), **remembered}
