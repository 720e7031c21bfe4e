"""Concept 1: How many layers."""

from sympy import And, Eq, Expr, Integer, Max, Or, Piecewise, Symbol, floor

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.regions import open_areas
from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts import blocks, linear_layers
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.measured import Records, VariantFigures
from toolkit.pages.concepts.page import FIRST, LABEL, STAGE, Page
from toolkit.symbols.bounds import with_bounds
from toolkit.symbols.equation import Equation
from toolkit.symbols.ranges import total
from toolkit.symbols.text import Text, grouped_text, joined

MOST, BLOCKS = 11, 12  # convolutions, and blocks with the pool
N, P, K, C, S, BLOCK, KIND, SIDE, JUMP, SEES, IN, WEIGHTS, SUM = (
    Symbol(name)
    for name in (
        "n",
        "p",
        "k",
        "C",
        "s",
        "i",
        "kind",
        "side",
        "jump",
        "sees",
        "c_in",
        "weights",
        "all",
    )
)
SIDE_AFTER = Equation(Symbol("side'"), SIDE - K + 1)
SEES_AFTER = Equation(Symbol("sees'"), SEES + (K - 1) * JUMP)
COST = Equation(WEIGHTS, K**2 * IN * C)
SETTINGS = {
    N: ("n: convolutions (1 to 11)", 6, (1, MOST)),
    P: ("pool after convolution (0: no pool)", 2, (0, MOST)),
    K: ("k: side of the kernels", 3, (1, 7)),
    C: ("C: channels of every convolution", 16, (1, 128)),
    S: ("s: side of the image", 28, (1, 99)),
}
BOUNDS = {symbol: bounds for symbol, (_, _, bounds) in SETTINGS.items()}
POOLED = And(P >= 1, P <= N)
KINDS = Piecewise(
    (Integer(-1), And(POOLED, Eq(BLOCK, P + 1))),
    (Integer(1), Or(BLOCK <= N, And(POOLED, BLOCK <= N + 1))),
    (Integer(0), True),
)
# What a block makes of the values before it: a pool, a convolution, or no layer at all.
AFTER: dict[Symbol, Expr] = {
    SIDE: Piecewise((floor(SIDE / 2), KIND < 0), (Max(0, SIDE_AFTER.expr), KIND > 0), (SIDE, True)),
    JUMP: Piecewise((2 * JUMP, KIND < 0), (JUMP, True)),
    SEES: Piecewise((SEES + JUMP, KIND < 0), (SEES_AFTER.expr, KIND > 0), (SEES, True)),
}
COLUMNS = {KIND: FIRST, SIDE: FIRST + 1, JUMP: FIRST + 2, SEES: FIRST + 3, WEIGHTS: FIRST + 4}
HEADINGS = ("1: conv, -1: pool", "side of its maps", "jump", "pixels seen to a side", "weights")
ANSWER, STRIP = STAGE + len(SETTINGS) + 1, STAGE + 16
NAME = Piecewise((Text("pool"), KIND < 0), (joined(Text("conv "), C), KIND > 0), (Text(""), True))
SEEN = joined(Text("The last layer sees "), SEES, Text(" x "), SEES, Text(" pixels"))
VERDICT = Piecewise(
    (Text("The maps are used up: a kernel is larger than the map that it reads."), SIDE < 1),
    (
        joined(
            SEEN,
            Text(", its maps have "),
            SIDE,
            Text(" x "),
            SIDE,
            Text(" cells, and all kernels together have "),
            grouped_text(SUM),
            Text(" weights."),
        ),
        True,
    ),
)
Rows = list[dict[Symbol, Known]]


def demonstrate(page: Page) -> None:
    """A network as a row of blocks, and what each of its layers sees."""
    known = {
        symbol: page.setting(words, start, *bounds, whole=True)
        for symbol, (words, start, bounds) in SETTINGS.items()
    }
    page.controls = list(open_areas(page.cells))
    page.explain()
    page.equation(SIDE_AFTER, "Side of the maps after a convolution:")
    page.equation(SEES_AFTER, "Pixels that a cell sees, to a side:")
    page.equation(COST, "Weights of its kernels:")
    page.say("A pool with windows of 2x2 halves the side and doubles the jump from cell to cell.")
    top = page.row + 1
    rows = _blocks(page, top, known)
    page.row = top + BLOCKS + 2
    linear_layers.demonstrate(page)
    below = page.row
    _answer(page, top, rows)
    _strip(page, rows, known)
    _chart(page, top)
    page.row = below


def _blocks(page: Page, top: int, known: dict[Symbol, Known]) -> Rows:
    """One row for each block, computed from the row above; the first is the image."""
    page.headings((top, LABEL), ["block (0 is the image)", *HEADINGS])
    page.fixed((top + 1, LABEL), 0, "label")
    image = with_bounds(S, BOUNDS)
    here = {SIDE: page.compute((top + 1, COLUMNS[SIDE]), image, known, "right")}
    here |= {symbol: page.fixed((top + 1, COLUMNS[symbol]), 1, "right") for symbol in (JUMP, SEES)}
    rows = [here]
    for n in range(1, BLOCKS + 1):
        rows.append(_block(page, top + 1 + n, n, known | rows[-1]))
    return rows


def _block(page: Page, row: int, n: int, known: dict[Symbol, Known]) -> dict[Symbol, Known]:
    """The kind of block number `n`, and the side, jump, field and weights after it."""
    operands = known | {BLOCK: page.fixed((row, LABEL), n, "label")}
    kind = page.compute((row, COLUMNS[KIND]), with_bounds(KINDS, BOUNDS), operands, "right")
    operands[KIND] = kind
    block = {KIND: kind}
    for symbol, expr in AFTER.items():
        place = row, COLUMNS[symbol]
        block[symbol] = page.compute(place, with_bounds(expr, BOUNDS), operands, "right")
    cost = COST.expr.xreplace({IN: Integer(1) if n == 1 else C})
    weights = Piecewise((with_bounds(cost, BOUNDS), KIND > 0), (Integer(0), True))
    block[WEIGHTS] = page.compute((row, COLUMNS[WEIGHTS]), weights, operands, "integer right")
    return block


def _answer(page: Page, top: int, rows: Rows) -> None:
    """What the last layer sees and what is left of the maps, in a sentence."""
    known = {SIDE: rows[-1][SIDE], SEES: rows[-1][SEES]}
    weights = {SUM: page.down((top + 2, COLUMNS[WEIGHTS]), BLOCKS)}
    verdict = VERDICT.xreplace({SUM: total(SUM)})
    page.compute((ANSWER, LABEL), verdict, known | weights, "finding")
    page.merges.append(Area.of(ANSWER, LABEL, 4, 2))
    page.effects.append(Area.of(ANSWER, LABEL, 4, 2))


def _strip(page: Page, rows: Rows, known: dict[Symbol, Known]) -> None:
    """The blocks side by side, with the side of their maps and the pixels that they see."""
    for row, words in enumerate(
        ("the network, layer by layer", "", "side of the maps", "pixels seen to a side", "weights"),
        STRIP,
    ):
        page.label((row, LABEL), words)
    for n, block in enumerate(rows[1:]):
        column = FIRST + n
        operands = block | {C: known[C]}
        page.compute((STRIP, column), with_bounds(NAME, BOUNDS), operands, "strip block")
        page.compute((STRIP + 1, column), KIND, operands, "shade")
        for row, symbol in enumerate((SIDE, SEES, WEIGHTS), STRIP + 2):
            expr = Piecewise((Text(""), Eq(KIND, 0)), (symbol, True))
            page.compute((row, column), expr, operands, "integer right")
    page.effects.append(blocks.bands(page, STRIP + 1, FIRST, BLOCKS))


def _chart(page: Page, top: int) -> None:
    """Side of the maps and pixels seen, block by block."""
    page.curve(
        "Layer by layer: pixels that a cell sees, and cells that are left",
        "layer",
        "to a side",
        [
            page.line((top, COLUMNS[symbol]), LABEL, BLOCKS + 1, dots=True)
            for symbol in (SEES, SIDE)
        ],
        (STAGE, FIRST + 2),
        width=18.5,
        height=8.2,
        y_format="0",
        y_min=0,
        x_max=BLOCKS,
    )
    page.effects += page.charts


def measure(page: Page, figures: VariantFigures, records: Records) -> None:
    """The measured networks as rows of blocks."""
    blocks.networks(page, CONCEPT.experiment.variants)


CONCEPT = Concept(
    name="layers",
    number=1,
    title="How many layers",
    question="What do more convolutions bring, and when do they stop paying off?",
    finding=(
        "{2.name} end at {2.accuracy} and are {2~1.than} {1.name} ({1.accuracy}); {3.name} are "
        "{3~2.more} ({3.accuracy}). Receptive field and parameters grow with depth."
    ),
    summary=(
        "{2.name} end at {2.accuracy}, {2~1.than} {1.name} ({1.accuracy}); {3.name} are "
        "{3~2.more} ({3.accuracy})."
    ),
    idea=(
        "One 3x3 convolution sees 3 x 3 pixels. The next one reads its results and so sees 5 x 5: "
        "each layer sees 2 pixels more, and after a pool 4 more.",
        "Without padding, each layer also makes the maps smaller, and each costs weights and time.",
        "Depth needs a nonlinearity such as ReLU between the layers: without one, two layers "
        "compute no more than a single layer can.",
    ),
    experiment=Experiment(
        "What do more convolutions bring, and when do they stop paying off?",
        (
            Variant("2 convolutions", layers="16 P 28 G F10"),
            Variant("4 convolutions", layers="8 16 P 16 28 G F10"),
            Variant("7 convolutions"),
            Variant("9 convolutions", layers="8 8 16 P 8:1 16 16 16 24 28 G F10"),
        ),
    ),
    conclusion=(
        "From {0.name} to {1.name}: {0.accuracy} to {1.accuracy}, {1~0.more}. On to {2.name}: "
        "{2.accuracy}, {2~1.more}.",
        "On to {3.name}: {3.accuracy}, {3~2.more}.",
        "The networks differ in more than depth: parameters grow from {0.parameters} to "
        "{3.parameters}, and so does the receptive field. Sheet 5 has the same difficulty.",
    ),
    rule=(
        "Add convolutions until the last one sees the whole object, then stop adding and look at "
        "the training accuracy.",
        "If training accuracy is still low, more layers or more channels help; if it is high, they "
        "only cost time.",
        "Beyond some 20 layers, plain stacks become hard to train even with batch normalization, "
        "and networks use residual connections.",
    ),
    tasks=(
        Task(
            "With the pool after the second of six convolutions, the last layer sees 22 pixels. "
            "How many does it see without the pool?",
            "pool to 0",
            "13: without the pool every 3x3 convolution adds 2 pixels, none adds 4. The maps have "
            "16 x 16 cells instead of 4 x 4.",
        ),
        Task(
            "How many convolutions fit after the pool before the maps are used up?",
            "n to 7, then 8",
            "Five: with n = 7 the maps have 2 x 2 cells. The eighth convolution would need 3 x 3, "
            "and the sheet says that the maps are used up.",
        ),
        Task(
            "Does a stack of eleven 3x3 convolutions without a pool see the whole image of 28 "
            "pixels?",
            "pool to 0 and n to 11",
            "No, only 23 pixels: 1 + 11 · 2. Its maps still have 6 x 6 cells, and it has 23,184 "
            "weights.",
        ),
    ),
    demonstrate=demonstrate,
    measure=measure,
)
