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
    """One line of a chart; `name` is the cell that holds its name. With `dots` its points show,
    without a `line` nothing else.
    """

    name: Known
    x: Known
    y: Known
    dots: bool = False
    line: bool = True


@dataclass(frozen=True)
class Chart:
    """Lines over a common x axis. (row, column) is its top left cell; size in centimetres. With
    `bars` upright bars instead, in groups side by side; x then holds the groups' names.

    `alt` is what a reader hears who does not see it; where there is none, the titles and the names
    of the lines. Values that are not finite are left out. The x axis goes from `x_min` to `x_max`,
    or to where the values end now; with `x_free` it follows the values as they change.
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

    @property
    def description(self) -> str:
        """What a reader hears who does not see the chart."""
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
    """A PNG over the cells, its top left corner in the cell (row, column); sizes in pixels at 96
    to the inch. `alt` is what a reader hears who does not see it.
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
    """A point in a cell: shares of its width and height from its top left corner."""

    row: int
    column: int
    right: float = 0.5
    down: float = 0.5


@dataclass(frozen=True)
class Line:
    """A straight line that stays tied to the cells at its ends, under the pictures; `weight` in
    points. Ends on edges (0 and 1) are exact; inside a cell they hold for the widths and heights
    that the sheet states. Screen readers pass it by: say in a cell what it means.
    """

    start: tuple[int, int, float, float]
    end: tuple[int, int, float, float]
    ink: str = MUTED
    weight: float = 1


@dataclass(frozen=True)
class Validation:
    """What may be typed into the cells of one column, or of all up to `last_column`, from `row` to
    `last_row`: a `number`, a `positive` or `whole` number, all from `least` to `most` where these
    are given, one of `choices`, or what makes `formula` true. Where a cell is selected, title (up
    to 32 characters) and message (up to 255) are shown; what does not fit is refused with `error`,
    or else with the message again.
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

    @property
    def area(self) -> Area:
        """The cells for which it holds."""
        return Area(self.row, self.column, self.last_row, self.last_column or self.column)


@dataclass(frozen=True)
class Scale:
    """Cells of these areas coloured by their numbers: `low` at 0, `high` at the largest of all.

    With an `end` two-sided: `low` at -end, white at 0, `high` at end.
    """

    areas: tuple[Area, ...]
    high: str
    low: str = "FFFFFF"
    end: float | None = None


@dataclass(frozen=True)
class Sheet:
    """One sheet. `freeze` is the first (row, column) that scrolls; what does not is repeated on
    every printed page. The sheet prints on `pages_wide` pages across and `pages_high` down (None:
    as many as it takes). `heights` are of rows, in points. Where it is protected, only cells of
    styles that are not locked can be changed; there is no password. In the areas of `verdicts`
    texts that begin with pass or fail are coloured. Each of the areas in `merges` is shown as one
    cell, its first; they must not overlap. `filter` is the area, headings included, whose rows a
    reader can filter and sort. The mappings are copied and cannot be changed.
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
    filter: Area | None = None
    grids: tuple[Grid, ...] = ()

    def __post_init__(self) -> None:
        for name in ("cells", "widths", "heights"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def with_cells(self, cells: Mapping[tuple[int, int], Cell]) -> "Sheet":
        """A sheet like this one with further cells, which replace those in the same places."""
        return replace(self, cells={**self.cells, **cells})


@dataclass(frozen=True)
class Book:
    """A workbook: its title and its sheets in reading order."""

    title: str
    sheets: tuple[Sheet, ...]
