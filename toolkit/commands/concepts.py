"""`toolkit concepts`: write the sheets of the concepts, with the results of their experiments."""

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
    """The result of `write_concepts`: the workbook, and the numbers of concepts and runs in it."""

    workbook: Path
    concepts: int
    runs: int

    def as_dict(self) -> dict[str, Any]:
        """The fields as plain values, for JSON."""
        return asdict(self) | {"workbook": str(self.workbook)}

    def text(self) -> str:
        """A line with the content of the workbook and its path."""
        content = f"{plural(self.concepts, 'concept')}, {plural(self.runs, 'run')}"
        return f"{content}\nWrote {self.workbook}"


def concepts(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Names or numbers of concepts; all if none is given.", metavar="NAME"),
    ] = None,
    out: Annotated[Path, typer.Option(readable=False, help="The workbook to write.")] = Path(
        "exports/concepts.xlsx"
    ),
    results: Annotated[
        Path | None,
        typer.Option(readable=False, help="File of results; by default the shipped one."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the concepts of deep learning, with demonstrations and experiments on real digits."""
    say(write_concepts(tuple(names or ()), out, results, complain), as_json)


def write_concepts(
    names: tuple[str, ...],
    out: str | Path,
    source: str | Path | None = None,
    note: Callable[[str], object] = str,
) -> ConceptsResult:
    """Write the workbook of the concepts called `names`, or of all concepts if there are no names.

    `source` is a file of results; the default is the one that ships in the package. `note` is
    called with a message about every line of it that is skipped.

    Raises ToolkitError if a name, the file of results or `out` is invalid.
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
