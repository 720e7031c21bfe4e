"""The equations of a step of learning as shown: those that the cells compute, typeset."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sympy import Expr, Symbol, exp, log

from toolkit.book.page import PageBuilder, equation_picture, row_height
from toolkit.book.sheet import Picture, Sheet
from toolkit.book.tables import Cell
from toolkit.convnet.stages import Stage
from toolkit.pages.live import backward as back
from toolkit.pages.live import equations as eq
from toolkit.pages.live.layout import EQUATION_ROW, TITLE_HEIGHT
from toolkit.symbols.equation import Equation, Gradient
from toolkit.symbols.long_sums import abridged
from toolkit.symbols.maps import weighted_sum
from toolkit.symbols.ranges import largest, total

EQUATIONS = "Equations"
LOSS, A, Z, X, K = (Symbol(name) for name in ("L", "a", "z", "x", "k"))
LOGIT, LOGITS, POWERS, TARGETS = (Symbol(n) for n in ("z", "logits", "powers", "targets"))
POWER = exp(LOGIT - largest(LOGITS))
SHARE = Symbol("power") / total(POWERS)
# -Σ y·ln p, with the logits as they are: no probability is too small for it.
CROSS_ENTROPY = log(total(POWERS)) + largest(LOGITS) - weighted_sum(TARGETS, LOGITS)
SIZE, MOST_TERMS = 12.5, 3
BETWEEN, MOST_WIDE = 30, 1270  # pixels between equations side by side, and of all in a row
WORDS_COLUMN, EQUATION_COLUMN, FIRST_ROW = 2, 3, 6
QUESTION_PLACE, FINDING_PLACE = (2, WORDS_COLUMN), (FIRST_ROW - 2, WORDS_COLUMN)
QUESTION = (
    "What does each cell of a step compute? L is the loss, x the input of a stage, k its kernel, "
    "r the kernel turned, z the sum, a its value after batch norm and ReLU; * multiplies and adds."
)
FINDING = (
    "The chain rule holds at every stage: the gradient that arrives is multiplied by the "
    "derivative of what the stage computes."
)
Line = tuple[str, Equation]
NORM, RELU = "batch norm", "ReLU"


def by(wrt: Symbol) -> Gradient:
    """∂L/∂ of a quantity."""
    return Gradient(LOSS, wrt)


FORWARD = {Z: "what each cell computes", A: "what batch norm or ReLU make of it"}
LOSS_LINES = (
    ("softmax: the power of a logit", Equation(Symbol("power"), POWER)),
    ("softmax: the probability of a class", Equation(Symbol("p"), SHARE)),
    ("its gradient by a logit; y is 1 at the label", Equation(by(Z), back.BY_LOGIT)),
    ("cross-entropy, −ln p of the label's class", Equation(LOSS, CROSS_ENTROPY)),
)


def backward_lines(stage: Stage) -> Iterator[Line]:
    """What the sheet of a stage's gradients computes, with words for each line."""
    if stage.norm or stage.relu:
        yield f"back through {in_place(stage, 'before')}", _line(Z, back.in_place(stage), A)
    if stage.kind == "convolution":
        yield "to the inputs, by the kernels turned", Equation(by(X), _reached(stage))
        yield (
            "to the kernel: its window times what reached z",
            _line(K, back.by_kernel(stage.output[1:] in ((), (1, 1))), Z),
        )
    if stage.kind == "pool":
        yield "to the largest cell of each window", _line(X, back.by_pooled(1), Z)
    if stage.kind == "average":
        yield "to every cell alike", _line(X, back.by_mean(stage.input[1] * stage.input[2]), Z)
    if stage.norm:
        yield "batch norm's γ", _line(eq.GAMMA, back.by_gamma(stage), A)
        yield "batch norm's β", _line(eq.BETA, back.by_beta(stage), A)
    if stage.bias is not None:
        yield "the bias", _line(eq.BIAS, back.by_bias(), Z)


def in_place(stage: Stage, order: str = "after") -> str:
    """What changes the outputs of a stage in place, in words: as on the way on, or back."""
    words = [word for word, there in ((NORM, stage.norm), (RELU, stage.relu)) if there]
    return " and ".join(words if order == "after" else words[::-1])


def _line(wrt: Symbol, expr: Expr, arrived: Symbol) -> Equation:
    """The gradient by `wrt`; what arrives is that by `arrived`."""
    return Equation(by(wrt), expr.xreplace({back.G: by(arrived)}))


def _reached(stage: Stage) -> Expr:
    """The sum over the outputs that read a cell, each under its own name."""
    outputs = range(1, stage.output[0] + 1)
    letters = {back.gradient(n): by(Symbol(f"z{n}")) for n in outputs}
    return abridged(back.by_input(stage), MOST_TERMS).xreplace(letters)


def sheet(steps: Sequence[tuple[str, Stage]]) -> Sheet:
    """Every equation of the step, forward and backward, stage by stage."""
    page = PageBuilder(
        EQUATIONS,
        row=FIRST_ROW,
        widths={1: 2.0, WORDS_COLUMN: 48.0, EQUATION_COLUMN: 90.0},
        heights={1: TITLE_HEIGHT},
        freeze=(FIRST_ROW - 1, 1),
        tab="CC79A7",
    )
    page.cells[1, WORDS_COLUMN] = Cell("The equations of one step", "title")
    page.cells[QUESTION_PLACE] = Cell(QUESTION, "muted")
    page.cells[FINDING_PLACE] = Cell(FINDING, "bold")
    page.question, page.finding = QUESTION_PLACE, FINDING_PLACE
    for heading, lines in _blocks(steps):
        page.cells[page.row, WORDS_COLUMN] = Cell(heading, "subtitle")
        page.row += 1
        for words, equation in lines:
            page.cells[page.row, WORDS_COLUMN] = Cell(words, "label")
            page.typeset(equation, EQUATION_COLUMN, SIZE)
    page.effects = list(page.pictures[:1])
    return page.finish()


def _blocks(steps: Sequence[tuple[str, Stage]]) -> Iterator[tuple[str, list[Line]]]:
    for name, stage in steps:
        yield f"{name}, forward", [(FORWARD[line.symbol], line) for line in eq.apart(stage)]
    yield "Loss", list(LOSS_LINES)
    for name, stage in reversed(steps):
        yield f"∂ {name}, backward", list(backward_lines(stage))
    yield (
        "The step",
        [
            ("every parameter", back.NEW),
            ("batch norm's scale", eq.SCALED),
            ("batch norm's shift", eq.SHIFTED),
        ],
    )


def equation_row(
    equations: Iterable[Equation], widths: Mapping[int, float]
) -> tuple[list[Picture], dict[int, float]]:
    """Equations side by side above the maps of a sheet, as many as a screen is wide enough for,
    and the height of their row; `widths` are those of the columns.
    """
    pictures: list[Picture] = []
    heights: dict[int, float] = {}
    column, width = 2, 0.0
    for equation in equations:
        picture = equation_picture(equation, (EQUATION_ROW, column), SIZE)
        if width and width + picture.width > MOST_WIDE:
            break
        pictures.append(picture)
        heights[EQUATION_ROW] = max(heights.get(EQUATION_ROW, 0.0), row_height(picture, 8))
        end = width + picture.width + BETWEEN
        while width < end:
            width += widths.get(column, 9.0) * 7
            column += 1
    return pictures, heights
