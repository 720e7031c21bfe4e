"""Two tables of the concept's own networks: those that are flagged, and their signals."""

from collections.abc import Mapping, Sequence

from sympy import Expr, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at
from toolkit.book.sheet import Series
from toolkit.experiments.variant import Variant
from toolkit.pages.concepts import recorded
from toolkit.pages.concepts.mission_tables import (
    ANSWERS,
    ENDS,
    FLAGGED,
    KEY,
    KEYS,
    NONE,
    ONE,
    Tables,
)
from toolkit.pages.concepts.page import FIRST, LABEL, Page
from toolkit.pages.concepts.signals import EARLY_LOSS, LATER, SIGNALS
from toolkit.symbols.records import mean_of_records, row_count
from toolkit.symbols.text import Text, fixed_text, joined

CHART = 23  # rows
IN_LINE = 4  # networks
MOST_LAYERS = 8  # whose gradients are shown


def height(variants: Sequence[Variant], new: Mapping[str, Variant]) -> int:
    """The number of rows that `write` fills."""
    return len(lines(variants, new)) + 1 + 2 * (len(variants) + 2) + CHART


def write(tables: Tables) -> None:
    """Write both tables and a chart."""
    _flagged(tables)
    _signals(tables)


def _flagged(tables: Tables) -> None:
    """The number of runs of this concept's networks that are flagged, by signal."""
    page, top = tables.page, tables.page.row + len(lines(tables.variants, tables.new)) + 1
    words = [f"by {signal.name}" for signal in SIGNALS]
    heads = ["of this concept's networks", "runs", "end badly", "flagged", *words, "later"]
    page.headings((top, LABEL), heads)
    page.heights[top] = 30.0
    tables.names(top)
    criteria = [
        (),
        *(
            (symbol, ONE)
            for symbol in (ENDS, FLAGGED, *(signal.symbol for signal in SIGNALS), LATER.symbol)
        ),
    ]
    for row, variant in enumerate(tables.variants, top + 1):
        known = {**tables.flags, **tables.keys(variant)}
        for column, more in enumerate(criteria, FIRST):
            expr = row_count(KEYS, KEY, *more)
            page.compute((row, column), expr, known, "integer right")
    _sentence(tables, top)
    page.row = top + len(tables.variants) + 2


def lines(
    variants: Sequence[Variant], new: Mapping[str, Variant]
) -> list[tuple[str, list[int], str]]:
    """The variants in each line of the sentence, with the words before and after their names.

    Variants that were run before the rule was fixed come first, then the `new` ones.
    """
    numbers = []
    for words, later in (("Flagged: ", False), ("Flagged of those not seen before: ", True)):
        some = [n for n, variant in enumerate(variants) if (variant in new.values()) == later]
        numbers += [
            (
                "and " if start else words,
                some[start : start + IN_LINE],
                "," if start + IN_LINE < len(some) else ".",
            )
            for start in range(0, len(some), IN_LINE)
        ]
    return numbers


def _sentence(tables: Tables, top: int) -> None:
    """A sentence above the table that names the flagged networks."""
    names = [_name(variant, tables.new) for variant in tables.variants]
    for row, (words, some, end) in enumerate(lines(tables.variants, tables.new), tables.page.row):
        known: dict[Symbol, Known] = {}
        pieces = []
        for n in some:
            name = names[n] if n == some[0] else f", {names[n]}"
            pieces += _share(tables.page, top + 1 + n, known, name)
        sentence = joined(Text(words), *pieces, Text(end))
        tables.page.compute((row, LABEL), sentence, known, "conclusion")


def _name(variant: Variant, new: Mapping[str, Variant]) -> str:
    """The name of a variant in a sentence."""
    return next((name for name, each in new.items() if each == variant), variant.name)


def _share(page: Page, row: int, known: dict[Symbol, Known], name: str) -> list[Expr]:
    """The row of a network: its name, the number of flagged runs, and the number of runs."""
    symbols = [Symbol(f"{what} {row}") for what in ("flagged", "runs")]
    for symbol, column in zip(symbols, (FIRST + 2, FIRST), strict=True):
        known[symbol] = page.known((row, column))
    flagged, runs = (fixed_text(symbol, NONE) for symbol in symbols)
    return [Text(f"{name} "), flagged, Text(" of "), runs]


def _signals(tables: Tables) -> None:
    """The mean signals of this concept's networks, and those of each layer."""
    page, top = tables.page, tables.page.row
    columns = [(signal.name, signal.column) for signal in (*SIGNALS, LATER)]
    layers = recorded.gradient_layers(tables.records.results)[:MOST_LAYERS]
    columns[2:4] = [(f"layer {layer}", recorded.gradient(layer).heading) for layer in layers]
    heads = [words for words, _ in columns]
    page.headings((top, LABEL), ["means; layers: norms of their gradients", *heads])
    page.heights[top] = 30.0
    tables.names(top)
    for row, variant in enumerate(tables.variants, top + 1):
        for column, (_, heading) in enumerate(columns, FIRST):
            known = tables.keys(variant) | {ANSWERS: tables.records.known(heading)}
            expr = mean_of_records(ANSWERS, KEYS, KEY)
            page.compute((row, column), expr, known, "rate")
    page.row = top + len(tables.variants) + 2
    _chart(tables, top, FIRST + SIGNALS.index(EARLY_LOSS))


def _chart(tables: Tables, top: int, column: int) -> None:
    page, first, last = tables.page, top + 1, top + len(tables.variants)
    names = [page.cells[row, LABEL].value for row in range(first, last + 1)]
    losses = [page.cells[row, column].value for row in range(first, last + 1)]
    page.curve(
        "Mean loss of batches 91 to 100; a network that knows nothing: 2.303",
        "network",
        "loss",
        [
            Series(
                at(page.name, top, column, EARLY_LOSS.name),
                page.reach(Area(first, LABEL, last, LABEL), names),
                page.reach(Area(first, column, last, column), losses),
            )
        ],
        (page.row, LABEL),
        bars=True,
        width=28,
        height=11,
        y_min=0,
    )
    page.row += CHART - 1
