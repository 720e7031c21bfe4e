"""Concept 12: Transition layers."""

from collections.abc import Sequence

from sympy import Expr, Integer, Max, Symbol, floor

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.sheet import Series
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts import blocks
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.page import FIRST, LABEL, STAGE, Page, Place
from toolkit.symbols.activations import as_one
from toolkit.symbols.bounds import divisor, number_of
from toolkit.symbols.choices import share_or_dash
from toolkit.symbols.equation import Equation
from toolkit.symbols.text import Text, fixed_text, joined

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
    "share of first",
    "weights saved",
    "products saved",
)
KEPT = "A9D6F5"
# The layers, then the channels and side of the k x k's input, and the weights and side of the 1x1.
WAYS: tuple[tuple[str, tuple[float, ...], tuple[Expr, Expr, Expr, Expr]], ...] = (
    ("k x k at once", (blocks.CONVOLUTION,), (IN, SIDE, Integer(0), Integer(0))),
    ("pool, then k x k", (blocks.POOL, blocks.CONVOLUTION), (IN, SMALL, Integer(0), Integer(0))),
    ("1x1, then k x k", (blocks.ONE_BY_ONE, blocks.CONVOLUTION), (NARROW, SIDE, IN * NARROW, SIDE)),
    (
        "pool, 1x1, then k x k",
        (blocks.POOL, blocks.ONE_BY_ONE, blocks.CONVOLUTION),
        (NARROW, SMALL, IN * NARROW, SMALL),
    ),
    (
        "1x1, pool, then k x k",
        (blocks.ONE_BY_ONE, blocks.POOL, blocks.CONVOLUTION),
        (NARROW, SMALL, IN * NARROW, SIDE),
    ),
)
DRAWING = FIRST + len(HEADINGS) - 1  # the first column of the blocks, beside the table
LONGEST = 3  # layers of a way


def demonstrate(page: Page) -> None:
    """The cost of one k x k convolution after each way to reduce its input."""
    known = _settings(page)
    answer, top = page.row + 1, STAGE + 13
    page.explain()
    page.equation(COST, "Multiply-adds on maps of side m:")
    page.say(
        "A convolution of k x k reads c channels and writes c_out; padding keeps the side of its "
        "maps. The 1x1 reads c_in channels and writes c_t."
    )
    end = page.row
    page.headings((top, LABEL), HEADINGS)
    for row, (words, _, parts) in enumerate(WAYS, top + 1):
        page.label((row, LABEL), words)
        _way(page, row, top + 1, parts, known)
    _draw(page, top)
    work = Area.of(top + 1, FIRST + 4, len(WAYS))
    page.shade(work, high=KEPT)
    _answer(page, answer, top)
    _chart(page, top)
    page.effects += [Area.of(answer, LABEL, 2, 2), work, *page.charts]
    page.row = end


def _draw(page: Page, top: int) -> None:
    """The layers of each way as coloured cells, to the right of the table."""
    page.headings((top, DRAWING), ["drawn as blocks"])
    page.merges.append(Area.of(top, DRAWING, wide=LONGEST))
    for row, (_, kinds, _) in enumerate(WAYS, top + 1):
        for column, kind in enumerate(kinds, DRAWING + LONGEST - len(kinds)):
            page.fixed((row, column), kind, "kind block")
    blocks.paint(page, Area.of(top + 1, DRAWING, len(WAYS), LONGEST))


def _answer(page: Page, row: int, top: int) -> None:
    """What a whole transition leaves of the work and of the weights, in a sentence."""
    at, first = top + 4, top + 1
    known = {
        PRODUCTS: page.known((at, FIRST + 4)),
        FIRST_COST: page.known((first, FIRST + 4)),
        BEFORE: page.known((at, FIRST + 2)),
        AFTER: page.known((at, FIRST + 3)),
        FIRST_COUNT: page.known((first, FIRST + 3)),
    }
    words = joined(
        Text("Pool, then 1x1: "),
        fixed_text(100 * PRODUCTS / divisor(FIRST_COST), 1),
        Text(" % of the multiply-adds and "),
        fixed_text(100 * (BEFORE + AFTER) / divisor(FIRST_COUNT), 1),
        Text(" % of the weights remain."),
    )
    page.compute((row, LABEL), words, known, "finding")
    page.merges.append(Area.of(row, LABEL, 2, 2))


def _chart(page: Page, top: int) -> None:
    """A bar for each way, above its table."""
    names = [words for words, _, _ in WAYS]
    page.curve(
        "Multiply-adds of the k x k and of the 1x1 before it",
        "",
        "millions",
        [
            Series(
                page.known((top, FIRST + 4)),
                page.reach(Area.of(top + 1, LABEL, len(WAYS)), names),
                page.down((top + 1, FIRST + 4), len(WAYS)),
            )
        ],
        (STAGE, FIRST + 2),
        bars=True,
        width=18.5,
        height=6.6,
        y_format="0.0",
        y_min=0,
    )


def _settings(page: Page) -> dict[Symbol, Known]:
    return {
        IN: page.setting("c_in: channels before the transition", 16, 1, 512, whole=True),
        NARROW: page.setting("c_t: channels after the 1x1", 8, 1, 512, whole=True),
        OUT: page.setting("c_out: channels after the k x k", 16, 1, 512, whole=True),
        SIDE: page.setting("side of the maps before", 24, 1, 256, whole=True),
        POOL: page.setting("side of the pool's windows", 2, 1, 4, whole=True),
        KERNEL: page.setting("k: side of the kernel that follows", 3, 1, 7, whole=True),
    }


def _way(
    page: Page, row: int, first: int, parts: Sequence[Expr], known: dict[Symbol, Known]
) -> None:
    """A row: input of the k x k, weights, products, and their ratio to those of the first row."""
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
    question="Between two blocks of convolutions, what does the pool save, and what does the 1x1?",
    finding=(
        "With a pool and then a 1x1 the network reaches {0.accuracy}. The other order takes "
        "{1~0.seconds} times as long and is {1~0.more}; without the 1x1 it is {2~0.more}."
    ),
    summary=(
        "A 1x1 and then a pool is {1~0.than} a pool and then a 1x1, and it takes {1~0.seconds} "
        "times as long."
    ),
    idea=(
        "A transition stands between two blocks of convolutions. A pool makes the maps smaller, "
        "and a 1x1 convolution reduces their number.",
        "Both make the next convolution cheaper: the pool saves multiply-adds, and the 1x1 saves "
        "multiply-adds and weights.",
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
        "Pool and then 1x1 ends at {0.accuracy}. The other order ends at {1.accuracy} "
        "({1~0.more}) and takes {1~0.seconds} times as long.",
        "Without the 1x1 the network ends at {2.accuracy} ({2~0.more}), but has {2.parameters} "
        "parameters instead of {0.parameters}.",
        "A 1x1 of stride 2 in place of both ends at {3.accuracy} ({3~0.more}): it reads only a "
        "quarter of the cells.",
    ),
    rule=(
        "Place a transition where the maps become too large or too many for the next block. Pool "
        "first, so that the 1x1 works on small maps.",
        "A 1x1 pays only if it leaves clearly fewer channels than it reads and a larger kernel "
        "follows.",
        "Measured on one small network: a network with more channels gains more from the 1x1, and "
        "one whose images have fine detail may lose it in the pool.",
    ),
    tasks=(
        Task(
            "A pool with windows of side 2 leaves a quarter of the multiply-adds. What does one "
            "of side 3 leave, and does it save weights?",
            "side of the pool's windows to 3",
            "A ninth, 11.1 %. The pool alone saves no weights: the kernel is the same, whatever "
            "the side of the maps.",
        ),
        Task(
            "If the 1x1 leaves as many channels as it reads, does it still save anything?",
            "c_t to 16",
            "No. The 1x1 and the k x k together need 111.1 % of the multiply-adds of the k x k "
            "alone.",
        ),
        Task(
            "Does the 1x1 save multiply-adds if the convolution after it is itself a 1x1?",
            "k to 1",
            "No. 1x1, then k x k needs 100.0 % of the first way, and pool, 1x1, then k x k needs "
            "25.0 %, the same as the pool alone.",
        ),
    ),
    demonstrate=demonstrate,
)
