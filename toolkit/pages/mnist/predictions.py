"""The sheet of predictions: label, class probabilities and loss of every held-out image."""

from collections.abc import Mapping, Sequence
from typing import Any

from sympy import Eq, Max, Piecewise, Rational, Symbol, log

from toolkit.book.address import Area
from toolkit.book.known import Known, in_row
from toolkit.book.sheet import FirstView, Sheet
from toolkit.book.tables import Cell, Column, Table
from toolkit.convnet.history import PROBABILITY_DECIMALS, Predictions
from toolkit.pages.mnist.layout import PREDICTIONS, MnistRun, column, opening
from toolkit.symbols.equation import Equation, quantity
from toolkit.symbols.lookups import lookup_across
from toolkit.symbols.numeric import function
from toolkit.symbols.ranges import largest
from toolkit.symbols.text import Text

NAMES_ROW, TABLE_ROW, FIRST_CLASS = 4, 5, 7  # a column
LABEL, PREDICTION, NAMES, PROBABILITIES = (
    Symbol(name) for name in ("label", "prediction", "names", "probabilities")
)
SMALLEST = Rational(
    1, 10**PROBABILITY_DECIMALS
)  # a probability that is rounded to 0 has no logarithm
PREDICTED = Equation(PREDICTION, lookup_across(NAMES, PROBABILITIES, largest(PROBABILITIES)))
VERDICT = Equation(
    quantity("verdict"), Piecewise((Text("right"), Eq(LABEL, PREDICTION)), (Text("wrong"), True))
)
CONFIDENCE = Equation(quantity("confidence"), largest(PROBABILITIES))
LOSS = Equation(quantity("loss"), -log(Max(lookup_across(PROBABILITIES, NAMES, LABEL), SMALLEST)))


def table(result: MnistRun, predictions: Predictions) -> Table:
    """One row for each image, in the order of the file."""
    names, count = result.names, len(predictions.labels)
    probabilities = predictions.probabilities
    rows: dict[Symbol, Sequence[Any]] = {
        LABEL: [names[label] for label in predictions.labels],
        PREDICTION: [names[number] for number in predictions.predicted],
        PROBABILITIES: probabilities.tolist(),
        NAMES: [names] * count,
    }
    columns = (
        Column("image", list(range(1, count + 1)), "integer", width=12),
        Column("label", rows[LABEL], "middle", width=14),
        _computed(PREDICTED, rows, "middle", 14),
        _computed(VERDICT, rows, "middle", 11),
        _computed(CONFIDENCE, rows, "percent", 13),
        _computed(LOSS, rows, "decimals 6", 11),
        *(
            Column(
                f"P({name})", probabilities[:, number], "probability", width=max(11, len(name) + 6)
            )
            for number, name in enumerate(result.class_names)
        ),
    )
    return Table(TABLE_ROW, 1, columns)


def _computed(
    equation: Equation, rows: Mapping[Symbol, Sequence[Any]], style: str, width: float
) -> Column:
    """A column whose cells compute `equation` from the other cells of their row."""
    classes = len(rows[NAMES][0])
    places = {
        LABEL: in_row(2),
        PREDICTION: in_row(3),
        PROBABILITIES: in_row(FIRST_CLASS, FIRST_CLASS + classes - 1),
        NAMES: Area.of(NAMES_ROW, FIRST_CLASS, wide=classes).absolute,
    }
    operands = [symbol for symbol in places if symbol in equation.expr.free_symbols]
    compute = function(operands, [equation], single=True)
    values = [compute(*inputs)[0] for inputs in zip(*(rows[s] for s in operands), strict=True)]
    if not isinstance(values[0], str):
        values = [value + 0 for value in values]  # a loss of -0.0 is 0
    formula = equation.formula(lambda symbol: places[symbol])
    return Column(equation.symbol.name, values, style, formula=formula, width=width)


def known(prediction_table: Table, heading: str) -> Known:
    """A column of this sheet as an operand of formulas on other sheets."""
    return column(prediction_table, PREDICTIONS, heading)


def sheet(result: MnistRun, prediction_table: Table) -> Sheet:
    """The table, with the names of the classes above their probabilities."""
    sentence = (
        f"What the network says of every {result.history.held_out} image. The prediction is the "
        "class with the largest probability; the loss is -ln of the label's probability, which "
        f"counts as {float(SMALLEST):f} where it is smaller."
    )
    classes = {
        (NAMES_ROW, FIRST_CLASS + number): Cell(name, "heading")
        for number, name in enumerate(result.names)
    }
    cells = opening(PREDICTIONS, sentence) | classes
    cells[NAMES_ROW, FIRST_CLASS - 1] = Cell("class", "symbol")
    return Sheet(
        PREDICTIONS,
        cells,
        (prediction_table,),
        freeze=(TABLE_ROW + 1, 4),
        tab="56B4E9",
        filter=prediction_table.area,
        first_view=FirstView(effects=(Area.of(TABLE_ROW, 1, 2, len(prediction_table.columns)),)),
    )
