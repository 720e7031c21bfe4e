"""Three optimizers down one valley, under a schedule: the demonstration of concept 23."""

from sympy import Expr, Integer, Max, Min, Piecewise, Rational, Symbol, cos, floor, pi

from toolkit.book.known import Known, constant
from toolkit.book.sheet import Series
from toolkit.network.lesson import Training
from toolkit.network.optimizers import BETAS, EPOCH, EPSILON, LEARNING_RATE, LOSS, MOMENTUM, update
from toolkit.pages.concepts.page import FIRST, LABEL, STAGE, Page
from toolkit.symbols.bounds import as_number
from toolkit.symbols.choices import matching
from toolkit.symbols.equation import Equation, Gradient, Previous, quantity
from toolkit.symbols.text import Text

STEPS = 20
CHART_ROWS = 11  # of the first chart
A, B, X, Y, CHOICE, STEP = (quantity(name) for name in ("a", "b", "x", "y", "schedule", "t"))
FACTOR, BASE = quantity("factor"), quantity("η_0")
VALLEY = Equation(Symbol("L"), (A * X**2 + B * Y**2) / 2)
SLOPES = {x: VALLEY.expr.diff(x) for x in (X, Y)}
KINDS = ("sgd", "momentum", "adam")
NAMES = {"sgd": "SGD", "momentum": "momentum", "adam": "Adam"}
RATES = {"sgd": 0.09, "momentum": 0.03, "adam": 0.4}
CONSTANT, BY_STEPS, CYCLE = "constant", "by steps", "one cycle"
WARM = Rational(3, 10) * STEPS
# A tenth from the middle on; or from 1/25 up to 1 and down again, along half waves.
FALLING = Rational(1, 10) ** floor(2 * (STEP - 1) / Integer(STEPS))
RISING = Rational(13, 25) - Rational(12, 25) * cos(pi * STEP / WARM)
ONE_CYCLE = Piecewise(
    (RISING, STEP <= WARM), ((1 + cos(pi * (STEP - WARM) / (STEPS - WARM))) / 2, True)
)
FACTORS = matching(
    CHOICE, Text(BY_STEPS), FALLING, matching(CHOICE, Text(CYCLE), ONE_CYCLE, Integer(1))
)
RUNS = (
    "The runs below use two near relatives: Nesterov's momentum, which adds μ times the velocity "
    "to the gradient once more,",
    "and AdamW, which shrinks the weights a little in each step.",
)
LARGEST_BETA, LEAST_EPSILON = Rational(9999, 10000), Rational(1, 10**11)
# What is no number counts as 0; a share of 1, or an ε of 0, would divide by 0.
SAFE = {symbol: as_number(symbol) for symbol in (A, B, X, Y, MOMENTUM, BASE)}
SAFE |= {symbol: Min(as_number(symbol), LARGEST_BETA) for symbol in BETAS}
SAFE[EPSILON] = Max(as_number(EPSILON), LEAST_EPSILON)
Cells = dict[Symbol, Known]


def demonstrate(page: Page) -> None:
    """The paths of three optimizers in the same valley, beside the settings."""
    known, rates = _settings(page)
    losses = page.row
    page.explain()
    page.equation(VALLEY, "The valley:")
    for kind in KINDS:
        for equation in update(_training(kind), X):
            page.equation(_textbook_form(equation), f"{NAMES[kind]}:")
    top = page.row + 2
    lefts = [_descent(page, top, n, known, rates[kind]) for n, kind in enumerate(KINDS)]
    page.row = top + STEPS + 2
    page.say(*RUNS, style="muted")
    _last_losses(page, losses, top, lefts)
    _charts(page, top, lefts)
    page.effects += page.charts


def _last_losses(page: Page, row: int, top: int, lefts: list[int]) -> None:
    """The loss of each optimizer after its last step, below its learning rate."""
    page.label((row, LABEL), f"loss after {STEPS} steps")
    for n, left in enumerate(lefts):
        known = {VALLEY.symbol: page.known((top + 1 + STEPS, left + 2))}
        page.compute((row, FIRST + n), VALLEY.symbol, known)


def _training(kind: str) -> Training:
    return Training(optimizer=kind, learning_rates=(RATES[kind],), epochs=STEPS)  # type: ignore[arg-type]


def _textbook_form(equation: Equation) -> Equation:
    """The equation with the symbol that the loss has on this sheet."""
    named = {Previous(Gradient(LOSS, X)): Gradient(VALLEY.symbol, X), EPOCH: STEP}
    return Equation(equation.symbol, equation.expr.xreplace(named))


def _settings(page: Page) -> tuple[Cells, dict[str, Known]]:
    mean, square = BETAS
    page.headings((page.row, LABEL), ["", *NAMES.values()])
    page.label((page.row + 1, LABEL), "learning rate η")
    rates = {
        kind: page.input((page.row + 1, FIRST + n), RATES[kind], 0, 10)
        for n, kind in enumerate(KINDS)
    }
    page.label((page.row + 2, LABEL), "schedule of the rates")
    place = page.row + 2, FIRST
    schedule = page.choice(place, CONSTANT, (CONSTANT, BY_STEPS, CYCLE))
    page.row += 3
    known: Cells = {
        CHOICE: schedule,
        A: page.setting("curvature a along the valley", 1, 0, 100),
        B: page.setting("curvature b across it (try 1 and 23)", 20, 0, 100),
        X: page.setting("x at the start", -8, -10, 10),
        Y: page.setting("y at the start", 2, -10, 10),
        MOMENTUM: page.setting("μ: share of the last step (momentum)", 0.8, 0, 1),
        mean: page.setting("β1: share of the mean gradient (Adam)", 0.9, 0, 0.9999),
        square: page.setting("β2: share of the mean square (Adam)", 0.999, 0, 0.9999),
        EPSILON: page.setting("ε: added to the divisor (Adam)", 0.00000001, 0.00000000001, 1),
    }
    page.row += 1
    return known, rates


def _descent(page: Page, top: int, number: int, known: Cells, rate: Known) -> int:
    """The rows of one optimizer: x, y, loss and its state; returns the first column."""
    kind, left = KINDS[number], FIRST + 1 + 3 * number
    equations = [line for wrt in (X, Y) for line in update(_training(kind), wrt)]
    columns = _columns(equations, left, number)
    page.label((top, LABEL), "step", "wrapped heading")
    page.headings((top, FIRST), ["rate times"])
    for symbol, column in columns.items():
        page.label((top, column), symbol.name, "wrapped heading")
    for column in columns.values():
        if column > FIRST + 3 * len(KINDS):
            page.label((top - 1, column), NAMES[kind], "small")
    before = _start(page, top + 1, columns, known)
    for step in range(1, STEPS + 1):
        before = _row(
            page=page,
            row=top + 1 + step,
            step=step,
            way=(equations, columns),
            before=before,
            known=known | {BASE: rate},
        )
    return left


def _columns(equations: list[Equation], left: int, number: int) -> dict[Symbol, int]:
    remembered = [e.symbol for e in equations if e.symbol not in (X, Y)]
    right = FIRST + 1 + 3 * len(KINDS) + (0, 0, 2)[number]
    columns = {X: left, Y: left + 1, VALLEY.symbol: left + 2}
    return columns | {symbol: right + n for n, symbol in enumerate(remembered)}


def _start(page: Page, row: int, columns: dict[Symbol, int], known: Cells) -> Cells:
    page.fixed((row, LABEL), 0, "label")
    values: Cells = {}
    for symbol, column in columns.items():
        if symbol in (X, Y):
            values[symbol] = page.compute((row, column), SAFE[symbol], known)
        elif symbol != VALLEY.symbol:
            values[symbol] = page.fixed((row, column), 0)
    _loss(page, (row, columns[VALLEY.symbol]), known | values)
    return values


def _loss(page: Page, place: tuple[int, int], known: Cells) -> None:
    page.compute(place, VALLEY.expr.xreplace({x: SAFE[x] for x in (A, B)}), known, "scientific")


def _row(
    page: Page,
    row: int,
    step: int,
    way: tuple[list[Equation], dict[Symbol, int]],
    before: Cells,
    known: Cells,
) -> Cells:
    """A step: the equations of the update with the row above in place of Previous."""
    equations, columns = way
    page.fixed((row, LABEL), step, "label")
    operands = known | {STEP: constant(step), EPOCH: constant(step)}
    operands[FACTOR] = page.compute((row, FIRST), FACTORS, operands)
    old = {Previous(symbol): quantity(f"old {symbol.name}") for symbol in before}
    operands |= {old[Previous(symbol)]: cell for symbol, cell in before.items()}
    values: Cells = {}
    for equation in equations:
        expr = _filled(equation.expr, old)
        values[equation.symbol] = page.compute(
            (row, columns[equation.symbol]), expr, operands | values
        )
    _loss(page, (row, columns[VALLEY.symbol]), known | values)
    return values


def _filled(expr: Expr, old: dict[Symbol, Symbol]) -> Expr:
    """The update with its gradient, learning rate and old values from this sheet."""
    at_old = {x: old[Previous(x)] for x in (X, Y)}
    slopes = {Previous(Gradient(LOSS, x)): slope.xreplace(at_old) for x, slope in SLOPES.items()}
    named = expr.xreplace(slopes).xreplace({LEARNING_RATE: BASE * FACTOR, **old})
    return named.xreplace({symbol: safe for symbol, safe in SAFE.items() if symbol not in (X, Y)})


def _charts(page: Page, top: int, lefts: list[int]) -> None:
    """Charts of the paths seen from above and, below it, of the losses, beside the settings."""
    rows = STEPS + 1
    steps = page.down((top + 1, LABEL), rows)
    for left, kind in zip(lefts, KINDS, strict=True):
        page.label((top - 1, left), NAMES[kind], "bold")
    names = [page.known((top - 1, left)) for left in lefts]
    page.curve(
        "The ways down, from above",
        "x, along the valley",
        "y, across it",
        [
            Series(
                name,
                page.down((top + 1, left), rows),
                page.down((top + 1, left + 1), rows),
                dots=True,
            )
            for name, left in zip(names, lefts, strict=True)
        ],
        (STAGE, FIRST + 3),
        width=17,
        height=5.7,
        y_format="0.0",
        x_min=None,
        x_free=True,
    )
    page.curve(
        "The loss, step by step",
        "step",
        "loss",
        [
            Series(name, steps, page.down((top + 1, left + 2), rows))
            for name, left in zip(names, lefts, strict=True)
        ],
        (STAGE + CHART_ROWS, FIRST + 3),
        width=17,
        height=5.2,
        y_format="0E+00",
        y_log=True,
    )
