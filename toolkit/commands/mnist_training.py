"""Training for `toolkit mnist`: one model or a series of seeds, with the files that are written."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torch import nn

from toolkit.book import writer
from toolkit.commands.console import complain
from toolkit.commands.mnist_options import MnistOptions
from toolkit.commands.progress import watching
from toolkit.convnet import machine, outputs, seeds, training
from toolkit.convnet.digits import Digits
from toolkit.convnet.history import History
from toolkit.convnet.model import build
from toolkit.convnet.seeds import SeedRuns
from toolkit.convnet.template import Model
from toolkit.convnet.weights import load_weights, metadata_of, save_weights
from toolkit.files.errors import ToolkitError
from toolkit.pages.mnist import mnist_book


def train_one(options: MnistOptions, model: Model, text: str, data: Digits) -> History:
    """Train the model and write its weights and the workbook; `text` is that of its template."""
    checkpoint = options.checkpoint
    network, history = _train(options, model, data, options.seed, checkpoint, resume=options.resume)
    _save(options, network, history, text)
    _write(options, history, network, data)
    # A training that diverged would only diverge again from its checkpoint.
    if history.ended or not history.stopped:
        checkpoint.unlink(missing_ok=True)
    return history


def train_series(
    options: MnistOptions, model: Model, text: str, data: Digits
) -> tuple[SeedRuns, bool]:
    """Train the seeds that are not recorded yet, one after another, and write the workbook.

    The workbook shows the network of the first seed. Returns the finished runs among those
    requested, and whether this call wrote the weights of the first seed.

    Raises ToolkitError if --resume finds neither a record nor a checkpoint, if the record belongs
    to other settings, or if a file cannot be read or written.
    """
    series = recorded = seeds.load(options.record, seeds.begin(model, data))
    count = options.seeds or 0
    if options.resume and not recorded.runs and not options.checkpoint_of(0).exists():
        raise ToolkitError(
            f"{options.record}: no such record, and {options.checkpoint_of(0)}: no such "
            "checkpoint; leave out --resume to begin, or give the --out of the series that was "
            "stopped"
        )
    try:
        for seed in range(len(series.runs), count):
            series = _next_seed(options, series, seed, text, data)
    except KeyboardInterrupt:
        if not series.runs:
            raise
    done = series.first(count)
    _write(options, done.history(0), _first_network(options, done, text), data, done)
    return done, not recorded.runs


def _train(
    options: MnistOptions, model: Model, data: Digits, seed: int, checkpoint: Path, *, resume: bool
) -> tuple[nn.Module, History]:
    device = machine.choose_device(options.device)
    try:
        with watching(model, data.held_out, len(data.test_images), quiet=options.quiet) as watcher:
            return training.train(model, data, seed, device, watcher, checkpoint, resume=resume)
    except training.DivergenceError as error:
        raise ToolkitError(f"{options.model}: {error}") from error


def _next_seed(
    options: MnistOptions, series: SeedRuns, seed: int, text: str, data: Digits
) -> SeedRuns:
    """Train one more seed, starting from its checkpoint if there is one, and record it."""
    checkpoint = options.checkpoint_of(seed)
    network, history = _train(
        options, series.model, data, seed, checkpoint, resume=checkpoint.exists()
    )
    if history.ended:
        checkpoint.unlink(missing_ok=True)
        raise ToolkitError(f"{options.model}: seed {seed}: {history.ended}")
    if history.stopped:
        raise KeyboardInterrupt
    if seed == 0:
        _save(options, network, history, text)
    series = series.having(history)
    seeds.save(options.record, series)
    checkpoint.unlink(missing_ok=True)
    return series


def _save(options: MnistOptions, network: nn.Module, history: History, text: str) -> None:
    """Write the weights. Raises ToolkitError as `_write` does."""
    with _with_cure(options):
        save_weights(network, metadata_of(history, text), options.weights)


def _first_network(options: MnistOptions, series: SeedRuns, text: str) -> nn.Module | None:
    """The network of seed 0, loaded from its file of weights, which an earlier call may have
    written; None without such a file.
    """
    network = build(series.model.network)
    metadata = metadata_of(series.history(0), text)
    del metadata["classes"]  # the names of the classes may have been corrected since
    if load_weights(network, metadata, options.weights):
        return network
    if not options.quiet:
        exists = options.weights.exists()
        state = "not the weights of the recorded seed 0" if exists else "not there"
        complain(
            f"{options.weights}: {state}, so the workbook has no sheets of its predictions; "
            f"remove {options.record} to train the series again"
        )
    return None


def _write(
    options: MnistOptions,
    history: History,
    network: nn.Module | None,
    data: Digits,
    series: SeedRuns | None = None,
) -> None:
    """Write the workbook. The ToolkitError says how to write it without training again."""
    predictions = pictures = None
    if network:
        predictions = outputs.predictions(network, data)
        augmentation = history.model.augmentation
        pictures = outputs.pictures(network, data, augmentation, history.seed)
    book = mnist_book(history, options.command(history), series, predictions, pictures=pictures)
    with _with_cure(options):
        writer.write(book, options.out)


@contextmanager
def _with_cure(options: MnistOptions) -> Iterator[None]:
    """Add to the error about an unwritable file how to write it without training again."""
    try:
        yield
    except ToolkitError as error:
        cure = ""
        if options.seeds:
            cure = "; the same command then writes it without repeating finished training"
        elif options.checkpoint.is_file():
            cure = "; --resume then writes it without repeating finished training"
        raise ToolkitError(f"{error}{cure}") from error
