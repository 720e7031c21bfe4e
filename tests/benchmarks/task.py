"""What every contender writes: a table of formulas, or of numbers.

In the table of formulas the first column holds numbers, a logistic map, and each further column is
a formula of its neighbor on the left, so that every value has all its digits. The table of numbers
holds the same values without formulas. A formula reads its own row alone, because
rustpy-xlsxwriter can name no other.
"""

from collections.abc import Iterator
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from toolkit.book.address import letters
from toolkit.book.known import ROW

COLUMNS = 20
Values = NDArray[np.float64]


class Task(StrEnum):
    """What the cells of a table hold."""

    formulas = "formulas"
    numbers = "numbers"


def patterns() -> list[str]:
    """The formula of each column but the first, with ROW in place of its row's number."""
    left = [f"{letters(n)}{ROW}" for n in range(1, COLUMNS)]
    return [f"=(3.8+0.1*{x})*{x}*(1-{x})" for x in left]


def columns(cells: int) -> list[Values]:
    """The values of every column, as the formulas compute them."""
    first = np.empty(cells // COLUMNS)
    x = 0.2
    for row in range(len(first)):
        first[row] = x
        x = 3.9 * x * (1 - x)
    table = [first]
    for _ in range(1, COLUMNS):
        left = table[-1]
        table.append((3.8 + 0.1 * left) * left * (1 - left))
    return table


def headings() -> list[str]:
    """The first row."""
    return [f"x{n + 1}" for n in range(COLUMNS)]


def numbers(values: list[Values]) -> Iterator[tuple[float, ...]]:
    """The values of each row as Python's own numbers."""
    return zip(*(column.tolist() for column in values), strict=True)


def formulas(values: list[Values]) -> Iterator[list[float | str]]:
    """A number and the formulas of each row, as libraries take them that write cell by cell."""
    filled_down = patterns()
    for row, first in enumerate(values[0].tolist(), 2):
        here = str(row)
        yield [first, *(text.replace(ROW, here) for text in filled_down)]
