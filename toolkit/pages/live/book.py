"""The workbook of a trained network: of its forward pass, or of a whole step of learning."""

import numpy as np

from toolkit.book.sheet import Book
from toolkit.convnet.stored import Stored
from toolkit.pages.live import live_book
from toolkit.pages.live.checks import check_values
from toolkit.pages.live.digits import Gallery
from toolkit.pages.live.learning import step_book


def network_book(network: Stored, gallery: Gallery, *, step: bool = False) -> Book:
    """The workbook in which the network sees the digits of `gallery`; with `step` it also learns
    from one of them. `check_network` says which networks fit.

    Raises ToolkitError where a cell would show an error instead of a number.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        book = step_book(network, gallery) if step else live_book(network, gallery)
    check_values(book, network.source)
    return book
