"""Areas around cells, as the first view of a sheet names them."""

from collections.abc import Iterable, Mapping

from toolkit.book.address import Area
from toolkit.book.page import Place
from toolkit.book.tables import Cell
from toolkit.book.theme import STYLES


def around(places: Iterable[Place]) -> Area:
    """The least area that holds all of these cells, of which there must be one at least."""
    rows, columns = zip(*places, strict=True)
    return Area(min(rows), min(columns), max(rows), max(columns))


def of_style(cells: Mapping[Place, Cell], *styles: str) -> tuple[Area, ...]:
    """The least area that holds all cells of these styles; none where no cell has one of them."""
    places = [place for place, cell in cells.items() if cell.style in styles]
    return (around(places),) if places else ()


def open_cells(cells: Mapping[Place, Cell]) -> list[Place]:
    """The cells that a reader may change: those whose style is not locked."""
    return sorted(place for place, cell in cells.items() if not STYLES[cell.style].locked)


def open_areas(cells: Mapping[Place, Cell]) -> tuple[Area, ...]:
    """The same cells as areas."""
    return areas(open_cells(cells))


def areas(places: Iterable[Place]) -> tuple[Area, ...]:
    """Cells as areas: neighbours in a row are joined, then equally wide rows below each other."""
    found: dict[tuple[int, int, int], Area] = {}  # by the row below it and its columns
    for run in _runs(sorted(places)):
        columns = run.column, run.last_column
        above = found.pop((run.row, *columns), run)
        found[run.row + 1, *columns] = Area(above.row, run.column, run.row, run.last_column)
    return tuple(sorted(found.values()))


def _runs(places: list[Place]) -> list[Area]:
    runs: list[Area] = []
    for row, column in places:
        last = runs[-1] if runs else None
        if last and (last.row, last.last_column + 1) == (row, column):
            runs[-1] = Area(row, last.column, row, column)
        else:
            runs.append(Area.of(row, column))
    return runs
