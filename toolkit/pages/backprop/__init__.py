"""The backprop workbook, one file a sheet."""

from toolkit.book.sheet import Book, Chart, Sheet, Table
from toolkit.network.derivation import derivation
from toolkit.network.lesson import Lesson
from toolkit.network.run import run_lesson
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
from toolkit.pages.backprop.extent import check_extent, check_width
from toolkit.pages.backprop.gradients import earlier_weights
from toolkit.pages.backprop.layout import (
    BACKPROP,
    BOARD,
    PARAMETERS,
    LessonLayout,
    lay_out,
)
from toolkit.pages.backprop.lines import QuantityCells


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
    names = _names(run)
    steps = _steps(run, names, cells)
    by_sheet = samples.tables(run)
    chosen = backprop.sheet(by_sheet[BACKPROP], run)
    of_samples = [samples.sheet(run, n, t) for n, t in by_sheet.items() if n != BACKPROP]
    looks = _looks(run, rate_tables, by_sheet, template)
    checked = check.sheet(run, cells.values)
    comparing, chart, own = _optimizers(run, by_sheet[BACKPROP])
    pages = (
        *steps,
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
    contents = [BOARD, PARAMETERS, *(page.name for page in pages)]
    first = (
        board.sheet(run, by_sheet),
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


def _kinds(run: LessonLayout) -> list[str]:
    """The steps of this network: some have but one layer, and nothing hidden."""
    hidden = ["hidden", "first"] if len(run.lesson.network.layers) > 2 else []
    return ["forward", "one", "output", *hidden, "update"]


def _names(run: LessonLayout) -> list[str]:
    words = {
        "forward": "forward pass",
        "one": "one weight",
        "output": "output weights",
        "hidden": "what reaches hidden",
        "first": earlier_weights(run),
        "update": "update",
    }
    return [f"Step {n}, {words[kind]}" for n, kind in enumerate(_kinds(run), 1)]


def _steps(run: LessonLayout, names: list[str], cells: QuantityCells) -> list[Sheet]:
    """In order, since each reads the cells of those before it."""
    following = [*names[1:], BACKPROP]
    return [
        _step(run, kind, name, cells, after)
        for kind, name, after in zip(_kinds(run), names, following, strict=True)
    ]


def _step(run: LessonLayout, kind: str, name: str, cells: QuantityCells, following: str) -> Sheet:
    if kind == "forward":
        return forward_pass.sheet(run, name, cells, following)
    if kind == "one":
        return one_weight.sheet(run, name, cells, following)
    if kind == "update":
        return update.sheet(run, name, cells, following)
    return gradients.sheet(run, kind, name, cells, following)
