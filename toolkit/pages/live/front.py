"""The first sheet of a step: the digit, the learning rate, the predicted change of the loss."""

from collections.abc import Sequence

import numpy as np
from sympy import Add, Integer, Symbol

from toolkit.book.address import Area
from toolkit.book.grid import moving
from toolkit.book.known import Known, at
from toolkit.book.live import computed
from toolkit.book.measure import points
from toolkit.book.sheet import Scale, Sheet, Validation
from toolkit.book.tables import Cell
from toolkit.pages.live import backward as back
from toolkit.pages.live.choice import CHOICE, OVERVIEW, choice_of
from toolkit.pages.live.digits import SIDE, STEP, Gallery
from toolkit.pages.live.draw import CHOSEN, COLUMN, NAMES, RULER, no_such
from toolkit.pages.live.layout import (
    DRAW,
    TITLE_HEIGHT,
    Array,
    Cells,
    Maps,
    filled,
    first_view,
    width_of,
)
from toolkit.pages.live.loss import LossSheet
from toolkit.symbols.choices import if_number, share_or_dash
from toolkit.symbols.lookups import element, place_or
from toolkit.symbols.ranges import squares, total
from toolkit.symbols.text import Text

FIRST_ROW, IMAGE_COLUMN, TABLE_COLUMN, PIXELS = 9, 3, 33, 11
LEARNING_RATE = 0.001
RATE_ROW = 7
ROWS = {
    "before": 10,
    "after": 12,
    "change": 14,
    "squares": 16,
    "expected": 18,
    "ratio": 20,
    "share": 24,
    "answer": 26,
}
MOST_TERMS = 40  # of one formula
SUMMARY = (
    "Does a step down the gradient lower the loss? Change the learning rate η and compare the loss "
    "before and after the step."
)
FINDING = (
    "When η is small, the loss falls by η · Σ gradient², which shows that the gradient is right."
)
SMALLER = "The smaller η is, the nearer the ratio is to 100 %. Try 0.000001."
VALUE, LABELS, BEFORE, AFTER, SQUARED, CHANGE, EXPECTED = (
    Symbol(name) for name in ("value", "labels", "before", "after", "squared", "change", "expected")
)


def _pairs_of_rows() -> tuple[Area, ...]:
    """The rows are as low as a pixel: two to each line of text."""
    note, column = ROWS["ratio"] + 2, TABLE_COLUMN
    lines = (
        Area.of(row, column + n, high=2)
        for key, row in ROWS.items()
        for n in range(2 if key == "squares" else 3)  # beside the squares stand their parts
    )
    return (*lines, Area.of(note, column, high=2, wide=3))


class Front:
    """The first sheet: the digit, the learning rate, and the loss before and after."""

    def __init__(self, gallery: Gallery) -> None:
        self.gallery = gallery
        known = self._known()
        place = (CHOSEN - 1) * Integer(STEP) + RULER
        self.grid = filled(element(COLUMN, place), known, (FIRST_ROW, IMAGE_COLUMN), "shade")
        self.maps = Maps(DRAW, ((FIRST_ROW, IMAGE_COLUMN),), self.grid.values[None])
        rulers = {(FIRST_ROW + n, 2): Cell(n + 1, "ruler") for n in range(SIDE)}
        self.cells: Cells = self._choice(known) | _learning_rate() | _label(known) | rulers
        self.label = self._known_cell(5, TABLE_COLUMN + 1)
        self.rate = at(DRAW, RATE_ROW, TABLE_COLUMN + 4, LEARNING_RATE)

    def sheet(self, loss: LossSheet, gradients: Sequence[tuple[str, Area, Array]]) -> Sheet:
        """The finished sheet, with the losses before and after the step and with the change that
        the gradients (the name of a sheet, an area there and its values) predict.
        """
        self._losses(loss)
        self._compared(gradients)
        self._answers(loss)
        return Sheet(
            DRAW,
            self.cells,
            grids=(self.grid,),
            widths=_widths(),
            heights={1: TITLE_HEIGHT}
            | dict.fromkeys(range(FIRST_ROW, FIRST_ROW + SIDE), points(PIXELS) * 1.2),
            tab="009E73",
            scales=(Scale((self.maps.area(0),), "000000", "FFFFFF", end=255),),
            validations=self._validations(),
            merges=(Area(5, 11, 5, 20), *_pairs_of_rows()),
            protected=True,
            pages_high=1,
            first_view=first_view(
                self.cells, Area.of(min(ROWS.values()), TABLE_COLUMN, 2 * len(ROWS), 4)
            ),
        )

    def _known_cell(self, row: int, column: int) -> Known:
        return at(DRAW, row, column, self.cells[row, column].value)

    def _result(self, key: str, column: int = TABLE_COLUMN + 1) -> Known:
        """The cell of a line of the table, by the line's name."""
        return self._known_cell(ROWS[key], column)

    def _known(self) -> dict[Symbol, Known]:
        """The cells that the choice of a digit reads. At first it is the last digit, one that the
        network gets wrong.
        """
        names = self.gallery.names
        first_row = moving(Area.of(FIRST_ROW, 2), across=0)
        return {
            CHOICE: choice_of(names[-1]),
            NAMES: self.gallery.named,
            LABELS: self.gallery.labelled,
            CHOSEN: at(DRAW, 5, 24, len(names)),
            COLUMN: self.gallery.columns,
            RULER: Known(first_row, np.arange(1.0, SIDE + 1)[:, None]),
        }

    def _choice(self, known: dict[Symbol, Known]) -> Cells:
        """The title, the drop-down of digits and the number of the chosen one."""
        names = self.gallery.names
        missing = Text(f"no such digit: {names[0]} is shown")
        warning = no_such(CHOICE, NAMES, missing, Text(""))
        return {
            (1, 2): Cell("One step of learning, in cells", "title"),
            (2, 2): Cell(SUMMARY, "muted"),
            (5, 2): Cell("Digit:", "name"),
            (5, 11): computed(CHOICE, known, "node value"),
            (RATE_ROW, 2): Cell("choose on Overview", "link", link=OVERVIEW),
            (4, 2): Cell(FINDING, "bold"),
            (5, 24): computed(place_or(CHOICE, NAMES, Integer(1)), known, "shade"),
            (6, 2): computed(warning, known, "bold"),
        }

    def _losses(self, loss: LossSheet) -> None:
        """The loss before and after the step, and its change."""
        column = TABLE_COLUMN
        for key, value in (("before", loss.before), ("after", loss.after)):
            self.cells[ROWS[key], column] = Cell(f"loss {key} the step", "name")
            self.cells[ROWS[key], column + 1] = computed(VALUE, {VALUE: value}, "value")
        known = {BEFORE: self._result("before"), AFTER: self._result("after")}
        self.cells[ROWS["change"], column] = Cell("change", "name")
        self.cells[ROWS["change"], column + 1] = computed(AFTER - BEFORE, known, "value")

    def _sum_of_squares(self, gradients: Sequence[tuple[str, Area, Array]]) -> Known:
        """The cells of Σ gradient² in parts, as many as the length of a formula requires."""
        known = {
            Symbol(f"g{n}"): Known(area.on(name).relative, values)
            for n, (name, area, values) in enumerate(gradients)
        }
        terms = [squares(symbol) for symbol in known]
        row, column = ROWS["squares"], TABLE_COLUMN + 2
        parts = [
            computed(Add(*terms[start : start + MOST_TERMS]), known, "small slope")
            for start in range(0, len(terms), MOST_TERMS)
        ]
        self.cells |= {(row, column + n): part for n, part in enumerate(parts)}
        area = Area.of(row, column, wide=len(parts))
        return Known(area.relative, [part.value for part in parts])

    def _compared(self, gradients: Sequence[tuple[str, Area, Array]]) -> None:
        """The change that the gradient predicts, beside the change that the step made."""
        cells, column = self.cells, TABLE_COLUMN
        known = {
            VALUE: self._sum_of_squares(gradients),
            CHANGE: self._result("change"),
            back.RATE: self.rate,
        }
        lines = (
            ("squares", "Σ gradient², its parts beside it", total(VALUE), "value"),
            ("expected", "expected: −η · Σ gradient²", -back.RATE * SQUARED, "value"),
            ("ratio", "change / expected", share_or_dash(CHANGE, EXPECTED), "percent right"),
        )
        for (key, words, expr, style), symbol in zip(lines, (SQUARED, EXPECTED, None), strict=True):
            cells[ROWS[key], column] = Cell(words, "name")
            cells[ROWS[key], column + 1] = computed(expr, known, style)
            if symbol:
                known[symbol] = self._result(key)
        cells[ROWS["ratio"] + 2, column] = Cell(SMALLER, "muted")

    def _answers(self, loss: LossSheet) -> None:
        """The label's probability and the network's answer, before and after the step."""
        cells, column = self.cells, TABLE_COLUMN
        answers = [(VALUE, {VALUE: answer}) for answer in (loss.answer_before, loss.answer_after)]
        for key, words, pair, style in (
            ("share", "probability of the label, before and after", loss.shares(), "percent right"),
            ("answer", "answer, before and after", answers, "right"),
        ):
            cells[ROWS[key], column] = Cell(words, "name")
            for n, (expr, known) in enumerate(pair, 1):
                cells[ROWS[key], column + n] = computed(expr, known, style)

    def _validations(self) -> tuple[Validation, ...]:
        rate = Validation(
            row=RATE_ROW,
            column=TABLE_COLUMN + 1,
            last_row=RATE_ROW,
            kind="positive",
            title="Learning rate",
            message="A number above 0: how far to go down the gradient.",
        )
        return (rate,)


def _learning_rate() -> Cells:
    """The learning rate, a warning where it is no number, and the number that all updates read."""
    column = TABLE_COLUMN
    known = {back.RATE: at(DRAW, RATE_ROW, column + 1, LEARNING_RATE)}
    warning = if_number(back.RATE, Text(""), Text("no number: 0 is read"))
    rate = if_number(back.RATE, back.RATE, Integer(0))
    return {
        (RATE_ROW, column): Cell("learning rate η", "name"),
        (RATE_ROW, column + 1): Cell(LEARNING_RATE, "input"),
        (RATE_ROW, column + 2): computed(warning, known, "bold"),
        (RATE_ROW, column + 4): computed(rate, known, "shade"),
    }


def _label(known: dict[Symbol, Known]) -> Cells:
    return {
        (5, TABLE_COLUMN): Cell("label of the digit", "name"),
        (5, TABLE_COLUMN + 1): computed(element(LABELS, CHOSEN), known, "middle"),
    }


def _widths() -> dict[int, float]:
    pixels = dict.fromkeys(range(IMAGE_COLUMN, IMAGE_COLUMN + SIDE), width_of(PIXELS))
    table = {TABLE_COLUMN: 42.0, TABLE_COLUMN + 1: 16.0, TABLE_COLUMN + 2: 12.0}
    return {1: 1.0, 2: 3.0, IMAGE_COLUMN + SIDE: 3.0, 32: 3.0} | pixels | table
