"""Blocks of cells of a recalculated sheet."""

import numpy as np
from numpy.typing import NDArray


def numbers(actual: dict[str, object], columns: str, first: int, last: int) -> NDArray[np.float64]:
    """The numbers in these columns (letters), from row `first` to `last`."""
    rows = range(first, last + 1)
    return np.array([[float(str(actual[f"{c}{row}"])) for c in columns] for row in rows])


def number(actual: dict[str, object], address: str) -> float:
    """The number in one cell."""
    return float(str(actual[address]))
