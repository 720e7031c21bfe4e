"""The backprop workbook; each sheet has a file of its own."""

from typing import assert_never

from toolkit.book.sheet import Book, Chart, Sheet
from toolkit.book.tables import Table
from toolkit.network.derivation import derivation
from toolkit.network.lesson import Lesson
from toolkit.network.lesson_run import run_lesson
from toolkit.pages.backprop import (
    backprop,
    board,
    check,
    forward_pass,
    gradient_sizes,
    gradients,
    one_weight,
    optimizers,
    others,
    parameters,
    published,
    rates,
    samples,
    start,
    table,
    update,
)
from toolkit.pages.backprop.curves import Curve
from toolkit.pages.backprop.extent import check_extent, check_width
from toolkit.pages.backprop.layout import (
    BACKPROP,
    BOARD,
    PARAMETERS,
    LessonLayout,
    lay_out,
)
from toolkit.pages.backprop.lines import QuantityCells
from toolkit.pages.backprop.steps import Link, Step, lesson_steps


def work_out(lesson: Lesson) -> LessonLayout:
    """Derive the equations of a lesson and run all its epochs.

    Raises ToolkitError, before any epoch is run, if a table would not fit a sheet, or if a
    published value belongs to an unknown quantity.
    """
    check_extent(lesson)
    derived = derivation(lesson)
    published.check_names(lesson, derived)
    check_width(lesson, derived)
    return lay_out(run_lesson(lesson, derived))


def backprop_book(run: LessonLayout, template: str = "TEMPLATE") -> Book:
    """All sheets in reading order; `template` is the name of the lesson on the command line."""
    rate_tables = [table.table(run, rate) for rate in range(len(run.letters))]
    compared = rates.page(run, rate_tables)
    tables = [
        table.sheet(run, rate, epochs, compared.sentence(rate))
        for rate, epochs in enumerate(rate_tables)
    ]
    cells = QuantityCells(dict(run.parameters), dict(run.texts))
    further = [others.sheet(run, cells)] if others.equations(run) else []
    steps = lesson_steps(run)
    step_sheets = _steps(run, steps, cells)
    by_sheet = samples.tables(run)
    chosen = backprop.sheet(by_sheet[BACKPROP], run, compared.verdict())
    of_samples = [samples.sheet(run, n, t) for n, t in by_sheet.items() if n != BACKPROP]
    looks = _looks(run, rate_tables, by_sheet, template)
    checked = check.sheet(run, cells.values)
    comparing, chart, own = _optimizers(run, by_sheet[BACKPROP], compared.curves)
    pages = (
        *step_sheets,
        *further,
        chosen,
        *of_samples,
        compared.finish(),
        *comparing,
        *looks,
        checked,
        *tables,
        *own,
    )
    summaries = {
        **start.SUMMARIES,
        **{step.sheet_name: step.summary for step in steps},
        **{page.name: start.OF_SAMPLE for page in of_samples},
        **{page.name: start.OF_RATE for page in tables},
        **{page.name: start.OF_OPTIMIZER.format(name=page.name) for page in own},
    }
    contents = {
        name: summaries[name] for name in (BOARD, PARAMETERS, *(page.name for page in pages))
    }
    first = (
        board.sheet(run, by_sheet),
        start.sheet(run, contents, cells, check.verdicts(checked)),
        parameters.sheet(run, compared.comparison(), compared.verdict(), chart),
    )
    return Book(run.lesson.title, (*first, *pages))


def _optimizers(
    run: LessonLayout, chosen: Table, at_rates: list[Curve]
) -> tuple[list[Sheet], Chart | None, list[Sheet]]:
    """A sheet that compares the optimizers, its chart, and one sheet for each optimizer."""
    if not run.compared:
        return [], None, []
    tables = [optimizers.own_table(one) for one in run.compared]
    curves = optimizers.curves(run, chosen, tables)
    pairs = zip(run.compared, tables, strict=True)
    page = optimizers.sheet(run, curves, at_rates)
    own = [
        optimizers.own_sheet(one, epochs, page, place)
        for place, (one, epochs) in enumerate(pairs, 1)
    ]
    return [page], page.charts[0], own


def _looks(
    run: LessonLayout, tables: list[Table], by_sheet: dict[str, Table], template: str
) -> list[Sheet]:
    """The sheets that only some lessons have."""
    figures = [published.sheet(run, tables, template)] if published.applies(run) else []
    return figures + ([gradient_sizes.sheet(run, by_sheet)] if gradient_sizes.applies(run) else [])


def _steps(run: LessonLayout, steps: list[Step], cells: QuantityCells) -> list[Sheet]:
    """The sheets of the steps, in order, because each refers to cells of the previous ones."""
    following = [*(step.link for step in steps[1:]), Link(BACKPROP, BACKPROP)]
    return [_step(run, step, cells, after) for step, after in zip(steps, following, strict=True)]


def _step(run: LessonLayout, step: Step, cells: QuantityCells, following: Link) -> Sheet:
    match step.kind:
        case "forward":
            return forward_pass.sheet(run, step, cells, following)
        case "one_weight":
            return one_weight.sheet(run, step, cells, following)
        case "output" | "hidden" | "earlier":
            return gradients.sheet(run, step, cells, following)
        case "update":
            return update.sheet(run, step, cells, following)
        case unknown:
            assert_never(unknown)
