"""The result of a lesson with one input and one output: the curve through its points."""

from collections.abc import Mapping

from sympy import Abs, Expr

from toolkit.book.address import Area
from toolkit.book.known import Known, at, down
from toolkit.book.page import Place
from toolkit.book.sheet import Chart, Series, Sheet
from toolkit.book.tables import Cell, Table
from toolkit.network.derivation import LOSS
from toolkit.pages.backprop.layout import RESULT, LessonLayout
from toolkit.pages.backprop.result import (
    CHOSEN,
    HEADING_ROW,
    ResultPage,
    fits,
    label,
    of_sample,
    samples,
    total_of,
)
from toolkit.symbols.equation import quantity
from toolkit.symbols.lookups import element
from toolkit.symbols.text import Text, joined, number_text

SAMPLE, INPUT, TARGET, BEFORE, NOW, RESIDUAL = range(1, 7)
WIDTHS = {SAMPLE: 13.0, INPUT: 11.0, TARGET: 11.0, BEFORE: 15.0, NOW: 15.0, RESIDUAL: 15.0, 7: 2.0}
HEADINGS = ("sample", "input", "target", "before training", "chosen epoch", "residual")
CHART_COLUMN, FIT_SIZE, RESIDUALS_SIZE = 8, (14.5, 11.0), (14.5, 6.6)
RESIDUALS = "Residuals: target minus output at the chosen epoch"
# With a condition, for a run that grows without bound, LibreOffice would leave out the minus sign.
FORMAT = "General"
MOST_SAMPLES = 6  # with the chart of the residuals below them in the first view
QUESTION = "How well does the curve of the network fit the points, and what does it miss?"
T, A, LOSSES, WEIGHTS, BIASES = (quantity(n) for n in ("t", "a", "losses", "weights", "biases"))


def applies(run: LessonLayout) -> bool:
    """Whether inputs and outputs are single numbers, so that a chart shows one over the other."""
    layers = run.lesson.network.layers
    return layers[0] == layers[-1] == 1 and fits(run)


def sheet(run: LessonLayout, by_sheet: Mapping[str, Table]) -> Sheet:
    """A row for each sample, a chart of points and curve, and a chart of the residuals."""
    page = ResultPage(RESULT, run=run, by_sheet=by_sheet)
    page.begin(QUESTION)
    page.widths = dict(WIDTHS)
    for column, words in enumerate(HEADINGS, 1):
        page.cells[HEADING_ROW, column] = Cell(words, "heading")
    ordered = sorted(samples(run), key=lambda n: run.lesson.samples.inputs[n - 1])
    for row, sample in enumerate(ordered, HEADING_ROW + 1):
        _row(page, row, sample)
    _line(page)
    _finding(page, len(ordered))
    _charts(page, len(ordered))
    return page.finish()


def _row(page: ResultPage, row: int, sample: int) -> None:
    (x,), (target,), (output,) = of_sample(page.run, sample)
    page.cells[row, SAMPLE] = Cell(label(page.run, sample), "label")
    for column, symbol in ((INPUT, x), (TARGET, target)):
        page.compute((row, column), symbol, page.run.parameters, "short")
    page.at_epoch((row, BEFORE), page.epochs(output), "number", epoch=0)
    now = page.at_epoch((row, NOW), page.epochs(output), "number")
    page.compute((row, RESIDUAL), T - A, {T: page.known((row, TARGET)), A: now})


def _line(page: ResultPage) -> None:
    """The equation of a straight line, for a single neuron without an activation."""
    network, derived = page.run.lesson.network, page.run.derived
    if len(network.layers) > 2 or network.activations[0] != "identity" or not derived.biases:
        return
    known = {
        WEIGHTS: page.epochs(derived.weights[0]),
        BIASES: page.epochs(derived.biases[0]),
        CHOSEN: page.chosen,
    }
    line = joined(
        Text("The line: output = "),
        number_text(element(WEIGHTS, page.place)),
        Text(" · input + "),
        number_text(element(BIASES, page.place)),
    )
    page.compute((5, 1), line, known, "bold")


def _finding(page: ResultPage, count: int) -> None:
    rows = range(HEADING_ROW + 1, HEADING_ROW + 1 + count)
    residuals = {quantity(f"residual {row}"): page.known((row, RESIDUAL)) for row in rows}
    missed: Expr = total_of(list(residuals), Abs) / count
    finding = joined(
        Text("At epoch "),
        number_text(page.place - 1),
        Text(f" {LOSS.name} = "),
        number_text(element(LOSSES, page.place)),
        Text(" (before training "),
        number_text(element(LOSSES, 1)),
        Text("), and the outputs miss their targets by "),
        number_text(missed),
        Text(" on average."),
    )
    known = {LOSSES: page.epochs(LOSS), CHOSEN: page.chosen, **residuals}
    page.compute((3, 1), finding, known, "bold")


def _charts(page: ResultPage, count: int) -> None:
    """The chart of the points and the curve, and that of the residuals below the table."""

    def column(number: int) -> Known:
        rows = range(HEADING_ROW + 1, HEADING_ROW + 1 + count)
        return down(
            RESULT, HEADING_ROW + 1, number, [page.cells[row, number].value for row in rows]
        )

    def series(number: int, *, line: bool) -> Series:
        name = at(RESULT, HEADING_ROW, number, HEADINGS[number - 1])
        return Series(name, column(INPUT), column(number), dots=True, line=line)

    fitted = series(TARGET, line=False), series(BEFORE, line=True), series(NOW, line=True)
    fit = _over_inputs("Targets and outputs", "output", fitted, (4, CHART_COLUMN), FIT_SIZE)
    below = HEADING_ROW + count + 2, 1
    residuals = (series(RESIDUAL, line=False),)
    missed = _over_inputs(RESIDUALS, "residual", residuals, below, RESIDUALS_SIZE)
    page.charts = [fit, missed]
    page.effects = [fit, Area(HEADING_ROW + 1, NOW, HEADING_ROW + count, RESIDUAL)]
    page.effects += [missed] if count <= MOST_SAMPLES else []


def _over_inputs(
    title: str, y_title: str, series: tuple[Series, ...], place: Place, size: tuple[float, float]
) -> Chart:
    """A chart over the inputs, with its corner in a cell and its size in cm."""
    (row, column), (width, height) = place, size
    return Chart(
        title,
        "input",
        y_title,
        series,
        row=row,
        column=column,
        width=width,
        height=height,
        y_format=FORMAT,
        x_free=True,
        x_format=FORMAT,
    )
