"""Console output: every error as one line, every result as text or JSON."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Annotated, Any, Protocol, TextIO, cast

import typer
from typer.core import TyperGroup

from toolkit.commands.stopping import exit_code
from toolkit.files.errors import ToolkitError, brief

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON instead of text.")]
WRONG = 2  # the exit code for bad input
CLOSED_PIPE = 141  # what shells report of a program whose reader went away: 128 and SIGPIPE's 13
CLICK_CLOSED_PIPE = 1  # Typer's own for the same
# Typer carries its own click; this is the class of all its complaints about a command line.
USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]
# What Typer says of an option, and what a reader understands.
PLAINER = {
    "Input should be a valid integer, unable to parse string as an integer": (
        "must be a whole number"
    ),
    "Input should be a valid number, unable to parse string as a number": "must be a number",
}


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except USAGE_ERROR as error:
        message = _usage(error)
    except ToolkitError as error:
        message = str(error)
    except OSError as error:
        # A file that no reader or writer of ours was the first to touch.
        if error.filename is None:
            raise
        message = f"{brief(error.filename)}: cannot be used: {error.strerror}; check the path"
    except KeyboardInterrupt:
        complain("\nStopped; no file was left incomplete.")
        raise typer.Exit(exit_code()) from None
    else:
        return
    complain(f"Error: {' '.join(message.split())}")
    raise typer.Exit(WRONG)


def _usage(error: Any) -> str:
    """The message of a usage error, followed by the command that prints the help."""
    message = error.format_message().rstrip(".")
    for theirs, ours in PLAINER.items():
        message = message.replace(theirs, ours)
    command = " ".join(["toolkit", *(error.ctx.command_path.split()[1:] if error.ctx else ())])
    return f"{message}; see {command} --help"


def plural(count: int, noun: str) -> str:
    """A count with its noun: 1 run, 495 runs."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def complain(line: str) -> None:
    """Print a line on standard error. If this fails, only the exit code can report the error."""
    try:
        typer.echo(line, err=True)
    except OSError:
        _silence(sys.stderr)


class OneLineErrors(TyperGroup):
    """A group of commands that reports all invalid input as one line, with exit code 2."""

    def main(self, *words: Any, **options: Any) -> Any:
        """Run the program.

        If standard output cannot be written, one line on standard error says so. If the reader of a
        pipe has closed it, as `head` does, the program ends silently.
        """
        stdout = sys.stdout
        output = Output(stdout)
        sys.stdout = cast(TextIO, output)
        try:
            return super().main(*words, **options)
        except (OSError, SystemExit) as end:
            with suppress(OSError, KeyboardInterrupt):
                output.flush()
            if output.failure is None:
                raise
            _silence(stdout)
            code = end.code if isinstance(end, SystemExit) else None
            raise SystemExit(_code_without_output(output.failure, code)) from None
        finally:
            sys.stdout = stdout

    def invoke(self, ctx: Any) -> Any:
        """Run the command; errors of the toolkit and of Typer become one line."""
        with _one_line_errors():
            return super().invoke(ctx)

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **more: Any) -> Any:
        """Parse the options before the name of the command; without arguments, print the help."""
        if not args:
            return super().make_context(info_name, args, *rest, **more)
        with _one_line_errors():
            return super().make_context(info_name, args, *rest, **more)


class Output:
    """Standard output that stores the error if it cannot be written."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.failure: OSError | None = None

    def write(self, text: str) -> int:
        """Write to the stream."""
        with self._remembering():
            return self._stream.write(text)

    def flush(self) -> None:
        """Write to the stream."""
        with self._remembering():
            self._stream.flush()

    @contextmanager
    def _remembering(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.failure = error
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _code_without_output(failure: OSError, code: object) -> object:
    """The exit code after a failure of standard output, which is reported unless an error already
    was.
    """
    if code not in (None, 0, CLICK_CLOSED_PIPE):
        return code
    if isinstance(failure, BrokenPipeError):
        return CLOSED_PIPE
    complain(f"Error: {_unwritable(failure)}; redirect it to a file or a terminal")
    return WRONG


def _silence(stream: TextIO) -> None:
    """Redirect a stream to the null device, because Python flushes it again at exit and would fail
    again.
    """
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _unwritable(error: OSError) -> str:
    return f"standard output: cannot be written: {error.strerror}"


class CommandResult(Protocol):
    """The result of a command, which can be printed as JSON or as text."""

    def as_dict(self) -> dict[str, Any]:
        """The fields as plain values, for JSON."""

    def text(self) -> str:
        """The lines that the console shows."""


def say(
    result: CommandResult | Sequence[CommandResult], as_json: bool, table: str | None = None
) -> None:
    """Print a result, or several below each other, as JSON or as text; `table` takes the place of
    the text of several.

    Raises ToolkitError if standard output cannot be written, except for a pipe that its reader has
    closed, which raises BrokenPipeError.
    """
    try:
        typer.echo(_json(result) if as_json else table or _text(result))
    except BrokenPipeError:
        raise
    except OSError as error:
        _silence(sys.stdout)
        raise ToolkitError(
            f"{_unwritable(error)}; redirect it to a file or a terminal. Files already written are "
            "complete"
        ) from error


def _json(result: CommandResult | Sequence[CommandResult]) -> str:
    if isinstance(result, Sequence):
        return json.dumps([each.as_dict() for each in result], indent=2)
    return json.dumps(result.as_dict(), indent=2)


def _text(result: CommandResult | Sequence[CommandResult]) -> str:
    if isinstance(result, Sequence):
        return "\n".join(each.text() for each in result)
    return result.text()


def open_streams() -> None:
    """Open standard output and standard error if they were closed at the start (`>&-`).

    Otherwise the next file to be opened, perhaps the workbook, would get the number of the closed
    stream and receive what libraries print. Writing to a closed standard output still fails, as it
    should. Both streams also replace characters that the encoding of the console lacks.
    """
    if sys.stdout is None:
        sys.stdout = _stand_in(1, os.O_RDONLY)
    if sys.stderr is None:
        sys.stderr = _stand_in(2, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _stand_in(number: int, mode: int) -> TextIO:
    handle = os.open(os.devnull, mode)
    if handle != number:
        os.dup2(handle, number)
        os.close(handle)
    return open(number, "w", encoding="utf-8", closefd=False)
