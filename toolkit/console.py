"""How commands speak: one line for an error of any kind, text or JSON for a result."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from toolkit.errors import ToolkitError

STOPPED = 130  # what shells expect of a program ended by Ctrl-C
# Typer carries its own click; this is the class of all its complaints about a command line.
USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except USAGE_ERROR as error:
        message = error.format_message()  # type: ignore[attr-defined]
    except ToolkitError as error:
        message = str(error)
    except KeyboardInterrupt:
        typer.echo("\nStopped; no file was left half-written.", err=True)
        raise typer.Exit(STOPPED) from None
    else:
        return
    typer.echo(f"Error: {' '.join(message.split())}", err=True)
    raise typer.Exit(2)


class OneLineErrors(TyperGroup):
    """Says what is wrong in one line, with exit code 2, for bad input of every kind."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; complaints of our own and of Typer become one line."""
        with _one_line_errors():
            return super().invoke(ctx)

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **more: Any) -> Any:
        """Read the options before the command's name; without any words, help follows."""
        if not args:
            return super().make_context(info_name, args, *rest, **more)
        with _one_line_errors():
            return super().make_context(info_name, args, *rest, **more)


def say(result: Any, as_json: bool, text: str) -> None:
    """Print `text`, or the result as JSON; one line where not even that can be printed."""
    try:
        typer.echo(json.dumps(result, indent=2) if as_json else text)
    except BrokenPipeError:
        raise
    except OSError as error:
        # Else Python tries once more at its end, and fails once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise ToolkitError(
            f"standard output: cannot be written: {error.strerror}; "
            "the files are made, only this message is lost"
        ) from error
