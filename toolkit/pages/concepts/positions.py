"""The costs of one pool at each position among six convolutions, for two concepts."""

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Add, Expr, Integer, Max, Piecewise, Symbol, floor

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.sheet import Series
from toolkit.pages.concepts.page import FIRST, LABEL, STAGE, Page
from toolkit.symbols.bounds import held, number_of
from toolkit.symbols.choices import matching
from toolkit.symbols.equation import Equation
from toolkit.symbols.text import Text, joined

CHANNELS = (8, 16, 16, 16, 24, 28)
COUNT = len(CHANNELS)
CHANNELS_ROW = STAGE + 18  # the row of the yellow channels
SIDE, KERNEL, POOL, POSITION = (Symbol(n) for n in ("n", "k", "s", "p"))
IN, OUT, NARROW, WEIGHTS = (Symbol(name) for name in ("c_in", "c_out", "c_t", "w"))
# For one convolution: the side of its maps, its weights, and its multiply-adds.
SIDE_AFTER = Equation(Symbol("side"), SIDE - KERNEL + 1)
PARAMETERS = Equation(Symbol("weights"), KERNEL**2 * IN * OUT)
PRODUCTS = Equation(Symbol("products"), WEIGHTS * SIDE_AFTER.symbol**2)
FIELD = Equation(
    Symbol("field"),
    1 + (KERNEL - 1) * POSITION + (POOL - 1) + (KERNEL - 1) * POOL * (COUNT - POSITION),
)
# Conditions on the yellow cells: blank and text count as 0, kernels and divisors as at least 1.
SAFE = {symbol: number_of(symbol) for symbol in (SIDE, IN, OUT, NARROW)} | {
    KERNEL: Max(1, number_of(KERNEL)),
    POOL: Max(1, POOL),
}
LAST = Symbol("last")  # the side of the last maps
COLUMNS = ("million products", "weights", "thousand cells", "receptive field")


@dataclass(frozen=True)
class Settings:
    """The yellow cells: sizes, the position, and the channels of each convolution.

    `narrow` is the number of channels that a 1x1 convolution after the pool leaves, or None.
    """

    sizes: dict[Symbol, Known]
    position: Known
    channels: tuple[Known, ...]
    narrow: Known | None

    @property
    def first(self) -> int:
        """The first position: a pool may precede all convolutions, but a 1x1 may not."""
        return 0 if self.narrow is None else 1

    @property
    def place(self) -> Expr:
        """The position in formulas, limited to its bounds for any input."""
        return held(POSITION, Integer(self.first), Integer(COUNT))


def named(position: int) -> str:
    """The name of a position."""
    return f"after convolution {position}" if position else "before convolution 1"


def settings(page: Page, narrow: int | None) -> Settings:
    """Write the cells to change into the next free rows, and the channels into row CHANNELS_ROW."""
    least = 0 if narrow is None else 1
    words = f"position: after convolution ({least} to {COUNT})"
    position = page.setting(words, 2, least, COUNT, whole=True)
    left = None
    if narrow is not None:
        left = page.setting("channels after the 1x1", narrow, 1, 256, whole=True)
    sizes = {
        SIDE: page.setting("side of the image", 28, 12, 64, whole=True),
        KERNEL: page.setting("side of the kernels", 3, 1, 5, whole=True),
        POOL: page.setting("side of the pool's windows", 2, 1, 4, whole=True),
    }
    row = CHANNELS_ROW
    page.headings((row - 1, LABEL), ["convolution", *map(str, range(1, COUNT + 1))])
    page.label((row, LABEL), "its channels")
    channels = tuple(
        page.input((row, FIRST + n), count, 1, 256, whole=True) for n, count in enumerate(CHANNELS)
    )
    return Settings(sizes, position, channels, left)


def table(page: Page, chosen: Settings, what: str) -> int:
    """Write a row for each position, with the sides of all maps, the totals, and a chart; return
    the row of its headings.
    """
    top = page.row
    words = [f"maps after conv {n}" for n in range(1, COUNT + 1)]
    page.headings((top, LABEL), [f"{what} stands", *words, *COLUMNS])
    for row, position in enumerate(range(chosen.first, COUNT + 1), top + 1):
        page.label((row, LABEL), named(position))
        _line(page, row, chosen, position)
        yours = matching(chosen.place, Integer(position), Text("← yours "), Text(""))
        mark = joined(yours, Piecewise((Text("no map left"), LAST < 1), (Text(""), True)))
        known = {POSITION: chosen.position, LAST: page.known((row, FIRST + COUNT - 1))}
        page.compute((row, FIRST + COUNT + len(COLUMNS)), mark, known, "bold")
    count = COUNT + 1 - chosen.first
    _chart(page, top, count, what)
    page.row = top + count + 17
    return top


def _line(page: Page, row: int, chosen: Settings, position: int) -> None:
    sides, before = [], chosen.sizes[SIDE]
    for n in range(COUNT):
        entering = floor(SIDE / POOL) if n == position else SIDE
        expr = Max(0, SIDE_AFTER.expr.subs(SIDE, entering))
        operands = chosen.sizes | {SIDE: before}
        before = page.compute((row, FIRST + n), expr.xreplace(SAFE), operands, "integer right")
        sides.append(before)
    _totals(page, row, chosen, position, sides)


def _totals(page: Page, row: int, chosen: Settings, position: int, sides: Sequence[Known]) -> None:
    known = dict(chosen.sizes)
    weights, products, cells = list[Expr](), list[Expr](), list[Expr]()
    entering: Known | int = 1
    for n, (side, out) in enumerate(zip(sides, chosen.channels, strict=True), 1):
        into, side_n, out_n = _named(known, n, entering, side, out)
        count = PARAMETERS.expr.subs({IN: into, OUT: out_n})
        weights.append(count)
        products.append(PRODUCTS.expr.subs({WEIGHTS: count, SIDE_AFTER.symbol: side_n}))
        cells.append(out_n * side_n**2)
        entering = out
        if n == position and chosen.narrow is not None:
            known[NARROW] = entering = chosen.narrow
            smaller = floor(side_n / POOL)
            weights.append(out_n * NARROW)
            products.append(out_n * NARROW * smaller**2)
            cells.append(NARROW * smaller**2)
    field = FIELD.expr.subs(POSITION, Integer(position))
    safe = SAFE | {symbol: number_of(symbol) for symbol in known if symbol not in SAFE}
    totals = (Add(*products) / 1_000_000, Add(*weights), Add(*cells) / 1_000, field)
    styles = ("short right", "integer right", "seconds right", "integer right")
    for column, (expr, style) in enumerate(zip(totals, styles, strict=True), FIRST + COUNT):
        page.compute((row, column), expr.xreplace(safe), known, style)


def _named(
    known: dict[Symbol, Known], n: int, entering: Known | int, side: Known, out: Known
) -> tuple[Expr, Symbol, Symbol]:
    """The symbols of the input and output of convolution number `n`."""
    side_n, out_n = Symbol(f"side {n}"), Symbol(f"out {n}")
    known |= {side_n: side, out_n: out}
    if isinstance(entering, int):
        return Integer(entering), side_n, out_n
    into = Symbol(f"in {n}")
    known[into] = entering
    return into, side_n, out_n


def _chart(page: Page, top: int, count: int, what: str) -> None:
    column = FIRST + COUNT
    names = [page.cells[top + n, LABEL].value for n in range(1, count + 1)]
    page.curve(
        f"Multiply-adds for one image, by where {what} stands",
        "position",
        "millions",
        [
            Series(
                page.known((top, column)),
                page.reach(Area.of(top + 1, LABEL, count), names),
                page.down((top + 1, column), count),
            )
        ],
        (top + count + 2, LABEL),
        bars=True,
        width=24,
        height=7.5,
        y_format="0.0",
        y_min=0,
    )
