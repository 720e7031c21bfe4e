"""Predictions: classify the digits in pictures with a trained network."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.convnet.history import PROBABILITY_DECIMALS
from toolkit.convnet.idx import SIDE
from toolkit.convnet.pictures import like_mnist
from toolkit.convnet.shapes import layer_table
from toolkit.convnet.stages import Stage, forward, stages
from toolkit.convnet.stored import read, shipped
from toolkit.files.errors import ToolkitError

INPUT = (1, SIDE, SIDE)


@dataclass(frozen=True)
class Prediction:
    """The class that the network predicts for a picture; `confidence` is its probability.

    `probabilities` maps the name of every class to its probability. If several classes share a
    name, their numbers are appended.
    """

    file: str
    prediction: str
    confidence: float
    probabilities: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """The fields as plain values, for JSON."""
        shares = {name: _rounded(share) for name, share in self.probabilities.items()}
        rounded = {"confidence": _rounded(self.confidence), "probabilities": shares}
        return asdict(self) | rounded

    def text(self) -> str:
        """File, prediction, confidence and the probabilities, separated by tabs."""
        numbers = [self.confidence, *self.probabilities.values()]
        shares = [f"{number:.{PROBABILITY_DECIMALS}f}" for number in numbers]
        return "\t".join([self.file, self.prediction, *shares])


def _rounded(share: float) -> float:
    return round(share, PROBABILITY_DECIMALS)


def predict(pictures: Sequence[str | Path], weights: str | Path | None = None) -> list[Prediction]:
    """One prediction for each picture, with the weights in a file or else with the shipped ones.

    Raises ToolkitError if a picture or the weights are invalid.
    """
    paths = [Path(picture) for picture in pictures]
    images = np.stack([like_mnist(path) for path in paths])
    network = read(Path(weights) if weights else shipped())
    if network.model.network.input != INPUT:
        raise ToolkitError(
            f"{network.source}: its network does not accept images of {SIDE}x{SIDE} pixels "
            "in one channel; give other weights"
        )
    outputs = prod(layer_table(network.model.network)[-1].output)
    if len(network.names) > outputs:
        raise ToolkitError(
            f"{network.source}: its network has {outputs} outputs for "
            f"{len(network.names)} classes; give other weights"
        )
    rows = probabilities(stages(network), images)
    return [_prediction(path, network.names, row) for path, row in zip(paths, rows, strict=True)]


def probabilities(steps: list[Stage], images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The class probabilities (n, classes) of images (n, 28, 28)."""
    logits = np.stack([forward(steps, image.astype(np.float64)) for image in images])
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _prediction(picture: Path, names: tuple[str, ...], row: NDArray[np.float64]) -> Prediction:
    # A network may have more outputs than the data set has names.
    class_names = distinct([names[n] if n < len(names) else str(n) for n in range(len(row))])
    best = int(row.argmax())
    shares = dict(zip(class_names, row.tolist(), strict=True))
    return Prediction(str(picture), class_names[best], float(row[best]), shares)


def distinct(names: list[str]) -> list[str]:
    """The names of the classes; to a name that several share, the class number is appended."""
    while len(set(names)) < len(names):
        count = Counter(names)
        names = [f"{name} (class {n})" * (count[name] > 1) or name for n, name in enumerate(names)]
    return names
