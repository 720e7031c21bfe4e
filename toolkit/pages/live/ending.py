"""The stages of single numbers: the mean of each map, and linear layers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sympy import Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at
from toolkit.book.live import computed
from toolkit.book.sheet import Sheet, Validation
from toolkit.book.tables import Cell
from toolkit.convnet.stages import EPSILON, Stage
from toolkit.pages.live import equations as eq
from toolkit.pages.live import rules
from toolkit.pages.live.layer import equation, finding, meant, question
from toolkit.pages.live.layout import (
    EQUATION_ROW,
    FINDING_ROW,
    TITLE_HEIGHT,
    Cells,
    Maps,
    first_view,
)
from toolkit.pages.live.page import Reads
from toolkit.pages.live.parameters import NORM
from toolkit.symbols.maps import map_mean

INPUT_ROW, FIRST_ROW = 7, 11
NAME_COLUMN, OUTPUT_COLUMN, BIAS_COLUMN = 2, 3, 4
HIGH = {1: TITLE_HEIGHT, EQUATION_ROW: 24.0}
EPSILON_PLACE = 6, 3
NORM_SYMBOLS = (eq.GAMMA, eq.BETA, eq.MEAN, eq.VARIANCE)
MEAN_QUESTION = "How much of what a map looks for is in the image? The mean of all its cells."
MEAN_FINDING = "Where in the image something was no longer counts from here on."
LINEAR_QUESTION = (
    "How do the inputs vote? Each output adds up every input times its weight, and a bias."
)
LINEAR_FINDING = (
    "A weight above 0 lets its input raise the output; a weight below 0 lets it lower the output."
)
VALUE = Symbol("value")


@dataclass(frozen=True)
class NumberSheet:
    """A sheet, and its outputs one by one as other sheets read them."""

    sheet: Sheet
    outputs: tuple[Known, ...]

    @property
    def maps(self) -> Maps:
        """The same as maps of one cell each."""
        places = tuple((FIRST_ROW + n, OUTPUT_COLUMN) for n in range(len(self.outputs)))
        values = np.array([known.value for known in self.outputs], float)
        return Maps(self.sheet.name, places, values[:, None, None])


def features(stage: Stage, name: str, title: str, inputs: Sequence[Known]) -> NumberSheet:
    """A number for each input: the mean of a map, or what changes a number in place."""
    averaged = stage.kind == "average"
    words = [MEAN_QUESTION] if averaged else [question(stage)]
    explanation = " ".join([*words, *meant(stage)]) + rules.editable(stage)
    cells: Cells = {(1, 2): Cell(title, "title"), (2, 2): Cell(explanation, "muted")}
    cells |= {(FINDING_ROW, 2): Cell(MEAN_FINDING if averaged else finding(stage), "bold")}
    cells |= _epsilon(stage)
    headings = [
        "map" if averaged else "input",
        "mean" if averaged else "value",
        *_norm_names(stage),
    ]
    cells |= {(FIRST_ROW - 1, 2 + n): Cell(word, "heading") for n, word in enumerate(headings)}
    expr = eq.finished(stage, map_mean(VALUE) if averaged else VALUE)
    for n, known in enumerate(inputs):
        row = FIRST_ROW + n
        norm, operands = _norm_cells(stage, n, row, OUTPUT_COLUMN + 1)
        cells |= {(row, NAME_COLUMN): Cell(n + 1, "heading")} | norm
        cells[row, OUTPUT_COLUMN] = computed(expr, {VALUE: known} | operands, "number")
    widths = {1: 2.0, NAME_COLUMN: 14.0, OUTPUT_COLUMN: 14.0}
    return _number_sheet(
        stage, name, cells, len(inputs), widths, _norm_rules(stage, OUTPUT_COLUMN + 1)
    )


def linear(
    stage: Stage, name: str, title: str, inputs: Sequence[Known], names: Sequence[str]
) -> NumberSheet:
    """A linear layer: its inputs in a row, below them a row of weights for each output."""
    headings = ("output", "value", "bias b", *_norm_names(stage))
    left = 3 + len(headings)
    words = " ".join([LINEAR_QUESTION, *meant(stage)]) + rules.editable(stage)
    cells: Cells = {(1, 2): Cell(title, "title"), (2, 2): Cell(words, "muted")}
    cells |= {(FINDING_ROW, 2): Cell(LINEAR_FINDING, "bold")} | _epsilon(stage)
    cells |= _inputs(inputs, left)
    cells |= {(FIRST_ROW - 1, 2 + n): Cell(word, "heading") for n, word in enumerate(headings)}
    cells[FIRST_ROW - 1, left] = Cell("weights", "bold")
    arriving = _at_inputs(inputs, left)
    for number in range(len(stage.kernel)):
        cells[FIRST_ROW + number, NAME_COLUMN] = Cell(names[number], "heading")
        cells |= _output(stage, number, left, arriving)
    count = len(stage.kernel)
    widths = {1: 2.0, NAME_COLUMN: 14.0, OUTPUT_COLUMN: 12.0, left - 1: 2.0}
    widths |= dict.fromkeys(range(left, left + len(inputs)), 5.2)
    checks = [
        rules.number("Weights", [Area.of(FIRST_ROW, left, count, len(inputs))]),
        rules.number("Bias", [Area.of(FIRST_ROW, BIAS_COLUMN, count)]),
        *_norm_rules(stage, BIAS_COLUMN + 1),
    ]
    return _number_sheet(stage, name, cells, count, widths, checks)


def _at_inputs(inputs: Sequence[Known], left: int) -> Known:
    """The row of the inputs, as one range of the sheet."""
    vector = np.array([[known.value for known in inputs]], float)
    return Known(Area.of(INPUT_ROW, left, wide=len(inputs)).absolute_range, vector)


def _output(stage: Stage, number: int, left: int, inputs: Known) -> Cells:
    """The row of one output: its weights, bias and batch norm, and its value."""
    row, weights = FIRST_ROW + number, stage.kernel[number]
    cells = _weights(stage, number, row, left)
    norm, operands = _norm_cells(stage, number, row, BIAS_COLUMN + 1)
    bias = Known(Area.of(row, BIAS_COLUMN).column_absolute, cells[row, BIAS_COLUMN].value)
    area = Area.of(row, left, wide=len(weights))
    known = operands | {
        eq.window(1): inputs,
        eq.kernel(1): Known(area.column_absolute, weights[None, :]),
        eq.BIAS: bias,
    }
    cells |= norm
    cells[row, OUTPUT_COLUMN] = computed(eq.output(stage), known, "number")
    return cells


def _number_sheet(
    stage: Stage,
    name: str,
    cells: Cells,
    count: int,
    widths: dict[int, float],
    checks: Sequence[Validation],
) -> NumberSheet:
    """The sheet of `count` numbers below each other in the column of outputs."""
    sheet = Sheet(
        name,
        cells,
        widths=widths,
        tab="0072B2",
        pages_high=1,
        validations=tuple(checks),
        protected=True,
        pictures=(equation(stage),),
        heights=HIGH,
        first_view=first_view(cells, Area.of(FIRST_ROW, OUTPUT_COLUMN, count)),
    )
    return NumberSheet(sheet, _outputs(name, cells, count))


def _weights(stage: Stage, number: int, row: int, left: int) -> Cells:
    """The weights of one output, and its bias."""
    bias = 0.0 if stage.bias is None else float(stage.bias[number])
    cells: Cells = {(row, BIAS_COLUMN): Cell(bias, "small input")}
    return cells | {
        (row, left + n): Cell(float(weight), "small input")
        for n, weight in enumerate(stage.kernel[number])
    }


def _norm_names(stage: Stage) -> tuple[str, ...]:
    return NORM if stage.norm else ()


def _norm_cells(stage: Stage, number: int, row: int, column: int) -> tuple[Cells, Reads]:
    """Batch norm of single numbers: its four numbers, and its scale and shift by formula."""
    if not stage.norm:
        return {}, {}
    norm, cells = stage.norm, Cells()
    known: Reads = {eq.EPSILON: Known(Area.of(*EPSILON_PLACE).absolute, EPSILON)}
    typed = zip(NORM_SYMBOLS, (norm.gamma, norm.beta, norm.mean, norm.variance), strict=True)
    for n, (symbol, values) in enumerate(typed, column):
        cells[row, n] = Cell(float(values[number]), "small input")
        known[symbol] = Known(Area.of(row, n).column_absolute, cells[row, n].value)
    for n, line in enumerate((eq.SCALED, eq.SHIFTED), column + len(NORM_SYMBOLS)):
        cells[row, n] = computed(line.expr, known, "small number")
        known[line.symbol] = Known(Area.of(row, n).column_absolute, cells[row, n].value)
    return cells, known


def _epsilon(stage: Stage) -> Cells:
    """Batch norm's ε, for all rows of a sheet."""
    if not stage.norm:
        return {}
    row, column = EPSILON_PLACE
    return {
        (row, column - 1): Cell("batch norm's ε", "name"),
        (row, column): Cell(EPSILON, "small setting"),
    }


def _norm_rules(stage: Stage, column: int) -> list[Validation]:
    if not stage.norm:
        return []
    high = stage.output[0]
    return [
        rules.at_least_0("Batch norm's ε", [Area.of(*EPSILON_PLACE)]),
        rules.number("Batch norm's γ, β, μ", [Area.of(FIRST_ROW, column, high, 3)]),
        rules.at_least_0("Batch norm's σ²", [Area.of(FIRST_ROW, column + 3, high)]),
    ]


def _outputs(name: str, cells: Cells, count: int) -> tuple[Known, ...]:
    rows = range(FIRST_ROW, FIRST_ROW + count)
    return tuple(at(name, row, OUTPUT_COLUMN, cells[row, OUTPUT_COLUMN].value) for row in rows)


def _inputs(inputs: Sequence[Known], left: int) -> Cells:
    """The row of what arrives from the sheet before."""
    cells: Cells = {(INPUT_ROW, NAME_COLUMN): Cell("inputs", "heading")}
    for n, known in enumerate(inputs):
        cells[INPUT_ROW - 1, left + n] = Cell(n + 1, "small centred")
        cells[INPUT_ROW, left + n] = computed(VALUE, {VALUE: known}, "small number")
    return cells
