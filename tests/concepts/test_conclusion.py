"""What a conclusion says of runs that failed, and of the others."""

import pytest

from toolkit.pages.concepts.conclusion import conclude
from toolkit.pages.concepts.measured import VariantFigures
from toolkit.pages.concepts.page import FIRST, LABEL, Page


@pytest.mark.parametrize(
    ("runs", "sentence"),
    [
        ((0.1135, 0.9234, 0.85, 0.9339, 0.1135), "3 of 5 failed; the others: 92.34 to 93.39 %."),
        ((0.9, 0.95), "0 of 2 failed; the others: 90.00 to 95.00 %."),
        ((0.1, 0.899), "2 of 2 failed; the others: none."),
    ],
)
def test_failed_runs_and_the_others(runs: tuple[float, ...], sentence: str) -> None:
    page = Page("sheet", "title")
    for n, accuracy in enumerate(runs):
        page.fixed((11, FIRST + n), accuracy)
    page.row = 20
    figures = VariantFigures(page, 10, {}, len(runs))
    conclude(figures, ["{0.failed} failed; the others: {0.others}."])
    assert page.cells[20, LABEL].value == sentence
