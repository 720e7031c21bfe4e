"""The sheet Contents: a line for each concept, with a link to its sheet and what was found."""

from collections.abc import Sequence

from toolkit.book.address import Area
from toolkit.book.live import computed
from toolkit.book.sheet import FirstView, Sheet
from toolkit.book.tables import Cell
from toolkit.pages.concepts import recorded
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.measured import Records
from toolkit.pages.concepts.page import SUMMARY, TITLE_HEIGHT, Page
from toolkit.pages.concepts.sheet_names import CONTENTS, RESULTS
from toolkit.symbols.text import Text

TITLE = "The concepts of deep learning, live and measured"
QUESTION = (
    "What does each part of a convolutional network contribute, and what did our experiments find?"
)
HEADINGS = (
    "concept (click to open its sheet)",
    "what was found (in %: mean accuracy on the test images; a run that ends below 90 % fails)",
    "what the experiment asks",
)
WIDTHS = {1: 60.0, 2: 107.0, 3: 84.0}
QUESTION_ROW, FINDING_ROW, HEADING_ROW, FIRST_ROW = 2, 3, 4, 5
LINE_HEIGHT = 14.25  # points: 24 concepts end above the lower edge of a laptop's first view


def sheet(
    concepts: Sequence[Concept], pages: Sequence[Page], records: Records, all_runs: str
) -> Sheet:
    """The sheet for `concepts` and their `pages`; `all_runs` is a sentence about the results."""
    cells = _top(records)
    for row, (concept, page) in enumerate(zip(concepts, pages, strict=True), FIRST_ROW):
        cells[row, 1] = Cell(concept.heading, "contents link", link=page.name)
        cells[row, 2] = page.summary
        cells[row, 3] = Cell(concept.experiment.question, SUMMARY)
    end = FIRST_ROW + len(pages)
    cells[end + 1, 1] = Cell(RESULTS, "contents link", link=RESULTS)
    cells[end + 1, 2] = Cell(f"{len(records.results):,} runs. {all_runs}", SUMMARY)
    words = "Each sheet has the idea, yellow cells for you to change, and an experiment."
    cells[end + 2, 2] = Cell(words, "board note")
    return Sheet(
        CONTENTS,
        cells,
        widths=WIDTHS,
        heights={1: TITLE_HEIGHT} | dict.fromkeys(range(HEADING_ROW, end), LINE_HEIGHT),
        freeze=(FIRST_ROW, 1),
        tab="000000",
        pages_high=1,
        first_view=FirstView(
            question=Area.of(QUESTION_ROW, 1),
            effects=(Area.of(FIRST_ROW, 1, len(pages), 2),),
            finding=Area.of(FINDING_ROW, 1),
        ),
    )


def _top(records: Records) -> dict[tuple[int, int], Cell]:
    """The title, the question, the finding and the headings of the columns."""
    sentence = recorded.of_runs(
        Text("Variants of one small network were trained "),
        recorded.COUNT,
        Text(f" times for {len(records.programme)} concepts: the worst run reads "),
        recorded.LOWEST,
        Text(" of the test digits correctly, the best "),
        recorded.HIGHEST,
        Text("."),
    )
    known = {recorded.ACCURACY: records.known("test accuracy")}
    cells = {
        (1, 1): Cell(TITLE, "title"),
        (QUESTION_ROW, 1): Cell(QUESTION, "text"),
        (FINDING_ROW, 1): computed(sentence, known, "conclusion"),
    }
    for column, heading in enumerate(HEADINGS, 1):
        cells[HEADING_ROW, column] = Cell(heading, "layer heading")
    return cells
