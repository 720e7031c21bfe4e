"""The MNIST workbook, one file a sheet."""

from toolkit.book.sheet import Book
from toolkit.convnet.history import History
from toolkit.convnet.seeds import Series
from toolkit.convnet.shapes import layer_table
from toolkit.pages.mnist import epochs, layers, run, seeds, targets
from toolkit.pages.mnist.layout import Result


def mnist_book(history: History, command: str, series: Series | None = None) -> Book:
    """All sheets in reading order; `command` makes the run again.

    With a series of seeds, of which `history` is the first, the sheet Seeds holds all of them.
    """
    result = Result(history, tuple(layer_table(history.model.network)), command, series)
    return Book(
        history.model.title,
        (
            targets.sheet(result, epochs.table(history), layers.table(result.layers)),
            epochs.sheet(result),
            layers.sheet(result),
            *([seeds.sheet(series)] if series else []),
            run.sheet(result),
        ),
    )
