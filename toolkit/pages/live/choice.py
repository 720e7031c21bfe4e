"""The choice of a digit: one yellow cell, on the first sheet, which every other sheet follows."""

from sympy import Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at
from toolkit.book.sheet import Validation
from toolkit.book.tables import Cell
from toolkit.pages.live.digits import Gallery
from toolkit.pages.live.layout import LivePage

OVERVIEW, CANVAS = "Overview", "canvas"
CHOICE_ROW, CHOICE_COLUMN, MERGED = 5, 3, 40
CHOICE = Symbol("choice")


def choice_of(first: str) -> Known:
    """The cell, where `first` is chosen when the workbook is written."""
    return at(OVERVIEW, CHOICE_ROW, CHOICE_COLUMN, first)


def write_choice(page: LivePage, gallery: Gallery, first: str, *, canvas: bool) -> None:
    """Write the cell with its list of digits, to which `canvas` adds the canvas of *Draw*."""
    page.cells[CHOICE_ROW, CHOICE_COLUMN - 1] = Cell(f"Show {gallery.word}:", "symbol")
    page.cells[CHOICE_ROW, CHOICE_COLUMN] = Cell(first, "choice")
    page.merges.append(Area.of(CHOICE_ROW, CHOICE_COLUMN, wide=MERGED))
    page.validations.append(
        Validation(
            row=CHOICE_ROW,
            column=CHOICE_COLUMN,
            last_row=CHOICE_ROW,
            kind="choice",
            title=f"Which {gallery.word}?",
            message=f"A stored {gallery.word} (✗: the network misreads it)"
            + (", or canvas for what you paint on Draw." if canvas else "."),
            choices=(*gallery.names, *[CANVAS] * canvas),
        )
    )
