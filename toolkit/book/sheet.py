"""A workbook as plain data: sheets with charts, pictures and rules. Nothing here knows openpyxl."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal, NamedTuple

from toolkit.book.address import Area
from toolkit.book.grid import Grid
from toolkit.book.known import Known
from toolkit.book.tables import Cell, Table
from toolkit.book.theme import MUTED

NAMED_LINES = 12  # a longer list of names is no help to a listener


@dataclass(frozen=True)
class Series:
    """A line of a chart; `name` is the cell with its name.

    `dots` marks the points; without `line` only the marks are drawn. `ink` is its colour (RRGGBB);
    by default it is the next colour of the palette.
    """

    name: Known
    x: Known
    y: Known
    dots: bool = False
    line: bool = True
    ink: str | None = None


@dataclass(frozen=True)
class Chart:
    """A chart of lines over a common x axis, or of bars.

    (row, column) is the cell of its upper left corner, and its size is in centimetres. With `bars`,
    the chart shows groups of vertical bars, and x contains the names of the groups.

    A chart with an empty title has none; a cell above it then says what it shows. Without `legend`,
    the names of the lines are not shown.

    `alt` is the alternative text; by default it consists of the titles and the names of the lines.
    Values that are not finite are left out. The x axis ranges from `x_min` to `x_max`, or to the
    present last value; with `x_free` it follows the values as they change.
    """

    title: Known | str
    x_title: str
    y_title: str
    series: tuple[Series, ...]
    row: int
    column: int
    width: float = 16
    height: float = 8.5
    y_format: str = "[>=100000]0E+00;0.00"  # a run that grows without bound is drawn as well
    y_min: float | None = None
    y_max: float | None = None
    y_log: bool = False
    x_min: float | None = 0
    x_max: float | None = None
    x_free: bool = False
    x_log: bool = False
    x_format: str = "0"
    alt: str = ""
    bars: bool = False
    legend: bool = True

    @property
    def description(self) -> str:
        """The alternative text of the chart."""
        if self.alt:
            return self.alt
        title = self.title.value if isinstance(self.title, Known) else self.title
        count = len(self.series)
        names = ", ".join(str(series.name.value) for series in self.series)
        what = "bars" if self.bars else "lines"
        lines = f"{what.capitalize()}: {names}" if count <= NAMED_LINES else f"{count} {what}"
        return f"Chart: {title}. {self.y_title} over {self.x_title}. {lines}."


@dataclass(frozen=True)
class Picture:
    """A PNG picture above the cells, with its upper left corner in the cell (row, column).

    Sizes are in pixels, at 96 pixels per inch; `alt` is the alternative text.
    """

    png: bytes
    alt: str
    row: int
    column: int
    width: float
    height: float
    dx: float = 4
    dy: float = 3


class Corner(NamedTuple):
    """A point in a cell, given by fractions of its width and height from the upper left corner."""

    row: int
    column: int
    right: float = 0.5
    down: float = 0.5


@dataclass(frozen=True)
class Line:
    """A straight line below the pictures, anchored to the cells at its ends; `weight` is in points.

    Ends on the edges of cells (0 and 1) are exact. Ends inside a cell are exact for the widths and
    heights that the sheet defines. Screen readers skip lines, so a cell should state their meaning.
    """

    start: tuple[int, int, float, float]
    end: tuple[int, int, float, float]
    ink: str = MUTED
    weight: float = 1


@dataclass(frozen=True)
class Validation:
    """A rule for the input into the cells from (row, column) to (last_row, last_column).

    By default there is one column. Valid input is a `number`, a `positive` or a `whole` number,
    from `least` to `most` if these are given, one of the `choices`, or any input for which
    `formula` is true. The title (up to 32 characters) and the message (up to 255) appear if a cell
    is selected. Invalid input is rejected with `error`, or with the message if there is no `error`.
    The rule also holds in the areas of `further`.
    """

    row: int
    column: int
    last_row: int
    kind: Literal["number", "positive", "whole", "choice", "formula"]
    title: str
    message: str
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    error: str = ""
    formula: str = ""
    last_column: int | None = None
    further: tuple[Area, ...] = ()

    @property
    def area(self) -> Area:
        """The cells to which the rule applies."""
        return Area(self.row, self.column, self.last_row, self.last_column or self.column)


@dataclass(frozen=True)
class Scale:
    """A colour scale for the numbers in some areas, from `low` at 0 to `high` at the largest
    number.

    With an `end` the scale has two sides: `low` at -end, white at 0, and `high` at end.
    """

    areas: tuple[Area, ...]
    high: str
    low: str = "FFFFFF"
    end: float | None = None


@dataclass(frozen=True)
class Tint:
    """A fill for those rows of an area whose first cell holds this text, whatever its case."""

    area: Area
    text: str
    fill: str


Effect = Area | Chart | Picture


@dataclass(frozen=True)
class FirstView:
    """What a reader has to see of a sheet before scrolling: the cell with the question in one line,
    the cells that the reader changes, what shows the main effect of a change (cells, or charts and
    pictures of this very sheet), and the cell with the finding in one sentence.

    It is data for whoever checks the layout of a sheet; no part of a workbook depends on it.
    """

    question: Area | None = None
    controls: tuple[Area, ...] = ()
    effects: tuple[Effect, ...] = ()
    finding: Area | None = None


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook.

    `freeze` is the first (row, column) that scrolls; the rows and columns before it are repeated on
    every printed page. The sheet is printed on `pages_wide` pages across and `pages_high` down
    (None means any number). `heights` of rows are in points. On a protected sheet only cells whose
    style is not locked can be changed; there is no password. In the areas in `verdicts`, texts that
    begin with pass or fail are coloured; `tints` colour rows by the text in their first cell. Each
    area in `merges` is merged into its first cell; these areas must not overlap. `filter` is the
    area, including headings, that readers can filter and sort. `first_view` says what must be seen
    without scrolling. The mappings are copied and cannot be changed.

    Raises ValueError for an effect that is a chart or a picture of another sheet.
    """

    name: str
    cells: Mapping[tuple[int, int], Cell] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    widths: Mapping[int, float] = field(default_factory=dict)
    freeze: tuple[int, int] | None = None
    tab: str | None = None
    pages_wide: int = 1
    pages_high: int | None = None
    portrait: bool = False
    pictures: tuple[Picture, ...] = ()
    lines: tuple[Line, ...] = ()
    heights: Mapping[int, float] = field(default_factory=dict)
    protected: bool = False
    validations: tuple[Validation, ...] = ()
    verdicts: tuple[Area, ...] = ()
    merges: tuple[Area, ...] = ()
    scales: tuple[Scale, ...] = ()
    tints: tuple[Tint, ...] = ()
    filter: Area | None = None
    grids: tuple[Grid, ...] = ()
    first_view: FirstView = FirstView()

    def __post_init__(self) -> None:
        for name in ("cells", "widths", "heights"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        own = {id(drawing) for drawing in (*self.charts, *self.pictures)}
        for effect in self.first_view.effects:
            if not isinstance(effect, Area) and id(effect) not in own:
                raise ValueError(
                    f"{self.name}: an effect of the first view is a {type(effect).__name__} that "
                    "does not lie on this sheet"
                )

    def with_cells(self, cells: Mapping[tuple[int, int], Cell]) -> "Sheet":
        """A copy of the sheet with additional cells, which replace existing ones."""
        return replace(self, cells={**self.cells, **cells})


@dataclass(frozen=True)
class Book:
    """A workbook: its title and its sheets in reading order."""

    title: str
    sheets: tuple[Sheet, ...]
