"""The builder for the sheet of a concept: text, cells to change, formulas, grids and charts.

A place is (row, column). The methods that write a value return a Known, which later formulas use as
the operand for a symbol.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from toolkit.book.address import Area
from toolkit.book.grid import moving
from toolkit.book.known import Known
from toolkit.book.page import PageBuilder
from toolkit.book.page import Place as Place
from toolkit.book.sheet import Chart, Scale, Series, Sheet, Validation
from toolkit.book.tables import Cell
from toolkit.book.values import Value, Values
from toolkit.pages.concepts.sheet_names import CONTENTS
from toolkit.pages.live.layout import filled
from toolkit.symbols.equation import Equation

LABEL, FIRST = 1, 2  # the wide column of labels, and the first of the narrow ones
LABEL_WIDTH, WIDTH, COLUMNS = 42.0, 10.0, 16
ASIDE = FIRST + COLUMNS + 1  # the first column of auxiliary data
QUESTION_ROW, LINKS_ROW, FINDING_ROW, TOP = 2, 3, 4, 5  # the rows below the title
STAGE, BELOW = TOP + 1, 28  # the first row of "Try it", and the heading "How it works"
SEEN = 12  # narrow columns in the first view
EQUATION_SIZE, TITLE_HEIGHT = 14.0, 26.0  # points
SUMMARY = "board text"  # the style of a line in the table of contents
NEGATIVE, POSITIVE, DARK = "D55E00", "0072B2", "1F2933"
BLUE = "56B4E9"
PALE = "9FB3C8"  # light enough to read a number on it


@dataclass
class Page(PageBuilder):
    """The sheet of a concept under construction.

    `shared` holds cells of the demonstration that the measured part also uses, and `places` cells
    that the measured part fills. `below` is the next free row of "How it works", and `sections` are
    the headings, with their rows, to which the links at the top lead. `summary` is the cell in
    which the table of contents says what was found.
    """

    title: str
    row: int = field(default=TOP, kw_only=True)
    shared: dict[Symbol, Known] = field(default_factory=dict, kw_only=True)
    places: dict[str, Place] = field(default_factory=dict, kw_only=True)
    below: int = field(default=TOP, kw_only=True)
    sections: dict[str, int] = field(default_factory=dict, kw_only=True)
    summary: Cell = field(default=Cell(""), kw_only=True)

    def __post_init__(self) -> None:
        self.cells[1, LABEL] = Cell(self.title, "title")
        self.heights[1] = TITLE_HEIGHT
        self.widths |= {LABEL: LABEL_WIDTH} | dict.fromkeys(range(FIRST, FIRST + COLUMNS), WIDTH)
        self.freeze, self.pages_high = (TOP - 1, 1), 1

    def say(self, *lines: str, style: str = "text") -> None:
        """Write lines of text, each in a row of its own; about 130 characters are visible."""
        for line in lines:
            self.cells[self.row, LABEL] = Cell(line, style)
            self.row += 1

    def part(self, heading: str) -> None:
        """Write a heading after a blank row."""
        self.row += 1
        self.say(heading, style="subtitle")

    def section(self, heading: str, link: str) -> None:
        """Write a heading after a blank row; the words `link` in the row of links lead to it."""
        self.part(heading)
        self.sections[link] = self.row - 1

    def explain(self) -> None:
        """Continue in "How it works": what is written from now on lies below the first view.

        Raises ValueError if the cells to change have already taken its rows.
        """
        if self.row > BELOW:
            raise ValueError(
                f"{self.name}: the part to try ends in row {self.row - 1}, but must leave row "
                f"{BELOW} free; write tables after page.explain()"
            )
        self.row = self.below

    def label(self, place: Place, words: str, style: str = "label") -> None:
        """Write text into a cell."""
        self.cells[place] = Cell(words, style)

    def headings(self, place: Place, words: Sequence[str]) -> None:
        """Write headings side by side."""
        row, column = place
        for n, word in enumerate(words):
            self.cells[row, column + n] = Cell(word, "wrapped heading")
        if max(map(len, words[1 if column == LABEL else 0 :]), default=0) >= WIDTH:
            self.heights[row] = 30.0

    def equation(self, equation: Equation, words: str = "") -> None:
        """Write a typeset equation into a row of its own, with text in the column of labels."""
        self.cells[self.row, LABEL] = Cell(words, "text")
        self.typeset(equation, FIRST, EQUATION_SIZE)

    def reach(self, area: Area, values: Value | Values) -> Known:
        """A rectangle of cells as a fixed range; `values` has its shape or is flat."""
        return Known(area.on(self.name).absolute_range, values)

    def down(self, place: Place, count: int) -> Known:
        """Existing cells, one below the other, as a range."""
        row, column = place
        values = [self.cells[row + n, column].value for n in range(count)]
        return self.reach(Area.of(row, column, count), values)

    def moving(self, area: Area, values: Value | Values, down: int = 1, across: int = 1) -> Known:
        """The address in each cell of a `fill`, beginning with `area` in its first cell.

        The next cells refer to areas `down` rows or `across` columns further on; `values` holds the
        values of all these areas.
        """
        return Known(moving(area.on(self.name), down, across), values)

    def fixed(self, place: Place, value: Value, style: str = "rate") -> Known:
        """Write a value that readers should not change."""
        self.cells[place] = Cell(value, style)
        return self.known(place)

    def input(
        self,
        place: Place,
        value: float,
        least: float,
        most: float,
        *,
        whole: bool = False,
        message: str = "",
    ) -> Known:
        """Write a yellow cell with a number that a reader may change within bounds."""
        self.cells[place] = Cell(value, "input")
        self._bound(place, 1, least, most, whole=whole, message=message)
        return self.known(place)

    def setting(
        self, words: str, value: float, least: float, most: float, *, whole: bool = False
    ) -> Known:
        """A yellow cell in the next free row, after words that say what it sets."""
        self.label((self.row, LABEL), words)
        known = self.input((self.row, FIRST), value, least, most, whole=whole)
        self.row += 1
        return known

    def choice(self, place: Place, value: str, choices: Sequence[str]) -> Known:
        """Write a yellow cell with a list of texts without commas, in all up to 255 characters."""
        self.cells[place] = Cell(value, "choice")
        self.validations.append(
            Validation(
                row=place[0],
                column=place[1],
                last_row=place[0],
                kind="choice",
                title="Choose",
                message="Choose from the list.",
                choices=tuple(choices),
            )
        )
        return self.known(place)

    def inputs(self, place: Place, values: NDArray[np.float64], least: float, most: float) -> Known:
        """Write a block of yellow cells, (rows, columns); `reach` gives parts of it."""
        row, column = place
        high, wide = values.shape
        for (down, across), number in np.ndenumerate(values):
            whole = float(number).is_integer()
            value = int(number) if whole else float(number)
            self.cells[row + down, column + across] = Cell(value, "input")
        for across in range(wide):
            self._bound((row, column + across), high, least, most)
        return self.reach(Area.of(row, column, high, wide), values)

    def _bound(
        self,
        place: Place,
        count: int,
        least: float,
        most: float,
        *,
        whole: bool = False,
        message: str = "",
    ) -> None:
        """What may be typed into `count` cells, one below the other."""
        kind = "whole number" if whole else "number"
        rule = Validation(
            row=place[0],
            column=place[1],
            last_row=place[0] + count - 1,
            kind="whole" if whole else "number",
            title="Change me",
            message=message or f"A {kind} from {least:g} to {most:g}.",
            least=least,
            most=most,
        )
        self.validations.append(rule)

    def compute(
        self, place: Place, expr: Expr, known: Mapping[Symbol, Known], style: str = "rate"
    ) -> Known:
        """Write a formula with its value."""
        return super().compute(place, expr, known, style)

    def fill(
        self,
        place: Place,
        expr: Expr,
        known: Mapping[Symbol, Known],
        style: str = "rate",
        shape: tuple[int, int] | None = None,
    ) -> Known:
        """Write a block of formulas with one pattern.

        Operands that change from cell to cell come from `moving`; their values are an array with
        the shape of the block, or windows of it.
        """
        grid = filled(expr, known, place, style, shape)
        self.grids.append(grid)
        return self.reach(grid.area, grid.values)

    def shade(
        self, *areas: Area, high: str = DARK, low: str = "FFFFFF", end: float | None = None
    ) -> None:
        """Colour cells by their numbers; with an `end`, from `low` through white to `high`."""
        self.scales.append(Scale(tuple(areas), high, low, end))

    def curve(
        self,
        title: str,
        x_title: str,
        y_title: str,
        lines: Sequence[Series],
        place: Place,
        **axis: object,
    ) -> None:
        """Add a chart with its upper left corner at `place`; each line has its name in a cell."""
        row, column = place
        self.charts.append(
            Chart(title, x_title, y_title, tuple(lines), row=row, column=column, **axis)  # type: ignore[arg-type]
        )

    def line(
        self, place: Place, x: int, count: int, *, dots: bool = False, line: bool = True
    ) -> Series:
        """For `curve`: the `count` cells below the heading at `place` over those of column `x`."""
        row, column = place
        return Series(
            self.known(place),
            self.down((row + 1, x), count),
            self.down((row + 1, column), count),
            dots,
            line,
        )

    def link(self, before: str, after: str) -> None:
        """Write links to the contents, the sheets before and after this one, and its sections."""
        self.cells[LINKS_ROW, LABEL] = Cell(CONTENTS, "link", link=CONTENTS)
        self.cells[LINKS_ROW, FIRST] = Cell(f"← {before}", "link", link=before)
        self.cells[LINKS_ROW, FIRST + 3] = Cell(f"{after} →", "link", link=after)
        for n, (words, row) in enumerate(self.sections.items()):
            place = LINKS_ROW, FIRST + 6 + 2 * n
            self.cells[place] = Cell(f"{words} ↓", "link", link=self.name, spot=(row, LABEL))

    def sheet(self, tab: str) -> Sheet:
        """The completed sheet, with the colour of its tab."""
        self.tab = tab
        return self.finish()
