"""The stages of single numbers: the mean of each map, and linear layers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sympy import Symbol, exp

from toolkit.book.live import computed
from toolkit.book.sheet import Cell, Known, Scale, Sheet, Value, at, down, letters, quoted
from toolkit.convnet.stages import Stage
from toolkit.pages.live import equations as eq
from toolkit.pages.live.layer import NEGATIVE, POSITIVE
from toolkit.pages.live.layout import Cells, Maps
from toolkit.symbols.functions import largest, total
from toolkit.symbols.maps import map_mean

INPUT_ROW, FIRST_ROW = 7, 11
NAME_COLUMN, OUTPUT_COLUMN, BIAS_COLUMN, WEIGHT_COLUMN = 2, 3, 4, 6
VALUE, CLASS, CLASSES = Symbol("value"), Symbol("class"), Symbol("classes")


@dataclass(frozen=True)
class Ended:
    """A sheet, and its outputs one by one as other sheets read them."""

    sheet: Sheet
    outputs: tuple[Known, ...]


def means(stage: Stage, name: str, title: str, maps: Maps) -> Ended:
    """Global average pooling by itself: a row of means."""
    cells: Cells = {(1, 2): Cell(title, "title")}
    cells |= _inputs([maps.whole(n) for n in range(len(maps.places))], pooled=True)
    outputs = _row(name, cells, stage.output[0])
    sheet = Sheet(name, cells, widths=_widths(stage.output[0]), tab="0072B2", pages_high=1)
    return Ended(sheet, outputs)


def linear(
    stage: Stage,
    name: str,
    title: str,
    inputs: Sequence[Known],
    names: Sequence[str],
    *,
    pooled: bool,
) -> Ended:
    """A linear layer: its inputs in a row (where `pooled`, the means of maps), below them a row of
    weights for each output.
    """
    assert stage.kernel is not None and stage.bias is not None
    cells: Cells = {(1, 2): Cell(title, "title")} | _inputs(inputs, pooled=pooled)
    cells |= {
        (FIRST_ROW - 1, column): Cell(heading, "heading")
        for column, heading in (
            (NAME_COLUMN, "output"),
            (OUTPUT_COLUMN, "value"),
            (BIAS_COLUMN, "bias b"),
            (WEIGHT_COLUMN, "weights"),
        )
    }
    values = _row(name, cells, len(inputs))
    vector = np.array([[known.value for known in values]], float)
    first, last = letters(WEIGHT_COLUMN), letters(WEIGHT_COLUMN + len(inputs) - 1)
    expr = eq.output(stage)
    for number, weights in enumerate(stage.kernel):
        row = FIRST_ROW + number
        bias = float(stage.bias[number])
        cells[row, NAME_COLUMN] = Cell(names[number], "heading")
        cells[row, BIAS_COLUMN] = Cell(bias, "small input")
        cells |= {
            (row, WEIGHT_COLUMN + n): Cell(float(weight), "small input")
            for n, weight in enumerate(weights)
        }
        known = {
            eq.window(1): Known(f"${first}${INPUT_ROW}:${last}${INPUT_ROW}", vector),
            eq.kernel(1): Known(f"${first}{row}:${last}{row}", weights[None, :]),
            eq.BIAS: Known(f"${letters(BIAS_COLUMN)}{row}", bias),
        }
        cells[row, OUTPUT_COLUMN] = computed(expr, known, "number")
    outputs = tuple(
        Known(
            f"{quoted(name)}!${letters(OUTPUT_COLUMN)}${FIRST_ROW + n}",
            cells[FIRST_ROW + n, OUTPUT_COLUMN].value,
        )
        for n in range(len(stage.kernel))
    )
    last_row = FIRST_ROW + len(stage.kernel) - 1
    area = FIRST_ROW, WEIGHT_COLUMN, last_row, WEIGHT_COLUMN + len(inputs) - 1
    scale = Scale((area,), POSITIVE, NEGATIVE, end=float(abs(stage.kernel).max()) or 1.0)
    sheet = Sheet(
        name, cells, widths=_widths(len(inputs)), tab="0072B2", scales=(scale,), pages_high=1
    )
    return Ended(sheet, outputs)


@dataclass(frozen=True)
class Softmax:
    """A sheet, and where it holds each class with its probability, one by one and as ranges."""

    sheet: Sheet
    each: tuple[tuple[Value, Known], ...]
    classes: Known
    shares: Known


LOGIT, LOGITS, POWER, POWERS = (Symbol(n) for n in ("z", "logits", "power", "powers"))
HEADINGS = ("class", "logit z", "e^(z - largest)", "probability")


def softmax(name: str, title: str, logits: Sequence[Known], names: Sequence[str]) -> Softmax:
    """Logits to probabilities, a step a column."""
    classes: list[Value] = [int(n) if n.isdecimal() else n for n in names]
    cells: Cells = {(1, 2): Cell(title, "title")}
    cells |= {(FIRST_ROW - 1, 2 + n): Cell(word, "heading") for n, word in enumerate(HEADINGS)}
    rows = range(FIRST_ROW, FIRST_ROW + len(classes))
    ranges: list[Known] = []
    for column in range(2, 6):
        for row, label, logit in zip(rows, classes, logits, strict=True):
            beside = {
                s: at(name, row, 2 + n, cells[row, 2 + n].value)
                for n, s in enumerate((CLASS, LOGIT, POWER)[: column - 2])
            }
            whole = dict(zip((CLASSES, LOGITS, POWERS), ranges, strict=False))
            cells[row, column] = _softmax_cell(column, label, logit, beside | whole)
        ranges.append(down(name, FIRST_ROW, column, [cells[row, column].value for row in rows]))
    each = tuple(
        (label, at(name, row, 5, cells[row, 5].value))
        for label, row in zip(classes, rows, strict=True)
    )
    widths = {1: 2.0, 2: 14.0, 3: 14.0, 4: 16.0, 5: 14.0}
    sheet = Sheet(name, cells, widths=widths, tab="0072B2", pages_high=1)
    return Softmax(sheet, each, ranges[0], ranges[3])


def _softmax_cell(column: int, label: Value, logit: Known, known: dict[Symbol, Known]) -> Cell:
    match column:
        case 2:
            return Cell(label, "heading")
        case 3:
            return computed(VALUE, {VALUE: logit}, "number")
        case 4:
            return computed(exp(LOGIT - largest(LOGITS)), known, "number")
    return computed(POWER / total(POWERS), known, "percent right")


def _inputs(inputs: Sequence[Known], *, pooled: bool) -> Cells:
    """The row of what arrives: means of maps, or numbers of the sheet before."""
    what = "mean of map" if pooled else "input"
    cells: Cells = {
        (INPUT_ROW - 1, NAME_COLUMN): Cell("map" if pooled else "input", "heading"),
        (INPUT_ROW, NAME_COLUMN): Cell(what if pooled else "value", "heading"),
    }
    expr = map_mean(VALUE) if pooled else VALUE
    for n, known in enumerate(inputs):
        cells[INPUT_ROW - 1, WEIGHT_COLUMN + n] = Cell(n + 1, "small centred")
        cells[INPUT_ROW, WEIGHT_COLUMN + n] = computed(expr, {VALUE: known}, "small number")
    return cells


def _row(name: str, cells: Cells, count: int) -> tuple[Known, ...]:
    return tuple(
        Known(
            f"{quoted(name)}!${letters(WEIGHT_COLUMN + n)}${INPUT_ROW}",
            cells[INPUT_ROW, WEIGHT_COLUMN + n].value,
        )
        for n in range(count)
    )


def _widths(count: int) -> dict[int, float]:
    widths = {1: 2.0, NAME_COLUMN: 14, OUTPUT_COLUMN: 12, BIAS_COLUMN: 8, BIAS_COLUMN + 1: 2}
    return widths | dict.fromkeys(range(WEIGHT_COLUMN, WEIGHT_COLUMN + count), 5.2)
