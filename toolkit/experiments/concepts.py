"""What `toolkit concepts` does: sheets of concepts, with the results of their experiments."""

from pathlib import Path
from typing import Any

from toolkit.book.saving import check_workbook
from toolkit.book.writer import write
from toolkit.experiments import results
from toolkit.experiments.programme import chosen
from toolkit.experiments.results import Result
from toolkit.experiments.variant import Budget


def write_concepts(names: tuple[str, ...], out: Path, source: Path | None = None) -> dict[str, Any]:
    """Write the workbook of the concepts called `names`, or of all; returns what was made.

    Raises ToolkitError where a name, the file of results or `out` is at fault.
    """
    from toolkit.pages import concepts
    from toolkit.pages.concepts.book import concepts_book

    wanted = {each.number for each in chosen(names)}
    modules = [module for module in concepts.modules() if module.NUMBER in wanted]
    check_workbook(out)
    found = results.load(source or results.shipped())
    write(concepts_book(modules, found, budget_of(found)), out)
    return {"workbook": str(out), "concepts": len(modules), "runs": len(found)}


def budget_of(found: tuple[Result, ...]) -> Budget:
    """What the runs were made with: the usual number of images, so many epochs."""
    usual = Budget()
    epochs = {result.images * result.epochs // usual.images for result in found}
    return Budget(epochs=max(epochs)) if epochs else usual
