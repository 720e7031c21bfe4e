"""What `toolkit mnist` does: check, train, write."""

import json
import subprocess
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from toolkit.book.saving import check_workbook, check_writable
from toolkit.book.sheet import check_fits
from toolkit.errors import ToolkitError
from toolkit.installed import check_installed

if TYPE_CHECKING:
    from torch import nn

    from toolkit.convnet.digits import Digits
    from toolkit.convnet.history import History
    from toolkit.convnet.seeds import Series
    from toolkit.convnet.template import Model

Trained = tuple["nn.Module", "History"]


@dataclass(frozen=True)
class Options:
    """The options of `toolkit mnist`; the command line's help says what each means."""

    out: Path
    model: str = "default"
    epochs: int | None = None
    seed: int = 0
    seeds: int | None = None
    data_dir: Path | None = None
    device: str = "auto"
    validation: bool = False
    resume: bool = False
    max_params: int | None = None
    quiet: bool = False

    @property
    def weights(self) -> Path:
        """The file of the weights, beside the workbook."""
        return self.out.with_suffix(".safetensors")

    @property
    def checkpoint(self) -> Path:
        """The file of an unfinished run, beside the workbook."""
        return self.out.with_suffix(".checkpoint")

    def checkpoint_of(self, seed: int) -> Path:
        """The file of an unfinished run of a series, beside the workbook."""
        return self.out.with_suffix(f".seed{seed}.checkpoint")

    @property
    def record(self) -> Path:
        """The file in which a series of seeds is recorded, beside the workbook."""
        return self.out.with_suffix(".seeds.json")

    def command(self) -> str:
        """The command that makes the same run again from the same folder."""
        words = ["toolkit", "mnist"]
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in ("resume", "quiet", "max_params") or value in (None, False):
                continue
            if field.name == "seed" and self.seeds:
                continue
            words.append("--" + field.name.replace("_", "-"))
            if value is not True:
                words.append(value.as_posix() if isinstance(value, Path) else str(value))
        return subprocess.list2cmdline(words)


def train_mnist(options: Options) -> dict[str, Any]:
    """Train a model, or a series of seeds, and write the workbook and, beside it, the weights.

    Where Ctrl-C ends the training early, both are written from the epochs that are finished.
    Raises ToolkitError where an option, the template, the data or `out` is at fault, before any
    training.
    """
    _check(options)
    model, text = _model(options)
    check_installed("mnist")
    from toolkit.convnet import digits

    data = digits.load(options.data_dir, validation=options.validation)
    if options.seeds:
        return _train_series(options, model, text, data)
    network, history = _train(
        options, model, data, options.seed, options.checkpoint, resume=options.resume
    )
    _save(options, network, history, text, data)
    _write(options, history, network, data)
    if not _stopped(history):
        options.checkpoint.unlink(missing_ok=True)
    return _result(options, history)


def _check(options: Options) -> None:
    check_workbook(options.out)
    check_writable(options.weights)
    check_writable(options.checkpoint)
    if not 0 <= options.seed < 2**63:
        raise ToolkitError(f"--seed {options.seed}: must be 0 or more, and below 2^63")
    if options.seeds is None:
        return
    check_writable(options.record)
    if options.seeds < 1:
        raise ToolkitError(f"--seeds {options.seeds}: must be at least 1")
    if options.seed:
        raise ToolkitError("--seed and --seeds: give one of them; a series begins at seed 0")


def _model(options: Options) -> tuple["Model", str]:
    from toolkit.convnet import template
    from toolkit.pages.mnist.epochs import TABLE_ROW

    model, text = template.load(options.model)
    template.check_parameters(model, options.max_params, options.model)
    model = template.with_epochs(model, options.epochs)
    check_fits(TABLE_ROW + model.training.epochs, 1)
    return model, text


def _train(
    options: Options, model: "Model", data: "Digits", seed: int, keep: Path, *, resume: bool
) -> Trained:
    from toolkit.convnet import training
    from toolkit.progress import watching

    device = training.choose_device(options.device)
    with watching(model, data.held_out, len(data.test_images), quiet=options.quiet) as watcher:
        return training.train(model, data, seed, device, watcher, keep, resume=resume)


def _train_series(options: Options, model: "Model", text: str, data: "Digits") -> dict[str, Any]:
    """The seeds that are not recorded yet, one after another; the workbook shows the first."""
    from toolkit.convnet import seeds

    series = seeds.load(options.record, seeds.begin(model, data))
    wanted = options.seeds or 0
    try:
        for seed in range(len(series.runs), wanted):
            series = _next_seed(options, series, seed, text, data)
    except KeyboardInterrupt:
        if not series.runs:
            raise
    done = series.first(wanted)
    _write(options, done.history(0), _first_network(options, done, text, data), data, done)
    return _result(options, done.history(0)) | {
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
    network, history = _train(options, series.model, data, seed, keep, resume=keep.is_file())
    if _stopped(history):
        raise KeyboardInterrupt
    if seed == 0:
        _save(options, network, history, text, data)
    series = series.having(history)
    seeds.save(options.record, series)
    keep.unlink(missing_ok=True)
    return series


def _stopped(history: "History") -> bool:
    return len(history.epochs) < history.model.training.epochs


def _save(
    options: Options, network: "nn.Module", history: "History", text: str, data: "Digits"
) -> None:
    from toolkit.convnet.weights import save_weights

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


def _first_network(
    options: Options, series: "Series", text: str, data: "Digits"
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
        message = f"{options.weights}: not the weights of seed 0; no sheets of its predictions"
        typer.echo(message, err=True)
    return None


def _write(
    options: Options,
    history: "History",
    network: "nn.Module | None",
    data: "Digits",
    series: "Series | None" = None,
) -> None:
    from toolkit.book.writer import write
    from toolkit.convnet import outputs
    from toolkit.pages.mnist import mnist_book

    said = pictures = None
    if network:
        said = outputs.predictions(network, data)
        how = history.model.augmentation
        pictures = outputs.pictures(network, data, how, history.seed)
    book = mnist_book(history, options.command(), series, said, pictures=pictures)
    write(book, options.out)


def _result(options: Options, history: "History") -> dict[str, Any]:
    from toolkit.convnet.shapes import parameter_count

    return {
        "workbook": str(options.out),
        "weights": str(options.weights),
        "parameters": parameter_count(history.model.network),
        f"{history.held_out}_accuracy": history.accuracy,
        "epochs": len(history.epochs),
        "stopped": _stopped(history),
        "seconds": sum(epoch.seconds for epoch in history.epochs),
        "device": history.device,
        "threads": history.threads,
        "seed": history.seed,
    }
