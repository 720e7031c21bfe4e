"""The program `toolkit`, which collects the commands; each command has a file of its own."""

from typing import Annotated

import typer

from toolkit.commands import backprop, concepts, experiments, live, mnist, predict, templates
from toolkit.commands.console import OneLineErrors, open_streams
from toolkit.commands.stopping import stop_like_ctrl_c
from toolkit.version import __version__

app = typer.Typer(
    cls=OneLineErrors,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="See deep learning happen in a spreadsheet.",
    epilog="Examples: [bold]toolkit backprop[/bold], [bold]toolkit mnist --seed 1[/bold]",
)


def _version(flag: bool) -> None:
    if flag:
        typer.echo(f"toolkit {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


# The help lists the commands in this order.
app.command(epilog=backprop.EXAMPLES)(backprop.backprop)
app.command(epilog=mnist.EXAMPLES)(mnist.mnist)
app.command(epilog=predict.EXAMPLES)(predict.predict)
app.command(epilog=live.EXAMPLES)(live.live)
app.command(epilog=concepts.EXAMPLES)(concepts.concepts)
app.command(epilog=experiments.EXAMPLES)(experiments.experiments)
app.command(epilog=templates.EXAMPLES)(templates.templates)


def main() -> None:
    """Run the program `toolkit`."""
    open_streams()
    stop_like_ctrl_c()
    app(prog_name="toolkit")
