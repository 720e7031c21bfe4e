"""`toolkit mnist`: train a network or a series of seeds, and write the workbook and the weights."""

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
# Written out here because printing the help reads no folder; a test compares the names.
MODELS = "default, tiny, sprint, course, or the path of a template."


@dataclass(frozen=True)
class MnistResult(WorkbookResult):
    """The result of `train_mnist`: the figures of the training and the files that were written.

    For a series of seeds, the figures are those of seed 0. `weights` is None if an earlier call
    wrote their file. `accuracy` is the share of the `held_out` images classified correctly after
    the last epoch, and `seconds` the duration of all epochs. `stopped` is true if epochs or seeds
    are missing, and `ended` is the reason if the training ended by itself. A series also has
    `record`, the file with the figures of each seed, and `seeds`, their summary.
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
        """The fields as plain values, for JSON."""
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
        """The figures of the series of seeds, if any, and the files that were written."""
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
    epochs: Annotated[
        int | None, typer.Option(help="Number of epochs; overrides the model's.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Random seed; it makes a run repeatable.")] = 0,
    seeds: Annotated[
        int | None, typer.Option(help="Train seeds 0 to N-1; a stopped series continues.")
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(readable=False, help="Folder with four IDX files; by default MNIST."),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    threads: Annotated[
        int | None, typer.Option(help="Number of CPU threads; by default PyTorch chooses.")
    ] = None,
    validation: Annotated[
        bool,
        typer.Option(
            "--validation", help="Evaluate on the end of the training set instead of the test set."
        ),
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue from the checkpoint beside the workbook.")
    ] = False,
    max_params: Annotated[
        int | None, typer.Option(help="Reject a model with more parameters.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Train a CNN on MNIST; write the weights, and a workbook with one row per epoch."""
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
        complain(f"{model}: {result.ended}. Everything finished before is kept.")
        raise typer.Exit(1)
    if result.stopped:
        cure = "the same command continues" if seeds else "--resume continues from there"
        complain(f"Stopped; everything finished is kept, and {cure}.")
        raise typer.Exit(exit_code())


def train_mnist(options: "MnistOptions") -> MnistResult:
    """Train a model, or a series of seeds, and write the workbook and the weights.

    The weights are written beside the workbook. Ctrl-C, or a loss that is not finite, ends the
    training early; both files are then written from the finished epochs.

    Raises ToolkitError before any training if an option, the template, the data or `out` is
    invalid, and after it if no epoch was finished.
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
    """The model to be trained, after validation, and the text of its template."""
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
