"""A sheet while it is being written: cells, formulas, equations and charts are added to a page,
which at the end is finished as a `Sheet`. The folders of `toolkit/pages` specialise it.
"""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field

from sympy import Expr, Symbol

from toolkit.book.address import Area
from toolkit.book.grid import Grid
from toolkit.book.live import computed
from toolkit.book.measure import points
from toolkit.book.sheet import (
    Cell,
    Chart,
    Known,
    Line,
    Picture,
    Scale,
    Sheet,
    Validation,
    at,
)
from toolkit.book.typesetting import draw
from toolkit.symbols.equation import Equation
from toolkit.symbols.plain import plain
from toolkit.symbols.typeset import typeset_equation

PADDING = 10.0  # points that a row is higher than the equation in it
Place = tuple[int, int]


def equation_text(equation: Equation) -> str:
    """An equation as plain text, such as `a = w·x`."""
    return f"{equation.symbol.name} = {plain(equation.expr)}"


def equation_picture(
    equation: Equation, place: Place, size: float, tints: Mapping[Symbol, str] | None = None
) -> Picture:
    """An equation typeset in type of `size` points, its top left corner in the cell `place`;
    `tints` names the coloured grounds of quantities.
    """
    typeset = draw(typeset_equation(equation.symbol, equation.expr, tints=tints), size)
    return Picture(typeset.png, equation_text(equation), *place, typeset.width, typeset.height)


def row_height(picture: Picture, padding: float = PADDING) -> float:
    """The height of a row, in points, that holds a picture with `padding` points to spare."""
    return round(points(picture.height) + padding, 2)


@dataclass
class PageBuilder:
    """A page to be written from top to bottom; `row` is the next free row.

    The other attributes are those of `Sheet`. A place is (row, column), both counted from 1.
    """

    name: str
    _: KW_ONLY
    row: int = 1
    cells: dict[Place, Cell] = field(default_factory=dict)
    grids: list[Grid] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    scales: list[Scale] = field(default_factory=list)
    validations: list[Validation] = field(default_factory=list)
    verdicts: list[Area] = field(default_factory=list)
    merges: list[Area] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    freeze: Place | None = None
    tab: str | None = None
    pages_high: int | None = None
    portrait: bool = False
    protected: bool = False

    def known(self, place: Place) -> Known:
        """A cell that has been written, as formulas of any sheet read it."""
        return at(self.name, *place, self.cells[place].value)

    def compute(
        self, place: Place, expr: Expr, known: Mapping[Symbol, Known], style: str = "number"
    ) -> Known:
        """Write a formula with its value; `known` says where its symbols stand."""
        self.cells[place] = computed(expr, known, style)
        return self.known(place)

    def typeset(self, equation: Equation, column: int, size: float) -> None:
        """Show an equation in a row of its own, from `column` on, in type of `size` points."""
        picture = equation_picture(equation, (self.row, column), size)
        self.pictures.append(picture)
        self.heights[self.row] = row_height(picture)
        self.row += 1

    def finish(self) -> Sheet:
        """The finished sheet. What is written afterwards does not reach it."""
        return Sheet(
            self.name,
            self.cells,
            charts=tuple(self.charts),
            widths=self.widths,
            freeze=self.freeze,
            tab=self.tab,
            pages_high=self.pages_high,
            portrait=self.portrait,
            pictures=tuple(self.pictures),
            lines=tuple(self.lines),
            heights=self.heights,
            protected=self.protected,
            validations=tuple(self.validations),
            verdicts=tuple(self.verdicts),
            merges=tuple(self.merges),
            scales=tuple(self.scales),
            grids=tuple(self.grids),
        )
