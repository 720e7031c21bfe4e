"""Concept 12: Transition layers."""

from collections.abc import Sequence

from sympy import Expr, Integer, Max, Symbol, floor

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.sheet import Series
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.page import FIRST, LABEL, Page, Place
from toolkit.symbols.activations import as_one
from toolkit.symbols.bounds import number_of
from toolkit.symbols.choices import share_or_dash
from toolkit.symbols.equation import Equation

IN, NARROW, OUT, SIDE, KERNEL, POOL = (
    Symbol(name) for name in ("c_in", "c_t", "c_out", "n", "k", "s")
)
READ, LARGE, BEFORE, AFTER, FIRST_COUNT, FIRST_COST, PRODUCTS = (
    Symbol(name) for name in ("c", "m", "w_t", "w", "first w", "first", "all")
)
# Conditions on the yellow cells: blank and text count as 0, and divisors are at least 1.
SAFE = {symbol: number_of(symbol) for symbol in (IN, NARROW, OUT, SIDE, KERNEL)} | {
    POOL: Max(1, POOL)
}
COST = Equation(Symbol("products"), KERNEL**2 * READ * OUT * LARGE**2)
SMALL = floor(SIDE / POOL)
HEADINGS = (
    "way",
    "k x k reads channels",
    "of side",
    "weights of 1x1",
    "weights of k x k",
    "million products",
    "share of the first",
    "weights saved",
    "products saved",
)
# A name, the channels and side of the 3x3's input, and the weights and side of the 1x1.
WAYS: tuple[tuple[str, Expr, Expr, Expr, Expr], ...] = (
    ("k x k at once", IN, SIDE, Integer(0), Integer(0)),
    ("pool, then k x k", IN, SMALL, Integer(0), Integer(0)),
    ("1x1, then k x k", NARROW, SIDE, IN * NARROW, SIDE),
    ("pool, 1x1, then k x k", NARROW, SMALL, IN * NARROW, SMALL),
    ("1x1, pool, then k x k", NARROW, SMALL, IN * NARROW, SIDE),
)


def demonstrate(page: Page) -> None:
    """The cost of one 3x3 convolution after each way to reduce its input."""
    page.equation(COST, "Multiply-adds of a convolution on maps of side m:")
    page.say(
        "Change the yellow cells: leave 4 channels after the 1x1, or 32. (Padding keeps the side.)"
    )
    known = _settings(page)
    top = page.row + 1
    page.headings((top, LABEL), HEADINGS)
    for row, (words, *parts) in enumerate(WAYS, top + 1):
        page.label((row, LABEL), words)
        _way(page, row, top + 1, parts, known)
    names = [words for words, *_ in WAYS]
    page.curve(
        "Multiply-adds of the k x k and the 1x1 before it",
        "way",
        "millions",
        [
            Series(
                page.known((top, FIRST + 4)),
                page.reach(Area.of(top + 1, LABEL, len(WAYS)), names),
                page.down((top + 1, FIRST + 4), len(WAYS)),
            )
        ],
        (top + len(WAYS) + 2, LABEL),
        bars=True,
        width=24,
        height=7.5,
        y_format="0.0",
        y_min=0,
    )
    page.row = top + len(WAYS) + 17


def _settings(page: Page) -> dict[Symbol, Known]:
    return {
        IN: page.setting("channels before the transition", 16, 1, 512, whole=True),
        NARROW: page.setting("channels after the 1x1", 8, 1, 512, whole=True),
        OUT: page.setting("channels after the k x k", 16, 1, 512, whole=True),
        SIDE: page.setting("side of the maps before", 24, 1, 256, whole=True),
        POOL: page.setting("side of the pool's windows", 2, 1, 4, whole=True),
        KERNEL: page.setting("k: side of the kernel that follows", 3, 1, 7, whole=True),
    }


def _way(
    page: Page, row: int, first: int, parts: Sequence[Expr], known: dict[Symbol, Known]
) -> None:
    """A row: input of the 3x3, weights, products, and their ratio to those of the first row."""
    channels, side, before, worked = parts
    operands, counted = dict(known), "integer right"
    operands[READ] = _put(page, (row, FIRST), channels, known, counted)
    operands[LARGE] = _put(page, (row, FIRST + 1), side, known, counted)
    operands[BEFORE] = _put(page, (row, FIRST + 2), before, known, counted)
    operands[AFTER] = _put(page, (row, FIRST + 3), KERNEL**2 * READ * OUT, operands, counted)
    products = (COST.expr + BEFORE * worked**2) / 1_000_000
    operands[PRODUCTS] = _put(page, (row, FIRST + 4), products, operands, "decimals 3")
    operands[FIRST_COUNT] = page.known((first, FIRST + 3))
    operands[FIRST_COST] = page.known((first, FIRST + 4))
    for column, expr in enumerate(
        (
            share_or_dash(PRODUCTS, FIRST_COST),
            share_or_dash(as_one(FIRST_COUNT - BEFORE - AFTER), FIRST_COUNT),
            share_or_dash(as_one(FIRST_COST - PRODUCTS), FIRST_COST),
        ),
        FIRST + 5,
    ):
        page.compute((row, column), expr, operands, "percent right")


def _put(page: Page, place: Place, expr: Expr, known: dict[Symbol, Known], style: str) -> Known:
    return page.compute(place, expr.xreplace(SAFE), known, style)


CONCEPT = Concept(
    name="transition",
    number=12,
    title="Transition layers",
    idea=(
        "Between two blocks of convolutions stands a transition: a pool makes the maps half as "
        "wide, a 1x1 convolution makes fewer of them.",
        "Both make what follows cheaper: the pool its multiply-adds, the 1x1 its multiply-adds "
        "and its weights.",
    ),
    experiment=Experiment(
        "A transition shrinks maps and channels at once: what does each half do?",
        (
            Variant("pool, then 1x1"),
            Variant("1x1, then pool", layers="8 16 8:1 P 16 16 24 28 G F10"),
            Variant("pool only", layers="8 16 P 16 16 24 28 G F10"),
            Variant("1x1 of stride 2", layers="8 16 8:1/2 16 16 24 28 G F10"),
        ),
    ),
    conclusion=(
        "Pool and then 1x1 ends at {0.accuracy}, the other order at {1.accuracy} "
        "({1~0.more}), and takes {1~0.seconds} times "
        "as long.",
        "Without the 1x1: {2.accuracy} ({2~0.more}), "
        "with {2.parameters} parameters instead of {0.parameters}.",
        "A 1x1 of stride 2 in place of both: {3.accuracy} "
        "({3~0.more}). It looks at a quarter of the "
        "cells only.",
    ),
    demonstrate=demonstrate,
)
