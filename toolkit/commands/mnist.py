"""`toolkit mnist`: train a network or a series of seeds, write the workbook and the weights."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toolkit.commands.console import Json, complain, say
from toolkit.commands.stopping import exit_code
from toolkit.commands.workbook import WorkbookResult

if TYPE_CHECKING:
    from toolkit.commands.mnist_options import MnistOptions
    from toolkit.convnet.history import History
    from toolkit.convnet.seeds import SeedSummary
    from toolkit.convnet.template import Model

EXAMPLES = (
    "Examples: [bold]toolkit mnist[/bold], "
    "[bold]toolkit mnist --model tiny --seed 1[/bold], "
    "[bold]toolkit mnist --seeds 5 --out series.xlsx[/bold], "
    "[bold]toolkit mnist --data-dir fashion --out exports/fashion.xlsx[/bold]"
)
# Named here, as help reads no folder; a test compares.
MODELS = "default, tiny, sprint, course, or the path of a template."


@dataclass(frozen=True)
class MnistResult(WorkbookResult):
    """A training, and the files that it left; of a series, the training of seed 0.

    `weights` is None where their file is that of an earlier call. `accuracy` is the share of the
    `held_out` images told right after the last epoch, `seconds` the duration of all epochs.
    `stopped` says that epochs or seeds are missing, `ended` why the training ended by itself.
    A series also has `record`, the file with each seed's figures, and `seeds`, their summary.
    """

    workbook: Path
    weights: Path | None
    parameters: int
    held_out: str
    accuracy: float
    epochs: int
    stopped: bool
    ended: str | None
    seconds: float
    device: str
    threads: int
    seed: int
    record: Path | None = None
    seeds: "SeedSummary | None" = None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        series = {"record": str(self.record), "seeds": asdict(self.seeds)} if self.seeds else {}
        return {
            "workbook": str(self.workbook),
            "weights": str(self.weights) if self.weights else None,
            "parameters": self.parameters,
            f"{self.held_out}_accuracy": self.accuracy,
            "epochs": self.epochs,
            "stopped": self.stopped,
            "ended": self.ended,
            "seconds": self.seconds,
            "device": self.device,
            "threads": self.threads,
            "seed": self.seed,
        } | series

    def text(self) -> str:
        """Figures of a series of seeds, if there was one, and the files written."""
        figures = [_figures(self.seeds)] if self.seeds else []
        files = [path for path in (self.weights, self.workbook) if path]
        return "\n".join([*figures, *(f"Wrote {path}" for path in files)])


def _figures(seeds: "SeedSummary") -> str:
    deviation = seeds.standard_deviation
    return (
        f"{seeds.count} seed{'s' * (seeds.count > 1)}: mean {seeds.mean:.3%}, "
        f"standard deviation {'–' if deviation is None else format(deviation, '.3%')}, "
        f"minimum {seeds.minimum:.2%}, maximum {seeds.maximum:.2%}"
    )


def mnist(
    out: Annotated[Path, typer.Option(readable=False, help="The workbook to write.")] = Path(
        "exports/mnist.xlsx"
    ),
    model: Annotated[str, typer.Option(help=MODELS)] = "default",
    epochs: Annotated[int | None, typer.Option(help="Epochs, instead of the model's.")] = None,
    seed: Annotated[int, typer.Option(help="Same seed, machine, threads: same figures.")] = 0,
    seeds: Annotated[
        int | None, typer.Option(help="Train seeds 0 to N-1, and go on where a series stopped.")
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(readable=False, help="A folder with four IDX files, instead of MNIST."),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    threads: Annotated[
        int | None, typer.Option(help="Threads on the CPU, instead of PyTorch's own choice.")
    ] = None,
    validation: Annotated[
        bool,
        typer.Option(
            "--validation", help="Hold out the last of the training set, not the test set."
        ),
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the checkpoint beside the workbook.")
    ] = False,
    max_params: Annotated[
        int | None, typer.Option(help="Refuse a model with more parameters.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Train the CNN on MNIST and write a workbook with one row per epoch, the weights beside it."""
    from toolkit.commands.mnist_options import MnistOptions

    options = MnistOptions(
        out=out,
        model=model,
        epochs=epochs,
        seed=seed,
        seeds=seeds,
        data_dir=data_dir,
        device=device,
        threads=threads,
        validation=validation,
        resume=resume,
        max_params=max_params,
        quiet=as_json,
    )
    result = train_mnist(options)
    say(result, as_json)
    if result.ended:
        complain(f"{model}: {result.ended}. What was finished before is kept.")
        raise typer.Exit(1)
    if result.stopped:
        cure = "the same command goes on" if seeds else "--resume goes on from there"
        complain(f"Stopped; what is finished is kept, {cure}.")
        raise typer.Exit(exit_code())


def train_mnist(options: "MnistOptions") -> MnistResult:
    """Train a model, or a series of seeds, and write the workbook and, beside it, the weights.

    Where Ctrl-C ends the training early, or a loss that is no finite number, both are written from
    the epochs that are finished. Raises ToolkitError where an option, the template,
    the data or `out` is at fault, before any training, and where not one epoch came to its end.
    """
    from toolkit.commands.installed import check_installed

    options.check()
    model, text = _model(options)
    check_installed("toolkit mnist")
    from toolkit.commands.mnist_training import train_one, train_series
    from toolkit.convnet import digits, machine, template
    from toolkit.convnet.seeds import summary

    data = digits.load(options.data_dir, validation=options.validation)
    template.check_batches(model, len(data.train_images), options.model)
    with machine.threads(options.threads):
        if options.seeds is None:
            history = train_one(options, model, text, data)
            return _result(options, history, options.weights, stopped=history.stopped)
        series, fresh = train_series(options, model, text, data)
        weights = options.weights if fresh else None
        stopped = len(series.runs) < options.seeds
        result = _result(options, series.history(0), weights, stopped=stopped)
        return replace(result, record=options.record, seeds=summary(series))


def _model(options: "MnistOptions") -> tuple["Model", str]:
    """The model to be trained and the text of its template, checked."""
    from toolkit.book.tables import check_fits
    from toolkit.convnet import template
    from toolkit.pages.mnist.epochs import TABLE_ROW

    model, text = template.load(options.model)
    template.check_digits(model, options.model)
    template.check_parameters(model, options.max_params, options.model)
    model = template.with_epochs(model, options.epochs)
    check_fits(TABLE_ROW + model.training.epochs, 1)
    return model, text


def _result(
    options: "MnistOptions", history: "History", weights: Path | None, *, stopped: bool
) -> MnistResult:
    from toolkit.convnet.shapes import parameter_count

    return MnistResult(
        workbook=options.out,
        weights=weights,
        parameters=parameter_count(history.model.network),
        held_out=history.held_out,
        accuracy=history.accuracy,
        epochs=len(history.epochs),
        stopped=stopped,
        ended=history.ended or None,
        seconds=sum(epoch.seconds for epoch in history.epochs),
        device=history.device,
        threads=history.threads,
        seed=history.seed,
    )
