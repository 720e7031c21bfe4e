"""What `toolkit mnist` does: check, train, write."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.book.sheet import check_fits
from toolkit.commands.installed import check_installed
from toolkit.commands.mnist_options import Options as Options
from toolkit.commands.mnist_options import check
from toolkit.commands.mnist_outcome import first_network, result, save, stopped, write
from toolkit.files.errors import ToolkitError

if TYPE_CHECKING:
    from torch import nn

    from toolkit.convnet.digits import Digits
    from toolkit.convnet.history import History
    from toolkit.convnet.seeds import Series
    from toolkit.convnet.template import Model

Trained = tuple["nn.Module", "History"]


def train_mnist(options: Options) -> dict[str, Any]:
    """Train a model, or a series of seeds, and write the workbook and, beside it, the weights.

    Where Ctrl-C ends the training early, or a loss that is no finite number, both are written from
    the epochs that are finished. Raises ToolkitError where an option, the template,
    the data or `out` is at fault, before any training, and where not one epoch came to its end.
    """
    check(options)
    model, text = _model(options)
    check_installed("mnist")
    from toolkit.convnet import digits, machine, template

    data = digits.load(options.data_dir, validation=options.validation)
    template.check_batches(model, len(data.train_images), options.model)
    with machine.threads(options.threads):
        if options.seeds:
            return _train_series(options, model, text, data)
        return _train_one(options, model, text, data)


def _model(options: Options) -> tuple["Model", str]:
    from toolkit.convnet import template
    from toolkit.pages.mnist.epochs import TABLE_ROW

    model, text = template.load(options.model)
    template.check_digits(model, options.model)
    template.check_parameters(model, options.max_params, options.model)
    model = template.with_epochs(model, options.epochs)
    check_fits(TABLE_ROW + model.training.epochs, 1)
    return model, text


def _train_one(options: Options, model: "Model", text: str, data: "Digits") -> dict[str, Any]:
    keep = options.checkpoint
    network, history = _train(options, model, data, options.seed, keep, resume=options.resume)
    save(options, network, history, text, data)
    write(options, history, network, data)
    # What diverged would only diverge again from its checkpoint.
    if history.ended or not stopped(history):
        keep.unlink(missing_ok=True)
    return result(options, history, weights=True)


def _train(
    options: Options, model: "Model", data: "Digits", seed: int, keep: Path, *, resume: bool
) -> Trained:
    from toolkit.commands.progress import watching
    from toolkit.convnet import machine, training

    device = machine.choose_device(options.device)
    try:
        with watching(model, data.held_out, len(data.test_images), quiet=options.quiet) as watcher:
            return training.train(model, data, seed, device, watcher, keep, resume=resume)
    except training.DivergenceError as error:
        raise ToolkitError(f"{options.model}: {error}") from error


def _train_series(options: Options, model: "Model", text: str, data: "Digits") -> dict[str, Any]:
    """The seeds that are not recorded yet, one after another; the workbook shows the first."""
    from toolkit.convnet import seeds

    series = recorded = seeds.load(options.record, seeds.begin(model, data))
    wanted = options.seeds or 0
    if options.resume and not recorded.runs and not options.checkpoint_of(0).exists():
        raise ToolkitError(
            f"{options.record}: no such record, and {options.checkpoint_of(0)}: no such "
            "checkpoint; leave out --resume to begin, or give the --out of the series that was "
            "stopped"
        )
    try:
        for seed in range(len(series.runs), wanted):
            series = _next_seed(options, series, seed, text, data)
    except KeyboardInterrupt:
        if not series.runs:
            raise
    done = series.first(wanted)
    first = done.history(0)
    write(options, first, first_network(options, done, text, data), data, done)
    return result(options, first, weights=not recorded.runs) | {
        "stopped": len(done.runs) < wanted,
        "record": str(options.record),
        "seeds": seeds.summary(done),
    }


def _next_seed(
    options: Options, series: "Series", seed: int, text: str, data: "Digits"
) -> "Series":
    """Train one more seed, from its checkpoint where one was left, and record it."""
    from toolkit.convnet import seeds

    keep = options.checkpoint_of(seed)
    network, history = _train(options, series.model, data, seed, keep, resume=keep.exists())
    if history.ended:
        keep.unlink(missing_ok=True)
        raise ToolkitError(f"{options.model}: seed {seed}: {history.ended}")
    if stopped(history):
        raise KeyboardInterrupt
    if seed == 0:
        save(options, network, history, text, data)
    series = series.having(history)
    seeds.save(options.record, series)
    keep.unlink(missing_ok=True)
    return series
