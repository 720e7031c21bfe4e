"""The row of the table at the chosen epoch, as texts that everything else on the sheet reads."""

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Symbol

from toolkit.book.known import Known
from toolkit.book.live import computed
from toolkit.book.page import PageBuilder
from toolkit.book.tables import Cell, Table
from toolkit.network.derivation import EPOCH, LEARNING_RATE, LOSS
from toolkit.pages.backprop.board.frame import BoardPlan
from toolkit.pages.backprop.entries import Entry, entries
from toolkit.pages.backprop.layout import BACKPROP, LessonLayout
from toolkit.symbols.choices import if_number
from toolkit.symbols.equation import Gradient, quantity
from toolkit.symbols.lookups import element
from toolkit.symbols.text import Text, joined, number_text

COLUMN = quantity("column")
DASH = Text("–")
PRESENT = element(COLUMN, EPOCH + 1)
PRESENT_TEXT = if_number(PRESENT, number_text(PRESENT), DASH)


@dataclass(frozen=True)
class TableRow:
    """What of the table's row is shown, and a few words on what is not."""

    entries: tuple[Entry, ...]
    but: str


def count(run: LessonLayout) -> int:
    """How many entries belong to all samples together or to the first one."""
    return len(_entries(run))


def strip(run: LessonLayout, most: int, *, drawn: bool) -> TableRow:
    """The entries of all samples together and of the first one. Where they are more than `most`,
    the gradients by weights and biases are left out, if a drawing shows them, and then the last.
    """
    entries, several = _entries(run), len(run.lesson.samples.inputs) > 1
    but = ": sample 1 and what all samples share" if several else ""
    if drawn and len(entries) > most:
        slopes = {Gradient(LOSS, parameter) for parameter in run.derived.parameters}
        entries = [e for e in entries if e.symbol not in slopes]
        but += ", without the gradients that stand beside the weights"
    if len(entries) > most:
        but += f", the first {most} of {len(entries)} columns"
    return TableRow(tuple(entries[:most]), but)


def _entries(run: LessonLayout) -> list[Entry]:
    return [e for e in entries(run, LEARNING_RATE) if _is_shown(e.symbol, run)]


def _is_shown(symbol: Symbol, run: LessonLayout) -> bool:
    of = symbol.wrt if isinstance(symbol, Gradient) else symbol
    role = run.derived.roles.get(of)
    return symbol == EPOCH or (role is not None and role.sample == 1)


def columns(by_sheet: Mapping[str, Table]) -> dict[str, Known]:
    """Every column of the table of the sheet Backprop, and of those of single samples, by its
    heading.
    """
    found: dict[str, Known] = {}
    for sheet, part in by_sheet.items():
        for number, column in enumerate(part.columns):
            found.setdefault(column.heading, part.known(sheet, number))
    return found


def write(
    page: PageBuilder,
    frame: BoardPlan,
    shown: TableRow,
    of_table: Mapping[str, Known],
    epoch: Cell,
    tints: Mapping[Symbol, str],
) -> dict[Symbol, Known]:
    """Write the entries, the first of them the `epoch`; returns the cell of each quantity."""
    places: dict[Symbol, Known] = {}
    across = len(frame.entries)
    for number, entry in enumerate(shown.entries):
        line, place = divmod(number, across)
        row, column = frame.strip_row + 1 + 2 * line, frame.entries[place]
        symbol = entry.symbol
        tint = tints.get(symbol.wrt if isinstance(symbol, Gradient) else symbol)
        heading = f"strip in {tint}" if tint else f"strip {entry.group}"
        page.cells[row, column] = Cell(symbol.name, heading)
        below = (row + 1, column)
        if symbol == EPOCH:
            page.cells[below] = epoch
        else:
            known = {COLUMN: of_table[symbol.name], EPOCH: places[EPOCH]}
            page.cells[below] = computed(
                PRESENT_TEXT, known, f"strip in {tint}" if tint else "strip"
            )
        places[symbol] = page.known(below)
    page.cells[frame.strip_row, 1] = _title(shown, places[EPOCH])
    return places


def _title(shown: TableRow, epoch: Known) -> Cell:
    words = joined(Text("Row "), EPOCH, Text(f" of the table {BACKPROP}{shown.but}"))
    cell = computed(words, {EPOCH: epoch}, "board link")
    return Cell(cell.value, cell.style, cell.formula, link=BACKPROP)
