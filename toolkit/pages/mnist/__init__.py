"""The MNIST workbook; each sheet has a file of its own."""

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
    """All sheets of the workbook in reading order.

    `command` is the command that repeats the run. `series` adds the sheet Seeds; `history` is then
    its first run. `answers` are the predictions for the held-out images, and `pictures` the images
    and kernels of the run; sheets that need a missing one are left out. The names of the classes
    are those in `history` unless `class_names` is given.
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
    """The sheets with the images that the network sees and the kernels that it applies to them."""
    seen = augmentation.sheet(result, pictures)
    return (kernels.sheet(result, pictures.kernels), seen) if pictures.kernels else (seen,)


def _classes(
    result: MnistRun, answers: Predictions, pictures: Pictures | None
) -> tuple[Sheet, ...]:
    """The sheets with the predictions: by pairs of classes, by class, and by image."""
    table = predictions.table(result, answers)
    matrix = confusion.sheet(result, table)
    sheets = matrix, per_class.sheet(result, matrix.cells), predictions.sheet(result, table)
    if pictures is None:
        return sheets
    return *sheets, mistakes.sheet(result, answers, table, pictures.images)
