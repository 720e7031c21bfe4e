"""The workbooks that the commands write, as data: built once, and nothing written."""

from collections.abc import Callable
from functools import cache, partial

from tests.books import LESSONS, RECORDS
from toolkit.book.sheet import Book
from toolkit.convnet import stored
from toolkit.experiments import results
from toolkit.experiments.programme import budget_of
from toolkit.network import lesson
from toolkit.pages.backprop import backprop_book, work_out
from toolkit.pages.concepts import CONCEPTS
from toolkit.pages.concepts.book import concepts_book
from toolkit.pages.live.book import network_book
from toolkit.pages.live.gallery import gallery_of


def _backprop(name: str) -> Book:
    return backprop_book(work_out(lesson.load(name)), name)


def _live(*, step: bool) -> Book:
    network = stored.read(stored.shipped())
    return network_book(network, gallery_of(network), step=step)


def _concepts() -> Book:
    source = results.shipped()
    runs = results.load(source)
    return concepts_book(CONCEPTS, CONCEPTS, runs, budget_of(runs, str(source)))


def _mnist() -> Book:
    """That of the recorded series and of the weights in the package; needs torch."""
    from toolkit.convnet import digits, outputs, seeds, template
    from toolkit.convnet.machine import threads
    from toolkit.convnet.trained_network import load_network
    from toolkit.pages.mnist import mnist_book

    model, _ = template.load("default")
    data = digits.load()
    series = seeds.load(RECORDS / "default.seeds.json", seeds.begin(model, data))
    history = series.history(0)
    network = load_network(stored.shipped()).network
    with threads(1):  # beside other tests, far faster than two
        predictions = outputs.predictions(network, data)
    pictures = outputs.pictures(network, data, model.augmentation, history.seed)
    return mnist_book(history, "toolkit mnist", series, predictions, pictures=pictures)


BUILDERS: dict[str, Callable[[], Book]] = {
    **{name: partial(_backprop, name) for name in LESSONS},
    "mnist": _mnist,
    "live": partial(_live, step=False),
    "live-step": partial(_live, step=True),
    "concepts": _concepts,
}
BOOKS = tuple(BUILDERS)
NEEDS_TORCH = {"mnist"}


@cache
def shipped_book(name: str) -> Book:
    """The workbook called `name`, one of `BOOKS`, as the command writes it."""
    return BUILDERS[name]()
