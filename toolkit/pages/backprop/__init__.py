"""The backprop workbook, one file a sheet."""

from toolkit.book.sheet import Book, Chart, Sheet, Table
from toolkit.network.derivation import derivation
from toolkit.network.lesson import Lesson
from toolkit.network.run import run_lesson
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
from toolkit.pages.backprop.gradients import earlier_weights
from toolkit.pages.backprop.layout import (
    BACKPROP,
    PARAMETERS,
    LessonLayout,
    lay_out,
)
from toolkit.pages.backprop.lines import Shown


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


def backprop_book(worked: LessonLayout, template: str = "TEMPLATE") -> Book:
    """All sheets in reading order; `template` is what the command line calls the lesson."""
    tables = [table.sheet(worked, rate) for rate in range(len(worked.letters))]
    made = [sheet.tables[0] for sheet in tables]
    shown = Shown(dict(worked.parameters), dict(worked.texts))
    further = [others.sheet(worked, shown)] if others.equations(worked) else []
    names = _names(worked)
    steps = _steps(worked, names, shown)
    spread = samples.spread(worked)
    chosen = backprop.sheet(spread[BACKPROP], worked)
    of_samples = [samples.sheet(worked, n, t) for n, t in spread.items() if n != BACKPROP]
    looks = _looks(worked, made, spread, template)
    checked = check.sheet(worked, shown.values)
    comparing, chart, own = _optimizers(worked, spread[BACKPROP])
    pages = (
        *steps,
        *further,
        chosen,
        *of_samples,
        rates.sheet(worked, made),
        *comparing,
        *looks,
        checked,
        *tables,
        *own,
    )
    contents = [PARAMETERS, *(page.name for page in pages)]
    first = (
        start.sheet(worked, contents, shown, check.verdicts(checked)),
        parameters.sheet(worked, made, chart),
    )
    return Book(worked.lesson.title, (*first, *pages))


def _optimizers(
    worked: LessonLayout, chosen: Table
) -> tuple[list[Sheet], Chart | None, list[Sheet]]:
    """The sheet that compares optimizers, its chart, and a sheet for each."""
    if not worked.compared:
        return [], None, []
    tables = [optimizers.own_table(one) for one in worked.compared]
    curves = optimizers.curves(worked, chosen, tables)
    pairs = zip(worked.compared, tables, strict=True)
    own = [optimizers.own_sheet(one, made) for one, made in pairs]
    page = optimizers.sheet(worked, curves)
    return [page], page.charts[0], own


def _looks(
    worked: LessonLayout, made: list[Table], spread: dict[str, Table], template: str
) -> list[Sheet]:
    """The looks into the tables that only some lessons have something for."""
    figures = [published.sheet(worked, made, template)] if published.applies(worked) else []
    return figures + (
        [gradient_sizes.sheet(worked, spread)] if gradient_sizes.applies(worked) else []
    )


def _kinds(worked: LessonLayout) -> list[str]:
    """The steps of this network: some have but one layer, and nothing hidden."""
    hidden = ["hidden", "first"] if len(worked.lesson.network.layers) > 2 else []
    return ["forward", "one", "output", *hidden, "update"]


def _names(worked: LessonLayout) -> list[str]:
    words = {
        "forward": "forward pass",
        "one": "one weight",
        "output": "output weights",
        "hidden": "what reaches hidden",
        "first": earlier_weights(worked),
        "update": "update",
    }
    return [f"Step {n}, {words[kind]}" for n, kind in enumerate(_kinds(worked), 1)]


def _steps(worked: LessonLayout, names: list[str], shown: Shown) -> list[Sheet]:
    """In order, since each reads the cells of those before it."""
    following = [*names[1:], BACKPROP]
    return [
        _step(worked, kind, name, shown, after)
        for kind, name, after in zip(_kinds(worked), names, following, strict=True)
    ]


def _step(worked: LessonLayout, kind: str, name: str, shown: Shown, following: str) -> Sheet:
    if kind == "forward":
        return forward_pass.sheet(worked, name, shown, following)
    if kind == "one":
        return one_weight.sheet(worked, name, shown, following)
    if kind == "update":
        return update.sheet(worked, name, shown, following)
    return gradients.sheet(worked, kind, name, shown, following)
