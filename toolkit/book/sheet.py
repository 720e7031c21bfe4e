"""A workbook as plain data: sheets of cells, tables and charts. Nothing here knows openpyxl."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal, NamedTuple, cast

import numpy as np

from toolkit.book.address import Area, Operand, letters, on_sheet
from toolkit.book.grid import Grid
from toolkit.book.texts import check_formula
from toolkit.book.theme import MUTED
from toolkit.book.values import OWN, listed, plain, plain_known, plain_values
from toolkit.book.values import Value as Value
from toolkit.book.values import Values as Values
from toolkit.files.errors import ToolkitError
from toolkit.symbols.excel import literal

# In a column's formula these two stand for the number of the row itself and of the row above.
ROW, ABOVE = "\x01", "\x02"

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
NAMED_LINES = 12  # a longer list of names is no help to a listener


def check_fits(rows: int, columns: int) -> None:
    """Raise ToolkitError where a sheet would need more rows or columns than the format has."""
    cures = ["fewer training.epochs"] if rows > MAX_ROWS else []
    if columns > MAX_COLUMNS:
        cures.append("smaller network.layers or fewer samples.inputs")
    if cures:
        raise ToolkitError(
            f"{rows:,} rows by {columns:,} columns do not fit a sheet, which has "
            f"{MAX_ROWS:,} by {MAX_COLUMNS:,}; use {' and '.join(cures)}"
        )


@dataclass(frozen=True)
class Known:
    """A cell or range that formulas can read: its address and its present value, for a range an
    array or another sequence. A constant stands for its own address (see `constant`).

    Raises TypeError for what a cell cannot hold.
    """

    address: Operand
    value: Value | Values

    def __post_init__(self) -> None:
        if type(self.value) not in OWN:
            object.__setattr__(self, "value", plain_known(self.value))

    @property
    def values(self) -> list[Value]:
        """What the cells hold, those of a rectangle row by row."""
        return listed(self.value)


def at(sheet: str, row: int, column: int, value: Value) -> Known:
    """One cell, by an address that holds from every sheet."""
    return Known(Area.of(row, column, sheet=sheet).absolute, value)


def down(sheet: str, row: int, column: int, values: Values) -> Known:
    """A range of one column, its first cell in `row`."""
    return Known(Area.of(row, column, len(values), sheet=sheet).absolute_range, values)


def constant(value: float | bool | str) -> Known:
    """A number, a text, True or False that formulas write out instead of reading a cell.

    Raises ValueError for nan and infinity.
    """
    held = cast("float | bool | str", plain(value))
    return Known(Operand(literal(held)), held)


def in_row(
    column: int,
    last_column: int | None = None,
    *,
    row: int | str = ROW,
    sheet: str = "",
    fixed: bool = False,
) -> Operand:
    """A cell, or neighbouring cells up to `last_column`, in the row of the formula itself, or in
    the row above it where `row` is ABOVE, as the patterns of a Column write it. With `fixed` the
    columns do not move where the formula is copied.
    """
    sign = "$" if fixed else ""
    cells = f"{sign}{letters(column)}{row}"
    if last_column not in (None, column):
        cells += f":{sign}{letters(last_column)}{row}"
    return Operand(on_sheet(sheet, cells))


@dataclass(frozen=True)
class Cell:
    """A value, or a formula with its present value. `link` names a sheet to jump to, `spot` is the
    (row, column) there.

    Raises TypeError for what a cell cannot hold and ToolkitError for a formula without its `=`.
    """

    value: Value
    style: str = "text"
    formula: str | None = None
    link: str | None = None
    spot: tuple[int, int] = (1, 1)

    def __post_init__(self) -> None:
        if type(self.value) not in OWN:
            object.__setattr__(self, "value", plain(self.value))
        if self.formula is not None:
            check_formula(self.formula)


@dataclass(frozen=True)
class Column:
    """A headed column. `formula` is one pattern for all rows (with ROW and ABOVE), `first` the
    formula of the first row where that differs; without a formula the values stand as they are.
    With an `outline` of 1 or more a reader can fold the column away.

    Raises TypeError for values that cells cannot hold and ToolkitError for a formula without its
    `=`.
    """

    heading: str
    values: Values
    style: str = "number"
    heading_style: str = "heading"
    formula: str | None = None
    first: str | None = None
    width: float = 11
    outline: int = 0

    def __post_init__(self) -> None:
        values = plain_values(self.values)
        if isinstance(values, np.ndarray) and values.ndim != 1:
            raise TypeError(f"a column holds one row of values, not {values.ndim} dimensions")
        object.__setattr__(self, "values", values)
        for formula in (self.formula, self.first):
            if formula is not None:
                check_formula(formula)


@dataclass(frozen=True)
class Table:
    """Columns side by side; (row, column) is where the first heading stands."""

    row: int
    column: int
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        check_fits(self.last_row, self.column + len(self.columns) - 1)

    @property
    def last_row(self) -> int:
        """The row of the last values."""
        return self.row + len(self.columns[0].values)

    @property
    def area(self) -> Area:
        """The cells that it fills, headings included, on its own sheet."""
        return Area.of(self.row, self.column, self.last_row - self.row + 1, len(self.columns))

    def known(self, sheet: str, index: int) -> Known:
        """The values of column number `index` (from 0) as a range."""
        return down(sheet, self.row + 1, self.column + index, self.columns[index].values)


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
    or else with the message again. It holds as well in the areas of `further`.
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
