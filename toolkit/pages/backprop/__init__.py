"""The backprop workbook, one file a sheet."""

from toolkit.book.sheet import Book, Chart, Sheet
from toolkit.book.tables import Table
from toolkit.network.derivation import derivation
from toolkit.network.lesson import Lesson
from toolkit.network.lesson_run import run_lesson
from toolkit.pages.backprop import (
    backprop,
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
from toolkit.pages.backprop.extent import check_extent, check_width
from toolkit.pages.backprop.layout import (
    BACKPROP,
    PARAMETERS,
    LessonLayout,
    lay_out,
)
from toolkit.pages.backprop.lines import QuantityCells
from toolkit.pages.backprop.steps import Link, Step, lesson_steps


def work_out(lesson: Lesson) -> LessonLayout:
    """Derive the lesson's equations and run all its epochs.

    Raises ToolkitError, before anything is run, where its tables would not fit a sheet or a
    published figure is of no quantity of theirs.
    """
    check_extent(lesson)
    derived = derivation(lesson)
    published.check_names(lesson, derived)
    check_width(lesson, derived)
    return lay_out(run_lesson(lesson, derived))


def backprop_book(run: LessonLayout, template: str = "TEMPLATE") -> Book:
    """All sheets in reading order; `template` is what the command line calls the lesson."""
    tables = [table.sheet(run, rate) for rate in range(len(run.letters))]
    rate_tables = [sheet.tables[0] for sheet in tables]
    cells = QuantityCells(dict(run.parameters), dict(run.texts))
    further = [others.sheet(run, cells)] if others.equations(run) else []
    steps = lesson_steps(run)
    step_sheets = _steps(run, steps, cells)
    by_sheet = samples.tables(run)
    chosen = backprop.sheet(by_sheet[BACKPROP], run)
    of_samples = [samples.sheet(run, n, t) for n, t in by_sheet.items() if n != BACKPROP]
    looks = _looks(run, rate_tables, by_sheet, template)
    checked = check.sheet(run, cells.values)
    comparing, chart, own = _optimizers(run, by_sheet[BACKPROP])
    pages = (
        *step_sheets,
        *further,
        chosen,
        *of_samples,
        rates.sheet(run, rate_tables),
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
    contents = {name: summaries[name] for name in (PARAMETERS, *(page.name for page in pages))}
    first = (
        start.sheet(run, contents, cells, check.verdicts(checked)),
        parameters.sheet(run, rate_tables, chart),
    )
    return Book(run.lesson.title, (*first, *pages))


def _optimizers(run: LessonLayout, chosen: Table) -> tuple[list[Sheet], Chart | None, list[Sheet]]:
    """The sheet that compares optimizers, its chart, and a sheet for each."""
    if not run.compared:
        return [], None, []
    tables = [optimizers.own_table(one) for one in run.compared]
    curves = optimizers.curves(run, chosen, tables)
    pairs = zip(run.compared, tables, strict=True)
    own = [optimizers.own_sheet(one, epochs) for one, epochs in pairs]
    page = optimizers.sheet(run, curves)
    return [page], page.charts[0], own


def _looks(
    run: LessonLayout, tables: list[Table], by_sheet: dict[str, Table], template: str
) -> list[Sheet]:
    """The looks into the tables that only some lessons have something for."""
    figures = [published.sheet(run, tables, template)] if published.applies(run) else []
    return figures + ([gradient_sizes.sheet(run, by_sheet)] if gradient_sizes.applies(run) else [])


def _steps(run: LessonLayout, steps: list[Step], cells: QuantityCells) -> list[Sheet]:
    """In order, since each reads the cells of those before it."""
    following = [*(step.link for step in steps[1:]), Link(BACKPROP, BACKPROP)]
    return [_step(run, step, cells, after) for step, after in zip(steps, following, strict=True)]


def _step(run: LessonLayout, step: Step, cells: QuantityCells, following: Link) -> Sheet:
    if step.kind == "forward":
        return forward_pass.sheet(run, step, cells, following)
    if step.kind == "one_weight":
        return one_weight.sheet(run, step, cells, following)
    if step.kind == "update":
        return update.sheet(run, step, cells, following)
    return gradients.sheet(run, step, cells, following)
