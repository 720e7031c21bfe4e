"""What is wrong with the first view of a sheet: the part that a laptop shows before anyone scrolls.

The faults of today's sheets are listed in `first_view.toml`, sheet by sheet, so that a test sees
every new fault and every one that is mended. After mending some, write the list anew:

    python -m tests.first_view [BOOK…]

names of books, as in `tests/shipped.py`, or nothing for all of them.
"""

import json
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from tests.screen import Rectangle, Screen
from tests.shipped import BOOKS, shipped_book
from toolkit.book.address import Area
from toolkit.book.regions import areas, around
from toolkit.book.sheet import Book, Chart, Effect, Sheet
from toolkit.book.theme import STYLES

WIDTH, HEIGHT = 1300, 560  # pixels of a laptop's first view at 100 % zoom
TOLERANCE = 2.0  # pixels
LISTED = Path(__file__).with_name("first_view.toml")
Faults = Mapping[str, Mapping[str, Sequence[str]]]  # by book and sheet
HEADING = """\
# The faults of first views that are known and not mended yet, by book and sheet. `python -m
# tests.first_view` writes this file; a sheet that is not listed has no fault.
"""


class Fault(NamedTuple):
    """A fault by its `name`, which does not change with every pixel, and what was measured."""

    name: str
    measure: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.measure})" if self.measure else self.name


def faults(sheet: Sheet) -> list[Fault]:
    """All faults of one sheet."""
    screen = Screen(sheet)
    return [
        *_undeclared(sheet),
        *_outside(screen),
        *_overlaps(screen),
        *_cut_texts(screen),
        *_cut_drawings(screen),
    ]


def book_faults(book: Book) -> dict[str, list[Fault]]:
    """The faults of the sheets that have some."""
    by_sheet = {sheet.name: faults(sheet) for sheet in book.sheets}
    return {name: each for name, each in by_sheet.items() if each}


def _undeclared(sheet: Sheet) -> Iterator[Fault]:
    view = sheet.first_view
    if not (view.question or view.controls or view.effects or view.finding):
        yield Fault("declares nothing")
        return
    if view.question is None:
        yield Fault("declares no question")
    if not view.controls and _open(sheet):
        yield Fault("declares no control")
    if not view.effects:
        yield Fault("declares no effect")
    if view.finding is None:
        yield Fault("declares no finding")


def _open(sheet: Sheet) -> bool:
    """Whether a reader is meant to change cells of this sheet."""
    styles = {cell.style for cell in sheet.cells.values()} | {grid.style for grid in sheet.grids}
    return any(not STYLES[style].locked for style in styles)


def _outside(screen: Screen) -> Iterator[Fault]:
    for what, rectangle in _declared(screen):
        if rectangle.right > WIDTH + TOLERANCE or rectangle.bottom > HEIGHT + TOLERANCE:
            reach = f"reaches {rectangle.right:.0f} x {rectangle.bottom:.0f} pixels"
            yield Fault(f"{what} lies outside the first view", reach)


def _declared(screen: Screen) -> Iterator[tuple[str, Rectangle]]:
    """What must lie in the first view, texts with all their letters."""
    sheet, view = screen.sheet, screen.sheet.first_view
    titles = (Area.of(*p) for p, cell in sorted(sheet.cells.items()) if cell.style == "title")
    for what, area in (
        *(("title", area) for area in titles),
        *(("question", area) for area in (view.question,) if area),
        *(("finding", area) for area in (view.finding,) if area),
    ):
        place = (area.row, area.column)
        yield f"the {what} {area.relative}", screen.ink(place, sheet.cells[place]).whole
    for area in view.controls:
        yield f"the control {area.relative}", screen.area(area)
    for effect in view.effects:
        yield f"the effect {_name(effect)}", screen.effect(effect)


def _name(effect: Effect) -> str:
    if isinstance(effect, Area):
        return effect.relative
    kind = "chart" if isinstance(effect, Chart) else "picture"
    return f"{kind} at {Area.of(effect.row, effect.column).relative}"


def _overlaps(screen: Screen) -> Iterator[Fault]:
    drawings = [(drawing, screen.effect(drawing)) for drawing in screen.drawings]
    for (one, first), (other, second) in combinations(drawings, 2):
        depth = first.overlap(second)
        if depth > TOLERANCE:
            yield Fault(f"{_name(one)} overlaps {_name(other)}", f"by {depth:.0f} pixels")
    for drawing, rectangle in drawings:
        places = screen.covered(rectangle)
        if places:
            count = f"{len(places)} cell{'s' * (len(places) > 1)}"
            yield Fault(f"{_name(drawing)} covers cells in {around(places).relative}", count)


def _cut_texts(screen: Screen) -> Iterator[Fault]:
    """Texts cut by a neighbour or an edge of their cell, and at the edge of frozen columns."""
    cut: dict[str, list[tuple[int, int]]] = defaultdict(list)
    edge = _frozen(screen)[0] if _scrolls_across(screen) else 0
    for place, ink in screen.texts():
        if ink.blocked:
            cut[ink.blocked].append(place)
        if ink.seen.left < edge - TOLERANCE and ink.seen.right > edge + TOLERANCE:
            cut["edge of the frozen columns"].append(place)
    for by, places in sorted(cut.items()):
        for area in areas(places):
            yield Fault(f"the text in {area.relative} is cut by the {by}")


def _cut_drawings(screen: Screen) -> Iterator[Fault]:
    """Charts and pictures of which scrolling leaves a part in the frozen rows or columns."""
    right, bottom = _frozen(screen)
    for drawing in screen.drawings:
        rectangle = screen.effect(drawing)
        for edge, near, far, what in (
            (right, rectangle.left, rectangle.right, "columns"),
            (bottom, rectangle.top, rectangle.bottom, "rows"),
        ):
            if near < edge - TOLERANCE and far > edge + TOLERANCE:
                yield Fault(f"{_name(drawing)} is cut by the edge of the frozen {what}")


def _frozen(screen: Screen) -> tuple[float, float]:
    """Where the frozen columns and the frozen rows end; 0 where none are."""
    row, column = screen.sheet.freeze or (1, 1)
    return screen.left(column), screen.top(row)


def _scrolls_across(screen: Screen) -> bool:
    """Whether a reader has to scroll to the right to see all of a sheet."""
    drawn = (screen.effect(drawing).right for drawing in screen.drawings)
    return max([screen.left(screen.last_column + 1), *drawn]) > WIDTH


def listed() -> Faults:
    """The faults that are known."""
    content: Faults = tomllib.loads(LISTED.read_text(encoding="utf-8"))
    return content


def differences(book: str, found: Mapping[str, Sequence[Fault]], known: Faults) -> list[str]:
    """A line for each fault of a book that is not listed, and for each that is listed in vain."""
    lines = []
    for sheet in dict.fromkeys([*found, *known.get(book, {})]):
        expected = known.get(book, {}).get(sheet, ())
        here = {fault.name: fault for fault in found.get(sheet, ())}
        lines += [f"{book} / {sheet}: {here[name]}" for name in here if name not in expected]
        lines += [
            f"{book} / {sheet}: mended, to be taken off the list: {name}"
            for name in expected
            if name not in here
        ]
    return lines


def _listing(known: Faults) -> str:
    parts = [HEADING]
    for book, sheets in known.items():
        for sheet, names in sheets.items():
            key = f"{json.dumps(book)}.{json.dumps(sheet, ensure_ascii=False)}"
            lines = (f"  {json.dumps(name, ensure_ascii=False)},\n" for name in names)
            parts.append(f"{key} = [\n{''.join(lines)}]\n")
    return "\n".join(parts)


def main(*books: str) -> None:
    """Write the list of known faults anew, of these books or of all."""
    known = dict(listed()) if LISTED.exists() else {}
    for name in books or BOOKS:
        found = book_faults(shipped_book(name))
        known[name] = {sheet: [fault.name for fault in each] for sheet, each in found.items()}
        for sheet, each in found.items():
            sys.stdout.write(f"{name} / {sheet}\n" + "".join(f"  {fault}\n" for fault in each))
    ordered = {name: known[name] for name in BOOKS if known.get(name)}
    LISTED.write_text(_listing(ordered), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
