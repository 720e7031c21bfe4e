"""The MNIST workbook, one file a sheet."""

from toolkit.book.sheet import Book
from toolkit.convnet.history import History
from toolkit.convnet.shapes import layer_table
from toolkit.pages.mnist import epochs, layers, run, targets
from toolkit.pages.mnist.layout import Result


def mnist_book(history: History, command: str) -> Book:
    """All sheets in reading order; `command` makes the run again."""
    result = Result(history, tuple(layer_table(history.model.network)), command)
    return Book(
        history.model.title,
        (
            targets.sheet(result, epochs.table(history), layers.table(result.layers)),
            epochs.sheet(result),
            layers.sheet(result),
            run.sheet(result),
        ),
    )
