"""`toolkit concepts`: sheets of concepts, with the results of their experiments."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from toolkit.commands.console import Json, complain, plural, say
from toolkit.commands.workbook import WorkbookResult

EXAMPLES = (
    "Examples: [bold]toolkit concepts[/bold], "
    "[bold]toolkit concepts softmax dropout --out lesson.xlsx[/bold], "
    "[bold]toolkit concepts --results exports/experiments.csv[/bold]"
)


@dataclass(frozen=True)
class ConceptsResult(WorkbookResult):
    """The workbook of some concepts, and how many of them and of recorded runs it holds."""

    workbook: Path
    concepts: int
    runs: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self) | {"workbook": str(self.workbook)}

    def text(self) -> str:
        """What the workbook holds, and where it is."""
        content = f"{plural(self.concepts, 'concept')}, {plural(self.runs, 'run')}"
        return f"{content}\nWrote {self.workbook}"


def concepts(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Concepts by name or number, instead of all.", metavar="NAME"),
    ] = None,
    out: Annotated[Path, typer.Option(readable=False, help="The workbook to write.")] = Path(
        "exports/concepts.xlsx"
    ),
    results: Annotated[
        Path | None,
        typer.Option(readable=False, help="Results of experiments, instead of the shipped ones."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the concepts of deep learning, each live in cells and measured on real digits."""
    say(write_concepts(tuple(names or ()), out, results, complain), as_json)


def write_concepts(
    names: tuple[str, ...],
    out: str | Path,
    source: str | Path | None = None,
    note: Callable[[str], object] = str,
) -> ConceptsResult:
    """Write the workbook of the concepts called `names`, or of all, with the results at `source`,
    or else those shipped. What is passed over of the results is told to `note`.

    Raises ToolkitError where a name, the file of results or `out` is at fault.
    """
    from toolkit.book.writer import write
    from toolkit.experiments import results
    from toolkit.experiments.programme import budget_of, select
    from toolkit.files.saving import check_workbook
    from toolkit.pages.concepts import CONCEPTS
    from toolkit.pages.concepts.book import concepts_book

    concepts = select(CONCEPTS, names)
    out = Path(out)
    check_workbook(out)
    source = Path(source) if source else results.shipped()
    runs = results.load(source, note)
    write(concepts_book(concepts, CONCEPTS, runs, budget_of(runs, str(source))), out)
    return ConceptsResult(out, len(concepts), len(runs))
