"""`toolkit backprop`: write the workbook of a lesson in backpropagation."""

from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toolkit.commands.console import Json, say
from toolkit.commands.workbook import WorkbookResult
from toolkit.files.errors import ToolkitError

if TYPE_CHECKING:
    from toolkit.network.lesson import Lesson

EXAMPLES = (
    "Examples: [bold]toolkit backprop[/bold], "
    "[bold]toolkit backprop class-half --epochs 500[/bold], "
    "[bold]toolkit backprop my.toml --learning-rate 0.5 --out my.xlsx[/bold]"
)


@dataclass(frozen=True)
class BackpropResult(WorkbookResult):
    """The result of `write_backprop`.

    `final_loss` is the loss after the last epoch, one number for each learning rate; it is None if
    the loss is not finite.
    """

    workbook: Path
    title: str
    epochs: int
    learning_rates: tuple[float, ...]
    final_loss: tuple[float | None, ...]

    def as_dict(self) -> dict[str, Any]:
        """The fields as plain values, for JSON."""
        return asdict(self) | {"workbook": str(self.workbook)}

    def text(self) -> str:
        """A line with the path of the workbook."""
        return f"Wrote {self.workbook}"


def backprop(
    template: Annotated[
        str, typer.Argument(help="Name of a shipped lesson, or path of a template file.")
    ] = "class",
    out: Annotated[Path, typer.Option(readable=False, help="The workbook to write.")] = Path(
        "exports/backprop.xlsx"
    ),
    epochs: Annotated[
        int | None, typer.Option(help="Number of epochs; overrides the lesson's.")
    ] = None,
    learning_rate: Annotated[
        list[float] | None,
        typer.Option(help="Learning rate; overrides the lesson's; may be repeated."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a lesson in backpropagation as a workbook of live formulas."""
    say(write_backprop(template, out, epochs, learning_rate), as_json)


def write_backprop(
    template: "str | Path | Lesson",
    out: str | Path,
    epochs: int | None = None,
    learning_rates: list[float] | None = None,
) -> BackpropResult:
    """Write the workbook of a lesson.

    `template` is the name of a shipped lesson, the path of a template file, or a lesson built in
    Python. `epochs` and `learning_rates` override those of the lesson.

    Raises ToolkitError if the template, an option or `out` is invalid; the message says which.
    """
    from toolkit.book.writer import write
    from toolkit.files.saving import check_workbook
    from toolkit.network.derivation import LOSS
    from toolkit.network.lesson import Lesson, changed, load
    from toolkit.pages.backprop import backprop_book, work_out

    name = str(template) if isinstance(template, str | Path) else None
    lesson = template if isinstance(template, Lesson) else load(template)
    lesson, out = changed(lesson, epochs, learning_rates), Path(out)
    check_workbook(out)
    try:
        layout = work_out(lesson)
    except ToolkitError as error:
        raise ToolkitError(f"{name or lesson.title}: {error}") from error
    write(backprop_book(layout, name) if name else backprop_book(layout), out)
    final = layout.trace.values[LOSS][-1].tolist()
    return BackpropResult(
        workbook=out,
        title=layout.lesson.title,
        epochs=layout.trace.epochs,
        learning_rates=tuple(layout.trace.learning_rates),
        final_loss=tuple(loss if isfinite(loss) else None for loss in final),
    )
