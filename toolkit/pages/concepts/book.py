"""The workbook of all concepts: contents, a sheet for each concept, and the results."""

from collections.abc import Iterable, Sequence

from toolkit.book.regions import open_areas
from toolkit.book.sheet import Book, Effect
from toolkit.book.tables import Cell
from toolkit.experiments.notation import in_words
from toolkit.experiments.results import Result
from toolkit.experiments.variant import BASELINE, Budget, Variant
from toolkit.pages.concepts import contents, measured, recorded, skeleton
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.conclusion import compares, conclude, find, summarize
from toolkit.pages.concepts.measured import Records
from toolkit.pages.concepts.page import SUMMARY, Page
from toolkit.pages.concepts.sheet_names import CONTENTS, RESULTS
from toolkit.symbols.records import APART, CLEAR

TABS = ("0072B2", "009E73", "E69F00", "CC79A7", "56B4E9", "D55E00")
CLEARLY = (
    f"Clearly: the means lie more than {CLEAR} standard errors of their difference apart, or, of "
    f"{APART} runs each or more, all of one above all of the other.",
    "With five runs each, chance alone makes about one verdict in twenty say so where there is no "
    "difference; more, where one spreads far wider than the other.",
)


def concepts_book(
    concepts: Sequence[Concept],
    programme: Sequence[Concept],
    results: Sequence[Result],
    budget: Budget,
) -> Book:
    """The workbook with contents, a sheet for each of `concepts`, and the results.

    `programme` lists every concept of the course, even if it is not in `concepts`: each run among
    the results is named after the first concept that includes it.
    """
    result_table = recorded.table(results, recorded.names(programme, budget))
    records = Records(tuple(results), result_table, budget, tuple(programme))
    pages = [_page(concept, records) for concept in concepts]
    names = [CONTENTS, *(page.name for page in pages), RESULTS]
    for page, before, after in zip(pages, names, names[2:], strict=False):
        page.link(before, after)
    sheets = [page.sheet(TABS[n // 4 % len(TABS)]) for n, page in enumerate(pages)]
    all_runs = _all_runs(records)
    first = contents.sheet(concepts, pages, records, all_runs)
    return Book(contents.TITLE, (first, *sheets, recorded.sheet(result_table, all_runs)))


def _page(concept: Concept, records: Records) -> Page:
    page = Page(concept.sheet_name, concept.heading)
    skeleton.ask(page, concept.question)
    skeleton.introduce(page, concept)
    concept.demonstrate(page)
    page.row = max(page.row, page.below)
    page.controls = page.controls or list(open_areas(page.cells))
    page.effects = page.effects or _effects(page)
    _measured(page, concept, records)
    skeleton.close(page, concept)
    return page


def _effects(page: Page) -> list[Effect]:
    """What shows the effect of a change where the demonstration does not say so itself: its charts,
    or else its coloured cells.
    """
    return list(page.charts) or [area for scale in page.scales for area in scale.areas]


def _measured(page: Page, concept: Concept, records: Records) -> None:
    """Write the table, the conclusion, the chart and further measurements; then the finding."""
    page.section(f"Measured: {concept.experiment.question}", "Measured")
    setups = [variant.setup(records.budget) for variant in concept.experiment.variants]
    budgets = [(setup.images, setup.model.training.epochs) for setup in setups]
    page.say(_budget_line(records, budgets), baseline_in_words(), style="muted")
    figures = measured.table(page, concept, records)
    page.row += 1
    if complete(concept, records):
        find(figures, concept.finding)
        summarize(figures, concept.summary or concept.finding)
        conclude(figures, concept.conclusion)
        if any(map(compares, concept.conclusion)):
            page.say(*CLEARLY, style="muted")
    else:
        words = f"Not all of it is measured yet: toolkit experiments --only {concept.name}"
        page.label(skeleton.reserve_finding(page), words, "finding")
        page.summary = Cell(words, SUMMARY)
    measured.chart(figures, concept)
    if concept.measure:
        concept.measure(page, figures, records)


def complete(concept: Concept, records: Records) -> bool:
    """Whether each variant has at least two runs, so that a standard deviation exists."""
    setups = (variant.setup(records.budget) for variant in concept.experiment.variants)
    return all(records.count(setup.fingerprint) > 1 for setup in setups)


def _budget_line(records: Records, budgets: Iterable[tuple[int, int]]) -> str:
    """A sentence about the runs; `budgets` are their numbers of images and epochs."""
    threads = sorted({result.threads for result in records.results})
    (images, epochs), *others = sorted(set(budgets), reverse=True)
    others_text = "".join(f" or {few:,}, each seen {often} times," for few, often in others)
    return (
        f"Every run: {images:,} training images of MNIST, each seen {epochs} times,{others_text} "
        f"tested on all 10,000 test images; seeds {', '.join(map(str, records.seeds)) or 'none'}; "
        f"CPU, {' or '.join(map(str, threads)) or 1} thread."
    )


def baseline_in_words() -> str:
    """The description of the baseline, from which every variant differs in one respect."""
    training = Variant(BASELINE).setup(Budget()).model.training
    return (
        f"The baseline: convolutions {in_words(BASELINE)}; batch norm and ReLU after each; SGD, "
        f"momentum {training.momentum:g}, one cycle up to a rate of {training.learning_rate:g}, "
        f"batches of {training.batch_size}."
    )


def _all_runs(records: Records) -> str:
    """A sentence about all runs in the results."""
    budgets = [(result.images, result.epochs) for result in records.results]
    return _budget_line(records, budgets or [(records.budget.images, records.budget.epochs)])
