"""`toolkit live`: write a trained network into cells, with digits to classify."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from toolkit.commands.console import Json, say
from toolkit.commands.workbook import WorkbookResult

EXAMPLES = (
    "Examples: [bold]toolkit live[/bold], "
    "[bold]toolkit live --step[/bold], "
    "[bold]toolkit live --model exports/mnist.safetensors --out my.xlsx[/bold]"
)


@dataclass(frozen=True)
class LiveResult(WorkbookResult):
    """The result of `write_live`: the workbook, and the numbers of its formulas and digits."""

    workbook: Path
    weights: Path
    cells: int
    digits: int

    def as_dict(self) -> dict[str, Any]:
        """The fields as plain values, for JSON."""
        return asdict(self) | {"workbook": str(self.workbook), "weights": str(self.weights)}

    def text(self) -> str:
        """A line with the size of the workbook and its path."""
        return f"{self.cells:,} cells, {self.digits} digits\nWrote {self.workbook}"


def live(
    out: Annotated[
        Path | None,
        typer.Option(
            readable=False, help="The workbook to write.", show_default="exports/live.xlsx"
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            readable=False, help="Weights that toolkit mnist wrote; by default the shipped ones."
        ),
    ] = None,
    step: Annotated[
        bool,
        typer.Option("--step", help="Add the backward pass and the update of a training step."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Write a trained network into cells: draw a digit and follow its classification."""
    out = out or Path("exports/live-step.xlsx" if step else "exports/live.xlsx")
    say(write_live(out, model, step=step), as_json)


def write_live(
    out: str | Path, weights: str | Path | None = None, *, step: bool = False
) -> LiveResult:
    """Write the workbook of a trained network: its forward pass or, with `step`, a training step.

    `weights` is a file that `toolkit mnist` wrote; the default is the shipped network.

    Raises ToolkitError if the weights or `out` are invalid, or if the network has too many cells.
    """
    from toolkit.book.live import count_formulas
    from toolkit.book.writer import write
    from toolkit.convnet import stored
    from toolkit.files.saving import check_workbook
    from toolkit.pages.live.book import network_book
    from toolkit.pages.live.checks import check_network
    from toolkit.pages.live.gallery import gallery_of

    out = Path(out)
    check_workbook(out)
    network = stored.read(Path(weights) if weights else stored.shipped())
    check_network(network, step=step)
    digits = gallery_of(network)
    book = network_book(network, digits, step=step)
    write(book, out)
    return LiveResult(out, network.source, count_formulas(book), len(digits.names))
