"""The sheet of softmax and cross-entropy, before and after the update."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sympy import Expr, Integer, Symbol

from toolkit.book.known import Known, at, down
from toolkit.book.live import computed
from toolkit.book.regions import around
from toolkit.book.sheet import Sheet
from toolkit.book.tables import Cell
from toolkit.book.values import Value
from toolkit.pages.live import backward as back
from toolkit.pages.live import explained
from toolkit.pages.live.layout import (
    FINDING_ROW,
    TITLE_HEIGHT,
    VIEW,
    Cells,
    MapColumns,
    Maps,
    Tiling,
    first_view,
)
from toolkit.pages.live.region import Region
from toolkit.symbols.choices import matching
from toolkit.symbols.lookups import lookup
from toolkit.symbols.maps import window_dot
from toolkit.symbols.ranges import largest

LOSS, FIRST_ROW = "Loss", 9
LETTERS = (
    "How wrong is the network? The loss L is −ln of the label's probability p; the target y is 1 "
    "for the label and 0 for every other class."
)
FINDING = (
    "The gradient of a logit is p − y: the further a probability is from its target, the larger."
)
VALUE, CLASS, LABEL = (Symbol(name) for name in ("value", "class", "label"))
LOGIT, LOGITS, POWER, POWERS = (Symbol(n) for n in ("z", "logits", "power", "powers"))
TARGETS = Symbol("targets")


@dataclass
class LossSheet:
    """The sheet of softmax and cross-entropy, before and after the update."""

    maps: Maps
    names: Sequence[str]
    label: Known

    def __post_init__(self) -> None:
        self.cells: Cells = {
            (1, 2): Cell("Loss: softmax and cross-entropy", "title"),
            (2, 2): Cell(LETTERS, "muted"),
            (FINDING_ROW, 2): Cell(FINDING, "bold"),
        }
        self.classes: list[Value] = [int(n) if n.isdecimal() else n for n in self.names]
        self.rows = range(FIRST_ROW, FIRST_ROW + len(self.classes))
        heads = (
            "class",
            "logit z",
            "e^(z - largest)",
            "probability p",
            "target y",
            "∂L/∂z = p − y",
            "",
            "z after",
            "e^(z - largest)",
            "p after",
        )
        self.cells |= {
            (FIRST_ROW - 1, 2 + n): Cell(word, "heading") for n, word in enumerate(heads) if word
        }
        for row, label in zip(self.rows, self.classes, strict=True):
            self.cells[row, 2] = Cell(label, "heading")
            known = {CLASS: at(LOSS, row, 2, label), LABEL: self.label}
            self.cells[row, 6] = computed(
                matching(CLASS, LABEL, Integer(1), Integer(0)), known, "centred count"
            )
        self.before, self.answer_before = self._side(3, self.maps, "loss")
        for row in self.rows:
            known = {back.SHARE: self._known(row, 5), back.TARGET: self._known(row, 6)}
            self.cells[row, 7] = computed(back.BY_LOGIT, known, "number")
        slopes = np.array([self.cells[row, 7].value for row in self.rows], float)
        maps = Maps(LOSS, tuple((row, 7) for row in self.rows), slopes[:, None, None])
        # One below the other, five columns right of the names.
        frame = MapColumns(wide=1, pixels=VIEW, beside=(0,) * 5)
        tiles = Tiling(len(slopes), 1, 1, frame, first=FIRST_ROW, between=0)
        self.by_logit = Region(maps, tiles)
        self.after, self.answer_after = self.before, self.answer_before

    def _known(self, row: int, column: int) -> Known:
        return at(LOSS, row, column, self.cells[row, column].value)

    def _range(self, column: int) -> Known:
        return down(LOSS, FIRST_ROW, column, [self.cells[row, column].value for row in self.rows])

    def _side(self, column: int, maps: Maps, words: str) -> tuple[Known, Known]:
        """Write logits, powers, probabilities and the loss; return the loss and the answer."""
        for n, row in enumerate(self.rows):
            self.cells[row, column] = computed(VALUE, {VALUE: maps.whole(n)}, "number")
        logits = self._range(column)
        for row in self.rows:
            known = {LOGIT: self._known(row, column), LOGITS: logits}
            self.cells[row, column + 1] = computed(explained.POWER, known, "number")
        powers = self._range(column + 1)
        for row in self.rows:
            known = {POWER: self._known(row, column + 1), POWERS: powers}
            self.cells[row, column + 2] = computed(explained.SHARE, known, "percent right")
        targets = self._range(6)
        pair = {
            LOGITS: Known(logits.address, np.array([logits.value], float)),
            TARGETS: Known(targets.address, np.array([targets.value], float)),
            POWERS: powers,
        }
        end = self.rows[-1] + 2
        self.cells[end, column] = Cell(words, "name")
        self.cells[end, column + 1] = computed(explained.CROSS_ENTROPY, pair, "value")
        answer = lookup(CLASS, LOGITS, largest(LOGITS))
        known = {CLASS: self._range(2), LOGITS: logits}
        self.cells[end + 1, column] = Cell("answer", "name")
        self.cells[end + 1, column + 1] = computed(answer, known, "middle")
        return self._known(end, column + 1), self._known(end + 1, column + 1)

    @property
    def each(self) -> tuple[tuple[Value, Known], ...]:
        """Each class with its probability before the step."""
        return tuple(
            (name, self._known(row, 5)) for name, row in zip(self.classes, self.rows, strict=True)
        )

    def shares(self) -> list[tuple[Expr, dict[Symbol, Known]]]:
        """The label's probability before and after the step, selected by the targets."""
        targets = self._range(6)
        probabilities = []
        for column in (5, 11):
            shares = self._range(column)
            pair = {
                VALUE: Known(shares.address, np.array([shares.value], float)),
                TARGETS: Known(targets.address, np.array([targets.value], float)),
            }
            probabilities.append((window_dot(TARGETS, VALUE), pair))
        return probabilities

    def sheet(self, maps: Maps) -> Sheet:
        """The finished sheet, with the logits of the second pass."""
        self.after, self.answer_after = self._side(9, maps, "loss after")
        widths = {1: 2.0, 8: 3.0} | dict.fromkeys((2, 3, 4, 5, 6, 7, 9, 10, 11), 16.0)
        lines = [line for _, line in explained.LOSS_LINES]
        pictures, heights = explained.equation_row(lines, widths)
        return Sheet(
            LOSS,
            self.cells,
            widths=widths,
            tab="CC79A7",
            pages_high=1,
            protected=True,
            pictures=tuple(pictures),
            heights={1: TITLE_HEIGHT} | heights,
            first_view=first_view(
                self.cells, around(place for place in self.cells if place[0] >= FIRST_ROW)
            ),
        )
