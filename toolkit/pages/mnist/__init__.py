"""The MNIST workbook, one file a sheet."""

from toolkit.book.sheet import Book, Sheet
from toolkit.convnet.history import History, Pictures, Predictions
from toolkit.convnet.seeds import SeedRuns
from toolkit.convnet.shapes import layer_table
from toolkit.pages.mnist import (
    augmentation,
    confusion,
    curves,
    epochs,
    kernels,
    layer_costs,
    mistakes,
    per_class,
    predictions,
    run,
    seeds,
    targets,
)
from toolkit.pages.mnist.layout import MnistRun, linked


def mnist_book(
    history: History,
    command: str,
    series: SeedRuns | None = None,
    answers: Predictions | None = None,
    class_names: tuple[str, ...] | None = None,
    pictures: Pictures | None = None,
) -> Book:
    """All sheets in reading order; `command` makes the run again.

    With a series of seeds, of which `history` is the first, the sheet Seeds holds all of them.
    `answers` is what the network of `history` says of the held-out images, and `pictures` what else
    of it can be shown: without them the sheets that show this are left out. The classes are called
    as `history` says unless told otherwise.
    """
    rows = tuple(layer_table(history.model.network))
    result = MnistRun(
        history=history,
        layers=rows,
        command=command,
        series=series,
        predictions=answers,
        class_names=class_names or history.names,
    )
    table, layer_sheet = epochs.table(history), layer_costs.sheet(result)
    sheets = [
        epochs.sheet(result),
        curves.sheet(result, table),
        layer_sheet,
        *(_classes(result, answers, pictures) if answers else ()),
        *(_looks(result, pictures) if pictures else ()),
        *([seeds.sheet(series)] if series else []),
        run.sheet(result),
    ]
    first = targets.sheet(result, table, layer_sheet, sheets)
    return Book(history.model.title, linked([first, *sheets]))


def _looks(result: MnistRun, pictures: Pictures) -> tuple[Sheet, ...]:
    """What the network sees, and with what it looks."""
    seen = augmentation.sheet(result, pictures)
    return (kernels.sheet(result, pictures.kernels), seen) if pictures.kernels else (seen,)


def _classes(
    result: MnistRun, answers: Predictions, pictures: Pictures | None
) -> tuple[Sheet, ...]:
    """What the network says, counted by pairs of classes, class by class, and image by image."""
    table = predictions.table(result, answers)
    matrix = confusion.sheet(result, table)
    sheets = matrix, per_class.sheet(result, matrix.cells), predictions.sheet(result, table)
    if pictures is None:
        return sheets
    return *sheets, mistakes.sheet(result, answers, table, pictures.images)
