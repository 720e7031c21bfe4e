"""One weight's gradient taken apart: what it multiplied, times what came back from the loss."""

from dataclasses import dataclass

import numpy as np
from sympy import Expr, Integer, Symbol

from toolkit.book.address import Area
from toolkit.book.grid import moving
from toolkit.book.known import Known, constant
from toolkit.book.measure import points
from toolkit.book.sheet import Scale, Sheet
from toolkit.book.tables import Cell
from toolkit.convnet.stages import Stage
from toolkit.pages.live.layout import LivePage, filled
from toolkit.pages.live.numbered import by_case
from toolkit.pages.live.pixel import CELLS, DOWN, RIGHT
from toolkit.pages.live.region import Region
from toolkit.pages.live.sections import Columns, Lines, choices, contents, declare, pixel_page
from toolkit.pages.live.shading import NEGATIVE, POSITIVE
from toolkit.symbols.ranges import total

MAP, READ, ROW, COLUMN = (Symbol(n) for n in ("map", "map that it reads", "row", "column"))
X, G, PRODUCTS = Symbol("x"), Symbol("g"), Symbol("products")
PIXELS, COLUMNS, GAP = 11, 100, 2
PLACES = Columns(choice=22, read=28, words=42, value=68, merged=(5, 8, 8))
LINES = 5  # rows of choices and results, and the names of the squares
TITLE = "How one weight's gradient is computed"
QUESTION = (
    "Why does a weight have this gradient? Choose a kernel by the map that it makes and the map "
    "that it reads, and a weight by its row and its column."
)
FINDING = (
    "A weight's gradient is the sum of all cells that it multiplied, each times ∂L/∂z of the cell "
    "that it helped to make."
)


@dataclass(frozen=True)
class Slope:
    """A stage with kernels: what it reads, the gradients by its outputs z, and those by its
    kernels, each where it stands.
    """

    stage: Stage
    before: Region
    by_z: Region
    slopes: Region

    @property
    def name(self) -> str:
        """The name of the sheet of gradients."""
        return self.slopes.maps.sheet

    @property
    def side(self) -> int:
        """Cells of ∂L/∂z to a side."""
        return len(self.by_z.maps.values[0])


def weight_sheet(slopes: list[Slope]) -> Sheet:
    """A section for each stage with kernels."""
    page = pixel_page(TITLE, QUESTION, FINDING, PIXELS, COLUMNS)
    tops = []
    for slope in slopes:
        tops.append((slope.name, page.row))
        page.row = _section(slope, page.row, page) + 3
    contents(page, tops)
    declare(page)
    return page.finish()


def _section(slope: Slope, top: int, page: LivePage) -> int:
    """One stage from row `top` on; its last row."""
    page.cells[top, 2] = Cell(f"{slope.name}: a weight of your choice", "subtitle")
    count, inputs, size, _ = slope.stage.kernel.shape
    middle = size // 2 + 1
    starts = ((MAP, 1, count), (READ, 1, inputs), (ROW, middle, size), (COLUMN, middle, size))
    chosen = choices(page, top, starts, PLACES)
    lines = Lines(page, top, PLACES)
    squares = _Squares(page, slope, top + LINES + 1, chosen)
    products = squares.write()
    here = lines.add("all products added up", total(PRODUCTS), {PRODUCTS: products}, "decimals 6")
    known = chosen | {CELLS: slope.slopes.known}
    there = lines.add(f"∂L/∂k on sheet {slope.name}", _on_sheet(slope), known, "decimals 6")
    lines.compare(here, there)
    last = squares.row + slope.side
    page.heights |= dict.fromkeys(range(squares.row + 1, last + 1), points(PIXELS))
    return last


def _on_sheet(slope: Slope) -> Expr:
    """The gradient of the chosen weight on the sheet of gradients."""
    region = slope.slopes
    inputs = slope.stage.kernel.shape[1]
    starts = [region.offset(region.weights.kernels[0, i]) for i in range(inputs)]
    down, right = (by_case(READ, [start[n] for start in starts]) for n in (0, 1))
    return region.element(CELLS, MAP, down + ROW - 1, right + COLUMN - 1)


@dataclass(frozen=True)
class _Squares:
    """What a weight multiplied, the gradients by what it helped to make, and their products, below
    their names in `row`.
    """

    page: LivePage
    slope: Slope
    row: int
    chosen: dict[Symbol, Known]

    def write(self) -> Known:
        """Write the three squares; where the products stand."""
        slope, side = self.slope, self.slope.side
        before, by_z, padding = slope.before, slope.by_z, slope.stage.padding
        columns = [2 + n * (side + GAP) for n in range(3)]
        if side < NARROW:
            columns = [2 + n * (NARROW + GAP) for n in range(3)]
        (top, left), (first, start) = before.map_offset, by_z.map_offset
        read = before.element(
            CELLS, READ, ROW - 1 - padding + top + DOWN, COLUMN - 1 - padding + left + RIGHT
        )
        factors = self._square(columns[0], "x: what it multiplied", read, before.known)
        arrived = by_z.element(CELLS, MAP, Integer(first) + DOWN, Integer(start) + RIGHT)
        slopes = self._square(columns[1], "∂L/∂z", arrived, by_z.known)
        place = self.row + 1, columns[2]
        self.page.cells[self.row, columns[2]] = Cell("x · ∂L/∂z", "small")
        products = filled(X * G, {X: factors, G: slopes}, place, "shade", framed=True)
        self.page.grids.append(products)
        self._colour(products.area, products.values)
        return Known(products.area.relative, products.values)

    def _square(self, column: int, name: str, expr: Expr, cells: Known) -> Known:
        """A square of cells that `expr` finds in a range."""
        self.page.cells[self.row, column] = Cell(name, "small")
        area = Area.of(self.row + 1, column, self.slope.side, self.slope.side)
        values = np.zeros((self.slope.side, self.slope.side))
        for row, right in area.places:
            down, across = row - area.row, right - area.column
            known = self.chosen | {CELLS: cells, DOWN: constant(down), RIGHT: constant(across)}
            values[down, across] = self.page.compute((row, right), expr, known, "shade").value
        self._colour(area, values)
        return Known(moving(area.first), values)

    def _colour(self, area: Area, values: np.ndarray) -> None:
        end = float(abs(values).max()) or 1.0
        self.page.scales.append(Scale((area,), POSITIVE, NEGATIVE, end=end))


NARROW = 10  # cells that the name of a square takes
