"""What the commands do, as plain functions: templates in, files out."""

import subprocess
from math import isfinite
from pathlib import Path
from typing import Any

from toolkit.book.saving import check_workbook, check_writable, replacing
from toolkit.book.sheet import check_fits
from toolkit.book.writer import write
from toolkit.errors import ToolkitError
from toolkit.template import find_shipped, shipped


def write_backprop(
    template: str,
    out: Path,
    epochs: int | None = None,
    learning_rates: list[float] | None = None,
) -> dict[str, Any]:
    """Write the workbook of a lesson; returns what was made.

    Raises ToolkitError naming what is wrong with the template, the options or `out`.
    """
    from toolkit.network.derivation import LOSS
    from toolkit.network.lesson import changed, load
    from toolkit.pages.backprop import backprop_book, work_out

    lesson = changed(load(template), epochs, learning_rates)
    check_workbook(out)
    try:
        worked = work_out(lesson)
    except ToolkitError as error:
        raise ToolkitError(f"{template}: {error}") from error
    write(backprop_book(worked, template), out)
    final = worked.trace.values[LOSS][-1]
    return {
        "workbook": str(out),
        "title": worked.lesson.title,
        "epochs": worked.trace.epochs,
        "learning_rates": list(worked.trace.learning_rates),
        "final_loss": [loss if isfinite(loss) else None for loss in final.tolist()],
    }


def list_lessons() -> list[dict[str, Any]]:
    """Name, title, shape and number of weights of every shipped lesson."""
    from toolkit.network.lesson import load, weight_count

    found = {name: load(name) for name in shipped("lessons")}
    return [
        {
            "name": name,
            "title": lesson.title,
            "layers": lesson.network.layers,
            "weights": weight_count(lesson.network.layers),
        }
        for name, lesson in found.items()
    ]


def copy_lesson(name: str, out: Path) -> Path:
    """Copy a shipped lesson to `out`, or into the folder `out`; returns the file made.

    Raises ToolkitError where there is no such lesson, or a file that would be overwritten.
    """
    source = find_shipped("lessons", name)
    target = out / source.name if out.is_dir() else out
    if target.exists():
        raise ToolkitError(f"{target}: exists already; choose another name or remove it first")
    with replacing(target) as temporary:
        temporary.write_bytes(source.read_bytes())
    return target


def train_mnist(
    out: Path,
    epochs: int | None = None,
    seed: int = 0,
    data_dir: Path | None = None,
    device: str = "auto",
    *,
    quiet: bool = False,
) -> dict[str, Any]:
    """Train the default model, write its workbook and, beside it, its weights.

    Raises ToolkitError where an option, the data or `out` is at fault, before any training.
    """
    from toolkit.convnet import template
    from toolkit.convnet.shapes import parameter_count
    from toolkit.pages.mnist import mnist_book
    from toolkit.pages.mnist.epochs import TABLE_ROW

    weights = out.with_suffix(".safetensors") if out.name else out
    check_workbook(out)
    check_writable(weights)
    if not 0 <= seed < 2**63:
        raise ToolkitError(f"--seed {seed}: must be 0 or more, and below 2^63")
    model, text = template.load("default")
    model = template.with_epochs(model, epochs)
    check_fits(TABLE_ROW + model.training.epochs, 1)
    network, history = _train(model, seed, data_dir, device, quiet)
    # The book is composed before anything is written, so that a fault in it leaves the old pair.
    book = mnist_book(history, _command(out, epochs, seed, data_dir, device))
    metadata = {"template": text, "epochs": str(model.training.epochs), "seed": str(seed)}
    _save(network, metadata, weights)
    write(book, out)
    return {
        "workbook": str(out),
        "weights": str(weights),
        "parameters": parameter_count(model.network),
        "test_accuracy": history.epochs[-1].test_correct / history.test_count,
        "seconds": sum(epoch.seconds for epoch in history.epochs),
        "device": history.device,
        "seed": seed,
    }


def _train(model: Any, seed: int, data_dir: Path | None, device: str, quiet: bool) -> Any:
    try:
        import safetensors  # noqa: F401  # looked for now, not after the training
        import torch  # noqa: F401
        import torchvision  # noqa: F401
    except ImportError as error:
        raise ToolkitError(
            f'toolkit mnist needs {error.name}; install it with: pip install "toolkit[mnist]"'
        ) from error
    from toolkit.convnet import digits, training
    from toolkit.progress import watching

    chosen = training.choose_device(device)
    data = digits.load(data_dir)
    with watching(model, len(data.test_images), quiet=quiet) as watcher:
        return training.train(model, data, seed, chosen, watcher)


def _save(network: Any, metadata: dict[str, str], out: Path) -> None:
    from toolkit.convnet.weights import save_weights

    save_weights(network, metadata, out)


def _command(out: Path, epochs: int | None, seed: int, data_dir: Path | None, device: str) -> str:
    """A command that, from the same folder, makes the same run again."""
    words = ["toolkit", "mnist", "--out", out.as_posix(), "--seed", str(seed), "--device", device]
    if epochs is not None:
        words += ["--epochs", str(epochs)]
    if data_dir is not None:
        words += ["--data-dir", data_dir.as_posix()]
    return subprocess.list2cmdline(words)
