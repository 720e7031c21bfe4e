"""Workbooks as plain data: sheets of cells, tables and charts, independent of openpyxl."""

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

# Placeholders in the formula of a column: the number of the row itself, and of the row above.
ROW, ABOVE = "\x01", "\x02"

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
NAMED_LINES = 12  # reading out a longer list would not help


def check_fits(rows: int, columns: int) -> None:
    """Raise ToolkitError if a sheet would need more rows or columns than the format allows."""
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
    """A cell or range as an operand of formulas: its address and its present value.

    The value of a range is an array or another sequence. For a constant, the address is the text of
    the constant itself (see `constant`).

    Raises TypeError for a value that a cell cannot hold.
    """

    address: Operand
    value: Value | Values

    def __post_init__(self) -> None:
        if type(self.value) not in OWN:
            object.__setattr__(self, "value", plain_known(self.value))

    @property
    def values(self) -> list[Value]:
        """The values of all cells, row by row."""
        return listed(self.value)


def at(sheet: str, row: int, column: int, value: Value) -> Known:
    """A single cell, with an address that is valid on every sheet."""
    return Known(Area.of(row, column, sheet=sheet).absolute, value)


def down(sheet: str, row: int, column: int, values: Values) -> Known:
    """A range in one column, whose first cell is in `row`."""
    return Known(Area.of(row, column, len(values), sheet=sheet).absolute_range, values)


def constant(value: float | bool | str) -> Known:
    """A number, text or boolean that formulas contain as a constant instead of an address.

    Raises ValueError for nan and infinity.
    """
    content = cast("float | bool | str", plain(value))
    return Known(Operand(literal(content)), content)


def in_row(
    column: int,
    last_column: int | None = None,
    *,
    row: int | str = ROW,
    sheet: str = "",
    fixed: bool = False,
) -> Operand:
    """An address in the row of the formula, or in the row above if `row` is ABOVE.

    It is used in the formulas of a Column. `last_column` makes it a range, and `fixed` prevents the
    columns from moving if the formula is copied.
    """
    sign = "$" if fixed else ""
    cells = f"{sign}{letters(column)}{row}"
    if last_column not in (None, column):
        cells += f":{sign}{letters(last_column)}{row}"
    return Operand(on_sheet(sheet, cells))


@dataclass(frozen=True)
class Cell:
    """A value, or a formula with its present value.

    `link` is the name of a sheet that a click opens, and `spot` the (row, column) there.

    Raises TypeError for a value that a cell cannot hold, and ToolkitError for a formula without its
    `=`.
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
    """A column of a table, with a heading.

    `formula` is a pattern for all rows (with ROW and ABOVE), and `first` is the formula of the
    first row if it differs; without a formula the cells hold the values themselves. A column with
    an `outline` level of 1 or more can be collapsed.

    Raises TypeError for values that cells cannot hold, and ToolkitError for a formula without its
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
    """Adjacent columns; (row, column) is the cell of the first heading."""

    row: int
    column: int
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        check_fits(self.last_row, self.column + len(self.columns) - 1)

    @property
    def last_row(self) -> int:
        """The last row of values."""
        return self.row + len(self.columns[0].values)

    @property
    def area(self) -> Area:
        """The cells of the table including the headings, as an area without a sheet."""
        return Area.of(self.row, self.column, self.last_row - self.row + 1, len(self.columns))

    def known(self, sheet: str, index: int) -> Known:
        """The values of column `index` (from 0) as a range."""
        return down(sheet, self.row + 1, self.column + index, self.columns[index].values)


@dataclass(frozen=True)
class Series:
    """A line of a chart; `name` is the cell with its name.

    `dots` marks the points; without `line` only the marks are drawn.
    """

    name: Known
    x: Known
    y: Known
    dots: bool = False
    line: bool = True


@dataclass(frozen=True)
class Chart:
    """A chart of lines over a common x axis, or of bars.

    (row, column) is the cell of its upper left corner, and its size is in centimetres. With `bars`,
    the chart shows groups of vertical bars, and x contains the names of the groups.

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
    y_format: str = "[>=100000]0E+00;0.00"  # large numbers occur if a run diverges
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
class Sheet:
    """A sheet of a workbook.

    `freeze` is the first (row, column) that scrolls; the rows and columns before it are repeated on
    every printed page. The sheet is printed on `pages_wide` pages across and `pages_high` down
    (None means any number). `heights` of rows are in points. On a protected sheet only cells whose
    style is not locked can be changed; there is no password. In the areas in `verdicts`, texts that
    begin with pass or fail are coloured. Each area in `merges` is merged into its first cell; these
    areas must not overlap. `filter` is the area, including headings, that readers can filter and
    sort. The mappings are copied and cannot be changed.
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
        """A copy of the sheet with additional cells, which replace existing ones."""
        return replace(self, cells={**self.cells, **cells})


@dataclass(frozen=True)
class Book:
    """A workbook: its title and its sheets in reading order."""

    title: str
    sheets: tuple[Sheet, ...]
