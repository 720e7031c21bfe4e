"""`toolkit backprop`: a lesson in backpropagation as a workbook of live formulas."""

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
    """The workbook of a lesson: `final_loss` is the loss after the last epoch at each of the
    learning rates, None where it is no finite number.
    """

    workbook: Path
    title: str
    epochs: int
    learning_rates: tuple[float, ...]
    final_loss: tuple[float | None, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self) | {"workbook": str(self.workbook)}

    def text(self) -> str:
        """Where the workbook is."""
        return f"Wrote {self.workbook}"


def backprop(
    template: Annotated[str, typer.Argument(help="A shipped lesson, or a path to one.")] = "class",
    out: Annotated[Path, typer.Option(readable=False, help="The workbook to write.")] = Path(
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
    say(write_backprop(template, out, epochs, learning_rate), as_json)


def write_backprop(
    template: "str | Path | Lesson",
    out: str | Path,
    epochs: int | None = None,
    learning_rates: list[float] | None = None,
) -> BackpropResult:
    """Write the workbook of a lesson, with other epochs and learning rates where they are given.
    The lesson is a shipped one by its name, a template file by its path, or one built in Python.

    Raises ToolkitError naming what is wrong with the template, the options or `out`.
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
