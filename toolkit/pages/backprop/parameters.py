"""The sheet on which the reader plays: every parameter in one cell, the loss curves beside."""

from typing import cast

from sympy import Symbol

from toolkit.book.sheet import Cell, Chart, Series, Sheet, Table, at
from toolkit.network.derivation import LOSS
from toolkit.network.optimizers import MEANINGS
from toolkit.pages.backprop import layout
from toolkit.pages.backprop.layout import PARAMETERS, Worked, column_of, rate_sheet
from toolkit.pages.backprop.table import title

MOST_LINKS = 8  # as wide as the chart; the sheet of learning rates links to every table
HOW_TO = (
    "Change a yellow cell and press Enter: every table, gradient and chart in this book follows.",
    "Undo (Ctrl+Z) brings the old value back.",
)


def sheet(worked: Worked, tables: list[Table]) -> Sheet:
    """The first sheet of the book."""
    cells = {
        (1, 1): Cell(worked.lesson.title, "title"),
        **{(2 + n, 1): Cell(line, "muted") for n, line in enumerate(HOW_TO)},
        (4, 1): Cell("Equations", "link", link=layout.EQUATIONS),
        (4, 2): Cell("Learning rates", "link", link=layout.RATES),
        **_links_to_tables(worked),
        **_headings(),
        **_rows(worked),
    }
    return Sheet(
        PARAMETERS,
        cells,
        charts=(_comparison(worked, tables),),
        widths={1: 14, 2: 16, 3: 42},
        freeze=(layout.FIRST_PARAMETER_ROW, 1),
        tab="E69F00",
    )


def _links_to_tables(worked: Worked) -> dict[tuple[int, int], Cell]:
    first = 5  # beside the chart, clear of the columns that hold the parameters
    return {
        (4, first + n): Cell(rate_sheet(letter), "link", link=rate_sheet(letter))
        for n, letter in enumerate(worked.letters[:MOST_LINKS])
    }


def _headings() -> dict[tuple[int, int], Cell]:
    row = layout.FIRST_PARAMETER_ROW - 1
    words = ("parameter", "value", "what it is")
    return {(row, column): Cell(word, "heading") for column, word in enumerate(words, 1)}


def _rows(worked: Worked) -> dict[tuple[int, int], Cell]:
    cells = {}
    for n, (symbol, known) in enumerate(worked.parameters.items()):
        row = layout.FIRST_PARAMETER_ROW + n
        cells[row, 1] = Cell(symbol.name, "symbol")
        cells[row, 2] = Cell(cast("float", known.value), "input")
        cells[row, 3] = Cell(_meaning(symbol, worked), "note")
    return cells


def _meaning(symbol: Symbol, worked: Worked) -> str:
    derived = worked.derived
    if symbol in derived.inputs:
        return "input"
    if symbol in derived.targets:
        return "target: what the output should be"
    if symbol in derived.weights:
        return f"start weight, in {_reader(symbol, worked)}"
    if symbol in derived.biases:
        return f"bias, in {_reader(symbol, worked)}"
    if symbol in MEANINGS:
        return MEANINGS[symbol]
    letter = symbol.name.split()[-1]
    return f"learning rate of sheet {rate_sheet(letter)} (above 0)"


def _reader(weight: Symbol, worked: Worked) -> str:
    """The quantity whose sum a weight enters, found in the equations themselves."""
    readers = [e.symbol.name for e in worked.derived.forward if e.expr.has(weight)]
    return str(readers[0]).split("[")[0]


def _comparison(worked: Worked, tables: list[Table]) -> Chart:
    series = tuple(loss_line(worked, table, rate) for rate, table in enumerate(tables))
    return Chart(
        "Loss for each learning rate",
        "epoch",
        LOSS.name,
        series,
        row=6,
        column=5,
        width=20,
        height=11 + 0.5 * max(0, len(series) // 3 - 2),  # the legend takes three names a line
        y_min=0,
    )


def loss_line(worked: Worked, table: Table, rate: int) -> Series:
    """The loss over the epochs at one learning rate, as a line of a chart."""
    name = rate_sheet(worked.letters[rate])
    return Series(
        at(name, 1, 1, title(worked, rate).value),
        table.known(name, 0),
        table.known(name, column_of(table, LOSS.name)),
    )
