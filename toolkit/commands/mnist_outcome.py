"""What `toolkit mnist` leaves behind: weights, workbook, and what it says of them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from toolkit.commands.console import complain
from toolkit.files.errors import ToolkitError

if TYPE_CHECKING:
    from torch import nn

    from toolkit.commands.mnist_options import Options
    from toolkit.convnet.digits import Digits
    from toolkit.convnet.history import History
    from toolkit.convnet.seeds import Series


def stopped(history: "History") -> bool:
    """Whether epochs are missing."""
    return len(history.epochs) < history.model.training.epochs


def save(
    options: "Options", network: "nn.Module", history: "History", text: str, data: "Digits"
) -> None:
    """Write the weights; `text` is that of the template. Raises ToolkitError as `write` does."""
    from toolkit.convnet.weights import save_weights

    with _keeping(options):
        save_weights(network, _metadata(history, text, data), options.weights)


def _metadata(history: "History", text: str, data: "Digits") -> dict[str, str]:
    return {
        "template": text,
        "epochs": str(len(history.epochs)),
        "seed": str(history.seed),
        "held_out": history.held_out,
        "classes": json.dumps(history.names),
        "data": data.fingerprint(),
    }


def first_network(
    options: "Options", series: "Series", text: str, data: "Digits"
) -> "nn.Module | None":
    """That of seed 0 by its weights, which may lie there from an earlier call; None without."""
    from toolkit.convnet.model import build
    from toolkit.convnet.weights import load_weights

    network = build(series.model.network)
    wanted = _metadata(series.history(0), text, data)
    del wanted["classes"]  # names may have been corrected since
    if load_weights(network, wanted, options.weights):
        return network
    if not options.quiet:
        there = options.weights.exists()
        what = "not the weights of the recorded seed 0" if there else "not there"
        complain(
            f"{options.weights}: {what}, so the workbook has no sheets of its predictions; "
            f"remove {options.record} to train the series, and the weights, anew"
        )
    return None


def write(
    options: "Options",
    history: "History",
    network: "nn.Module | None",
    data: "Digits",
    series: "Series | None" = None,
) -> None:
    """Write the workbook. Raises ToolkitError that says how to write it without training again."""
    from toolkit.book.writer import write as write_book
    from toolkit.convnet import outputs
    from toolkit.pages.mnist import mnist_book

    said = pictures = None
    if network:
        said = outputs.predictions(network, data)
        how = history.model.augmentation
        pictures = outputs.pictures(network, data, how, history.seed)
    book = mnist_book(history, options.command(history), series, said, pictures=pictures)
    with _keeping(options):
        write_book(book, options.out)


@contextmanager
def _keeping(options: "Options") -> Iterator[None]:
    """Where a file cannot be written, says what then writes it without training anew."""
    try:
        yield
    except ToolkitError as error:
        how = ""
        if options.seeds:
            how = "; the same command then writes it, without training again what is finished"
        elif options.checkpoint.is_file():
            how = "; --resume then writes it, without training again what is finished"
        raise ToolkitError(f"{error}{how}") from error


def result(options: "Options", history: "History", *, weights: bool) -> dict[str, Any]:
    """What was made; `weights` says whether their file was written too."""
    from toolkit.convnet.shapes import parameter_count

    return {
        "workbook": str(options.out),
        "weights": str(options.weights) if weights else None,
        "parameters": parameter_count(history.model.network),
        f"{history.held_out}_accuracy": history.accuracy,
        "epochs": len(history.epochs),
        "stopped": stopped(history),
        "ended": history.ended or None,
        "seconds": sum(epoch.seconds for epoch in history.epochs),
        "device": history.device,
        "threads": history.threads,
        "seed": history.seed,
    }
