"""The layer table: what each layer makes of its input, and what it costs."""

from sympy import Symbol

from toolkit.book.live import computed
from toolkit.book.sheet import Cell, Column, Sheet, Table
from toolkit.convnet.shapes import LayerRow, Shape
from toolkit.pages.mnist.layout import LAYERS, TARGETS, Result, column
from toolkit.symbols.functions import total

TABLE_ROW = 4
PARAMETERS = Symbol("parameters")


def table(rows: tuple[LayerRow, ...]) -> Table:
    """One row for each layer."""
    return Table(
        TABLE_ROW,
        1,
        (
            Column("number", list(range(1, len(rows) + 1)), "integer", width=9),
            Column("layer", [row.name for row in rows], "label", width=22),
            Column("input", [_shape(row.input) for row in rows], "middle", width=15),
            Column("kernel", [row.kernel for row in rows], "integer", width=9),
            Column("stride", [row.stride for row in rows], "integer", width=9),
            Column("padding", [row.padding for row in rows], "integer", width=9),
            Column("dropout rate", [row.rate for row in rows], "short", width=14),
            Column("output", [_shape(row.output) for row in rows], "middle", width=15),
            Column("parameters", [row.parameters for row in rows], "count", width=13),
        ),
    )


def sheet(result: Result) -> Sheet:
    """The layers in the order in which an image passes through them, with the total below."""
    made = table(result.layers)
    row, end = made.last_row + 1, len(made.columns)
    known = {PARAMETERS: column(made, LAYERS, "parameters")}
    cells = {
        (1, 1): Cell("Layers", "title"),
        (2, 1): Cell("Shapes are channels x height x width.", "muted"),
        (2, 8): Cell(TARGETS, "link", link=TARGETS),
        (row, 2): Cell("Total", "name"),
        (row, end): computed(total(PARAMETERS), known, "total"),
    }
    return Sheet(LAYERS, cells, (made,), freeze=(TABLE_ROW + 1, 3), tab="009E73")


def _shape(shape: Shape) -> str:
    return " x ".join(map(str, shape))
