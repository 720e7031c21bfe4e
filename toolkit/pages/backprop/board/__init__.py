"""The first sheet: the whole calculation on one page, at the epoch in its one yellow cell."""

from collections.abc import Mapping

from sympy import Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.live import computed
from toolkit.book.measure import CENTIMETRE, PIXEL, POINTS_PER_PIXEL
from toolkit.book.page import PageBuilder
from toolkit.book.regions import open_areas
from toolkit.book.sheet import Chart, Series, Sheet, Validation
from toolkit.book.tables import Cell, Table
from toolkit.book.theme import PALETTE
from toolkit.network.derivation import EPOCH, LEARNING_RATE, LOSS
from toolkit.pages.backprop import layout
from toolkit.pages.backprop.board import finding, strip
from toolkit.pages.backprop.board.finding import LOSSES, TYPED
from toolkit.pages.backprop.board.formulas import Formulas, height
from toolkit.pages.backprop.board.frame import (
    BAND_ROW,
    CONTROL_ROW,
    FINDING_ROW,
    MOST_LINES,
    NOTE_ROW,
    QUESTION_ROW,
    TITLE_ROW,
    BoardPlan,
    frame,
)
from toolkit.pages.backprop.board.network import NetworkDrawing
from toolkit.pages.backprop.chain import Chain, chain
from toolkit.pages.backprop.layout import BOARD, PARAMETERS, START, LessonLayout

QUESTION = "How does each weight change the loss, and how does the network learn from that?"
HINT = "Change the yellow cell: all numbers follow. A colour marks the same quantity everywhere."
TOO_LARGE = (
    "A network of {} neurons is too large to be drawn on one page. The curve, the formulas and the "
    "row of the table are below."
)
LONGEST_LABEL = 12  # characters, for which the line has room
MARGIN = 6  # pixels beside and below the chart


def sheet(run: LessonLayout, by_sheet: Mapping[str, Table]) -> Sheet:
    """The sheet for a lesson; `by_sheet` are the tables at the chosen learning rate."""
    of_table, marked = strip.columns(by_sheet), chain(run)
    plan = frame(run.lesson, strip.count(run))
    shown = strip.strip(run, MOST_LINES * len(plan.entries), drawn=bool(plan.neurons))
    tints = _tints(marked)
    page = PageBuilder(BOARD, widths=plan.widths, heights=plan.heights, tab="000000", pages_high=1)
    epoch = _controls(page, run, plan)
    places = strip.write(page, plan, shown, of_table, epoch, tints)
    _answers(page, run, plan, places[EPOCH], of_table)
    if plan.neurons:
        NetworkDrawing(page, run, plan, places, of_table, tints).draw()
    texts = places | {LEARNING_RATE: run.texts[LEARNING_RATE]}
    half = (len(plan.widths) - plan.beside + 1) // 2
    pixels = plan.pixels(plan.beside, plan.beside + half - 1)
    formulas = Formulas(run, marked, texts, tints, pixels)
    both = formulas.columns()
    top = BAND_ROW + plan.band - height(both) if plan.neurons else BAND_ROW + 1
    formulas.write(page, both, (top, plan.beside), half)
    page.charts.append(_chart(page, plan, places[EPOCH], of_table, top))
    page.question, page.finding = (QUESTION_ROW, 1), (FINDING_ROW, 1)
    page.controls = list(open_areas(page.cells))
    page.effects = [*page.charts, Area.of(BAND_ROW, 1, plan.band, max(plan.beside - 1, 1))]
    return page.finish()


def _tints(marked: Chain) -> dict[Symbol, str]:
    """The colours that follow a quantity over the sheet."""
    return {
        LOSS: "loss",
        marked.weight: "weight",
        marked.operand: "operand",
        marked.sum: "sum",
        marked.activation: "activation",
    }


def _controls(page: PageBuilder, run: LessonLayout, plan: BoardPlan) -> Cell:
    """The title, the question and the yellow cell; returns the cell of the epoch that is shown."""
    last, columns = run.lesson.training.epochs, plan.entries
    label, yellow, range_, rate_label, rate, link, *_ = columns
    typed = finding.first_epoch(run.lesson)
    page.cells |= {
        (TITLE_ROW, 1): Cell(run.lesson.title, "title"),
        (TITLE_ROW, len(plan.widths) - 1): Cell(START, "link", link=START),
        (QUESTION_ROW, 1): Cell(QUESTION, "text"),
        (CONTROL_ROW, label): Cell("Epoch", "board label"),
        (CONTROL_ROW, yellow): Cell(typed, "board input"),
        (CONTROL_ROW, range_): Cell(f"0 to {last}", "board text"),
        (CONTROL_ROW, rate_label): Cell("learning rate", "board label"),
        (CONTROL_ROW, rate): computed(finding.rate(), run.parameters, "board setting"),
        (CONTROL_ROW, link): Cell("change it", "link", link=PARAMETERS, spot=_choice(run)),
    }
    page.validations.append(
        Validation(
            row=CONTROL_ROW,
            column=yellow,
            last_row=CONTROL_ROW,
            kind="whole",
            title="Epoch",
            message=f"A whole number from 0 to {last}.",
            least=0,
            most=last,
        )
    )
    known = {TYPED: page.known((CONTROL_ROW, yellow))}
    return computed(finding.epoch(last), known, "strip")


def _choice(run: LessonLayout) -> tuple[int, int]:
    """The cell of the sheet Parameters in which the learning rate is chosen."""
    values = layout.parameter_values(run.lesson, run.derived)
    return layout.FIRST_PARAMETER_ROW + len(values), layout.VALUE_COLUMN


def _answers(
    page: PageBuilder,
    run: LessonLayout,
    plan: BoardPlan,
    epoch: Known,
    of_table: Mapping[str, Known],
) -> None:
    """The loss as a number, the finding, and a note on the epoch that was typed."""
    yellow, name, value = (plan.entries[n] for n in (1, 6, 7))
    known = {EPOCH: epoch, LOSSES: of_table[LOSS.name]}
    page.cells[CONTROL_ROW, name] = Cell(LOSS.name, "board label")
    loss = page.compute((CONTROL_ROW, value), finding.present_loss(), known, "board loss")
    known |= {LOSS: loss, LEARNING_RATE: run.parameters[LEARNING_RATE]}
    page.compute((FINDING_ROW, 1), finding.finding(), known, "conclusion")
    known[TYPED] = page.known((CONTROL_ROW, yellow))
    words = f"{HINT}{_of_sample(run)}"
    page.compute(
        (NOTE_ROW, 1), finding.note(run.lesson.training.epochs, words), known, "board note"
    )
    if not plan.neurons:
        layers = "-".join(map(str, run.lesson.network.layers))
        page.cells[BAND_ROW, 1] = Cell(TOO_LARGE.format(layers), "board text")


def _of_sample(run: LessonLayout) -> str:
    samples = run.lesson.samples
    if len(samples.inputs) == 1:
        return ""
    named = samples.labels and len(samples.labels[0]) <= LONGEST_LABEL
    name = f" ({samples.labels[0]})" if samples.labels and named else ""
    return f" Shown is sample 1 of {len(samples.inputs)}{name}."


def _chart(
    page: PageBuilder, plan: BoardPlan, epoch: Known, of_table: Mapping[str, Known], below: int
) -> Chart:
    """The loss over the epochs, with a dot at the one that is shown; beside the drawing it ends
    above the row `below`.
    """
    name, value = plan.entries[6:8]
    first, last, row = plan.beside, len(plan.widths), QUESTION_ROW
    if not plan.neurons:
        first, last, row, below = 1, plan.beside - 1, BAND_ROW + 1, plan.strip_row
    elif value >= plan.beside:
        row = BAND_ROW
    ink = PALETTE[0]  # that of the loss, but strong enough for a line
    curve = Series(
        page.known((CONTROL_ROW, name)), of_table[EPOCH.name], of_table[LOSS.name], ink=ink
    )
    dot = Series(
        page.known((CONTROL_ROW, plan.entries[0])),
        epoch,
        page.known((CONTROL_ROW, value)),
        dots=True,
        ink=ink,
    )
    points = sum(plan.heights[n] for n in range(row, below))
    return Chart(
        f"{LOSS.name} over the epochs",
        EPOCH.name,
        LOSS.name,
        (curve, dot),
        row=row,
        column=first,
        width=(plan.pixels(first, last) - MARGIN) * PIXEL / CENTIMETRE,
        height=(points / POINTS_PER_PIXEL - MARGIN) * PIXEL / CENTIMETRE,
        y_min=0,
        legend=False,
        alt=f"Chart: {LOSS.name} over the epochs, with a dot at the epoch that is shown.",
    )
