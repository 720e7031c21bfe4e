"""The gradient check: every derived gradient compared with a difference quotient of the loss."""

from collections.abc import Sequence
from typing import cast

import numpy as np
from sympy import Eq, Integer, Piecewise, Symbol

from toolkit.book.address import Area, Operand
from toolkit.book.known import Known, at, constant, down, in_row
from toolkit.book.live import computed
from toolkit.book.regions import open_areas
from toolkit.book.sheet import FirstView, Sheet
from toolkit.book.tables import Cell, Column, Table
from toolkit.network.derivation import LOSS
from toolkit.network.trace import start_values
from toolkit.pages.backprop.layout import CHECK, START, LessonLayout
from toolkit.symbols.choices import relative_error, verdict
from toolkit.symbols.equation import Equation, Gradient, quantity
from toolkit.symbols.numeric import function
from toolkit.symbols.ranges import length
from toolkit.symbols.records import occurrences
from toolkit.symbols.text import Text, joined

STEP, BOUND = 1e-4, 1e-5
MOST_CELLS = 60_000  # the limit for the two forward passes of all parameters
STEP_ROW, BOUND_ROW, FIRST_ROW = 4, 5, 8
HEADINGS = (
    "parameter",
    "loss, a little more",
    "loss, a little less",
    "difference quotient",
    "derived gradient",
    "relative error",
    "verdict",
)
WIDTHS = {1: 16, 2: 20, 3: 20, 4: 20, 5: 18, 6: 16, 7: 12}
H, LIMIT, UP, LOW, QUOTIENT, SLOPE, OFF, ALL = (
    quantity(n) for n in ("h", "bound", "up", "low", "quotient", "slope", "off", "verdicts")
)
AT_START, SIGN, MOVED, NAME = map(quantity, ("at the start", "by h times", "moved", "name"))
VALUE = AT_START + Piecewise((SIGN * H, Eq(MOVED, NAME)), (Integer(0), True))
FIRST_VERDICTS = 16  # seen without scrolling
QUESTION = "Do the gradients of the chain rule agree with differences of two losses?"
METHOD = (
    "Each parameter is moved up and down by h, and (loss up - loss down) / 2h is compared with the "
    "gradient."
)
VERDICTS = quantity("verdicts")


def all_pass() -> Piecewise:
    """A sentence on the range VERDICTS: whether all gradients pass, or how many fail."""
    passed = occurrences(VERDICTS, Text("pass"))
    bad = joined(
        Text("fail: "), length(VERDICTS) - passed, Text(" of the gradients, see Gradient check")
    )
    good = joined(
        Text("pass: all "), length(VERDICTS), Text(" gradients agree with differences of losses")
    )
    return Piecewise((good, passed >= length(VERDICTS)), (bad, True))


def checked(run: LessonLayout) -> list[Symbol]:
    """All parameters, or evenly spaced ones if a sheet of all would be too long to read."""
    parameters = list(run.derived.parameters)
    width = len(parameters) + len(run.derived.columns)
    most = max(1, MOST_CELLS // (2 * width))
    return parameters[:: -(-len(parameters) // most)]


def sheet(run: LessonLayout, slopes: dict[Symbol, Known]) -> Sheet:
    """The verdicts, and below them the table from which they are computed."""
    parameters = checked(run)
    table = _table(run, parameters)
    cells = {
        (1, 2): Cell("Gradient check", "title"),
        (2, 2): Cell(QUESTION),
        (1, 7): Cell(START, "link", link=START),
        (STEP_ROW, 1): Cell("h", "symbol"),
        (STEP_ROW, 2): Cell(STEP, "input"),
        (STEP_ROW, 3): Cell(METHOD, "note"),
        (BOUND_ROW, 1): Cell("bound", "symbol"),
        (BOUND_ROW, 2): Cell(BOUND, "input"),
        (BOUND_ROW, 3): Cell("the relative error that passes", "note"),
        **{(FIRST_ROW - 1, n): Cell(h, "heading") for n, h in enumerate(HEADINGS, 1)},
    }
    for number, parameter in enumerate(parameters):
        cells |= _verdict(parameter, FIRST_ROW + number, table, 2 * number, slopes)
    last = FIRST_ROW + len(parameters) - 1
    values = [cells[row, 7].value for row in range(FIRST_ROW, last + 1)]
    known = {VERDICTS: down(CHECK, FIRST_ROW, 7, values)}
    cells[3, 2] = computed(all_pass(), known, "bold")
    return Sheet(
        CHECK,
        cells,
        (table,),
        widths=WIDTHS,
        heights={1: 26.0},
        freeze=(FIRST_ROW, 2),
        tab="56B4E9",
        verdicts=(Area(FIRST_ROW, 7, last, 7),),
        first_view=FirstView(
            question=Area.of(2, 2),
            controls=open_areas(cells),
            effects=(Area(FIRST_ROW, 7, min(last, FIRST_ROW + FIRST_VERDICTS - 1), 7),),
            finding=Area.of(3, 2),
        ),
    )


def verdicts(sheet: Sheet) -> Known:
    """The range of all verdicts on the sheet."""
    (area,) = sheet.verdicts
    return down(CHECK, area.row, area.column, [sheet.cells[place].value for place in area.places])


def _verdict(
    parameter: Symbol, row: int, table: Table, first: int, slopes: dict[Symbol, Known]
) -> dict[tuple[int, int], Cell]:
    """The row of a parameter: losses, difference quotient, gradient and verdict."""
    losses = table.columns[-1].values
    column = table.column + len(table.columns) - 1
    up, low = (
        at(CHECK, table.row + 1 + n, column, float(cast("float", losses[n])))
        for n in (first, first + 1)
    )
    known = {H: at(CHECK, STEP_ROW, 2, STEP), LIMIT: at(CHECK, BOUND_ROW, 2, BOUND)}
    known |= {UP: up, LOW: low, SLOPE: slopes[Gradient(LOSS, parameter)]}
    quotient = computed((UP - LOW) / (2 * H), known)
    known[QUOTIENT] = at(CHECK, row, 4, quotient.value)
    off = computed(relative_error(QUOTIENT, SLOPE), known, "tiny")
    known[OFF] = at(CHECK, row, 6, off.value)
    return {
        (row, 1): Cell(parameter.name, "symbol"),
        (row, 2): computed(UP, known, "loss"),
        (row, 3): computed(LOW, known, "loss"),
        (row, 4): Cell(quotient.value, "loss", quotient.formula),
        (row, 5): computed(SLOPE, known, "loss"),
        (row, 6): off,
        (row, 7): computed(verdict(OFF, LIMIT), known, "verdict"),
    }


def _table(run: LessonLayout, parameters: Sequence[Symbol]) -> Table:
    """Two forward passes for each parameter, with the parameter increased and decreased."""
    moved = [p.name for p in parameters for _ in range(2)]
    signs = np.tile([1.0, -1.0], len(parameters))
    values = _values(run, parameters)
    top = FIRST_ROW + len(parameters) + 2
    names = [*run.derived.parameters, *(e.symbol for e in run.derived.columns)]
    place = {symbol: in_row(n) for n, symbol in enumerate(names, 3)}

    def address(symbol: Symbol) -> Operand:
        return place[symbol] if symbol in place else run.parameters[symbol].address

    columns = [
        Column("moved", moved, "name", width=16),
        Column("by h times", signs, "integer", width=20),
        *(
            Column(p.name, values[p], formula=_moved(p, run), width=12)
            for p in run.derived.parameters
        ),
        *(
            Column(
                e.symbol.name,
                values[e.symbol],
                formula=e.formula(address),
                width=12,
                style="loss" if e.symbol == LOSS else "number",
            )
            for e in run.derived.columns
        ),
    ]
    return Table(top, 1, tuple(columns))


def _moved(parameter: Symbol, run: LessonLayout) -> str:
    """The formula of a parameter: its value, changed by h in the two rows that belong to it."""
    cells = {
        AT_START: run.parameters[parameter].address,
        MOVED: in_row(1, fixed=True),
        NAME: constant(parameter.name).address,
        SIGN: in_row(2, fixed=True),
        H: Area.of(STEP_ROW, 2, sheet=CHECK).absolute,
    }
    return Equation(parameter, VALUE).formula(lambda symbol: cells[symbol])


def _values(run: LessonLayout, parameters: Sequence[Symbol]) -> dict[Symbol, np.ndarray]:
    """The values of all quantities in these forward passes, each of shape (2 · parameters,)."""
    start = start_values(run.lesson, run.derived)
    rows = 2 * len(parameters)
    values = {s: np.full(rows, number) for s, number in start.items()}
    for number, parameter in enumerate(parameters):
        values[parameter][2 * number] += STEP
        values[parameter][2 * number + 1] -= STEP
    compute = function(list(start), run.derived.columns)
    with np.errstate(all="ignore"):
        results = compute(*values.values())
    names = [e.symbol for e in run.derived.columns]
    return values | {s: np.broadcast_to(r, rows) for s, r in zip(names, results, strict=True)}
