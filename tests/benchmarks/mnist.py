"""Training on MNIST: seconds per epoch beside torchvision's usual pipeline, and to 99.4 %.

Run as a program, it trains in one way, or measures the machine's peak, in a fresh process.
"""

import json
import lzma
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import torch
from rich.table import Table
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, Subset
from torch.utils.flop_counter import FlopCounterMode
from torchvision import datasets, transforms

from tests.benchmarks.measuring import child, medians_of, say, seconds, table, times
from toolkit.convnet import digits, template
from toolkit.convnet.digits import Digits
from toolkit.convnet.history import Epoch
from toolkit.convnet.loop import TEST_BATCH
from toolkit.convnet.model import build
from toolkit.convnet.recipe import optimizer
from toolkit.convnet.stages import DEVIATION, MEAN
from toolkit.convnet.template import Model
from toolkit.convnet.training import Watcher, train

CONTENDERS = {
    "toolkit": "toolkit",
    "torchvision, DataLoader in the process": "loader 0",
    "torchvision, DataLoader with 2 workers": "loader 2",
}
WHOLE = 60_000  # images of an epoch; a sixth as many are tested on
SIZE, QUICK_SIZE = 12_000, 3_000
RUNS, QUICK_RUNS = 5, 1
MATRIX, PRODUCTS = 2048, 8
GOAL = 0.994
MODELS = ("default", "course")


def tables(*, quick: bool) -> Iterator[Table]:
    """Seconds per epoch of the default model; seconds of the whole command for sprint."""
    for model in MODELS:
        yield _epochs(model, QUICK_SIZE if quick else SIZE, QUICK_RUNS if quick else RUNS)
    yield _sprint(["--epochs", "1"] if quick else [], 1 if quick else 3)


def _epochs(model: str, size: int, runs: int) -> Table:
    rounds = [
        {name: _child(way, model, size) for name, way in CONTENDERS.items()} for _ in range(runs)
    ]
    peak = max(_child("peak", model, 0) for _ in range(runs))
    work = epoch_flops(template.load(model)[0])
    shown = table(
        f"Seconds per epoch of the model {model} on the CPU",
        f"{medians_of(runs)}, contenders in turns, each in a fresh process: the second epoch, on "
        f"{size:,} training and {size // 6:,} test images, times {WHOLE // size}. The others: "
        "torchvision's MNIST, for each image RandomAffine, ToTensor, Normalize; element-wise "
        "dropout; the same layers, batch size and optimizer; workers that stay. Peak: the best of "
        f"{MATRIX} x {MATRIX} matrix products, {peak / 1e9:.0f} GFLOP/s.",
        "",
        "seconds",
        "× ours",
        "GFLOP/s",
        "of peak",
    )
    middle = {name: median(each[name] for each in rounds) * WHOLE / size for name in CONTENDERS}
    for name, took in middle.items():
        ratio = times(took / middle["toolkit"])
        rate = work / took
        shown.add_row(name, f"{took:.1f}", ratio, f"{rate / 1e9:.1f}", f"{rate / peak:.0%}")
    return shown


def _child(way: str, model: str, size: int) -> float:
    kind, *rest = way.split()
    result = child("tests.benchmarks.mnist", kind, model, *rest, size)
    assert result is not None
    figure: float = result["result"]
    return figure


def _sprint(more: list[str], runs: int) -> Table:
    done = [_command(["mnist", "--model", "sprint", "--device", "cpu", *more]) for _ in range(runs)]
    took, trained = (median(each[key] for each in done) for key in ("whole", "seconds"))
    lowest = min(each["test_accuracy"] for each in done)
    verdict = "reached" if lowest >= GOAL else "not reached"
    shown = table(
        f"Whole process to {GOAL:.1%} on the CPU",
        f"{medians_of(runs)} of seed 0; the accuracy is the lowest. Whole process: imports, "
        f"data, {done[0]['epochs']} epochs, workbook. The accuracy is that after the last epoch.",
        "",
        "seconds",
        "of it training",
        "test accuracy",
        f"{GOAL:.1%}",
    )
    figures = f"{took:.1f}", f"{trained:.1f}", f"{lowest:.2%}", verdict
    shown.add_row("toolkit mnist --model sprint", *figures)
    return shown


def _command(words: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder, "m.xlsx"))
        command = [sys.executable, "-m", "toolkit", *words, "--out", out, "--json"]
        start = time.perf_counter()
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        whole = time.perf_counter() - start
    result: dict[str, Any] = json.loads(done.stdout)
    return result | {"whole": whole}


def epoch_flops(model: Model) -> float:
    """Floating-point operations of an epoch's products: forward and backward over the training
    set, forward over the test set. A multiply-add counts as two, as in a matrix product.
    """
    network, images = build(model.network), torch.zeros(8, *model.network.input)
    with FlopCounterMode(display=False) as forward:
        logits = network(images)
    with FlopCounterMode(display=False) as backward:
        logits.sum().backward()
    once, back = forward.get_total_flops() / 8, backward.get_total_flops() / 8
    return float(WHOLE * (once + back + once / 6))


def ours(name: str, size: int) -> float:
    """Seconds of our second epoch on `size` images."""
    real = digits.load()
    some = Digits(
        real.train_images[:size],
        real.train_labels[:size],
        real.test_images[: size // 6],
        real.test_labels[: size // 6],
    )
    epochs: list[Epoch] = []
    model = template.with_epochs(template.load(name)[0], 2)
    how = model.augmentation.model_copy(update={"plain_epochs": 0})
    model = model.model_copy(update={"augmentation": how})
    train(model, some, 0, torch.device("cpu"), Watcher(on_epoch=epochs.append))
    return epochs[-1].seconds


def conventional(name: str, workers: int, size: int) -> float:
    """Seconds of the second epoch in the way of PyTorch's own examples."""
    torch.manual_seed(0)
    model = template.load(name)[0]
    network = element_wise(build(model.network))
    learner = optimizer(network, model.training)
    with tempfile.TemporaryDirectory() as folder:
        learn, check = loaders(unpacked(Path(folder)), model, workers, size)
        epoch = partial(usual_epoch, network, learner, learn, check)
        epoch()
        return seconds(epoch)


def element_wise(network: nn.Sequential) -> nn.Sequential:
    """The same layers with dropout of single values."""
    return nn.Sequential(
        *(nn.Dropout(part.p) if isinstance(part, nn.Dropout2d) else part for part in network)
    )


def unpacked(folder: Path) -> Path:
    """A folder as torchvision wants it."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    source = Path(digits.__file__).with_name("digits_data")
    for name in digits.CHECKSUMS:
        with lzma.open(source / f"{name}.xz") as packed:
            (raw / name).write_bytes(packed.read())
    return folder


def loaders(folder: Path, model: Model, workers: int, size: int) -> tuple[Any, Any]:
    """Those of training and of test images."""
    how, side = model.augmentation, model.network.input[1]
    plain = [transforms.ToTensor(), transforms.Normalize((MEAN,), (DEVIATION,))]
    moved = transforms.RandomAffine(
        how.rotation,
        translate=(how.translation / side,) * 2,
        scale=(1 - how.scale, 1 + how.scale),
        shear=how.shear,
    )
    learn, check = (
        Subset(
            datasets.MNIST(str(folder), train=train, transform=transforms.Compose(steps)), range(n)
        )
        for train, steps, n in ((True, [moved, *plain], size), (False, plain, size // 6))
    )
    stay = workers > 0
    return (
        DataLoader(
            learn,
            model.training.batch_size,
            shuffle=True,
            drop_last=True,
            num_workers=workers,
            persistent_workers=stay,
        ),
        DataLoader(check, TEST_BATCH, num_workers=workers, persistent_workers=stay),
    )


def usual_epoch(network: nn.Module, learner: torch.optim.Optimizer, learn: Any, check: Any) -> None:
    """Train on all batches, then test."""
    network.train()
    for images, labels in learn:
        loss = functional.cross_entropy(network(images), labels)
        learner.zero_grad()
        loss.backward()
        learner.step()
        loss.item()
    network.eval()
    with torch.inference_mode():
        for images, labels in check:
            (network(images).argmax(1) == labels).sum().item()


def peak() -> float:
    """The most floating-point operations per second that matrix products reach here."""
    left, right = torch.randn(MATRIX, MATRIX), torch.randn(MATRIX, MATRIX)
    best = min(seconds(lambda: left @ right) for _ in range(PRODUCTS))
    return 2 * MATRIX**3 / best


WAYS: dict[str, Callable[..., float]] = {
    "toolkit": ours,
    "loader": conventional,
    "peak": lambda *_: peak(),
}

if __name__ == "__main__":
    say(result=WAYS[sys.argv[1]](sys.argv[2], *map(int, sys.argv[3:])))
