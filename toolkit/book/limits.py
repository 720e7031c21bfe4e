"""The limits of Excel, checked before a workbook is written."""

import re
from collections.abc import Iterator
from itertools import chain

import numpy as np

from toolkit.book.address import cell_name
from toolkit.book.grid import MOVING, Grid, formula_at
from toolkit.book.known import ABOVE, ROW, Known
from toolkit.book.occupied import overlaps
from toolkit.book.sheet import Book, Chart, Sheet
from toolkit.book.tables import Table
from toolkit.book.texts import ESCAPE, forbidden, unambiguous
from toolkit.book.values import NUMERIC, Value, Values, listed
from toolkit.files.errors import ToolkitError

# From Microsoft's "Excel specifications and limits"; the lengths of names and messages are from
# ECMA-376, part 1, 18.3.1.32.
MAX_NAME, MAX_FORMULA, MAX_SERIES = 31, 8192, 255
MAX_ARGUMENTS, MAX_NESTING = 255, 64
MAX_CELL, MAX_LITERAL = 32_767, 255  # characters of a cell's text, and of a text in a formula
LITERAL = re.compile(r'"((?:[^"]|"")*)"')
SHEET = re.compile(r"'[^']*'!")
AMBIGUOUS = "holds _xHHHH_, which some programs read as the number of a character"
CONTROL = re.compile("[\x00-\x1f]")
MAX_TITLE, MAX_MESSAGE, MAX_CHOICES = 32, 255, 255


def check(book: Book) -> None:
    """Raise ToolkitError if Excel would not open the workbook; it names the sheet and the cure."""
    names = [sheet.name.casefold() for sheet in book.sheets]
    if fault := forbidden(book.title):
        raise ToolkitError(f"the workbook's title {fault}")
    for sheet in book.sheets:
        if names.count(sheet.name.casefold()) > 1:
            raise ToolkitError(f"two sheets are named {sheet.name!r}; rename one of them")
        for fault in _faults(sheet):
            raise ToolkitError(f"sheet {sheet.name!r}: {fault}")


def _faults(sheet: Sheet) -> Iterator[str]:
    yield from _name(sheet.name)
    yield from (f"{what} {fault}" for what, text in texts(sheet) if (fault := forbidden(text)))
    yield from overlaps(sheet)
    yield from _texts(sheet)
    yield from _formulas(sheet)
    yield from _charts(sheet)
    yield from _validations(sheet)


def texts(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """All texts of a sheet, each with a name for error messages."""
    yield "its name", sheet.name
    for (row, column), cell in sheet.cells.items():
        place = cell_name(row, column)
        if isinstance(cell.value, str):
            yield f"the text in {place}", cell.value
        if cell.formula is not None:
            yield f"the formula in {place}", cell.formula
        if cell.link is not None:
            yield f"the link in {place}", cell.link
    for table in sheet.tables:
        yield from _column_texts(table)
    for grid in sheet.grids:
        yield from _grid_texts(grid)
    for picture in sheet.pictures:
        yield "the alternative text of a picture", picture.alt
    for chart in sheet.charts:
        yield from _chart_texts(chart)
    for rule in sheet.validations:
        place = f"the message at {cell_name(rule.row, rule.column)}"
        for text in (rule.title, rule.message, rule.error, rule.formula, *rule.choices):
            yield place, text


def _column_texts(table: Table) -> Iterator[tuple[str, str]]:
    for number, column in enumerate(table.columns, table.column):
        yield f"the heading in {cell_name(table.row, number)}", column.heading
        for row, formula in ((1, column.first), (2, column.formula)):
            if formula:
                pattern = formula.replace(ROW, "").replace(ABOVE, "")
                yield f"the formula in {cell_name(table.row + row, number)}", pattern
        for place, text in _texts_among(column.values):
            yield f"the text in {cell_name(table.row + 1 + place, number)}", text


def _grid_texts(grid: Grid) -> Iterator[tuple[str, str]]:
    for formula in grid.patterns:
        yield f"the formula of the grid at {grid.area.first.relative}", MOVING.sub("", formula)
    for place, text in _texts_among(grid.values):
        down, across = divmod(place, grid.values.shape[1])
        yield f"the text in {cell_name(grid.row + down, grid.column + across)}", text


def _chart_texts(chart: Chart) -> Iterator[tuple[str, str]]:
    yield "the description of a chart", chart.description
    for text in (chart.title, chart.x_title, chart.y_title, chart.x_format, chart.y_format):
        if isinstance(text, str):
            yield "a title of a chart", text
    ranges = [chart.title] if isinstance(chart.title, Known) else []
    for series in chart.series:
        ranges += [series.name, series.x, series.y]
    for known in ranges:
        yield "a range of a chart", known.address
        yield from (("a name in a chart", text) for _, text in _texts_among(known.value))


def _texts_among(values: Value | Values) -> Iterator[tuple[int, str]]:
    """The texts in the values of a cell or range, with their positions."""
    if not isinstance(values, np.ndarray) or values.dtype.kind not in NUMERIC:
        yield from ((n, value) for n, value in enumerate(listed(values)) if isinstance(value, str))


def _name(name: str) -> Iterator[str]:
    if not name or len(name) > MAX_NAME:
        yield f"a name of {len(name)} characters; use 1 to {MAX_NAME}"
    if re.search(r"[\[\]:*?/\\]", name) or name.strip("'") != name:
        yield r"a name must not contain [ ] : * ? / \ or begin or end with '; remove them"
    if CONTROL.search(name):
        yield "a name must not contain control characters; remove them"
    if ESCAPE.search(name):
        yield f"its name {AMBIGUOUS}; write it differently"


def _formulas(sheet: Sheet) -> Iterator[str]:
    loose = ((row, column, cell.formula) for (row, column), cell in sheet.cells.items())
    filled = (cell for table in sheet.tables for cell in _filled(table))
    grids = ((g.row, g.column, formula_at(g, len(g.values) - 1, 0)) for g in sheet.grids)
    for row, column, formula in chain(loose, filled, grids):
        for what, most in _too_much(unambiguous(formula or "")):
            yield (
                f"the formula in {cell_name(row, column)} has {what}, more than the {most:,} that "
                "Excel reads; use smaller network.layers"
            )


def _too_much(formula: str) -> Iterator[tuple[str, int]]:
    if len(formula) > MAX_FORMULA:
        yield f"{len(formula):,} characters", MAX_FORMULA
    if len(formula) <= MAX_LITERAL and formula.count("(") <= MAX_NESTING:
        return  # a fast test that most formulas pass
    longest = max((len(text.replace('""', '"')) for text in LITERAL.findall(formula)), default=0)
    if longest > MAX_LITERAL:
        yield f"a text of {longest} characters", MAX_LITERAL
    nesting, arguments = _nesting(SHEET.sub("", LITERAL.sub('""', formula)))
    if nesting > MAX_NESTING:
        yield f"{nesting} brackets within each other", MAX_NESTING
    if arguments > MAX_ARGUMENTS:
        yield f"a function of {arguments} arguments", MAX_ARGUMENTS


def _nesting(formula: str) -> tuple[int, int]:
    """The depth of nested brackets, and the largest number of arguments in one pair of brackets."""
    counts, deepest, most = [1], 0, 1
    for sign in re.findall(r"[(),]", formula):
        if sign == "(":
            counts.append(1)
            deepest = max(deepest, len(counts) - 1)
        elif sign == ",":
            counts[-1] += 1
        else:
            most = max(most, counts.pop())
    return deepest, most


def _texts(sheet: Sheet) -> Iterator[str]:
    for (row, column), cell in sheet.cells.items():
        if isinstance(cell.value, str) and len(cell.value) > MAX_CELL:
            yield (
                f"the text in {cell_name(row, column)} has {len(cell.value):,} characters, more "
                f"than the {MAX_CELL:,} that a cell holds; use smaller network.layers"
            )


def _filled(table: Table) -> Iterator[tuple[int, int, str]]:
    """The longest formulas of a table: those in its first and last rows."""
    for index, column in enumerate(table.columns, table.column):
        for row, pattern in ((table.row + 1, column.first), (table.last_row, column.formula)):
            if pattern:
                formula = pattern.replace(ROW, str(row)).replace(ABOVE, str(row - 1))
                yield row, index, formula


def _charts(sheet: Sheet) -> Iterator[str]:
    for chart in sheet.charts:
        if len(chart.series) > MAX_SERIES:
            yield (
                f"a chart of {len(chart.series)} lines, more than the {MAX_SERIES} that Excel "
                "draws; use smaller network.layers"
            )


def _validations(sheet: Sheet) -> Iterator[str]:
    for rule in sheet.validations:
        place = cell_name(rule.row, rule.column)
        if len(",".join(rule.choices)) > MAX_CHOICES:
            yield f"the choices for {place} have over {MAX_CHOICES} characters; list fewer"
        if any(ESCAPE.search(choice) for choice in rule.choices):
            yield f"a choice for {place} {AMBIGUOUS}; write it differently"
        if any("," in choice for choice in rule.choices):
            yield f"a comma in a choice for {place} would divide it; leave it out"
        if len(rule.title) > MAX_TITLE:
            yield f"the title of the message at {place} has over {MAX_TITLE} characters; shorten it"
        if max(len(rule.message), len(rule.error)) > MAX_MESSAGE:
            yield f"a message at {place} has over {MAX_MESSAGE} characters; shorten it"
