"""The workbook of one step of learning: forward, loss, backward, update, forward again."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sympy import Add, Expr, Integer, Symbol

from toolkit.book.grid import moving
from toolkit.book.live import computed
from toolkit.book.sheet import (
    Area,
    Book,
    Cell,
    Known,
    Scale,
    Sheet,
    Validation,
    Value,
    at,
    down,
    quoted,
    reach,
)  # fmt: skip
from toolkit.convnet.stages import DEVIATION, MEAN, stages
from toolkit.convnet.stored import Stored
from toolkit.pages.live import backward as back
from toolkit.pages.live import digits, explained, rules
from toolkit.pages.live import equations as eq
from toolkit.pages.live.digits import SIDE, STEP, Gallery
from toolkit.pages.live.draw import CHOSEN, COLUMN, NAMES, RULER, no_such
from toolkit.pages.live.explained import backward_lines
from toolkit.pages.live.forward import Passed, as_maps, forward, shown_weights
from toolkit.pages.live.layer import size_of, width_of
from toolkit.pages.live.layout import DRAW, Array, Cells, Maps, Tiling, filled
from toolkit.pages.live.naming import (
    NORMALIZED,
    kind,
    linked,
    receptive_fields,
    title,
    way_back,
    way_on,
)
from toolkit.pages.live.page import Page
from toolkit.pages.live.returning import backward
from toolkit.symbols.functions import Text, largest, total, where
from toolkit.symbols.maps import if_number, matching, picked, place_or, squares, window_dot
from toolkit.symbols.shares import share_or_dash

LOSS, SECOND, INPUT = "Loss", "Second pass", "Input"
SEEN, CENTRE, SPREAD, CHOICE = (Symbol(n) for n in ("seen", "mean", "deviation", "choice"))
LOGIT, LOGITS, POWER, POWERS = (Symbol(n) for n in ("z", "logits", "power", "powers"))
CLASS, LABEL, LABELS, TARGETS = (Symbol(n) for n in ("class", "label", "labels", "targets"))
VALUE, BEFORE, AFTER = Symbol("value"), Symbol("before"), Symbol("after")
FIRST_ROW, SEEN_COLUMN, TABLE_COLUMN, PIXELS = 9, 3, 33, 11
LEARNING_RATE = 0.001
MOST_SHOWN = 4  # equations above the maps
RATE_ROW = 7
ROWS = {"before": 10, "after": 12, "change": 14, "squares": 16, "expected": 18, "ratio": 20,
        "share": 24, "answer": 26}  # fmt: skip
MOST_TERMS = 40  # of one formula
SMALLER = "The smaller η, the nearer to 100 %: the gradient is right. Try 0.000001."
SQUARED, CHANGE, EXPECTED = Symbol("squared"), Symbol("change"), Symbol("expected")


def step_book(stored: Stored, gallery: Gallery) -> Book:
    """All sheets in reading order."""
    originals = stages(stored)
    steps = [as_maps(stage) for stage in originals]
    margin = max([stage.padding for stage in steps] + [stage.size - 1 for stage in steps])
    first = _Draw(gallery)
    page = Page(INPUT, pixels=size_of(SIDE))
    maps = _input(page, first.maps, margin)
    sheets = [page.sheet("Input: normalized pixels", "0072B2")]
    passed: list[Passed] = []
    fields = receptive_fields(originals)
    for number, (stage, original) in enumerate(zip(steps, originals, strict=True), 1):
        name = f"{number} {kind(original)}"
        page = Page(name, pixels=size_of(stage.output[1]))
        weights = shown_weights(stage, page, margin)
        passed.append(forward(stage, page, 8, maps, weights, margin, name))
        maps = passed[-1].a
        page.cells[2, 2] = Cell(way_on(stage) + rules.editable(stage), "muted")
        page.explain([eq.shown(stage)])
        sheets.append(page.sheet(title(original, number, fields[number - 1]), "0072B2"))
    loss = _Loss(maps, stored.names, first.label)
    sheets.append(loss.page_place)
    reached, updated, areas = loss.by_logit, {}, []
    rate = first.rate
    for done in reversed(passed):
        page = Page(f"∂ {done.name}", pixels=size_of(done.stage.input[1]))
        returned = backward(done, reached, page, rate, margin)
        reached, updated[done.name] = returned.by_input, returned.weights
        areas += [(page.name, area, values) for area, values in returned.gradients]
        page.cells[2, 2] = Cell(way_back(done.stage, first=done is passed[0]), "muted")
        page.explain([line for _, line in backward_lines(done.stage)][:MOST_SHOWN])
        step = ", and the step" * bool(returned.gradients)
        sheets.append(page.sheet(f"∂ {done.name}: backward{step}", "D55E00"))
    page = Page(SECOND, pixels=13)
    page.last = 5
    maps = passed[0].before
    for done in passed:
        again = forward(done.stage, page, page.last + 4, maps, updated[done.name], margin, SECOND)
        page.cells[again.z.places[0][0] - margin - 2, 2] = Cell(done.name, "bold")
        maps = again.a
    sheets.append(
        page.sheet("Second pass: the same digit with the weights after the step", "009E73")
    )
    sheets[sheets.index(loss.page_place)] = loss.sheet(maps)
    sheets.insert(0, first.sheet(loss, areas))
    sheets.insert(1, explained.sheet([(done.name, done.stage) for done in passed]))
    return Book("One step of learning", linked([*sheets, digits.sheet(gallery)]))


def _input(page: Page, seen: Maps, margin: int) -> Maps:
    """Pixels to numbers of mean 0 and deviation 1 over the training set."""
    page.cells |= {
        (2, 2): Cell(f"{NORMALIZED} {rules.EDITABLE}", "muted"),
        (4, 2): Cell("mean", "label"), (4, 9): Cell(MEAN, "small setting"),
        (5, 2): Cell("deviation", "label"), (5, 9): Cell(DEVIATION, "small setting"),
    }  # fmt: skip
    page.widths[9] = 6.0
    page.validations += rules.normalizing(9)
    known = {CENTRE: at(INPUT, 4, 9, MEAN), SPREAD: at(INPUT, 5, 9, DEVIATION)}
    expr = (SEEN / 255 - CENTRE) / SPREAD
    tiles = Tiling(1, SIDE, SIDE, margin)
    return page.lay(tiles, "input", expr, lambda n: known | {SEEN: seen.window(n, 1)})


class _Draw:
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
            RULER: Known(moving(FIRST_ROW, 2, 1, 0), np.arange(1.0, SIDE + 1)[:, None]),
        }
        place = (CHOSEN - 1) * Integer(STEP) + RULER
        self.grid = filled(picked(COLUMN, place), known, (FIRST_ROW, SEEN_COLUMN), "shade")
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
                no_such(CHOICE, NAMES, Text(f"no such digit: {gallery.names[0]} is shown")),
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
            (5, column + 1): computed(picked(LABELS, CHOSEN), known, "middle"),
        } | {(FIRST_ROW + n, 2): Cell(n + 1, "ruler") for n in range(SIDE)}
        self.label = at(DRAW, 5, column + 1, self.cells[5, column + 1].value)
        self.rate = at(DRAW, RATE_ROW, column + 4, LEARNING_RATE)

    def sheet(self, loss: "_Loss", areas: list[tuple[str, Area, Array]]) -> Sheet:
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
            BEFORE: at(DRAW, ROWS["before"], column + 1, loss.before.value),
            AFTER: at(DRAW, ROWS["after"], column + 1, loss.after.value),
            back.RATE: self.rate,
        }
        cells[ROWS["change"], column] = Cell("change", "name")
        cells[ROWS["change"], column + 1] = computed(AFTER - BEFORE, known, "value")
        terms = []
        for n, (name, area, values) in enumerate(areas):
            symbol = Symbol(f"g{n}")
            known[symbol] = Known(f"{quoted(name)}!{reach(area)}", values)
            terms.append(squares(symbol))
        parts = [
            computed(Add(*terms[start : start + MOST_TERMS]), known, "small slope")
            for start in range(0, len(terms), MOST_TERMS)
        ]
        for n, part in enumerate(parts):
            cells[ROWS["squares"], column + 2 + n] = part
        whole = [part.value for part in parts]
        area = ROWS["squares"], column + 2, ROWS["squares"], column + 1 + len(parts)
        known[VALUE] = Known(reach(area), whole)
        self._compared(total(VALUE), known)
        self._answers(loss)
        return Sheet(
            DRAW,
            cells,
            grids=(self.grid,),
            widths={1: 1.0, 2: 3.0, SEEN_COLUMN + SIDE: 3.0, 32: 3.0}
            | dict.fromkeys(range(SEEN_COLUMN, SEEN_COLUMN + SIDE), width_of(PIXELS))
            | {column: 42.0, column + 1: 16.0, column + 2: 12.0},
            heights=dict.fromkeys(range(FIRST_ROW, FIRST_ROW + SIDE), PIXELS * 0.75 * 1.2),
            tab="009E73",
            scales=(Scale((self.maps.area(0),), "000000", "FFFFFF", end=255),),
            validations=(
                Validation(5, 11, 5, "choice", "Which digit?", "Choose a stored digit.",
                           self.gallery.names),
                Validation(RATE_ROW, column + 1, RATE_ROW, "positive", "Learning rate",
                           "A number above 0: how far to go down the gradient."),
            ),
            merges=((5, 11, 5, 20),),
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
            cells[ROWS[key], column + 1] = made = computed(expr, known, style)
            if symbol:
                known[symbol] = at(DRAW, ROWS[key], column + 1, made.value)
        cells[ROWS["ratio"] + 1, column] = Cell(SMALLER, "muted")

    def _answers(self, loss: "_Loss") -> None:
        """The label's probability and the answer, before and after."""
        cells, column = self.cells, TABLE_COLUMN
        said = [(VALUE, {VALUE: answer}) for answer in (loss.said_before, loss.said_after)]
        for key, words, pair, style in (
            ("share", "probability of the label, before and after", loss.shares(), "percent right"),
            ("answer", "answer, before and after", said, "right"),
        ):
            cells[ROWS[key], column] = Cell(words, "name")
            for n, (expr, known) in enumerate(pair, 1):
                cells[ROWS[key], column + n] = computed(expr, known, style)


@dataclass
class _Loss:
    """The sheet of softmax and cross-entropy, before and after the step."""

    maps: Maps
    names: Sequence[str]
    label: Known

    def __post_init__(self) -> None:
        self.cells: Cells = {(1, 2): Cell("Loss: softmax and cross-entropy", "title")}
        self.classes: list[Value] = [int(n) if n.isdecimal() else n for n in self.names]
        self.rows = range(FIRST_ROW, FIRST_ROW + len(self.classes))
        heads = ("class", "logit z", "e^(z - largest)", "probability p", "target y",
                 "∂loss/∂z = p - y", "", "z after", "e^(z - largest)", "p after")  # fmt: skip
        self.cells |= {
            (FIRST_ROW - 1, 2 + n): Cell(word, "heading") for n, word in enumerate(heads) if word
        }
        for row, label in zip(self.rows, self.classes, strict=True):
            self.cells[row, 2] = Cell(label, "heading")
            known = {CLASS: at(LOSS, row, 2, label), LABEL: self.label}
            self.cells[row, 6] = computed(
                matching(CLASS, LABEL, Integer(1), Integer(0)), known, "centred count"
            )
        self.before, self.said_before = self._side(3, self.maps, "loss")
        for row in self.rows:
            known = {back.SHARE: self._one(row, 5), back.TARGET: self._one(row, 6)}
            self.cells[row, 7] = computed(back.BY_LOGIT, known, "number")
        slopes = np.array([self.cells[row, 7].value for row in self.rows], float)
        self.by_logit = Maps(LOSS, tuple((row, 7) for row in self.rows), slopes[:, None, None])
        self.after, self.said_after = self.before, self.said_before
        self.page_place = Sheet(LOSS)

    def _one(self, row: int, column: int) -> Known:
        return at(LOSS, row, column, self.cells[row, column].value)

    def _range(self, column: int) -> Known:
        return down(LOSS, FIRST_ROW, column, [self.cells[row, column].value for row in self.rows])

    def _side(self, column: int, maps: Maps, words: str) -> tuple[Known, Known]:
        """Logits, powers, probabilities and the loss; the loss, and the likeliest class."""
        for n, row in enumerate(self.rows):
            self.cells[row, column] = computed(VALUE, {VALUE: maps.whole(n)}, "number")
        logits = self._range(column)
        for row in self.rows:
            known = {LOGIT: self._one(row, column), LOGITS: logits}
            self.cells[row, column + 1] = computed(explained.POWER, known, "number")
        powers = self._range(column + 1)
        for row in self.rows:
            known = {POWER: self._one(row, column + 1), POWERS: powers}
            self.cells[row, column + 2] = computed(explained.SHARE, known, "percent right")
        targets = self._range(6)
        pair = {
            LOGITS: Known(logits.address, np.array([logits.value], float)),
            TARGETS: Known(targets.address, np.array([targets.value], float)),
            POWERS: powers,
        }
        end = self.rows[-1] + 2
        self.cells[end, column] = Cell(words, "name")
        pair[LOGITS] = Known(logits.address, pair[LOGITS].value)
        self.cells[end, column + 1] = computed(explained.CROSS_ENTROPY, pair, "value")
        said = where(CLASS, LOGITS, largest(LOGITS))
        known = {CLASS: self._range(2), LOGITS: logits}
        self.cells[end + 1, column] = Cell("answer", "name")
        self.cells[end + 1, column + 1] = computed(said, known, "middle")
        return self._one(end, column + 1), self._one(end + 1, column + 1)

    def shares(self) -> list[tuple[Expr, dict[Symbol, Known]]]:
        """The label's probability before and after the step: what its target picks."""
        targets = self._range(6)
        found = []
        for column in (5, 11):
            shares = self._range(column)
            pair = {
                VALUE: Known(shares.address, np.array([shares.value], float)),
                TARGETS: Known(targets.address, np.array([targets.value], float)),
            }
            found.append((window_dot(TARGETS, VALUE), pair))
        return found

    def sheet(self, maps: Maps) -> Sheet:
        """Finished with the logits of the second pass."""
        self.after, self.said_after = self._side(9, maps, "loss after")
        widths = {1: 2.0, 8: 3.0} | dict.fromkeys((2, 3, 4, 5, 6, 7, 9, 10, 11), 16.0)
        return Sheet(LOSS, self.cells, widths=widths, tab="CC79A7", pages_high=1, protected=True)
