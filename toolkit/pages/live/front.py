"""The first sheet of a step: the digit, the learning rate, what the gradient promised."""

import numpy as np
from sympy import Add, Expr, Integer, Symbol

from toolkit.book.address import Area
from toolkit.book.grid import moving
from toolkit.book.live import computed
from toolkit.book.measure import points
from toolkit.book.sheet import (
    Cell,
    Known,
    Scale,
    Sheet,
    Validation,
    at,
)  # fmt: skip
from toolkit.pages.live import backward as back
from toolkit.pages.live.digits import SIDE, STEP, Gallery
from toolkit.pages.live.draw import CHOSEN, COLUMN, NAMES, RULER, no_such
from toolkit.pages.live.layer import width_of
from toolkit.pages.live.layout import DRAW, Array, Cells, Maps, filled
from toolkit.pages.live.loss import LossSheet
from toolkit.symbols.choices import if_number, share_or_dash
from toolkit.symbols.lookups import element, place_or
from toolkit.symbols.ranges import squares, total
from toolkit.symbols.text import Text

FIRST_ROW, SEEN_COLUMN, TABLE_COLUMN, PIXELS = 9, 3, 33, 11
LEARNING_RATE = 0.001
RATE_ROW = 7
ROWS = {"before": 10, "after": 12, "change": 14, "squares": 16, "expected": 18, "ratio": 20,
        "share": 24, "answer": 26}  # fmt: skip
MOST_TERMS = 40  # of one formula
SMALLER = "The smaller η, the nearer to 100 %: the gradient is right. Try 0.000001."
VALUE, CHOICE, LABELS, BEFORE, AFTER, SQUARED, CHANGE, EXPECTED = (
    Symbol(name)
    for name in (
        "value", "choice", "labels", "before", "after", "squared", "change", "expected"
    )
)  # fmt: skip


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
        count, start = len(gallery.names), gallery.names[-1]
        chosen = count  # the last digit is one that the network gets wrong
        known = {
            CHOICE: at(DRAW, 5, 11, start),
            NAMES: gallery.named,
            LABELS: gallery.labelled,
            CHOSEN: at(DRAW, 5, 24, chosen),
            COLUMN: gallery.columns,
            RULER: Known(
                moving(Area.of(FIRST_ROW, 2), across=0), np.arange(1.0, SIDE + 1)[:, None]
            ),
        }
        place = (CHOSEN - 1) * Integer(STEP) + RULER
        self.grid = filled(element(COLUMN, place), known, (FIRST_ROW, SEEN_COLUMN), "shade")
        self.maps = Maps(DRAW, ((FIRST_ROW, SEEN_COLUMN),), self.grid.values[None])
        column = TABLE_COLUMN
        typed = {back.RATE: at(DRAW, RATE_ROW, column + 1, LEARNING_RATE)}
        self.cells: Cells = {
            (1, 2): Cell("One step of learning, in cells", "title"),
            (2, 2): Cell(
                "Choose a digit: the loss, its gradient by every parameter, a step down that "
                "gradient, and the loss after it.",
                "muted",
            ),
            (5, 2): Cell("Digit:", "name"),
            (5, 11): Cell(start, "choice"),
            (5, 24): computed(place_or(CHOICE, NAMES, Integer(1)), known, "shade"),
            (6, 2): computed(
                no_such(
                    CHOICE, NAMES, Text(f"no such digit: {gallery.names[0]} is shown"), Text("")
                ),
                known,
                "bold",
            ),
            (RATE_ROW, column): Cell("learning rate η", "name"),
            (RATE_ROW, column + 1): Cell(LEARNING_RATE, "input"),
            (RATE_ROW, column + 2): computed(
                if_number(back.RATE, Text(""), Text("no number: 0 is read")), typed, "bold"
            ),
            # What all updates read.
            (RATE_ROW, column + 4): computed(
                if_number(back.RATE, back.RATE, Integer(0)), typed, "shade"
            ),
            (5, column): Cell("label of the digit", "name"),
            (5, column + 1): computed(element(LABELS, CHOSEN), known, "middle"),
        } | {(FIRST_ROW + n, 2): Cell(n + 1, "ruler") for n in range(SIDE)}
        self.label = at(DRAW, 5, column + 1, self.cells[5, column + 1].value)
        self.rate = at(DRAW, RATE_ROW, column + 4, LEARNING_RATE)

    def sheet(self, loss: LossSheet, areas: list[tuple[str, Area, Array]]) -> Sheet:
        """With what came of the step."""
        column, cells = TABLE_COLUMN, self.cells
        lines: list[tuple[str, str, Expr, dict[Symbol, Known], str]] = [
            ("before", "loss before the step", VALUE, {VALUE: loss.before}, "value"),
            ("after", "loss after the step", VALUE, {VALUE: loss.after}, "value"),
        ]
        for key, words, expr, known, style in lines:
            cells[ROWS[key], column] = Cell(words, "name")
            cells[ROWS[key], column + 1] = computed(expr, known, style)
        known = {
            BEFORE: at(DRAW, ROWS["before"], column + 1, cells[ROWS["before"], column + 1].value),
            AFTER: at(DRAW, ROWS["after"], column + 1, cells[ROWS["after"], column + 1].value),
            back.RATE: self.rate,
        }
        cells[ROWS["change"], column] = Cell("change", "name")
        cells[ROWS["change"], column + 1] = computed(AFTER - BEFORE, known, "value")
        terms = []
        for n, (name, area, values) in enumerate(areas):
            symbol = Symbol(f"g{n}")
            known[symbol] = Known(area.on(name).relative, values)
            terms.append(squares(symbol))
        parts = [
            computed(Add(*terms[start : start + MOST_TERMS]), known, "small slope")
            for start in range(0, len(terms), MOST_TERMS)
        ]
        for n, part in enumerate(parts):
            cells[ROWS["squares"], column + 2 + n] = part
        whole = [part.value for part in parts]
        area = Area.of(ROWS["squares"], column + 2, wide=len(parts))
        known[VALUE] = Known(area.relative, whole)
        self._compared(total(VALUE), known)
        self._answers(loss)
        return Sheet(
            DRAW,
            cells,
            grids=(self.grid,),
            widths={1: 1.0, 2: 3.0, SEEN_COLUMN + SIDE: 3.0, 32: 3.0}
            | dict.fromkeys(range(SEEN_COLUMN, SEEN_COLUMN + SIDE), width_of(PIXELS))
            | {column: 42.0, column + 1: 16.0, column + 2: 12.0},
            heights=dict.fromkeys(range(FIRST_ROW, FIRST_ROW + SIDE), points(PIXELS) * 1.2),
            tab="009E73",
            scales=(Scale((self.maps.area(0),), "000000", "FFFFFF", end=255),),
            validations=(
                Validation(5, 11, 5, "choice", "Which digit?",
                           "Choose a stored digit. ✗: the network misreads it.",
                           self.gallery.names),
                Validation(RATE_ROW, column + 1, RATE_ROW, "positive", "Learning rate",
                           "A number above 0: how far to go down the gradient."),
            ),
            merges=(Area(5, 11, 5, 20), *_pairs_of_rows()),
            protected=True,
            pages_high=1,
        )  # fmt: skip

    def _compared(self, squared: Expr, known: dict[Symbol, Known]) -> None:
        """What the gradient promised beside what came of it."""
        cells, column = self.cells, TABLE_COLUMN
        lines = (
            ("squares", "Σ gradient², its parts beside it", squared, "value"),
            ("expected", "expected: −η · Σ gradient²", -back.RATE * SQUARED, "value"),
            ("ratio", "change / expected", share_or_dash(CHANGE, EXPECTED), "percent right"),
        )
        known[CHANGE] = at(
            DRAW, ROWS["change"], column + 1, cells[ROWS["change"], column + 1].value
        )
        for (key, words, expr, style), symbol in zip(lines, (SQUARED, EXPECTED, None), strict=True):
            cells[ROWS[key], column] = Cell(words, "name")
            cells[ROWS[key], column + 1] = cell = computed(expr, known, style)
            if symbol:
                known[symbol] = at(DRAW, ROWS[key], column + 1, cell.value)
        cells[ROWS["ratio"] + 2, column] = Cell(SMALLER, "muted")

    def _answers(self, loss: LossSheet) -> None:
        """The label's probability and the answer, before and after."""
        cells, column = self.cells, TABLE_COLUMN
        answers = [(VALUE, {VALUE: answer}) for answer in (loss.said_before, loss.said_after)]
        for key, words, pair, style in (
            ("share", "probability of the label, before and after", loss.shares(), "percent right"),
            ("answer", "answer, before and after", answers, "right"),
        ):
            cells[ROWS[key], column] = Cell(words, "name")
            for n, (expr, known) in enumerate(pair, 1):
                cells[ROWS[key], column + n] = computed(expr, known, style)
