"""Try a change of a model template on the validation images and add a line to log.csv.

    python -m tests.experiments default --seed 1 training.ema=0.998 augmentation.rotation=10
    python -m tests.experiments tiny "widths=8-8-pool-12-14-13" training.epochs=6

`widths` replaces the layers: each block is a 3x3 convolution, batch norm and ReLU, with a pool
before the batch norm where "pool" follows. 16x5s2 is a 5x5 convolution of stride 2. With `widths`,
`dropout` is the rate after each block but the last, `last_dropout` that before the average pool.
"""

import argparse
import csv
import json
import os
import re
import time
from pathlib import Path
from typing import Any

import torch

from toolkit.convnet import digits, template
from toolkit.convnet.history import History
from toolkit.convnet.machine import choose_device
from toolkit.convnet.shapes import parameter_count
from toolkit.convnet.template import Model
from toolkit.convnet.training import Watcher, train

BLOCK = re.compile(r"(\d+)(?:x(\d+))?(?:s(\d+))?")
LOG = Path(__file__).parent / "log.csv"
HEADINGS = (
    "model",
    "change",
    "seed",
    "epochs",
    "parameters",
    "validation accuracy",
    "validation loss",
    "train accuracy",
    "seconds per epoch",
    "threads",
    "device",
    "note",
)


def layers(widths: str, dropout: float, last: float) -> list[dict[str, Any]]:
    """Layers from a line such as 8-12-pool-10x1-16-16-24-28."""
    words = widths.split("-")
    made: list[dict[str, Any]] = []
    for word, after in zip(words, [*words[1:], ""], strict=True):
        if word == "pool":
            continue
        actual = BLOCK.fullmatch(word)
        if not actual:
            raise SystemExit(f"{word}: write a block as 16, 16x5 or 16x5s2")
        channels, kernel, stride = int(actual[1]), int(actual[2] or 3), int(actual[3] or 1)
        made.append(
            {"type": "convolution", "channels": channels, "kernel": kernel, "stride": stride}
        )
        made += [{"type": "max_pool", "size": 2}] if after == "pool" else []
        made += [{"type": "batch_norm"}, {"type": "relu"}]
        made += [{"type": "dropout", "rate": dropout}] if dropout and kernel > 1 else []
    if made[-1]["type"] == "dropout":
        made.pop()
    made += [{"type": "dropout", "rate": last}] if last else []
    return [*made, {"type": "global_average_pool"}, {"type": "linear", "features": 10}]


def changed(model: Model, changes: list[str]) -> Model:
    """The model with each change, KEY=VALUE, made."""
    content = model.model_dump()
    words = dict(change.split("=", 1) for change in changes)
    dropout, last = (float(words.pop(name, 0.0)) for name in ("dropout", "last_dropout"))
    if "widths" in words:
        content["network"]["layers"] = layers(words.pop("widths"), dropout, last)
    for key, value in words.items():
        part, name = key.split(".")
        content[part][name] = json.loads(value)
    return Model.model_validate(content)


def line(name: str, changes: list[str], history: History, wall: float, note: str) -> list[Any]:
    """The run as a row under HEADINGS."""
    end = history.epochs[-1]
    return [
        name,
        " ".join(changes),
        history.seed,
        len(history.epochs),
        parameter_count(history.model.network),
        f"{history.accuracy:.4f}",
        f"{end.test_loss:.5f}",
        f"{end.train_correct / history.train_count:.4f}",
        f"{wall / len(history.epochs):.1f}",
        history.threads,
        history.device,
        note,
    ]


def main() -> None:
    """Read the words, train, write the line."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("model")
    words.add_argument("changes", nargs="*")
    words.add_argument("--seed", type=int, default=0)
    words.add_argument("--device", default="auto")
    words.add_argument("--note", default="")
    asked = words.parse_args()
    model = changed(template.load(asked.model)[0], asked.changes)
    start = time.perf_counter()
    watcher = Watcher(on_epoch=lambda epoch: print(epoch, flush=True))  # noqa: T201
    data = digits.load(validation=True)
    _, history = train(model, data, asked.seed, choose_device(asked.device), watcher)
    wall = time.perf_counter() - start
    new = not LOG.exists()
    with LOG.open("a", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerows([HEADINGS] if new else [])
        rows.writerow(line(asked.model, asked.changes, history, wall, asked.note))


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    main()
