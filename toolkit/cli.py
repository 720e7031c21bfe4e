"""The command line: each command reads, calls, writes and says where the file is."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from toolkit import __version__
from toolkit.console import OneLineErrors, complain, open_streams, say
from toolkit.errors import ToolkitError
from toolkit.stopping import exit_code, stop_like_ctrl_c
from toolkit.wording import experiment_line, mnist_lines, plural, template_line

app = typer.Typer(
    cls=OneLineErrors,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="See deep learning happen in a spreadsheet.",
    epilog="Examples: [bold]toolkit backprop[/bold], [bold]toolkit mnist --seed 1[/bold]",
)
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON instead of text.")]
# Named here, as help reads no folder; a test compares.
MODELS = "default, tiny, sprint, course, or the path of a template."


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"toolkit {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command(
    epilog="Examples: [bold]toolkit backprop[/bold], "
    "[bold]toolkit backprop class-half --epochs 500[/bold], "
    "[bold]toolkit backprop my.toml --learning-rate 0.5 --out my.xlsx[/bold]"
)
def backprop(
    template: Annotated[str, typer.Argument(help="A shipped lesson, or a path to one.")] = "class",
    out: Annotated[Path, typer.Option(help="The workbook to write.")] = Path(
        "exports/backprop.xlsx"
    ),
    epochs: Annotated[int | None, typer.Option(help="Epochs, instead of the lesson's.")] = None,
    learning_rate: Annotated[
        list[float] | None,
        typer.Option(help="A learning rate, instead of the lesson's; may be repeated."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a lesson in backpropagation as a workbook of live formulas."""
    from toolkit.commands import write_backprop

    result = write_backprop(template, out, epochs, learning_rate)
    say(result, as_json, f"Wrote {out}")


@app.command(
    epilog="Examples: [bold]toolkit mnist[/bold], "
    "[bold]toolkit mnist --model tiny --seed 1[/bold], "
    "[bold]toolkit mnist --seeds 5 --out series.xlsx[/bold], "
    "[bold]toolkit mnist --data-dir fashion --out exports/fashion.xlsx[/bold]"
)
def mnist(
    out: Annotated[Path, typer.Option(help="The workbook to write.")] = Path("exports/mnist.xlsx"),
    model: Annotated[str, typer.Option(help=MODELS)] = "default",
    epochs: Annotated[int | None, typer.Option(help="Epochs, instead of the model's.")] = None,
    seed: Annotated[int, typer.Option(help="Same seed, machine, threads: same figures.")] = 0,
    seeds: Annotated[
        int | None, typer.Option(help="Train seeds 0 to N-1, and go on where a series stopped.")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="A folder with four IDX files, instead of MNIST.")
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
    from toolkit.mnist import Options, train_mnist

    options = Options(
        out,
        model,
        epochs,
        seed,
        seeds,
        data_dir,
        device,
        threads,
        validation,
        resume,
        max_params,
        as_json,
    )
    result = train_mnist(options)
    say(result, as_json, mnist_lines(result))
    if result["ended"]:
        complain(f"{model}: {result['ended']}. What was finished before is kept.")
        raise typer.Exit(1)
    if result["stopped"]:
        how = "the same command goes on" if seeds else "--resume goes on from there"
        complain(f"Stopped; what is finished is kept, {how}.")
        raise typer.Exit(exit_code())


@app.command(
    epilog="Examples: [bold]toolkit predict seven.png[/bold], "
    "[bold]toolkit predict scans/*.jpg --model exports/mnist.safetensors --json[/bold]"
)
def predict(
    images: Annotated[
        list[Path], typer.Argument(help="PNG or JPEG pictures, each of one digit.", metavar="IMAGE")
    ],
    model: Annotated[
        Path | None, typer.Option(help="Weights that mnist wrote, instead of the shipped ones.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell the digits in pictures of any size, dark on light or light on dark."""
    from toolkit.predict import predict as predictions
    from toolkit.predict import shown

    found = predictions(images, model)
    say([each.as_dict() for each in found], as_json, shown(found, sys.stdout.isatty()))


@app.command(
    epilog="Examples: [bold]toolkit live[/bold], "
    "[bold]toolkit live --step[/bold], "
    "[bold]toolkit live --model exports/mnist.safetensors --out my.xlsx[/bold]"
)
def live(
    out: Annotated[
        Path | None,
        typer.Option(help="The workbook to write.", show_default="exports/live.xlsx"),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="Weights that mnist wrote, instead of the shipped ones.")
    ] = None,
    step: Annotated[
        bool, typer.Option("--step", help="A whole step of learning: backward pass and update.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Put the trained network into cells: draw a digit, watch it think, take a step."""
    from toolkit.live import write_live

    out = out or Path("exports/live-step.xlsx" if step else "exports/live.xlsx")
    made = write_live(out, model, step=step)
    say(made, as_json, f"{made['cells']:,} cells, {made['digits']} digits\nWrote {out}")


@app.command(
    epilog="Examples: [bold]toolkit concepts[/bold], "
    "[bold]toolkit concepts softmax dropout --out lesson.xlsx[/bold], "
    "[bold]toolkit concepts --results exports/experiments.csv[/bold]"
)
def concepts(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Concepts by name or number, instead of all.", metavar="NAME"),
    ] = None,
    out: Annotated[Path, typer.Option(help="The workbook to write.")] = Path(
        "exports/concepts.xlsx"
    ),
    results: Annotated[
        Path | None, typer.Option(help="Results of experiments, instead of the shipped ones.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the concepts of deep learning, each live in cells and measured on real digits."""
    from toolkit.experiments.concepts import write_concepts

    made = write_concepts(tuple(names or ()), out, results, complain)
    say(
        made,
        as_json,
        f"{plural(made['concepts'], 'concept')}, {plural(made['runs'], 'run')}\nWrote {out}",
    )


@app.command(
    epilog="Examples: [bold]toolkit experiments --list[/bold], "
    "[bold]toolkit experiments --only dropout --seeds 3[/bold], "
    "[bold]toolkit experiments --epochs 1 --results quick.csv[/bold]"
)
def experiments(
    results: Annotated[
        Path, typer.Option(help="The file in which each run is recorded as it ends.")
    ] = Path("exports/experiments.csv"),
    only: Annotated[
        list[str] | None,
        typer.Option(help="A concept, by name or number; may be repeated.", metavar="CONCEPT"),
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Epochs of each run, instead of 4.")] = None,
    seeds: Annotated[int, typer.Option(help="Seeds of each variant, from 0 on.")] = 5,
    workers: Annotated[
        int | None, typer.Option(help="Runs at the same time, instead of one a core.")
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="Say what there is and what is recorded; run nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run the experiments of all concepts on the real digits, those not recorded yet."""
    from toolkit.experiments.command import Options, listing, run_experiments

    options = Options(results, tuple(only or ()), epochs, seeds, workers, as_json)
    if listed:
        found = listing(options)
        say(found, as_json, "\n".join(map(experiment_line, found)))
        return
    made = run_experiments(options, lambda line: None if as_json else complain(line))
    say(made, as_json, f"{made['made']} runs made, {made['runs']} asked for\nWrote {results}")


@app.command(
    epilog="Examples: [bold]toolkit templates[/bold], [bold]toolkit templates tiny[/bold], "
    "[bold]toolkit templates class --copy my.toml[/bold]"
)
def templates(
    name: Annotated[str | None, typer.Argument(help="A shipped one, to be printed.")] = None,
    copy: Annotated[
        Path | None, typer.Option(help="Where to put a copy of it, to be edited.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the shipped lessons and models, print one, or copy one for a teacher to edit."""
    from toolkit.commands import copy_template, list_templates, show_template

    if name and copy:
        target = copy_template(name, copy)
        say({"template": str(target)}, as_json, f"Wrote {target}")
        return
    if copy:
        raise ToolkitError("templates: --copy needs the name of a template before it")
    if name:
        shown = show_template(name)
        say(shown, as_json, shown["text"].rstrip("\n"))
        return
    found = list_templates()
    say(found, as_json, "\n".join(map(template_line, found)))


def main() -> None:
    """The program `toolkit`."""
    open_streams()
    stop_like_ctrl_c()
    app(prog_name="toolkit")
