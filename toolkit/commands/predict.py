"""`toolkit predict`: classify the digits in pictures with a trained network."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from toolkit.commands.console import Json, say

if TYPE_CHECKING:
    from toolkit.convnet.prediction import Prediction

EXAMPLES = (
    "Examples: [bold]toolkit predict seven.png[/bold], "
    "[bold]toolkit predict scans/*.jpg --model exports/mnist.safetensors --json[/bold]"
)


def predict(
    images: Annotated[
        list[Path], typer.Argument(help="PNG or JPEG pictures, each of one digit.", metavar="IMAGE")
    ],
    model: Annotated[
        Path | None,
        typer.Option(
            readable=False, help="Weights that toolkit mnist wrote; by default the shipped ones."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Classify the digits in pictures of any size, dark on light or light on dark."""
    from toolkit.convnet import prediction

    predictions = prediction.predict(images, model)
    say(predictions, as_json, table(predictions, sys.stdout.isatty()))


def table(predictions: "Sequence[Prediction]", on_screen: bool) -> str:
    """One line of text for each picture, below a line of headings.

    On a screen, probabilities are percentages in aligned columns; otherwise they are shares
    separated by tabs.
    """
    headings = ["file", "prediction", "confidence", *predictions[0].probabilities]
    if not on_screen:
        return "\n".join(["\t".join(headings), *(each.text() for each in predictions)])
    lines = [headings, *map(_fields, predictions)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(map(partial(_aligned, widths), lines))


def _fields(prediction: "Prediction") -> list[str]:
    shares = [prediction.confidence, *prediction.probabilities.values()]
    return [prediction.file, prediction.prediction, *map(_percent, shares)]


def _percent(share: float) -> str:
    """The share as a rounded percentage; shares below 1 are never rounded to 100 %."""
    percent = f"{share:.2%}"
    return ">99.99%" if share < 1 and percent == "100.00%" else percent


def _aligned(widths: list[int], fields: list[str]) -> str:
    texts = [f"{field:<{width}}" for field, width in zip(fields[:2], widths[:2], strict=True)]
    figures = [f"{field:>{width}}" for field, width in zip(fields[2:], widths[2:], strict=True)]
    return "  ".join([*texts, *figures])
