"""The sheet of predictions: label, class probabilities and loss of every held-out image."""

from collections.abc import Mapping, Sequence
from typing import Any

from sympy import Eq, Expr, Max, Piecewise, Rational, Symbol, log

from toolkit.book.address import Area
from toolkit.book.known import Known, in_row
from toolkit.book.sheet import Sheet
from toolkit.book.tables import Cell, Column, Table
from toolkit.convnet.history import PROBABILITY_DECIMALS, Predictions
from toolkit.pages.mnist import layout
from toolkit.pages.mnist.layout import (
    FIRST_ROW,
    PREDICTIONS,
    MnistRun,
    column,
    percent,
    sentence,
)
from toolkit.symbols.equation import Equation, quantity
from toolkit.symbols.lookups import lookup_across
from toolkit.symbols.numeric import function
from toolkit.symbols.ranges import largest, length
from toolkit.symbols.records import mean_of_records, occurrences
from toolkit.symbols.text import Text, grouped_text

NAMES_ROW, TABLE_ROW, FIRST_CLASS = FIRST_ROW, FIRST_ROW + 1, 7  # a column
SEEN_ROWS, SEEN_COLUMNS = 18, 6  # of the table in the first view
LABEL, PREDICTION, NAMES, PROBABILITIES = (
    Symbol(name) for name in ("label", "prediction", "names", "probabilities")
)
VERDICTS, SURE = Symbol("verdicts"), Symbol("confidences")
SMALLEST = Rational(
    1, 10**PROBABILITY_DECIMALS
)  # a probability that is rounded to 0 has no logarithm
PREDICTED = Equation(PREDICTION, lookup_across(NAMES, PROBABILITIES, largest(PROBABILITIES)))
VERDICT = Equation(
    quantity("verdict"), Piecewise((Text("right"), Eq(LABEL, PREDICTION)), (Text("wrong"), True))
)
CONFIDENCE = Equation(quantity("confidence"), largest(PROBABILITIES))
NOTE = (
    "The prediction is the class with the largest probability. The loss is -ln of the label's "
    f"probability, which counts as {float(SMALLEST):f} where it is smaller."
)
LOSS = Equation(quantity("loss"), -log(Max(lookup_across(PROBABILITIES, NAMES, LABEL), SMALLEST)))


def table(result: MnistRun, predictions: Predictions) -> Table:
    """One row for each image, in the order of the file."""
    names, count = result.names, len(predictions.labels)
    probabilities, wide = predictions.probabilities, max(9.0, result.longest_name + 2.0)
    rows: dict[Symbol, Sequence[Any]] = {
        LABEL: [names[label] for label in predictions.labels],
        PREDICTION: [names[number] for number in predictions.predicted],
        PROBABILITIES: probabilities.tolist(),
        NAMES: [names] * count,
    }
    columns = (
        Column("image", list(range(1, count + 1)), "integer", width=9),
        Column("label", rows[LABEL], "middle", width=wide),
        _computed(PREDICTED, rows, "middle", max(13.0, wide)),
        _computed(VERDICT, rows, "middle", 11),
        _computed(CONFIDENCE, rows, "percent", 14),
        _computed(LOSS, rows, "decimals 6", 11),
        *(
            Column(
                f"P({name})", probabilities[:, number], "probability", width=max(10, len(name) + 5)
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
    held_out = result.history.held_out
    question = f"What does the network say of each {held_out} image, and how sure is it?"
    page = layout.page(PREDICTIONS, "Predictions", question, "56B4E9")
    page.tables.append(prediction_table)
    page.cells |= {
        (NAMES_ROW, FIRST_CLASS + number): Cell(name, "heading")
        for number, name in enumerate(result.names)
    }
    page.cells[NAMES_ROW, FIRST_CLASS - 1] = Cell("class", "symbol")
    page.cells[NAMES_ROW - 1, 1] = Cell(NOTE, "muted")
    page.freeze, page.filter = (TABLE_ROW + 1, 1), prediction_table.area
    page.effects.append(Area.of(TABLE_ROW, 1, SEEN_ROWS, SEEN_COLUMNS))
    columns = {
        VERDICTS: known(prediction_table, "verdict"),
        SURE: known(prediction_table, "confidence"),
    }
    page.state(_finding(held_out), columns)
    return page.finish()


def _finding(held_out: str) -> Expr:
    """How many predictions are right, and how sure the network is of the right and wrong ones."""
    right, wrong = (Text(verdict) for verdict in ("right", "wrong"))
    surer = sentence(
        " Its mean confidence is ",
        percent(mean_of_records(SURE, VERDICTS, right), 1),
        " where it is right and ",
        percent(mean_of_records(SURE, VERDICTS, wrong), 1),
        " where it is wrong.",
    )
    both = (occurrences(VERDICTS, right) >= 1) & (occurrences(VERDICTS, wrong) >= 1)
    return sentence(
        "The network is right about ",
        grouped_text(occurrences(VERDICTS, right)),
        " of ",
        grouped_text(length(VERDICTS)),
        f" {held_out} images.",
        Piecewise((surer, both), (Text(""), True)),
    )
