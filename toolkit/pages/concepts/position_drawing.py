"""The network of six convolutions and a pool or transition as blocks, in the first view."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sympy import Eq, Expr, Integer, Max, Piecewise, Rational, Symbol, floor

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.pages.concepts.page import FIRST, LABEL, PALE, STAGE, Page
from toolkit.pages.concepts.position_layers import CHANNELS, COUNTED, SIDES, WORK
from toolkit.pages.concepts.positions import COUNT, NARROW, POOL, POSITION, SIDE, Settings, named
from toolkit.symbols.bounds import number_of
from toolkit.symbols.choices import matching
from toolkit.symbols.lookups import element
from toolkit.symbols.text import Text, fixed_text, grouped_text, joined

LEVELS = 12  # cells in the block of the whole image
LEFT = FIRST + 2  # the column of the image
ORANGE, BLUE = "F0A36B", "A9D6F5"
IMAGE, POOLED, NARROWED, CONVOLVED = Rational(2, 5), Integer(-1), Rational(-1, 2), Integer(1)
CELLS, MILLIONS, WEIGHTS, LAST, HERE, ONE = (
    Symbol(name) for name in ("cells", "millions", "weights", "last", "here", "one")
)
Reads = Mapping[Symbol, Known]


def draw(page: Page, chosen: Settings, layers: int, table: int, what: str) -> None:
    """Draw a block for each layer, say what the network costs, and list the costs by position.

    `layers` and `table` are the rows of the headings of the two tables that hold the numbers, and
    `what` moves: "the pool" or "the transition".
    """
    known = chosen.sizes | {POSITION: chosen.position}
    count = COUNT + (1 if chosen.narrow is None else 2)
    for row, words in ((13, "side"), (14, "maps"), (15, "thousand multiply-adds")):
        page.label((STAGE + row, LEFT - 1), words, "symbol")
    _image(page, known)
    for n in range(1, count + 1):
        _draw(page, chosen, n, layers, known)
    blocks = Area.of(STAGE + 1, LEFT, LEVELS, count + 1)
    page.shade(blocks, high=BLUE, low=ORANGE, end=1)
    answer = STAGE + 5
    _answer(page, answer, chosen, layers)
    _list(page, answer + 2, chosen, table, what)
    page.effects = [Area.of(answer, LABEL, 2, 2), blocks]


def _image(page: Page, known: Reads) -> None:
    page.label((STAGE, LEFT), "image", "tally total")
    for level in range(LEVELS):
        page.fixed((STAGE + LEVELS - level, LEFT), float(IMAGE), "shade")
    page.compute((STAGE + 13, LEFT), number_of(SIDE), known, "centred count")
    page.fixed((STAGE + 14, LEFT), 1, "centred count")


@dataclass(frozen=True)
class _Block:
    """The block number `n` (from 1) of a network with a pool, and perhaps a 1x1, at a position."""

    n: int
    position: Expr
    narrow: bool

    @property
    def convolution(self) -> Expr:
        """The number of the convolution here, if the block is one."""
        behind = max(1, self.n - (2 if self.narrow else 1))
        return Piecewise((Integer(min(self.n, COUNT)), self.position >= self.n), (behind, True))

    def cases(self, pooled: Expr, narrowed: Expr, convolved: Expr) -> Expr:
        """One of three answers, by what the block is."""
        one = [(narrowed, Eq(self.position, self.n - 2))] if self.narrow else []
        return Piecewise((pooled, Eq(self.position, self.n - 1)), *one, (convolved, True))

    def pooled(self, first: Expr) -> Expr:
        """The cell of the convolution before the pool, or `first` if there is none."""
        before = element(CELLS, Integer(1), Max(1, self.position))
        return Piecewise((first, Eq(self.position, 0)), (before, True))


def _draw(page: Page, chosen: Settings, n: int, layers: int, known: Reads) -> None:
    """Block number `n`: its name, its height by the side of its maps, and its numbers."""
    column = LEFT + n
    block = _Block(n, chosen.place, chosen.narrow is not None)
    here = element(CELLS, Integer(1), block.convolution)
    name = joined(Text("conv "), fixed_text(block.convolution, Integer(0)))
    page.compute(
        (STAGE, column), block.cases(Text("pool"), Text("1x1"), name), known, "tally total"
    )
    small = floor(block.pooled(number_of(SIDE)) / Max(1, POOL))
    numbers = []
    for row, line, expr in (
        (13, SIDES, block.cases(small, small, here)),
        (14, CHANNELS, block.cases(block.pooled(Integer(1)), number_of(NARROW), here)),
        (15, WORK, block.cases(Integer(0), ONE, here)),
    ):
        operands = {**known, CELLS: _across(page, layers + line)}
        if chosen.narrow is not None:
            operands |= {NARROW: chosen.narrow, ONE: page.known((layers + WORK, FIRST + COUNT))}
        numbers.append(page.compute((STAGE + row, column), expr, operands, "centred count"))
    kind = block.cases(POOLED, NARROWED, CONVOLVED)
    for level in range(LEVELS):
        fill = Piecewise((kind, number_of(SIDE) * level < HERE * LEVELS), (Integer(0), True))
        operands = {**known, HERE: numbers[0]}
        page.compute((STAGE + LEVELS - level, column), fill, operands, "shade")


def _across(page: Page, row: int) -> Known:
    """The cells of the six convolutions in a row of the table of layers."""
    values = [float(str(page.cells[row, FIRST + n].value)) for n in range(COUNT)]
    return page.reach(Area.of(row, FIRST, wide=COUNT), np.array([values]))


def _answer(page: Page, row: int, chosen: Settings, layers: int) -> None:
    """What the network costs, in a sentence."""
    together = FIRST + COUNT + (0 if chosen.narrow is None else 1)
    known = {
        MILLIONS: page.known((layers + WORK, together)),
        WEIGHTS: page.known((layers + COUNTED, together)),
        LAST: page.known((layers + SIDES, FIRST + COUNT - 1)),
    }
    costs = joined(
        fixed_text(MILLIONS / 1000, Integer(2)),
        Text(" million multiply-adds for one image, and "),
        grouped_text(WEIGHTS),
        Text(" weights."),
    )
    none = Text("Too many convolutions for this image: no map is left.")
    expr = Piecewise((none, LAST < 1), (costs, True))
    page.compute((row, LABEL), expr, known, "finding")
    page.merges.append(Area.of(row, LABEL, 2, 2))


def _list(page: Page, top: int, chosen: Settings, table: int, what: str) -> None:
    """The multiply-adds for each position, with a mark beside the reader's."""
    page.headings((top, LABEL), [f"multiply-adds if {what} stands", "millions"])
    positions = range(chosen.first, COUNT + 1)
    for n, position in enumerate(positions, 1):
        mark = matching(chosen.place, Integer(position), Text("  ← yours"), Text(""))
        words = joined(Text(named(position)), mark)
        page.compute((top + n, LABEL), words, {POSITION: chosen.position}, "label")
        known = {MILLIONS: page.known((table + n, FIRST + COUNT))}
        page.compute((top + n, FIRST), MILLIONS, known, "short right")
    page.shade(Area.of(top + 1, FIRST, len(positions)), high=PALE)
