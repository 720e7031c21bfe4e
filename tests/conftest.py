"""What several test files share."""

import gc
import zipfile
from collections.abc import Generator, Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

from tests.parts import cache_faults, stored
from tests.recalculation import Office, cells
from toolkit.book import writer
from toolkit.book.archive import Archive
from toolkit.book.sheet import Book, Sheet
from toolkit.book.tables import Cell
from toolkit.book.writer import write
from toolkit.network.lesson import load
from toolkit.pages.backprop import backprop_book, work_out
from toolkit.pages.backprop.layout import LessonLayout

# A suite that draws anew in every run fails by chance, on a machine where nobody can look into it.
# The same draws each time; other ones are found by changing a test or its number of examples.
settings.register_profile("same draws", derandomize=True, database=None)
settings.load_profile("same draws")

# Thousands of expressions and books stay alive to the end; looking through them for cycles as often
# as usual takes a tenth of the time.
gc.set_threshold(200_000, 20, 100)

LIGHT = find_spec("torch") is None
needs_torch = pytest.mark.skipif(LIGHT, reason="needs torch")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """In an install without torch, leave out the test files that import it."""
    report = yield
    if LIGHT and report.failed and "No module named 'torch" in str(report.longrepr):
        report.outcome = "skipped"
        report.longrepr = (str(collector.path), 1, "needs torch")
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave untraced what LibreOffice recalculates: it compares cells by the ten thousand, and the
    code that it runs is reached by others.
    """
    for item in items:
        if "office" in getattr(item, "fixturenames", ()):
            item.add_marker("no_cover")


class SoundArchive(Archive):
    """A workbook's file that is looked at as soon as it is complete: whatever a test writes, its
    parts must be well-formed, its cells plain and its charts true to them.
    """

    def __exit__(self, kind: object, *rest: object) -> None:
        super().__exit__(kind, *rest)  # type: ignore[arg-type]
        if kind is None:
            parts, damaged = stored(Path(str(self.filename)))
            assert [*damaged, *cache_faults(parts)] == []


@pytest.fixture(scope="session", autouse=True)
def every_book_is_sound() -> Iterator[None]:
    """Look at every workbook that is written by this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            writer, "zipfile_of", lambda path: SoundArchive(path, "w", zipfile.ZIP_DEFLATED)
        )
        yield


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """LibreOffice, once it has proved that it does not believe a planted wrong value."""
    folder = tmp_path_factory.mktemp("office")
    with closing(Office(folder)) as running:
        canary = folder / "canary.xlsx"
        planted = {(1, 1): Cell(2.0), (1, 2): Cell(99.0, formula="=A1*3")}
        write(Book("Canary", (Sheet("Canary", planted),)), canary)
        assert cells(canary)["Canary"]["B1"] == 99
        assert cells(running.recalculate(canary))["Canary"]["B1"] == 6
        yield running


@pytest.fixture(scope="session")
def worked() -> LessonLayout:
    """The class lesson, worked out."""
    return work_out(load("class"))


@pytest.fixture(scope="session")
def class_book(tmp_path_factory: pytest.TempPathFactory, worked: LessonLayout) -> Path:
    """The workbook of the class lesson."""
    path = tmp_path_factory.mktemp("class") / "backprop.xlsx"
    write(backprop_book(worked), path)
    return path
