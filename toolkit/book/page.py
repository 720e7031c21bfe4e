"""The builder of sheets: cells, formulas, equations and charts are added to a page.

`PageBuilder.finish` returns the completed `Sheet`. The folders of `toolkit/pages` define
subclasses.
"""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field

from sympy import Expr, Symbol

from toolkit.book.address import Area
from toolkit.book.grid import Grid
from toolkit.book.known import Known, at
from toolkit.book.live import computed
from toolkit.book.measure import points
from toolkit.book.sheet import (
    Chart,
    Effect,
    FirstView,
    Line,
    Picture,
    Scale,
    Sheet,
    Tint,
    Validation,
)
from toolkit.book.tables import Cell, Table
from toolkit.book.typesetting import draw
from toolkit.symbols.equation import Equation
from toolkit.symbols.plain import plain
from toolkit.symbols.typeset import typeset_equation

PADDING = 10.0  # points by which a row is higher than its equation
Place = tuple[int, int]


def equation_text(equation: Equation) -> str:
    """An equation as plain text, such as `a = w·x`."""
    return f"{equation.symbol.name} = {plain(equation.expr)}"


def equation_picture(
    equation: Equation, place: Place, size: float, tints: Mapping[Symbol, str] | None = None
) -> Picture:
    """A picture of an equation in type of `size` points, with its upper left corner in `place`;
    `tints` names the coloured grounds of quantities.
    """
    typeset = draw(typeset_equation(equation.symbol, equation.expr, tints=tints), size)
    return Picture(typeset.png, equation_text(equation), *place, typeset.width, typeset.height)


def row_height(picture: Picture, padding: float = PADDING) -> float:
    """The height in points of a row for a picture, with `padding` points to spare."""
    return round(points(picture.height) + padding, 2)


@dataclass
class PageBuilder:
    """A sheet that is written from top to bottom; `row` is the next free row.

    `question`, `controls`, `effects` and `finding` are those of its first view, and the other
    attributes those of `Sheet`. A `place` is (row, column), both counted from 1.
    """

    name: str
    _: KW_ONLY
    row: int = 1
    cells: dict[Place, Cell] = field(default_factory=dict)
    grids: list[Grid] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    scales: list[Scale] = field(default_factory=list)
    tints: list[Tint] = field(default_factory=list)
    validations: list[Validation] = field(default_factory=list)
    verdicts: list[Area] = field(default_factory=list)
    merges: list[Area] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    filter: Area | None = None
    freeze: Place | None = None
    tab: str | None = None
    pages_high: int | None = None
    portrait: bool = False
    protected: bool = False
    question: Place | None = None
    controls: list[Area] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    finding: Place | None = None

    def known(self, place: Place) -> Known:
        """An existing cell as an operand for formulas on any sheet."""
        return at(self.name, *place, self.cells[place].value)

    def compute(
        self, place: Place, expr: Expr, known: Mapping[Symbol, Known], style: str = "number"
    ) -> Known:
        """Write a formula with its value; `known` gives the address and value of each symbol."""
        self.cells[place] = computed(expr, known, style)
        return self.known(place)

    def typeset(self, equation: Equation, column: int, size: float) -> None:
        """Write a typeset equation, in type of `size` points, into a row of its own."""
        picture = equation_picture(equation, (self.row, column), size)
        self.pictures.append(picture)
        self.heights[self.row] = row_height(picture)
        self.row += 1

    def finish(self) -> Sheet:
        """The completed sheet; later changes to the page do not affect it."""
        return Sheet(
            self.name,
            self.cells,
            tables=tuple(self.tables),
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
            tints=tuple(self.tints),
            filter=self.filter,
            grids=tuple(self.grids),
            first_view=FirstView(
                question=Area.of(*self.question) if self.question else None,
                controls=tuple(self.controls),
                effects=tuple(self.effects),
                finding=Area.of(*self.finding) if self.finding else None,
            ),
        )
