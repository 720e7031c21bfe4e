"""What `toolkit concepts` does: sheets of concepts, with the results of their experiments."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from toolkit.book.saving import check_workbook
from toolkit.book.writer import write
from toolkit.experiments import results
from toolkit.experiments.programme import budget_of, chosen


def write_concepts(
    names: tuple[str, ...],
    out: Path,
    source: Path | None = None,
    note: Callable[[str], object] = str,
) -> dict[str, Any]:
    """Write the workbook of the concepts called `names`, or of all; returns what was made, and
    tells `note` what of the results is passed over.

    Raises ToolkitError where a name, the file of results or `out` is at fault.
    """
    from toolkit.pages import concepts
    from toolkit.pages.concepts.book import concepts_book

    wanted = {each.number for each in chosen(names)}
    modules = [module for module in concepts.modules() if module.NUMBER in wanted]
    check_workbook(out)
    source = source or results.shipped()
    found = results.load(source, note)
    write(concepts_book(modules, found, budget_of(found, str(source))), out)
    return {"workbook": str(out), "concepts": len(modules), "runs": len(found)}
