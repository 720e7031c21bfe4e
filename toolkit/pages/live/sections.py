"""Sections of a sheet that takes numbers apart: choices, results, and links to each."""

from dataclasses import dataclass

from sympy import Expr, Integer, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at, constant
from toolkit.book.regions import open_areas
from toolkit.book.sheet import Validation
from toolkit.book.tables import Cell
from toolkit.pages.live.layout import (
    FINDING_ROW,
    PIXEL,
    TITLE_HEIGHT,
    LivePage,
    column_at,
    width_of,
)
from toolkit.symbols.bounds import ordinal
from toolkit.symbols.choices import verdict

FIRST_ROW = 7
THERE, HERE, LIMIT = (Symbol(name) for name in ("there", "here", "bound"))
TOLERANCE, LINK_PIXELS = 1e-9, 110


@dataclass(frozen=True)
class Columns:
    """Where the choices and the results of a section stand, and how many columns are merged for a
    choice, for the number that is read of it, and for a result.
    """

    choice: int = 5
    read: int = 6
    words: int = 9
    value: int = 14
    merged: tuple[int, int, int] = (1, 2, 2)


COLUMNS_OF_CELLS = Columns()


def pixel_page(title: str, question: str, finding: str, pixels: int, count: int) -> LivePage:
    """A page of sections, still empty, with so many columns of so many pixels."""
    return LivePage(
        PIXEL,
        row=FIRST_ROW,
        cells={
            (1, 2): Cell(title, "title"),
            (2, 2): Cell(question, "muted"),
            (FINDING_ROW - 1, 2): Cell(finding, "bold"),
        },
        widths={1: 2.0} | dict.fromkeys(range(2, 2 + count), width_of(pixels)),
        heights={1: TITLE_HEIGHT},
        tab="CC79A7",
        protected=True,
    )


def contents(page: LivePage, tops: list[tuple[str, int]]) -> None:
    """Links to the sections, by their names and first rows."""
    for n, (name, row) in enumerate(tops):
        column = column_at(page.widths, LINK_PIXELS * n)
        page.cells[FINDING_ROW, column] = Cell(name, "link", link=PIXEL, spot=(row, 2))


def choices(
    page: LivePage,
    top: int,
    starts: tuple[tuple[Symbol, int, int], ...],
    columns: Columns = COLUMNS_OF_CELLS,
) -> dict[Symbol, Known]:
    """The cells in which a reader chooses, and beside each the number that is read of it; `starts`
    are names, first choices and greatest numbers.
    """
    known = {}
    for row, (symbol, start, most) in enumerate(starts, top + 1):
        first = max(1, start)
        page.cells[row, 2] = Cell(f"{symbol.name} (1 to {most})", "label")
        page.cells[row, columns.choice] = Cell(first, "input")
        typed = {symbol: at(PIXEL, row, columns.choice, first)}
        expr = ordinal(symbol, Integer(most))
        known[symbol] = page.compute((row, columns.read), expr, typed, "read")
        for column, wide in zip((columns.choice, columns.read), columns.merged, strict=False):
            page.merges += [Area.of(row, column, wide=wide)] * (wide > 1)
        page.validations.append(
            Validation(
                row=row,
                column=columns.choice,
                last_row=row,
                kind="whole",
                title=f"Which {symbol.name}?",
                message=f"A whole number from 1 to {most}.",
                least=1,
                most=most,
            )
        )
    return known


@dataclass
class Lines:
    """Lines of a word and a number, one below the other, beside the choices."""

    page: LivePage
    row: int
    columns: Columns = COLUMNS_OF_CELLS

    def add(
        self, words: str, expr: Expr, known: dict[Symbol, Known], style: str = "decimals 4"
    ) -> Known:
        """One more line; where its number stands."""
        self.row += 1
        place, wide = (self.row, self.columns.value), self.columns.merged[2]
        self.page.cells[self.row, self.columns.words] = Cell(words, "label")
        self.page.merges.append(Area.of(*place, wide=wide))
        return self.page.compute(place, expr, known, style)

    def compare(self, here: Known, there: Known) -> None:
        """Whether two numbers are the same."""
        known = {HERE: here, THERE: there, LIMIT: constant(TOLERANCE)}
        self.add("the same?", verdict(abs(HERE - THERE), LIMIT), known, "verdict")
        self.page.verdicts.append(Area.of(self.row, self.columns.value))


def declare(page: LivePage) -> None:
    """Name what the first view shows: the choices of the first section and the lines below them."""
    page.question, page.finding = (2, 2), (FINDING_ROW - 1, 2)
    page.controls = list(open_areas(page.cells))[:1]
    page.effects = list(page.verdicts[:1])
